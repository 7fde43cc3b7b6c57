"""How what a submission returned differs from what is expected, in words that name the property and not the answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from grading.box.wire import Opaque

__all__ = ["difference", "near", "numbers", "one_array", "several", "with_hints"]


def several(found, number: int, array: bool = False) -> bool:
    """Whether a function returned as many things as it should, in a tuple or a list, or in an array if that will do."""
    kinds = (tuple, list, np.ndarray) if array else (tuple, list)
    return isinstance(found, kinds) and len(found) == number


def numbers(found) -> np.ndarray:
    """An array of real numbers; an empty one where `found` is something else."""
    try:
        found = np.asarray(found)
    except ValueError:
        return np.zeros(0)
    return found if found.dtype.kind in "iuf" else np.zeros(0)


def one_array(values: Sequence):
    """Numbers as one array; where one of them is no number, that one, so that a comparison can say what it is."""
    for value in values:
        if not isinstance(value, (int, float, np.number)) and np.shape(value) != ():
            return value
    return np.array(values) if None not in values else None


def with_hints(arrays: Iterable, hints: Iterable[str]) -> list[tuple]:
    """What mistakes give, each with its hint; a mistake without a hint is left out."""
    return [(array, hint) for array, hint in zip(arrays, hints, strict=True) if hint]


def difference(found, expected, what: str, tolerance: float, mistakes=(), hint: str = "") -> str | None:
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
    """
    expected = np.asarray(expected)
    if found is None:
        return f"{what}: your code returns None; it is not computed yet, or not returned"
    if isinstance(found, Opaque):
        return f"{what}: your code returns a {found.type}; an array of numbers is expected"
    try:
        found = np.asarray(found)
    except ValueError:
        return f"{what}: the rows differ in length; an array of shape {expected.shape} is expected"
    if found.dtype.kind not in "biufc":
        return f"{what}: these are no numbers but {found.dtype}"
    if found.shape != expected.shape:
        if found.shape == expected.shape[::-1] and found.ndim > 1:
            return f"{what}: shape {found.shape} should be {expected.shape}; rows and columns are exchanged"
        return f"{what}: shape {found.shape} should be {expected.shape}"
    if expected.dtype.kind in "iu" and found.dtype.kind == "f" and expected.size:
        return f"{what}: the type is {found.dtype}; integers are expected"
    if not np.all(np.isfinite(found)):
        text = "there are NaN or infinite values; look for overflow in exp, log of 0 or division by 0."
        return f"{what}: {text} {hint}".strip()
    found, expected = (array.astype(np.float64) for array in (found, expected))
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
    return f"{what}: {_shape_of_error(found, expected, tolerance)}{hint}".strip()


def near(a: np.ndarray, b: np.ndarray, tolerance: float) -> bool:
    """Whether a is b, up to a difference relative to the largest entry of b."""
    return bool(np.abs(a - b).max(initial=0) <= tolerance * max(np.abs(b).max(initial=0), 1e-12))


def _shape_of_error(found: np.ndarray, expected: np.ndarray, tolerance: float) -> str:
    if not found.any():
        return f"{'every value' if expected.ndim else 'it'} is 0; was anything computed? "
    if near(found, -expected, tolerance):
        return "the sign is wrong. "
    known = np.abs(expected) > 1e-9 * np.abs(expected).max()
    ratios = found[known] / expected[known] if known.any() else np.array([])
    if ratios.size and np.ptp(ratios) <= 1e-6 * np.abs(ratios).max() and near(found, ratios.mean() * expected, 1e-6):
        return (
            f"right up to a factor: every value is {ratios.mean():.6g} times what it should be (the scale is wrong). "
        )
    offset = found - expected
    if offset.size > 1 and np.ptp(offset) <= 1e-9 * np.abs(expected).max():
        return f"right up to a constant that is added: {offset.mean():.6g}. "
    wrong = np.abs(found - expected) > tolerance * max(np.abs(expected).max(), 1e-12)
    if expected.ndim and wrong.mean() < 0.5:
        return f"{wrong.sum()} of {wrong.size} values are wrong. "
    return "the values are wrong. "
