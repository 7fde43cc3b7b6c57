"""`check` compares independent computations of one labelled equation; `claim` asserts one sentence of the prose.

Both print one line in the page when they hold and raise `CheckFailed` when they do not. On the website the line of a
check links back to its equation, and the equation shows that it is checked.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from numbers import Integral, Number, Real
from typing import Any

import numpy as np
from IPython.display import display

from utils.rendering import bundle, detail

__all__ = ["CheckFailed", "MonteCarlo", "check", "claim", "relative_error"]


class CheckFailed(AssertionError):
    """Two computations of one equation disagree, or a sentence of the prose is not true."""


@dataclass(frozen=True)
class MonteCarlo:
    """An estimate by simulation, with its own uncertainty.

    Parameters
    ----------
    mean : array_like
        The estimate.
    standard_error : array_like
        Its standard error, of the same shape as `mean`; positive and finite.
    """

    mean: Any
    standard_error: Any

    def __post_init__(self):
        mean, error = _as_array("mean", self.mean), _as_array("standard_error", self.standard_error)
        if mean.shape != error.shape:
            raise ValueError(f"MonteCarlo: mean has shape {mean.shape}, standard_error has {error.shape}")
        if np.iscomplexobj(error) or not np.all(error > 0):
            raise ValueError("MonteCarlo: every standard error must be positive; a zero one compares nothing")

    @classmethod
    def from_samples(cls, samples) -> MonteCarlo:
        """Mean over the first axis of independent `samples`, shape (n, ...), and its standard error s/√n."""
        samples = _as_array("samples", samples)
        if np.iscomplexobj(samples):
            raise ValueError("MonteCarlo.from_samples takes real samples; give real and imaginary part as two columns")
        if samples.ndim == 0 or len(samples) < 2:
            raise ValueError("MonteCarlo.from_samples needs at least two samples")
        return cls(samples.mean(axis=0), samples.std(axis=0, ddof=1) / np.sqrt(len(samples)))


def relative_error(a, b, scale: float | None = None) -> float:
    """Largest absolute difference of two arrays, relative to their largest entry (or to `scale`).

    Parameters
    ----------
    a, b : array_like
        Of one shape; numbers, NumPy arrays or torch tensors. Complex values allowed.
    scale : float, optional
        What the difference is measured against; give it where the true value is zero.

    Returns
    -------
    float
        0.0 where both are zero.

    Raises
    ------
    ValueError
        Different shapes, empty arrays, NaN or infinite entries, or a scale that is not positive.
    """
    a, b = _as_array("first argument", a), _as_array("second argument", b)
    if a.shape != b.shape:
        raise ValueError(f"shapes differ: {a.shape} and {b.shape}")
    if scale is None:
        scale = max(np.abs(a).max(), np.abs(b).max())
    elif not _is_positive(scale):
        raise ValueError(f"scale must be one positive, finite number, found {scale!r}")
    difference = float(np.abs(a - b).max())
    return difference / float(scale) if difference else 0.0


def check(label: str, *, tolerance: float = 1e-8, z: float = 3.0, scale: float | None = None, **sides) -> None:
    """Assert that independent computations of one labelled equation agree, and print one line saying so.

    Parameters
    ----------
    label : str
        Label of the equation in this chapter, such as ``"eq-quadratic-gradient"``.
    tolerance : float
        Largest relative error allowed between any two sides (see `relative_error`); below 1.
    z : float
        A `MonteCarlo` side may be at most this many of its standard errors away from any other side.
    scale : float, optional
        Passed to `relative_error`, for equations whose value is zero.
    **sides
        Two or more named computations: numbers, arrays, tensors, `MonteCarlo` estimates, or lists and tuples of
        these where the equation was tried on several inputs (compared item by item, to any depth). A list of plain
        numbers beside an array counts as an array.

    Raises
    ------
    CheckFailed
        The sides disagree: in value, in shape, in how many items there are, or one of them is empty or not finite.
    TypeError, ValueError
        The call itself is wrong: fewer than two sides, a value compared with itself, a label that is no label,
        two estimates, a tolerance or scale that is not positive.
    """
    _reject_bad_call(label, sides, tolerance, z, scale)
    errors, deviations = [], []
    for (name_a, a), (name_b, b) in itertools.combinations(sides.items(), 2):
        for where, x, y in _paired_items(label, name_a, a, name_b, b):
            names = f"{name_a}{where}", f"{name_b}{where}"
            if isinstance(x, MonteCarlo) or isinstance(y, MonteCarlo):
                deviations.append(_compare_estimate(label, names, x, y, z))
            else:
                errors.append(_compare_exact(label, names, x, y, tolerance, scale))
    record = {"kind": "check", "subject": label, "sides": list(sides)}
    if errors:
        record |= {"error": max(errors), "tolerance": float(tolerance)} | ({"scale": float(scale)} if scale else {})
    if deviations:
        record |= {"standard_errors": max(deviations), "allowed": float(z)}
    display(bundle(record), raw=True)


def claim(sentence: str, holds: bool, **found) -> None:
    """Assert one sentence of the prose and print it with the values that were found.

    Parameters
    ----------
    sentence : str
        The statement, as the reader would say it.
    holds : bool
        Whether it is true, computed from `found`.
    **found
        At least one measured value on which the statement rests; numbers, short arrays or text.

    Raises
    ------
    CheckFailed
        `holds` is false. The message names the sentence and every value found.
    TypeError
        `holds` is not a single boolean, or nothing was found.
    """
    if not isinstance(sentence, str) or not sentence.strip():
        raise TypeError("claim: the first argument is the sentence, as text")
    holds = _to_numpy(holds)
    if isinstance(holds, np.ndarray) and holds.shape == ():
        holds = holds[()]
    if not isinstance(holds, (bool, np.bool_)):
        raise TypeError(f"claim: {sentence!r} needs one boolean, found {type(holds).__name__}; use .all() or .any()")
    if not found:
        raise TypeError(f"claim: {sentence!r} shows no measured value; pass it by name, as in claim(…, order=order)")
    values = [[name, _short(value)] for name, value in found.items()]  # a list: notebooks sort the keys of objects
    record = {"kind": "claim", "subject": sentence, "found": values}
    if not holds:
        raise CheckFailed(f"claim failed: {sentence}\n  expected: true\n  found:    {detail(record)}")
    display(bundle(record), raw=True)


def _reject_bad_call(label, sides, tolerance, z, scale) -> None:
    if not isinstance(label, str) or not re.fullmatch(r"eq-[\w:.-]+", label):
        raise ValueError(f"check: a label starts with 'eq-' and has no spaces, found {label!r}")
    if len(sides) < 2:
        raise TypeError(f"check {label}: give at least two named computations, found {len(sides)}")
    if not (_is_positive(tolerance) and tolerance < 1):
        raise ValueError(f"check {label}: tolerance must be a number between 0 and 1, found {tolerance!r}")
    if not _is_positive(z):
        raise ValueError(f"check {label}: z must be one positive, finite number, found {z!r}")
    if not (scale is None or _is_positive(scale)):
        raise ValueError(f"check {label}: scale must be one positive, finite number, found {scale!r}")
    for (name_a, a), (name_b, b) in itertools.combinations(sides.items(), 2):
        if _is_one_value(a, b):
            raise ValueError(f"check {label}: '{name_a}' and '{name_b}' are one object; a value agrees with itself")
    if sum(_holds_estimates(side) for side in sides.values()) > 1:
        raise ValueError(f"check {label}: only one side may be a MonteCarlo estimate")


def _is_positive(value) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and bool(np.isfinite(value)) and value > 0


def _is_one_value(a, b) -> bool:
    """Whether two sides are the very same value in memory, not two that happen to be equal."""
    if isinstance(a, Integral):
        return False  # Python keeps one object for each small integer, however it was computed
    if a is b:
        return True
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) > 0 and all(map(_is_one_value, a, b))
    a, b = _to_numpy(a), _to_numpy(b)
    if not (isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and a.size and a.dtype == b.dtype):
        return False
    return (a.ctypes.data, a.shape, a.strides) == (b.ctypes.data, b.shape, b.strides)


def _holds_estimates(side) -> bool:
    return isinstance(side, MonteCarlo) or (isinstance(side, (list, tuple)) and any(map(_holds_estimates, side)))


def _paired_items(label, name_a, a, name_b, b, where=""):
    """Yield (position, item of a, item of b); one pair for plain values, one for each item of lists and tuples."""
    lists = [isinstance(side, (list, tuple)) and len(side) > 0 for side in (a, b)]
    if all(lists) and len(a) == len(b):
        for i, (x, y) in enumerate(zip(a, b, strict=True)):
            yield from _paired_items(label, name_a, x, name_b, y, f"{where}[{i}]")
    elif all(lists) or any(is_list and not _is_array_like(side) for is_list, side in zip(lists, (a, b), strict=True)):
        sizes = [f"{len(side)} items" if is_list else "one value" for is_list, side in zip(lists, (a, b), strict=True)]
        raise CheckFailed(f"{label}: '{name_a}{where}' has {sizes[0]}, '{name_b}{where}' has {sizes[1]}")
    else:
        yield where, a, b


def _is_array_like(side) -> bool:
    """Nested lists of plain numbers are one array; a list of arrays, tensors or estimates is several values."""
    return all(_is_array_like(item) if isinstance(item, (list, tuple)) else isinstance(item, Number) for item in side)


def _compare_exact(label, names, x, y, tolerance, scale) -> float:
    try:
        error = relative_error(x, y, scale)
    except ValueError as problem:
        raise CheckFailed(f"{label}: cannot compare '{names[0]}' with '{names[1]}': {problem}") from None
    if error > tolerance:
        x, y = _as_array(names[0], x), _as_array(names[1], y)
        worst = np.unravel_index(np.argmax(np.abs(x - y)), x.shape)
        raise CheckFailed(
            f"{label}: '{names[0]}' and '{names[1]}' disagree: relative error {error:.3g}, tolerance {tolerance:g}\n"
            f"  {_at(names[0], worst)} = {x[worst]:.12g}\n  {_at(names[1], worst)} = {y[worst]:.12g}"
        )
    return error


def _compare_estimate(label, names, x, y, z) -> float:
    if isinstance(y, MonteCarlo):
        names, x, y = names[::-1], y, x
    try:
        mean, error, exact = _as_array(names[0], x.mean), _as_array(names[0], x.standard_error), _as_array(names[1], y)
    except ValueError as problem:
        raise CheckFailed(f"{label}: {problem}") from None
    if mean.shape != exact.shape:
        raise CheckFailed(f"{label}: '{names[0]}' has shape {mean.shape}, '{names[1]}' has {exact.shape}")
    deviation = np.abs(mean - exact) / error
    if deviation.max() > z:
        worst = np.unravel_index(np.argmax(deviation), deviation.shape)
        raise CheckFailed(
            f"{label}: '{names[0]}' is {deviation.max():.2f} standard errors away from '{names[1]}', allowed {z:g}\n"
            f"  {_at(names[0], worst)} = {mean[worst]:.8g} ± {error[worst]:.2g}\n"
            f"  {_at(names[1], worst)} = {exact[worst]:.8g}"
        )
    return float(deviation.max())


def _as_array(name, value) -> np.ndarray:
    """A non-empty array of finite numbers, in double precision at least, or ValueError."""
    try:
        array = np.asarray(_to_numpy(value))
    except ValueError:
        raise ValueError(f"'{name}' is a ragged list, not an array") from None
    if array.dtype == bool or isinstance(value, Integral):
        array = array.astype(float)
    if not np.issubdtype(array.dtype, np.number):
        raise ValueError(f"'{name}' holds {array.dtype}, not numbers")
    if array.size == 0:
        raise ValueError(f"'{name}' is empty; there is nothing to compare")
    if not np.all(np.isfinite(array)):
        raise ValueError(f"'{name}' holds NaN or infinity")
    # differences of unsigned integers would wrap round, those of half precision overflow
    return array.astype(np.result_type(array.dtype, np.float64), copy=False)


def _to_numpy(value):
    """A tensor, on whatever device and in whatever graph, as an array; anything else as it is."""
    if not hasattr(value, "detach"):
        return value
    try:
        return value.numpy(force=True)
    except TypeError:  # a type of number that NumPy does not have, such as bfloat16
        return value.double().numpy(force=True)


def _at(name: str, index: tuple) -> str:
    return f"{name}[{', '.join(map(str, index))}]" if index else name


def _short(value) -> str:
    if isinstance(value, (bool, np.bool_, str, Integral)):
        return str(value)
    try:
        array = np.asarray(_to_numpy(value))
    except (ValueError, RuntimeError):  # a ragged list, or a list of tensors
        return str(value)
    if array.size > 12 or not np.issubdtype(array.dtype, np.number):
        return np.array2string(array, precision=4, threshold=6) if array.dtype != object else str(value)
    return np.array2string(array, precision=4, separator=", ", suppress_small=False) if array.ndim else f"{array:.4g}"
