"""Functions that readers take away, on data that are not the chapter's: the right value or one clear error."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from book.definitions import definitions
from book.order import ROOT


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
