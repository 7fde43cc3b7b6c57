"""The race demo, used as readers use it, and its mathematics against PyTorch and the code of the chapter."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from playwright.sync_api import expect

from book.definitions import definitions
from book.order import ROOT

PAGE, TAG = "chapters/networks/optimizers.html", "eer-race"
LOSSES = {
    "bowl": lambda w: (w[0] ** 2 + w[1] ** 2) / 2,
    "valley": lambda w: (w[0] ** 2 + 25 * w[1] ** 2) / 2,
    "turned": lambda w: (13 * w[0] ** 2 - 24 * w[0] * w[1] + 13 * w[1] ** 2) / 2,
    "saddle": lambda w: w[0] ** 2 / 2 + (w[1] ** 2 - 1) ** 2 / 4,
    "rosenbrock": lambda w: (1 - w[0]) ** 2 + 100 * (w[1] - w[0] ** 2) ** 2,
}
#: The answer that the runs of each situation give.
RIGHT = {
    "valley": "Momentum",
    "edge": "Near x = 0, far off in y",
    "scale": "0.1",
    "turned": "GD’s",
    "fade": "Less than 0.02",
    "saddle": "All at the saddle",
    "freed": "Adam",
    "newton": "To the saddle",
    "rosenbrock": "Newton’s",
}
METHODS = ("gd", "momentum", "adagrad", "rmsprop", "adam", "newton")
STATE = "customElements.get('eer-race').situations"


def random_method(rng) -> tuple[str, dict, dict]:
    """A method of the demo, its rate, and its options under the names that PyTorch and the chapter give them."""
    name = str(rng.choice(["SGD", "AdaGrad", "RMSProp", "Adam"]))
    lr, decays = 10 ** rng.uniform(-3, 0), rng.choice([0, 0.5, 0.9, 0.99, rng.random()], 2).tolist()
    options = {
        "SGD": {"momentum": decays[0], "nesterov": bool(rng.integers(2)) and decays[0] > 0},
        "AdaGrad": {},
        "RMSProp": {"alpha": decays[0]},
        "Adam": {"betas": decays},
    }[name]
    return name, {"lr": lr}, options


def random_run(demo, rng, steps: int = 40):
    """A run of the demo's model from a random start, beside what it was asked to do."""
    loss, (name, rate, options) = str(rng.choice(list(LOSSES))), random_method(rng)
    start, factor = rng.uniform(-2, 2, 2).round(2), 10.0 ** rng.integers(-3, 4)
    start[rng.random(2) < 0.2] = 0
    noise = rng.choice([0, 0.1]) * rng.normal(size=(steps, 2))
    found = demo.page.evaluate(
        f"""([loss, name, lr, options, start, given]) => {{
          const m = {demo.model};
          return m.run(m.losses[loss], m[name](lr, options), start, given);
        }}""",
        [loss, name, rate["lr"], options, start.tolist(), {"steps": steps, "factor": factor, "noise": noise.tolist()}],
    )
    return found, loss, factor, noise, name, {**rate, **options}


def number(text: str) -> float:
    """As a reader types it."""
    return float(text.replace("−", "-").replace("≈ ", ""))


@pytest.fixture(scope="module")
def chapter():
    return definitions(ROOT / "chapters/networks/optimizers.ipynb")


def test_losses_and_their_derivatives(fresh):
    demo, rng = fresh(), np.random.default_rng(0)
    for loss, f in LOSSES.items():
        for w in [*rng.uniform(-2, 2, size=(15, 2)), np.zeros(2), 1000 * rng.normal(size=2)]:
            found = demo.page.evaluate(
                f"""([loss, w]) => {{
                  const f = {demo.model}.losses[loss];
                  return [f.value(w), f.gradient(w), f.hessian(w)];
                }}""",
                [loss, w.tolist()],
            )
            place = torch.tensor(w, requires_grad=True)
            f(place).backward()
            hessian = torch.autograd.functional.hessian(f, torch.tensor(w))
            for value, expected in zip(found, (f(w), place.grad, hessian), strict=True):
                np.testing.assert_allclose(value, expected, rtol=1e-10, atol=1e-10)
        for place in demo.page.evaluate(f"(loss) => {demo.model}.losses[loss].minima", loss):
            assert f(np.array(place)) == 0


