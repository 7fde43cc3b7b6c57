"""Derivatives by finite differences, in the book's one layout, and what it takes to trust them.

Layout (numerator layout, as torch.func.jacrev uses it): the derivative of an output of shape S with respect to an
input of shape T has shape S + T. The gradient of a scalar therefore has the shape of its input.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from utils.checks import _to_numpy, relative_error

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
    steps = _default_steps(x) if h is None else np.full(x.shape, h)
    backward, forward, left, right = _stencil(f, x, steps)
    return _as_derivative((forward - backward) / (left + right), x.shape)


def one_sided_differences(f: Callable, x, h: float = 1e-6) -> tuple[np.ndarray, np.ndarray]:
    """Derivatives of `f` at `x` from the right and from the left; they differ at a kink.

    Parameters and errors as in `central_difference`; `f` is called 2·x.size + 1 times.

    Returns
    -------
    (right, left) : two ndarrays, shape S + T
    """
    x, h = _point(x), _step(h)
    if h is None:
        raise ValueError("the step h must be positive and finite, found None")
    return _slopes(f, x, np.full(x.shape, h))[:2]


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


def check_gradient(
    f: Callable, x, gradient, tolerance: float = 1e-6, kink: float = 1e-3, scale: float | None = None
) -> GradientReport:
    """Compare a gradient of a scalar function with central differences, leaving out entries where f has a kink.

    At a kink (ReLU at 0, the hinge at its margin) the difference quotient averages two slopes and proves nothing.
    An entry counts as a kink when the one-sided slopes differ by more than `kink` relative to the gradient's size,
    and go on doing so when the step is shrunk (curvature would shrink with it, rounding would grow). Near a kink, or
    where f bends sharply, the comparison is made with a smaller step, which does not reach so far.

    Parameters
    ----------
    f : callable
        Takes an array of x's shape, returns a number.
    x, gradient : array_like, one shape
    tolerance : float
        Largest relative error that passes.
    kink : float
        See above.
    scale : float, optional
        What the error is measured against, where the gradient is zero; by default the largest entry.

    Returns
    -------
    GradientReport

    Raises
    ------
    ValueError
        As `central_difference`; also when f is not scalar, when the gradient has another shape than x, when every
        entry sits on a kink, so that nothing could be compared, or when tolerance or kink is not positive.
    """
    x, gradient = _point(x), _point(gradient, "the gradient")
    if gradient.shape != x.shape:
        raise ValueError(f"the gradient has shape {gradient.shape}, x has {x.shape}; they must be equal")
    if not (np.isfinite(tolerance) and tolerance > 0 and np.isfinite(kink) and kink > 0):
        raise ValueError(f"tolerance and kink must be positive and finite, found {tolerance} and {kink}")
    value = _value(f, x.copy())
    if value.shape != ():
        raise ValueError("check_gradient is for scalar functions; use central_difference for a Jacobian")
    differences, gaps, noises = [], [], []
    for shrink in (1, 10, 100):
        steps = _default_steps(x) / shrink
        right, left, largest = _slopes(f, x, steps)
        differences.append((right + left) / 2)
        gaps.append(np.abs(right - left))
        noises.append(10 * np.finfo(float).eps * largest / steps)  # of a quotient of rounded values
    size = max(np.abs(differences[0]).max(), np.abs(gradient).max(), np.finfo(float).tiny)
    # as the step shrinks tenfold the gap stays at a kink, falls to a tenth where f is smooth, grows if it is rounding
    at_kink = (gaps[2] > 0.2 * gaps[1]) & (gaps[2] < 1.5 * gaps[1]) & (gaps[2] > kink * size + noises[2])
    if at_kink.all():
        raise ValueError("every entry of x sits on a kink; move x by a little and check again")
    difference = differences[0]
    for smaller, noise in zip(differences[1:], noises[1:], strict=True):
        difference = np.where(np.abs(difference - smaller) > tolerance * size / 2 + noise, smaller, difference)
    distance = np.where(at_kink, 0.0, np.abs(difference - gradient))
    error = relative_error(difference[~at_kink], gradient[~at_kink], scale)
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


def _point(x, name: str = "x") -> np.ndarray:
    """A float64 copy of x, or ValueError."""
    x = np.array(_to_numpy(x))
    if np.iscomplexobj(x) or not np.issubdtype(x.dtype, np.number):
        raise ValueError(f"{name} must hold real numbers, found {x.dtype}")
    x = x.astype(float)
    if x.size == 0:
        raise ValueError(f"{name} is empty; there is nothing to differentiate")
    if not np.all(np.isfinite(x)):
        raise ValueError(f"{name} holds NaN or infinity")
    return x


def _step(h):
    if h is not None and not (np.isfinite(h) and h > 0):
        raise ValueError(f"the step h must be positive and finite, found {h}")
    return h


def _default_steps(x: np.ndarray) -> np.ndarray:
    return STEP * np.maximum(1.0, np.abs(x))


def _stencil(f, x, steps) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """f one step back and one step forward along each entry of x, shape S + (x.size,), and the steps after rounding."""
    backward, forward, left, right = [], [], [], []
    for index in np.ndindex(x.shape):
        lower, upper = x.copy(), x.copy()
        lower[index] -= steps[index]
        upper[index] += steps[index]
        left.append(x[index] - lower[index])
        right.append(upper[index] - x[index])
        if not (left[-1] > 0 and right[-1] > 0):
            raise ValueError(f"the step {steps[index]:g} is too small to move x{list(index)} = {x[index]:g}")
        backward.append(_value(f, lower))
        forward.append(_value(f, upper))
    if len({value.shape for value in backward + forward}) > 1:
        raise ValueError("f returned arrays of different shapes")
    return np.stack(backward, axis=-1), np.stack(forward, axis=-1), np.array(left), np.array(right)


def _slopes(f, x, steps) -> tuple[np.ndarray, np.ndarray, float]:
    """Slopes of f at x from the right and from the left, and the largest value of f met on the way."""
    backward, forward, left, right = _stencil(f, x, steps)
    here = _value(f, x.copy())
    if here.shape != backward.shape[:-1]:
        raise ValueError("f returned arrays of different shapes")
    here = here[..., np.newaxis]
    slopes = (_as_derivative(d, x.shape) for d in ((forward - here) / right, (here - backward) / left))
    return *slopes, max(np.abs(backward).max(), np.abs(forward).max())


def _value(f, x) -> np.ndarray:
    value = np.array(_to_numpy(f(x)))  # a copy: f may return the same memory each time
    if np.iscomplexobj(value) or not (np.issubdtype(value.dtype, np.number) or value.dtype == bool):
        raise ValueError(f"f must return real numbers, found {value.dtype}")
    if value.size == 0:
        raise ValueError("f returned an empty array")
    if not np.all(np.isfinite(value)):
        raise ValueError("f returned NaN or infinity near x")
    return value.astype(float)


def _as_derivative(columns: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Shape S + (x.size,) becomes S + T."""
    return columns.reshape(columns.shape[:-1] + shape)
