"""`check` and `bound` verify one labelled equation; `claim` asserts one sentence of the prose.

`check` compares independent computations, `bound` asserts an inequality on many cases, and both can evaluate the
formula as it is printed in the page. Each prints one line when it holds and raises `CheckFailed` when it does not. On
the website the line of a check links back to its equation, and the equation shows that it is checked.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from numbers import Integral, Number, Real
from typing import Any

import numpy as np
from IPython.display import display

from utils.missing import NotRun
from utils.rendering import bundle, detail

__all__ = ["CheckFailed", "MonteCarlo", "bound", "check", "claim", "relative_error"]

#: What evaluates printed formulas. Whoever runs the book puts a `PrintedFormulas` of book/formula/kernel.py here, which
#: knows the TeX of the page; where a reader runs a chapter there is none, and the code alone is checked.
printed_formulas = None
#: A bound holds on so many cases at least.
FEWEST_CASES = 10


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


def check(
    label: str,
    *,
    printed: dict | list[dict] | None = None,
    not_printed: str | None = None,
    tolerance: float = 1e-8,
    z: float = 3.0,
    scale: float | None = None,
    **sides,
) -> None:
    """Assert that independent computations of one labelled equation agree, and print one line saying so.

    Parameters
    ----------
    label : str
        Label of the equation in this chapter, such as ``"eq-quadratic-gradient"``.
    printed : dict or list of dict, optional
        What the names in the printed formula stand for: ``{"A": A, r"\\mathbf{x}": x}``; numbers, arrays, functions and
        the classes of `utils.printed`. Words that qualify the inputs are bound to whether they do:
        ``r"\text{invertible}": True``. A list where several inputs are tried; then every side is a list of as many
        items. When the book runs, every part of the printed chain is evaluated on these values and compared

        - with the other parts, as the printed relations say;
        - with every side, where the part has the side's shape and no inequality separates it from the first part. A
          side is the value of the first formula of the display that has its shape, or holds one item for each formula;
          free indices are axes of the side, in the order of the print. A side that is itself bound to a name takes
          part under that name.

        A first part that only names the result, such as J in J = …, is left out unless J is bound. Parts with
        derivatives by differences or integrals are compared with a relative error of 1e-6 where `tolerance` is less.
    not_printed : str, optional
        Why the formula cannot be evaluated as it is printed, in a phrase: ``"a limit"``.
    tolerance : float
        Largest relative error allowed between any two sides (see `relative_error`); below 1.
    z : float
        A `MonteCarlo` side may be at most this many of its standard errors away from any other side.
    scale : float, optional
        Passed to `relative_error`, for equations whose value is zero.
    **sides
        Two or more named computations, or one beside `printed`: numbers, arrays, tensors, `MonteCarlo` estimates, or
        lists and tuples of these where the equation was tried on several inputs (compared item by item, to any depth).
        A list of plain numbers beside an array counts as an array.

    Raises
    ------
    CheckFailed
        The sides disagree: in value, in shape, in how many items there are, or one of them is empty or not finite; or
        the printed formula disagrees with itself or with a side, or cannot be evaluated.
    TypeError, ValueError
        The call itself is wrong: fewer than two sides, a value compared with itself, a label that is no label,
        two estimates, a tolerance or scale that is not positive, bindings that are none.
    """
    _reject_bad_label("check", label)
    _reject_bad_print(f"check {label}", printed, not_printed)
    _reject_bad_call(label, sides, tolerance, z, scale, fewest=2 if printed is None else 1)
    errors, deviations = [], []
    for (name_a, a), (name_b, b) in itertools.combinations(sides.items(), 2):
        for where, x, y in _paired_items(label, name_a, a, name_b, b):
            names = f"{name_a}{where}", f"{name_b}{where}"
            if isinstance(x, MonteCarlo) or isinstance(y, MonteCarlo):
                deviations.append(compare_estimate(label, names, x, y, z))
            else:
                errors.append(compare_exact(label, names, x, y, tolerance, scale))
    record = {"kind": "check", "subject": label, "sides": list(sides)}
    if errors:
        record |= {"error": max(errors), "tolerance": float(tolerance)} | ({"scale": float(scale)} if scale else {})
    if deviations:
        record |= {"standard_errors": max(deviations), "allowed": float(z)}
    if not_printed is not None:
        record["not_printed"] = not_printed
    if printed is not None and printed_formulas is not None:
        record["printed"] = printed_formulas.evaluate(label, printed, sides, tolerance, z, scale)
    display(bundle(record), raw=True)


def bound(
    label: str,
    *,
    value,
    lower=None,
    upper=None,
    printed: dict | list[dict] | None = None,
    not_printed: str | None = None,
    tolerance: float = 1e-10,
) -> None:
    """Assert a labelled inequality on many cases, and print one line saying how near it comes to equality.

    Parameters
    ----------
    label : str
        Label of the inequality in this chapter.
    value, lower, upper : number, array or list of them
        Try random cases and extreme ones, where equality holds or nearly. `lower` and `upper`, one of which may be
        missing, have the shape of `value` or are one number. Real.
    printed, not_printed
        As for `check`; with `printed`, `value` and each bound must be the value of some part of the printed chain.
    tolerance : float
        How far beyond a bound rounding may carry a value, relative to the larger of the two; below 1.

    Raises
    ------
    CheckFailed
        A value lies beyond a bound, has another shape, is not finite, or the print says something else.
    TypeError, ValueError
        The call itself is wrong: no bound, fewer than ten cases, a value that is its own bound.
    """
    _reject_bad_label("bound", label)
    _reject_bad_print(f"bound {label}", printed, not_printed)
    sides = {name: side for name, side in (("lower", lower), ("value", value), ("upper", upper)) if side is not None}
    if len(sides) < 2 or value is None:
        raise TypeError(f"bound {label}: give a value and a lower or an upper bound")
    if not (_is_positive(tolerance) and tolerance < 1):
        raise ValueError(f"bound {label}: tolerance must be a number between 0 and 1, found {tolerance!r}")
    for a, b in itertools.combinations(sides.values(), 2):
        if _is_one_value(a, b):
            raise ValueError(f"bound {label}: a value is its own bound")
    cases = [array for item in _items(value) for array in [_as_case(label, "value", item)]]
    count, tightness = sum(case.size for case in cases), {}
    if count < FEWEST_CASES:
        raise ValueError(f"bound {label}: give {FEWEST_CASES} cases or more, random and extreme; found {count}")
    for name, sign in (("lower", 1), ("upper", -1)):
        if name in sides:
            tightness[name] = _nearest(
                label, name, sides[name], sign, cases, isinstance(value, (list, tuple)), tolerance
            )
    record = {"kind": "bound", "subject": label, "sides": list(sides), "cases": count, "tightness": tightness}
    if not_printed is not None:
        record["not_printed"] = not_printed
    if printed is not None and printed_formulas is not None:
        record["printed"] = printed_formulas.evaluate_bound(label, printed, sides, tolerance)
    display(bundle(record), raw=True)


def _items(value) -> list:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _as_case(label: str, name: str, item) -> np.ndarray:
    try:
        array = _as_array(name, item)
    except ValueError as problem:
        raise CheckFailed(f"{label}: {problem}") from None
    if np.iscomplexobj(array):
        raise CheckFailed(f"{label}: '{name}' is complex, and an inequality is not")
    return array


def _nearest(label, name, side, sign, cases, several, tolerance) -> float:
    """How near the values come to a bound, in units of the larger of the two."""
    limits = list(side) if isinstance(side, (list, tuple)) else [side] * len(cases) if several else [side]
    if several and not isinstance(side, (list, tuple)) and np.ndim(_to_numpy(side)):
        limits = list(_to_numpy(side))
    if len(limits) != len(cases):
        raise CheckFailed(f"{label}: '{name}' has {len(limits)} items, 'value' has {len(cases)}")
    nearest = np.inf
    for number, (case, limit) in enumerate(zip(cases, limits, strict=True)):
        limit = _as_case(label, name, limit)
        if limit.ndim and limit.shape != case.shape:
            raise CheckFailed(f"{label}: '{name}' has shape {limit.shape}, 'value' has {case.shape}")
        gap, size = sign * (case - limit), np.maximum(np.abs(case), np.abs(limit))
        relative = np.divide(gap, size, out=np.zeros_like(gap), where=size > 0)
        if relative.min() < -tolerance:
            worst = np.unravel_index(np.argmin(relative), relative.shape)
            where = f"[{number}]" if len(cases) > 1 else ""
            raise CheckFailed(
                f"{label}: 'value{where}' is beyond '{name}{where}', by {-relative.min():.3g} of its size\n"
                f"  {_at(f'value{where}', worst)} = {case[worst]:.12g}\n"
                f"  {_at(f'{name}{where}', worst)} = {np.broadcast_to(limit, case.shape)[worst]:.12g}"
            )
        nearest = min(nearest, float(np.abs(relative).min()))
    return nearest


def claim(sentence: str, holds: bool, **found) -> None:
    """Assert one sentence of the prose and print it with the values that were found.

    Parameters
    ----------
    sentence : str
        The statement, as the reader would say it.
    holds : bool
        Whether it is true, computed from `found`. Where it, or a value, is a `NotRun` (utils/missing.py) the claim says
        that it was not tried.
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
    for value in (holds, *found.values()):
        if isinstance(value, NotRun):
            display(bundle({"kind": "untried", "subject": sentence, "tools": value.tools}), raw=True)
            return
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


