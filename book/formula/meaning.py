"""The value of a formula on bound quantities.

Nothing of Python can be reached from TeX: the tree holds numbers and names, names are looked up among the bindings,
and the functions that formulas may use without binding them are those of `vocabulary.KNOWN`. Work is counted; a formula
that takes more than `MAX_STEPS` ends in an error.
"""

from __future__ import annotations

import itertools
import math
import time
from dataclasses import dataclass, field, replace

import numpy as np

from book.formula import arithmetic
from book.formula.analysis import Analysis
from book.formula.arithmetic import Misfit, kind, shape_of
from book.formula.errors import FormulaError
from book.formula.names import Bindings, plain
from book.formula.ranges import CONSTANTS, MAX_TERMS, Ranges
from book.formula.tree import (
    Absolute,
    Applied,
    At,
    Big,
    Call,
    Cases,
    Chain,
    Derivative,
    Differential,
    Divide,
    Dots,
    Elementwise,
    Expectation,
    Expression,
    Index,
    Integral,
    Marked,
    Matrix,
    Name,
    Norm,
    Number,
    Power,
    Product,
    Statement,
    Sum,
    Tuple,
    replaced,
    same_shape,
    walk,
)
from utils.printed import Depending, Distribution, Identity, Indexed, Optimum, Outcomes, PlusMinus, Range, Row, Terms

__all__ = ["Meaning", "StatementValues"]

MAX_STEPS = 250_000  # expressions evaluated for one formula
#: Of the thread's own processor time for one formula, beside what bound functions take. Steps are what stops a formula,
#: on any machine and beside anything; the clock stops what no count of them foresees.
MAX_SECONDS = 5
MAX_TRIALS = 60  # combinations of free indices that are tried, drawn from all of them
MAX_DEPTH = 150  # evaluations within evaluations
INEQUALITIES = {r"\le", r"\ge", "<", ">", r"\ne"}
SIGN = "±"


@dataclass(frozen=True)
class Scope:
    """What names mean at one place: index letters and integration variables, quantities that were moved, the
    outcome."""

    local: dict = field(default_factory=dict)
    moved: dict = field(default_factory=dict)
    outcome: int | None = None
    holomorphic: bool = False

    def bind(self, **changes):
        return replace(self, **changes)

    def with_local(self, names, values) -> Scope:
        return replace(self, local={**self.local, **dict(zip(names, values, strict=True))})


@dataclass
class StatementValues:
    """One statement's values: for each part one value for each trial of the free indices.

    Without trials the statement is vacuous: no index satisfies its printed condition.
    """

    statement: Statement
    letters: list[str]
    trials: list[tuple[int, ...]]
    values: list[list]
    magnitudes: list[float]
    approximate: list[bool]
    shape: tuple[int, ...] | None = None


