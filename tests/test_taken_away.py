"""Functions that a reader takes from a chapter, on other data: the right value or one clear error."""

from __future__ import annotations

import numpy as np
import pytest

from book.definitions import definitions
from book.order import ROOT


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
    ):
        with pytest.raises(ValueError, match=r"size|sum"):
            wrong()


def test_adversarial_networks():
    chapter = definitions(ROOT / "chapters/generative/gan.ipynb")
    assert chapter["score"](np.eye(10)) == pytest.approx(10)
    assert chapter["score"](np.eye(10)[[3] * 7]) == 1  # one class only
    assert chapter["best_D"](np.array([0.0, 2.0]), np.array([3.0, 0.0])).tolist() == [0, 1]
    assert chapter["score"](np.ones((1, 4)) / 4) == 1
