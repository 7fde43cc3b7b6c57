"""Functions that a reader takes from a chapter, on data that are not the chapter's: the right value or one clear error."""

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
        with pytest.raises(ValueError, match="k = |samples|class"):
            wrong()
