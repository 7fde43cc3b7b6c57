"""A notebook's code, read without running it: its cells, the files they write, and the definitions that make a module.

Only the standard library is used: what strangers have written is read in a small process of its own.
"""

from __future__ import annotations

import ast
import itertools
import json
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

__all__ = ["Cell", "Module", "cells_of", "definitions", "files_written", "module_from", "without_magics"]

#: Cell magics whose body is Python that runs here; the body of any other is for somebody else.
PYTHON_MAGICS = {"time", "timeit", "capture", "prun", "python", "python3", "px", "memit", "mprun", "heat", "snakeviz"}
WRITES = {"writefile", "file"}
#: What a line at the beginning of a statement begins with when it is for IPython.
MARKS = ("%", "!", "?")
STRING = re.compile(r"[rbuf]{0,2}(\"\"\"|'''|\"|')", re.IGNORECASE)
ASSIGNED = re.compile(r"[\w.,\[\]\s*]+=\s*[%!]")
#: Functions that a constant may be made with, and those of NumPy that it may not.
MAKERS = {"abs", "bool", "dict", "float", "frozenset", "int", "len", "list", "max", "min", "range", "round", "set"}
MAKERS |= {"sorted", "str", "sum", "tuple", "zip", "np", "numpy", "math"}
READERS = {"load", "loadtxt", "genfromtxt", "fromfile", "memmap", "fromregex", "DataSource"}
SIMPLE = (ast.Constant, ast.Tuple, ast.List, ast.Dict, ast.Set, ast.UnaryOp, ast.BinOp, ast.Name, ast.Attribute)
SIMPLE += (ast.Call, ast.keyword, ast.Subscript, ast.Slice, ast.operator, ast.unaryop, ast.expr_context, ast.Compare)
SIMPLE += (ast.cmpop, ast.BoolOp, ast.boolop, ast.Starred)


@dataclass(frozen=True)
class Cell:
    """A code cell: its number among all code cells, from 1, and its text as Python, line by line as it was written."""

    number: int
    text: str


