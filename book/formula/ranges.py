"""Index letters: which names are letters, which of them are free, and what values they run over."""

from __future__ import annotations

import itertools
import math

import numpy as np

from book.formula.arithmetic import kind
from book.formula.errors import FormulaError
from book.formula.tree import (
    At,
    Big,
    Chain,
    Expectation,
    Expression,
    Index,
    Integral,
    Name,
    Statement,
    children,
    walk,
)
from utils.printed import Distribution, Indexed, Range, Row, Terms

__all__ = ["CONSTANTS", "MAX_TERMS", "SPECIAL", "Ranges"]

MAX_TERMS = 10_000  # terms of one sum
CONSTANTS = {"e": math.e, r"\pi": math.pi, r"\mathbf{0}": 0.0}
SPECIAL = {"kronecker", "identity", r"\cdot"}


class Ranges:
    """What `Meaning` knows of letters from the axes that they stand at, from bindings and from printed inequalities."""

    def is_letter(self, node) -> bool:
        return isinstance(node, Name) and (not node.bound or isinstance(self.bindings.values.get(node.key), Range))

    def free(self, node, scope=frozenset()) -> list[Name]:
        """Names without a value in an expression: unbound, and index letters."""
        if isinstance(node, Name):
            known = node.key in scope or (not node.bound and node.key in CONSTANTS) or node.key in SPECIAL
            return [] if known or not self.is_letter(node) or (not node.bound and node.key == "I") else [node]
        inner = scope
        if isinstance(node, Big):
            inner = scope | set(node.letters) | set(node.perhaps)
            bound = [self.bindings.values.get(letter) for letter in node.letters]
            inner |= {self.bindings.key(name) for one in bound if isinstance(one, Terms) for name in one.gives}
            limits = [e for e in (node.first, node.last) if e is not None]
            return [n for e in limits for n in self.free(e, scope)] + [
                n for e in (*node.conditions, node.body) for n in self.free(e, inner)
            ]
        if isinstance(node, Integral):
            inner = scope | {node.variable}
        elif isinstance(node, At):
            inner = scope | {node.name}
        elif isinstance(node, Expectation):
            law = self.bindings.values.get(node.law) if node.law else None
            if isinstance(law, Distribution) and law.variable:
                inner = scope | {self.bindings.key(law.variable)}
        return [n for child in children(node) for n in self.free(child, inner)]

    def index_letters(self, expressions) -> set[str]:
        """Letters that stand in an index or an indicator somewhere."""
        found = set()
        for expression in expressions:
            for node in walk(expression):
                if isinstance(node, Index):
                    found |= {n.key for i in node.indices for n in walk(i) if self.is_letter(n)}
                    if isinstance(node.base, Name) and node.base.key == "identity":
                        found -= {n.key for i in node.indices for n in walk(i) if isinstance(n, Name)}
        return found | {key for key, value in self.bindings.values.items() if isinstance(value, Range)}

    def range_of(self, letter, expressions, scope, owner) -> list[int]:
        """The values that an index letter takes: bound as a Range, or the entries of the axes that it stands at."""
        bound = self.bindings.values.get(letter)
        if isinstance(bound, Range):
            if bound.last - bound.first >= MAX_TERMS:
                raise FormulaError(f"{letter} takes more than {MAX_TERMS} values", self.tex, None)
            return list(range(bound.first, bound.last + 1))
        found: dict[tuple, Expression] = {}
        for expression in expressions:
            for node, inner in self.visible(expression, letter, scope):
                if not isinstance(node, Index):
                    continue
                for position, index in enumerate(node.indices):
                    if isinstance(index, Name) and index.key == letter:
                        axis = self.axis(node, position, inner)
                        if axis is not None:
                            found.setdefault(tuple(axis), node)
        start = owner.parts[0] if isinstance(owner, Statement) else owner
        if len(found) > 1:
            sizes = " and ".join(str(len(axis)) for axis in found)
            self.fail(
                f"{letter} stands at axes of lengths {sizes}: print its range or bind it to a Range",
                [*found.values()][1],
            )
        if found:
            return list(next(iter(found)))
        limits = self.limits(letter, expressions, scope)
        if limits is None:
            self.fail(f"nothing says what {letter} runs over: bind it to a Range", start)
        return limits

    def visible(self, node, letter, scope):
        """Parts of an expression in which a letter has not been given another meaning, with the scope they stand in."""
        if isinstance(node, Big) and letter in node.letters:
            return
        yield node, scope
        inner = scope.bind(outcome=0) if isinstance(node, Expectation) else scope
        for child in children(node):
            yield from self.visible(child, letter, inner)

    def axis(self, node: Index, position: int, scope):
        """The indices that the base of an Index node has at one position, or None where that cannot be known yet."""
        if isinstance(node.base, Name) and node.base.key in SPECIAL:
            return None
        others = [n.key for n in self.free(node.base) if n.key not in scope.local]
        guess = scope.with_local(others, [1] * len(others))
        try:
            base = self.value(node.base, guess)
        except FormulaError:
            return None
        first = 1
        if isinstance(base, Indexed):
            base, first = base.values, base.first
        if isinstance(base, dict):
            keys = {
                k[position] if isinstance(k, tuple) else k
                for k in base
                if not isinstance(k, tuple) or position < len(k)
            }
            return sorted(keys)
        if isinstance(base, list):
            return range(first, first + len(base)) if position == 0 else None
        array = base.array if isinstance(base, Row) else base
        if kind(base) in ("thing", "identity") or position >= np.ndim(array):
            return None
        return range(first, first + np.shape(array)[position])

    def limits(self, letter, expressions, scope):
        """A range that is printed as an inequality: 1 ≤ i ≤ M."""
        lower = upper = None
        for chain in (n for e in expressions for n in walk(e) if isinstance(n, Chain)):
            for (left, right), relation in zip(itertools.pairwise(chain.parts), chain.relations, strict=True):
                if relation not in (r"\le", r"\ge", "<", ">"):
                    continue
                if relation in (r"\ge", ">"):
                    left, right = right, left
                strict = int(relation in ("<", ">"))
                for this, other, is_upper in ((left, right, True), (right, left, False)):
                    if (
                        isinstance(this, Name)
                        and this.key == letter
                        and not [n for n in self.free(other) if n.key not in scope.local]
                    ):
                        limit = self.value(other, scope)
                        if kind(limit) == "scalar":
                            if is_upper:
                                upper = math.ceil(limit) - 1 if strict else math.floor(limit)
                            else:
                                lower = math.floor(limit) + 1 if strict else math.ceil(limit)
        if lower is None or upper is None or upper - lower >= MAX_TERMS:
            return None
        return list(range(lower, upper + 1))

    def big_ranges(self, node: Big, letters, scope):
        if node.first is not None:
            first = self.integer(self.value(node.first, scope), node.first)
            last = self.value(node.last, scope)
            if kind(last) == "scalar" and not np.isfinite(last):
                self.fail("a sum without end has no value that can be computed", node)
            last = self.integer(last, node.last)
            if last - first >= MAX_TERMS:
                self.fail(f"more than {MAX_TERMS} terms", node)
            if last < first - 1:
                self.fail(f"the range {first}, …, {last} runs backwards", node)
            return [range(first, last + 1)] * len(letters)
        for letter in letters:
            bound = self.bindings.values.get(letter)
            if bound is not None and not isinstance(bound, Range) and not self.is_index_somewhere(letter, node):
                self.fail(
                    f"{letter} is bound, so it runs over a continuum: bind the whole expression by its print", node
                )
        return [self.range_of(letter, [*node.conditions, node.body], scope, node) for letter in letters]

    def is_index_somewhere(self, letter, node) -> bool:
        return any(
            isinstance(n, Index) and any(isinstance(i, Name) and i.key == letter for i in n.indices) for n in walk(node)
        )
