"""The k-nearest-neighbours demo, used as readers use it, and its mathematics against the code of the chapter."""

from __future__ import annotations

import numpy as np
import pytest

from book.definitions import definitions
from book.order import ROOT

PAGE = "chapters/classical/knn.html"
MODEL = "customElements.get('eer-knn').model"
ORDER = {"l1": 1, "l2": 2, "linf": np.inf}


@pytest.fixture
def demo(open_page):
    """demo(query): the page, with the demo in view."""

    def open_(query: str = "", **options):
        page = open_page(f"{PAGE}{query}#demo-knn", **options)
        page.locator("eer-knn").scroll_into_view_if_needed()
        return page

    return open_


def state(page) -> dict:
    return page.evaluate(
        "(({points, k, metric, degrees, classes, q}) => ({points, k, metric, degrees, classes, q}))"
        "(document.querySelector('eer-knn'))"
    )


def place(page, x: float, y: float) -> tuple[float, float]:
    """Where a place of the plane is on the screen."""
    box = page.locator("eer-knn .plane").bounding_box()
    return box["x"] + (x + 1) / 2 * box["width"], box["y"] + (1 - y) / 2 * box["height"]


def winners(page, x: float, y: float, **changes) -> list[int]:
    """Classes with the most votes at a place, in the demo's present state with some of it changed."""
    return page.evaluate(
        f"""([x, y, changes]) => {{
          const d = document.querySelector('eer-knn'), m = {MODEL};
          const options = {{k: d.k, metric: d.metric, degrees: d.degrees, ...changes}};
          return m.winners(m.votes(d.points, m.neighbours(d.points, x, y, options), d.classes));
        }}""",
        [x, y, changes],
    )


@pytest.fixture(scope="module")
def chapter():
    return definitions(ROOT / "chapters/classical/knn.ipynb")


