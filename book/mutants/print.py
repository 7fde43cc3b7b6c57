"""Misprints: one sign, factor, index, transpose … changed in the TeX of an equation that is evaluated from print."""

from __future__ import annotations

from dataclasses import dataclass

from book.chapter import Chapter
from book.formula.mutants import mutants


@dataclass(frozen=True)
class Misprint:
    """One mistake in the print of the equation `label`, which `cell` evaluates.

    At `position` in its TeX, `before` became `after`; `tex` is the whole formula with the mistake.
    """

    cell: int
    label: str
    kind: str
    position: int
    before: str
    after: str
    tex: str

    @property
    def formulas(self) -> dict[str, str]:
        return {self.label: self.tex}


def misprints(chapter: Chapter, label: str | None = None) -> list[Misprint]:
    """Every misprint of the equations that a chapter evaluates from print, in the order of its checks."""
    found, formulas = [], chapter.printed_formulas
    for check in chapter.checks:
        evaluated = any(keyword.arg == "printed" for keyword in check.call.keywords)
        if evaluated and check.label in formulas and label in (None, check.label):
            for mutant in mutants(formulas[check.label]):
                change = mutant.kind, mutant.position, mutant.before, mutant.after, mutant.tex
                found.append(Misprint(check.cell, check.label, *change))
    return found
