"""Data flow one way: no room of the house imports from one that is built on it."""

import ast
from functools import cache
from pathlib import Path

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


def modules(room: str) -> list[Path]:
    """Files of a room's code, without other people's ways to solve an assignment."""
    return [path for path in (ROOT / room).rglob("*.py") if not {"node_modules", "alternatives"} & {*path.parts}]


@cache
def offered(module: Path) -> set[str] | None:
    """Names at the top of a module or package; None where there is no such file."""
    if module.is_dir():
        return {path.stem for path in module.iterdir()} | (offered(module / "__init__") or set())
    if not (source := module.with_suffix(".py")).is_file():
        return None
    names = set()
    tree = ast.parse(source.read_text("utf-8"))
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                names |= {alias.asname or alias.name for alias in aliases}
    if "__getattr__" in names:  # a package that loads what it offers when it is asked for: it says the names
        names |= {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    return names


def missing(source: str) -> set[str]:
    """What a piece of code imports from a module of the house that has no such name."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and not node.level and node.module.split(".")[0] in ROOMS:
            names = offered(ROOT / node.module.replace(".", "/"))
            found |= {f"{node.module}.{alias.name}" for alias in node.names if alias.name not in (names or ())}
    return found


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_what_is_imported_is_there(room):
    found = {str(path.relative_to(ROOT)): missing(path.read_text("utf-8")) for path in modules(room)}
    on_purpose = {"tests/test_data.py": {"utils.data.emnist"}} if room == "tests" else {}
    assert {path: names for path, names in found.items() if names} == on_purpose


def test_an_import_of_nothing_is_found():
    source = "from book.order import ROOT, NOTHING\nfrom book import order, rules, nowhere\nfrom book.nowhere import x"
    assert missing(source) == {"book.order.NOTHING", "book.nowhere", "book.nowhere.x"}


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_nothing_below_imports_from_above(room):
    files = modules(room)
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
