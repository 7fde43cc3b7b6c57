"""What a chapter defines, without running it, for tests that compare something else with the chapter's functions."""

from __future__ import annotations

import ast
from pathlib import Path

import nbformat
from IPython.core.inputtransformer2 import TransformerManager

from book.order import ROOT

DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)


def definitions(chapter: str | Path, root: Path = ROOT) -> dict:
    """The namespace of a chapter's imports, functions, classes and constants; nothing else of it is executed.

    A name defined twice means what it means at the end of the chapter.
    """
    path = root / chapter
    transform = TransformerManager().transform_cell
    namespace: dict = {"__name__": path.stem}
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        for node in ast.parse(transform(cell.source)).body:
            if isinstance(node, DEFINITIONS) or _is_constant(node, namespace):
                exec(compile(ast.Module([node], []), str(path), "exec"), namespace)
    return namespace


def _is_constant(node: ast.stmt, namespace: dict) -> bool:
    """Whether a name is set to numbers, texts, collections of these, or things already defined."""
    if not isinstance(node, ast.Assign) or not all(isinstance(target, ast.Name) for target in node.targets):
        return False
    allowed = (
        ast.Constant,
        ast.Name,
        ast.Load,
        ast.Tuple,
        ast.List,
        ast.Dict,
        ast.Set,
        ast.UnaryOp,
        ast.USub,
        ast.UAdd,
    )
    parts = list(ast.walk(node.value))
    known = all(part.id in namespace for part in parts if isinstance(part, ast.Name))
    return known and all(isinstance(part, allowed) for part in parts)
