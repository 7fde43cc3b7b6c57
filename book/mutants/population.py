"""Which errors are planted: one sign, factor, transpose or count changed in a formula that a `check` verifies.

A formula is a side of a `check` or `bound`, or an assignment or function of the chapter on which some of its sides
rest, but not all. (What all sides share, such as the random inputs, is the question; changing it changes every answer
alike. So are functions named random_…, which make inputs. The printed formula is one more side here, whose bindings are
never changed where they stand.) Where a change makes no difference to the mathematics, say why on that
line, and it is left out: `# no mutant: …`.
"""

from __future__ import annotations

import ast
import copy
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from IPython.core.inputtransformer2 import TransformerManager

from book.chapter import Chapter, is_bound

OPTIONS = {"label", "tolerance", "z", "scale", "printed", "not_printed"}
KINDS = ("sign", "factor", "transpose", "count")
EXCUSE = "# no mutant:"
#: Where arithmetic is no formula: text, conditions, positions, loops.
NO_FORMULA = (ast.JoinedStr, ast.Slice, ast.Raise, ast.Assert)
NO_FORMULA_CALLS = {"range", "arange", "check", "claim", "show", "default_rng"}


@dataclass
class Mutant:
    """One change: where (cells and lines count from 1), the node in the order of ast.walk, what it turns into."""

    cell: int
    line: int
    column: int
    node: int
    kind: str
    before: str
    after: str
    labels: set[str] = field(default_factory=set)


# which formulas


@dataclass
class _Definition:
    """A statement that gives names a value: when it runs, what it binds, and the code to change."""

    cell: int
    line: int
    names: set[str]
    node: ast.AST


class _Code:
    """The code cells of a notebook as trees, and what each check in them rests on."""

    def __init__(self, sources: dict[int, str]):
        transform = TransformerManager().transform_cell
        self.sources = {cell: transform(source) for cell, source in sources.items()}
        self.trees = {cell: ast.parse(source) for cell, source in self.sources.items()}
        self.definitions = [d for cell, tree in self.trees.items() for d in _definitions(cell, tree.body)]

    def checks(self) -> Iterator[tuple[int, ast.Call, list[_Definition]]]:
        """Each check with its cell and the definitions local to the function it stands in."""
        for cell, tree in self.trees.items():
            inside = {}
            for function in ast.walk(tree):
                if isinstance(function, ast.FunctionDef):
                    local = _definitions(cell, function.body)
                    inside |= {id(node): local for node in ast.walk(function)}
            for call in ast.walk(tree):
                if (
                    isinstance(call, ast.Call)
                    and isinstance(call.func, ast.Name)
                    and (call.func.id == "check" or is_bound(call))
                ):
                    yield cell, call, inside.get(id(call), [])

    def formulas(self) -> Iterator[tuple[int, ast.AST, str]]:
        """Code that some sides of a check rest on and others do not, with its cell and the check's label."""
        for cell, call, local in self.checks():
            label = str(getattr(next(iter(call.args), None), "value", "?"))
            sides = [keyword.value for keyword in call.keywords if keyword.arg not in OPTIONS]
            printed = [keyword.value for keyword in call.keywords if keyword.arg == "printed"]
            bases = [self._basis(side, cell, call.lineno, local) for side in sides + printed]
            for side in sides:
                yield cell, side, label
            shared = set.intersection(*map(set, bases)) if bases else set()
            for key in dict.fromkeys(key for basis in bases for key in basis if key not in shared):
                definition = next(basis[key] for basis in bases if key in basis)
                if not any(name.startswith("random_") for name in definition.names):
                    yield definition.cell, definition.node, label

    def _basis(self, expression, cell, line, local) -> dict[int, _Definition]:
        """Every definition that `expression` rests on, directly or through others."""
        found, pending = {}, [(expression, cell, line)]
        while pending:
            node, at_cell, at_line = pending.pop()
            for name in _free_names(node):
                definition = _latest(local, name, at_cell, at_line) or _latest(self.definitions, name, at_cell, at_line)
                if definition and id(definition.node) not in found:
                    found[id(definition.node)] = definition
                    # a function reads its names when it is called; a value when it was computed
                    is_function = isinstance(definition.node, (ast.FunctionDef, ast.ClassDef))
                    where = (at_cell, at_line) if is_function else (definition.cell, definition.line)
                    pending.append((definition.node, *where))
        return found