def turned(X, degrees):
    """Coordinates of points along axes turned by `degrees`."""
    angle = np.radians(degrees)
    return X @ np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def test_mathematics_is_the_chapters(demo, chapter):
    page, rng = demo(), np.random.default_rng(0)
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
        counts, labels, left_out = page.evaluate(
            f"""([points, queries, options, classes]) => {{
              const m = {MODEL};
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

    page.locator("eer-knn [data-mode='2']").click()
    page.mouse.click(*place(page, 0.9, 0.9))
    added = state(page)["points"]
    assert len(added) == len(before["points"]) + 1
    assert added[-1] == {"x": pytest.approx(0.9, abs=0.02), "y": pytest.approx(0.9, abs=0.02), "label": 2}

    page.mouse.dblclick(*place(page, 0.9, 0.9))
    assert state(page)["points"] == added[:-1]
    for _ in range(3):
        page.locator("eer-knn .undo").click()
    assert state(page)["points"] == before["points"]

    page.locator("eer-knn [data-metric='l1']").click()
    page.locator("eer-knn [data-k='9']").click(force=True)
    page.locator("eer-knn [data-classes='5']").click()
    now = state(page)
    assert (now["metric"], now["k"], now["classes"]) == ("l1", 9, 5)
    assert {point["label"] for point in now["points"]} == set(range(5))


def test_hovering_explains_the_vote(demo):
    page = demo("?preset=outlier")
    words = page.locator("eer-knn .explanation")
    page.mouse.move(*place(page, 0.5, -0.05))
    assert "class B" in words.inner_text().replace("\xa0", " ").replace("  ", " ")
    page.mouse.move(*place(page, -0.4, 0.3))
    assert "class A" in words.inner_text().replace("\xa0", " ").replace("  ", " ")


def test_keyboard_alone(demo):
    page = demo()
    before = state(page)
    page.locator("eer-knn .point").first.focus()
    page.keyboard.press("n")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    moved = state(page)["points"][1]
    assert moved["x"] == pytest.approx(min(before["points"][1]["x"] + 0.05, 0.98), abs=1e-9)
    assert moved["y"] == pytest.approx(min(before["points"][1]["y"] + 0.25, 0.98), abs=1e-9)
    page.keyboard.press("2")
    assert state(page)["points"][1]["label"] == 1
    page.keyboard.press("a")
    assert len(state(page)["points"]) == len(before["points"]) + 1
    page.keyboard.press("Delete")
    page.keyboard.press("p")
    assert len(state(page)["points"]) == len(before["points"])
    page.keyboard.press("Tab")  # the cross that asks
    page.keyboard.press("Shift+ArrowLeft")
    assert state(page)["q"] == [pytest.approx(before["q"][0] - 0.25), before["q"][1]]
    page.locator("eer-knn .k").focus()
    page.keyboard.press("ArrowRight")
    assert state(page)["k"] == before["k"] + 1
    page.wait_for_timeout(400)
    spoken = page.locator("eer-knn .voice").inner_text()
    assert f"k = {before['k'] + 1}" in spoken


def test_touch(browser, address):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{address}/{PAGE}#demo-knn")
    page.wait_for_selector("html[data-finished]", state="attached")
    page.locator("eer-knn .plane").scroll_into_view_if_needed()
    before = state(page)
    page.touchscreen.tap(*place(page, 0.2, -0.8))
    assert state(page)["q"] == pytest.approx([0.2, -0.8], abs=0.02)
    assert state(page)["points"] == before["points"]
    first = before["points"][0]
    fingers = context.new_cdp_session(page)
    (x, y), (to_x, to_y) = place(page, first["x"], first["y"]), place(page, 0.1, 0.8)
    for kind, places in [
        ("touchStart", [{"x": x, "y": y}]),
        ("touchMove", [{"x": (x + to_x) / 2, "y": (y + to_y) / 2}]),
        ("touchMove", [{"x": to_x, "y": to_y}]),
        ("touchEnd", []),
    ]:
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})
    moved = state(page)["points"][0]
    context.close()
    assert (moved["x"], moved["y"]) == pytest.approx((0.1, 0.8), abs=0.03)


def test_outlier_makes_an_island_that_five_neighbours_remove(demo):
    page = demo("?preset=outlier")
    assert winners(page, -0.5, 0.0, k=1) == [1]
    assert winners(page, -0.5, 0.0, k=5) == [0]


def test_turning_the_axes_matters_to_two_metrics(demo):
    page = demo("?preset=rotation")
    x, y = state(page)["q"]
    votes = {m: [winners(page, x, y, metric=m, degrees=a) for a in (0, 45)] for m in ORDER}
    assert votes == {"l1": [[0], [1]], "l2": [[1], [1]], "linf": [[1], [0]]}


def test_ties_are_there_with_four_and_hatched(demo):
    page = demo("?preset=ties")
    grid = np.linspace(-0.95, 0.95, 20)
    tied = [len(winners(page, x, y)) > 1 for x in grid for y in grid]
    assert 0.05 < np.mean(tied) < 0.9
    assert "a tie" in page.evaluate(
        f"""() => {{ const d = document.querySelector('eer-knn'), m = {MODEL};
          for (let x = -0.9; x < 0.9; x += 0.1) for (let y = -0.9; y < 0.9; y += 0.1) {{
            const near = m.neighbours(d.points, x, y, {{k: d.k, metric: d.metric, degrees: d.degrees}});
            if (m.winners(m.votes(d.points, near, d.classes)).length > 1) {{
              d.q = [x, y]; d.changed(); return d.shadowRoot.querySelector('.explanation').innerText;
            }} }} return ''; }}"""
    )


def test_moons_need_few_neighbours(demo):
    page = demo("?preset=moons")
    accuracy = page.evaluate(
        f"""() => {{ const d = document.querySelector('eer-knn');
          return [1, 15].map((k) => {MODEL}.accuracy(d.points, d.classes, {{k, metric: 'l2', degrees: 0}}, true)); }}"""
    )
    assert accuracy[0] > 0.95
    assert accuracy[1] < accuracy[0] - 0.1


def test_small_class_vanishes_among_fifteen(demo):
    page = demo("?preset=imbalance")
    x, y = state(page)["q"]
    assert winners(page, x, y, k=3) == [1]
    grid = np.linspace(-0.95, 0.95, 20)
    assert all(winners(page, a, b, k=15) == [0] for a in grid for b in grid)


def test_situation_can_be_linked_to_and_copied(demo):
    page = demo()
    link = page.locator("a.eer-state[href*='demo-knn']").first
    page.evaluate("window.stillThere = true")
    link.click()
    assert page.evaluate("window.stillThere")
    assert page.url.endswith(link.get_attribute("href"))
    page.locator("eer-knn [data-metric='linf']").click()
    page.wait_for_timeout(400)
    copied = state(page)
    again = demo(page.url.partition("knn.html")[2].partition("#")[0])
    assert state(again) == copied
    page.go_back()
    page.wait_for_timeout(200)
    assert page.problems == []


@pytest.mark.parametrize(
    "query", ["?k=99", "?points=1,2", "?points=a,b,c;;", "?q=5,5&rotate=-3", "?metric=l7&classes=9", "?preset=none"]
)
def test_malformed_addresses_fall_back(demo, query):
    page = demo(query)
    assert page.problems == []
    assert state(page) == state(demo())


def test_few_points_and_none(demo):
    page = demo("?points=0,0,A&k=5")
    assert winners(page, 0.5, 0.5) == [0]
    page.locator("eer-knn .remove").click()
    assert state(page)["points"] == []
    assert "no point to vote" in page.locator("eer-knn .explanation").inner_text()
    assert page.problems == []


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_jumps_while_the_page_loads(browser, address, room, width):
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    page.add_init_script(
        "window.shift = 0; const add = (list) => list.getEntries().forEach((e) => (window.shift += e.value));"
        "new PerformanceObserver(add).observe({type: 'layout-shift', buffered: true})"
    )
    page.goto(f"{address}/{PAGE}")
    page.wait_for_selector("html[data-finished]", state="attached")
    page.wait_for_timeout(300)
    heights = page.evaluate(
        "(() => { const d = document.querySelector('eer-knn');"
        "return [d.offsetHeight, d.shadowRoot.querySelector('.frame').offsetHeight]; })()"
    )
    shift = page.evaluate("window.shift")
    context.close()
    assert heights[0] == room(PAGE, "eer-knn", width)
    assert heights[0] - heights[1] < 90, heights
    assert shift < 0.02


def test_text_stands_in_its_place_without_scripts(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/{PAGE}")
    text = page.locator("eer-knn").inner_text()
    context.close()
    assert len(text.split()) > 15


def test_page_opened_from_disk(browser, site):
    context = browser.new_context()
    page = context.new_page()
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto((site / PAGE).as_uri() + "?preset=moons#demo-knn")
    page.locator("eer-knn [data-metric='l1']").click()
    page.wait_for_timeout(400)
    found = page.evaluate("document.querySelector('eer-knn').metric")
    context.close()
    assert found == "l1"
    assert problems == []
