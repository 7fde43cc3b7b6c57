"""The linear-classifier demo, used as readers use it, and its mathematics against the code of the chapter."""

from __future__ import annotations

import re

import numpy as np
import pytest

from book.definitions import definitions
from book.order import ROOT
from utils.gradcheck import central_difference

PAGE = "chapters/classical/linear_classifiers.html"
AXE = ROOT / "website/node_modules/axe-core/axe.min.js"
MODEL = "customElements.get('eer-linear').model"
DEMO = "document.querySelector('eer-linear')"
LOSSES = ["weston_watkins", "one_against_all", "structured_hinge", "cross_entropy"]
SHORT = {"ww": "weston_watkins", "ova": "one_against_all", "structured": "structured_hinge", "softmax": "cross_entropy"}
HINGES = LOSSES[:3]


@pytest.fixture
def demo(open_page):
    """demo(query): the page, with the demo in view."""

    def open_(query: str = "", **options):
        page = open_page(f"{PAGE}{query}#demo-linear", **options)
        page.locator("eer-linear").scroll_into_view_if_needed()
        return page

    return open_


@pytest.fixture(scope="module")
def chapter():
    return definitions(ROOT / "chapters/classical/linear_classifiers.ipynb")


def state(page) -> dict:
    found = page.evaluate(
        f"(({{points, W, b, loss, lambda, eta, steps}}) => ({{points, W, b, loss, lambda, eta, steps}}))({DEMO})"
    )
    return found | {"loss": SHORT[found["loss"]]}


def part(page, selector: str):
    return page.locator(f"eer-linear {selector}")


def text(page, selector: str) -> str:
    """What stands there, as a person would type it."""
    return part(page, selector).inner_text().replace("−", "-").replace("\u00a0", " ")


def parameter(page, k: int, d: int):
    """The input of weight d (2: the bias) of class k."""
    return part(page, f"input[data-k='{k}'][data-d='{d}']")


def place(page, x: float, y: float) -> tuple[float, float]:
    """Where a place of the plane is on the screen."""
    part(page, ".plane").scroll_into_view_if_needed()
    box = part(page, ".plane").bounding_box()
    return box["x"] + (x + 1) / 2 * box["width"], box["y"] + (1 - y) / 2 * box["height"]


def objective(page, **changes) -> dict:
    """Loss and gradient in the demo's present state with some of it changed, from the demo's model."""
    given = state(page) | changes
    return page.evaluate(
        f"""({{points, W, b, loss, lambda}}) => {{
          const X = points.map((p) => [p.x, p.y]), y = points.map((p) => p.label), m = {MODEL};
          return {{...m.objective(W, b, X, y, loss, lambda), check: m.check(W, b, X, y, loss, lambda), y}};
        }}""",
        given,
    )


def gradient(found: dict) -> np.ndarray:
    return np.column_stack([found["dL_dW"], found["dL_db"]])


def descend(page, steps: int, **changes) -> dict:
    """The state after many steps, computed by the demo's model, with some of the present state changed."""
    given = state(page) | changes
    moved = page.evaluate(
        f"""({{points, W, b, loss, lambda, eta, steps}}) => {{
          const X = points.map((p) => [p.x, p.y]), y = points.map((p) => p.label), m = {MODEL};
          let now = {{W, b}};
          for (let t = 0; t < steps; t++) {{
            now = m.step(now.W, now.b, m.objective(now.W, now.b, X, y, loss, lambda), eta);
          }}
          return now;
        }}""",
        given | {"steps": steps},
    )
    return given | moved


def right(found: dict) -> np.ndarray:
    return np.argmax(found["S"], axis=1) == found["y"]


# --- mathematics -----------------------------------------------------------------------------------------------------


def random_problems(count: int):
    """States in general position, and states on a coarse grid, where scores tie and margins are met exactly."""
    rng = np.random.default_rng(0)
    for trial in range(count):
        n, c = int(rng.integers(1, 12)), int(rng.integers(2, 6))
        if trial % 2:
            W, b, X = rng.integers(-2, 3, (c, 2)) / 2, rng.integers(-2, 3, c) / 2, rng.integers(-2, 3, (n, 2)) / 2
        else:
            W, b, X = 2 * rng.normal(size=(c, 2)), rng.normal(size=c), rng.uniform(-1, 1, (n, 2))
        yield W, b, X, rng.integers(c, size=n), float(rng.choice([0, 0.01, 0.3]))


