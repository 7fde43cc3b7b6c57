"""A function that two chapters define is shared through utils/, or says on its first line why it is repeated."""

from __future__ import annotations

import ast
import copy
import io
import itertools
import textwrap
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager

from book.order import ROOT, chapter_files

MARK = "# repeated on purpose:"
#: A function of fewer words (names, numbers, operators, brackets) is too small to share, such as `p.sum() - 1`.
SMALL = 20
#: Functions of at least so many words count as one when this share of their words agrees, in order.
LARGE, ALIKE = 35, 0.93


@dataclass(frozen=True)
class Function:
    """A function of a chapter or a module: where it stands, whether it bears the mark, and its normalised words."""

    file: str
    place: str
    marked: bool
    words: tuple[str, ...]


def functions(file: str, place: str, source: str) -> Iterator[Function]:
    """All functions of a piece of Python code, also those within functions and classes."""
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            first_lines = lines[node.lineno - 1 : max(node.lineno, node.body[0].lineno - 1)]
            marked = any(MARK in line for line in first_lines)
            yield Function(file, f"{node.name} ({file}{place})", marked, normalised(node))


class Plain(ast.NodeTransformer):
    """Takes docstrings and types away, and names what is local by the order in which it appears."""

    def __init__(self, function: ast.FunctionDef):
        nodes = list(ast.walk(function))
        self.local = {node.arg for node in nodes if isinstance(node, ast.arg)}
        self.local |= {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        self.local |= {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
        self.names: dict[str, str] = {}

    def name(self, word: str) -> str:
        return self.names.setdefault(word, f"local_{len(self.names)}") if word in self.local else word

    def visit_FunctionDef(self, node):
        node.name, node.returns = self.name(node.name), None
        if ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        return self.generic_visit(node)

    def visit_arg(self, node):
        node.arg, node.annotation = self.name(node.arg), None
        return node

    def visit_Name(self, node):
        node.id = self.name(node.id)
        return node


def normalised(function: ast.FunctionDef) -> tuple[str, ...]:
    """The words of a function, without its layout, comments, docstrings and types, and whatever its names are."""
    text = ast.unparse(Plain(function).visit(copy.deepcopy(function)))
    words = (token.string for token in tokenize.generate_tokens(io.StringIO(text).readline))
    return tuple(word for word in words if word.strip())


def alike(found: Iterable[Function]) -> Iterator[tuple[Function, Function]]:
    """Each two functions of different files that are equal, or nearly so."""
    by_length = sorted((function for function in found if len(function.words) >= SMALL), key=lambda f: len(f.words))
    counts = [Counter(function.words) for function in by_length]
    for i, one in enumerate(by_length):
        for j in range(i + 1, len(by_length)):
            other, both = by_length[j], len(one.words) + len(by_length[j].words)
            if 2 * len(one.words) < ALIKE * both:
                break  # all that follow are longer still
            if one.file == other.file:
                continue
            if one.words == other.words or (
                len(one.words) >= LARGE
                and 2 * (counts[i] & counts[j]).total() >= ALIKE * both  # cheap, and never less than the ratio
                and SequenceMatcher(None, one.words, other.words, autojunk=False).ratio() >= ALIKE
            ):
                yield one, other


def repetitions(found: Iterable[Function]) -> list[str]:
    """Complaints about functions that are written twice without a mark, and about marks that excuse nothing."""
    found = list(found)
    pairs = list(alike(found))
    twice = [pair for pair in pairs if not any(function.marked for function in pair)]
    idle = [function for function in found if function.marked and not any(function in pair for pair in pairs)]
    return [
        *(
            f"{one.place} and {other.place} are one function: move what they share to utils/, "
            f"or write `{MARK} why` on the first line of one of them"
            for one, other in twice
        ),
        *(f"{function.place} is marked `{MARK}`, but nothing repeats it: remove the mark" for function in idle),
    ]


ONE = '''
def spread(X, centre, power=2):
    """Mean distance to a centre, to some power."""
    distances = np.sqrt(((X - centre) ** 2).sum(axis=1))
    return np.mean(distances**power), distances.max()
'''
#: The same with other names, types, layout and words about it.
RENAMED = """
def width(points: Array, c: Array, p: float = 2) -> tuple:
    # another comment
    d = np.sqrt(
        ((points - c) ** 2).sum(axis=1)
    )
    return np.mean(d**p), d.max()
"""
OTHER = """
def spread(X, centre, power=2):
    distances = np.abs(X - centre).max(axis=1)
    return np.median(distances) ** power, len(X) - np.argmax(distances)
"""


def complaints(one, other, files=("a.ipynb", "b.ipynb")):
    """What is said of two cells of these files."""
    pair = zip(files, (one, other), strict=True)
    return repetitions(itertools.chain(*(functions(file, ", cell 1", source) for file, source in pair)))


@pytest.mark.parametrize(
    "other",
    [
        ONE,
        RENAMED,
        ONE.replace("power=2", "power=3"),  # nearly the same
        "class Cloud:\n" + textwrap.indent(RENAMED, "    "),
        "def outer(X):\n" + textwrap.indent(RENAMED, "    ") + "    return width(X, 0) * 7 - max(X) / len(X)",
    ],
)
def test_a_repetition_is_found_whatever_its_names_and_wherever_it_stands(other):
    (complaint,) = complaints(ONE, other)
    assert "spread (a.ipynb, cell 1)" in complaint
    assert "(b.ipynb, cell 1)" in complaint
    assert "move what they share to utils/" in complaint
    assert "`# repeated on purpose: why`" in complaint


@pytest.mark.parametrize(
    "other",
    [
        OTHER,
        RENAMED.replace("= 2) -> tuple:", "= 2) -> tuple:  # repeated on purpose: it is the lesson"),
        ONE.replace("np.mean", "np.median")
        .replace(".max()", ".std()")
        .replace("** 2", "* X")
        .replace("- c", "+ 3 * c"),
    ],
)
def test_a_mark_or_a_difference_is_respected(other):
    assert complaints(ONE, other) == []
    assert complaints(other, ONE) == []


def test_the_mark_belongs_to_its_function_alone():
    marked = RENAMED.replace("= 2) -> tuple:", "= 2) -> tuple:  # repeated on purpose: it is the lesson")
    assert len(complaints(ONE, marked + ONE)) == 1


def test_a_mark_that_excuses_nothing_is_found():
    marked = RENAMED.replace("= 2) -> tuple:", "= 2) -> tuple:  # repeated on purpose: it was")
    (complaint,) = complaints(OTHER, marked)
    assert "width (b.ipynb, cell 1) is marked" in complaint
    assert "remove the mark" in complaint


def test_small_functions_and_repetitions_within_one_file_are_let_pass():
    small = "def total_is_one(p):\n    return p.sum() - 1"
    assert complaints(small, small) == []
    assert complaints(ONE, RENAMED, files=("a.ipynb", "a.ipynb")) == []


def test_no_function_is_written_twice_unless_on_purpose():
    found, transform = [], TransformerManager().transform_cell
    for path in chapter_files(ROOT):
        file = path.relative_to(ROOT).as_posix()
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code":
                found += functions(file, f", cell {cell.id}", transform(cell.source))
    for path in sorted((ROOT / "utils").rglob("*.py")):
        # all of utils is one place: within it, functions see each other
        found += functions("utils", f"/{path.relative_to(ROOT / 'utils').as_posix()}", path.read_text("utf-8"))
    assert len(found) > 500
    complaints = repetitions(found)
    assert not complaints, "\n" + "\n".join(complaints)
