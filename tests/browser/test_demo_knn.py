"""The k-nearest-neighbours demo, used as readers use it, and its mathematics against the code of the chapter."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect

from book.definitions import definitions
from book.order import ROOT

PAGE, TAG = "chapters/classical/knn.html", "eer-knn"
ORDER = {"l1": 1, "l2": 2, "linf": np.inf}
GRID = [(x, y) for x in np.linspace(-0.95, 0.95, 20).tolist() for y in np.linspace(-0.95, 0.95, 20).tolist()]


def state(demo) -> dict:
    return demo.get("points", "k", "metric", "degrees", "classes", "q")


def winners(demo, places, **changes) -> list[list[int]]:
    """Classes with the most votes at each of some places, in the demo's present state with some of it changed."""
    return demo.page.evaluate(
        f"""([places, changes]) => {{
          const d = {demo.js}, m = {demo.model};
          const options = {{k: d.k, metric: d.metric, degrees: d.degrees, ...changes}};
          return places.map(([x, y]) => m.winners(m.votes(d.points, m.neighbours(d.points, x, y, options), d.classes)));
        }}""",
        [places, changes],
    )


@pytest.fixture(scope="module")
def chapter():
    return definitions(ROOT / "chapters/classical/knn.ipynb")


def turned(X, degrees):
    """Coordinates of points along axes turned by `degrees`."""
    angle = np.radians(degrees)
    return X @ np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def test_mathematics_is_the_chapters(fresh, chapter):
    demo, rng = fresh(), np.random.default_rng(0)
    compared = 0
    for trial in range(90):
        n, c = int(rng.integers(2, 60)), int(rng.integers(2, 6))
        k = int(rng.integers(1, min(15, n - 1) + 1))
        metric, degrees = list(ORDER)[trial % 3], float(rng.choice([0, 30, 45, 77]))
        if trial < 60:
            X, queries = rng.uniform(-1, 1, size=(n, 2)), rng.uniform(-1, 1, size=(8, 2))
        else:  # on a grid, where distances tie; without rounding, so that both sides see the ties
            X, queries = rng.integers(-4, 5, size=(n, 2)) / 8, rng.integers(-4, 5, size=(8, 2)) / 8
            metric, degrees = ("l1", "linf")[trial % 2], 0.0
        y = rng.integers(0, c, size=n)
        D = chapter["minkowski"](turned(queries, degrees), turned(X, degrees), ORDER[metric])
        D_own = chapter["minkowski"](turned(X, degrees), turned(X, degrees), ORDER[metric])
        points = [{"x": a, "y": b, "label": int(label)} for (a, b), label in zip(X.tolist(), y, strict=True)]
        counts, labels, left_out = demo.page.evaluate(
            f"""([points, queries, options, classes]) => {{
              const m = {demo.model};
              const all = queries.map(([x, y]) => m.votes(points, m.neighbours(points, x, y, options), classes));
              return [all, all.map((v) => m.winners(v)[0]), m.accuracy(points, classes, options, true)];
            }}""",
            [points, queries.tolist(), {"k": k, "metric": metric, "degrees": degrees}, c],
        )
        np.testing.assert_array_equal(counts, chapter["votes"](D, y, k, c))
        np.testing.assert_array_equal(labels, chapter["predict"](D, y, k, c))
        assert left_out == pytest.approx(chapter["leave_one_out"](D_own, y, k, c), abs=1e-12)
        compared += len(queries)
    assert compared == 720


def test_mouse(fresh):
    demo = fresh()
    before = state(demo)
    demo.drag_first_point(-0.5, 0.6)

    demo.part("[data-mode='2']").click()
    demo.page.mouse.click(*demo.place(0.9, 0.9))
    added = state(demo)["points"]
    assert len(added) == len(before["points"]) + 1
    assert added[-1] == {"x": pytest.approx(0.9, abs=0.02), "y": pytest.approx(0.9, abs=0.02), "label": 2}

    demo.page.mouse.dblclick(*demo.place(0.9, 0.9))
    assert state(demo)["points"] == added[:-1]
    for _ in range(3):
        demo.part(".undo").click()
    assert state(demo)["points"] == before["points"]

    demo.part("[data-metric='l1']").click()
    demo.part("[data-k='9']").click(force=True)
    demo.part("[data-classes='5']").click()
    now = state(demo)
    assert (now["metric"], now["k"], now["classes"]) == ("l1", 9, 5)
    assert {point["label"] for point in now["points"]} == set(range(5))