def test_mathematics_is_the_chapters(demo, chapter):
    page = demo()
    for loss in LOSSES:
        compare_with_chapter(page, chapter, loss)


def compare_with_chapter(page, chapter, loss):
    problems = list(random_problems(120))
    found = page.evaluate(
        f"""([problems, loss]) => problems.map(([W, b, X, y, lambda]) => {{
          const m = {MODEL}, S = m.scores(W, b, X);
          return {{S, own: m[loss](S, y), objective: m.objective(W, b, X, y, loss, lambda), guesses: S.map(m.predict)}};
        }})""",
        [[[W.tolist(), b.tolist(), X.tolist(), y.tolist(), lambda_] for W, b, X, y, lambda_ in problems], loss],
    )
    exact = 0
    for (W, b, X, y, lambda_), ours in zip(problems, found, strict=True):
        S = chapter["scores"](W, b, X)
        np.testing.assert_allclose(ours["S"], S, rtol=0, atol=1e-12)
        losses, dL_dS = chapter[loss](S, y)
        np.testing.assert_allclose(ours["own"][0], losses, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(ours["own"][1], dL_dS, rtol=1e-12, atol=1e-12)
        np.testing.assert_array_equal(ours["guesses"], S.argmax(axis=1))
        total, data, penalty, dL_dW, dL_db = chapter["objective"](W, b, X, y, chapter[loss], lambda_)
        mine = ours["objective"]
        np.testing.assert_allclose([mine["total"], mine["data"], mine["penalty"]], [total, data, penalty], rtol=1e-12)
        np.testing.assert_allclose(mine["dL_dW"], dL_dW, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(mine["dL_db"], dL_db, rtol=1e-12, atol=1e-12)
        exact += int(np.any(S - S[np.arange(len(y)), y][:, None] == -1))
    assert exact > 10  # margins met exactly were among them


def test_differences_are_central_differences(demo, chapter):
    page = demo()
    for loss in LOSSES:
        compare_differences(page, chapter, loss)


def compare_differences(page, chapter, loss):
    problems = [problem for problem in random_problems(60) if len(problem[0]) == 3]
    found = page.evaluate(
        f"([problems, loss]) => problems.map((p) => {MODEL}.check(p[0], p[1], p[2], p[3], loss, p[4]))",
        [[[W.tolist(), b.tolist(), X.tolist(), y.tolist(), lambda_] for W, b, X, y, lambda_ in problems], loss],
    )
    smooth, kinked = 0, 0
    for (W, b, X, y, lambda_), ours in zip(problems, found, strict=True):

        def total(V, X=X, y=y, lambda_=lambda_):
            return chapter["objective"](V[:, :2], V[:, 2], X, y, chapter[loss], lambda_)[0]

        expected = central_difference(total, np.column_stack([W, b]))
        np.testing.assert_allclose(gradient(ours["numeric"]), expected, rtol=1e-6, atol=1e-8)
        if ours["kinks"]:
            kinked += 1
        else:  # nothing to step across: the two must agree
            smooth += 1
            assert ours["error"] < 1e-6
            assert np.all(ours["agree"])
    assert smooth > 3
    assert (kinked > 3) == (loss in HINGES)


def test_regions_and_zones_are_where_scores_say(demo):
    page, rng = demo(), np.random.default_rng(1)
    for loss in LOSSES:
        W, b = rng.normal(size=(3, 2)) * 3, rng.normal(size=3)
        square = [[-1, -1], [1, -1], [1, 1], [-1, 1]]
        polygons = page.evaluate(
            f"""([W, b, loss, square]) => {{
              const m = {MODEL};
              return W.map((_, k) => [m.region(W, b, k, square), m.content(W, b, k, loss, square)]);
            }}""",
            [W.tolist(), b.tolist(), loss, square],
        )
        for x in rng.uniform(-1, 1, (60, 2)):
            s = W @ x + b
            for k in range(3):
                region, zone = (inside(polygon, x) for polygon in polygons[k])
                assert region == (s.argmax() == k)
                cost = page_cost(s, k, loss)
                assert zone == (cost == 0)


def page_cost(s, y, loss) -> float:
    """Loss of one point of class y, written out once more."""
    others = np.delete(s, y)
    if loss == "one_against_all":
        return max(0, 1 - s[y]) + np.maximum(0, 1 + others).sum()
    if loss == "cross_entropy":
        return float(np.log(np.exp(s - s[y]).sum()))
    return np.maximum(0, others - s[y] + 1).sum()


def inside(polygon, x) -> bool:
    """Whether x lies in a convex polygon, whose corners go round counterclockwise."""
    if len(polygon) < 3:
        return False
    P = np.array(polygon)
    edges, to = np.roll(P, -1, axis=0) - P, x - P
    return bool(np.all(edges[:, 0] * to[:, 1] - edges[:, 1] * to[:, 0] >= 0))


# --- situations ------------------------------------------------------------------------------------------------------


def test_nine_points_are_the_known_table(demo):
    page = demo()
    found = objective(page)
    assert found["data"] == pytest.approx(0.645, abs=0.01)
    assert found["penalty"] == pytest.approx(1.925, abs=0.01)
    assert text(page, ".data-loss") == "0.645"
    assert text(page, ".penalty-loss") == "1.925"
    assert text(page, ".total-loss") == "2.570"
    np.testing.assert_allclose(found["losses"], [0.017, 0.432, 0, 0.402, 1.884, 0, 0.251, 0.573, 2.242], atol=1e-9)
    first = text(page, ".points tbody tr:first-child").split()
    assert first == ["1", "A", "0.50", "0.40", "1.20", "·", "0.01", "-0.19", "0.22", "0.02", "0.02"]
    assert text(page, ".mean") == "0.645"
    assert "9 of 9 entries agree" in text(page, ".check")


def test_preset_zero(demo):
    page = demo("?preset=zero")
    assert objective(page)["data"] == 2
    assert objective(page, loss="cross_entropy")["data"] == pytest.approx(np.log(3))
    after = descend(page, 300)
    assert right(objective(page, **after)).all()


def test_preset_satisfied(demo):
    page = demo("?preset=satisfied")
    for loss in ("weston_watkins", "structured_hinge"):
        found = objective(page, loss=loss)
        assert found["total"] == 0
        assert not gradient(found).any()
    part(page, ".step").click()
    assert state(page)["steps"] == 0
    assert "gradient is zero" in text(page, ".status")
    before = state(page)["W"]
    part(page, "[data-loss='softmax']").click()
    pushing = objective(page)
    assert pushing["total"] > 0.1
    assert np.abs(gradient(pushing)).max() > 0.01
    part(page, ".step").click()
    assert state(page)["W"] != before
    assert objective(page)["total"] < pushing["total"]


def test_preset_diverges(demo):
    page = demo("?preset=diverges")
    norms = [np.linalg.norm(descend(page, steps)["W"]) for steps in (10, 11, 12)]
    assert norms[1] / norms[0] == pytest.approx(2, abs=0.02)
    assert norms[2] / norms[1] == pytest.approx(2, abs=0.02)
    part(page, ".run").click()
    page.wait_for_function(f"!{DEMO}.running", timeout=20_000)
    assert re.search(r"Diverged after \d\d steps.*1 - 2ηλ = -2\.0", text(page, ".status"))
    assert all(abs(value) <= 1e12 for row in state(page)["W"] for value in row)
    assert text(page, ".run") == "Run"
    tamer = [
        objective(page, **descend(page, 300, eta=eta, W=[[1, 0], [0, 1], [-1, 0]], b=[0, 0, 0]))["total"]
        for eta in (0.9, 0.1)
    ]
    assert max(tamer) < 10
    assert page.problems == []


def test_preset_shrinks(demo):
    page = demo("?preset=shrinks")
    before, after = state(page), descend(page, 200)
    assert np.linalg.norm(after["W"]) < 0.05 * np.linalg.norm(before["W"])
    found = objective(page, **after)
    assert min(found["losses"]) > 0
    assert right(found).sum() < right(objective(page)).sum()


@pytest.mark.parametrize("steps", [0, 50, 1000])
def test_preset_ova_fails(demo, steps):
    page = demo("?preset=ova-fails")
    y = np.array(objective(page)["y"])
    alone = objective(page, **descend(page, steps))
    assert np.array(alone["S"])[:, 1].max() < 0  # B is denied to every point, its own among them
    assert not right(alone)[y == 1].any()
    if steps >= 1000:
        together = objective(page, **descend(page, steps, loss="weston_watkins"))
        assert right(together).all()
        tightened = objective(page, **descend(page, 5 * steps, loss="weston_watkins", **{"lambda": 0}))
        assert tightened["data"] == 0


def test_nothing_gives_the_middle_class_a_positive_score(demo):
    """The best hinge of B against the rest, by linear programming, is the score −1 everywhere."""
    from scipy.optimize import linprog

    points = state(demo("?preset=ova-fails"))["points"]
    X = np.array([[p["x"], p["y"], 1] for p in points])
    t = np.where([p["label"] == 1 for p in points], 1, -1)
    n = len(points)
    # minimise Σ ξ with ξ ≥ 1 − t s and ξ ≥ 0
    found = linprog(
        np.r_[np.zeros(3), np.ones(n)],
        A_ub=np.column_stack([-t[:, None] * X, -np.eye(n)]),
        b_ub=-np.ones(n),
        bounds=[(None, None)] * 3 + [(0, None)] * n,
    )
    assert found.fun == pytest.approx(2 * (t == 1).sum())
    np.testing.assert_allclose(X @ found.x[:3], -1, atol=1e-9)


def test_preset_kink(demo):
    page = demo("?preset=kink")
    found = objective(page)
    S = np.array(found["S"])
    assert S[0, 1] - S[0, 0] + 1 == 0  # exactly
    assert found["check"]["kinks"] == [{"point": 0, "label": 1}]
    assert found["check"]["error"] > 0.1
    assert "≠ in 6 of 9 entries" in text(page, ".check")
    assert "point 1 is exactly on the margin of B: a kink, which has no gradient" in text(page, ".check")
    assert part(page, ".difference.differs").count() == 6
    assert part(page, ".difference.differs").first.inner_text().startswith("≠")
    part(page, ".point").first.focus()
    page.keyboard.press("ArrowLeft")  # off the kink
    assert "9 of 9 entries agree" in text(page, ".check")
    assert part(page, ".difference.differs").count() == 0


def test_preset_outlier(demo):
    page = demo("?preset=outlier")
    found = objective(page)
    assert found["losses"][9] > 1
    assert not any(found["losses"][:9])
    assert "Point 10" in text(page, ".explanation")
    assert "100 % of all" in text(page, ".explanation")
    before, after = np.array(state(page)["W"]), np.array(descend(page, 500)["W"])
    cosines = (before * after).sum(axis=1) / np.linalg.norm(before, axis=1) / np.linalg.norm(after, axis=1)
    assert np.degrees(np.arccos(cosines)).max() > 15  # a line has turned
    assert sum(loss > 0 for loss in objective(page, **descend(page, 500))["losses"][:9]) >= 3
    without = descend(page, 500, points=state(page)["points"][:9])
    assert objective(page, **without)["data"] < 0.02


def test_every_situation_can_be_chosen(demo):
    page = demo()
    names = part(page, ".situation option").evaluate_all("all => all.map((o) => o.value).filter(Boolean)")
    assert names[:1] == ["nine-points"]
    assert {"diverges", "shrinks", "satisfied", "ova-fails", "kink", "outlier", "zero"} < set(names)
    for name in names:
        part(page, ".situation").select_option(name)
        assert part(page, ".situation").input_value() == name
        assert len(text(page, ".hint").split()) > 5
        chosen = state(page)
        page.evaluate(f"(query) => {DEMO}.load(query)", f"?preset={name}")
        assert state(page) == chosen
        for loss in SHORT:
            part(page, f"[data-loss='{loss}']").click()
            assert state(page)["loss"] == SHORT[loss]
    assert page.problems == []


# --- readers ---------------------------------------------------------------------------------------------------------


def test_mouse(demo):
    page = demo()
    before = state(page)
    first = before["points"][0]
    page.mouse.move(*place(page, first["x"], first["y"]))
    page.mouse.down()
    page.mouse.move(*place(page, -0.5, 0.6), steps=4)
    page.mouse.up()
    after = state(page)
    assert (after["points"][0]["x"], after["points"][0]["y"]) == pytest.approx((-0.5, 0.6), abs=0.02)
    assert after["points"][1:] == before["points"][1:]
    assert part(page, ".situation").input_value() == ""
    part(page, ".undo").click()
    assert state(page) == before

    part(page, "[data-mode='2']").click()
    page.mouse.click(*place(page, 0.1, -0.2))
    assert state(page)["points"][-1] == {
        "x": pytest.approx(0.1, abs=0.02),
        "y": pytest.approx(-0.2, abs=0.02),
        "label": 2,
    }
    assert text(page, ".selected-name") == "Point 10 is"
    part(page, "[data-label='1']").click()
    assert state(page)["points"][-1]["label"] == 1
    page.mouse.dblclick(*place(page, 0.1, -0.2))
    assert state(page)["points"] == before["points"]

    page.mouse.move(*place(page, -0.4, -0.5))
    assert "Point 9, class C" in text(page, ".explanation")
    assert part(page, ".points tr.shown th").inner_text().split() == ["9", "C"]
    page.mouse.move(*place(page, -0.9, -0.9))
    part(page, ".points tbody tr").nth(4).hover()
    assert "Point 5, class B" in text(page, ".explanation")
    assert part(page, ".point.hovered").count() == 1
    part(page, ".points tbody tr").nth(6).click()
    assert text(page, ".selected-name") == "Point 7 is"
    part(page, ".remove").click()
    assert len(state(page)["points"]) == 8
    part(page, ".reset").click()
    assert state(page) == before
    assert page.problems == []


def test_weights_are_edited_and_taken_back(demo):
    page = demo()
    before = state(page)
    parameter(page, 1, 0).fill("-1.2345678")
    page.keyboard.press("Enter")
    assert state(page)["W"][1][0] == -1.2345678
    assert parameter(page, 1, 0).input_value() == "-1.23"
    part(page, "[data-nudge='1'][data-k='2'][data-d='2']").click()
    assert state(page)["b"][2] == pytest.approx(0, abs=1e-12)
    part(page, "[data-nudge='-1'][data-k='0'][data-d='1']").click()
    assert state(page)["W"][0][1] == pytest.approx(1.38)
    shown = [float(text(page, f"#g{k}{d} span:last-child")) for k in range(3) for d in range(3)]
    np.testing.assert_allclose(shown, gradient(objective(page)).ravel(), atol=6e-4)
    parameter(page, 0, 0).fill("")  # not a number: nothing happens
    assert state(page)["W"][0][0] == 2.06
    parameter(page, 0, 0).blur()
    assert parameter(page, 0, 0).input_value() == "2.06"
    for _ in range(3):
        part(page, ".undo").click()
    assert state(page) == before
    assert part(page, ".undo").is_disabled()
    assert page.problems == []


def test_steps_and_runs(demo):
    page = demo()
    start, expected = state(page), descend(page, 1)
    part(page, ".step").click()
    after = state(page)
    np.testing.assert_allclose(after["W"], expected["W"], rtol=1e-14)
    np.testing.assert_allclose(after["b"], expected["b"], rtol=1e-14)
    assert after["steps"] == 1
    assert text(page, ".status").startswith("Step 1:")
    part(page, ".run").click()
    assert text(page, ".run") == "Pause"
    page.wait_for_function(f"{DEMO}.steps >= 15")
    place(page, 0, 0)
    first = state(page)["points"][0]  # a run goes on while a point is dragged
    page.mouse.move(*place(page, first["x"], first["y"]))
    page.mouse.down()
    page.mouse.move(*place(page, 0.6, 0.6), steps=3)
    page.mouse.up()
    assert page.evaluate(f"{DEMO}.running")
    part(page, ".run").click()
    steps = state(page)["steps"]
    page.wait_for_timeout(150)
    assert state(page)["steps"] == steps
    assert float(text(page, ".total-loss")) < 2
    assert f"over {steps} steps" in part(page, ".chart").get_attribute("aria-label")
    for _ in range(2):  # the drag, the run
        part(page, ".undo").click()
    assert state(page) == after
    assert "over 1 steps" in part(page, ".chart").get_attribute("aria-label")
    part(page, ".undo").click()
    assert state(page) == start
    part(page, ".random").click()
    assert state(page)["W"] != start["W"]
    part(page, ".reset").click()
    assert state(page) == start
    assert page.problems == []


def test_run_stops_out_of_view(demo):
    page = demo("?preset=zero")
    page.set_viewport_size({"width": 1280, "height": 500})
    place(page, 0, 0)
    part(page, ".run").click()
    page.wait_for_function(f"{DEMO}.steps >= 3")
    page.evaluate("document.body.style.paddingBottom = '6000px'; scrollTo({top: 1e6, behavior: 'instant'})")
    page.wait_for_function(f"!{DEMO}.running")
    assert "out of view" in text(page, ".status")


def test_run_is_calm_for_readers_who_ask(browser, address):
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{address}/{PAGE}?preset=zero#demo-linear")
    part(page, ".plane").scroll_into_view_if_needed()
    page.evaluate(
        f"""window.pictures = 0;
        const loss = {DEMO}.shadowRoot.querySelector('.total-loss');
        new MutationObserver(() => pictures++).observe(loss, {{childList: true}})"""
    )
    part(page, ".run").click()
    page.wait_for_function(f"{DEMO}.steps >= 45")
    pictures = page.evaluate("window.pictures")
    context.close()
    assert pictures <= 8


def test_keyboard_alone(demo):
    page = demo()
    part(page, ".situation").focus()  # from here on, only keys
    page.keyboard.press("Tab")
    assert page.evaluate(f"{DEMO}.shadowRoot.activeElement.classList.contains('point')")
    before = state(page)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowRight")
    moved = state(page)["points"][0]
    assert (moved["x"], moved["y"]) == (pytest.approx(0.75), pytest.approx(0.45))
    page.keyboard.press("n")
    page.keyboard.press("3")
    assert state(page)["points"][1]["label"] == 2
    page.keyboard.press("a")
    assert len(state(page)["points"]) == 10
    page.keyboard.press("Delete")
    assert len(state(page)["points"]) == 9
    page.keyboard.press("p")
    label = page.evaluate(f"{DEMO}.shadowRoot.activeElement.ariaLabel")
    assert re.match(r"Point 8, class C, at .*Loss .*margin violated", label)

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # Step
    assert state(page)["steps"] == 1
    page.keyboard.press("Tab")
    page.keyboard.press("Space")  # Run
    page.wait_for_function(f"{DEMO}.steps > 4")
    page.keyboard.press("Space")
    assert not page.evaluate(f"{DEMO}.running")
    page.wait_for_timeout(400)
    assert re.search(r"Step \d+\. Loss \d\.\d+: data", part(page, ".voice").inner_text())
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # Undo: the run
    assert state(page)["steps"] == 1
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # Reset
    assert state(page) == before
    for _ in range(5):  # Randomise, the first three losses, softmax
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert state(page)["loss"] == "cross_entropy"
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    assert state(page)["lambda"] == pytest.approx(0.11)
    page.keyboard.press("Home")
    assert state(page)["lambda"] == 0
    page.keyboard.press("Tab")
    page.keyboard.press("End")
    assert state(page)["eta"] == 10
    page.keyboard.press("Tab")  # the buttons beside a weight do what its keys do, and are no stops
    page.keyboard.press("ArrowUp")
    assert state(page)["W"][0][0] == pytest.approx(2.16)
    page.keyboard.press("Shift+ArrowDown")
    assert state(page)["W"][0][0] == pytest.approx(1.16)
    assert page.problems == []


def test_touch(browser, address):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{address}/{PAGE}#demo-linear")
    page.wait_for_selector("html[data-finished]", state="attached")
    before = state(page)
    first = before["points"][0]
    (x1, y1), (x2, y2) = place(page, first["x"], first["y"]), place(page, 0.1, 0.1)
    scrolled = page.evaluate("scrollY")
    fingers = context.new_cdp_session(page)
    for kind, points in (
        ("touchStart", [(x1, y1)]),
        *(("touchMove", [(x1 + (x2 - x1) * i / 4, y1 + (y2 - y1) * i / 4)]) for i in range(1, 5)),
        ("touchEnd", []),
    ):
        touches = [{"x": x, "y": y} for x, y in points]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})
    moved = state(page)["points"]
    assert (moved[0]["x"], moved[0]["y"]) == pytest.approx((0.1, 0.1), abs=0.03)
    assert moved[1:] == before["points"][1:]
    assert page.evaluate("scrollY") == scrolled

    page.touchscreen.tap(*place(page, -0.1, -0.9))
    assert len(state(page)["points"]) == 10
    page.touchscreen.tap(*place(page, 0.8, 0.3))
    assert "Point 2, class A" in text(page, ".explanation")
    for selector in ("[data-label='2']", ".step", "[data-nudge='1'][data-k='0'][data-d='2']", "[data-loss='ova']"):
        part(page, selector).tap()
    after = state(page)
    assert (after["points"][1]["label"], after["steps"], after["loss"]) == (2, 1, "one_against_all")
    part(page, ".points tbody tr").nth(3).tap()
    assert "Point 4, class B" in text(page, ".explanation")
    small = part(page, "button, select, input[type=number]").evaluate_all(
        "all => all.map((e) => [e.getBoundingClientRect(), e.textContent.slice(0, 12)])"
        ".filter(([r]) => r.width && (r.width < 24 || r.height < 40)).map((e) => e[1])"
    )
    context.close()
    assert small == []