def test_each_step_is_that_of_torch(fresh):
    """Every step on its own, from the demo's place and gradient: rounding errors have no time to grow."""
    demo, rng = fresh(), np.random.default_rng(1)
    known = {"SGD": "SGD", "AdaGrad": "Adagrad", "RMSProp": "RMSprop", "Adam": "Adam"}
    seen, beyond = set(), 0
    for _ in range(120):
        found, loss, factor, noise, name, options = random_run(demo, rng)
        seen.add((name, loss))
        beyond += found["ended"] == "beyond"
        w = torch.zeros(2, dtype=torch.float64, requires_grad=True)
        optimiser = getattr(torch.optim, known[name])([w], **options)
        for t, record in enumerate(found["records"]):
            w.data = torch.tensor(found["places"][t], dtype=torch.float64)
            w.grad = None
            (factor * LOSSES[loss](w)).backward()
            w.grad += factor * torch.tensor(noise[t])
            np.testing.assert_allclose(record["g"], w.grad, rtol=1e-9, atol=1e-9 * factor)
            w.grad = torch.tensor(record["g"], dtype=torch.float64)
            optimiser.step()
            size = np.abs(found["places"][t : t + 2]).max()
            np.testing.assert_allclose(found["places"][t + 1], w.detach(), rtol=1e-9, atol=1e-12 * max(1, size))
    assert len(seen) > 16
    assert 5 < beyond < 100


def test_runs_are_those_of_the_chapter(fresh, chapter):
    demo, rng = fresh(), np.random.default_rng(2)
    kept = {"velocity": "velocity", "sum": "sum", "square": "square", "m": "m", "v": "v"}
    for _ in range(120):
        found, *_, name, options = random_run(demo, rng)
        method = chapter[name](**options)
        for t, record in enumerate(found["records"]):
            w = method.step(np.array(found["places"][t]), np.array(record["g"]))
            size = np.abs(found["places"][t : t + 2]).max()
            np.testing.assert_allclose(found["places"][t + 1], w, rtol=1e-9, atol=1e-12 * max(1, size))
            for mine, its in kept.items():
                if mine in record and not (mine == "velocity" and options["momentum"] == 0):
                    np.testing.assert_allclose(record[mine], getattr(method, its), rtol=1e-9, atol=1e-300)


def test_newton(fresh):
    demo, rng = fresh(), np.random.default_rng(3)
    for loss, f in LOSSES.items():
        for lr in (1.0, 0.3):
            start, factor = rng.uniform(-2, 2, 2), 10.0 ** rng.integers(-3, 4)
            found = demo.page.evaluate(
                f"([loss, lr, w, factor]) => {{ const m = {demo.model};"
                "return m.run(m.losses[loss], m.Newton(lr), w, { steps: 12, factor }); }",
                [loss, lr, start.tolist(), factor],
            )
            for t, record in enumerate(found["records"]):
                w = torch.tensor(found["places"][t], requires_grad=True, dtype=torch.float64)
                f(w).backward()
                step = -lr * np.linalg.solve(torch.autograd.functional.hessian(f, w.detach()), w.grad)
                np.testing.assert_allclose(record["d"], step, rtol=1e-8, atol=1e-12)
    # a place where the Hessian has no inverse: 3y² = 1 is never exact, so the model is asked directly
    singular = demo.page.evaluate(f"{demo.model}.Newton(1).step([1, 2], [3, 4], [[2, -2], [-2, 2]])")
    assert singular["d"] is None
    assert singular["w"] == [1, 2]