def test_hovering_explains_the_vote(fresh):
    demo = fresh("?preset=outlier")
    words = demo.part(".explanation")
    demo.page.mouse.move(*demo.place(0.5, -0.05))
    assert "class B" in words.inner_text().replace("\xa0", " ").replace("  ", " ")
    demo.page.mouse.move(*demo.place(-0.4, 0.3))
    assert "class A" in words.inner_text().replace("\xa0", " ").replace("  ", " ")


def test_keyboard_alone(fresh):
    demo = fresh()
    before = state(demo)
    demo.part(".point").first.focus()
    demo.page.keyboard.press("n")
    demo.page.keyboard.press("ArrowRight")
    demo.page.keyboard.press("Shift+ArrowUp")
    moved = state(demo)["points"][1]
    assert moved["x"] == pytest.approx(min(before["points"][1]["x"] + 0.05, 0.98), abs=1e-9)
    assert moved["y"] == pytest.approx(min(before["points"][1]["y"] + 0.25, 0.98), abs=1e-9)
    demo.page.keyboard.press("2")
    assert state(demo)["points"][1]["label"] == 1
    demo.page.keyboard.press("a")
    assert len(state(demo)["points"]) == len(before["points"]) + 1
    demo.page.keyboard.press("Delete")
    demo.page.keyboard.press("p")
    assert len(state(demo)["points"]) == len(before["points"])
    demo.page.keyboard.press("Tab")  # the cross that asks
    demo.page.keyboard.press("Shift+ArrowLeft")
    assert state(demo)["q"] == [pytest.approx(before["q"][0] - 0.25), before["q"][1]]
    demo.part(".k").focus()
    demo.page.keyboard.press("ArrowRight")
    assert state(demo)["k"] == before["k"] + 1
    expect(demo.part(".voice")).to_contain_text(f"k = {before['k'] + 1}")


def test_touch(load):
    demo = load(width=390, height=844, has_touch=True, is_mobile=True)
    before = state(demo)
    demo.tap_plane(0.2, -0.8)
    assert state(demo)["q"] == pytest.approx([0.2, -0.8], abs=0.02)
    assert state(demo)["points"] == before["points"]
    demo.drag_first_point(0.1, 0.8, finger=True)


def test_outlier_makes_an_island_that_five_neighbours_remove(fresh):
    demo = fresh("?preset=outlier")
    assert winners(demo, [(-0.5, 0)], k=1) == [[1]]
    assert winners(demo, [(-0.5, 0)], k=5) == [[0]]


def test_turning_the_axes_matters_to_two_metrics(fresh):
    demo = fresh("?preset=rotation")
    q = state(demo)["q"]
    votes = {m: [winners(demo, [q], metric=m, degrees=a)[0] for a in (0, 45)] for m in ORDER}
    assert votes == {"l1": [[0], [1]], "l2": [[1], [1]], "linf": [[1], [0]]}


def test_ties_are_there_with_four_and_hatched(fresh):
    demo = fresh("?preset=ties")
    tied = [len(classes) > 1 for classes in winners(demo, GRID)]
    assert 0.05 < np.mean(tied) < 0.9
    assert "a tie" in demo.page.evaluate(
        f"""() => {{ const d = {demo.js}, m = {demo.model};
          for (let x = -0.9; x < 0.9; x += 0.1) for (let y = -0.9; y < 0.9; y += 0.1) {{
            const near = m.neighbours(d.points, x, y, {{k: d.k, metric: d.metric, degrees: d.degrees}});
            if (m.winners(m.votes(d.points, near, d.classes)).length > 1) {{
              d.q = [x, y]; d.changed(); return d.shadowRoot.querySelector('.explanation').innerText;
            }} }} return ''; }}"""
    )


def test_moons_need_few_neighbours(fresh):
    demo = fresh("?preset=moons")
    accuracy = demo.page.evaluate(
        f"""() => {{ const d = {demo.js}, m = {demo.model};
          return [1, 15].map((k) => m.accuracy(d.points, d.classes, {{k, metric: 'l2', degrees: 0}}, true)); }}"""
    )
    assert accuracy[0] > 0.95
    assert accuracy[1] < accuracy[0] - 0.1


def test_small_class_vanishes_among_fifteen(fresh):
    demo = fresh("?preset=imbalance")
    assert winners(demo, [state(demo)["q"]], k=3) == [[1]]
    assert all(classes == [0] for classes in winners(demo, GRID, k=15))


