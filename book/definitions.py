"""What a chapter defines, without running it, for tests that compare something else with the chapter's functions."""

from __future__ import annotations

import ast
from pathlib import Path

from book.chapter import Chapter
from book.order import ROOT

DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
#: What a constant is written with.
PLAIN = (
    ast.Constant, ast.Dict, ast.List, ast.Load, ast.Name, ast.Set, ast.Tuple, ast.UAdd, ast.UnaryOp, ast.USub,
)  # fmt: skip


def definitions(chapter: str | Path, root: Path = ROOT) -> dict:
    """The namespace of a chapter's imports, functions, classes and constants; nothing else of it is executed.

    A name defined twice means what it means at the end of the chapter.
    """
    path = root / chapter
    namespace: dict = {"__name__": path.stem}
    for tree in Chapter(path).trees.values():
        for node in tree.body:
            if isinstance(node, DEFINITIONS) or _is_constant(node, namespace):
                exec(compile(ast.Module([node], []), str(path), "exec"), namespace)
    return namespace


def _is_constant(node: ast.stmt, namespace: dict) -> bool:
    """Whether a name is set to numbers, texts, collections of these, or things already defined."""
    if not isinstance(node, ast.Assign) or not all(isinstance(target, ast.Name) for target in node.targets):
        return False
    parts = list(ast.walk(node.value))
    known = all(part.id in namespace for part in parts if isinstance(part, ast.Name))
    return known and all(isinstance(part, PLAIN) for part in parts)