def _definitions(cell: int, body: list[ast.stmt]) -> Iterator[_Definition]:
    found = []
    for statement in body:
        line = statement.lineno
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            found.append(_Definition(cell, line, {statement.name}, statement))
        elif isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            if statement.value is not None:
                targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
                found.append(_Definition(cell, line, {n for t in targets for n in _bound(t)}, statement.value))
        elif isinstance(statement, ast.For):
            found.append(_Definition(cell, line, _bound(statement.target), statement.iter))
        for block in ("body", "orelse", "finalbody"):
            if not isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
                found += _definitions(cell, getattr(statement, block, []))
    return found


def _bound(target: ast.AST) -> set[str]:
    """Names that an assignment changes, also in part: x, x[0], x.a."""
    while isinstance(target, (ast.Subscript, ast.Attribute, ast.Starred)):
        target = target.value
    if isinstance(target, (ast.Tuple, ast.List)):
        return {name for item in target.elts for name in _bound(item)}
    return {target.id} if isinstance(target, ast.Name) else set()


def _free_names(node: ast.AST) -> set[str]:
    names = [n for n in ast.walk(node) if isinstance(n, ast.Name)]
    bound = {n.id for n in names if isinstance(n.ctx, ast.Store)} | {
        a.arg for a in ast.walk(node) if isinstance(a, ast.arg)
    }
    return {n.id for n in names} - bound


def _latest(definitions, name, cell, line) -> _Definition | None:
    earlier = [d for d in definitions if name in d.names and (d.cell, d.line) <= (cell, line)]
    return max(earlier, key=lambda d: (d.cell, d.line), default=None)


# which changes


def _changes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """What one node could have been by mistake, each with the kind of the mistake."""
    if isinstance(node, ast.BinOp):
        other = {ast.Add: ast.Sub, ast.Sub: ast.Add}.get(type(node.op))
        if other:
            yield "sign", ast.BinOp(node.left, other(), node.right)
        if isinstance(node.op, (ast.Mult, ast.Div)) and _is_number(node.right):
            yield "factor", node.left
        if isinstance(node.op, ast.Mult) and _is_number(node.left):
            yield "factor", node.right
        if isinstance(node.op, ast.Div) and _is_count(node.right):
            yield "count", ast.BinOp(node.left, ast.Div(), ast.BinOp(node.right, ast.Sub(), ast.Constant(1)))
        if isinstance(node.op, ast.Div) and isinstance(node.right, ast.BinOp) and _is_count(node.right.left):
            yield "count", ast.BinOp(node.left, ast.Div(), node.right.left)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield "sign", node.operand
    elif isinstance(node, ast.Attribute) and node.attr in {"T", "mT"}:
        yield "transpose", node.value
    elif isinstance(node, ast.Return) and node.value is not None and not _is_plain(node.value):
        yield "sign", ast.Return(_negated(node.value))
    elif isinstance(node, ast.Lambda) and not _is_plain(node.body):
        yield "sign", ast.Lambda(node.args, _negated(node.body))


def _is_number(node: ast.AST) -> bool:
    if isinstance(node, ast.UnaryOp):
        node = node.operand
    return isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool)


def _is_count(node: ast.AST) -> bool:
    """n, len(X), X.shape[0], X.size: what a mean divides by."""
    if isinstance(node, ast.Name):
        return node.id in {"n", "m", "N", "n_samples", "count"}
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "len"
    node = node.value if isinstance(node, ast.Subscript) else node
    return isinstance(node, ast.Attribute) and node.attr in {"shape", "size"}


def _is_plain(value: ast.AST) -> bool:
    """Several values, text or a flag: there is no one sign to change (and −(a − b) is the sign of the − inside)."""
    return isinstance(value, (ast.Tuple, ast.List, ast.Dict, ast.Constant, ast.JoinedStr, ast.Compare, ast.BoolOp))