def test_runs_end_where_they_must(fresh):
    demo = fresh()
    run = f"(lr) => {{ const m = {demo.model}; return m.run(m.losses.valley, m.SGD(lr), [1, 1], {{ steps: 300 }}); }}"
    slow, fast = (demo.page.evaluate(run, lr) for lr in (0.0805, 0.12))
    assert slow["ended"] is None
    assert len(slow["records"]) == 300
    assert abs(slow["places"][-1][1]) == pytest.approx(1.0125**300, rel=1e-9)
    assert fast["ended"] == "beyond"  # |y| doubles each step: 2¹⁰ > 1000
    assert len(fast["records"]) == 10
    settled = f"([values, ended]) => {demo.model}.settled({{ values, ended }}, 1)"
    for values, ended, step in [
        ([3, 2, 0.5, 0.4], None, 2),
        ([3, 0.5, 2, 0.4], None, 3),
        ([0.5, 0.4], None, 0),
        ([0.5, 1], None, -1),
        ([3, 0.5], "beyond", -1),
    ]:
        assert demo.page.evaluate(settled, [values, ended]) == step


def test_contours_lie_on_their_level(fresh):
    demo = fresh()
    for loss, f in LOSSES.items():
        for level in (0.2, 0.6, 3.0):
            pieces = demo.page.evaluate(
                f"([loss, z]) => {{ const m = {demo.model}; return m.contour(m.losses[loss].value, z, 2, 120); }}",
                [loss, level],
            )
            assert len(pieces) > 20
            ends = torch.tensor(pieces, dtype=torch.float64).reshape(-1, 2).T.requires_grad_()
            values = f(ends)
            values.sum().backward()
            distance = (values - level).abs() / ends.grad.norm(dim=0)
            assert distance.quantile(0.9) < 0.02  # half a cell


@pytest.mark.parametrize("preset", RIGHT)
def test_questions_are_answered_by_the_runs(fresh, preset):
    demo = fresh(f"?preset={preset}")
    assert demo.part(".situation").input_value() == preset
    found = demo.page.evaluate(
        f"""(preset) => {{
          const s = {STATE}, state = s.read(new URLSearchParams(s.presets[preset])), question = s.QUESTIONS[preset];
          return [question.answers[question.right(s.race(state), state)], question.t];
        }}""",
        preset,
    )
    assert found[0] == RIGHT[preset]
    assert demo.text(".told") == ""
    demo.page.emulate_media(reduced_motion="reduce")
    wrong = demo.part("[data-answer]").filter(has_not_text=RIGHT[preset]).first
    wrong.click()
    expect(demo.part(".told")).to_contain_text(f"No: {RIGHT[preset]}.")
    assert demo.get("state")["state"]["t"] == found[1]
    demo.part("[data-answer]").get_by_text(RIGHT[preset], exact=True).click()
    expect(demo.part(".told")).to_contain_text("As you said.")
    demo.part(".rewind").click()
    expect(demo.part(".told")).to_contain_text("As you said.")  # it has been seen
    demo.part("[data-loss='bowl']").click()
    demo.part(".nesterov").check()
    assert demo.part("[data-answer]").count() == 0
    demo.page.emulate_media(reduced_motion="no-preference")  # the page is that of the tests below, too
    assert demo.complaints == []


def descent(name: str, loss: str, start, steps: int = 300, **options) -> np.ndarray:
    """Losses of a run of PyTorch."""
    w = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimiser, values = getattr(torch.optim, name)([w], **options), []
    for _ in range(steps + 1):
        optimiser.zero_grad()
        value = LOSSES[loss](w)
        values.append(value.item())
        value.backward()
        optimiser.step()
    return np.array(values)


def settled(values) -> int:
    return int(np.flatnonzero(values >= 1e-4)[-1]) + 1