# --- the page --------------------------------------------------------------------------------------------------------


def test_situation_can_be_linked_to_and_copied(demo):
    page = demo()
    link = page.locator("a.eer-state[href*='demo-linear']").first
    page.evaluate("window.stillThere = true")
    link.click()
    assert page.evaluate("window.stillThere")
    assert page.url.endswith(link.get_attribute("href"))
    part(page, ".situation").select_option("nine-points")
    for _ in range(3):
        part(page, ".step").click()
    part(page, "[data-loss='structured']").click()
    part(page, ".lambda").fill("41")
    part(page, ".eta").fill("20")
    page.mouse.click(*place(page, 0.33, -0.77))
    part(page, ".zones").uncheck()
    page.wait_for_timeout(400)
    copied, again = state(page), demo(page.url.partition(".html")[2].partition("#")[0])
    assert state(again) | {"W": 0, "b": 0} == copied | {"W": 0, "b": 0, "steps": 0}
    np.testing.assert_allclose(state(again)["W"], copied["W"], rtol=1e-5)  # six digits
    np.testing.assert_allclose(state(again)["b"], copied["b"], rtol=1e-5)
    assert copied["lambda"] == pytest.approx(0.01)
    assert copied["eta"] == pytest.approx(0.01)
    assert not part(again, ".zones").is_checked()
    assert text(again, ".selected-name") == "Point 10 is"
    page.go_back()
    page.wait_for_timeout(200)
    assert page.problems == []


