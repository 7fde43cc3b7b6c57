"""Functions that readers take away, on data that are not the chapter's: the right value or one clear error."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.spatial.distance import cdist
from scipy.special import expit
from scipy.stats import entropy, multivariate_normal

from book.definitions import definitions
from book.order import ROOT


def test_nearest_neighbours():
    chapter = definitions(ROOT / "chapters/classical/knn.ipynb")
    rng = np.random.default_rng(0)
    X, y = rng.integers(0, 256, (12, 7)).astype(np.uint8), np.arange(12) % 3

    numbers = X.astype(float)
    np.testing.assert_allclose(chapter["minkowski"](X, X, 1), cdist(numbers, numbers, "cityblock"))
    np.testing.assert_array_equal(chapter["squared_distances"](X, X), cdist(numbers, numbers, "sqeuclidean"))
    large = 10**6 * rng.integers(1, 9, (4, 3))
    np.testing.assert_array_equal(chapter["squared_distances"](large, large), cdist(large, large, "sqeuclidean"))

    D = cdist(numbers, numbers)
    assert chapter["votes"](D, y, 12, 3).tolist() == [[4, 4, 4]] * 12
    assert chapter["predict"](D, np.zeros(12, int), 5, 1).tolist() == [0] * 12  # one class
    assert chapter["predict"](np.ones((1, 4)), np.array([2, 2, 0, 1]), 3, 3).tolist() == [2]  # all equally far
    assert chapter["leave_one_out"](D, np.repeat([0, 1], [11, 1]), 11, 2) == 11 / 12
    for wrong in (
        lambda: chapter["votes"](D, y, 13, 3),
        lambda: chapter["votes"](D, y, 0, 3),
        lambda: chapter["votes"](D, y, 5, 2),
        lambda: chapter["leave_one_out"](D, y, 12, 3),
        lambda: chapter["accuracies_by_fold"](D, y, np.arange(12) % 2, [1, 7], 3),
    ):
        with pytest.raises(ValueError, match=r"k = |samples|class"):
            wrong()


def test_bayes_decision():
    chapter = definitions(ROOT / "chapters/classical/bayes_decision.ipynb")
    sure = np.array([[1.0, 0.0], [0.0, 1.0]])  # forecasts of exactly 0 and 1
    loss = np.array([[0, 1], [0.25, 0.25], [20, 0]])
    np.testing.assert_array_equal(chapter["conditional_risk"](sure, loss), loss.T)
    np.testing.assert_array_equal(chapter["decide"](sure, 10**6 * np.array([[0, 1], [20, 0]])), [0, 1])
    assert chapter["decide"](np.array([[0.5, 0.5]]), 1 - np.eye(2)).tolist() == [0]  # a tie: the first action

    old, new = np.array([0.5, 0.5]), np.array([0.02, 0.98])
    np.testing.assert_array_equal(chapter["shifted"](sure, old, new), sure)
    with pytest.raises(ValueError, match="without cases"):
        chapter["shifted"](sure, np.array([0.0, 1.0]), new)

    p_1, p_2 = np.array([0.2, 0.3, 0.0, 0.5]), np.array([0.0, 0.3, 0.7, 0.0])  # values that one class never has
    phi, tau = chapter["most_powerful"](p_1, p_2, 0.15)
    np.testing.assert_allclose(phi, [1, 0.5, 0, 1])
    assert tau == 1
    np.testing.assert_allclose(chapter["most_powerful"](p_1, p_2, 1)[0], 1)  # everybody may be alarmed
    tied, _ = chapter["most_powerful"](p_2, p_2, 0.4)
    np.testing.assert_allclose(tied @ p_2, 0.4)
    with pytest.raises(ValueError, match="positive"):
        chapter["most_powerful"](p_1, p_2, 0)


def test_lda():
    chapter = definitions(ROOT / "chapters/classical/lda.ipynb")
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 4)), np.arange(60) % 3
    direction, discriminants = chapter["fisher_direction"], chapter["discriminants"]

    for labels in (y, np.zeros(60, int)):  # three classes, one class
        with pytest.raises(ValueError, match="two classes are needed"):
            direction(X, labels)
    constant = np.column_stack([X, np.full(60, 0.1)])
    twice = np.column_stack([X, X[:, 0] + X[:, 1]])
    for data, labels in ((constant, y), (twice, y), (X[:5], y[:5]), (rng.normal(size=(8, 20)), y[:8])):
        with pytest.raises(ValueError, match="S_W is singular"):
            direction(data, labels % 2)
        with pytest.raises(ValueError, match="S_W is singular"):
            discriminants(data, labels)

    large = np.round(1e4 * X).astype(int)  # integers of the size 10⁴, and classes that are not 0 and 1
    expected = chapter["fisher_direction"](X, y % 2)
    found = 1e4 * chapter["fisher_direction"](large, np.where(y % 2 == 0, -3, 8))
    np.testing.assert_allclose(found, expected, rtol=0.05, atol=0.01)
    with np.errstate(all="raise"):
        eigenvalues, W = discriminants(large, y)
    np.testing.assert_allclose(W.T @ chapter["scatter_matrices"](large, y)[0] @ W, np.eye(4), atol=1e-9)
    assert np.sum(eigenvalues > 1e-10) == 2


def test_gaussian_kl():
    chapter = definitions(ROOT / "chapters/foundations/gaussian_kl.ipynb")
    p, q = np.array([0.5, 0.5, 0.0]), np.array([0.25, 0.5, 0.25])
    assert np.isclose(chapter["kl_discrete"](p, q), entropy(p, q))
    assert chapter["kl_discrete"](q, p) == np.inf == chapter["H"](q, p)
    assert chapter["kl_discrete"](p, p) == 0
    assert chapter["H"](np.array([1.0, 0.0])) == 0  # a forecast of exactly 0 and 1
    assert np.isclose(chapter["H"](p, q), entropy(p) + entropy(p, q))
    for wrong in (np.array([3, 5, 2]), np.array([0.5, 0.5]), np.array([1.5, -0.5, 0.0])):
        with pytest.raises(ValueError, match="probabilities"):
            chapter["kl_discrete"](wrong, q)

    rng = np.random.default_rng(0)
    kl = chapter["kl_cholesky"]
    for d, scale in ((1, 1.0), (3, 1e4), (200, 1e-4)):
        A = scale * rng.standard_normal((d, 2 * d))
        mean, Sigma = scale * rng.standard_normal(d), A @ A.T / d
        assert abs(kl(mean, Sigma, mean, Sigma)) < 1e-9
        assert np.isclose(
            kl(mean, Sigma, 0 * mean, 4 * Sigma), chapter["kl_gaussians"](mean, Sigma, 0 * mean, 4 * Sigma)
        )
    millions = np.array([10**6, -(10**6)])
    assert np.isclose(kl(millions, np.eye(2), 0 * millions, np.eye(2)), 1e12)
    constant = np.diag([1.0, 0.0])  # a feature without variance
    with pytest.raises(ValueError, match="positive definite"):
        kl(np.zeros(2), np.eye(2), np.zeros(2), constant)

    assert chapter["kl_to_standard"](np.zeros(4), np.zeros(4)) == 0
    assert chapter["kl_to_standard"](np.array([1e4]), np.zeros(1)) == 5e7
    assert np.isclose(chapter["kl_to_standard"](np.zeros(1), np.array([-1e4])), 4999.5)
    close = np.zeros(2), np.eye(2), np.full(2, 1e-9), np.eye(2)
    assert (chapter["estimators"](close, 50, rng)[:, 1] >= 0).all()


def test_rayleigh_quotient():
    chapter = definitions(ROOT / "chapters/foundations/rayleigh_quotient.ipynb")
    spectrum, generalised = chapter["spectrum"], chapter["generalised_eigh"]
    for M in (np.zeros((3, 3)), np.eye(2), np.diag([10**6, -(10**6)]), np.array([[4.0]])):
        values, V = spectrum(M)
        np.testing.assert_allclose(V * values @ V.T, M, atol=1e-9)
        assert (np.diff(values) <= 0).all()
    with pytest.raises(ValueError, match="not symmetric"):
        spectrum(np.array([[1.0, 2.0], [0.0, 1.0]]))

    rng = np.random.default_rng(1)
    X = rng.standard_normal((5, 9))  # fewer samples than features
    scatter, rest = np.cov(X.T), np.cov(rng.standard_normal((30, 9)).T)
    values, W = generalised(scatter, rest)
    np.testing.assert_allclose(W.T @ rest @ W, np.eye(9), atol=1e-8)
    np.testing.assert_allclose(values[4:], 0, atol=1e-8)
    with pytest.raises(ValueError, match="positive definite"):
        generalised(rest, scatter)

    power, step = chapter["power_iteration"], chapter["rqi_step"]
    M = np.array([[2, 1], [1, 2]])
    np.testing.assert_allclose(np.abs(power(10**6 * M, np.array([10**6, 0]), 60)[-1]), 0.5**0.5)
    np.testing.assert_allclose(power(1e-4 * M, np.array([1e4, 0]), 60), power(M, np.array([1, 0]), 60))
    np.testing.assert_allclose(np.abs(step(M, np.array([2, 1]) / 5**0.5)), np.array([13, 14]) / 365**0.5)
    for start, matrix in ((np.zeros(2), M), (np.ones(2), 0 * M), (np.array([1, np.nan]), M)):
        with pytest.raises(ValueError, match="no direction"):
            power(matrix, start, 3)


def test_backpropagation():
    chapter = definitions(ROOT / "chapters/foundations/backpropagation.ipynb")
    s = np.array([-1e4, -800.0, -1.0, 0.0, 1.0, 800.0, 1e4])
    np.testing.assert_allclose(chapter["sigmoid"](s), expit(s))

    np.testing.assert_array_equal(chapter["sum_to"](np.ones((4, 2, 3)), (1, 3)), np.full((1, 3), 8.0))

    rng = np.random.default_rng(2)
    by_hand, zeros = chapter["two_layer_by_hand"], np.zeros
    for n, d, m, c in ((1, 1, 1, 1), (3, 9, 2, 5)):  # one sample, one class; fewer samples than features
        X, G = rng.integers(0, 256, (n, d)), rng.standard_normal((n, c))
        parameters = rng.standard_normal((d, m)), zeros(m), rng.standard_normal((m, c)), zeros(c)
        for slope, parameter in zip(by_hand(X, *parameters, G), parameters, strict=True):
            assert slope.shape == parameter.shape
    dead = by_hand(np.ones((2, 3)), -np.ones((3, 4)), zeros(4), np.ones((4, 2)), zeros(2), np.ones((2, 2)))
    assert [np.abs(slope).max() for slope in dead] == [0, 0, 0, 2]  # no unit is on

    Node = chapter["Node"]
    chapter["install"](Node, *(chapter[k] for k in ("add", "multiply", "matmul", "power")))
    a = Node(np.array([3, 4]))  # integers
    total = chapter["total"](a * a)
    total.backward()
    assert a.gradient.tolist() == [6, 8]
    total.backward()  # a second sweep begins at zero
    assert a.gradient.tolist() == [6, 8]
    tie = Node([1e4, 1e4, -1e4])
    chapter["amax"](tie, axis=0).backward()
    assert tie.gradient.tolist() == [0.5, 0.5, 0]


def test_least_squares():
    chapter = definitions(ROOT / "chapters/foundations/least_squares.ipynb")
    rng = np.random.default_rng(3)
    solve, fit = chapter["solve_by_qr"], chapter["fit_with_intercept"]
    for scale in (1e-4, 1.0, 1e4):
        A, b = scale * rng.standard_normal((20, 4)), rng.standard_normal(20)
        A[:, 2] *= 1e-8  # columns of very different sizes
        np.testing.assert_allclose(A @ solve(A, b), A @ np.linalg.lstsq(A / 1e4, b)[0] / 1e4, rtol=1e-6, atol=1e-9)
    integers = rng.integers(-(10**6), 10**6, (9, 3))
    np.testing.assert_allclose(solve(integers, integers @ [1, 2, 3]), [1, 2, 3])
    for wrong in (np.ones((2, 3)), np.ones((5, 2)), np.zeros((4, 1)), np.arange(12.0).reshape(4, 3)):
        with pytest.raises(ValueError, match=r"columns"):
            solve(wrong, np.ones(len(wrong)))

    constant = np.column_stack([rng.standard_normal(8), np.full(8, 0.1)])
    w = fit(constant, 2 + 3 * constant[:, 0])
    np.testing.assert_allclose(w, [2, 3, 0], atol=1e-12)
    wide = rng.standard_normal((3, 7))  # fewer samples than features
    targets = rng.standard_normal(3)
    intercept, *slopes = fit(wide, targets)
    np.testing.assert_allclose(intercept + wide @ slopes, targets)

    for A in (wide, np.zeros((3, 2)), np.ones((4, 2)), integers):
        np.testing.assert_allclose(chapter["pseudo_inverse"](A), np.linalg.pinv(A), atol=1e-12)
    np.testing.assert_allclose(chapter["ridge"](wide, targets, 1e-9), np.linalg.pinv(wide) @ targets, atol=1e-6)
    with pytest.raises(ValueError, match="noise"):
        chapter["standard_errors"](wide[:, :3], targets)
    with pytest.raises(ValueError, match="without one"):
        chapter["left_out_errors"](np.eye(3)[:, :2] + 0.0, targets)


def test_two_layer_network():
    chapter = definitions(ROOT / "chapters/networks/two_layer_network.ipynb")
    rng = np.random.default_rng(0)
    sure = np.array([[10**4, -(10**4)], [-(10**4), 10**4]])  # forecasts of exactly 0 and 1
    assert chapter["cross_entropy"](sure, [0, 1]) == 0
    assert chapter["cross_entropy"](sure, [1, 0]) == 2 * 10**4
    for n, d, m, c in ((1, 1, 1, 1), (3, 9, 2, 5)):  # one class; fewer samples than features
        theta, X = chapter["start"](rng, d, m, c), 10**4 * rng.integers(-9, 9, (n, d))
        loss, gradients = chapter["network"](theta, X, np.zeros(n, int), 0.1)
        assert np.isfinite(loss)
        for gradient, parameter in zip(gradients, theta, strict=True):
            assert gradient.shape == parameter.shape
            assert np.isfinite(gradient).all()
    blank = np.zeros((5, 3))
    assert chapter["dead_units"](chapter["start"](rng, 3, 4, 2), blank) == 4

    polygon, on_line = chapter["polygon_network"], chapter["on_line"]
    t, f = np.array([0, 1, 10**6]), np.array([0, 2, -1])
    places = np.array([0.0, 0.25, 1.0, 10.0**6])
    np.testing.assert_allclose(on_line(polygon(t, f), places), np.interp(places, t, f), atol=1e-9)
    for wrong in (t[::-1], np.array([0, 1, 1])):
        with pytest.raises(ValueError, match="increase"):
            polygon(wrong, f)


def test_classification_metrics():
    chapter = definitions(ROOT / "chapters/evaluation/classification_metrics.ipynb")
    for m in (1, 10**5, 10**6, 10**12):
        assert chapter["mcc_two"](3 * m, m, m, 3 * m) == pytest.approx(0.5, rel=1e-12)
        assert chapter["kappa_two"](3 * m, m, m, 3 * m) == pytest.approx(0.5, rel=1e-12)
        C = np.array([[3 * m, m, 0], [m, 3 * m, 0], [0, 0, 4 * m]])
        assert chapter["mcc"](C) == pytest.approx(chapter["mcc"](C / m), rel=1e-12)
        assert chapter["kappa"](C) == pytest.approx(chapter["kappa"](C / m), rel=1e-12)
    thirds = 50_000, 50_000 // 3, 50_000 // 3, 50_000
    assert chapter["mcc_two"](*thirds) == pytest.approx(0.5, abs=1e-4)

    sure = np.array([0.0, 1.0, 1.0])
    assert chapter["log_loss"](sure, sure) == 0
    assert chapter["log_loss"](1 - sure, sure) == np.inf
    assert chapter["ece"](sure, sure, 10) == 0
    assert chapter["ece_when_perfect"]([4, 5], [0.0, 1.0]) == 0
    assert chapter["ece_when_perfect"]([10**6], [0.5]) == pytest.approx(np.sqrt(0.5 / np.pi) / 1000, rel=1e-5)
    assert chapter["precision_at"](0.0, 0.9, 0.0) == 0

    y, tied = np.array([0, 1, 1, 0]), np.full(4, 7)
    for auc in ("auc_trapezoids", "auc_pairs", "auc_ranks"):
        assert chapter[auc](y, tied) == 0.5
        assert chapter[auc](y, 10**4 * y - 10**4) == 1
        with pytest.raises(ValueError, match="both classes"):
            chapter[auc](np.ones(4, int), tied)


def test_wasserstein_gan():
    chapter = definitions(ROOT / "chapters/generative/wgan.ipynb")
    x, y = np.array([[0.0], [1.0]]), np.array([[2.0], [3.0], [4.0]])
    assert chapter["matching"](x, x + 10**4)[0] == 10**4
    assert chapter["matching"](x, x)[0] == 0
    cost = np.abs(x - y.T)
    half, third = np.full(2, 1 / 2), np.full(3, 1 / 3)
    assert chapter["transport"](cost, half, third)[0] == pytest.approx(2.5)
    assert chapter["dual_prices"](cost, half, third)[2] == pytest.approx(2.5)
    assert chapter["w1_sorted"]([3, 1], [2, 2]) == 1
    assert chapter["w1_gaussians"](10**4, 1, -(10**4), 1) == 2 * 10**4
    assert chapter["w1_gaussians"](0, 0, 0, 0) == 0
    for wrong in (
        lambda: chapter["matching"](x, y),
        lambda: chapter["transport"](cost, half, 2 * third),
        lambda: chapter["dual_prices"](cost, half, 2 * third),
        lambda: chapter["w1_sorted"]([1, 2], [1, 2, 3]),
        lambda: chapter["w1_sorted"]([], []),
    ):
        with pytest.raises(ValueError, match=r"size|sum"):
            wrong()

    certain = np.array([1.0, 0.0])  # probabilities of exactly 0 and 1
    assert chapter["js"](certain, certain) == 0
    assert chapter["js"](certain, certain[::-1]) == pytest.approx(np.log(2))
    assert chapter["power_iteration"](np.diag([10**6, 1]), 50)[0] == pytest.approx(10**6)
    for no_direction in (np.zeros((2, 3)), np.array([[1, -1], [-1, 1]])):  # the start is sent to zero
        with pytest.raises(ValueError, match="zero"):
            chapter["power_iteration"](no_direction)
    with pytest.raises(ValueError, match="zero"):
        chapter["penalty_gradient"](np.zeros(2), np.ones((2, 3)), np.zeros(2), np.zeros(3))


def test_adversarial_networks():
    chapter = definitions(ROOT / "chapters/generative/gan.ipynb")
    assert chapter["score"](np.eye(10)) == pytest.approx(10)
    assert chapter["score"](np.eye(10)[[3] * 7]) == 1  # one class only
    assert chapter["best_D"](np.array([0.0, 2.0]), np.array([3.0, 0.0])).tolist() == [0, 1]
    assert chapter["score"](np.ones((1, 4)) / 4) == 1

    extreme = chapter["h"](torch.tensor([-1e4, 1e4]), 1.0, 1.0)  # log D and log(1 − D) without overflow
    assert extreme.tolist() == [-1e4, -1e4]


def test_variational_lower_bound():
    here = definitions(ROOT / "chapters/generative/variational_lower_bound.ipynb")
    rng = np.random.default_rng(0)
    for d, k in ((1, 1), (2, 5), (40, 3)):  # more codes than pixels, too
        W, b = rng.standard_normal((d, k)), rng.standard_normal(d)
        for scale in (1e-3, 1.0, 1e4):
            model, x = (scale * W, scale * b, scale**2 * 0.5), scale * rng.standard_normal(d)
            C = scale**2 * (W @ W.T + 0.5 * np.eye(d))
            truth = multivariate_normal(scale * b, C).logpdf(x)
            assert np.isclose(here["log_marginal"](x, *model), truth)
            q = here["posterior"](x, *model)
            assert np.isclose(here["elbo"](*q, x, *model), truth)
            assert here["mean_field"](x, *model)[2] > -1e-9
        zero = here["posterior"](x, 0 * W, b, 0.5)  # a decoder that ignores the code
        assert np.allclose(zero[0], 0)
        assert np.allclose(zero[1], np.eye(k))
    rows = rng.standard_normal((7, 40))
    assert np.allclose(here["log_marginal"](rows, W, b, 0.5), [here["log_marginal"](x, W, b, 0.5) for x in rows])

    x, standard = rows[0], (np.zeros(3), np.eye(3))
    mean, Sigma = here["posterior"](x, W, b, 5.0)
    assert here["second_moment"](mean, Sigma, x, W, b, 5.0) == pytest.approx(1)
    assert here["second_moment"](mean, 0.4 * Sigma, x, W, b, 5.0) == np.inf  # narrower than half
    assert np.log(here["second_moment"](*standard, x, W, b, 5.0)) == pytest.approx(here["naive_draws"](x, W, b, 5.0))
    few = rows - rows.mean(axis=0)  # fewer samples than pixels, one of them constant
    few[:, 0] = 0
    values, noise = [], 1.0
    for _ in range(20):
        values.append(here["log_marginal"](few, W, 0 * b, noise).mean())
        W, noise = here["em_step"](few, W, noise)
    assert (np.diff(values) > -1e-9).all()
    assert (W[0] == 0).all()


def test_vae():
    here = definitions(ROOT / "chapters/generative/vae.ipynb")
    sure = np.array([1e4, -1e4])  # logits of forecasts that are 1 and 0
    assert here["log_bernoulli"](np.array([1.0, 0.0]), sure) == 0
    assert here["log_bernoulli"](np.array([0.0, 1.0]), sure) == -2e4
    assert here["kl_standard"](np.zeros(3), np.zeros(3)) == 0
    certain = np.eye(10)[np.arange(20) % 10]
    assert np.isclose(here["score"](certain), 10)
    assert np.isclose(here["score"](certain[:1]), 1)
    threshold, rng = here["threshold"], np.random.default_rng(0)
    coins = (rng.random((50, 4)) < 0.5).astype(float)
    assert np.isclose(threshold(np.column_stack([coins, np.ones(50)])), threshold(coins))
    assert np.isclose(threshold(np.repeat(coins[:, :1], 7, axis=1)), 7)
    for wrong in (np.ones((5, 3)), 2 * coins, coins[0], np.full((2, 2), np.nan)):
        with pytest.raises(ValueError, match="threshold"):
            threshold(wrong)


def test_inception_score_and_fid():
    here, rng = definitions(ROOT / "chapters/generative/inception_score_and_fid.ipynb"), np.random.default_rng(0)
    score, fid, kid = here["inception_score"], here["fid"], here["kid"]
    assert np.isclose(score(np.eye(3)[[0, 1, 2, 0, 1, 2]]), 3)
    assert np.isclose(score(np.ones((5, 1))), 1)
    for wrong in ([0.5, 0.5], [[0.5, 0.6]], [[1.5, -0.5]], [[np.nan, 1]]):
        with pytest.raises(ValueError, match="inception_score"):
            score(wrong)
    for scale in (1e-4, 1.0, 1e4):
        few, many = scale * rng.standard_normal((5, 20)), scale * rng.standard_normal((300, 20))
        many[:, 3] = 7 * scale  # a constant feature, and fewer pictures than features
        assert fid(few, many) > 0
        assert np.isclose(fid(few, many), fid(many, few))
        assert abs(fid(many, many)) < 1e-9 * scale**2 * 20
    integers = rng.integers(0, 255, size=(40, 3))
    assert np.isclose(fid(integers, integers + 2), 12)
    assert np.isfinite(kid(few, many))
    for wrong in (few[:1], few[0], np.full((3, 2), np.nan)):
        with pytest.raises(ValueError, match="fid"):
            fid(wrong, many)
    with pytest.raises(ValueError, match="kid"):
        kid(few[:1], many)

    certain = np.eye(3)[[0, 0, 1, 1]]  # the third class never occurs
    assert np.isclose(here["score_bias"](certain, 50), -1 / 100)
    assert here["coverage"](np.zeros((5, 2)), np.ones((4, 2))) == 0  # copies
    assert here["coverage"](10**4 * np.eye(5), np.zeros((4, 5))) == 1
    with pytest.raises(ValueError, match="coverage"):
        here["coverage"](np.eye(3), np.eye(3))
    same = np.ones((4, 2)), np.zeros((2, 2))  # covariances that are zero
    assert np.isclose(here["frechet"](same[0][0], same[1], np.zeros(2), np.eye(2)), 4)


def test_matrix_calculus():
    chapter = definitions(ROOT / "chapters/foundations/matrix_calculus.ipynb")
    assert chapter["softmax"](np, np.array([-1e4, 1e4, 1e4])).tolist() == [0, 0.5, 0.5]
    assert chapter["softmax"](np, np.array([3])).tolist() == [1]
    np.testing.assert_array_equal(chapter["softmax_jacobian"](np.array([-1e4, 1e4])), np.zeros((2, 2)))

    X, W = np.array([[1e4, 0.0], [0.0, 1e4]]), np.eye(2)
    sure = np.eye(2)  # forecasts of exactly 0 and 1
    assert chapter["probabilities"](X @ W).tolist() == sure.tolist()
    assert chapter["softmax_loss"](np, X, sure, 0.0, W) == 0
    assert chapter["softmax_loss"](np, X, 1 - sure, 0.0, W) == 1e4
    np.testing.assert_array_equal(chapter["softmax_loss_gradient"](X, sure, 0.5, W), W)

    class Table:
        data, target = np.array([[1.0, 5.0], [3.0, 5.0]]), np.array([0, 0])  # a constant feature, one class

    X, Y = chapter["prepare"](Table)
    assert X.tolist() == [[-1, 0], [1, 0]]
    assert Y.tolist() == [[1], [1]]


def test_broadcasting():
    chapter = definitions(ROOT / "chapters/foundations/broadcasting.ipynb")
    rng = np.random.default_rng(0)
    for numbers in (rng.integers(0, 256, (5, 9)).astype("uint8"), 10**6 * rng.integers(1, 9, (5, 2))):
        truth = cdist(numbers, numbers, "sqeuclidean")
        for way in ("squared_distances_direct", "squared_distances_expanded"):
            np.testing.assert_array_equal(chapter[way](numbers, numbers), truth)
        np.testing.assert_array_equal(chapter["city_block"](numbers, numbers, 1), cdist(numbers, numbers, "cityblock"))

    A = rng.normal(size=(2, 1, 3))
    assert chapter["stretch"](A, (4, 2, 5, 3)).strides == np.broadcast_to(A, (4, 2, 5, 3)).strides
    assert chapter["sum_to"](np.ones((4, 2, 5, 3)), (2, 1, 3)).tolist() == [[[20] * 3]] * 2
    assert chapter["result_shape"]((1,), (0,)) == (0,)
    assert chapter["expect"]("n d, n", np.ones((3, 2)), np.ones(3)) == {"n": 3, "d": 2}
    two = np.ones(2)
    for wrong in (
        lambda: chapter["result_shape"]((2, 3), (2,)),
        lambda: chapter["stretch"](A, (2, 2, 2)),
        lambda: chapter["einsum_by_loops"]("ik,kj->ij", np.ones((2, 4)), np.ones((3, 2))),
        lambda: chapter["r_squared_typed"](two, two),
        lambda: chapter["windows"](two, 4),
    ):
        with pytest.raises(ValueError, match=r"sizes|stretched|is \d|constant|negative"):
            wrong()
    with pytest.raises(TypeError, match="expected"):
        chapter["r_squared_typed"](two[:, None], two)


def test_gradient_checking():
    chapter = definitions(ROOT / "chapters/foundations/gradient_checking.ipynb")
    for x in ([[3, -4], [1, 0]], [10**4, -(10**4)], 7):  # whole numbers, of any shape
        found = chapter["numerical_gradient"](lambda X: (X**2).sum(), x)
        np.testing.assert_allclose(found, 2 * np.array(x), rtol=1e-8, atol=1e-8)
    assert chapter["r"](np.zeros(3), np.zeros(3)) == 0
    assert chapter["cs231n_error"](np.zeros(3), np.zeros(3)) == 0

    X, y = np.array([[1e4], [-1e4]]), np.array([1.0, -1.0])
    for w, value in ((1.0, 0.0), (-1.0, 1e4)):  # margins of ±10⁴: forecasts of exactly 0 and 1
        assert chapter["loss"](np, X, y, 0.0, np.array([w])) == value
        assert chapter["loss_gradient"](X, y, 0.0, np.array([w])).tolist() == [-value]
        np.testing.assert_array_equal(chapter["torch_loss_gradient"](X, y, 0.0, np.array([w])), [-value])

    assert chapter["miss"](4, 1, 2) == 0.5
    assert chapter["miss"](10**6, 10, 10) == pytest.approx(1 - 1e-4, rel=1e-6)
    assert chapter["miss"](5, 3, 4) == 0
    with pytest.raises(ValueError, match="drawn"):
        chapter["miss"](5, 3, 6)


def test_fourier_series():
    chapter = definitions(ROOT / "chapters/foundations/fourier_series.ipynb")
    a, b = chapter["coefficients"](lambda x: 3.0, 2)  # a function that does not look at x
    np.testing.assert_allclose((a, b), ([6, 0, 0], [0, 0, 0]), atol=1e-14)
    a, b = chapter["coefficients"](lambda x: 1e4 * np.cos(x) - 1e4, 0)
    np.testing.assert_allclose((a, b), ([-2e4], [0]))
    np.testing.assert_allclose(chapter["partial_sum"](np.array([4.0, 1.0]), np.array([0.0, 2.0]), 0.0), 3.0)
    with pytest.raises(ValueError, match="takes more than 8192 points"):
        chapter["coefficients"](np.cos, 4096)

    for y in ([7], [1, 2, 3, 4], 10**6 * np.arange(8), np.exp(1j * np.arange(16))):
        np.testing.assert_allclose(chapter["fft"](y), np.fft.fft(y), atol=1e-8)
    for y in ([], np.arange(6)):
        with pytest.raises(ValueError, match="power of two"):
            chapter["fft"](y)


def test_covariance_matrix():
    chapter = definitions(ROOT / "chapters/foundations/covariance_matrix.ipynb")
    covariance, correlation = chapter["covariance"], chapter["correlation"]
    rng = np.random.default_rng(0)
    for X in (rng.normal(size=(2, 5)), rng.normal(size=(9, 2)) + 1e6, rng.integers(0, 256, (7, 3)).astype(np.uint8)):
        np.testing.assert_allclose(covariance(X), np.cov(X, rowvar=False), rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(correlation(X), np.corrcoef(X, rowvar=False), rtol=1e-9)
        running = chapter["RunningCovariance"](X.shape[1])
        running.merge(chapter["RunningCovariance"](X.shape[1]))  # nothing merged with nothing
        other = chapter["RunningCovariance"](X.shape[1])
        for x in X[1:]:
            other.add(x)
        running.merge(other)
        running.add(X[0])
        np.testing.assert_allclose(running.covariance(), np.cov(X, rowvar=False), rtol=1e-6, atol=1e-12)
    assert covariance([[1.0], [4.0]]) == [[4.5]]
    for wrong in (lambda: covariance(np.ones((1, 3))), lambda: chapter["RunningCovariance"](2).covariance()):
        with pytest.raises(ValueError, match="two samples are the least"):
            wrong()
    for constant in (1, 0.1, 1e4 + 0.1):  # the mean of equal numbers may be off by a rounding error
        with pytest.raises(ValueError, match="does not vary"):
            correlation([[constant, k] for k in range(6)])


def test_gaussian_ellipses():
    chapter = definitions(ROOT / "chapters/foundations/gaussian_ellipses.ipynb")
    ellipse, conditional = chapter["ellipse"], chapter["conditional"]
    large = 1e8 * np.array([[5, 2], [2, 2]])
    for Sigma in (np.eye(2, dtype=int), [[5, 2], [2, 2]], large, large / 1e16, [[4, 2], [2, 1]], np.zeros((2, 2))):
        reach = np.abs(ellipse([0, 0], Sigma, k=3, points=4001)).max(axis=0)
        np.testing.assert_allclose(reach, 3 * np.sqrt(np.diag(Sigma)), rtol=1e-5, atol=1e-12)
    for wrong in (np.eye(3), [[1, 2], [0, 1]], [[1, 2], [2, 1]], -np.eye(2)):
        with pytest.raises(ValueError, match=r"symmetric matrix|no covariance matrix"):
            ellipse([0, 0], wrong)
    np.testing.assert_allclose(chapter["mass"](np.array([0.0, 1e-9, 40.0])), [0, 0, 1], atol=1e-15)
    assert conditional([1, 2], [[4, 2], [2, 1]], 3) == (3, 0)  # on a line
    assert conditional([10**6, 0], [[4, 0], [0, 9]], 0) == (0, 9)


def test_probability_inequalities():
    chapter = definitions(ROOT / "chapters/foundations/probability_inequalities.ipynb")
    chebyshev, cantelli, promise = chapter["chebyshev"], chapter["cantelli"], chapter["promise"]
    assert (chebyshev(0, 1), chebyshev(1e4, 1), cantelli(0, 1)) == (0, 1, 0)
    np.testing.assert_allclose(promise(10**6, models=10**9), 0.00349, rtol=1e-2)
    np.testing.assert_allclose(promise(np.array([1, 4])), [1.3581, 0.67905], rtol=1e-4)
    np.testing.assert_allclose(chapter["hoeffding"](np.array([0, 10**6]), 1.0), [1, 0])
    for wrong in (
        lambda: chebyshev(1, 0),
        lambda: cantelli(1, -1),
        lambda: promise(0),
        lambda: promise(10, delta=1),
        lambda: promise(10, models=0),
    ):
        with pytest.raises(ValueError, match=r"positive|1 or more"):
            wrong()


def test_lagrange_duality():
    chapter = definitions(ROOT / "chapters/foundations/lagrange_duality.ipynb")
    by_corners, by_prices, dual = (chapter[name] for name in ("solve_by_corners", "raise_prices", "dual"))
    Q, c = np.diag([1e4, 1.0]), np.array([-1e4, -1.0])
    for G, h, expected in (
        (np.array([[1.0, 1.0]]), np.array([1.0]), [1 - 1 / 10001, 1 / 10001]),
        (np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([0.5, 0.5]), [0.5, 1.0]),  # one wall twice
        (np.array([[1.0, 0.0]]), np.array([7.0]), [1.0, 1.0]),  # a wall far away
    ):
        x, prices = by_corners(Q, c, G, h)
        np.testing.assert_allclose(x, expected, atol=1e-8)
        np.testing.assert_allclose(by_prices(Q, c, G, h)[0], expected, atol=1e-6)
        np.testing.assert_allclose(dual(prices, Q, c, G, h)[0], x @ Q @ x / 2 + c @ x)
    with pytest.raises(ValueError, match="no feasible place"):
        by_corners(Q, c, np.array([[1.0, 0.0], [-1.0, 0.0]]), np.array([-1.0, -1.0]))


def test_python_numpy():
    chapter = definitions(ROOT / "chapters/foundations/python_numpy.ipynb")
    assert chapter["rescale"]([10**6, 3, -4], low=-1, high=1) == [1, -1 + 14 / 1000004, -1]
    with pytest.raises(ValueError, match="all values are equal"):
        chapter["rescale"]([2, 2])
    mean = chapter["RunningMean"]()
    for value in (1e4, -1e4, 3):
        mean.add(value)
    assert mean.mean == pytest.approx(1)
    given = np.array([1.0, 2.0])
    assert chapter["noisy"](given, np.random.default_rng(0)).shape == (2,)
    assert given.tolist() == [1, 2]


def test_em():
    chapter = definitions(ROOT / "chapters/classical/em.ipynb")
    responsibilities, maximise, fit = chapter["responsibilities"], chapter["maximise"], chapter["fit"]
    rng = np.random.default_rng(0)
    A = rng.normal(size=(3, 4, 4))
    mixture = rng.dirichlet(np.ones(3)), rng.normal(size=(3, 4)), A @ A.transpose(0, 2, 1) + np.eye(4)
    X = rng.normal(size=(50, 4))
    P = np.column_stack([w * multivariate_normal(m, S).pdf(X) for w, m, S in zip(*mixture, strict=True)])
    np.testing.assert_allclose(responsibilities(X, *mixture), P / P.sum(axis=1, keepdims=True))
    for offset in (-1e4, 1e4):  # a shift of everything changes nothing
        moved = mixture[0], mixture[1] + offset, mixture[2]
        np.testing.assert_allclose(responsibilities(X + offset, *moved), responsibilities(X, *mixture), atol=1e-8)
    far = responsibilities(np.full((1, 4), 1e4), *mixture)
    assert np.all(np.isfinite(far))
    assert np.isclose(far.sum(), 1)
    assert np.all(responsibilities(X, np.array([0.5, 0.5, 0.0]), *mixture[1:])[:, 2] == 0)
    one = responsibilities(X[:1], np.ones(1), X[:1], np.eye(4)[None])  # one sample, one component
    np.testing.assert_array_equal(one, [[1.0]])

    integers = rng.integers(0, 9, (100_000, 2)).astype(np.uint8)
    weights, means, covariances = maximise(integers, np.full((100_000, 2), 0.5))
    np.testing.assert_allclose(weights, 0.5)
    np.testing.assert_allclose(means[0], integers.mean(axis=0))
    np.testing.assert_allclose(covariances[1], np.cov(integers.T.astype(float), bias=True))
    np.testing.assert_allclose(maximise(X[:1], np.ones((1, 1)), ridge=0.5)[2], 0.5 * np.eye(4)[None])

    flat = np.column_stack([X, np.full(50, 0.1)])  # a constant feature
    twice = np.column_stack([X, X[:, 0] + X[:, 1] + 1e4])
    for data in (X[:3], flat, flat + 1e4, twice, np.repeat(X[:3], 20, axis=0)):
        theta = maximise(data, np.full((len(data), 2), 0.5))
        with pytest.raises(ValueError, match="collapsed"):
            responsibilities(data, *theta)
        wide = maximise(data, np.full((len(data), 2), 0.5), ridge=0.1)
        np.testing.assert_allclose(responsibilities(data, *wide), 0.5, atol=1e-6)
    with pytest.raises(ValueError, match="no samples"):
        maximise(X, np.column_stack([np.ones(50), np.zeros(50)]))
    with pytest.raises(ValueError, match="one row a sample"):
        maximise(X, np.ones((49, 1)))

    (weights, means, covariances), history = fit(X, (np.ones(1), X[:1], np.eye(4)[None]))
    np.testing.assert_allclose(means[0], X.mean(axis=0))
    np.testing.assert_allclose(covariances[0], np.cov(X.T, bias=True))
    assert np.isclose(history[-1], multivariate_normal(means[0], covariances[0]).logpdf(X).sum())
