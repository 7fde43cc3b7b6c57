"""The trellis demo, used as readers use it, and its mathematics against the code of the chapter."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect

from book.definitions import definitions
from book.order import ROOT

PAGE, TAG = "chapters/classical/hmm.html", "eer-trellis"
PRESETS = ("boxes", "stay", "states", "never")


def state(demo) -> dict:
    return demo.get("pi", "A", "red", "balls", "show", "steps", "node")


def tables(demo) -> tuple:
    """π, A, B and the symbols of the demo's state."""
    now = state(demo)
    red = np.array(now["red"])
    balls = np.array(["rw".index(ball) for ball in now["balls"]])
    return np.array(now["pi"]), np.array(now["A"]), np.column_stack([red, 1 - red]), balls


def node(demo, t: int, i: int):
    return demo.part(f".node[data-t='{t}'][data-i='{i}']")


@pytest.fixture(scope="module")
def chapter():
    return definitions(ROOT / "chapters/classical/hmm.ipynb")


def random_row(rng, zeros: float) -> np.ndarray:
    row = rng.dirichlet(np.ones(3))
    row[(rng.random(3) < zeros) & (np.arange(3) != row.argmax())] = 0
    return row / row.sum()


def test_mathematics_is_the_chapters(fresh, chapter):
    demo, rng = fresh(), np.random.default_rng(0)
    impossible = 0
    for trial in range(60):
        zeros = 0.5 * (trial % 2)
        pi, A = random_row(rng, zeros), np.array([random_row(rng, zeros) for _ in range(3)])
        red = np.where(rng.random(3) < zeros, rng.integers(0, 2, 3), rng.random(3))
        B, o = np.column_stack([red, 1 - red]), rng.integers(0, 2, rng.integers(1, 8))
        found = demo.page.evaluate(
            f"""([pi, A, B, o]) => {{
              const m = {demo.model}, b = m.likelihoods(B, o), alpha = m.forward(pi, A, b), best = m.viterbi(pi, A, b);
              return {{ b, alpha, beta: m.backward(A, b), whole: m.evidence(alpha), best,
                        posterior: m.posterior(pi, A, b), path: best.path && m.pathProbability(pi, A, b, best.path) }};
            }}""",
            [pi.tolist(), A.tolist(), B.tolist(), o.tolist()],
        )
        b = B.T[o]
        np.testing.assert_allclose(found["b"], b)
        np.testing.assert_allclose(found["alpha"], chapter["forward"](pi, A, b), rtol=1e-12)
        np.testing.assert_allclose(found["beta"], chapter["backward"](A, b), rtol=1e-12)
        np.testing.assert_allclose(found["whole"], chapter["all_paths"](pi, A, b).sum(), rtol=1e-12)
        if found["whole"] == 0:
            impossible += 1
            assert found["posterior"] is found["best"]["path"] is None
            continue
        with np.errstate(divide="ignore"):
            logs = np.log(pi), np.log(A), np.log(b)
        _, gamma, moves = chapter["posterior"](*logs)
        np.testing.assert_allclose(found["posterior"]["gamma"], gamma, atol=1e-12)
        np.testing.assert_allclose(np.array(found["posterior"]["xi"]).reshape(-1, 3, 3).sum(axis=0), moves, atol=1e-12)
        _, log_best = chapter["viterbi"](*logs)
        np.testing.assert_allclose([found["best"]["probability"], found["path"]], np.exp(log_best), rtol=1e-12)
    assert impossible > 3


def test_rows_stay_distributions(fresh):
    demo, rng = fresh(), np.random.default_rng(1)
    rows = [[1, 0, 0], [0, 0, 1], [0.3333, 0.3333, 0.3334], *rng.dirichlet(np.ones(3), 40).round(4).tolist()]
    for row in rows:
        j, value = int(rng.integers(3)), round(float(rng.choice([0, 1, rng.random()])), 4)
        new = np.array(demo.page.evaluate(f"([row, j, v]) => {demo.model}.withEntry(row, j, v)", [row, j, value]))
        others = [i for i in range(3) if i != j]
        assert new[j] == value
        assert (new >= 0).all()
        assert new.sum() == pytest.approx(1, abs=1e-12)
        if sum(row[i] for i in others) > 0.01:
            old = np.array(row)[others]
            np.testing.assert_allclose(new[others], old / old.sum() * (1 - value), atol=2e-4)


def test_the_boxes_of_the_text(fresh):
    demo = fresh()
    assert demo.part(".situation").input_value() == "boxes"
    assert demo.text(".facts").split("\n")[0] == "P(balls)\t0.130218"
    assert "3 3 3" in demo.text(".facts")
    assert "0.0147, 11.3 %" in demo.text(".facts")
    assert [node(demo, 1, i).inner_text() for i in range(3)] == [".077", ".11", ".0606"]
    assert "(0.1 · 0.5 + 0.16 · 0.3 + 0.28 · 0.2) · 0.5 = 0.077" in demo.text(".how")
    demo.part("[data-show='backward']").click()
    node(demo, 0, 0).click()
    assert "0.2451" in demo.text(".how")
    demo.part("[data-show='posterior']").click()
    assert demo.part(".node.top").evaluate_all("(all) => all.map((e) => e.dataset.i)") == ["1", "2", "2"]
    demo.part("[data-show='viterbi']").click()
    assert demo.part(".node.top").evaluate_all("(all) => all.map((e) => e.dataset.i)") == ["2", "2", "2"]
    assert demo.part("line.best").count() == 2
    assert node(demo, 2, 2).inner_text() == ".0147"