def test_what_is_told_is_true(fresh):
    """The numbers in the answers, computed by PyTorch, or by hand."""

    def told(preset):
        demo = fresh(f"?preset={preset}")
        demo.page.evaluate(f"(() => {{ const d = {demo.js}; d.state.t = 300; d.render(); }})()")
        demo.part("[data-answer]").first.click()
        return demo.text(".told")

    gd = settled(descent("SGD", "valley", [-1.8, 0.9], lr=0.0769))
    momentum = settled(descent("SGD", "valley", [-1.8, 0.9], lr=0.05, momentum=0.7))
    assert f"GD is there for good from step {gd}, momentum from step {momentum}." in told("valley")
    assert f"y = {0.1 * 1.025**300:.0f}" in told("edge")
    losses = [(1.8 * 0.919**n) ** 2 + 25 * (0.1 * 1.025**n) ** 2 for n in range(300)]
    assert f"fell up to step {np.argmin(losses)}," in told("edge")
    assert "Adam’s: 0.1; AdaGrad’s: 0.1; RMSProp’s: 1," in told("scale")
    assert "GD’s: 150." in told("scale")
    turned = told("turned")
    start = np.array([-1.91, -0.64])
    for name, word, options in [
        ("SGD", "GD", {"lr": 0.0769}),
        ("SGD", "Momentum", {"lr": 0.05, "momentum": 0.7}),
        ("Adagrad", "AdaGrad", {"lr": 0.5}),
        ("Adam", "Adam", {"lr": 0.1}),
    ]:
        back = np.array([start.sum(), start[1] - start[0]]) / np.sqrt(2)
        there = settled(descent(name, "turned", start, **options))
        assert f"{word} {there} ({settled(descent(name, 'valley', back, **options))})" in turned
    rms = descent("RMSprop", "turned", start, lr=0.05)
    assert rms[200:280].max() < 1e-4 < rms[-1]  # comes down, and jumps out again
    assert "RMSProp none" in turned
    assert f"AdaGrad {descent('Adagrad', 'bowl', [1.8, 1.5], lr=0.1)[300]:.3g}" in told("fade")
    assert "y is exactly 0 at every step of all three" in told("saddle")
    assert "Newton is there from step 5; on the way its loss was 1410." in told("rosenbrock")
    for name, word, options in [
        ("SGD", "GD", {"lr": 0.002}),
        ("SGD", "Momentum", {"lr": 0.001, "momentum": 0.9}),
        ("Adam", "Adam", {"lr": 0.2}),
    ]:
        assert f"{word} {descent(name, 'rosenbrock', [-1.2, 1.0], **options)[300]:.3g}" in told("rosenbrock")


def test_the_text_around_it(fresh):
    """What the chapter says beside its links."""
    demo = fresh("?preset=valley&momentum=0.1111&rho=0.444&t=300")
    root = descent("SGD", "valley", [-1.8, 0.9], lr=0.1111, momentum=0.444)
    assert f"since {settled(root)}" in demo.text(".facts")
    assert settled(root) < settled(descent("SGD", "valley", [-1.8, 0.9], lr=0.05, momentum=0.7))
    demo = fresh("?preset=edge&on=gd,momentum&momentum=0.081&t=300")
    there = settled(descent("SGD", "valley", [-1.8, 0.1], lr=0.081, momentum=0.7))
    last = [row.split("\t")[-1] for row in demo.text(".facts tbody").split("\n")]
    assert last == ["off picture", f"since {there}"]


def test_other_noise_frees_in_the_same_order(fresh):
    demo = fresh("?preset=freed")
    answers = demo.page.evaluate(
        f"""() => {{
          const s = {STATE}, state = s.read(new URLSearchParams(s.presets.freed)), question = s.QUESTIONS.freed;
          const answer = (seed) => question.answers[question.right(s.race({{ ...state, seed }}), state)];
          return Array.from({{ length: 100 }}, (_, seed) => answer(seed));
        }}"""
    )
    assert set(answers) == {"Adam"}
    before = demo.text(".facts")
    demo.part(".t").fill("60")
    demo.part(".other").click()
    assert demo.get("state")["state"]["seed"] == 2
    assert demo.text(".facts") != before


