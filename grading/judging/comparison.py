"""How what a submission returned differs from what is expected, in words that name the property and not the answer."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence

import numpy as np

from grading.box.wire import Opaque

__all__ = ["difference", "minus", "near", "numbers", "one_array", "real_array", "several", "with_hints"]

#: Numbers that have to agree before a factor or a constant is named.
FEWEST = 3


def several(found, number: int, array: bool = False) -> bool:
    """Whether a function returned as many things as it should, in a tuple or a list, or in an array if that will do."""
    kinds = (tuple, list, np.ndarray) if array else (tuple, list)
    return isinstance(found, kinds) and len(found) == number


def real_array(found) -> tuple[np.ndarray, str]:
    """What came back as an array of real numbers, and what is wrong with it: "", or why it is none.

    Whatever a submission returns, this raises nothing.
    """
    nothing = np.zeros(0)
    if found is None:
        return nothing, "your code returns None; it is not computed yet, or not returned"
    if isinstance(found, Opaque):
        return nothing, f"your code returns a {found.type}; an array of numbers is expected"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            array = np.asarray(found)
    except (ValueError, TypeError, OverflowError, RecursionError, MemoryError):
        return nothing, "the rows differ in length, or hold something else than numbers"
    if array.dtype.kind == "c":
        return nothing, "these are complex numbers; real ones are expected"
    if array.dtype.kind == "O" and _holds_none(found):
        return nothing, "there is a None among the numbers; something is not computed yet"
    if array.dtype.kind not in "biuf":
        kind = "text" if array.dtype.kind in "US" else "objects that are no numbers, or none that a float can hold"
        return nothing, f"these are no numbers but {kind}"
    return array, ""


def numbers(found) -> np.ndarray:
    """An array of real numbers; an empty one where `found` is something else."""
    array, problem = real_array(found)
    return array if not problem and array.dtype.kind in "iuf" else np.zeros(0)


def one_array(values: Sequence, loose: bool = False):
    """Numbers as one array; where one of them is no number, that one, so that a comparison can say what it is.

    `loose` takes arrays with one entry as numbers: for what is compared where their shape has cost its part already.
    """
    for value in values:
        array, problem = real_array(value)
        if problem or (array.size != 1 if loose else array.shape != ()):
            return value
    return np.array([float(real_array(value)[0].item()) for value in values])


def minus(a, b):
    """a − b where both are numbers of one shape, else a, so that the comparison can say what it is."""
    (first, problem), (second, other) = real_array(a), real_array(b)
    if problem or other or first.shape != second.shape:
        return a
    with np.errstate(invalid="ignore", over="ignore"):
        return first.astype(float) - second.astype(float)


def _holds_none(found) -> bool:
    return isinstance(found, (list, tuple)) and any(item is None or _holds_none(item) for item in found)


def with_hints(arrays: Iterable, hints: Iterable[str]) -> list[tuple]:
    """What mistakes give, each with its hint; a mistake without a hint is left out."""
    return [(array, hint) for array, hint in zip(arrays, hints, strict=True) if hint]


def difference(
    found, expected, what: str, tolerance: float, mistakes=(), hint: str = "", labels: bool = False
) -> str | None:
    """What is wrong with `found`, or None when it is what is expected.

    Parameters
    ----------
    found : Any
        What the submission returned.
    expected : array_like
    what : str
        What is compared, as the beginning of a sentence: "the distances".
    tolerance : float
        Of the difference, relative to the largest expected entry (at least 1e-12).
    mistakes : sequence of (array, hint)
        What typical mistakes give, and the hint for each.
    hint : str
        Where to look when none of that is the case.
    labels : bool
        Whether the numbers are names, of which none is a multiple of another.
    """
    expected = np.asarray(expected)
    found, problem = real_array(found)
    if problem:
        return f"{what}: {problem}"
    if found.shape != expected.shape:
        if found.shape == expected.shape[::-1] and found.ndim > 1:
            return f"{what}: shape {found.shape} should be {expected.shape}; rows and columns are exchanged"
        return f"{what}: shape {found.shape} should be {expected.shape}"
    if expected.dtype.kind in "iu" and found.dtype.kind == "f" and expected.size:
        return f"{what}: the type is {found.dtype}; integers are expected"
    found, expected = (array.astype(np.float64) for array in (found, expected))
    if not np.all(np.isfinite(found)):
        text = "there are NaN or infinite values; look for overflow in exp, log of 0 or division by 0."
        return f"{what}: {text} {hint}".strip()
    if near(found, expected, tolerance):
        return None
    for wrong, explanation in mistakes:
        wrong = np.asarray(wrong, dtype=np.float64)
        if (
            wrong.shape == found.shape
            and near(found, wrong, max(tolerance, 1e-9))
            and not near(wrong, expected, tolerance)
        ):
            return f"{what}: {explanation}"
    return f"{what}: {_shape_of_error(found, expected, tolerance, labels)}{hint}".strip()


def near(a: np.ndarray, b: np.ndarray, tolerance: float) -> bool:
    """Whether a is b, up to a difference relative to the largest entry of b."""
    return bool(np.abs(a - b).max(initial=0) <= tolerance * max(np.abs(b).max(initial=0), 1e-12))


def _shape_of_error(found: np.ndarray, expected: np.ndarray, tolerance: float, labels: bool) -> str:
    """Sign, factor and constant are named where enough numbers say so: any number is some multiple of another."""
    if not found.any() and not labels:
        return f"{'every value' if expected.ndim else 'it'} is 0; was anything computed? "
    if not labels and near(found, -expected, tolerance):
        return "the sign is wrong. "
    known = np.abs(expected) > 1e-9 * np.abs(expected).max()
    ratios = found[known] / expected[known] if known.sum() >= FEWEST and not labels else np.array([])
    if ratios.size and np.ptp(ratios) <= 1e-6 * np.abs(ratios).max() and near(found, ratios.mean() * expected, 1e-6):
        return (
            f"right up to a factor: every value is {ratios.mean():.6g} times what it should be (the scale is wrong). "
        )
    offset = found - expected
    if offset.size >= FEWEST and not labels and np.ptp(offset) <= 1e-9 * np.abs(expected).max():
        return f"right up to a constant that is added: {offset.mean():.6g}. "
    wrong = np.abs(found - expected) > tolerance * max(np.abs(expected).max(), 1e-12)
    if expected.ndim and wrong.mean() < 0.5:
        return f"{wrong.sum()} of {wrong.size} values are wrong. "
    return "the values are wrong. " if expected.ndim else "the value is wrong. "
