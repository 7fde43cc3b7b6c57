"""What a chapter is: the one reader of its notebook for whoever asks what stands in it.

    chapter = Chapter("chapters/classical/pca.ipynb")
    chapter.labels, chapter.checks, chapter.reading_minutes

Its Markdown is read by `book.markdown` as the website reads it, its code by `ast`. Everything is parsed when it is
first asked for, and once. Cells and lines count from 1.
"""

from __future__ import annotations

import ast
import posixpath
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from IPython.core.inputtransformer2 import TransformerManager

from book.layers import goes_further, is_harness
from book.markdown import (
    Directive,
    Document,
    Equation,
    Formula,
    Heading,
    Link,
    Paragraph,
    Role,
    Target,
    read_markdown,
)
from book.order import ROOT
from book.stored import parsed, text_of

WORDS_PER_MINUTE = 180  # slower than for a novel: there is mathematics
#: Each of these takes as long to read as so many words.
WORDS_PER_EQUATION, WORDS_PER_FORMULA, WORDS_PER_LINE, WORDS_PER_FIGURE = 20, 2, 4, 30
REMOVED = {"remove-cell", "remove_cell"}  # tags of cells that the website leaves out


@dataclass(frozen=True)
class Cell:
    """A cell as it is stored: cell_type is code, markdown or raw; execution_count is None before a run."""

    cell_type: str
    source: str
    id: str | None
    metadata: dict
    outputs: list
    execution_count: int | None

    @property
    def tags(self) -> list[str]:
        return self.metadata.get("tags", [])

    @property
    def is_harness(self) -> bool:
        return self.cell_type == "code" and is_harness(self.metadata)

    @property
    def goes_further(self) -> bool:
        return self.cell_type == "markdown" and goes_further(self.metadata)


@dataclass(frozen=True)
class Check:
    """A call of `check` or `bound`; the label is an expression where it is computed, None where there is none.

    `printed` says whether names of the printed formula are bound: in the call, or in what the function of the chapter
    returns whose result the call unpacks.
    """

    label: str | ast.expr | None
    cell: int
    call: ast.Call
    printed: bool


@dataclass(frozen=True)
class Claim:
    """A call of `claim`; the sentence is an expression where it is computed, None where there is none."""

    sentence: str | ast.expr | None
    cell: int
    call: ast.Call


@dataclass(frozen=True)
class Figure:
    """A call of `show` or `show_frames`; alt is its alternative text, or the list of them, None where there is none."""

    alt: ast.expr | None
    cell: int
    call: ast.Call


@dataclass(frozen=True)
class Glued:
    """A call of `glue` with the expression of its key."""

    key: ast.expr | None
    cell: int
    call: ast.Call


@dataclass(frozen=True)
class Pasted:
    """A place in the text for a glued value, and how it is to be formatted."""

    key: str
    format: str
    cell: int
    line: int


@dataclass(frozen=True)
class Exercise:
    """An exercise with the cells of its solution, between those where that begins and ends; None without a solution."""

    label: str | None
    cell: int
    solution: tuple[int, ...] | None


@dataclass(frozen=True)
class Solution:
    """A solution: of which exercise, from which cell to which; `end` is None where it does not end."""

    exercise: str
    cell: int
    end: int | None
    cells: tuple[int, ...]
    folded: bool


@dataclass(frozen=True)
class Further:
    """A section off the core path: its heading, the cell that this stands in, its cells, and how long it takes."""

    heading: Heading | None
    cell: int
    cells: tuple[int, ...]
    minutes: int


