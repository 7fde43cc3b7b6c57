"""A chapter has the parts that a reader looks for, and headings that nest."""

from __future__ import annotations

import re
from collections.abc import Iterator

from book.chapter import Chapter
from book.rules.violation import Violation

CARDS = {"objectives": "What you will be able to do", "prerequisites": "What you need first"}
SECTIONS = ("Exercises", "Summary", "References")


def parts_are_present(chapter: Chapter) -> Iterator[Violation]:
    for kind, title in CARDS.items():
        if not any(kind in directive.classes for directive in chapter.directives):
            remedy = f"Add :::{{admonition}} {title} with :class: {kind} below the first picture"
            yield Violation(chapter.path, 0, f"no card of {kind}", remedy)
    sections = [heading.text for heading in chapter.headings if heading.level == 2]
    for name in SECTIONS:
        if not any(re.search(rf"\b{name}\b", text) for text in sections):
            yield Violation(chapter.path, 0, f"no section '{name}'", f"Add a heading '## {name}'")
    if not chapter.citations:
        remedy = "Cite the sources with {cite}`key` and add them to references.bib of the part, in registers/"
        yield Violation(chapter.path, 0, "cites nothing", remedy)


def headings_in_order(chapter: Chapter) -> Iterator[Violation]:
    previous = 0
    for heading in chapter.headings:
        n, level = heading.cell, heading.level
        if heading.inside:
            message = f"a heading inside {heading.inside}, where it begins no section"
            yield Violation(chapter.path, n, message, "Put it outside, or make it bold")
            continue
        if previous == 0 and level != 1:
            yield Violation(chapter.path, n, "the first heading is not the title", "Begin with '# Title'")
        if previous and level == 1:
            yield Violation(chapter.path, n, "a second title", "Use '##' for sections")
        if previous and level > previous + 1:
            message = f"heading level jumps from {previous} to {level}"
            yield Violation(chapter.path, n, message, "Go down one level at a time")
        previous = level
    if not previous:
        yield Violation(chapter.path, 0, "no title", "Begin with '# Title'")
