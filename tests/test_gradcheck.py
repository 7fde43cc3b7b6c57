"""Finite differences give the known derivative in every combination of shapes, and say when they prove nothing."""

import numpy as np
import pytest
import torch

from utils.gradcheck import (
    central_difference,
    check_gradient,
    one_sided_differences,
    torch_gradient,
    torch_jacobian,
)

rng = np.random.default_rng(0)
A, B = rng.normal(size=(3, 4)), rng.normal(size=(4, 2))
V = np.array([0.5, -1.0, 2.0, 0.25])


def power(x):
    """1 + 2x − 3x² + x³ for each entry."""
    return 1 + 2 * x - 3 * x**2 + x**3


def slope(x):
    return 2 - 6 * x + 3 * x**2


#: function of NumPy array or torch tensor, point, derivative of shape S + T
KNOWN = {
    "scalar to scalar": (power, np.array(0.7), slope(0.7)),
    "scalar to vector": (lambda t: t**3 * _like(V, t), np.array(0.7), 3 * 0.7**2 * V),
    "scalar to matrix": (lambda t: t**2 * _like(A, t), np.array(-2.0), -4.0 * A),
    "vector to scalar": (lambda x: (x**2).sum(), V, 2 * V),
    "vector of one to scalar": (lambda x: (x**2).sum(), np.array([3.0]), np.array([6.0])),
    "vector to vector": (lambda x: _like(A, x) @ x, V, A),
    "entry by entry": (power, V, np.diag(slope(V))),
    "vector to matrix": (lambda x: x[:, None] * x[None, :], V,
                         np.einsum("ik,j->ijk", np.eye(4), V) + np.einsum("jk,i->ijk", np.eye(4), V)),
    "matrix to scalar": (lambda X: (_like(A, X) * X).sum(), rng.normal(size=(3, 4)), A),
    "matrix to vector": (lambda X: X @ _like(V, X), rng.normal(size=(3, 4)), np.einsum("ik,l->ikl", np.eye(3), V)),
    "matrix to matrix": (lambda X: X @ _like(B, X), rng.normal(size=(3, 4)), np.einsum("ik,lj->ijkl", np.eye(3), B)),
    "three axes": (lambda X: X.sum(0), rng.normal(size=(2, 3, 2)),
                   np.einsum("ik,jl,m->ijmkl", np.eye(3), np.eye(2), np.ones(2))),
}  # fmt: skip


def _like(constant, x):
    return torch.as_tensor(constant) if isinstance(x, torch.Tensor) else constant