def _reject_bad_label(what, label) -> None:
    if not isinstance(label, str) or not re.fullmatch(r"eq-[\w:.-]+", label):
        raise ValueError(f"{what}: a label starts with 'eq-' and has no spaces, found {label!r}")


def _reject_bad_print(call, printed, not_printed) -> None:
    if printed is not None:
        if not_printed is not None:
            raise TypeError(f"{call}: an equation is evaluated from print, or there is a reason why not")
        several = printed if isinstance(printed, list) else [printed]
        if not several or not all(isinstance(bindings, dict) and bindings for bindings in several):
            raise TypeError(f"{call}: 'printed' binds names, as in {{'A': A}}, or is a list of such dicts")
        if not all(isinstance(name, str) and name.strip() for bindings in several for name in bindings):
            raise TypeError(f"{call}: the names that 'printed' binds are TeX, as text")
    if not_printed is not None and not (isinstance(not_printed, str) and not_printed.strip()):
        raise TypeError(f"{call}: 'not_printed' says why not, in a phrase")


def _reject_bad_call(label, sides, tolerance, z, scale, fewest) -> None:
    if len(sides) < fewest:
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


def compare_exact(label, names, x, y, tolerance, scale) -> float:
    """Relative error of two values, by name; CheckFailed where it is more than `tolerance`."""
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


def compare_estimate(label, names, x, y, z) -> float:
    """Standard errors between an estimate and another value, by name; CheckFailed where there are more than `z`."""
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
