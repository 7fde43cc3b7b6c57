"""Functions that readers take away, on data that are not the chapter's: the right value or one clear error."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import cdist

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