@pytest.mark.parametrize("case", KNOWN)
def test_known_derivatives(case):
    f, x, derivative = KNOWN[case]
    found = central_difference(f, x)
    assert found.shape == np.shape(f(x)) + x.shape
    np.testing.assert_allclose(found, derivative, rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(torch_jacobian(f, x), derivative, rtol=1e-12, atol=1e-12)
    for one_sided in one_sided_differences(f, x):
        np.testing.assert_allclose(one_sided, derivative, rtol=1e-4, atol=2e-5)


def test_large_and_small_points():
    np.testing.assert_allclose(central_difference(np.log, 1e8), 1e-8, rtol=1e-6)
    np.testing.assert_allclose(central_difference(lambda x: x**2, 1e8), 2e8, rtol=1e-8)
    np.testing.assert_allclose(central_difference(lambda x: x**2, 1e-8), 2e-8, rtol=1e-6)


@pytest.mark.parametrize("x", [np.float32([0.5, 2]), [1, 2], np.uint8([0, 3]), (0.5, 1.5), torch.tensor([0.5, 2.0]),
                               torch.ones(2, requires_grad=True)])  # fmt: skip
def test_whatever_holds_real_numbers_is_a_point(x):
    values = np.array([float(v.detach() if isinstance(v, torch.Tensor) else v) for v in x])
    found = central_difference(lambda x: (x**3).sum(), x)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, 3 * values**2, rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(torch_gradient(lambda x: (x**3).sum(), x), 3 * values**2)


def test_inputs_are_not_changed():
    x, gradient = V.copy(), 2 * V
    kept = gradient.copy()
    f = lambda x: (x**2).sum()  # noqa: E731
    central_difference(f, x)
    one_sided_differences(f, x)
    check_gradient(f, x, gradient)
    torch_gradient(f, x)
    np.testing.assert_array_equal(x, V)
    np.testing.assert_array_equal(gradient, kept)


def test_a_function_that_changes_its_argument_does_no_harm():
    def f(x):
        x *= 2
        return x.sum()

    x = V.copy()
    np.testing.assert_allclose(central_difference(f, x), np.full(4, 2.0), rtol=1e-9)
    np.testing.assert_allclose(one_sided_differences(f, x)[0], np.full(4, 2.0), rtol=1e-8)
    assert check_gradient(f, x, np.full(4, 2.0)).passed
    np.testing.assert_array_equal(x, V)


def test_a_function_that_returns_the_same_memory_each_time():
    memory = np.empty(4)

    def f(x):
        memory[:] = x**2
        return memory

    np.testing.assert_allclose(central_difference(f, V), np.diag(2 * V), rtol=1e-8, atol=1e-9)


def test_functions_may_return_tensors_and_integers():
    np.testing.assert_allclose(
        central_difference(lambda x: torch.tensor(x, requires_grad=True).sum(), V), np.ones(4), rtol=1e-9
    )
    assert central_difference(lambda x: 3, 1.0) == 0.0


def test_number_of_calls():
    calls = []
    central_difference(lambda x: calls.append(1) or x.sum(), V)
    assert len(calls) == 8
    calls.clear()
    one_sided_differences(lambda x: calls.append(1) or x.sum(), V)
    assert len(calls) == 9


EVERY = [
    central_difference,
    one_sided_differences,
    lambda f, x: check_gradient(f, x, np.ones(np.shape(x))),
]


@pytest.mark.parametrize("differentiate", [*EVERY, torch_gradient, torch_jacobian])
@pytest.mark.parametrize(
    ("x", "message"),
    [
        ([], "empty"),
        (np.ones((0, 2)), "empty"),
        ([1.0, np.nan], "NaN"),
        ([np.inf], "infinity"),
        ([1j], "real numbers"),
        (["a"], "real numbers"),
        ([True], "real numbers"),
        (None, "real numbers"),
    ],
)
def test_bad_points(differentiate, x, message):
    with pytest.raises(ValueError, match=message):
        differentiate(lambda x: (x**2).sum(), x)


@pytest.mark.parametrize("differentiate", EVERY)
@pytest.mark.parametrize(
    ("f", "message"),
    [
        (lambda x: np.nan, "NaN or infinity"),
        (lambda x: np.inf, "NaN or infinity"),
        (lambda x: np.array([]), "empty"),
        (lambda x: None, "real numbers"),
        (lambda x: x.sum() * 1j, "real numbers"),
        (lambda x: "a", "real numbers"),
    ],
)
def test_bad_values(differentiate, f, message):
    with pytest.raises(ValueError, match=message):
        differentiate(f, V)


@pytest.mark.parametrize("differentiate", [central_difference, one_sided_differences])
@pytest.mark.parametrize("small", [(1,), (2, 1), ()])
def test_shapes_must_not_change(differentiate, small):
    """Also where the two shapes would broadcast."""
    with pytest.raises(ValueError, match="different shapes"):
        differentiate(lambda x: np.ones(small) if x[0] > 0.5 else np.ones((2, 3)), V)
    with pytest.raises(ValueError, match="different shapes"):
        differentiate(lambda x: np.ones(small) if x[0] >= 0.5 else np.ones((2, 3)), V)


@pytest.mark.parametrize("h", [0, -1e-6, np.nan, np.inf])
def test_the_step_is_positive(h):
    for differentiate in (central_difference, one_sided_differences):
        with pytest.raises(ValueError, match="step h must be positive"):
            differentiate(np.sum, V, h)


def test_the_step_must_move_the_point():
    with pytest.raises(ValueError, match="too small to move"):
        central_difference(np.sum, V, 1e-30)
    with pytest.raises(ValueError, match="too small to move"):
        one_sided_differences(np.sum, np.array([1e12]))


def test_one_sided_differences_differ_at_a_kink():
    right, left = one_sided_differences(lambda x: np.abs(x).sum(), np.array([0.0, 1.0, -1.0]))
    np.testing.assert_allclose(right, [1, 1, -1], rtol=1e-6)
    np.testing.assert_allclose(left, [-1, 1, -1], rtol=1e-6)


# check_gradient


def test_a_right_gradient_passes_and_a_wrong_one_does_not():
    x = rng.normal(size=(3, 4))
    gradient = slope(x)
    assert check_gradient(lambda x: power(x).sum(), x, gradient).passed
    for index in np.ndindex(x.shape):
        wrong = gradient.copy()
        wrong[index] += 1e-4 * np.abs(gradient).max()
        report = check_gradient(lambda x: power(x).sum(), x, wrong)
        assert not report.passed
        assert report.worst == index
        assert f"DISAGREES, worst at index {index}" in str(report)


@pytest.mark.parametrize("factor", [-1, 0, 0.5, 2, 1 + 1e-5])
def test_wrong_factors_are_caught(factor):
    assert not check_gradient(lambda x: (x**2).sum(), V, factor * 2 * V).passed


def relu(x):
    return np.maximum(x, 0)


#: function with a kink, where, the gradient somebody's code returns, the entries on the kink
KINKS = {
    "relu": (lambda x: relu(x).sum(), [0.0, 1.0, -1.0], [0, 1, 0], [(0,)]),
    "relu, other convention": (lambda x: relu(x).sum(), [0.0, 1.0, -1.0], [1, 1, 0], [(0,)]),
    "hinge": (lambda w: relu(1 - w).sum(), [1.0, 0.0, 3.0], [0, -1, 0], [(0,)]),
    "absolute value": (lambda x: np.abs(x).sum(), [0.0, -2.0], [0, -1], [(0,)]),
    "absolute value and curvature": (lambda x: np.abs(x).sum() + 50 * (x**2).sum(), [0.0, -2.0], [0, -201], [(0,)]),
    "max": (lambda x: x.max(), [2.0, 2.0, 1.0], [1, 0, 0], [(0,), (1,)]),
    "sum of products": (lambda x: relu(x[0] * x[1]) + x[2], [0.0, 3.0, 1.0], [0, 0, 1], [(0,)]),
    "within rounding of the kink": (lambda x: relu(x).sum(), [1e-12, 1.0], [1, 1], [(0,)]),
}


@pytest.mark.parametrize("case", KINKS)
def test_kinks_are_left_out(case):
    f, x, gradient, kinks = KINKS[case]
    report = check_gradient(f, x, gradient)
    assert report.kinks == kinks
    assert report.passed, report
    assert f"left out {len(kinks)} entries at a kink" in str(report)


@pytest.mark.parametrize("case", KINKS)
def test_a_kink_hides_no_other_entry(case):
    f, x, gradient, kinks = KINKS[case]
    index = next(i for i in np.ndindex(np.shape(x)) if i not in kinks)
    wrong = np.array(gradient, dtype=float)
    wrong[index] += 0.5
    report = check_gradient(f, x, wrong)
    assert not report.passed
    assert report.worst == index


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize("distance", [1e-7, 5e-7, 1e-6, 3e-6, 1e-5, 1e-3])
def test_next_to_a_kink_the_gradient_is_checked(distance, side):
    x = np.array([side * distance, 1.0])
    right = np.array([1.0 if side > 0 else 0.0, 1.0])
    report = check_gradient(lambda x: relu(x).sum(), x, right)
    assert report.kinks == []
    assert report.passed, report
    wrong = np.array([1.0 - right[0], 1.0])
    assert not check_gradient(lambda x: relu(x).sum(), x, wrong).passed


SMOOTH = {
    "steep parabola at its minimum": (lambda x: 1e8 * (x**2).sum() + x.sum(), np.zeros(2), np.ones(2)),
    "fast wave": (lambda x: np.sin(1e3 * x).sum(), np.array([0.1, 0.2]), 1e3 * np.cos(1e3 * np.array([0.1, 0.2]))),
    "soft kink": (lambda x: np.logaddexp(0, 1e3 * x).sum() / 1e3, np.array([0.0, 1e-3]), 1 / (1 + np.exp([0.0, -1.0]))),
    "narrow bell": (lambda x: np.exp(-((x / 1e-2) ** 2)).sum(), np.array([5e-3]),
                    np.array([-100 * np.exp(-0.25)])),
    "absolute value, rounded off": (lambda x: np.sqrt(x**2 + 1e-6).sum(), np.array([0.0, 1e-3]),
                                    np.array([0, 1e-3 / np.sqrt(2e-6)])),
    "large constant": (lambda x: 1e4 + x.sum(), np.array([0.3, 0.4]), np.ones(2)),
}  # fmt: skip


@pytest.mark.parametrize("case", SMOOTH)
def test_curvature_is_no_kink(case):
    f, x, gradient = SMOOTH[case]
    report = check_gradient(f, x, gradient)
    assert report.kinks == []
    assert report.passed, report
    assert not check_gradient(f, x, 1.01 * gradient).passed


def test_single_precision_noise_is_no_kink():
    report = check_gradient(lambda x: np.float32(np.sin(x) + 1).sum(), np.array([0.3, 0.4]), [5.0, 5.0])
    assert not report.passed
    assert report.kinks == []


def test_every_entry_on_a_kink_proves_nothing():
    with pytest.raises(ValueError, match="every entry of x sits on a kink"):
        check_gradient(lambda x: np.abs(x).sum(), np.zeros(3), np.zeros(3))


def test_at_a_minimum_the_scale_is_given():
    f = lambda x: ((x - 0.3) ** 2).sum()  # noqa: E731
    assert check_gradient(f, np.full(2, 0.3), np.zeros(2), scale=1.0).passed
    assert not check_gradient(f, np.full(2, 0.3), np.full(2, 1e-3), scale=1.0).passed


@pytest.mark.parametrize(
    ("gradient", "message"),
    [
        (np.ones(3), r"shape \(3,\), x has \(4,\)"),
        (np.ones((4, 1)), "shape"),
        (1.0, "shape"),
        ([1.0, 1.0, np.nan, 1.0], "the gradient holds NaN"),
        ([1j] * 4, "the gradient must hold real"),
    ],
)
def test_bad_gradients(gradient, message):
    with pytest.raises(ValueError, match=message):
        check_gradient(lambda x: x.sum(), V, gradient)


@pytest.mark.parametrize("bad", [0, -1e-6, np.nan, np.inf])
def test_tolerances_are_positive(bad):
    for option in ("tolerance", "kink"):
        with pytest.raises(ValueError, match="must be positive"):
            check_gradient(lambda x: x.sum(), V, np.ones(4), **{option: bad})


@pytest.mark.parametrize("f", [lambda x: x, lambda x: x.sum(keepdims=True)])
def test_check_gradient_is_for_scalars(f):
    with pytest.raises(ValueError, match="scalar functions"):
        check_gradient(f, V, np.ones(4))


def test_gradient_may_be_a_tensor():
    assert check_gradient(lambda x: (x**2).sum(), V, torch.tensor(2 * V, requires_grad=True)).passed


# torch


def test_torch_gradient_is_for_scalars():
    with pytest.raises(ValueError, match="use torch_jacobian"):
        torch_gradient(lambda x: x**2, V)


@pytest.mark.parametrize("f", [lambda x: x.detach().numpy().sum(), lambda x: 3.0, lambda x: None])
def test_torch_functions_return_tensors(f):
    with pytest.raises((TypeError, ValueError, RuntimeError)):
        torch_jacobian(f, V)


def test_torch_constant_has_gradient_zero():
    np.testing.assert_array_equal(torch_gradient(lambda x: torch.tensor(2.0, dtype=torch.float64), V), np.zeros(4))


def test_torch_does_not_touch_the_callers_tensor():
    x = torch.ones(3, requires_grad=True)
    torch_gradient(lambda x: (x**2).sum(), x)
    assert x.grad is None
