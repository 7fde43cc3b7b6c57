"""What the functions of a source look like when names, numbers, comments, layout and docstrings do not count.

Only the standard library is used: what strangers have written is read in a small process of its own.
"""

from __future__ import annotations

import ast
import hashlib

__all__ = ["functions_of"]

#: Most functions of one file that are looked at, and most nodes of one function.
FUNCTIONS, NODES = 200, 20_000


def functions_of(source: str) -> list[tuple[str, int]]:
    """A digest and a size (nodes of the syntax tree) for each function of a source; none where it cannot be parsed.

    Functions that do nothing yet (`pass`, `...`, a raise) are left out.
    """
    try:
        tree = ast.parse(source)
        return [_shape(node) for node in _functions(tree) if _does_something(node)]
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


def _does_something(node: ast.FunctionDef) -> bool:
    return any(not isinstance(part, (ast.Pass, ast.Raise)) and not _is_text(part) for part in node.body)


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _shape(function: ast.FunctionDef) -> tuple[str, int]:
    own = {a.arg for part in ast.walk(function) if isinstance(part, ast.arguments) for a in _arguments(part)}
    own |= {p.id for p in ast.walk(function) if isinstance(p, ast.Name) and isinstance(p.ctx, ast.Store)}
    numbers: dict[str, int] = {}
    digest, size, pending = hashlib.sha256(function.name.encode("utf-8", "replace")), 0, [function]
    while pending and size < NODES:
        node = pending.pop()
        size += 1
        said = type(node).__name__
        if isinstance(node, ast.Constant):
            said = f"constant {type(node.value).__name__}"
        elif isinstance(node, (ast.Name, ast.arg)):
            name = node.id if isinstance(node, ast.Name) else node.arg
            said = f"own {numbers.setdefault(name, len(numbers))}" if name in own else name
        elif isinstance(node, ast.Attribute):
            said = f".{node.attr}"
        elif isinstance(node, ast.keyword):
            said = f"{node.arg}="
        digest.update(said.encode("utf-8", "replace") + b"\0")
        children = [
            child for child in ast.iter_child_nodes(node) if not (isinstance(child, ast.stmt) and _is_text(child))
        ]
        if isinstance(node, ast.arg):
            children = []  # annotations
        digest.update(f"{len(children)}".encode())
        pending += reversed(children)
    return digest.hexdigest()[:16], size


def _arguments(node: ast.arguments) -> list[ast.arg]:
    return [*node.posonlyargs, *node.args, *node.kwonlyargs, *filter(None, [node.vararg, node.kwarg])]
