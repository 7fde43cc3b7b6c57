"""Printed names: which piece of the print is which bound quantity. The longest bound name wins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from book.formula.layout import Node, key_of, layout
from utils.printed import (
    Depending,
    Distribution,
    Identity,
    Indexed,
    Measure,
    Optimum,
    Outcomes,
    PlusMinus,
    Range,
    Row,
    Terms,
)

__all__ = ["Bindings", "Found", "plain"]

HOLE = r"\cdot"
AS_THEY_ARE = Depending, Distribution, Measure, PlusMinus, Range, Row, Identity, Terms, str, bytes
#: Marks in a superscript that belong to the name: w^\star, \eta^*, S^+ (a sign only when the name is bound with it).
DECORATIONS = {"*", r"\star", r"\dagger", r"\circ"}


@dataclass
class Found:
    """A bound name in the print: its key, where it ends, what fills its dots, and the scripts that are not part of
    it."""

    key: str
    end: int
    holes: list[list[Node]]
    primes: str
    sub: list[Node]
    sup: list[Node]


@dataclass(frozen=True)
class _Pattern:
    """A bound name as nodes; `entries` where it is the italic letter that only entries of a bold one are printed
    with."""

    key: str
    nodes: list[Node]
    weight: int
    entries: bool


class Bindings:
    """Printed names and what they stand for.

    A name is any piece of TeX: ``r"\\mathbf{x}"``, ``r"\\operatorname{KL}(p\\,\\|\\,q)"``. A ``\\cdot`` in it stands
    for whatever is printed there: ``r"p(\\cdot\\mid\\cdot)"`` is a function of two arguments,
    ``r"\\mathbf{x}_\\cdot"`` a family beside ``r"\\mathbf{x}"``. Entries of what is bound to a bold letter may be
    printed with the letter in italics, as is usual: with ``r"\\mathbf{x}"`` bound and ``"x"`` not, ``x_i`` is an
    entry.

    Raises
    ------
    FormulaError
        A name that is no TeX.
    ValueError
        One name bound twice in two spellings, or an array that holds no numbers.
    """

    def __init__(self, values: Mapping[str, object]):
        self.values: dict[str, object] = {}
        self.patterns: dict[str, list[_Pattern]] = {}
        self.spelling: dict[str, str] = {}
        self.keys: dict[str, str] = {}
        self.printed: set[str] = set()  # keys that `find` has found
        entries = {}
        for name, value in values.items():
            nodes = [node for node in layout(name) if node.kind not in ("gap", "break")]
            if not nodes:
                raise ValueError("an empty name is bound")
            key = key_of(nodes)
            if key in self.values:
                raise ValueError(f"{name!r} and {self.spelling[key]!r} are one name")
            self.values[key], self.spelling[key] = plain(name, value), name
            self._add(key, nodes, False)
            italic = [_italic(node) for node in nodes]
            if not callable(value) and key_of(italic) != key:
                entries[key_of(italic)] = key, italic
        for alias, (key, nodes) in entries.items():
            if alias not in self.values:
                self._add(key, nodes, True)
        for patterns in self.patterns.values():
            patterns.sort(key=lambda pattern: (-pattern.weight, HOLE in pattern.key, pattern.entries))

    def _add(self, key, nodes, entries):
        self.patterns.setdefault(_head(nodes[0]), []).append(_Pattern(key, nodes, _weight(nodes), entries))

    def __contains__(self, name: str) -> bool:
        return self.key(name) in self.values

    def key(self, name: str) -> str:
        """The normal form of a printed name."""
        if name not in self.keys:
            self.keys[name] = key_of(layout(name))
        return self.keys[name]

    def relatives(self, name: str) -> list[str]:
        """Keys of the bound names that begin with the same letter as a printed name, whatever its marks."""
        nodes = layout(name)
        return [pattern.key for pattern in self.patterns.get(_head(nodes[0]), ())] if nodes else []

    def find(self, nodes: list[Node], place: int) -> Found | None:
        """The longest bound name that begins at `nodes[place]`."""
        best, weight = None, -1
        for pattern in self.patterns.get(_head(nodes[place]), ()):
            if pattern.weight <= weight:
                break
            *before, final = pattern.nodes
            last = place + len(before)
            holes: list[list[Node]] = []
            if last >= len(nodes) or not all(
                _same(p, n, holes) for p, n in zip(before, nodes[place:last], strict=True)
            ):
                continue
            for core, primes, sub, sup in _readings(nodes[last]):
                inner = list(holes)
                if not _same(final, core, inner) or (primes and not callable(self.values[pattern.key])):
                    continue
                if pattern.entries and not sub:
                    continue
                best, weight = Found(pattern.key, last + 1, inner, primes, sub, sup), pattern.weight
                break
        if best is not None:
            self.printed.add(best.key)
        return best


def plain(name: str, value):
    """A bound value in the form that the evaluator works with."""
    if isinstance(value, (Indexed, Outcomes)):
        inner = plain(name, value.values)
        return Indexed(inner, value.first) if isinstance(value, Indexed) else Outcomes(inner)
    if isinstance(value, Optimum):
        return Optimum(plain(name, value.at), [plain(name, other) for other in value.others])
    if isinstance(
        value, (Depending, Distribution, Measure, PlusMinus, Range, Row, Identity, Terms, str, bytes)
    ) or callable(value):
        return value
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    if isinstance(value, dict):
        return {index: plain(name, item) for index, item in value.items()}
    if isinstance(value, (list, tuple)) and any(callable(item) or isinstance(item, str) for item in value):
        return list(value)
    try:
        array = np.asarray(value)
    except ValueError:
        return [plain(name, item) for item in value]
    if array.dtype == object:
        return value
    if array.dtype == bool or np.issubdtype(array.dtype, np.integer):
        array = array.astype(float)
    if not np.issubdtype(array.dtype, np.number):
        raise ValueError(f"{name} is bound to {array.dtype}, not to numbers")
    if np.isnan(array).any():
        raise ValueError(f"{name} is bound to values with NaN in them")
    array = array.astype(np.result_type(array.dtype, np.float64))
    return array if array.ndim else array[()]


def _italic(node: Node) -> Node:
    """The node with its bold letters in italics."""
    if node.kind == "styled" and node.text in (r"\mathbf", r"\boldsymbol") and len(node.parts[0]) == 1:
        return node.parts[0][0]
    if node.kind == "script":
        base, *scripts = node.parts
        return replace(node, parts=([_italic(inner) for inner in base], *scripts))
    if node.kind == "accent":
        return replace(node, parts=([_italic(inner) for inner in node.parts[0]],))
    return node


def _head(node: Node) -> str:
    while node.kind == "script":
        node = node.parts[0][0]
    return node.text.split(" ")[0] if node.kind == "fence" else node.kind if node.kind in ("frac", "sqrt") else node.key


def _weight(nodes) -> int:
    """How much print a name takes: the number of its marks."""
    return sum(
        1
        + len(node.text) * (node.kind == "script")
        + sum(_weight(part) for part in node.parts)
        + sum(_weight(cell) for row in node.rows for cell in row)
        for node in nodes
    )


def _readings(node: Node):
    """Ways to split a node into a name and the scripts on it, those with the longest name first."""
    if node.kind != "script":
        yield node, "", [], []
        return
    (base,), sub, sup = node.parts
    marks = 0
    while marks < len(sup) and sup[marks].key in DECORATIONS:
        marks += 1
    ways = []
    for in_sup in sorted({len(sup), marks, 0}):
        for in_sub in range(len(sub) + 1):
            for primes in {len(node.text), 0}:
                if in_sup or in_sub or primes:
                    parts = [base], sub[:in_sub], sup[:in_sup]
                    core = Node("script", node.start, node.end, node.text[:primes], parts)
                else:
                    core = base
                size = _weight(sub[:in_sub]) + _weight(sup[:in_sup]) + primes
                ways.append((size, core, node.text[primes:], sub[in_sub:], sup[in_sup:]))
    ways.sort(key=lambda way: -way[0])
    for _, core, primes, sub_rest, sup_rest in ways:
        if sub_rest and sub_rest[0].key == "," and core.kind == "script" and core.parts[1]:
            sub_rest = sub_rest[1:]
        yield core, primes, sub_rest, sup_rest


def _same(pattern: Node, node: Node, holes: list) -> bool:
    """Whether a node looks like a name's; what stands in place of its dots goes to `holes`."""
    if HOLE not in pattern.key:
        return pattern.key == node.key
    if pattern.kind != node.kind or pattern.text != node.text or len(pattern.parts) != len(node.parts):
        return False
    return all(_fits(p, n, holes) for p, n in zip(pattern.parts, node.parts, strict=True))


def _fits(pattern: list[Node], nodes: list[Node], holes: list) -> bool:
    place = 0
    for position, wanted in enumerate(pattern):
        if wanted.key != HOLE:
            if place >= len(nodes) or not _same(wanted, nodes[place], holes):
                return False
            place += 1
            continue
        following = pattern[position + 1] if position + 1 < len(pattern) else None
        start = place
        if following is None:
            place = len(nodes)
        elif following.key == HOLE:
            place += 1
        else:
            while place < len(nodes) and not _same(following, nodes[place], []):
                place += 1
        if place == start or (
            any(node.key == "," for node in nodes[start:place]) and following is None and _is_list(pattern)
        ):
            return False
        holes.append(nodes[start:place])
    return place == len(nodes)


def _is_list(pattern: list[Node]) -> bool:
    return len(pattern) > 1
