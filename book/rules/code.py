"""The code of a chapter is Python in short cells, stored without outputs, and runs on any machine without a network."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from book.chapter import Chapter
from book.rules.violation import Violation

LONGEST_CELL = 30
NETWORK_MODULES = {"urllib", "requests", "http", "socket", "httpx", "aiohttp", "ftplib"}
#: What a chapter with sites of its own (utils/loopback.py) may ask them with: no name but theirs is found then.
CLIENTS = {"urllib", "http"}


def code_is_python(chapter: Chapter) -> Iterator[Violation]:
    for n, problem in chapter.syntax_errors.items():
        yield Violation(chapter.path, n, f"is not valid Python: {problem}", "Mend the code")


def stored_without_outputs(chapter: Chapter) -> Iterator[Violation]:
    for n, cell in chapter.cells:
        if cell.cell_type == "code" and (cell.outputs or cell.execution_count is not None):
            remedy = "Clear them: `make clear-outputs`"
            yield Violation(chapter.path, n, "has stored outputs or an execution count", remedy)


def cells_are_short(chapter: Chapter) -> Iterator[Violation]:
    for n, source in chapter.code:
        lines = len(source.splitlines())
        if lines > LONGEST_CELL:
            remedy = f"Split it; {LONGEST_CELL} lines is the most, 5–10 reads best"
            yield Violation(chapter.path, n, f"{lines} lines of code", remedy)


def runs_anywhere(chapter: Chapter) -> Iterator[Violation]:
    network = "Use the data in utils.data; real data come from DATA_ROOT"
    for n, source in chapter.code:
        if re.search(r"^\s*[!%]\s*(pip|conda|wget|curl|git|apt)", source, re.M):
            yield Violation(chapter.path, n, "uses the network", network)
    served = any(name == "utils.loopback.Sites" for tree in chapter.trees.values() for name in _imported(tree))
    for n, tree in chapter.trees.items():
        text = ast.unparse(tree)  # without comments
        if re.search(r"\bsys\.path\b", text):
            yield Violation(chapter.path, n, "touches sys.path", "Import from `utils`, which is installed")
        if re.search(r"""["'](/(home|root|tmp|usr|Users|mnt|work)\b|[A-Za-z]:\\)""", text):
            remedy = "Use tempfile or a path relative to the notebook"
            yield Violation(chapter.path, n, "holds an absolute path", remedy)
        if re.search(r"https?://(?!www\.w3\.org|[\w.-]+\.test(?![\w.-]))|download=True|torch\.hub|\bfetch_\w+\(", text):
            yield Violation(chapter.path, n, "uses the network", network)
        for module in _imported(tree):
            package = module.split(".")[0]
            allowed = module.startswith("urllib.parse") or (served and package in CLIENTS)
            if package in NETWORK_MODULES and not allowed:
                yield Violation(chapter.path, n, f"imports {module}, a network module", "Use the data in utils.data")


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
