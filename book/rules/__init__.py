"""The rules that every chapter obeys. Each violation names the file, the cell and the remedy.

    python -m book.rules [NOTEBOOK …]        all of chapters/ when none is named

A rule is a generator: it takes a `Chapter` and yields a `Violation` for each place that breaks it. It stands in the
module of its subject, in RULES below, and in `tests/test_rules.py` with examples that break it and that only seem to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from book.chapter import Chapter
from book.rules import (
    code,
    equations,
    exercises,
    figures,
    glue,
    layers,
    mathematics,
    names,
    prose,
    randomness,
    structure,
)
from book.rules.violation import Violation

RULES: list[Callable[[Chapter], Iterator[Violation]]] = [
    code.code_is_python,
    code.stored_without_outputs,
    code.cells_are_short,
    code.runs_anywhere,
    randomness.randomness_is_seeded,
    equations.equations_are_checked,
    equations.equations_are_evaluated,
    equations.bindings_are_literal,
    equations.labels_are_equations,
    equations.claims_show_values,
    mathematics.mathematics_is_portable,
    figures.figures_have_alt_text,
    glue.glued_values_exist,
    structure.parts_are_present,
    structure.headings_in_order,
    layers.harness_is_folded,
    layers.lesson_is_open,
    layers.further_begins_with_its_heading,
    exercises.exercises_have_solutions,
    exercises.exercise_blocks_stand_alone,
    prose.prose_is_plain,
]


def violations(path: Path) -> list[Violation]:
    """Every broken rule of one notebook."""
    try:
        chapter = Chapter(path)
    except ValueError as problem:
        return [Violation(path, 0, str(problem), "Restore the file")]
    return [violation for rule in RULES for violation in _broken(rule, chapter)]


def _broken(rule: Callable[[Chapter], Iterator[Violation]], chapter: Chapter) -> list[Violation]:
    try:
        return list(rule(chapter))
    except RecursionError:  # of ast.unparse, for one: a sum of a thousand terms is a tree a thousand deep
        message = f"code nested too deeply for the rule {rule.__name__}"
        return [Violation(chapter.path, 0, message, "Write it in shorter steps")]


def collisions(paths: list[Path]) -> list[Violation]:
    """Names that occur more than once in all of these notebooks; `violations` says which of them cannot be read."""
    chapters = []
    for path in paths:
        try:
            chapters.append(Chapter(path))
        except ValueError:
            continue
    return list(names.names_are_unique(chapters))
