"""What the statements of a source look like when names, numbers, comments, layout and docstrings do not count.

Only the standard library is used: what strangers have written is read in a small process of its own.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator

__all__ = ["statements_of"]

#: Most functions of one file that are looked at, most statements of one function, most nodes of one statement.
FUNCTIONS, STATEMENTS, NODES = 200, 500, 5_000


def statements_of(source: str) -> list[tuple[str, int]]:
    """A digest and a size (nodes of the syntax tree) for each statement in the functions of a source.

    A loop or a condition is one statement, what is in it are others. None where the source cannot be parsed.
    """
    try:
        tree = ast.parse(source)
        return sorted({shape for function in _functions(tree) for shape in _shapes(function)})
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _functions(tree: ast.Module) -> list[ast.FunctionDef]:
    """Those at the top level and in classes; functions inside of functions belong to these."""
    found, pending = [], list(tree.body)
    while pending and len(found) < FUNCTIONS:
        node = pending.pop(0)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found.append(node)
        elif isinstance(node, (ast.ClassDef, ast.If, ast.Try)):
            pending += node.body
    return found


def _shapes(function: ast.FunctionDef) -> Iterator[tuple[str, int]]:
    own = {part.arg for part in ast.walk(function) if isinstance(part, ast.arg)}
    own |= {part.id for part in ast.walk(function) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
    statements = [node for node in ast.walk(function) if isinstance(node, ast.stmt) and node is not function]
    for statement in statements[:STATEMENTS]:
        if not isinstance(statement, ast.Pass) and not _is_text(statement):
            yield _shape(statement, own, function.name)


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _shape(statement: ast.stmt, own: set[str], function: str) -> tuple[str, int]:
    """Digest and size of one statement, without those in it; all of a function's own names are alike."""
    digest, size, pending = hashlib.sha256(function.encode("utf-8", "replace")), 0, [statement]
    while pending and size < NODES:
        node = pending.pop()
        size += 1
        said = type(node).__name__
        if isinstance(node, ast.Constant):
            said = f"constant {type(node.value).__name__}"
        elif isinstance(node, ast.Name):
            said = "own" if node.id in own else node.id
        elif isinstance(node, ast.Attribute):
            said = f".{node.attr}"
        elif isinstance(node, ast.keyword):
            said = f"{node.arg}="
        children = [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.stmt)]
        digest.update(f"{said} {len(children)}\0".encode("utf-8", "replace"))
        pending += reversed(children)
    return digest.hexdigest()[:16], size
