"""Numbers in the text come from code: every {glue} has its glue, under a key that begins with the chapter's name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from book.chapter import Chapter
from book.rules.violation import Violation


def glued_values_exist(chapter: Chapter) -> Iterator[Violation]:
    name = chapter.path.stem.replace("_", "-")
    patterns = []
    for glued in chapter.glued:
        pattern = _key_pattern(glued.key)
        patterns.append(pattern)
        if not pattern.replace("_", "-").startswith(f"{name}-"):
            key = ast.unparse(glued.key) if glued.key else ""
            remedy = f'Begin it with the name of the notebook: glue("{name}-…", …)'
            yield Violation(chapter.path, glued.cell, f"glue key {key} is not this chapter's", remedy)
    for place in chapter.pasted:
        if not any(re.fullmatch(pattern, place.key) for pattern in patterns):
            message = f"{{glue}} of '{place.key}', which no cell glues"
            yield Violation(chapter.path, place.cell, message, f'Add glue("{place.key}", …, display=False)')


def _key_pattern(key: ast.expr | None) -> str:
    """A pattern for the keys that an expression can give; what is not written out may be anything."""
    if isinstance(key, ast.Constant):
        return str(key.value)
    if isinstance(key, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else r"[\w.-]+" for part in key.values)
    return ""
