"""Reading, evaluating and comparing displayed formulas: what the rest of the book calls."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from book.formula.arithmetic import kind, shape_of
from book.formula.display import read
from book.formula.errors import FormulaError
from book.formula.meaning import INEQUALITIES, Meaning, StatementValues
from book.formula.names import Bindings
from book.formula.tree import Derivative, Expectation, Expression, Name, Number, Statement, walk
from utils.printed import Identity, Row

__all__ = ["Disagreement", "Evaluation", "Formula", "FormulaDisagrees", "Part", "compare", "evaluate", "parse"]

#: Largest relative difference of two parts. A slip in the print is a difference of order one; derivatives and integrals
#: are computed to nine digits or so.
TOLERANCE = 1e-6
ROUNDING = 1e-12  # in units of the largest intermediate number: differences below it are rounding
APPROXIMATE = 1e-9  # the same for parts with derivatives by differences and integrals
NAMED = (Name, Expectation)
NOT_COMPARED = {r"\approx", r"\in"}


class FormulaDisagrees(AssertionError):
    """Two parts of a printed formula, or the formula and the code, have different values."""


@dataclass(frozen=True)
class Formula:
    """A display that has been read: `tex`, and its statements as trees."""

    tex: str
    statements: list[Statement]

    def names(self) -> set[str]:
        """The names in it, in normal form: quantities, functions and index letters."""
        trees = [tree for statement in self.statements for tree in (*statement.parts, *statement.conditions)]
        return {node.key for tree in trees for node in walk(tree) if isinstance(node, Name)}


@dataclass(frozen=True)
class Part:
    """One part of a chain: as printed, and its value for each trial of the free indices."""

    tex: str
    values: list
    tree: Expression
    magnitude: float
    approximate: bool

    def plain(self):
        """The values as arrays: one where no index is free, with the trials on the first axis where one is."""
        arrays = [_array(value) for value in self.values]
        return arrays[0] if len(arrays) == 1 else arrays


@dataclass(frozen=True)
class Disagreement:
    """Two values that a printed relation says agree, and do not."""

    left: str
    relation: str
    right: str
    found: tuple
    trial: dict[str, int]
    problem: str

    def __str__(self) -> str:
        where = ", ".join(f"{letter} = {value}" for letter, value in self.trial.items())
        return (
            f"{self.left}  {self.relation}  {self.right}\n  {self.problem}{f' at {where}' if where else ''}\n"
            f"  left:  {_short(self.found[0])}\n  right: {_short(self.found[1])}"
        )


@dataclass
class Evaluation:
    """Values of a display.

    Attributes
    ----------
    tex : str
        The display.
    chains : list of (list of Part, list of str)
        For each statement its parts in the order of the print, and the relations between them.
    names : set of str
        Bound names that are printed, as they were bound.
    """

    tex: str
    chains: list[tuple[list[Part], list[str]]]
    statements: list[StatementValues] = field(repr=False)
    names: set[str] = field(default_factory=set)

    def disagreements(self, tolerance: float = TOLERANCE) -> list[Disagreement]:
        """What the relations of the print say and the values contradict.

        All parts joined by equals signs are compared with each other, inequalities with their neighbours. ≈ and ∈ are
        not compared.
        """
        found = []
        for (parts, relations), statement in zip(self.chains, self.statements, strict=True):
            groups = [0]
            for relation in relations:
                groups.append(groups[-1] + (relation not in ("=", r"\equiv")))
            for a, b in itertools.combinations(range(len(parts)), 2):
                if groups[a] == groups[b]:
                    found += _contradictions(parts[a], "=", parts[b], statement, tolerance)
                elif b == a + 1 and relations[a] not in NOT_COMPARED:
                    found += _contradictions(parts[a], relations[a], parts[b], statement, tolerance)
            if statement.shape is not None and statement.trials:
                value = _array(parts[-1].values[0])
                if np.shape(value) != statement.shape:
                    problem = "the printed shape is another"
                    both = (np.shape(value), statement.shape)
                    found.append(Disagreement(parts[-1].tex, "of shape", str(statement.shape), both, {}, problem))
        return found

    def compared(self) -> int:
        """How many pairs of parts the print compares; 0 where it states a single expression."""
        return sum(sum(relation not in NOT_COMPARED for relation in relations) for _, relations in self.chains)

    def contradictions(self, value, statement: int = 0, tolerance: float = TOLERANCE) -> list[Disagreement]:
        """Where the parts of one statement differ from a value that the code has computed.

        Parts that an inequality separates from the first are left out. With free indices, `value` has the trials on its
        first axis, or is an array that holds one entry for each combination of indices.
        """
        parts, relations = self.chains[statement]
        values = self.statements[statement]
        expected = np.asarray(value)
        trials = len(parts[0].values)
        if trials == 1:
            given = [expected]
        else:
            inner = np.ndim(_array(parts[0].values[0]))
            lead = expected.shape[: expected.ndim - inner]
            if int(np.prod(lead)) != trials:
                problem = f"{trials} combinations of free indices in print, {lead} in the code"
                return [Disagreement(parts[0].tex, "=", "the code", (trials, lead), {}, problem)]
            given = list(expected.reshape(trials, *expected.shape[expected.ndim - inner :]))
        code = Part("the code", given, Number(0, 0.5), 0.0, False)
        found = []
        for place, part in enumerate(parts):
            if place and relations[place - 1] not in ("=", r"\equiv"):
                break
            found += _contradictions(part, "=", code, values, tolerance)
        return found


def parse(tex: str) -> Formula:
    """Read a displayed formula without knowing what its names are bound to.

    A letter before a bracket counts as a function then, and every subscript as an index.

    Raises
    ------
    FormulaError
        It is not understood; the error says where.
    """
    return Formula(tex, _guarded(tex, lambda: read(tex)))


def evaluate(
    tex: str, bindings: Mapping[str, object], skip: Sequence[str] = (), leave_out_results: bool = False
) -> Evaluation:
    """Evaluate every part of a displayed formula.

    Parameters
    ----------
    tex : str
        The display, without dollar signs and label.
    bindings : mapping
        Printed names and what they stand for: numbers, arrays, callables and the classes of `utils.printed`.
    skip : sequence of str
        Words in the display that are passed over, together with the piece that they stand in.
    leave_out_results : bool
        Leave out a first part that only names the result of its chain: J in ``J = \\dots`` while J is not bound.

    Raises
    ------
    FormulaError
        The formula is not understood, names are not bound (all of them are named), shapes do not fit or fit in two
        ways, a value is not finite, or the work is too much.
    """
    names = Bindings(bindings)

    def run():
        statements = read(tex, names, tuple(skip))
        if leave_out_results:
            missing = {name.key for name in Meaning(tex, statements, names).unbound()}
            trees = [part for statement in statements for part in statement.parts]
            laws = {node.law for tree in trees for node in walk(tree) if isinstance(node, Expectation) and node.law}
            unknown = missing | (laws - set(names.values))
            whole, statements = statements, [_without_result(statement, unknown) for statement in statements]
            _refuse_renamed(tex, whole, statements, names, missing)
        meaning = Meaning(tex, statements, names)
        with np.errstate(all="ignore"):
            return meaning.evaluate()

    statements = _guarded(tex, run)
    chains = []
    for values in statements:
        printed = values.statement
        parts = [
            Part(tex[start:end], part_values, tree, magnitude, approximate)
            for (start, end), part_values, tree, magnitude, approximate in zip(
                printed.spans, values.values, printed.parts, values.magnitudes, values.approximate, strict=True
            )
        ]
        infinite = any(isinstance(part.tree, Number) and np.isinf(part.tree.value) for part in parts)  # it says so
        for part in parts:
            for value in part.values:
                if not infinite and not np.all(np.isfinite(_array(value))):
                    raise FormulaError(f"{part.tex} is not finite", tex, part.tree.start)
        chains.append((parts, printed.relations))
    return Evaluation(tex, chains, statements, {names.spelling[key] for key in names.printed})


def compare(
    tex: str,
    bindings: Mapping[str, object],
    *,
    label: str = "",
    tolerance: float = TOLERANCE,
    skip: Sequence[str] = (),
    value=None,
) -> Evaluation:
    """Evaluate a displayed formula and compare its parts with each other, and with a value from the code if there is
    one.

    Parameters
    ----------
    label : str
        Named in the error.
    tolerance : float
        Largest relative difference.
    value : array_like, optional
        What the code says the first statement's value is.

    Raises
    ------
    FormulaDisagrees
        Parts of the print have different values; the message names label, parts, both values.
    FormulaError
        The formula has no value, or neither relations nor `value` give anything to compare.
    """
    found = evaluate(tex, bindings, skip)
    if not any(statement.trials for statement in found.statements):
        raise FormulaError("no index satisfies the printed condition", tex, 0)
    problems = found.disagreements(tolerance)
    if value is not None:
        problems += found.contradictions(value, tolerance=tolerance)
    elif not found.compared():
        raise FormulaError("the print compares nothing: give the value that the code has", tex, 0)
    if problems:
        name = f"{label}: " if label else ""
        raise FormulaDisagrees(name + "the printed formula is not true of these numbers:\n" + str(problems[0]))
    return found


def _without_result(statement: Statement, missing: set[str]) -> Statement:
    """A chain without its first part, if that has a name without a value which stands nowhere else in the chain."""
    if not statement.relations or statement.relations[0] not in ("=", r"\approx"):
        return statement
    names = [
        [node.key if isinstance(node, Name) else node.law or "" for node in walk(part) if isinstance(node, NAMED)]
        for part in statement.parts
    ]
    result = missing.intersection(names[0])
    if not result or result.intersection(itertools.chain(*names[1:])):
        return statement
    parts, relations, spans = statement.parts[1:], statement.relations[1:], statement.spans[1:]
    order = re.findall(r"\\[A-Za-z]+|[A-Za-z]", " ".join(names[0]))  # an unbound name keeps its subscript
    return replace(statement, parts=parts, relations=relations, spans=spans, order=order)


def _refuse_renamed(tex, whole: list[Statement], kept: list[Statement], names: Bindings, missing: set[str]) -> None:
    """A first part is not left out where its letter is bound with other marks that are printed nowhere."""
    for before, after in zip(whole, kept, strict=True):
        left_out = [node for node in walk(before.parts[0]) if isinstance(node, Name)] if after is not before else []
        for node in (node for node in left_out if node.key in missing):
            for key in names.relatives(node.key):
                if key not in names.printed:
                    problem = f"{node.key} is not bound; {names.spelling[key]} is bound and printed nowhere"
                    raise FormulaError(problem, tex, node.start)


def _guarded(tex, run):
    try:
        return run()
    except RecursionError:
        raise FormulaError("too deeply nested", tex, 0) from None


def _contradictions(
    left: Part, relation: str, right: Part, statement: StatementValues, tolerance
) -> list[Disagreement]:
    unordered = "±" in statement.letters and relation == "="
    pairs = list(zip(left.values, right.values, statement.trials, strict=True))
    if unordered:
        problem = _pairs_differ(left, right, tolerance)
        if problem is not None:
            return (
                [Disagreement(left.tex, relation, right.tex, (left.plain(), right.plain()), {}, problem)]
                if problem
                else []
            )
    floor = max(left.magnitude, right.magnitude) * (APPROXIMATE if left.approximate or right.approximate else ROUNDING)
    loose = _has_no_orientation(left.tree) or _has_no_orientation(right.tree)
    for a, b, trial in pairs:
        problem = _contradiction(a, relation, b, tolerance, floor, loose, _is_zero(left.tree), _is_zero(right.tree))
        if problem:
            where = dict(zip(statement.letters, trial, strict=True))
            return [Disagreement(left.tex, relation, right.tex, (_array(a), _array(b)), where, problem)]
    return []


def _pairs_differ(left: Part, right: Part, tolerance):
    """Two values with ± beside a family of two: compared without regard to order. None where neither is a family."""
    sides = [side.values for side in (left, right)]
    families = [all(kind(v) == "column" and len(v) == 2 for v in values) for values in sides]
    if families[0] == families[1]:
        return None
    both = [np.sort_complex(v[0] if family else np.array(v)) for v, family in zip(sides, families, strict=True)]
    return "" if np.allclose(*both, rtol=tolerance, atol=tolerance * np.abs(both[0]).max()) else "the two pairs differ"


def _contradiction(a, relation, b, tolerance, floor, loose, a_zero, b_zero) -> str:
    """What is wrong with a relation between two values; empty if nothing."""
    if kind(a) == "identity" and kind(b) == "identity":
        a, b = a.scale, b.scale
    if kind(a) == "identity" and kind(b) == "matrix":
        a = a.scale * np.eye(len(b))
    if kind(b) == "identity" and kind(a) == "matrix":
        b = b.scale * np.eye(len(a))
    if {"thing", "identity"} & {kind(a), kind(b)}:
        return f"{shape_of(a)} and {shape_of(b)} cannot be compared"
    x, y = _array(a), _array(b)
    if x.ndim + y.ndim == 3 and _as_matrix(a) == _as_matrix(b):
        x, y, loose = x.ravel(), y.ravel(), True
    same = x.shape == y.shape and (loose or isinstance(a, Row) == isinstance(b, Row))
    if not same and not (a_zero or b_zero):
        return f"shapes differ: {shape_of(a)} and {shape_of(b)}"
    if relation in (r"\succeq", r"\preceq"):
        gap = x - y if relation == r"\succeq" else y - x
        if gap.ndim != 2 or np.linalg.eigvalsh((gap + gap.T) / 2).min() < -tolerance * max(np.abs(gap).max(), floor):
            return "the difference is not positive semi-definite"
        return ""
    size = max(np.abs(x).max(initial=0.0), np.abs(y).max(initial=0.0))
    if not np.isfinite(size):
        return "" if np.array_equal(x, y) else "one value is infinite"
    slack = max(tolerance * size, floor)
    if relation in ("=", r"\equiv"):
        error = float(np.abs(x - y).max())
        return "" if error <= slack else f"relative difference {error / size:.3g}"
    if relation not in INEQUALITIES:
        return f"{relation} is not compared"
    if relation == r"\ne":
        return "" if np.abs(x - y).max() > slack else "the values are equal"
    below, above = (x, y) if relation in (r"\le", "<") else (y, x)
    if np.iscomplexobj(below) or np.iscomplexobj(above):
        return "an inequality of complex numbers"
    return "" if np.all(below <= above + slack) else "the inequality does not hold"


def _as_matrix(value) -> tuple:
    """The shape of a value as a matrix: a column has one column, a row one row."""
    array = _array(value)
    if array.ndim == 1:
        return (1, len(array)) if isinstance(value, Row) else (len(array), 1)
    return array.shape


def _has_no_orientation(tree) -> bool:
    """Layouts differ in whether ∂f/∂x of a number by a column is a column or a row; as a side of its own it may be
    both."""
    return isinstance(tree, Derivative) and tree.style == "partial"


def _is_zero(tree) -> bool:
    return (isinstance(tree, Number) and tree.value == 0) or (isinstance(tree, Name) and tree.key == r"\mathbf{0}")


def _array(value) -> np.ndarray:
    if isinstance(value, Row):
        value = value.array
    if isinstance(value, Identity):
        value = value.scale
    if kind(value) == "thing":
        return np.array(0.0)
    return np.asarray(value)


def _short(value) -> str:
    return (
        np.array2string(np.asarray(value), precision=8, threshold=8, separator=", ")
        if not isinstance(value, str)
        else value
    )
