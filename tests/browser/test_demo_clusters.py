"""The clusters demo, used as readers use it, and its mathematics against the code of the chapters."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

from book.definitions import definitions
from book.order import ROOT

PAGE, TAG = "chapters/classical/kmeans.html", "eer-clusters"
EM = ROOT / "chapters/classical/em.ipynb"


def state(demo) -> dict:
    return demo.get("points", "start", "k", "method", "t")


def now(demo) -> dict:
    return demo.get("now")["now"]


def centres(demo) -> np.ndarray:
    return np.array(now(demo)["centres"])


def to_the_end(demo) -> dict:
    """After as many half steps as it takes."""
    demo.page.evaluate(f"(() => {{ const d = {demo.js}; d.t = 400; d.render(); }})()")
    return now(demo)


@pytest.fixture(scope="module")
def chapter():
    return definitions(ROOT / "chapters/classical/kmeans.ipynb")


@pytest.fixture(scope="module")
def mixtures():
    """E step and M step of the chapter on mixtures, or of this file while the book has no such chapter."""
    if EM.exists():
        return definitions(EM)

    def responsibilities(X, weights, means, covariances):
        parts = zip(weights, means, covariances, strict=True)
        joint = np.stack([np.log(w) + multivariate_normal(m, S).logpdf(X) for w, m, S in parts], axis=1)
        return np.exp(joint - logsumexp(joint, axis=1, keepdims=True))

    def maximise(X, R, ridge=0.0):
        spreads = [np.cov(X.T, aweights=share, ddof=0) + ridge * np.eye(X.shape[1]) for share in R.T]
        return R.mean(axis=0), R.T @ X / R.sum(axis=0)[:, None], np.array(spreads)

    return {"responsibilities": responsibilities, "maximise": maximise}


def random_points(rng, n=None):
    """Points of the plane, some of them twice."""
    X = rng.normal(size=(n or int(rng.integers(1, 40)), 2)).round(int(rng.integers(1, 3)))
    return np.r_[X, X[: rng.integers(0, 3)]]


def test_lloyd_is_the_chapters(fresh, chapter):
    demo, rng = fresh(), np.random.default_rng(0)
    empty = 0
    for _ in range(80):
        X, k = random_points(rng), int(rng.integers(1, 6))
        C = X[rng.integers(len(X), size=k)] + rng.integers(0, 2) * rng.normal(size=(k, 2))
        C[0] += 9 * rng.integers(0, 2)
        found = demo.page.evaluate(
            f"""([X, C]) => {{
              const m = {demo.model};
              return [m.assign(X, C), m.lloyd(X, C), m.follow(X, C, {{ steps: 400 }})];
            }}""",
            [X.tolist(), C.tolist()],
        )
        labels, near = chapter["assign"](X, C)
        assert found[0]["labels"] == labels.tolist()
        np.testing.assert_allclose(found[0]["near"], near, atol=1e-12)
        ends, z, history = chapter["lloyd"](X, C)
        np.testing.assert_allclose(found[1]["centres"], ends, atol=1e-10)
        np.testing.assert_allclose(found[1]["J"], history[-1], atol=1e-10)
        np.testing.assert_allclose(found[2]["centres"], ends, atol=1e-10)
        assert found[2]["labels"] == z.tolist()
        np.testing.assert_allclose(found[2]["values"][0::2][: len(history)], history, atol=1e-10)
        assert np.all(np.diff(found[2]["values"]) <= 1e-12)
        empty += len(np.unique(z)) < k
    assert empty > 10


def test_draws_are_those_of_k_means_plus_plus(fresh):
    demo, rng = fresh(), np.random.default_rng(1)
    for _ in range(20):
        X = random_points(rng, 12)
        C, u = X[rng.integers(len(X), size=3)], rng.random(50)
        p, picked, first = demo.page.evaluate(
            f"""([X, C, u]) => {{
              const m = {demo.model}, p = m.drawing(X, C);
              return [p, u.map((each) => m.pick(p, each)), m.drawing(X, [])];
            }}""",
            [X.tolist(), C.tolist(), u.tolist()],
        )
        near = ((X[:, None] - C) ** 2).sum(axis=2).min(axis=1)
        np.testing.assert_allclose(p, near / near.sum(), atol=1e-12)
        np.testing.assert_array_equal(picked, np.searchsorted(np.cumsum(p), u, side="right"))
        np.testing.assert_allclose(first, 1 / len(X))
    same = demo.page.evaluate(f"{demo.model}.drawing([[1, 1], [1, 1]], [[1, 1]])")
    assert same == [0.5, 0.5]  # nothing is left to prefer
    assert demo.page.evaluate(f"{demo.model}.pick([0.5, 0.4999999, 0], 0.99999999)") == 1


def test_both_steps_of_the_mixture_are_the_chapters(fresh, mixtures):
    demo, rng = fresh(), np.random.default_rng(2)
    for _ in range(40):
        X, k = random_points(rng, int(rng.integers(5, 40))), int(rng.integers(1, 6))
        weights, means = rng.dirichlet(np.ones(k)), rng.normal(size=(k, 2))
        A = rng.normal(size=(k, 2, 2))
        covariances = A @ A.transpose(0, 2, 1) + 0.05 * np.eye(2)
        theta = {"weights": weights.tolist(), "means": means.tolist(), "covariances": covariances.tolist()}
        R, L, new = demo.page.evaluate(
            f"""([X, theta]) => {{
              const m = {demo.model}, R = m.responsibilities(X, theta);
              return [R, m.logLikelihood(X, theta), m.maximise(X, R, 1e-3, theta)];
            }}""",
            [X.tolist(), theta],
        )
        expected = mixtures["responsibilities"](X, weights, means, covariances)
        np.testing.assert_allclose(R, expected, atol=1e-10)
        parts = zip(weights, means, covariances, strict=True)
        density = sum(w * multivariate_normal(m, S).pdf(X) for w, m, S in parts)
        np.testing.assert_allclose(L, np.log(density).sum(), rtol=1e-8)
        for name, value in zip(theta, mixtures["maximise"](X, expected, ridge=1e-3), strict=True):
            np.testing.assert_allclose(new[name], value, atol=1e-7)


def test_likelihood_rises_also_where_a_component_collapses(fresh):
    demo, rng = fresh(), np.random.default_rng(3)
    for trial in range(20):
        X, k = random_points(rng, 6 + trial), 1 + trial % 5
        found = demo.page.evaluate(
            f"([X, C]) => {demo.model}.follow(X, C, {{ mixture: true, steps: 200, ridge: 0.01 * {trial % 2} + 1e-4 }})",
            [X.tolist(), (4 * rng.normal(size=(k, 2))).tolist()],
        )
        assert np.all(np.isfinite(found["values"]))
        assert np.isfinite(found["mixture"]["covariances"]).all()
        assert found["values"][-1] > found["values"][0] or found["made"] <= 2


def test_step_run_and_back(fresh):
    demo = fresh("?preset=three")
    assert demo.part(".step").inner_text() == "Assign"
    demo.part(".step").click()
    assert demo.part(".step").inner_text() == "Move"
    assert now(demo)["values"] == pytest.approx([now(demo)["values"][0]])
    demo.part(".run").click()
    demo.wait_for("demo.now.done && !demo.running")
    assert demo.part(".step").is_disabled()
    assert demo.part(".step").inner_text() == "Nothing changes"
    values = now(demo)["values"]
    assert values == sorted(values, reverse=True)
    assert "A 16, B 16, C 16" in demo.text(".facts")
    assert "1.00 ×" in demo.text(".facts")
    demo.part(".back").click()
    assert demo.get("t")["t"] == 0
    demo.part("[data-method='mixture']").click()
    for text in ("E: share", "M: move", "E: share"):
        assert demo.part(".step").inner_text() == text
        demo.part(".step").click()
    assert len(now(demo)["values"]) == 4
    assert "log-likelihood" in demo.text(".facts")
    demo.part(".undo").click()
    assert demo.get("t")["t"] == 2


def test_mouse(fresh):
    demo = fresh("?preset=stuck")
    assert to_the_end(demo)["values"][-1] > 5 * demo.get("bestJ")["bestJ"]
    A = centres(demo)[0]
    before = state(demo)
    demo.drag(tuple(A), (0.45, 0.45))
    assert demo.get("start", "t")["start"][0] == pytest.approx([0.45, 0.45], abs=0.02)
    assert demo.get("t")["t"] == 0
    assert to_the_end(demo)["values"][-1] == pytest.approx(demo.get("bestJ")["bestJ"])
    demo.part(".undo").click()
    assert state(demo) == before
    n = len(before["points"])
    demo.page.mouse.click(*demo.place(0.0, -0.9))
    assert demo.get("points")["points"][n] == pytest.approx([0, -0.9], abs=0.02)
    demo.drag((0.0, -0.9), (-0.2, -0.7))
    assert demo.get("points")["points"][n] == pytest.approx([-0.2, -0.7], abs=0.02)
    assert demo.get("t")["t"] == before["t"]  # the same start, other points
    demo.page.mouse.dblclick(*demo.place(-0.2, -0.7))
    assert demo.get("points")["points"] == before["points"]


def test_keyboard_alone(fresh):
    demo = fresh("?preset=hand")
    focused = f"{demo.js}.shadowRoot.activeElement.getAttribute('aria-label')"
    demo.part(".point").first.focus()
    assert demo.page.evaluate(focused).startswith("Centre A")
    demo.page.keyboard.press("ArrowRight")
    assert demo.get("start")["start"][0] == pytest.approx([-0.7, 0.3])
    demo.page.keyboard.press("n")
    demo.page.keyboard.press("n")
    assert demo.page.evaluate(focused).startswith("Point 1, no cluster yet")
    demo.page.keyboard.press("a")
    assert len(demo.get("points")["points"]) == 6
    assert demo.page.evaluate(focused).startswith("Point 6")
    demo.page.keyboard.press("Delete")
    assert len(demo.get("points")["points"]) == 5
    demo.part(".step").focus()
    demo.page.keyboard.press("Enter")
    expect(demo.part(".voice")).to_contain_text("half steps 1")
    demo.part(".point").first.focus()
    demo.page.keyboard.press("Delete")  # a centre
    assert demo.get("k")["k"] == 1
    demo.page.keyboard.press("Delete")  # the last one stays
    assert len(centres(demo)) == 1
    demo.part(".k").focus()
    demo.page.keyboard.press("ArrowRight")
    assert demo.get("k")["k"] == 2
    assert demo.part(".step").inner_text() == "Draw a centre"


def test_touch(load):
    demo = load("?preset=hand", width=390, height=844, has_touch=True, is_mobile=True)
    demo.drag_with_finger((-0.75, -0.3), (0.3, -0.6))
    assert demo.get("start")["start"][1] == pytest.approx([0.3, -0.6], abs=0.03)
    demo.tap_plane(0.1, 0.8)
    assert demo.get("points")["points"][5] == pytest.approx([0.1, 0.8], abs=0.02)


def test_draws_are_shown(fresh):
    demo = fresh("?preset=plusplus")
    chances = demo.get("chances")["chances"]
    assert np.argmax(chances) == len(chances) - 1  # the lone point in the corner
    assert chances[-1] > 3 / len(chances)
    circles = demo.part(".chance")
    radii = [float(circle.get_attribute("r")) for circle in circles.all()]
    np.testing.assert_allclose(np.square(radii), 3600 * np.array(chances), atol=3)
    for drawn in (2, 3, 4):
        demo.part(".step").click()
        assert len(centres(demo)) == drawn
    assert circles.count() == 0
    points = demo.get("points")["points"]
    assert all(start in points for start in demo.get("start")["start"])
    demo.part(".plusplus").click()
    assert len(centres(demo)) == 1
    demo.part(".random").click()
    assert len({tuple(centre) for centre in centres(demo)}) == 4
    demo.part(".new").click()
    assert len(demo.get("points")["points"]) == 60


def test_presets_show_what_they_say(fresh):
    demo = fresh("?preset=hand")
    end = to_the_end(demo)
    assert end["values"] == pytest.approx([0.09 * 51, 0.09 * 26.5, 0.09 * 26.5])
    assert demo.get("bestJ")["bestJ"] == pytest.approx(0.09 * 16 / 3)
    assert np.bincount(to_the_end(fresh("?preset=empty"))["labels"], minlength=3)[2] == 0
    rows = np.repeat([0, 1], 30)
    demo = fresh("?preset=long")
    assert np.mean(np.equal(to_the_end(demo)["labels"], rows)) < 0.65
    demo.part("[data-method='mixture']").click()
    assert to_the_end(demo)["labels"] == rows.tolist()
    near = "?preset=long&method=mixture&centres=-0.2,0.1;0.2,-0.1"
    assert np.mean(np.equal(to_the_end(fresh(near))["labels"], rows)) < 0.65
    groups = np.repeat([0, 1], [60, 14])
    demo = fresh("?preset=sizes")
    wrong = np.mean(np.not_equal(to_the_end(demo)["labels"], groups))
    demo.part("[data-method='mixture']").click()
    assert np.mean(np.not_equal(to_the_end(demo)["labels"], groups)) < 0.03 < wrong
    for name in ("three", "stuck", "plusplus"):
        assert fresh(f"?preset={name}").part(".situation").input_value() == name


def test_no_points_and_one_point(fresh):
    demo = fresh("?points=&centres=0,0&k=1")
    assert demo.part(".step").is_disabled()
    assert "none" in demo.text(".facts")
    demo.page.mouse.click(*demo.place(0.3, 0.4))
    demo.part(".run").click()
    demo.wait_for("demo.now.done && !demo.running")
    assert centres(demo)[0] == pytest.approx([0.3, 0.4], abs=0.02)
    demo.part("[data-method='mixture']").click()
    assert np.isfinite(to_the_end(demo)["values"]).all()  # the ridge keeps the variance above 0
    demo.part(".plusplus").click()
    assert demo.complaints == []


@pytest.mark.parametrize("query", ["?preset=three", "?preset=sizes&method=mixture"])
def test_axes_of_the_curve_are_those_of_the_whole_run(fresh, query):
    demo = fresh(query)
    whole = to_the_end(demo)["values"]
    demo.part(".back").click()
    demo.part(".step").click()
    axes = [text for text in demo.part(".chart text").all_text_contents() if text != "half steps"]
    for _ in range(4):
        demo.part(".step").click()
        assert [text for text in demo.part(".chart text").all_text_contents() if text != "half steps"] == axes
    assert int(axes[1]) >= len(whole) - 1
    high, low = (float(text.replace("−", "-")) for text in axes[2:])
    assert high == pytest.approx(max(whole), abs=0.06)
    assert low <= min(whole) + 0.06