def test_step_back_run_and_rewind(fresh):
    demo = fresh("?preset=valley")
    assert demo.part(".back").is_disabled()
    assert "has not taken a step yet" in demo.text(".inner")
    demo.part(".step").click()
    demo.part(".step").click()
    assert demo.get("state")["state"]["t"] == 2
    rows = demo.part(".inner tbody tr").all_inner_texts()
    cells = [[number(cell) for cell in row.split("\t")[1:]] for row in rows]
    g, u, step = np.array(cells)
    # by hand: the first gradient is (−1.8, 22.5), and the first step takes 0.05 of it
    w = np.array([-1.8 + 0.05 * 1.8, 0.9 - 0.05 * 22.5])
    np.testing.assert_allclose(g, w * [1, 25], atol=1e-3)
    np.testing.assert_allclose(u, 0.7 * np.array([-1.8, 22.5]) + w * [1, 25], atol=1e-2)
    np.testing.assert_allclose(step, -0.05 * u, atol=1e-3)
    demo.part(".back").click()
    assert demo.get("state")["state"]["t"] == 1
    demo.part(".run").click()
    demo.wait_for("demo.state.t === 300 && !demo.running")
    assert demo.part(".step").is_disabled()
    assert "since 73" in demo.text(".facts")
    assert "since 32" in demo.text(".facts")
    demo.part(".rewind").click()
    assert demo.get("state")["state"]["t"] == 0
    assert demo.part(".way").first.get_attribute("d").count("L") == 0
    demo.part(".undo").click()
    assert demo.get("state")["state"]["t"] == 300
    assert demo.part(".way").first.get_attribute("d").count("L") == 300
    assert demo.part(".run").is_disabled()


def test_inside_adam(fresh):
    demo = fresh("?preset=scale&t=3&look=adam")
    rows = [row.split("\t") for row in demo.part(".inner tbody tr").all_inner_texts()]
    values = [[number(cell) for cell in row[1:]] for row in rows]
    m, v, m_hat, v_hat, rate, step = np.array(values[1:])
    np.testing.assert_allclose(m_hat, m / (1 - 0.9**3), rtol=0.06)
    np.testing.assert_allclose(v_hat, v / (1 - 0.999**3), rtol=0.06)
    np.testing.assert_allclose(rate, 0.1 / np.sqrt(v_hat), rtol=0.06)
    np.testing.assert_allclose(step, -rate * m_hat, rtol=0.1)
    demo.part("[data-look='gd']").click()
    assert "GD has diverged, and takes no step after 2." in demo.text(".inner")
    assert "Diverged, beyond 1000: GD in step 2." in demo.text(".facts")
    demo.part("[data-look='newton']").click()
    assert "does not take part" in demo.text(".inner")
    assert "NaN" not in demo.text(".frame")


@pytest.mark.parametrize("loss", LOSSES)
def test_no_state_shows_what_is_no_number(fresh, loss):
    demo, rng = fresh(), np.random.default_rng(5)
    everything = f"&on={','.join(METHODS)}"
    for trial in range(12):
        rates = "".join(f"&{name}={10 ** rng.uniform(-4, 1):.3g}" for name in METHODS)
        decays = "".join(f"&{name}={rng.choice([0, 0.5, 0.999])}" for name in ("rho", "alpha", "b1", "b2"))
        start = ",".join(f"{value:.2f}" for value in rng.choice([0, -2, 2, 0.58], 2))
        t, factor, look = rng.choice([0, 1, 40, 300]), rng.integers(-4, 5), rng.choice(["gd", "adam", "newton"])
        query = f"?loss={loss}&start={start}{everything}{rates}{decays}&factor={factor}&t={t}&look={look}"
        query += f"&noise={trial % 2}&nesterov={trial % 2}"
        demo.page.evaluate(f"(query) => {demo.js}.load(query)", query)
        shown = demo.page.evaluate(
            f"""(() => {{ const root = {demo.js}.shadowRoot;
              const attributes = (e) => ['d', 'cx', 'cy', 'transform'].map((name) => e.getAttribute(name));
              const drawn = [...root.querySelectorAll('path, circle, g')].flatMap(attributes);
              const words = root.querySelector('.frame').textContent + root.querySelector('.chart').ariaLabel;
              return words + drawn.join(' '); }})()"""
        )
        assert not any(word in shown for word in ("NaN", "Infinity", "undefined", "∞")), query
    assert demo.complaints == []