class Chapter:
    """A notebook of the book.

    Parameters
    ----------
    path : str or Path
        Where it lies, absolute or relative to the root of the repository.

    Raises
    ------
    ValueError
        The file cannot be read as a notebook of format 4; the message is one line.
    """

    def __init__(self, path: str | Path):
        path = ROOT / path
        try:
            self._text = text_of(path)
            stored = parsed(self._text)
        except (OSError, ValueError) as problem:
            raise ValueError(f"cannot be read as a notebook: {problem}") from problem
        self._set(stored["cells"], path)

    @classmethod
    def of(cls, nb: dict, path: str | Path) -> Chapter:
        """A notebook in memory that lies, or would lie, at `path`."""
        chapter = cls.__new__(cls)
        chapter._set(nb["cells"], ROOT / path)
        chapter.nb = nb
        return chapter

    def _set(self, cells: list, path: Path):
        #: The path, relative to the root where the notebook lies below it.
        self.path: Path = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
        #: Each cell with its number.
        self.cells: list[tuple[int, Cell]]
        try:
            self.cells = [(number, _cell(cell, number)) for number, cell in enumerate(cells, 1)]
        except ValueError as problem:
            raise ValueError(f"cannot be read as a notebook: {problem}") from problem

    @cached_property
    def nb(self):
        """The notebook as a NotebookNode, for those who run or write one."""
        import nbformat  # takes a second, and most readers of a chapter do without

        return nbformat.reads(self._text, as_version=4)

    # its text

    @cached_property
    def markdown(self) -> list[tuple[int, str]]:
        """The text of each cell of Markdown that the website shows, with its number."""
        cells = [(n, cell) for n, cell in self.cells if cell.cell_type == "markdown"]
        return [(n, cell.source) for n, cell in cells if not any(tag in cell.tags for tag in REMOVED)]

    @cached_property
    def _document(self) -> Document:
        return read_markdown(dict(self.markdown))

    @property
    def equations(self) -> list[Equation]:
        """Display equations, those in directives too."""
        return self._document.equations

    @property
    def formulas(self) -> list[Formula]:
        """Mathematics within lines."""
        return self._document.formulas

    @property
    def headings(self) -> list[Heading]:
        return self._document.headings

    @property
    def directives(self) -> list[Directive]:
        return self._document.directives

    @property
    def roles(self) -> list[Role]:
        return self._document.roles

    @property
    def links(self) -> list[Link]:
        return self._document.links

    @property
    def targets(self) -> list[Target]:
        return self._document.targets

    @property
    def paragraphs(self) -> list[Paragraph]:
        return self._document.paragraphs

    @cached_property
    def labels(self) -> dict[str, int]:
        """Labels of equations, each with the cell where it stands first."""
        found = {}
        for equation in self.equations:
            if equation.label:
                found.setdefault(equation.label, equation.cell)
        return found

    @cached_property
    def citations(self) -> list[str]:
        """Keys of the bibliography, one for each time that one is cited."""
        cited = (role for role in self.roles if role.name.split(":")[0] == "cite")
        return [key.strip() for role in cited for key in role.target.split(",")]

    @cached_property
    def terms(self) -> list[str]:
        """What `{term}` points to in the glossary, one for each time."""
        return [role.target for role in self.roles if role.name == "term"]

    @cached_property
    def pasted(self) -> list[Pasted]:
        """Where the text shows values of code: {glue:text}`pca-ratio:.4f`."""
        places = [(role.text, role) for role in self.roles if role.name.split(":")[0] == "glue"]
        places += [(d.argument, d) for d in self.directives if d.name.split(":")[0] == "glue"]
        found = []
        for text, place in sorted(places, key=lambda item: (item[1].cell, item[1].line)):
            key, _, spec = text.partition(":")
            found.append(Pasted(key.strip(), spec.strip(), place.cell, place.line))
        return found

    @cached_property
    def solutions(self) -> list[Solution]:
        found, opened = [], None

        def close(end: int | None, last: int):
            cells = tuple(range(opened.cell + 1, last))
            found.append(Solution(opened.argument, opened.cell, end, cells, "dropdown" in opened.classes))

        for directive in self.directives:
            if directive.name in ("solution", "solution-start", "solution-end") and opened:
                close(directive.cell if directive.name == "solution-end" else None, directive.cell)
                opened = None
            if directive.name == "solution-start":
                opened = directive
            elif directive.name == "solution":
                folded = "dropdown" in directive.classes
                found.append(Solution(directive.argument, directive.cell, directive.cell, (), folded))
        if opened:
            close(None, len(self.cells) + 1)
        return found

    @cached_property
    def exercises(self) -> list[Exercise]:
        cells = {solution.exercise: solution.cells for solution in self.solutions}
        found = (d for d in self.directives if d.name in ("exercise", "exercise-start"))
        return [Exercise(d.options.get("label"), d.cell, cells.get(d.options.get("label"))) for d in found]

    @cached_property
    def prose(self) -> str:
        """The plain words of the text, without mathematics and code."""
        return "\n\n".join(paragraph.text for paragraph in self.paragraphs)

    @cached_property
    def words(self) -> int:
        return len(self.prose.split())

    @cached_property
    def reading_minutes(self) -> int:
        """How long all of it takes to read: words, formulas, the open code, figures; not the harness."""
        return self._minutes({n for n, _ in self.cells})

    @cached_property
    def core_minutes(self) -> int:
        """How long it takes without the sections that go further and the solutions of exercises."""
        skipped = {n for section in self.further for n in section.cells}
        skipped |= {n for solution in self.solutions for n in (*solution.cells, solution.cell)}
        return self._minutes({n for n, _ in self.cells} - skipped)

    def _minutes(self, cells: set[int]) -> int:
        words = sum(len(paragraph.text.split()) for paragraph in self.paragraphs if paragraph.cell in cells)
        words += WORDS_PER_EQUATION * sum(equation.cell in cells for equation in self.equations)
        words += WORDS_PER_FORMULA * sum(formula.cell in cells for formula in self.formulas)
        words += WORDS_PER_LINE * sum(len(source.splitlines()) for n, source in self.open_code if n in cells)
        words += WORDS_PER_FIGURE * sum(figure.cell in cells for figure in self.figures)
        return max(1, round(words / WORDS_PER_MINUTE))

    @cached_property
    def further(self) -> list[Further]:
        """The sections that lie off the core path, those inside another such section apart."""
        first = {heading.cell: heading for heading in reversed(self.headings) if not heading.inside}
        found, end = [], 0
        for n, cell in self.cells:
            if not cell.goes_further or n < end:
                continue
            level = first[n].level if n in first else 0
            after = (heading.cell for heading in self.headings if heading.cell > n and heading.level <= level)
            end = min(after, default=len(self.cells) + 1)
            cells = tuple(range(n, end))
            found.append(Further(first.get(n), n, cells, self._minutes(set(cells))))
        return found

    @cached_property
    def prerequisites(self) -> list[str]:
        """The chapters that the card of prerequisites links to, as paths without suffix, relative to the root."""
        cards = {d.cell: d.body for d in self.directives if "prerequisites" in d.classes}
        addresses = (link.address.partition("#")[0] for link in read_markdown(cards).links)
        found = (posixpath.normpath(self.path.parent / address) for address in addresses if address.endswith(".ipynb"))
        return list(dict.fromkeys(path.removesuffix(".ipynb") for path in found))

    @property
    def title(self) -> str:
        """The first heading; the name of the file where there is none."""
        return next((heading.text for heading in self.headings if heading.level == 1), self.path.stem)

    # its code

    @cached_property
    def code(self) -> list[tuple[int, str]]:
        """The source of each cell of code, with its number."""
        return [(n, cell.source) for n, cell in self.cells if cell.cell_type == "code"]

    @property
    def open_code(self) -> list[tuple[int, str]]:
        """The source of each cell of code that a reader sees without a click."""
        return [(n, cell.source) for n, cell in self.cells if cell.cell_type == "code" and not cell.is_harness]

    @cached_property
    def _parsed(self) -> dict[int, tuple[str, ast.Module, str | None]]:
        """The source without IPython's own syntax, its tree, and what is wrong with it, for each cell of code."""
        transform, found = TransformerManager().transform_cell, {}
        for n, source in self.code:
            try:
                plain = transform(source)
                found[n] = plain, ast.parse(plain), None
            except SyntaxError as problem:
                found[n] = source, ast.Module([], []), f"{problem.msg}, line {problem.lineno}"
            except (ValueError, RecursionError) as problem:  # null bytes; nested too deeply
                found[n] = source, ast.Module([], []), str(problem)
        return found

    @cached_property
    def sources(self) -> dict[int, str]:
        """The code of each cell as Python: with magics and shell commands as calls."""
        return {n: source for n, (source, _, _) in self._parsed.items()}

    @cached_property
    def trees(self) -> dict[int, ast.Module]:
        """The tree of each cell of code; empty where the code is no Python."""
        return {n: tree for n, (_, tree, _) in self._parsed.items()}

    @cached_property
    def syntax_errors(self) -> dict[int, str]:
        """What is wrong in cells whose code is no Python."""
        return {n: problem for n, (_, _, problem) in self._parsed.items() if problem}

    @cached_property
    def calls(self) -> list[tuple[int, ast.Call]]:
        """Every call in the code with its cell, in the order of the text."""
        found = [(n, node) for n, tree in self.trees.items() for node in ast.walk(tree) if isinstance(node, ast.Call)]
        return sorted(found, key=lambda item: (item[0], item[1].lineno, item[1].col_offset))

    def calls_of(self, *names: str) -> list[tuple[int, ast.Call]]:
        """Calls of functions of `utils` with their cells."""
        return [(n, call) for n, call in self.calls if calls_function_of_utils(call, *names)]

    @cached_property
    def checks(self) -> list[Check]:
        calls = [(n, call) for n, call in self.calls_of("check", "bound") if called(call) == "check" or is_bound(call)]
        return [Check(_text(argument(call, 0, "label")), n, call, self._binds_print(call)) for n, call in calls]

    def _binds_print(self, call: ast.Call) -> bool:
        if any(keyword.arg == "printed" for keyword in call.keywords):
            return True
        helpers = {called(k.value) for k in call.keywords if k.arg is None and isinstance(k.value, ast.Call)}
        returned = [
            node.value
            for tree in (self.trees.values() if helpers else ())
            for function in ast.walk(tree)
            if isinstance(function, ast.FunctionDef) and function.name in helpers
            for node in ast.walk(function)
            if isinstance(node, ast.Return) and isinstance(node.value, ast.Dict)
        ]
        return any(isinstance(key, ast.Constant) and key.value == "printed" for one in returned for key in one.keys)

    @cached_property
    def prints(self) -> dict[str, str | None]:
        """Why each labelled equation is not evaluated from print; "" where it is, None where nothing is said."""
        found: dict[str, str | None] = dict.fromkeys(self.labels)
        for check in self.checks:
            given = {keyword.arg: keyword.value for keyword in check.call.keywords}
            if check.label in found and (check.printed or "not_printed" in given) and found[check.label] != "":
                found[check.label] = "" if check.printed else str(_text(given["not_printed"]))
        return found

    @cached_property
    def printed_formulas(self) -> dict[str, str]:
        """TeX of the labelled equations, for a chapter that evaluates some of them; empty for one that does not."""
        evaluates = any(check.printed for check in self.checks)
        displays = [equation for equation in self.equations if equation.label] if evaluates else []
        return {equation.label: equation.tex.strip() for equation in displays}

    @cached_property
    def claims(self) -> list[Claim]:
        return [Claim(_text(argument(call, 0, "sentence")), n, call) for n, call in self.calls_of("claim")]

    @cached_property
    def figures(self) -> list[Figure]:
        found = []
        for n, call in self.calls_of("show", "show_frames"):
            position, name = (1, "alt") if called(call) == "show" else (2, "alts")
            found.append(Figure(argument(call, position, name), n, call))
        return found

    @cached_property
    def glued(self) -> list[Glued]:
        return [Glued(argument(call, 0, "name"), n, call) for n, call in self.calls if called(call) == "glue"]


