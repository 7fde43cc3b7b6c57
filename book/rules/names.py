"""A name means one thing in the whole book: ids of cells, labels of equations, exercises and theorems, targets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from book.chapter import Chapter
from book.rules.violation import Violation


def names_are_unique(chapters: Iterable[Chapter]) -> Iterator[Violation]:
    seen: dict[str, str] = {}
    for chapter in chapters:
        for n, name in _names(chapter):
            if name in seen:
                yield Violation(chapter.path, n, f"{name} is also in {seen[name]}", "Choose a name of its own")
            seen.setdefault(name, f"{chapter.path}, cell {n}")


def _names(chapter: Chapter) -> Iterator[tuple[int, str]]:
    yield from ((n, f"cell id '{cell.id}'") for n, cell in chapter.cells)
    yield from ((e.cell, f"label '{e.label}'") for e in chapter.equations if e.label)
    # the equations of {math} are among those above
    labelled = (d for d in chapter.directives if "label" in d.options and d.name not in ("math", "glue:math"))
    yield from ((d.cell, f"label '{d.options['label']}'") for d in labelled)
    yield from ((target.cell, f"label '{target.name}'") for target in chapter.targets)
