"""Graders are graded: wrong answers that must lose exactly their points and draw their hints.

An assignment's `wrong.py` lists `WRONG`; its `alternatives/` holds other correct solutions, one folder each.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from grading.box.sandbox import Sandbox
from grading.course.assignment import Assignment
from grading.judging.questions import Outcome

__all__ = ["Wrong", "complaints", "plant", "reached"]


@dataclass(frozen=True)
class Wrong:
    """A solution with one mistake.

    Attributes
    ----------
    name : str
    file : str
        Of the solution's files, the one that is changed.
    old, new : str
        Text that stands in it once, and what it becomes.
    loses : dict of str to tuple of str
        For each question that loses points, the parts it loses.
    hint : str
        Stands in the first hint of one of these questions.
    """

    name: str
    file: str
    old: str
    new: str
    loses: dict[str, tuple[str, ...]]
    hint: str

    @property
    def id(self) -> str:
        return f"{'-'.join(self.loses)} {self.name}"


def plant(assignment: Assignment, wrong: Wrong, folder: Path) -> Path:
    """The solution with the mistake in it, in `folder`.

    Raises
    ------
    ValueError
        The text to be changed does not stand in the file exactly once.
    """
    shutil.copytree(assignment.folder / "solution", folder, dirs_exist_ok=True)
    path = folder / wrong.file
    source = path.read_text("utf-8")
    if source.count(wrong.old) != 1:
        raise ValueError(f"{wrong.id}: the text to change stands {source.count(wrong.old)} times in {wrong.file}")
    path.write_text(source.replace(wrong.old, wrong.new), encoding="utf-8")
    return folder


_reached: dict[tuple[Assignment, str], list[str]] = {}


def reached(assignment: Assignment, file: str, sandbox: Sandbox) -> list[str]:
    """Names of the questions that a mistake in a file can reach: those that lose points when it cannot be imported.

    Found out by trying, once a process: the solution is graded with that file broken. The questions that lose nothing
    did not import it; those that put a stand-in in its place need not be tried.
    """
    if (assignment, file) not in _reached:
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(assignment.folder / "solution", folder, dirs_exist_ok=True)
            (Path(folder) / file).write_text('raise RuntimeError("out of order")\n', encoding="utf-8")
            possible = [q.name for q in assignment.questions if Path(file).stem not in q.standins]
            outcome = assignment.grade(Path(folder), sandbox, only=possible)
        _reached[assignment, file] = [q.question.name for q in outcome.questions if q.earned < q.question.points]
    return _reached[assignment, file]


def complaints(outcome: Outcome, wrong: Wrong) -> list[str]:
    """What the grader did with a wrong answer that it should not have done."""
    found = []
    graded = {question.question.name for question in outcome.questions}
    found += [f"{name} should lose points but is out of reach" for name in wrong.loses.keys() - graded]
    for question in outcome.questions:
        name = question.question.name
        lost = {part.name for part in question.question.parts} - question.passed
        expected = set(wrong.loses.get(name, ()))
        if lost != expected:
            found.append(f"{name} lost {sorted(lost)}, should lose {sorted(expected)}: {question.hints}")
    hints = [question.hints[p.name] for question in outcome.questions for p in question.question.parts
             if p.name in question.hints and question.question.name in wrong.loses]  # fmt: skip
    if not any(wrong.hint in hint for hint in hints):
        found.append(f"no hint says {wrong.hint!r}: {hints}")
    return found