def test_mouse(fresh):
    demo = fresh("?preset=valley&t=40")
    before = demo.get("state")["state"]
    demo.drag((-0.9, 0.45), (0.5, -0.6))  # in units of half the picture
    assert demo.get("state")["state"]["start"] == pytest.approx([1.0, -1.2], abs=0.03)
    assert demo.get("state")["state"]["t"] == 40
    assert demo.part(".situation").input_value() == ""
    demo.part(".undo").click()
    assert demo.get("state")["state"] == before
    demo.page.mouse.click(*demo.place(0.25, 0.7))
    assert demo.get("state")["state"]["start"] == pytest.approx([0.5, 1.4], abs=0.03)
    demo.part(".on-adam").check()
    demo.part(".on-gd").uncheck()
    assert demo.get("state")["state"]["on"] == ["momentum", "adam"]
    assert demo.part(".facts tbody tr").count() == demo.part(".runner").count() == 2
    demo.part(".number-adam").fill("0.25")
    demo.part(".number-adam").press("Enter")
    demo.part(".number-momentum").fill("-3")  # out of range: back to what it was
    demo.part(".number-momentum").press("Enter")
    assert demo.get("state")["state"]["rates"]["adam"] == 0.25
    assert float(demo.part(".number-momentum").input_value()) == 0.05
    demo.part(".rate-momentum").fill("-1")
    demo.part(".rho").fill("1")
    demo.part(".factor").fill("-2")
    demo.part(".noise").fill("3")
    state = demo.get("state")["state"]
    assert (state["rates"]["momentum"], state["rho"], state["factor"], state["noise"]) == (0.1, 0.9, -2, 0.01)
    for name in ("momentum", "adam"):
        demo.part(f".on-{name}").uncheck()
    assert "No method takes part" in demo.text(".facts")
    assert demo.complaints == []


def test_keyboard_alone(fresh):
    demo = fresh("?preset=valley&t=10")
    demo.part(".point").focus()
    demo.page.keyboard.press("ArrowRight")
    demo.page.keyboard.press("Shift+ArrowDown")
    assert demo.get("state")["state"]["start"] == pytest.approx([-1.75, 0.65])
    active = f"{demo.js}.shadowRoot.activeElement"
    assert demo.page.evaluate(f"{active}.getAttribute('aria-label')").startswith("Start, at -1.75, 0.65. Loss ")
    expect(demo.part(".voice")).to_contain_text("Step 10. GD loss")
    demo.part(".t").focus()
    demo.page.keyboard.press("ArrowLeft")
    assert demo.get("state")["state"]["t"] == 9
    demo.part(".on-newton").focus()
    demo.page.keyboard.press("Space")
    assert demo.get("state")["state"]["on"] == ["gd", "momentum", "newton"]
    demo = fresh("?preset=newton")
    demo.part("[data-answer]").nth(1).focus()
    demo.page.keyboard.press("Enter")
    demo.wait_for("demo.state.t === 60 && !demo.running")
    assert demo.page.evaluate(f"{active}.dataset.answer") == "1"  # the focus stays
    expect(demo.part(".voice")).to_contain_text("As you said.")


def test_touch(load):
    demo = load("?preset=valley", width=390, height=844, has_touch=True, is_mobile=True)
    demo.drag_with_finger((-0.9, 0.45), (0.3, -0.6))
    assert demo.get("state")["state"]["start"] == pytest.approx([0.6, -1.2], abs=0.06)
    demo.tap(demo.part(".step"))
    assert demo.get("state")["state"]["t"] == 1
    demo.tap(demo.part("[data-loss='saddle']"))
    assert demo.get("state")["state"]["loss"] == "saddle"


def test_axes_of_the_chart_are_fixed(fresh):
    labels = {
        fresh(query).part(".chart").text_content()
        for query in ("?preset=valley", "?preset=scale&t=50", "?preset=saddle&t=300")
    }
    assert len(labels) == 1
