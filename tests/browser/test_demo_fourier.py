"""The Fourier demo, used as readers use it, and its mathematics against the code of the chapter."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect

from book.definitions import definitions
from book.order import ROOT

PAGE, TAG = "chapters/foundations/fourier_series.html", "eer-fourier"
GIBBS = 0.0894898722


def state(demo) -> dict:
    return demo.get("name", "nodes", "n", "t")


def coefficient(demo, kind: str, n: int) -> float:
    return demo.page.evaluate(f"{demo.js}.found.{kind}[{n}]")


def at(demo, selector: str, across: float, down: float) -> tuple[float, float]:
    """A place on the screen, as shares of the width and the height of a part."""
    demo.part(selector).scroll_into_view_if_needed()
    box = demo.part(selector).bounding_box()
    return box["x"] + across * box["width"], box["y"] + down * box["height"]


@pytest.fixture(scope="module")
def chapter():
    return definitions(ROOT / "chapters/foundations/fourier_series.ipynb")


def test_coefficients_and_sums_are_the_chapters(fresh, chapter):
    demo, rng = fresh(), np.random.default_rng(0)
    places = rng.uniform(-np.pi, np.pi, size=5)
    for _ in range(20):
        degree, (a, b) = int(rng.integers(1, 20)), rng.normal(size=(2, 20))
        a, b = a[: degree + 1], np.r_[0, b[1 : degree + 1]]
        x = -np.pi + (np.arange(1024) + 0.5) * 2 * np.pi / 1024
        values = chapter["partial_sum"](a, b, x)
        found, sums, error, ends = demo.page.evaluate(
            f"""([values, degree, places]) => {{
              const m = {demo.model}, found = m.coefficients(values, degree), short = Math.floor(degree / 2);
              return [found, places.map((x) => m.partialSum(found, degree, x)), m.error(values, found, short),
                      places.map((t) => m.arrows(found, degree, t))];
            }}""",
            [values.tolist(), degree, places.tolist()],
        )
        np.testing.assert_allclose((found["a"], found["b"]), (a, b), atol=1e-10)
        np.testing.assert_allclose(sums, chapter["partial_sum"](a, b, places), atol=1e-10)
        np.testing.assert_allclose(error, np.sum(a[degree // 2 + 1 :] ** 2 + b[degree // 2 + 1 :] ** 2), rtol=1e-8)
        np.testing.assert_allclose([chain[-1][1] for chain in ends], sums, atol=1e-10)
        lengths = np.hypot(*np.diff(ends[0], axis=0).T)
        np.testing.assert_allclose(lengths, np.hypot(a, b)[1:], atol=1e-10)


@pytest.mark.parametrize(
    ("name", "scale"), [("square", 1), ("sawtooth", np.pi), ("triangle", None), ("arches", np.pi**2 / 4)]
)
def test_functions_are_the_chapters(fresh, chapter, name, scale):
    demo, x = fresh(), np.linspace(-9, 9, 201)
    found = np.array(demo.page.evaluate(f"(places) => places.map({demo.model}.FUNCTIONS.{name})", x.tolist()))
    expected = chapter[name](x)
    np.testing.assert_allclose(found, 1 - 2 * expected / np.pi if scale is None else expected / scale, atol=1e-12)


def test_the_peak_beside_a_jump_stays(fresh, chapter):
    demo = fresh("?preset=square")
    passed = []
    for n in (1, 3, 15, 31):
        demo.part(".n").fill(str(n))
        passed.append(
            demo.page.evaluate(
                f"(() => {{ const d = {demo.js}; return {demo.model}.overshoot(d.values, d.found, d.n); }})()"
            )
        )
        assert passed[-1] == pytest.approx((chapter["first_peak"]((n + 1) // 2) - 1) / 2, abs=2e-3)
        assert f"{100 * passed[-1]:.3f} %" in demo.text(".facts")
    assert passed == sorted(passed, reverse=True)
    assert passed[-1] == pytest.approx(GIBBS, abs=2e-3)
    assert "8.949 %" in demo.text(".facts")
    demo = fresh("?preset=triangle")
    assert "stays below the top by\t" in demo.text(".facts")  # the sums stay below it


def test_mouse_draws_and_drags(fresh):
    demo = fresh("?preset=nothing")
    mouse = demo.page.mouse
    mouse.move(*at(demo, ".plot", 0.25, 0.3))
    mouse.down()
    mouse.move(*at(demo, ".plot", 0.5, 0.3), steps=5)
    mouse.up()
    nodes = state(demo)["nodes"]
    assert nodes[40:60] == pytest.approx([1.8 * 0.4] * 20, abs=0.03)
    assert nodes[:28] == nodes[70:98] == [0] * 28
    assert demo.part(".situation").input_value() == ""
    before = coefficient(demo, "b", 2)
    mouse.move(*at(demo, ".bar.sine >> nth=1", 0.5, 0.2))
    mouse.down()
    mouse.move(*at(demo, ".bar.sine >> nth=1", 0.5, 0.4), steps=3)
    mouse.up()
    assert coefficient(demo, "b", 2) == pytest.approx(1.5 * 0.2, abs=0.03)
    demo.part(".undo").click()
    assert coefficient(demo, "b", 2) == pytest.approx(before, abs=2e-3)
    demo.part(".undo").click()
    assert state(demo)["name"] == "nothing"


def test_keyboard_alone(fresh):
    demo = fresh("?preset=square")
    demo.part(".bar").first.focus()
    demo.page.keyboard.press("ArrowRight")  # the sine of the first wave
    before = coefficient(demo, "b", 1)
    demo.page.keyboard.press("Shift+ArrowDown")
    assert coefficient(demo, "b", 1) == pytest.approx(before - 0.25, abs=0.01)
    demo.page.keyboard.press("0")
    assert coefficient(demo, "b", 1) == pytest.approx(0, abs=0.01)
    assert coefficient(demo, "b", 3) == pytest.approx(4 / np.pi / 3, abs=0.01)
    focused = f"{demo.js}.shadowRoot.activeElement"
    assert demo.page.evaluate(f"{focused}.getAttribute('aria-label')") == "Coefficient of the sine 1"
    assert float(demo.page.evaluate(f"{focused}.getAttribute('aria-valuenow')")) == pytest.approx(0, abs=0.01)
    demo.part(".n").focus()
    demo.page.keyboard.press("ArrowRight")
    assert demo.get("n")["n"] == 10
    expect(demo.part(".voice")).to_contain_text("10 waves")


def test_touch(load):
    demo = load("?preset=nothing", width=390, height=844, has_touch=True, is_mobile=True)
    demo.swipe(at(demo, ".plot", 0.3, 0.8), at(demo, ".plot", 0.6, 0.8))
    assert state(demo)["nodes"][45:70] == pytest.approx([1.8 * -0.6] * 25, abs=0.05)


def test_arrows_turn_and_stop(fresh):
    demo = fresh("?preset=square")
    before = demo.get("t")["t"]
    demo.part(".run").click()
    demo.wait_for(f"demo.t !== {before}")
    demo.part(".run").click()
    stopped = demo.get("t")["t"]
    demo.wait_frames(4)
    assert demo.get("t", "running") == {"t": stopped, "running": False}
    assert demo.part(".arrow").count() == 5  # nine waves, four of them without a part in the square wave


def test_presets_show_what_they_say(fresh):
    for name, kind, n, expected in (
        ("square", "b", 3, 4 / (3 * np.pi)),
        ("sawtooth", "b", 2, -1 / np.pi),
        ("triangle", "a", 1, 8 / np.pi**2),
        ("arches", "b", 1, 32 / np.pi**3),
        ("nothing", "a", 1, 0),
    ):
        demo = fresh(f"?preset={name}")
        assert coefficient(demo, kind, n) == pytest.approx(expected, abs=1e-4)
        assert demo.part(".situation").input_value() == name
