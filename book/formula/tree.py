"""The tree of what a formula means: the expressions that `grammar` builds and `meaning` evaluates."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field, fields
from typing import Any

__all__ = [
    "Absolute",
    "Applied",
    "At",
    "Big",
    "Call",
    "Cases",
    "Chain",
    "Derivative",
    "Differential",
    "Divide",
    "Dots",
    "Elementwise",
    "Expectation",
    "Expression",
    "Index",
    "Integral",
    "Marked",
    "Matrix",
    "Name",
    "Norm",
    "Number",
    "Power",
    "Product",
    "Statement",
    "Sum",
    "Tuple",
    "changing_indices",
    "children",
    "equal",
    "replaced",
    "same_shape",
    "walk",
]


@dataclass
class Expression:
    """Anything that has a value; `start` is its place in the TeX."""

    start: int


@dataclass
class Number(Expression):
    value: Any
    digits: str = ""


@dataclass
class Name(Expression):
    """A bound quantity, or an index letter. `primes` are derivatives of a bound function."""

    key: str
    bound: bool
    primes: int = 0


@dataclass
class Index(Expression):
    """Entries of a family, vector or matrix, or of a function's value; `loose` where digits such as 12 may be two
    indices."""

    base: Expression
    indices: list[Expression]
    loose: bool = False


@dataclass
class Call(Expression):
    """A bound function with arguments."""

    function: Name
    arguments: list[Expression]


@dataclass
class Applied(Expression):
    """A function that every reader knows: \\log, \\operatorname{tr}."""

    name: str
    arguments: list[Expression]


@dataclass
class Sum(Expression):
    """Terms with their signs: +, -, ± or ∓."""

    signs: list[str]
    terms: list[Expression]


@dataclass
class Product(Expression):
    factors: list[Expression]


@dataclass
class Elementwise(Expression):
    """⊙ or ⊗ of two products; `bare` says which of them are printed without brackets around them."""

    operator: str
    left: Expression
    right: Expression
    bare: tuple[bool, bool] = (False, False)


@dataclass
class Divide(Expression):
    above: Expression
    below: Expression


@dataclass
class Power(Expression):
    base: Expression
    exponent: Expression


@dataclass
class Marked(Expression):
    """A transpose (T), its inverse (-T) or a pseudo-inverse (+)."""

    base: Expression
    mark: str


@dataclass
class Norm(Expression):
    body: Expression
    kind: str | Expression  # "F", "", or an expression


@dataclass
class Absolute(Expression):
    body: Expression


@dataclass
class Tuple(Expression):
    items: list[Expression]


@dataclass
class Matrix(Expression):
    rows: list[list[Expression]]


@dataclass
class Cases(Expression):
    """Values with their conditions; None where it says otherwise."""

    values: list[Expression]
    conditions: list[Any]


@dataclass
class Chain(Expression):
    """Parts with relations between them: inside [·] an indicator, under a sum a condition."""

    parts: list[Expression]
    relations: list[str]


@dataclass
class Big(Expression):
    """Sum, product, max, min, argmax, argmin or count over index letters.

    `letters` are summed over; `perhaps` are, unless they mean something outside.
    """

    operator: str
    letters: list[str]
    perhaps: list[str]
    first: Expression | None
    last: Expression | None
    conditions: list[Expression]
    body: Expression


@dataclass
class Dots(Expression):
    """a_1 + … + a_k or a_1 ⋯ a_k or a_1, …, a_k: the term after the last written one up to the term after the dots."""

    operator: str
    before: list[Expression]
    last: Expression


@dataclass
class Derivative(Expression):
    """A derivative by a bound quantity or one entry of it. `style`: gradient (∇), partial (∂ or d)."""

    body: Expression
    variable: Expression | None
    order: int
    style: str


@dataclass
class Differential(Expression):
    """\\mathrm{d} of an expression: what it changes by when every bound quantity changes by its bound differential."""

    body: Expression


@dataclass
class Integral(Expression):
    variable: str
    measure: str | None
    lower: Expression | None
    upper: Expression | None
    body: Expression


@dataclass
class Expectation(Expression):
    """E, Var, Cov of bodies under `law`, a bound distribution or vector of weights."""

    operator: str
    law: str | None
    bodies: list[Expression]


@dataclass
class At(Expression):
    """An expression where names take other values: |_{t=0}."""

    body: Expression
    name: str
    value: Expression


@dataclass
class Statement:
    """One chain of the display, with what is printed beside it.

    `order` names index letters of a part that was left out: combinations of free indices are tried in this order.
    """

    parts: list[Expression]
    spans: list[tuple[int, int]]
    relations: list[str]
    conditions: list[Chain] = field(default_factory=list)
    ranges: dict[str, tuple[Expression, Expression]] = field(default_factory=dict)
    shape: list[Expression] | None = None
    order: list[str] = field(default_factory=list)


def children(node) -> list[Expression]:
    """The expressions directly inside one."""
    found = []

    def collect(value):
        if isinstance(value, Expression):
            found.append(value)
        elif isinstance(value, (list, tuple)):
            for item in value:
                collect(item)

    for item in fields(node):
        collect(getattr(node, item.name))
    return found


def walk(node: Expression):
    """The expression and everything inside it."""
    pending = [node]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(children(node))


def same_shape(a, b, holes: list) -> bool:
    """Whether two expressions differ in nothing but numbers and index letters; pairs that differ go to `holes`."""
    if isinstance(a, (Number, Sum)) or isinstance(b, (Number, Sum)) or (isinstance(a, Name) and isinstance(b, Name)):
        if equal(a, b):
            return True
        holes.append((a, b))
        return True
    if type(a) is not type(b):
        holes.append((a, b))
        return True
    if isinstance(a, Expression):
        return all(
            same_shape(getattr(a, item.name), getattr(b, item.name), holes)
            for item in fields(a)
            if item.name not in ("start", "loose")
        )
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(same_shape(x, y, holes) for x, y in zip(a, b, strict=True))
    return a == b


def changing_indices(a: Expression, b: Expression) -> list:
    """Pairs of indices in which two expressions differ; empty where they are equal, or differ in more than indices."""
    pairs: list = []
    indices = {id(inner) for node in walk(a) if isinstance(node, Index) for i in node.indices for inner in walk(i)}
    return pairs if same_shape(a, b, pairs) and all(id(pair[0]) in indices for pair in pairs) else []


def replaced(node, places: set[int], new: Expression):
    """A copy of an expression with `new` in place of those of its parts whose identities are `places`."""
    if id(node) in places:
        return new
    if isinstance(node, list):
        return [replaced(item, places, new) for item in node]
    if not isinstance(node, Expression):
        return node
    copied = copy.copy(node)
    for name, value in vars(node).items():
        if isinstance(value, (Expression, list)):
            setattr(copied, name, replaced(value, places, new))
    return copied


def equal(a, b) -> bool:
    """Whether two expressions are the same, wherever they stand."""
    if type(a) is not type(b):
        return False
    if isinstance(a, Expression):
        names = [item.name for item in fields(a) if item.name not in ("start", "loose", "digits")]
        return all(equal(getattr(a, name), getattr(b, name)) for name in names)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(equal, a, b))
    return a == b
