"""The prose is plain."""

from __future__ import annotations

import re
from collections.abc import Iterator

from book.chapter import Chapter
from book.rules.violation import Violation

FILLER = re.compile(
    r"\b(simply|obviously|clearly|trivially|of course|it is easy to see|basically|needless to say)\b", re.I
)


def prose_is_plain(chapter: Chapter) -> Iterator[Violation]:
    prose: dict[int, str] = {}
    for paragraph in chapter.paragraphs:
        prose[paragraph.cell] = f"{prose.get(paragraph.cell, '')}\n{paragraph.text}"
    for n, text in prose.items():
        for word in sorted({match[0].lower() for match in FILLER.finditer(text)}):
            yield Violation(chapter.path, n, f"filler: '{word}'", "Delete it or give the reason")
        if re.search(r"[\w)*_]!(?=[\s)*_.\"'”’]|$)", text, re.M):
            yield Violation(chapter.path, n, "an exclamation mark", "End with a full stop")