def test_steps_go_through_time(fresh):
    demo = fresh("?show=forward&steps=1")
    assert [node(demo, t, 0).inner_text() for t in range(3)] == [".1", "·", "·"]
    assert "not computed" in demo.text(".how")
    demo.part(".step").click()
    assert [node(demo, t, 0).inner_text() for t in range(3)] == [".1", ".077", "·"]
    demo.part("[data-show='backward']").click()
    assert [node(demo, t, 0).inner_text() for t in range(3)] == ["·", ".54", "1"]
    demo.part(".steps").fill("3")
    assert node(demo, 0, 0).inner_text() == ".245"
    demo.part("[data-show='viterbi']").click()
    demo.part(".step").click()
    assert demo.get("steps")["steps"] == 1  # from the beginning
    assert demo.part(".node.top").count() == demo.part("line.best").count() == 0
    demo.part("[data-show='posterior']").click()
    assert demo.part(".step").is_disabled()
    assert node(demo, 2, 1).inner_text() == ".273"


def test_mouse_changes_balls_and_model(fresh, chapter):
    demo = fresh()
    before = state(demo)
    demo.part(".ball").nth(1).click()
    assert demo.get("balls")["balls"] == "rrr"
    demo.part(".add").click()
    demo.part(".ball").nth(3).click()
    assert demo.get("balls")["balls"] == "rrrw"
    assert demo.part(".node").count() == 12
    demo.part(".a01").fill("0.6")
    demo.part(".a01").press("Enter")
    assert demo.get("A")["A"][0] == pytest.approx([0.25, 0.6, 0.15])
    demo.part(".red2").fill("0.05")
    demo.part(".red2").press("Enter")
    pi, A, B, o = tables(demo)
    assert B[2] == pytest.approx([0.05, 0.95])
    whole = chapter["all_paths"](pi, A, B.T[o]).sum()
    assert float(demo.text(".facts").split("\n")[0].split("\t")[1]) == pytest.approx(whole, rel=1e-5)
    assert demo.part(".situation").input_value() == ""
    for _ in range(5):
        demo.part(".undo").click()
    assert state(demo) == before
    demo.part(".a01").fill("7")  # out of range: back to what it was
    demo.part(".a01").press("Enter")
    assert float(demo.part(".a01").input_value()) == 0.2
    for _ in range(2):
        demo.part(".less").click()
    assert demo.part(".less").is_disabled()
    assert demo.part(".step").is_disabled()
    for _ in range(6):
        demo.part(".add").click()
    assert demo.part(".add").is_disabled()
    assert len(demo.get("balls")["balls"]) == 7
    assert demo.complaints == []


def test_keyboard_alone(fresh):
    demo = fresh()
    node(demo, 1, 0).focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight"):
        demo.page.keyboard.press(key)
    active = f"{demo.js}.shadowRoot.activeElement"
    assert demo.page.evaluate(f"{active}.getAttribute('aria-label')").startswith("Box 2, ball 3: 0.0355")
    assert demo.get("node")["node"] == [2, 1]
    expect(demo.part(".voice")).to_contain_text("α of box 2 at ball 3")
    demo.part(".ball").nth(1).focus()
    demo.page.keyboard.press("Space")
    assert demo.get("balls")["balls"] == "rrr"
    assert demo.page.evaluate(f"{active}.dataset.t") == "1"  # the focus stays
    demo.page.keyboard.press("Space")
    expect(demo.part(".voice")).to_contain_text("best path 3, 3, 3")


def test_touch(load):
    demo = load(width=390, height=844, has_touch=True, is_mobile=True)
    demo.tap(demo.part(".ball").nth(2))
    demo.tap(node(demo, 2, 2))
    assert demo.get("balls", "node") == {"balls": "rww", "node": [2, 2]}


def test_presets_show_what_they_say(fresh):
    demo = fresh("?preset=states")
    assert demo.text(".facts").split("\n")[-1] == "as a path\t0"
    assert "best path\t1 1" in demo.text(".facts")
    assert demo.part(".node.top").evaluate_all("(all) => all.map((e) => e.dataset.i)") == ["0", "2"]
    demo = fresh("?preset=never")
    assert "cannot come" in demo.text(".facts")
    demo.part("[data-show='posterior']").click()
    assert "0/0" in demo.text(".how")
    demo.part("[data-show='viterbi']").click()
    assert demo.part("line.best").count() == 0
    demo = fresh("?preset=stay")
    assert all(demo.get("A")["A"][i][i] == 0.9 for i in range(3))
    for name in PRESETS:
        assert fresh(f"?preset={name}").part(".situation").input_value() == name
    assert demo.complaints == []