def _negated(value: ast.AST) -> ast.AST:
    return ast.UnaryOp(ast.USub(), value)


def _formula_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a formula, without what is no formula."""
    if isinstance(node, NO_FORMULA) or (isinstance(node, ast.Call) and _call_name(node) in NO_FORMULA_CALLS):
        return
    if not (isinstance(node, ast.BinOp) and _draws(node)):  # the sign and size of a random input are nobody's formula
        yield node
    for name, child in ast.iter_fields(node):
        skipped = (
            (isinstance(node, (ast.If, ast.While, ast.IfExp)) and name == "test")
            or (isinstance(node, ast.Subscript) and name == "slice")
            or (isinstance(node, ast.FunctionDef) and name != "body")
            or (isinstance(node, ast.keyword) and node.arg in {"axis", "dim", "size", "shape"})
        )
        for item in child if isinstance(child, list) else [child]:
            position = isinstance(node, ast.Call) and isinstance(item, ast.UnaryOp) and _is_number(item)
            if isinstance(item, ast.AST) and not skipped and not position:  # reshape(-1), sum(-1)
                yield from _formula_nodes(item)


def _draws(node: ast.BinOp) -> bool:
    """Whether a summand or factor is drawn right there: mu + 2 * rng.normal(size=d)."""
    sides = [node.left, node.right]
    for side in sides:
        if isinstance(side, ast.BinOp):
            sides += [side.left, side.right]
    calls = (side.func for side in sides if isinstance(side, ast.Call))
    return any(isinstance(function, ast.Attribute) and ast.unparse(function.value) == "rng" for function in calls)


def _call_name(call: ast.Call) -> str:
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def mutants(sources: dict[int, str], kinds=KINDS, label: str | None = None) -> list[Mutant]:
    """Every mutant of a chapter, given its code cells by number, in the order of the text."""
    code = _Code(sources)
    places = {cell: {id(node): i for i, node in enumerate(ast.walk(tree))} for cell, tree in code.trees.items()}
    found: dict[tuple, Mutant] = {}
    for cell, formula, of_label in code.formulas():
        lines = code.sources[cell].splitlines()
        for node in _formula_nodes(formula):
            if not isinstance(node, (ast.expr, ast.stmt)) or id(node) not in places[cell]:
                continue
            if EXCUSE in lines[node.lineno - 1] or EXCUSE in lines[node.end_lineno - 1]:
                continue
            for kind, changed in _changes(node):
                place = places[cell][id(node)]
                before, after = ast.unparse(node), ast.unparse(ast.fix_missing_locations(copy.deepcopy(changed)))
                mutant = found.setdefault(
                    (cell, place, after), Mutant(cell, node.lineno, node.col_offset, place, kind, before, after)
                )
                mutant.labels.add(of_label)
    chosen = [m for m in found.values() if m.kind in kinds and (label is None or label in m.labels)]
    return sorted(chosen, key=lambda m: (m.cell, m.line, m.column, m.node, m.after))


def sample(population: list, limit: int | None, seed: int = 0) -> list:
    """At most `limit` of them, one from each of so many equal stretches of the chapter; the same ones every time."""
    if limit is None or limit >= len(population):
        return population
    choose = random.Random(seed)
    ends = [round(i * len(population) / limit) for i in range(limit + 1)]
    return [population[choose.randrange(start, end)] for start, end in itertools.pairwise(ends)]


def mutate(source: str, mutant: Mutant) -> str:
    """The source of the mutant's cell with its one change made."""
    tree = ast.parse(TransformerManager().transform_cell(source))
    target = list(ast.walk(tree))[mutant.node]
    changed = next(new for _, new in _changes(target) if ast.unparse(ast.fix_missing_locations(new)) == mutant.after)

    class Change(ast.NodeTransformer):
        def visit(self, node):
            return changed if node is target else self.generic_visit(node)

    return ast.unparse(ast.fix_missing_locations(Change().visit(tree)))


def code_cells(notebook: Path) -> dict[int, str]:
    """Sources of the code cells by their number, counted from 1 among all cells."""
    return dict(Chapter(notebook).code)
