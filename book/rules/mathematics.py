"""Mathematics is written so that the website and JupyterLab show the same."""

from __future__ import annotations

import re
from collections.abc import Iterator

from book.chapter import Chapter
from book.rules.violation import Violation

PORTABLE = [
    (
        r"\\begin\{(align|equation|gather|eqnarray)\*?\}",
        "align or equation inside $$",
        "Use \\begin{aligned} inside $$ … $$",
    ),
    (r"\\label\{", "a label inside TeX", "Label it after the closing $$: $$ … $$ (eq-…)"),
    (
        r"\\(new|renew)command|\\def\\",
        "defines a TeX macro",
        "Write it out: macros differ between the site and JupyterLab",
    ),
]


def mathematics_is_portable(chapter: Chapter) -> Iterator[Violation]:
    texts: dict[int, list[str]] = {}
    for place in (*chapter.equations, *chapter.formulas):
        texts.setdefault(place.cell, []).append(place.tex)
    for paragraph in chapter.paragraphs:  # where JupyterLab finds mathematics that the website does not
        texts.setdefault(paragraph.cell, []).append(paragraph.text)
    for n in sorted(texts):
        for pattern, message, remedy in PORTABLE:
            if any(re.search(pattern, text) for text in texts[n]):
                yield Violation(chapter.path, n, message, remedy)
