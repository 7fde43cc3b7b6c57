"""In a kernel that runs the book, `check` and `bound` evaluate the formula that stands in the page.

Before the first cell, whoever runs a notebook hands the kernel the TeX of its labelled equations (book/probe.py). From
then on `utils.checks` evaluates what a chapter binds in ``printed=…`` and compares. A reader's
kernel is handed nothing, and checks the code alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

import numpy as np

from book.formula.errors import FormulaError
from book.formula.evaluation import APPROXIMATE, NOT_COMPARED, ROUNDING, TOLERANCE, Evaluation, Part, evaluate
from book.formula.meaning import SIGN, StatementValues
from book.formula.tree import Name
from utils import checks
from utils.checks import CheckFailed, MonteCarlo
from utils.printed import Identity, Row

__all__ = ["PrintedFormulas", "install", "replace", "uninstall"]


def install(formulas: str) -> None:
    """Evaluate printed formulas in this process from now on; `formulas` is JSON, TeX by label."""
    checks.printed_formulas = PrintedFormulas(json.loads(formulas))


def uninstall() -> None:
    """Evaluate none any more."""
    checks.printed_formulas = None


def replace(formulas: Mapping[str, str]) -> None:
    """Put other TeX in the place of some formulas."""
    checks.printed_formulas = PrintedFormulas({**checks.printed_formulas.formulas, **formulas})


class PrintedFormulas:
    """The formulas of one notebook; what `utils.checks` asks where an equation is evaluated from print.

    Parameters
    ----------
    formulas : dict
        TeX by label.
    """

    def __init__(self, formulas: Mapping[str, str]):
        self.formulas = dict(formulas)

    def evaluate(self, label: str, printed, sides: Mapping, tolerance: float, z: float, scale: float | None) -> dict:
        """Compare the parts of a printed chain with each other and with the sides of its check.

        Parameters
        ----------
        label : str
            Whose formula.
        printed : dict or list of dict
            Bindings of one trial, or of several; then the sides hold an item for each.
        sides : dict
            Values of the code by name (see `check`).

        Returns
        -------
        dict
            The entry "printed" of a record (utils/records.py).

        Raises
        ------
        CheckFailed
            The print contradicts itself or a side, or cannot be evaluated; names label, printed part, both values.
        """
        trials, errors, deviations = _Trials(label, self._tex(label), printed), [], []
        for where, found, items in trials.with_items(sides):
            seen, tied = [], False
            for name, item in items.items():
                ties = _ties(found, item)
                problem = None
                for part, expected, value in ties:
                    names = f"printed{where} {part.tex}", f"{name}{where}"
                    try:
                        if isinstance(expected, MonteCarlo):
                            deviations.append(checks.compare_estimate(label, names, value, expected, z))
                        else:
                            room = max(tolerance, TOLERANCE if part.approximate else 0.0)
                            errors.append(_compare(label, names, value, expected, room, scale, part))
                        seen.append(part)
                    except CheckFailed as failure:
                        problem = failure
                if (problem or not ties) and found.compared() and trials.binds(where, item):
                    tied = True  # it takes part in the print under a name of its own
                elif problem:
                    raise problem
            trials.demand_comparisons(found, seen)
            if len(items) == 1 and not (seen or tied) and any(formula.trials for formula in found.statements):
                (name,) = items
                what = f"'{name}{where}', nor is it bound"
                raise CheckFailed(f"{label}: no part of the printed formula has the shape of {what}")
        record = trials.record()
        if errors:
            record["error"] = max(errors)
        if deviations:
            record["standard_errors"] = max(deviations)
        return record

    def evaluate_bound(self, label: str, printed, sides: Mapping, tolerance: float) -> dict:
        """The same for `bound`: each side must be the value of some part of the printed inequality."""
        trials, errors = _Trials(label, self._tex(label), printed), []
        for where, found, items in trials.with_items(sides):
            seen = []
            for name, item in items.items():
                ties = _ties(found, item, everywhere=True)
                if not ties:
                    raise CheckFailed(f"{label}: no printed part has the shape of '{name}{where}'")
                for parts, _ in found.chains:  # a side that holds one item for each formula is a part of each
                    problem = best = None
                    for part, expected, value in (tie for tie in ties if any(tie[0] is part for part in parts)):
                        names = f"printed{where} {part.tex}", f"{name}{where}"
                        room = max(tolerance, TOLERANCE if part.approximate else 0.0)
                        try:
                            error = _compare(label, names, value, expected, room, None, part)
                            best = error if best is None else min(best, error)
                            seen.append(part)
                        except CheckFailed as failure:
                            problem = failure
                    if best is not None:
                        errors.append(best)
                    elif problem is not None:
                        raise problem
            trials.demand_comparisons(found, seen)
        return trials.record() | {"error": max(errors)}

    def _tex(self, label: str) -> str:
        if label not in self.formulas:
            raise CheckFailed(f"{label}: no equation of this notebook bears the label, so none can be evaluated")
        return self.formulas[label]


class _Trials:
    """The printed formula on each of its inputs."""

    def __init__(self, label: str, tex: str, printed):
        self.label, self.several = label, isinstance(printed, list)
        self.bindings, self.found = {}, {}
        for number, bindings in enumerate(printed if self.several else [printed]):
            where = f"[{number}]" if self.several else ""
            self.bindings[where], words = _without_words(label, bindings)
            self.found[where] = self._evaluate(tex, where, words)
        for formulas in zip(*(found.statements for found in self.found.values()), strict=False):
            if not any(formula.trials for formula in formulas):
                start, end = formulas[0].statement.spans[0]
                problem = "no index satisfies the condition that is printed with it, on any input"
                raise CheckFailed(f"{label}: nothing is known of the printed {tex[start:end]}: {problem}")

    def _evaluate(self, tex: str, where: str, words: list[str]) -> Evaluation:
        try:
            found = evaluate(tex, self.bindings[where], words, leave_out_results=True)
        except (FormulaError, ValueError) as problem:
            raise CheckFailed(f"{self.label}: the printed formula{where} has no value: {problem}") from None
        problems = found.disagreements(TOLERANCE)
        if problems:
            text = f"{self.label}: the printed formula is not true of its numbers{where}:\n  {problems[0]}"
            raise CheckFailed(text)
        return found

    def with_items(self, sides: Mapping):
        """(position, evaluation, the item of each side) of each trial."""
        for number, (where, found) in enumerate(self.found.items()):
            yield where, found, {name: self._item(name, side, number) for name, side in sides.items()}

    def _item(self, name: str, side, number: int):
        if not self.several:
            return side
        values = side.mean if isinstance(side, MonteCarlo) else side
        count = len(values) if isinstance(values, (list, tuple)) or np.ndim(_plain(values)) else 1
        if count != len(self.found):
            raise CheckFailed(f"{self.label}: 'printed' has {len(self.found)} items, '{name}' has {count}")
        if isinstance(side, MonteCarlo):
            return MonteCarlo(_plain(side.mean)[number], _plain(side.standard_error)[number])
        return side[number]

    def binds(self, where: str, item) -> bool:
        """Whether one of the names is bound to the value of a side."""
        if isinstance(item, MonteCarlo):
            return False
        values = [_plain(value) for value in self.bindings[where].values() if not callable(value)]
        item = _plain(item)
        same = (v for v in values if _is_array(v) and _is_array(item) and v.shape == item.shape)
        return any(np.allclose(v, item, rtol=0, atol=TOLERANCE * np.abs(item).max()) for v in same)

    def demand_comparisons(self, found: Evaluation, seen: list[Part]) -> None:
        """Every formula of the display must be compared: its parts with each other, or one of them with a side."""
        for (parts, relations), statement in zip(found.chains, found.statements, strict=True):
            alone = not statement.statement.order and isinstance(parts[0].tree, Name)  # "for every dX": states nothing
            compared = any(relation not in NOT_COMPARED for relation in relations)
            if not (compared or alone or any(part is other for part in parts for other in seen)):
                what = f"{self.label}: the printed {parts[0].tex} is compared with nothing"
                raise CheckFailed(f"{what}: bind the name of what it equals, or give a side of its shape")

    def record(self) -> dict:
        bound = {  # what several formulas share, without what this one does not print
            where: {name: value for name, value in self.bindings[where].items() if name in found.names}
            for where, found in self.found.items()
        }
        smallest = min(bound, key=lambda where: sum(map(_size, bound[where].values())))
        found = self.found[smallest]
        parts = [part for parts, _ in found.chains for part in parts]
        values = [[name, text] for name, value in bound[smallest].items() if (text := _short(value))]
        value = _short(_stacked(found.chains[0][0][-1]))
        return {"parts": [part.tex for part in parts], "trials": len(self.found), "values": values, "value": value}


def _without_words(label: str, bindings: Mapping) -> tuple[dict, list[str]]:
    """Bindings, and the words of the display that hold of them: ``r"\\text{invertible}": True``."""
    truths = [name for name, value in bindings.items() if isinstance(value, (bool, np.bool_))]
    words = {name: re.fullmatch(r"\\text\{(.*)\}", name) for name in truths}
    for name, found in words.items():
        if found and not bool(bindings[name]):
            raise CheckFailed(f"{label}: these inputs are not what the print says: {name}")
    rest = {name: _known(value) for name, value in bindings.items() if not words.get(name)}
    return rest, [found[1] for found in words.values() if found]


def _known(value):
    return value.detach().cpu().numpy() if hasattr(value, "detach") and not callable(value) else value


def _ties(found: Evaluation, item, everywhere: bool = False) -> list[tuple[Part, object, np.ndarray]]:
    """Parts of the print beside what a side says of them: (part, value of the side, value of the part).

    A side is the value of the first formula of the display that has a part of its shape, or it holds one item for each
    formula. A part that an inequality separates from the first of its chain is not what a side says, unless
    `everywhere`.
    """
    chains = list(zip(found.chains, found.statements, strict=True))
    for chain, statement in chains:
        if fitting := _fitting(chain, statement, item, everywhere):
            return fitting
    if len(chains) > 1 and not isinstance(item, MonteCarlo):
        items = item if isinstance(item, (list, tuple)) else _plain(item)
        if (isinstance(items, (list, tuple)) or np.ndim(items)) and len(items) == len(chains):
            each = zip(chains, items, strict=True)
            return [tie for (chain, statement), one in each for tie in _fitting(chain, statement, one, everywhere)]
    return []


def _fitting(chain, statement: StatementValues, item, everywhere: bool) -> list:
    side = _plain(item.mean if isinstance(item, MonteCarlo) else item)
    if not _is_array(side):
        return []
    side, (parts, relations), fitting = np.asarray(side), chain, []
    for place, part in enumerate(parts):
        if place and relations[place - 1] not in ("=", r"\equiv") and not everywhere:
            break
        pair = _aligned(part, statement, side)
        if pair is None:
            continue
        value, expected = pair
        if isinstance(item, MonteCarlo):
            errors = _aligned(part, statement, np.asarray(_plain(item.standard_error)))[1]
            expected = MonteCarlo(expected, errors)
        fitting.append((part, expected, value))
    return fitting


def _aligned(part: Part, statement: StatementValues, side: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """The part's value and the side's in one shape; None where they do not fit.

    Free indices are axes of the side, in the order of the print. Rows and columns are one-dimensional in code.
    """
    values = [_of_part(value, side.shape) for value in part.values]
    if not values:
        return None
    if not statement.letters:
        value = values[0]
        if value.shape == side.shape:
            return value, side
        same = value.size == side.size > 0 and [n for n in value.shape if n > 1] == [n for n in side.shape if n > 1]
        return (value.reshape(side.shape), side) if same else None
    if len({value.shape for value in values}) > 1:
        return None
    stack, inner = np.array(values), values[0].ndim
    if statement.letters == [SIGN] and side.shape == stack.shape:
        return np.sort_complex(stack.ravel()), np.sort_complex(side.ravel())
    if side.shape == stack.shape:
        return stack, side
    if side.ndim == len(statement.letters) + inner and side.shape[len(statement.letters) :] == values[0].shape:
        places = np.array(statement.trials) - 1
        if np.all(places >= 0) and np.all(places < side.shape[: len(statement.letters)]):
            return stack, np.array([side[tuple(place)] for place in places])
    return None


def _compare(label, names, value, expected, tolerance, scale, part: Part) -> float:
    """As the sides of a check are compared; numbers that cancel are known to their rounding only."""
    floor = part.magnitude * (APPROXIMATE if part.approximate else ROUNDING)
    try:
        return checks.compare_exact(label, names, value, expected, tolerance, scale)
    except CheckFailed:
        if np.all(np.isfinite(value)) and np.abs(value - expected).max(initial=0.0) <= floor:
            return 0.0
        raise


def _stacked(part: Part):
    values = [_of_part(value, ()) for value in part.values]
    return values[0] if len(values) == 1 else values


def _of_part(value, shape: tuple[int, ...]) -> np.ndarray:
    if isinstance(value, Row):
        value = value.array
    if isinstance(value, Identity):
        square = len(shape) == 2 and shape[0] == shape[1]
        value = value.scale * np.eye(shape[0]) if square else value.scale
    return np.asarray(value)


def _plain(value):
    """A number, tensor or list as an array; a list of arrays of several shapes as it is."""
    value = _known(value)
    try:
        return np.asarray(value)
    except ValueError:
        return value


def _is_array(value) -> bool:
    if not isinstance(value, np.ndarray):
        return False
    return value.size > 0 and (np.issubdtype(value.dtype, np.number) or value.dtype == bool)


def _size(value) -> int:
    """How many numbers a binding holds."""
    value = _plain(value)
    return value.size if _is_array(value) else 0


def _short(value) -> str:
    """A value in a few characters: the first of its numbers; nothing for what is no number."""
    value = _plain(value)
    if not _is_array(value):
        return ""
    if value.size <= 4:
        return np.array2string(value, precision=3, separator=", ", suppress_small=True).replace("\n", "")
    numbers = ", ".join(f"{number:.3g}" for number in value.ravel()[:3])
    return f"[{numbers}, …] ({' × '.join(map(str, value.shape))})"