def _cell(stored, number: int) -> Cell:
    stored = stored if isinstance(stored, dict) else {}
    source = stored.get("source")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    cell = Cell(
        cell_type=stored.get("cell_type"),
        source=source,
        id=stored.get("id"),
        metadata=stored.get("metadata", {}),
        outputs=stored.get("outputs", []),
        execution_count=stored.get("execution_count"),
    )
    types = [(cell.source, str), (cell.metadata, dict), (cell.outputs, list)]
    if cell.cell_type not in ("code", "markdown", "raw") or not all(isinstance(*pair) for pair in types):
        raise ValueError(f"cell {number} is no cell of format 4")
    if not isinstance(cell.tags, list):
        raise ValueError(f"the tags of cell {number} are no list")
    cell.source.encode()  # raises a ValueError for half a character
    return cell


# calls


def called(call: ast.Call) -> str:
    """The name of what is called, without what it is an attribute of."""
    return name_of(call.func)


def name_of(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def calls_function_of_utils(call: ast.Call, *names: str) -> bool:
    """Whether this is check(…) or checks.check(…), but not another object's method of that name."""
    if called(call) not in names:
        return False
    return isinstance(call.func, ast.Name) or name_of(call.func.value) in {"checks", "plotting"}


def is_bound(call: ast.Call) -> bool:
    """Whether this is the `bound` of a labelled equation; chapters have functions of that name of their own."""
    label = _text(argument(call, 0, "label"))
    return called(call) == "bound" and isinstance(label, str)


def argument(call: ast.Call, position: int, name: str) -> ast.expr | None:
    """An argument of a call, given by position or by name."""
    named = [keyword.value for keyword in call.keywords if keyword.arg == name]
    return call.args[position] if len(call.args) > position else named[0] if named else None


def _text(node: ast.expr | None) -> str | ast.expr | None:
    return node.value if isinstance(node, ast.Constant) else node
