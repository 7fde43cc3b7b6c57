"""Misprints: one sign, factor, index, transpose … changed in the TeX of an equation that is evaluated from print.

Where such a change makes no difference to the mathematics, say why on a line of the check, with the place in the TeX
that the report names, and it is left out: `# no misprint: 12: a matrix has the trace of its transpose`.
"""

from __future__ import annotations

import re
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
        if check.printed and check.label in formulas and label in (None, check.label):
            lines = chapter.sources[check.cell].splitlines()[check.call.lineno - 1 : check.call.end_lineno]
            excused = {int(place) for line in lines for place in re.findall(r"# no misprint: (\d+): \S", line)}
            for mutant in (mutant for mutant in mutants(formulas[check.label]) if mutant.position not in excused):
                change = mutant.kind, mutant.position, mutant.before, mutant.after, mutant.tex
                found.append(Misprint(check.cell, check.label, *change))
    return found