def test_address_follows_a_run(demo):
    page = demo("?preset=zero")
    part(page, ".run").click()
    page.wait_for_function(f"{DEMO}.steps > 20")
    weights = re.search(r"w=([^&#]*)", page.url)
    assert weights
    assert weights[1] != "0,0,0;0,0,0;0,0,0"
    assert max(len(number.strip("-").replace(".", "").lstrip("0")) for number in re.split("[,;]", weights[1])) in (5, 6)


def test_malformed_addresses_fall_back(demo):
    page = demo("?points=a,b,c;;&lambda=99&w=1,2,3&loss=l7&eta=-1&point=77&preset=none")
    fallback = state(page)
    assert fallback == state(demo())
    for query in ("?points=1,2", "?w=1,2,3;4,5,;7,8,9", "?w=1e13,0,0;0,0,0;0,0,0", "?w=", "?lambda=&eta=x"):
        page.evaluate(f"(query) => {DEMO}.load(query)", query)
        assert state(page) == fallback, query
    assert page.problems == []


def test_few_points_and_none(demo):
    page = demo("?points=0,0,A")
    part(page, ".remove").click()
    assert state(page)["points"] == []
    assert "There is no point" in text(page, ".explanation")
    assert text(page, ".data-loss") == "0.000"
    part(page, ".step").click()
    assert float(text(page, ".total-loss")) < 1.925  # the penalty is left
    page.mouse.click(*place(page, 0.2, 0.2))
    assert len(state(page)["points"]) == 1
    huge = demo("?w=1e12,-1e12,9e11;123456,-9999,0;1e5,2,3&loss=softmax")
    assert page.problems == huge.problems == []


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_jumps(browser, address, room, width):
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    page.add_init_script(
        "window.shift = 0; const add = (list) => list.getEntries().forEach((e) => (window.shift += e.value));"
        "new PerformanceObserver(add).observe({type: 'layout-shift', buffered: true})"
    )
    page.goto(f"{address}/{PAGE}")
    page.wait_for_selector("html[data-finished]", state="attached")
    page.wait_for_timeout(300)
    place_height = page.evaluate(f"{DEMO}.offsetHeight")
    reserved = page.evaluate(f"parseFloat(getComputedStyle({DEMO}).minHeight)")
    height = page.evaluate(f"{DEMO}.shadowRoot.querySelector('.frame').offsetHeight")
    loading = page.evaluate("window.shift")
    heights = {}
    for name in ("nine-points", "diverges", "kink", "ova-fails", "outlier"):
        part(page, ".situation").select_option(name)
        for loss in SHORT:
            part(page, f"[data-loss='{loss}']").click()
            heights[name, loss] = page.evaluate(f"{DEMO}.shadowRoot.querySelector('.frame').offsetHeight")
    part(page, ".situation").select_option("diverges")
    place(page, 0, 0)
    page.wait_for_timeout(600)
    page.evaluate("window.shift = 0")
    part(page, ".run").click()
    page.wait_for_function(f"!{DEMO}.running", timeout=20_000)
    running = page.evaluate("window.shift")
    context.close()
    assert place_height == room(PAGE, "eer-linear", width)
    assert height <= reserved + 1
    assert reserved - height < 90
    assert loading < 0.02
    assert set(heights.values()) == {height}, heights
    assert running < 0.02


