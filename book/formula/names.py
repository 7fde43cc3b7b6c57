"""Printed names: which piece of the print is which bound quantity. The longest bound name wins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from book.formula.layout import Node, key_of, layout
from book.formula.quantities import Depending, Distribution, Identity, Indexed, Measure, Outcomes, Range, Row

__all__ = ["Bindings", "Found"]

HOLE = r"\cdot"
#: Marks in a superscript that belong to the name: w^\star, \eta^*, S^+ (a sign only when the name is bound with it).
DECORATIONS = {"*", r"\star", r"\dagger", r"\circ"}


@dataclass
class Found:
    """A bound name in the print: its key, where it ends, what fills its dots, and the scripts that are not part of it."""

    key: str
    end: int
    holes: list[list[Node]]
    primes: str
    sub: list[Node]
    sup: list[Node]


class Bindings:
    """Printed names and what they stand for.

    A name is any piece of TeX: ``r"\\mathbf{x}"``, ``r"\\operatorname{KL}(p\\,\\|\\,q)"``. A ``\\cdot`` in it stands for whatever
    is printed there: ``r"p(\\cdot\\mid\\cdot)"`` is a function of two arguments, ``r"\\mathbf{x}_\\cdot"`` a family beside
    ``r"\\mathbf{x}"``.

    Raises
    ------
    FormulaError
        A name that is no TeX.
    ValueError
        One name bound twice in two spellings, or an array that holds no numbers.
    """

    def __init__(self, values: Mapping[str, object]):
        self.values: dict[str, object] = {}
        self.patterns: dict[str, list[tuple[str, list[Node]]]] = {}
        self.spelling: dict[str, str] = {}
        for name, value in values.items():
            nodes = [node for node in layout(name) if node.kind not in ("gap", "break")]
            if not nodes:
                raise ValueError("an empty name is bound")
            key = key_of(nodes)
            if key in self.values:
                raise ValueError(f"{name!r} and {self.spelling[key]!r} are one name")
            self.values[key], self.spelling[key] = _plain(name, value), name
            self.patterns.setdefault(_head(nodes[0]), []).append((key, nodes))
        for patterns in self.patterns.values():
            patterns.sort(key=lambda item: -_weight(item[1]))

    def __contains__(self, name: str) -> bool:
        return self.key(name) in self.values

    def key(self, name: str) -> str:
        return key_of(layout(name))

    def find(self, nodes: list[Node], place: int) -> Found | None:
        """The longest bound name that begins at `nodes[place]`."""
        best, weight = None, -1
        for key, pattern in self.patterns.get(_head(nodes[place]), ()):
            if _weight(pattern) <= weight:
                break
            last = place + len(pattern) - 1
            if last >= len(nodes):
                continue
            holes: list[list[Node]] = []
            if not all(_same(p, n, holes) for p, n in zip(pattern[:-1], nodes[place:last], strict=True)):
                continue
            for core, primes, sub, sup in _readings(nodes[last]):
                inner = list(holes)
                if _same(pattern[-1], core, inner) and (not primes or callable(self.values[key])):
                    best, weight = Found(key, last + 1, inner, primes, sub, sup), _weight(pattern)
                    break
        return best


def _plain(name: str, value):
    """A bound value in the form that the evaluator works with."""
    if isinstance(value, (Indexed, Outcomes)):
        inner = _plain(name, value.values)
        return Indexed(inner, value.first) if isinstance(value, Indexed) else Outcomes(inner)
    if isinstance(value, (Depending, Distribution, Measure, Range, Row, Identity, str, bytes)) or callable(value):
        return value
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    if isinstance(value, dict):
        return {index: _plain(name, item) for index, item in value.items()}
    if isinstance(value, (list, tuple)) and any(callable(item) or isinstance(item, str) for item in value):
        return list(value)
    try:
        array = np.asarray(value)
    except ValueError:
        return [_plain(name, item) for item in value]
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
        if place == start or any(node.key == "," for node in nodes[start:place]) and following is None and _is_list(pattern):
            return False
        holes.append(nodes[start:place])
    return place == len(nodes)


def _is_list(pattern: list[Node]) -> bool:
    return len(pattern) > 1
