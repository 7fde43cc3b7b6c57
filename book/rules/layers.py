"""The lesson stands open, what proves it is folded; sections off the core path begin with their heading."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from book.chapter import Chapter
from book.rules.structure import SECTIONS
from book.rules.violation import Violation

FOLD = "fold its code in JupyterLab (View, Collapse Selected Code)"


def harness_is_folded(chapter: Chapter) -> Iterator[Violation]:
    """What checks, claims, draws or glues; it may stand open in solutions of exercises, which are folded as a whole."""
    shown = _shown(chapter)
    for n, _ in chapter.code[:1]:
        if n in shown:
            yield Violation(chapter.path, n, "the first cell, which holds the imports, is open", FOLD.capitalize())
    proves = [*chapter.checks, *chapter.claims, *chapter.figures, *chapter.glued]
    for n in sorted({place.cell for place in proves} & shown):
        remedy = f"Leave the lesson in this cell and move the rest to one of its own; {FOLD}"
        yield Violation(chapter.path, n, "proves, draws or glues something and is open", remedy)


def lesson_is_open(chapter: Chapter) -> Iterator[Violation]:
    """A function that the open code uses is not hidden from the reader; those that only draw may be."""
    shown, folded = _shown(chapter), {}
    for n, tree in chapter.trees.items():
        if n in shown:
            used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
            for name in sorted(used & set(folded)):
                remedy = f"Show it: move it to an open cell, or what cell {n} does to a folded one"
                yield Violation(chapter.path, folded[name], f"folds `{name}`, which open code uses", remedy)
        else:
            folded |= {node.name: n for node in tree.body if _teaches(node)}


def further_begins_with_its_heading(chapter: Chapter) -> Iterator[Violation]:
    for section in chapter.further:
        heading = section.heading
        if heading is None or heading.line != 1 or heading.level < 2:
            remedy = "Begin the cell with '## …' or '### …', or open its heading"
            yield Violation(chapter.path, section.cell, "a collapsed cell that begins no section", remedy)
        elif heading.text.strip() in SECTIONS:
            message = f"'{heading.text.strip()}' is collapsed and belongs to the core path"
            yield Violation(chapter.path, section.cell, message, "Open its heading in JupyterLab")


def _shown(chapter: Chapter) -> set[int]:
    """Cells of code that stand open, without those of solutions."""
    return {n for n, _ in chapter.open_code} - {n for solution in chapter.solutions for n in solution.cells}


def _teaches(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith(("draw_", "plot_"))