def test_everything_fits(demo):
    page = demo("?w=-99.5,12.25,-8.88;1,2,-345.5;-1234,5,-6&preset=kink")
    for width in (360, 390, 480, 600, 660, 768, 1000, 1280, 1600):
        page.set_viewport_size({"width": width, "height": 900})
        assert too_wide(page) == [], width


def too_wide(page) -> list[str]:
    """Parts of the demo that do not fit their place; the table of points may scroll."""
    return page.evaluate(
        f"""[...{DEMO}.shadowRoot.querySelectorAll('.frame *')].filter((e) =>
          e.scrollWidth > e.clientWidth + 1 && e.clientWidth && getComputedStyle(e).display !== 'inline' &&
          !e.closest('.visually-hidden, svg') && !e.matches('.scroll')).map((e) => e.className || e.tagName)"""
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessibility(demo, scheme):
    page = demo(scheme=scheme)
    page.evaluate(f"{DEMO}.shadowRoot.querySelector('details').open = true")
    page.add_script_tag(path=str(AXE))
    for query in ("", "?preset=kink", "?preset=satisfied&loss=softmax", "?points="):
        page.evaluate(f"(query) => {DEMO}.load(query)", query)
        assert complaints(page) == [], query


def complaints(page) -> list[str]:
    """What axe finds in the demo."""
    found = page.evaluate(
        "axe.run('eer-linear', {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']})"
    )
    return [f"{v['id']}: {node['html'][:160]}" for v in found["violations"] for node in v["nodes"]]


def test_text_stands_in_its_place_without_scripts(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/{PAGE}")
    words = page.locator("eer-linear").inner_text().split()
    context.close()
    assert len(words) > 15


def test_page_opened_from_disk(browser, site):
    context = browser.new_context()
    page = context.new_page()
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto((site / PAGE).as_uri() + "?preset=diverges#demo-linear")
    part(page, ".step").click()
    page.wait_for_timeout(400)
    found = page.evaluate(f"[{DEMO}.steps, {DEMO}.eta]")
    context.close()
    assert found == [1, 1.5]
    assert problems == []