def test_few_points_and_none(fresh):
    demo = fresh("?points=0,0,A&k=5")
    assert winners(demo, [(0.5, 0.5)]) == [[0]]
    demo.part(".remove").click()
    assert state(demo)["points"] == []
    assert "no point to vote" in demo.part(".explanation").inner_text()
    assert demo.complaints == []
    demo = fresh("?points=0,0,A&test=1")
    assert demo.text(".loo") == "–"  # nobody is left to vote
    assert demo.text(".self") == "100.0 %"
    assert "too few points" in demo.page.evaluate(f"{demo.js}.summary()")


def test_shares_of_many_k_are_those_of_one(fresh):
    demo = fresh("?preset=ties&noise=0.2&test=1")
    many, single = demo.page.evaluate(
        f"""() => {{ const d = {demo.js}, m = {demo.model}, options = {{metric: d.metric, degrees: 20}};
          const test = d.points.map(({{x, y, label}}) => ({{x: x + 0.1, y: y - 0.05, label}}));
          const ks = Array.from({{length: 15}}, (_, i) => i + 1);
          return [[m.accuracies(d.points, 3, options, 15), m.accuracies(d.points, 3, options, 15, d.points, true),
              m.accuracies(d.points, 3, options, 15, test)],
            [ks.map((k) => m.accuracy(d.points, 3, {{...options, k}}, false)),
              ks.map((k) => m.accuracy(d.points, 3, {{...options, k}}, true)),
              ks.map((k) => m.accuracy(d.points, 3, {{...options, k}}, false, test))]]; }}"""
    )
    assert many == single
    assert "✓ counted twice" in demo.text(".twice")


def test_one_neighbour_learns_wrong_labels_by_heart(fresh):
    demo = fresh("?preset=clusters&test=1&k=1")
    clean = state(demo)["points"]
    axis = demo.part(".chart text").all_text_contents()
    demo.part("input.noise").fill("0.3")
    noisy = state(demo)["points"]
    assert sum(a["label"] != b["label"] for a, b in zip(noisy, clean, strict=True)) == round(0.3 * len(clean))
    assert demo.part(".chart text").all_text_contents() == axis
    shares = {}
    for k in (1, 15):
        demo.part("input.k").fill(str(k))
        shares[k] = [float(demo.text(f".{name}").split()[0]) for name in ("self", "loo", "tested")]
    assert shares[1][0] == 100
    assert shares[1][2] < 80
    assert shares[15][2] > shares[1][2] + 10
    demo.part("input.noise").fill("0")
    assert state(demo)["points"] == clean


def test_guessing_comes_before_seeing(fresh):
    demo = fresh("?preset=outlier")
    demo.part("[data-mode='guess']").click()
    answers = demo.part(".explanation [data-answer]")

    def guess(*, right: bool) -> str:
        """Answer what is asked, rightly or not, and give what is said then."""
        assert "Which class" in demo.text(".explanation")
        assert answers.count() == 3  # A, B, a tie
        assert demo.part(".link, .ball").count() == 0
        assert demo.page.evaluate(f"{demo.js}.plane.canvas.width") == 1  # no regions either
        ((truth,),) = winners(demo, [state(demo)["q"]])
        demo.part(f"[data-answer='{truth if right else 1 - truth}']").click()
        said = " ".join(demo.text(".explanation").split())
        assert f"class {'AB'[truth]}." in said
        assert answers.count() == 0
        assert demo.part(".link").count() == 1
        return said

    demo.page.mouse.move(*demo.place(0.5, -0.05))  # which tells nothing
    assert ": no. 0 of 1 right so far" in guess(right=False)
    demo.page.mouse.click(*demo.place(0.95, 0.95))
    assert state(demo)["q"] == pytest.approx([0.95, 0.95], abs=0.02)
    assert ": right. 1 of 2 right so far" in guess(right=True)
    demo.part(".probe").focus()
    demo.page.keyboard.press("Shift+ArrowLeft")
    answers.first.focus()  # the keyboard is enough
    assert ": right. 2 of 3 right so far" in guess(right=True)
    demo.part("input.k").fill("3")  # another vote: what was said was about the one before
    assert "Which class do the 3 nearest points choose" in demo.text(".explanation")
    demo.part("[data-mode='ask']").click()
    assert "Which class" not in demo.text(".explanation")
    assert demo.complaints == []