class Meaning(Ranges, Analysis):
    """Gives values to the statements of one display."""

    def __init__(self, tex: str, statements: list[Statement], bindings: Bindings):
        self.tex, self.bindings = tex, bindings
        self.statements = self._gather_conditions(statements)
        self.steps = self.depth = 0
        self.deadline = math.inf
        self.magnitude = 0.0
        self.approximate = False
        self.outer_letters: set[str] = set()

    # names that have no value ----------------------------------------------------------------------------------------

    def statement_expressions(self, statement):
        ranges = [e for pair in statement.ranges.values() for e in pair]
        return [*statement.parts, *statement.conditions, *ranges, *(statement.shape or [])]

    def unbound(self) -> list[Name]:
        """Names that have no value, in the order of the print, each once."""
        found: dict[str, Name] = {}
        for statement in self.statements:
            letters = self.index_letters(self.statement_expressions(statement)) | set(statement.ranges)
            for expression in self.statement_expressions(statement):
                for name in self.free(expression):
                    if name.key not in letters:
                        found.setdefault(name.key, name)
        return sorted(found.values(), key=lambda name: name.start)

    def _gather_conditions(self, statements):
        """Inequalities between the free indices of the statement before are conditions on them: 0 ≤ i ≤ n − k."""
        gathered: list[Statement] = []
        for statement in statements:
            if gathered and statement.relations and set(statement.relations) <= INEQUALITIES:
                before = {n.key for e in gathered[-1].parts for n in self.free(e)}
                own = {n.key for e in statement.parts for n in self.free(e)}
                if own and own <= before:
                    chain = Chain(statement.parts[0].start, statement.parts, statement.relations)
                    gathered[-1] = replace(gathered[-1], conditions=[*gathered[-1].conditions, chain])
                    continue
            gathered.append(statement)
        return gathered

    # statements -----------------------------------------------------------------------------------------------------

    def evaluate(self) -> list[StatementValues]:
        missing = self.unbound()
        if missing:
            names = ", ".join(name.key for name in missing)
            raise FormulaError(f"not bound: {names}", self.tex, missing[0].start)
        self.deadline = time.thread_time() + MAX_SECONDS
        return [self.evaluate_statement(statement) for statement in self.statements]

    def evaluate_statement(self, statement: Statement) -> StatementValues:
        expressions = self.statement_expressions(statement)
        letters = list(dict.fromkeys(n.key for e in expressions for n in self.free(e)))
        named = [key for key in statement.order if isinstance(self.bindings.values.get(key), Range)]
        letters += [letter for letter in named if letter not in letters]  # of a left side that only names the result
        letters = [letter for letter in dict.fromkeys([*statement.order, *letters]) if letter in letters]
        self.outer_letters = set(letters)
        scope = Scope()
        ranges = {}
        for letter in letters:
            if letter in statement.ranges:
                first, last = (self.integer(self.value(e, scope), e) for e in statement.ranges[letter])
                ranges[letter] = list(range(first, last + 1))
        for letter in letters:
            if letter not in ranges:
                ranges[letter] = self.range_of(letter, expressions, scope, statement)
        if any(self.has_two_signs(part) for part in statement.parts):
            letters, ranges = [*letters, SIGN], {**ranges, SIGN: [1, -1]}
        trials = self.trials(letters, ranges, statement, scope)
        values, magnitudes, approximate = [], [], []
        for part in statement.parts:
            self.magnitude, self.approximate = 0.0, False
            values.append([self.value(part, scope.with_local(letters, trial)) for trial in trials])
            magnitudes.append(self.magnitude)
            approximate.append(self.approximate)
        shape = None
        if statement.shape is not None:
            shape = tuple(self.integer(self.value(e, scope), e) for e in statement.shape)
        return StatementValues(statement, letters, trials, values, magnitudes, approximate, shape)

    def has_two_signs(self, expression) -> bool:
        signs = any(isinstance(n, Sum) and set(n.signs) & set("±∓") for n in walk(expression))
        return signs or any(isinstance(self.bindings.values.get(key), PlusMinus) for key in self.used(expression))

    def trials(self, letters, ranges, statement, scope):
        if math.prod(len(ranges[letter]) for letter in letters) > MAX_STEPS:
            self.fail("too many combinations of free indices", statement.parts[0])
        found = []
        for trial in itertools.product(*(ranges[letter] for letter in letters)):
            inner = scope.with_local(letters, trial)
            if all(self.truth(condition, inner) for condition in statement.conditions):
                found.append(trial)
        if not found and not letters:
            self.fail("the inputs violate the printed condition", (statement.conditions or statement.parts)[0])
        if len(found) > MAX_TRIALS:
            drawn = np.random.default_rng(0).choice(len(found), MAX_TRIALS, replace=False)
            found = [found[place] for place in sorted(drawn)]
        return found

    # expressions ----------------------------------------------------------------------------------------------------

    def fail(self, problem: str, node):
        raise FormulaError(problem, self.tex, node.start)

    def value(self, node: Expression, scope: Scope):
        """The value of an expression: a number, array, Row, Identity, or a thing that only callables can use."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            self.fail(f"more than {MAX_STEPS} steps", node)
        if time.thread_time() > self.deadline:
            self.fail(f"more steps than {MAX_SECONDS:g} s are enough for", node)
        self.depth += 1
        try:
            if self.depth > MAX_DEPTH:
                self.fail("evaluations within evaluations without end", node)
            found = _VALUES[type(node)](self, node, scope)
        except Misfit as problem:
            raise FormulaError(str(problem), self.tex, node.start) from None
        except (OverflowError, ZeroDivisionError, np.linalg.LinAlgError, FloatingPointError) as problem:
            raise FormulaError(f"no finite value: {problem}", self.tex, node.start) from None
        finally:
            self.depth -= 1
        return found

    def notice(self, value):
        """Remember the largest intermediate number: rounding errors are in proportion to it."""
        if isinstance(value, float):
            if self.magnitude < abs(value) < math.inf:
                self.magnitude = float(abs(value))
            return value
        array = value.array if isinstance(value, Row) else value
        if isinstance(array, (int, float, complex, np.number, np.ndarray)) and np.size(array):
            size = float(np.abs(array).max())
            if size > self.magnitude and math.isfinite(size):
                self.magnitude = size
        return value

    def integer(self, value, node) -> int:
        if type(value) is int:
            return value
        if (
            kind(value) != "scalar"
            or not np.isfinite(value)
            or abs(np.real(value) - round(float(np.real(value)))) > 1e-9
        ):
            self.fail(
                f"an index is a whole number, found {shape_of(value) if kind(value) != 'scalar' else value}", node
            )
        return round(float(np.real(value)))

    def number(self, node: Number, scope):
        return node.value

    def name(self, node: Name, scope):
        if node.key in scope.local:
            return scope.local[node.key]
        if not node.bound:
            if node.key == "I":
                return Identity()
            if node.key in CONSTANTS:
                return CONSTANTS[node.key]
            self.fail(f"not bound: {node.key}", node)
        if node.key == r"\cdot":
            return Ellipsis
        found = self.quantity(node.key, scope, node)
        return self.notice(found.values if isinstance(found, Indexed) else found)

    def quantity(self, key, scope, node):
        """A bound quantity, moved or at its outcome where it is."""
        if key in scope.moved:
            return scope.moved[key]
        value = self.bindings.values[key]
        if isinstance(value, Depending):
            self.depth += 1
            try:
                inputs = [self.dependence(key, name, scope, node) for name in value.names]
            finally:
                self.depth -= 1
            return self.call_python(value.function, inputs, node, key)
        if isinstance(value, Outcomes):
            return value.values if scope.outcome is None else value.values[scope.outcome]
        if isinstance(value, Distribution) and value.density is None and not isinstance(node, Expectation):
            return value.weights if scope.outcome is None else value.weights[scope.outcome]
        if isinstance(value, Optimum):
            return value.at
        if isinstance(value, PlusMinus):
            return value.plus if scope.local.get(SIGN, 1) == 1 else value.minus
        if isinstance(value, Range):
            self.fail(f"the index {key} has no value here", node)
        return value

    def dependence(self, key, name, scope, node):
        """The value of a quantity that another one depends on."""
        if self.depth > MAX_DEPTH:
            self.fail("quantities depend on each other in a circle", node)
        needed = self.bindings.key(name)
        if needed in scope.local:
            return scope.local[needed]
        if needed not in self.bindings.values:
            self.fail(f"{key} depends on {name}, which is not bound", node)
        found = self.quantity(needed, scope, node)
        return found.values if isinstance(found, Indexed) else found

    def call_python(self, function, arguments, node, name):
        self.steps += 10
        arguments = [a.array if isinstance(a, Row) else a for a in arguments]
        start = time.thread_time()
        try:
            found = function(*arguments)
        except FormulaError:
            raise
        except RecursionError:
            raise FormulaError(f"the function {name} calls itself without end", self.tex, node.start) from None
        except Exception as problem:
            text = f"the function {name} failed: {type(problem).__name__}: {problem}"
            raise FormulaError(text[:300], self.tex, node.start) from None
        self.deadline += time.thread_time() - start
        try:
            return plain(name, found)
        except ValueError as problem:  # NaN outside the domain
            raise FormulaError(str(problem), self.tex, node.start) from None

    def call(self, node: Call, scope):
        arguments = [self.value(argument, scope) for argument in node.arguments]
        return self.call_with(node, arguments, scope)

    def call_with(self, node: Call, arguments, scope):
        name = node.function
        if isinstance(name, Index):
            function = self.value(name, scope)
            key = name.base.key
        else:
            key = name.key
            function = self.quantity(key, scope, name) if name.bound else self.fail(f"not bound: {key}", name)
        if isinstance(self.bindings.values.get(key), Distribution):
            function = self.bindings.values[key].density
            if function is None:
                self.fail(f"{key} has no density: Distribution(…, density=…)", node)
        if not callable(function):
            self.fail(f"{key} is not a function", node)
        primes = getattr(name, "primes", 0)
        if not primes:
            return self.notice(self.call_python(function, arguments, node, key))
        if len(arguments) != 1 or kind(arguments[0]) not in ("scalar", "column", "matrix"):
            self.fail("a prime is read on a function of one argument", node)
        if primes > 2:
            self.fail("third and higher derivatives are not computed: bind them by their printed name", node)
        return self.slope(lambda x: self.call_python(function, [x], node, key), arguments[0], primes, node)

    def applied(self, node: Applied, scope):
        if node.name == "indicator":
            result = 1.0
            for chain in node.arguments:
                result = result * np.asarray(self.truths(chain, scope), dtype=float)[()]
            return result
        before, self.magnitude = self.magnitude, 0.0
        values = []
        for argument in node.arguments:
            if isinstance(argument, Dots) and argument.operator == "list":
                values.extend(self.listed(argument, scope))
            else:
                values.append(self.value(argument, scope))
        if node.name == "log" and kind(values[0]) == "scalar":  # d log x = dx/x: what is large inside is not so outside
            self.magnitude /= max(float(np.abs(values[0])), 1.0)
        self.magnitude = max(before, self.magnitude)
        return self.notice(arithmetic.apply(node.name, values, scope.holomorphic))

    def sum(self, node: Sum, scope):
        total = None
        for sign, term in zip(node.signs, node.terms, strict=True):
            value = self.notice(self.value(term, scope))
            factor = 1 if sign == "+" else -1
            if sign in "±∓":
                if SIGN not in scope.local:
                    self.fail("± is read in a statement of its own", node)
                factor = scope.local[SIGN] * (1 if sign == "±" else -1)
            if total is None:
                total = value if factor == 1 else arithmetic.multiply(-1.0, value)
            else:
                try:
                    total = arithmetic.add(total, value, factor)
                except Misfit as problem:
                    raise FormulaError(str(problem), self.tex, term.start) from None
        return total

    def product(self, node: Product, scope):
        """Left to right, but what begins with a row and ends with a column is one number: A xᵀy is A times xᵀy."""
        values = [(self.value(factor, scope), factor) for factor in node.factors]
        collected = []
        for value, factor in values:
            if collected and kind(collected[-1][0]) == "row" and kind(value) != "row":
                collected[-1] = self.times(collected[-1][0], value, factor), factor
            else:
                collected.append((value, factor))
        total = collected[0][0]
        for value, factor in collected[1:]:
            total = self.times(total, value, factor)
        return total

    def times(self, left, right, factor):
        try:
            return self.notice(arithmetic.multiply(left, right))
        except Misfit as problem:
            raise FormulaError(str(problem), self.tex, factor.start) from None

    def elementwise(self, node: Elementwise, scope):
        left, right = self.value(node.left, scope), self.value(node.right, scope)
        found, problem = None, None
        try:
            found = arithmetic.elementwise(node.operator, left, right)
        except Misfit as misfit:
            problem = str(misfit)
        if problem is not None:
            self.fail(problem, node)
        if node.operator == "odot":
            self.refuse_second_grouping(node, found, scope)
        return self.notice(found)

    def refuse_second_grouping(self, node, found, scope):
        """A ⊙ B C is A ⊙ (BC); where (A ⊙ B) C has another value it must be printed with brackets."""
        others = []
        if isinstance(node.right, Product) and node.bare[1]:
            head, tail = node.right.factors[0], node.right.factors[1:]
            others.append(Product(node.start, [Elementwise(node.start, "odot", node.left, head), *tail]))
        if isinstance(node.left, Product) and node.bare[0]:
            head, tail = node.left.factors[:-1], node.left.factors[-1]
            others.append(Product(node.start, [*head, Elementwise(node.start, "odot", tail, node.right)]))
        for other in others:
            try:
                value = self.value(other, scope)
            except FormulaError as problem:
                if "steps" in problem.problem:
                    raise
                continue
            a, b = (v.array if isinstance(v, Row) else v for v in (found, value))
            if np.shape(a) != np.shape(b) or not np.allclose(a, b, rtol=1e-9, atol=1e-12):
                self.fail("⊙ beside a product fits in two ways: print brackets", node)

    def divide(self, node: Divide, scope):
        above, below = self.value(node.above, scope), self.value(node.below, scope)
        if kind(below) != "scalar":
            self.fail(f"division by {shape_of(below)}", node.below)
        if below == 0:
            self.fail("division by zero", node.below)
        return self.notice(above / below if kind(above) == "scalar" else arithmetic.multiply(1 / below, above))

    def power(self, node: Power, scope):
        exponent = self.value(node.exponent, scope)
        if isinstance(node.base, Name) and node.base.key == "e" and not node.base.bound and "e" not in scope.local:
            return self.notice(arithmetic.apply("exp", [exponent], scope.holomorphic))
        base = self.value(node.base, scope)
        return self.notice(arithmetic.power(base, exponent, scope.holomorphic))

    def marked(self, node: Marked, scope):
        return arithmetic.marked(self.value(node.base, scope), node.mark)

    def norm(self, node: Norm, scope):
        index = node.kind if isinstance(node.kind, str) else self.value(node.kind, scope)
        return self.notice(arithmetic.norm(self.value(node.body, scope), index, scope.holomorphic))

    def absolute(self, node: Absolute, scope):
        return arithmetic.absolute(self.value(node.body, scope), scope.holomorphic)

    def tuple(self, node: Tuple, scope):
        values = []
        for item in node.items:
            values.extend(self.listed(item, scope) if isinstance(item, Dots) else [self.value(item, scope)])
        return arithmetic.stacked(values)

    def matrix(self, node: Matrix, scope):
        blocks, all_columns = [], True
        for row in node.rows:
            line = []
            for cell in row:
                value = self.value(cell, scope)
                name = kind(value)
                if name in ("identity", "thing", "family"):
                    self.fail(f"{shape_of(value)} in a matrix", cell)
                all_columns &= len(row) == 1 and name in ("scalar", "column")
                line.append(
                    {"column": lambda v: v[:, None], "row": lambda v: v.array[None]}.get(name, np.atleast_2d)(value)
                )
            blocks.append(line)
        try:
            found = np.block(blocks)
        except ValueError:
            self.fail("the blocks of this matrix do not fit together", node)
        if all_columns:
            return found[:, 0]
        return Row(found[0]) if found.shape[0] == 1 and len(node.rows) == 1 else found

    def cases(self, node: Cases, scope):
        for value, condition in zip(node.values, node.conditions, strict=True):
            if condition is None:
                return self.value(value, scope)
            holds = self.truth(condition, scope) if isinstance(condition, Chain) else bool(self.value(condition, scope))
            if holds:
                return self.value(value, scope)
        return self.fail("no case applies", node)

    # indices and sums -----------------------------------------------------------------------------------------------

    def index(self, node: Index, scope):
        if isinstance(node.base, Name) and node.base.key == "kronecker":
            i, j = (self.integer(self.value(index, scope), index) for index in node.indices)
            return float(i == j)
        if isinstance(node.base, Name) and node.base.key == "identity":
            size = self.integer(self.value(node.indices[0], scope), node)
            if not 0 < size <= 1000:
                self.fail(f"an identity matrix of size {size}", node)
            return np.eye(size)
        if isinstance(node.base, Name) and node.base.bound and node.base.key not in scope.local:
            base = self.quantity(node.base.key, scope, node.base)
        else:
            base = self.value(node.base, scope)
        first = 1
        if isinstance(base, Indexed):
            base, first = base.values, base.first
        array = base.array if isinstance(base, Row) else base
        axes = array.ndim if isinstance(array, np.ndarray) else 1 if isinstance(base, (list, dict)) else np.ndim(array)
        expressions = node.indices
        digits = expressions[0].digits if len(expressions) == 1 and isinstance(expressions[0], Number) else ""
        if node.loose and len(digits) > 1 and axes == len(digits):
            expressions = [Number(expressions[0].start, float(d), d) for d in digits]
        places = [self.value(expression, scope) for expression in expressions]
        places = [p if p is Ellipsis else self.integer(p, e) for p, e in zip(places, expressions, strict=True)]
        if isinstance(base, dict):
            key = tuple(places) if len(places) > 1 else places[0]
            if key not in base:
                self.fail(f"no entry {key}", node)
            return base[key]
        if isinstance(base, list):
            if len(places) != 1 or not first <= places[0] < first + len(base):
                self.fail(f"no entry {places}", node)
            return base[places[0] - first]
        if kind(base) in ("thing", "identity", "scalar") or len(places) > axes:
            self.fail(f"{shape_of(base)} has no entry with {len(places)} indices", node)
        for axis, place in enumerate(places):
            if place is not Ellipsis and not first <= place < first + array.shape[axis]:
                last = first + array.shape[axis] - 1
                self.fail(f"the index {place} is outside {first}, …, {last}", expressions[axis])
        return self.notice(array[tuple(slice(None) if p is Ellipsis else p - first for p in places)])

    def big(self, node: Big, scope):
        letters = node.letters + [p for p in node.perhaps if p not in scope.local and p not in self.outer_letters]
        if any(isinstance(self.bindings.values.get(letter), Optimum) for letter in letters):
            return self.optimum(node, letters, scope)
        if any(isinstance(self.bindings.values.get(letter), Terms) for letter in letters):
            letters, places_of_terms = self.in_words(node, scope)
        else:
            ranges = self.big_ranges(node, letters, scope)
            if math.prod(len(r) for r in ranges) > MAX_STEPS:
                self.fail(f"more than {MAX_STEPS} terms", node)
            places_of_terms = itertools.product(*ranges)
        total, best = None, None
        for places in places_of_terms:
            inner = scope.with_local(letters, places)
            self.steps += 1
            if self.steps > MAX_STEPS:
                self.fail(f"more than {MAX_STEPS} steps", node)
            if not all(self.truth(condition, inner) for condition in node.conditions):
                continue
            value = self.notice(self.value(node.body, inner))
            if total is None:
                total, best = value, places
            elif node.operator == "sum":
                total = arithmetic.add(total, value)
            elif node.operator == "product":
                total = arithmetic.multiply(total, value)
            elif node.operator in ("max", "min"):
                total = arithmetic.largest([total, value], 1 if node.operator == "max" else -1, scope.holomorphic)
            else:
                if kind(value) != "scalar":
                    self.fail(f"{node.operator} of {shape_of(value)}", node)
                sign = 1 if node.operator == "argmax" else -1
                if sign * np.real(value) > sign * np.real(total):
                    total, best = value, places
        if node.operator in ("argmax", "argmin"):
            if best is None or len(letters) != 1:
                self.fail(f"{node.operator} of nothing", node)
            return float(best[0])
        if total is None:
            if node.operator not in ("sum", "product"):
                self.fail(f"a {node.operator} over nothing", node)
            return 0.0 if node.operator == "sum" else 1.0
        return self.notice(total)

    def in_words(self, node: Big, scope):
        """Names that change along a sum in words, and their values in each of its terms."""
        (words,) = node.letters
        terms = self.bindings.values[words]
        inputs = [self.dependence(words, name, scope, node) for name in terms.names]
        try:
            rows = [tuple(row) for row in terms.function(*inputs)]
        except Exception as problem:
            text = f"the terms of {words} failed: {type(problem).__name__}: {problem}"
            raise FormulaError(text[:300], self.tex, node.start) from None
        if any(len(row) != len(terms.gives) for row in rows):
            self.fail(f"a term of {words} does not give {' and '.join(terms.gives)}", node)
        return [self.bindings.key(name) for name in terms.gives], rows

    def optimum(self, node: Big, letters, scope):
        """max or min over a continuum, where it is bound to be attained; what else is tried may not be beyond."""
        bound = [self.bindings.values.get(letter) for letter in letters]
        if node.operator in ("sum", "product") or not all(isinstance(one, Optimum) for one in bound):
            self.fail(f"a {node.operator} over a bound optimum and something else", node)
        if len({len(one.others) for one in bound}) > 1:
            self.fail("as many others are tried for each quantity", node)
        values, candidates = [], [[one.at for one in bound], *zip(*(one.others for one in bound), strict=True)]
        for places in candidates:
            inner = scope.with_local(letters, places)
            for condition in node.conditions:
                if not self.truth(condition, inner):
                    self.fail("a value that is tried violates the printed condition", condition)
            value = self.value(node.body, inner)
            if kind(value) != "scalar" or np.iscomplexobj(value):
                self.fail(f"the {node.operator} of {shape_of(value)}", node)
            values.append(self.notice(value))
        sign = 1 if node.operator in ("max", "argmax") else -1
        best = int(np.argmax(sign * np.array(values)))
        if best and self.stands_alone(letters) and sign * (values[best] - values[0]) > 1e-9 * np.abs(values).max():
            found = f"{values[0]:.6g} where it is bound to be, {values[best]:.6g} beside"
            self.fail(f"this is no {node.operator}: {found}", node)
        if node.operator in ("max", "min"):
            return values[best]
        return candidates[best][0] if len(letters) == 1 else self.fail("several quantities under one arg", node)

    def stands_alone(self, letters) -> bool:
        """Whether one of several names is printed outside the operators that it runs under."""
        shown = [e for statement in self.statements for e in self.statement_expressions(statement)]
        return any(
            isinstance(node, Name) and node.key == letter
            for letter in letters
            for expression in shown
            for node, _ in self.visible(expression, letter, Scope())
        )

    def dots(self, node: Dots, scope):
        if node.operator == "list":
            self.fail("a list is read in brackets only", node)
        terms = self.listed(node, scope)
        if not terms:
            return 0.0 if node.operator == "sum" else 1.0
        total = terms[0]
        for term in terms[1:]:
            total = self.notice((arithmetic.add if node.operator == "sum" else arithmetic.multiply)(total, term))
        return total

    def listed(self, node: Dots, scope) -> list:
        """The values that the dots stand for, those printed included."""
        pairs: list = []
        if not same_shape(node.before[-1], node.last, pairs) or not pairs:
            self.fail("what changes from the first to the last of these is not seen", node)
        if any(pair[0] is node.before[-1] and not isinstance(pair[0], Number) for pair in pairs):
            self.fail("the terms before and after the dots differ in more than an index", node)
        ends = {tuple(self.integer(self.value(e, scope), e) for e in pair) for pair in pairs}
        if len(ends) != 1:
            self.fail("more than one index changes along the dots", node)
        first, last = ends.pop()
        step = 1
        if len(node.before) == 2:
            earlier: list = []
            same_shape(node.before[0], node.before[1], earlier)
            starts = {tuple(self.integer(self.value(e, scope), e) for e in pair) for pair in earlier}
            if len(starts) != 1 or abs(next(iter(starts))[1] - next(iter(starts))[0]) != 1:
                self.fail("the first two of these do not show the step", node)
            before, after = starts.pop()
            first, step = before, after - before
        elif node.operator == "product" and first > last:
            step = -1
        if (last - first) * step < -1:
            self.fail(f"the dots run from {first} to {last}", node)
        if abs(last - first) >= MAX_TERMS:
            self.fail(f"more than {MAX_TERMS} terms", node)
        holes = {id(pair[0]) for pair in pairs}
        return [
            self.value(replaced(node.before[-1], holes, Number(node.start, float(place), str(place))), scope)
            for place in range(first, last + step, step)
        ]

    # truths ---------------------------------------------------------------------------------------------------------

    def truth(self, chain: Chain, scope) -> bool:
        return bool(np.all(self.truths(chain, scope, whole=True)))

    def truths(self, chain: Chain, scope, whole: bool = False):
        """Whether the relations of a chain hold, entry by entry; ≠ of a `whole` says that it differs somewhere."""
        values = [self.value(part, scope) for part in chain.parts]
        result = True
        for (a, b), relation in zip(itertools.pairwise(values), chain.relations, strict=True):
            if relation == r"\in":
                result = result & self.contained(a, b, chain)
                continue
            a, b = self.matched(a, b, chain)
            compare = _COMPARISONS.get(relation)
            if compare is None:
                self.fail(f"{relation} in a condition", chain)
            holds = compare(a, b)
            result = result & (np.any(holds) if relation == r"\ne" and whole else holds)
        return result

    def contained(self, a, b, chain):
        if isinstance(b, (set, frozenset, range)):
            return a in b
        if kind(b) == "column" and kind(a) == "scalar":
            return bool(np.any(b == a))
        return self.fail("the set on the right of ∈ is bound to a column of its members, or to a set", chain)

    def matched(self, a, b, node):
        if kind(a) == "identity" and kind(b) == "matrix":
            a = a.scale * np.eye(len(b))
        if kind(b) == "identity" and kind(a) == "matrix":
            b = b.scale * np.eye(len(a))
        a, b = (v.array if isinstance(v, Row) else v for v in (a, b))
        if kind(a) in ("thing", "identity") or kind(b) in ("thing", "identity"):
            self.fail(f"{shape_of(a)} and {shape_of(b)} cannot be compared", node)
        if np.shape(a) != np.shape(b) and np.ndim(a) and np.ndim(b):
            self.fail(f"{shape_of(a)} and {shape_of(b)} cannot be compared", node)
        return np.real(a), np.real(b)

    def at(self, node: At, scope):
        value = self.value(node.value, scope)
        if node.name in self.bindings.values:
            return self.value(node.body, scope.bind(moved={**scope.moved, node.name: value}))
        return self.value(node.body, scope.with_local([node.name], [value]))

    def chain(self, node: Chain, scope):
        return self.fail("a relation has no value here", node)


def _equal(a, b):
    return np.isclose(a, b, rtol=1e-12, atol=1e-12)


_COMPARISONS = {
    "=": _equal,
    r"\ne": lambda a, b: ~_equal(a, b),
    "<": np.less,
    ">": np.greater,
    r"\le": np.less_equal,
    r"\ge": np.greater_equal,
}

_VALUES = {
    Number: Meaning.number,
    Name: Meaning.name,
    Index: Meaning.index,
    Call: Meaning.call,
    Applied: Meaning.applied,
    Sum: Meaning.sum,
    Product: Meaning.product,
    Elementwise: Meaning.elementwise,
    Divide: Meaning.divide,
    Power: Meaning.power,
    Marked: Meaning.marked,
    Norm: Meaning.norm,
    Absolute: Meaning.absolute,
    Tuple: Meaning.tuple,
    Matrix: Meaning.matrix,
    Cases: Meaning.cases,
    Big: Meaning.big,
    Dots: Meaning.dots,
    Derivative: Meaning.derivative,
    Differential: Meaning.differential,
    Integral: Meaning.integral,
    Expectation: Meaning.expectation,
    At: Meaning.at,
    Chain: Meaning.chain,
}
