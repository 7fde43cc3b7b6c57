"""Derivatives by finite differences, in the book's one layout, and what it takes to trust them.

Layout (numerator layout, as torch.func.jacrev uses it): the derivative of an output of shape S with respect to an
input of shape T has shape S + T. The gradient of a scalar therefore has the shape of its input.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from utils.checks import relative_error

__all__ = [
    "GradientReport",
    "central_difference",
    "check_gradient",
    "one_sided_differences",
    "torch_gradient",
    "torch_jacobian",
]

#: Balances truncation O(h²) against round-off O(ε/h) of a central difference: h ≈ ε^(1/3) times the size of x.
STEP = np.finfo(float).eps ** (1 / 3)


def central_difference(f: Callable, x, h: float | None = None) -> np.ndarray:
    """Derivative of `f` at `x` by central differences, (f(x + h e) − f(x − h e)) / 2h, one entry of x at a time.

    Parameters
    ----------
    f : callable
        Takes an array of x's shape, returns a number or an array of fixed shape S. Called 2·x.size times.
    x : array_like, shape T
        Real numbers; not changed. Integers are converted to float64.
    h : float, optional
        Step. By default ε^(1/3)·max(1, |xᵢ|), near the best for a smooth function of unit scale.

    Returns
    -------
    ndarray, shape S + T

    Raises
    ------
    ValueError
        x is empty, not finite or not real; f returns something empty, not finite, or of changing shape; h ≤ 0.
    """
    x, h = _point(x), _step(h)
    columns = []
    for index in np.ndindex(x.shape):
        step = h if h is not None else STEP * max(1.0, abs(x[index]))
        forward, backward = x.copy(), x.copy()
        forward[index] += step
        backward[index] -= step
        width = forward[index] - backward[index]  # what the step became after rounding
        columns.append((_value(f, forward) - _value(f, backward)) / width)
    return _assemble(columns, x.shape)


def one_sided_differences(f: Callable, x, h: float = 1e-6) -> tuple[np.ndarray, np.ndarray]:
    """Derivatives of `f` at `x` from the right and from the left; they differ at a kink.

    Parameters and errors as in `central_difference`; `f` is called 2·x.size + 1 times.

    Returns
    -------
    (right, left) : two ndarrays, shape S + T
    """
    x, h = _point(x), _step(h)
    here = _value(f, x.copy())
    right, left = [], []
    for index in np.ndindex(x.shape):
        forward, backward = x.copy(), x.copy()
        forward[index] += h
        backward[index] -= h
        right.append((_value(f, forward) - here) / (forward[index] - x[index]))
        left.append((here - _value(f, backward)) / (x[index] - backward[index]))
    return _assemble(right, x.shape), _assemble(left, x.shape)


@dataclass(frozen=True)
class GradientReport:
    """Result of `check_gradient`. `error` is relative; `kinks` lists the entries of x at which f has a kink."""

    passed: bool
    error: float
    worst: tuple[int, ...]
    kinks: list[tuple[int, ...]]

    def __str__(self) -> str:
        verdict = "agrees" if self.passed else f"DISAGREES, worst at index {self.worst}"
        kinks = f"; left out {len(self.kinks)} entries at a kink: {self.kinks[:5]}" if self.kinks else ""
        return f"gradient {verdict}: relative error {self.error:.1e}{kinks}"


def check_gradient(f: Callable, x, gradient, tolerance: float = 1e-6, kink: float = 1e-2) -> GradientReport:
    """Compare a gradient of a scalar function with central differences, leaving out entries where f has a kink.

    At a kink (ReLU at 0, the hinge at its margin) the difference quotient averages two slopes and proves nothing.
    An entry counts as a kink when the one-sided slopes differ by more than `kink` relative to the gradient's size,
    and go on doing so when the step is shrunk tenfold (curvature would shrink with it).

    Parameters
    ----------
    f : callable
        Takes an array of x's shape, returns a number.
    x, gradient : array_like, one shape
    tolerance : float
        Largest relative error that passes.

    Returns
    -------
    GradientReport

    Raises
    ------
    ValueError
        As `central_difference`; also when f is not scalar, when the gradient has another shape than x, or when every
        entry sits on a kink, so that nothing could be compared.
    """
    x, gradient = _point(x), np.asarray(gradient, dtype=float)
    if gradient.shape != x.shape:
        raise ValueError(f"the gradient has shape {gradient.shape}, x has {x.shape}; they must be equal")
    if not np.all(np.isfinite(gradient)):
        raise ValueError("the gradient holds NaN or infinity")
    if _value(f, x.copy()).shape != ():
        raise ValueError("check_gradient is for scalar functions; use central_difference for a Jacobian")
    difference = central_difference(f, x)
    size = max(np.abs(difference).max(), np.abs(gradient).max(), np.finfo(float).tiny)
    gaps = [np.abs(np.subtract(*one_sided_differences(f, x, h))) for h in (1e-5, 1e-6)]
    at_kink = (gaps[0] > kink * size) & (gaps[1] > 0.5 * gaps[0])
    if at_kink.all():
        raise ValueError("every entry of x sits on a kink; move x by a little and check again")
    distance = np.where(at_kink, 0.0, np.abs(difference - gradient))
    error = relative_error(difference[~at_kink], gradient[~at_kink])
    worst = tuple(int(i) for i in np.unravel_index(np.argmax(distance), x.shape))
    return GradientReport(error <= tolerance, error, worst, [tuple(map(int, i)) for i in np.argwhere(at_kink)])


def torch_gradient(f: Callable, x) -> np.ndarray:
    """Gradient of a scalar function by torch's reverse-mode differentiation, float64.

    Parameters
    ----------
    f : callable
        Takes a float64 tensor of x's shape, returns a scalar tensor.
    x : array_like

    Returns
    -------
    ndarray of x's shape

    Raises
    ------
    ValueError
        x is empty or not finite, or f does not return a scalar.
    """
    jacobian = torch_jacobian(f, x)
    if jacobian.shape != np.shape(x):
        raise ValueError("torch_gradient is for scalar functions; use torch_jacobian")
    return jacobian


def torch_jacobian(f: Callable, x) -> np.ndarray:
    """Derivative of `f` at `x` by torch.func.jacrev, float64; shape S + T as in `central_difference`.

    Raises ValueError when x is empty or not finite, TypeError when f does not return a tensor.
    """
    import torch

    x = torch.tensor(_point(x))
    output = torch.func.jacrev(f)(x)
    if not isinstance(output, torch.Tensor):
        raise TypeError("f must return one tensor")
    return output.detach().numpy()


def _point(x) -> np.ndarray:
    x = np.array(x)
    if np.iscomplexobj(x) or not np.issubdtype(x.dtype, np.number):
        raise ValueError(f"x must hold real numbers, found {x.dtype}")
    x = x.astype(float)
    if x.size == 0:
        raise ValueError("x is empty; there is nothing to differentiate")
    if not np.all(np.isfinite(x)):
        raise ValueError("x holds NaN or infinity")
    return x


def _step(h):
    if h is not None and not (np.isfinite(h) and h > 0):
        raise ValueError(f"the step h must be positive and finite, found {h}")
    return h


def _value(f, x) -> np.ndarray:
    value = np.asarray(f(x), dtype=float)
    if value.size == 0:
        raise ValueError("f returned an empty array")
    if not np.all(np.isfinite(value)):
        raise ValueError("f returned NaN or infinity near x")
    return value


def _assemble(columns: list[np.ndarray], shape: tuple[int, ...]) -> np.ndarray:
    if len({column.shape for column in columns}) > 1:
        raise ValueError("f returned arrays of different shapes")
    return np.stack(columns, axis=-1).reshape(columns[0].shape + shape)
