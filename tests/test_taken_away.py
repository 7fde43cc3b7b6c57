"""Functions that a reader takes from a chapter, on other data: the right value or one clear error."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from book.definitions import definitions
from book.order import ROOT


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
