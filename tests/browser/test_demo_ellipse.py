"""The Gaussian ellipse demo, used as readers use it, and its mathematics against the code of the chapter."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect

from book.definitions import definitions
from book.order import ROOT

PAGE, TAG = "chapters/foundations/gaussian_ellipses.html", "eer-ellipse"


def state(demo) -> dict:
    return demo.get("matrix", "k", "at", "samples")


def matrix(demo) -> np.ndarray:
    entries = demo.get("matrix")["matrix"]
    return np.array([[entries["a"], entries["b"]], [entries["b"], entries["c"]]])


def ends(demo) -> list[tuple[float, float]]:
    """Where the ends of the half-axes are."""
    return [(point["x"], point["y"]) for point in demo.page.evaluate(f"{demo.js}.plane.points")]


@pytest.fixture(scope="module")
def chapter():
    return definitions(ROOT / "chapters/foundations/gaussian_ellipses.ipynb")


def test_mathematics_is_the_chapters(fresh, chapter):
    demo, rng = fresh(), np.random.default_rng(0)
    for _ in range(60):
        s1, s2 = np.exp(rng.normal(size=2))
        Sigma = np.array([[s1**2, 0], [0, s2**2]])
        Sigma[0, 1] = Sigma[1, 0] = rng.uniform(-0.99, 0.99) * s1 * s2
        k, x = rng.uniform(0.1, 4), rng.normal()
        direction = rng.normal(size=2)
        entries = {"a": Sigma[0, 0], "b": Sigma[0, 1], "c": Sigma[1, 1]}
        found = demo.page.evaluate(
            f"""([matrix, k, x, direction]) => {{
              const m = {demo.model}, given = m.conditional(matrix, x), [u, v] = m.contact(matrix, direction, k);
              const {{ values, angle }} = m.eigen(matrix);
              const points = m.ellipse(matrix, k, 7);
              const back = m.fromAxes(angle, ...values.map(Math.sqrt));
              return {{ values, contact: [u, v], mass: m.mass(k), given: [given.mean, given.variance], points,
                        distances: points.map((point) => m.distance2(matrix, point)), back: [back.a, back.b, back.c] }};
            }}""",
            [entries, k, x, direction.tolist()],
        )
        np.testing.assert_allclose(found["values"], np.linalg.eigvalsh(Sigma)[::-1], rtol=1e-8)
        np.testing.assert_allclose(found["contact"], chapter["contact"](Sigma, direction, k), rtol=1e-10)
        np.testing.assert_allclose(found["mass"], chapter["mass"](k), rtol=1e-12)
        np.testing.assert_allclose(found["given"], chapter["conditional"]([0, 0], Sigma, x), rtol=1e-10)
        np.testing.assert_allclose(found["distances"], k**2, rtol=1e-8)
        np.testing.assert_allclose(found["back"], [Sigma[0, 0], Sigma[0, 1], Sigma[1, 1]], rtol=1e-8, atol=1e-12)
        reach = np.abs(chapter["ellipse"]([0, 0], Sigma, k, points=2001)).max(axis=0)
        assert np.all(np.abs(found["points"]).max(axis=0) <= reach * (1 + 1e-5))


def test_samples_have_the_matrix(fresh):
    demo = fresh()
    points = demo.page.evaluate(
        f"{demo.model}.transform({{a: 4, b: 1.2, c: 1}}, Array.from({{length: 3}}, (_, i) => [i, 2 - i * i]))"
    )
    L = np.linalg.cholesky([[4, 1.2], [1.2, 1]])
    np.testing.assert_allclose(points, np.array([[0, 2], [1, 1], [2, -2]]) @ L.T, rtol=1e-12)
    demo.part(".samples").click()
    assert demo.part("circle.sample").count() == 250
    shares = demo.text(".facts")
    assert "of the samples" in shares


def test_the_rectangle_stays_while_the_correlation_changes(fresh):
    demo = fresh("?preset=hand")
    boxes = set()
    for rho in ("-0.99", "-0.4", "0", "0.7", "0.99"):
        demo.part(".rho").fill(rho)
        assert demo.get("matrix")["matrix"]["a"] == pytest.approx(0.1, abs=1e-4)
        boxes.add(demo.part(".box").get_attribute("d"))
        s = np.sqrt(np.diag(matrix(demo)))
        assert matrix(demo)[0, 1] == pytest.approx(float(rho) * s[0] * s[1], abs=1e-3)
    corners = np.array(
        [[float(x) for x in box.replace("M", "").replace("Z", "").replace("L", " ").split()] for box in boxes]
    )
    assert np.ptp(corners, axis=0).max() < 1  # of 400 units: rounding of the matrix


def test_mouse(fresh):
    demo = fresh()
    before = state(demo)
    first, second = ends(demo)
    demo.drag(first, (-0.3, 0.5))
    (x, y), (u, v) = ends(demo)
    assert (x, y) == pytest.approx((-0.3, 0.5), abs=0.02)
    assert x * u + y * v == pytest.approx(0, abs=1e-3)
    assert np.hypot(u, v) == pytest.approx(np.hypot(*second), abs=0.01)
    values, V = np.linalg.eigh(matrix(demo))
    assert abs(V[:, 1] @ [x, y]) == pytest.approx(np.hypot(x, y), rel=1e-3)
    assert 2 * np.sqrt(values[1]) == pytest.approx(np.hypot(x, y), rel=1e-2)
    demo.drag((u, v), (0.1 * u, 0.1 * v))  # shorter than the slider allows
    assert np.hypot(*ends(demo)[1]) == pytest.approx(2 * 0.03, abs=0.01)
    demo.part(".undo").click()
    demo.part(".undo").click()
    assert state(demo) == before
    demo.page.mouse.click(*demo.place(0.75, -0.8))
    assert demo.get("at")["at"] == pytest.approx(0.75, abs=0.02)


def test_an_end_dragged_inside_keeps_its_hand(fresh):
    """Which of the two half-axes is longer changes; the one that is dragged stays under the pointer."""
    demo = fresh("?a=0.16&b=0&c=0.04&k=1")
    demo.drag((0.4, 0), (0.1, 0.02))
    assert ends(demo)[0] == pytest.approx((0.1, 0.02), abs=0.02)
    assert np.hypot(*ends(demo)[1]) == pytest.approx(0.2, abs=0.01)


def test_keyboard_alone(fresh):
    demo = fresh()
    (x, y), _ = ends(demo)
    demo.part(".point").first.focus()
    demo.page.keyboard.press("ArrowRight")
    moved = ends(demo)[0]
    assert moved == pytest.approx((x + 0.05, y), abs=0.01)
    demo.page.keyboard.press("n")
    assert demo.page.evaluate(f"{demo.js}.shadowRoot.activeElement.getAttribute('aria-label')").startswith(
        "End of the second"
    )
    demo.part(".k").focus()
    demo.page.keyboard.press("ArrowRight")
    assert demo.get("k")["k"] == pytest.approx(2.1)
    expect(demo.part(".voice")).to_contain_text("inside")


def test_touch(load):
    demo = load(width=390, height=844, has_touch=True, is_mobile=True)
    demo.drag_with_finger(ends(demo)[0], (0.5, -0.3))
    assert ends(demo)[0] == pytest.approx((0.5, -0.3), abs=0.03)
    demo.tap_plane(-0.6, 0.9)
    assert demo.get("at")["at"] == pytest.approx(-0.6, abs=0.02)


def test_entries_and_what_is_no_covariance_matrix(fresh):
    demo = fresh()
    demo.part(".b").fill("0.2")
    demo.part(".b").press("Enter")
    assert "Not positive definite" in demo.text(".facts")
    assert demo.part(".curve").count() == demo.part(".point").count() == 0
    values, V = np.linalg.eigh(matrix(demo))
    assert f"{values[0]:.4f}" in demo.text(".facts")
    named = [float(x) for x in demo.text(".facts").split("direction")[1].split(")")[0].replace("(", "").split(",")]
    assert abs(V[:, 0] @ named) == pytest.approx(1, abs=0.01)
    demo.part(".rho").fill("0.5")
    assert demo.part(".curve").count() == 1
    demo.part(".a").fill("7")  # out of range: back to what it was
    demo.part(".a").press("Enter")
    assert float(demo.part(".a").input_value()) == pytest.approx(demo.get("matrix")["matrix"]["a"])
    assert demo.complaints == []


def test_presets_show_what_they_say(fresh):
    demo = fresh("?preset=hand")
    np.testing.assert_allclose(matrix(demo), np.array([[5, 2], [2, 2]]) / 50)
    assert demo.part(".situation").input_value() == "hand"
    demo = fresh("?preset=slide")
    assert "height 0.90 of half the side" in demo.text(".facts")
    demo = fresh("?preset=negative")
    assert demo.part(".rho-value").inner_text() == "−0.60"
    demo = fresh("?preset=round")
    assert np.ptp(np.linalg.eigvalsh(matrix(demo))) < 1e-12
    demo = fresh("?preset=lost")
    assert np.linalg.eigvalsh(matrix(demo))[0] < 0
