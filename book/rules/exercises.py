"""Every exercise has a folded solution whose code runs and verifies something."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from book.chapter import Chapter
from book.rules.violation import Violation

FEWEST = 3
BLOCKS = {f"{block}{end}" for block in ("exercise", "solution") for end in ("", "-start", "-end")}


def exercises_have_solutions(chapter: Chapter) -> Iterator[Violation]:
    yield from _solutions_begin_and_end(chapter)
    verified = {place.cell for place in (*chapter.checks, *chapter.claims)}
    for exercise in chapter.exercises:
        n, label, cells = exercise.cell, exercise.label, exercise.solution
        if not label:
            yield Violation(chapter.path, n, "an exercise without a label", "Give it ':label: ex-…'")
        elif cells is None:
            remedy = f"Add ```{{solution-start}} {label}"
            yield Violation(chapter.path, n, f"exercise '{label}' has no solution", remedy)
        elif not chapter.trees.keys() & cells:
            remedy = "Put code cells between {solution-start} and {solution-end}"
            yield Violation(chapter.path, n, f"the solution of '{label}' runs nothing", remedy)
        elif not verified & set(cells):
            remedy = "Add a check or a claim to its code"
            yield Violation(chapter.path, n, f"the solution of '{label}' verifies nothing", remedy)
    labels = {exercise.label for exercise in chapter.exercises if exercise.label}
    if len(labels) < FEWEST:
        message = f"{len(labels)} exercises, at least {FEWEST} are needed"
        yield Violation(chapter.path, 0, message, "Add ```{exercise} with a label")
    for label in dict.fromkeys(solution.exercise for solution in chapter.solutions):
        if label not in labels:
            remedy = f"Give the exercise ':label: {label}'"
            yield Violation(chapter.path, 0, f"a solution of '{label}', which no exercise has", remedy)


def _solutions_begin_and_end(chapter: Chapter) -> Iterator[Violation]:
    for solution, following in zip_longest(chapter.solutions, chapter.solutions[1:]):
        label = solution.exercise
        if not solution.folded:
            remedy = "Add ':class: dropdown'"
            yield Violation(chapter.path, solution.cell, f"the solution of '{label}' is not folded", remedy)
        if solution.end is None and following:
            message = f"the solution of '{label}' is still open"
            yield Violation(chapter.path, following.cell, message, "Add ```{solution-end}")
        elif solution.end is None:
            yield Violation(chapter.path, 0, f"the solution of '{label}' does not end", "Add ```{solution-end}")
    ends = {solution.end for solution in chapter.solutions}
    for directive in chapter.directives:
        if directive.name == "solution-end" and directive.cell not in ends:
            remedy = "Add ```{solution-start} ex-…"
            yield Violation(chapter.path, directive.cell, "the end of a solution that was not begun", remedy)


def exercise_blocks_stand_alone(chapter: Chapter) -> Iterator[Violation]:
    """Jupyter and the site agree on where such a block ends only when it fills its cell."""
    for directive in chapter.directives:
        if directive.name in BLOCKS and not directive.alone:
            message = f"other text beside {{{directive.name}}}"
            yield Violation(chapter.path, directive.cell, message, "Give it a cell of its own")
