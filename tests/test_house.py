"""Data flow one way: no room of the house imports from one that is built on it."""

import ast

import pytest

from book.chapter import Chapter
from book.order import ROOT, chapter_files

#: Rooms, and the rooms that each may import from.
MAY_IMPORT = {
    "utils": {"utils"},
    "book": {"utils", "book"},
    "grading": {"utils", "grading"},
    "assignments": {"utils", "grading"},
    "website": {"utils", "book", "grading", "website"},
    "benchmarks": {"utils", "book", "website", "tools", "benchmarks"},
    "tools": {"utils", "book", "grading", "website", "tools"},
}
ROOMS = {*MAY_IMPORT, "tests"}


def imported(tree: ast.AST) -> set[str]:
    """Rooms that a piece of code imports from."""
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and not node.level}
    return {name.split(".")[0] for name in names} & ROOMS


def strangers(room: str, source: str) -> set[str]:
    return imported(ast.parse(source)) - MAY_IMPORT[room]


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_nothing_below_imports_from_above(room):
    files = [path for path in (ROOT / room).rglob("*.py") if "node_modules" not in path.parts]
    files = [path for path in files if "alternatives" not in path.parts]  # other people's ways
    found = {str(path.relative_to(ROOT)): strangers(room, path.read_text("utf-8")) for path in files}
    assert len(found) > 1
    assert {path: rooms for path, rooms in found.items() if rooms} == {}


def test_chapters_import_what_readers_have():
    for path in chapter_files():
        for number, tree in Chapter(path).trees.items():
            assert imported(tree) <= {"utils"}, f"{path.relative_to(ROOT)}, cell {number}"


def test_an_import_from_above_is_found():
    assert strangers("utils", "def f():\n    from book import order\n    import tests.tiny_book") == {"book", "tests"}
    assert strangers("book", "import utils.files\nfrom . import order\nimport json") == set()