@dataclass
class Module:
    """A module made of cells: its text, and for each of its lines the cell and the line that it stands in."""

    lines: list[str] = field(default_factory=list)
    origins: list[tuple[int, int]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(f"{line}\n" for line in self.lines)

    def add(self, lines: Iterable[str], cell: int, first: int, step: int = 1) -> None:
        """Append lines that stand from line `first` of a cell on."""
        for number, line in enumerate(lines):
            self.lines.append(line)
            self.origins.append((cell, first + step * number))


def cells_of(text: str) -> list[Cell]:
    """The code cells of a notebook, of any version of the format, magics and lines for the shell left out.

    Raises
    ------
    ValueError, TypeError, KeyError, AttributeError, RecursionError
        The text is no notebook; nobody knows what a stranger has put there.
    """
    return [Cell(number, without_magics(source)) for number, source in enumerate(_sources(text), 1)]


def files_written(text: str) -> dict[str, str]:
    """What a notebook's cells write to Python files with `%%writefile`, by the name of the file.

    Raises
    ------
    ValueError, TypeError, KeyError, AttributeError, RecursionError
        The text is no notebook.
    """
    files: dict[str, str] = {}
    for source in _sources(text):
        head, _, body = source.lstrip("\n").partition("\n")
        words = head.split()
        if words and words[0][:2] == "%%" and words[0][2:] in WRITES and len(words) > 1:
            name = PurePosixPath(words[-1].strip("\"'").replace("\\", "/")).name
            if name.lower().endswith(".py"):
                files[name] = (files.get(name, "") if "-a" in words or "--append" in words else "") + body
    return files


def _sources(text: str) -> list[str]:
    book = json.loads(text)
    sheets = book["worksheets"] if "cells" not in book else [book]  # formats 2 and 3 have worksheets
    found = []
    for cell in [cell for sheet in sheets for cell in sheet["cells"]]:
        if cell.get("cell_type") == "code":
            source = cell.get("source", cell.get("input", ""))
            found.append(source if isinstance(source, str) else "".join(map(str, source)))
    return found


def without_magics(source: str) -> str:
    """A cell's text as Python of as many lines: what is for IPython or the shell becomes `pass`.

    The body of `%%time` is kept, that of `%%bash` or `%%writefile` is not: it is no code of this cell.
    """
    source = source.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    if _parses(source):
        return source
    lines = source.split("\n")
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    if lines and lines[first].lstrip().startswith("%%"):
        magic = lines[first].lstrip()[2:].split()
        lines[first] = ""
        if not magic or magic[0] not in PYTHON_MAGICS:
            return "\n" * (len(lines) - 1)
    indents = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
    if indents and indents[0]:  # a cell may be indented as a whole
        lines = [line[indents[0] :] if not line[: indents[0]].strip() else line for line in lines]
    scan = _Scan()
    for i, line in enumerate(lines):
        if scan.at_statement and _is_for_ipython(line):
            end = "\\" if line.rstrip().endswith("\\") else ""
            lines[i] = f"{line[: len(line) - len(line.lstrip())]}pass"
            scan.skipping = bool(end)
        elif scan.skipping:
            scan.skipping = line.rstrip().endswith("\\")
            lines[i] = ""
        else:
            scan.line(line)
    return "\n".join(lines)


def _is_for_ipython(line: str) -> bool:
    text = line.strip()
    if text.startswith(MARKS) or (ASSIGNED.match(text) and not ASSIGNED.match(text).group().count("==")):
        return True
    return text.endswith("?") and "#" not in text


class _Scan:
    """Where the lines of a source stand: at the beginning of a statement, or inside of brackets or a long string."""

    def __init__(self):
        self.quote, self.depth, self.goes_on, self.skipping = "", 0, False, False

    @property
    def at_statement(self) -> bool:
        return not (self.quote or self.depth or self.goes_on or self.skipping)

    def line(self, text: str) -> None:
        """Take in one line."""
        at = 0
        while at < len(text):
            if self.quote:
                if text[at] == "\\":
                    at += 2
                elif text.startswith(self.quote, at):
                    at += len(self.quote)
                    self.quote = ""
                else:
                    at += 1
                continue
            if text[at] == "#":
                break
            if text[at] in "\"'":
                self.quote = STRING.match(text, at).group(1)
                at += len(self.quote)
                continue
            self.depth = max(0, self.depth + (text[at] in "([{") - (text[at] in ")]}"))
            at += 1
        self.goes_on = text.endswith("\\")
        if len(self.quote) == 1 and not self.goes_on:  # a string that never ended
            self.quote = ""


def _parses(source: str) -> bool:
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def definitions(source: str) -> set[str]:
    """Names of the functions and classes at the top level of a module; none where it cannot be parsed."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    return {node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}


def module_from(
    cells: Iterable[Cell], names: Collection[str], elsewhere: dict[str, str] | None = None
) -> tuple[Module, set[str], list[str]]:
    """A module of the imports, functions, classes and constants in cells, in order; experiments are left out.

    Parameters
    ----------
    cells : iterable of Cell
    names : collection of str
        What the module must define: a cell with a mistake in its syntax is left out, unless only it defines one of
        them. Then it is kept, so that importing the module says what is wrong.
    elsewhere : dict of str to str, optional
        Names that are imported from another module, given by name, in the place of being defined here.

    Returns
    -------
    (module, found, problems)
        The names that it defines, and what is wrong with cells.
    """
    elsewhere = elsewhere or {}
    module, found, problems, broken = Module(), set(), [], []
    bound: set[str] = set()
    for cell in cells:
        try:
            tree = ast.parse(cell.text)
        except SyntaxError as problem:
            problems.append(f"line {problem.lineno or 1} of code cell {cell.number}: {str(problem.msg)[:100]}")
            broken.append(
                (cell, {n for n in names if re.search(rf"^\s*(class|def)\s+{re.escape(n)}\b", cell.text, re.M)})
            )
            continue
        except (ValueError, RecursionError, MemoryError):
            problems.append(f"code cell {cell.number} cannot be read")
            continue
        lines = cell.text.split("\n")
        for node, following in itertools.zip_longest(tree.body, tree.body[1:]):
            if not _is_kept(node, bound):
                continue
            defined = _binds(node)
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name in elsewhere:
                text = [f"from {elsewhere[node.name]} import {node.name}"]
                module.add(text, cell.number, node.lineno, 0)
            elif node.col_offset or (following is not None and following.lineno <= node.end_lineno):
                module.add(ast.unparse(node).split("\n"), cell.number, node.lineno, 0)
            else:
                first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
                module.add(lines[first - 1 : node.end_lineno], cell.number, first)
            bound |= defined
            found |= defined if isinstance(node, (ast.FunctionDef, ast.ClassDef)) else set()
    for cell, needed in broken:
        if needed - found:
            module.add(cell.text.split("\n"), cell.number, 1)
            found |= needed
    return module, found, problems


def _binds(node: ast.stmt) -> set[str]:
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {node.name}
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}


def _is_kept(node: ast.stmt, bound: set[str]) -> bool:
    """Whether a statement defines something and runs no experiment; `bound` are the names that are there before it."""
    if isinstance(node, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return True
    if isinstance(node, ast.Try):  # an import with something in its place where it fails
        inside = [*node.body, *(part for handler in node.handlers for part in handler.body), *node.orelse]
        return any(isinstance(part, (ast.Import, ast.ImportFrom)) for part in node.body) and all(
            isinstance(part, (ast.Import, ast.ImportFrom, ast.Pass)) or _is_kept(part, bound) for part in inside
        )
    if isinstance(node, ast.AnnAssign):
        return node.value is not None and isinstance(node.target, ast.Name) and _is_constant(node.value, bound)
    if not isinstance(node, ast.Assign):
        return False
    if all(isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) for target in node.targets):
        there = all(target.value.id in bound for target in node.targets)  # a method put into a class afterwards
        return there and isinstance(node.value, ast.Name) and node.value.id in bound
    names = all(isinstance(target, (ast.Name, ast.Tuple)) for target in node.targets)
    return names and _is_constant(node.value, bound)


def _is_constant(value: ast.expr, bound: set[str]) -> bool:
    """Whether an expression can be computed from what is there and reads no file."""
    for part in ast.walk(value):
        if not isinstance(part, SIMPLE):
            return False
        if isinstance(part, ast.Name) and part.id not in bound and part.id not in MAKERS | {"object", "type"}:
            return False
        if isinstance(part, ast.Attribute) and part.attr in READERS:
            return False
        if isinstance(part, ast.Call):
            root = part.func
            while isinstance(root, ast.Attribute):
                root = root.value
            if not isinstance(root, ast.Name) or root.id not in MAKERS:
                return False
    return not any(
        isinstance(p, ast.Name) and p.id in ("np", "numpy", "math") and p.id not in bound for p in ast.walk(value)
    )
