"""The margin demo, used as readers use it, and its mathematics against the code of the chapter."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect

from book.definitions import definitions
from book.order import ROOT

PAGE, TAG = "chapters/classical/svm.html", "eer-margin"
UNIT = 2.5


def state(demo) -> dict:
    return demo.get("points", "kind", "C", "gamma", "degree", "steps")


def found(demo) -> dict:
    """What the machine has found."""
    return demo.page.evaluate(
        f"""() => {{ const d = {demo.js};
          return {{ ...d.state, b: d.b, worst: d.next.worst, done: d.done, f: d.points.map(d.f) }}; }}"""
    )


@pytest.fixture(scope="module")
def chapter():
    return definitions(ROOT / "chapters/classical/svm.ipynb")


def kernel_of(chapter, kind, degree, gamma):
    return {
        "linear": chapter["linear"],
        "poly": lambda X, Z: chapter["polynomial"](X, Z, degree, gamma),
        "rbf": lambda X, Z: chapter["rbf"](X, Z, gamma),
    }[kind]


def test_mathematics_is_the_chapters(fresh, chapter):
    demo, rng = fresh(), np.random.default_rng(0)
    for trial in range(45):
        n, kind = int(rng.integers(2, 25)), ("linear", "poly", "rbf")[trial % 3]
        degree, gamma = int(rng.integers(1, 4)), float(rng.uniform(0.1, 1.5))
        C, steps = float(10 ** rng.uniform(-2, 1)), int(rng.integers(0, 6))
        places, queries = rng.uniform(-0.9, 0.9, size=(n, 2)), rng.uniform(-1, 1, size=(5, 2))
        y = np.where(np.arange(n) % 2, -1.0, 1.0)
        if trial % 5 == 4:
            places[1] = places[0]  # one place, two classes
        points = [{"x": a, "y": b, "label": int(sign < 0)} for (a, b), sign in zip(places.tolist(), y, strict=True)]
        ours = demo.page.evaluate(
            f"""([points, queries, kind, degree, gamma, C, steps]) => {{
              const m = {demo.model}, k = m.kernel({{ kind, degree, gamma }}), y = m.signs(points);
              const K = m.gram(points, k), few = m.solve(K, y, C, steps), end = m.solve(K, y, C);
              const b = m.offset(end, y, C);
              return {{ few, end, b, f: queries.map(([x, y]) => ({{x, y}})).map(m.decision(points, end.alpha, y, b, k)),
                        ...m.primal(end, y, C, b), K, first: m.pair(m.start(y), K, y, C) }};
            }}""",
            [points, queries.tolist(), kind, degree, gamma, C, steps],
        )
        kernel, X = kernel_of(chapter, kind, degree, gamma), UNIT * places
        K = kernel(X, X)
        np.testing.assert_allclose(ours["K"], K, rtol=1e-9, atol=1e-12)
        alpha, b, path = chapter["smo"](lambda i, K=K: K[:, i], K.diagonal(), y, C)
        assert ours["b"] == pytest.approx(b, abs=2e-4)
        np.testing.assert_allclose(
            ours["f"], kernel(UNIT * queries, X) @ (alpha * y) + ours["b"], atol=2e-4 * max(1, np.abs(K).max())
        )
        assert ours["end"]["g"] == pytest.approx(chapter["dual"](alpha, y, K), rel=1e-4)
        root = chapter["root"](K)
        assert ours["cost"] == pytest.approx(
            chapter["primal"](root @ (np.array(ours["end"]["alpha"]) * y), ours["b"], root, y, C), rel=1e-5
        )
        few = np.array(ours["few"]["alpha"])
        assert ours["few"]["steps"] == min(steps, len(path) - 1)
        assert ours["few"]["g"] == pytest.approx(chapter["dual"](few, y, K), rel=1e-9, abs=1e-9)
        np.testing.assert_allclose(ours["few"]["F"], K @ (few * y) - y, atol=1e-9 * np.abs(K).max())
        i, j, *_ = chapter["working_pair"](-y, y > 0, y < 0, lambda i, K=K: K[:, i], K.diagonal())
        assert (ours["first"]["i"], ours["first"]["j"]) == (i, j)


def test_one_pair_solves_the_three_points(fresh):
    demo = fresh("?preset=hand")
    assert found(demo)["alpha"] == [0, 0, 0]
    assert "1 (A) and 3 (B)" in demo.text(".facts")
    demo.part(".one").click()
    machine = found(demo)
    assert machine["alpha"] == pytest.approx([0.25, 0, 0.25])
    assert machine["f"] == pytest.approx([1, 1.5, -1])
    assert machine["done"]
    assert "none pays" in demo.text(".facts")
    assert "0.25, 0.25" in demo.text(".facts")
    assert demo.part(".one").is_disabled()
    assert demo.part(".weight").all_text_contents() == ["0.25", "0.25"]
    demo.part(".undo").click()
    assert found(demo)["alpha"] == [0, 0, 0]


def test_a_low_price_widens_the_street(fresh):
    demo = fresh("?preset=hand&C=0.125")
    demo.part(".all").click()
    assert found(demo)["alpha"] == pytest.approx([0.125, 0, 0.125])
    assert demo.part(".support.bounded").count() == 2
    width = float(demo.text(".facts").split("width of the street")[1].split()[0])
    assert width == pytest.approx(4 * np.sqrt(2), abs=0.01)


def test_mouse(fresh):
    demo = fresh("?preset=outlier")
    before = state(demo)
    demo.drag_first_point(-0.5, 0.6)
    demo.part("[data-mode='1']").click()
    demo.page.mouse.click(*demo.place(0.9, -0.9))
    added = state(demo)["points"]
    assert added[-1] == {"x": pytest.approx(0.9, abs=0.02), "y": pytest.approx(-0.9, abs=0.02), "label": 1}
    demo.page.mouse.click(*demo.place(0.9, -0.9))
    demo.part(".flip").click()
    assert state(demo)["points"][-1]["label"] == 0
    demo.page.mouse.dblclick(*demo.place(0.9, -0.9))
    assert state(demo)["points"] == added[:-1]
    for _ in range(4):
        demo.part(".undo").click()
    assert state(demo)["points"] == before["points"]
    assert demo.complaints == []


def test_keyboard_alone(fresh):
    demo = fresh("?preset=xor")
    before = state(demo)["points"]
    demo.part(".point").first.focus()
    demo.page.keyboard.press("n")
    demo.page.keyboard.press("ArrowRight")
    moved = state(demo)["points"][1]
    assert moved["x"] == pytest.approx(before[1]["x"] + 0.05)
    demo.page.keyboard.press("2")
    assert state(demo)["points"][1]["label"] == 1
    demo.page.keyboard.press("Delete")
    assert len(state(demo)["points"]) == len(before) - 1
    demo.part(".price").focus()
    demo.page.keyboard.press("ArrowLeft")
    assert state(demo)["C"] == pytest.approx(5.62)
    expect(demo.part(".voice")).to_contain_text("support vectors")


def test_touch(load):
    demo = load(width=390, height=844, has_touch=True, is_mobile=True)
    demo.drag_first_point(0.1, 0.7, finger=True)
    demo.tap_plane(-0.7, 0.6)
    assert len(state(demo)["points"]) == 4


def test_presets_show_what_they_say(fresh):
    demo = fresh("?preset=outlier&C=0.1")
    low = found(demo)
    demo = fresh("?preset=outlier&C=1000")
    high = found(demo)
    assert np.sign(low["f"][-1]) == 1  # the wrong label is left alone
    assert np.sign(high["f"][-1]) == -1  # and obeyed
    for query, wrong in (("?preset=rings", 0.2), ("?preset=rings&kernel=rbf", 0), ("?preset=rings&kernel=poly", 0)):
        demo = fresh(query)
        labels = np.array([1 - 2 * point["label"] for point in state(demo)["points"]])
        share = np.mean(np.sign(found(demo)["f"]) != labels)
        assert share >= wrong if wrong else share == 0, query
    demo = fresh("?preset=xor")
    assert np.sign(found(demo)["f"]).tolist() == [1, 1, -1, -1]
    islands = {gamma: found(fresh(f"?preset=moons&gamma={gamma}"))["alpha"] for gamma in (1, 100)}
    assert np.mean(np.array(islands[100]) > 0) > 0.9 > 0.5 > np.mean(np.array(islands[1]) > 0)
    noise = fresh("?preset=noise")
    assert noise.part(".situation").input_value() == "noise"
    assert found(noise)["done"]
    assert "6 of 40" in noise.text(".facts")  # wrong labels, and what is near them
    assert "0 of 40" in fresh("?preset=noise&C=10000").text(".facts")  # every wrong label is obeyed


def test_a_change_begins_again_where_steps_are_taken(fresh):
    demo = fresh("?preset=noise")
    demo.part(".zero").click()
    for _ in range(3):
        demo.part(".one").click()
    assert state(demo)["steps"] == 3
    assert found(demo)["g"] > 0
    demo.part("[data-kind='linear']").click()
    assert state(demo)["steps"] == 0
    demo.part(".all").click()
    assert state(demo)["steps"] is None
    assert found(demo)["done"]


def test_one_class_and_none(fresh):
    demo = fresh("?points=0,0,A;0.2,0.3,A")
    assert "Two classes are needed" in demo.text(".facts")
    demo.part(".remove").click()
    demo.part(".remove").click()
    assert state(demo)["points"] == []
    demo = fresh("?preset=noise&points=0,0,A;0,0,B&kernel=rbf&C=10")  # one place, two classes
    assert found(demo)["done"]
    assert found(demo)["alpha"] == [10, 10]
    assert demo.complaints == []
