"""What one submission earned, made once and never changed: it is kept as JSON, and every report is made of it.

What shows only beside the others' (the same work under two names, two submissions of one student) is no part of a
grade; `Row` puts the two together.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from grading.course.assignment import Assignment
from grading.judging.exam import GRADER_ERROR
from grading.judging.questions import Outcome

__all__ = ["Grade", "PartGrade", "QuestionGrade", "Row", "clean", "grade_of"]


@dataclass(frozen=True)
class PartGrade:
    """One part of a question. `text` says what was passed, or the part's name and its hint."""

    name: str
    points: float
    passed: bool
    text: str


@dataclass(frozen=True)
class QuestionGrade:
    """One question with its parts."""

    name: str
    title: str
    parts: tuple[PartGrade, ...]

    @property
    def points(self) -> float:
        return sum(part.points for part in self.parts)

    @property
    def earned(self) -> float:
        return sum(part.points for part in self.parts if part.passed)


@dataclass(frozen=True)
class Grade:
    """What one submission earned.

    Attributes
    ----------
    status : str
        "ok", the word for what happened in the first question that did not end well, why the whole was refused, or
        "grader error".
    message : str
        What stopped which question, or why the whole was refused. For the instructor: it may quote what was raised.
    refused : bool
        Whether there was nothing to grade; the message is the grader's own then.
    questions : tuple of QuestionGrade
        All of the assignment's, graded or not.
    notes : tuple of str
        About what was handed in.
    work : tuple of str
        Digests of the statements in its files, sorted: how equal work is found.
    seconds : float
    walls : str
        What the box could not keep its code from, where there was less of a wall than there can be; else "".
    """

    status: str
    message: str
    refused: bool
    questions: tuple[QuestionGrade, ...]
    notes: tuple[str, ...]
    work: tuple[str, ...]
    seconds: float
    walls: str = ""

    @property
    def total(self) -> float:
        return sum(question.earned for question in self.questions)

    @property
    def possible(self) -> float:
        return sum(question.points for question in self.questions)

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Grade:
        """The grade that `to_json` gave.

        Raises
        ------
        ValueError
            The text is something else.
        """
        try:
            entries = json.loads(text)
            entries["questions"] = tuple(
                QuestionGrade(q["name"], q["title"], tuple(PartGrade(**part) for part in q["parts"]))
                for q in entries["questions"]
            )
            entries |= {name: tuple(entries[name]) for name in ("notes", "work")}
            return cls(**entries)
        except (TypeError, KeyError, AttributeError) as problem:
            raise ValueError(f"this is no grade: {problem}") from None


@dataclass(frozen=True)
class Row:
    """A grade in a class.

    Attributes
    ----------
    submission, student : str
        Name of what was handed in, and of who handed it in.
    grade : Grade
    remarks : tuple of str
        What shows beside the others.
    duplicate : tuple of str
        Students whose work is the same.
    shared : tuple of str
        Modules in which it is.
    """

    submission: str
    student: str
    grade: Grade
    remarks: tuple[str, ...] = ()
    duplicate: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        return self.grade.notes + self.remarks


def grade_of(
    assignment: Assignment,
    outcome: Outcome | None,
    *,
    seconds: float,
    status: str = "ok",
    message: str = "",
    refused: bool = False,
    work: tuple[str, ...] = (),
    walls: str = "",
) -> Grade:
    """The grade of an outcome, or, where grading did not come that far, one without points.

    Without a status of its own the grade has that of the first question that did not end well.
    """
    outcomes = {q.question.name: q for q in outcome.questions} if outcome else {}
    stopped = [q for q in outcomes.values() if q.status != "ok"]
    if stopped and status == "ok":
        faults = [q for q in stopped if q.status == GRADER_ERROR]  # these want a look before anything else
        status = (faults or stopped)[0].status
        message = "; ".join(f"{q.question.name}: {q.status} ({clean(q.message or q.status)})" for q in stopped)
    questions = []
    for question in assignment.questions:
        found, parts = outcomes.get(question.name), []
        for part in question.parts:
            passed = found is not None and part.name in found.passed
            hint = found.hints.get(part.name, "") if found else "not graded"
            parts.append(PartGrade(part.name, part.points, passed, part.says if passed else f"{part.name}: {hint}"))
        questions.append(QuestionGrade(question.name, question.title, tuple(parts)))
    notes = outcome.notes if outcome else ()
    return Grade(status, message, refused, tuple(questions), notes, work, round(seconds, 2), walls)


def clean(text: str) -> str:
    """One line, of printable characters, not too long."""
    return "".join(c if c.isprintable() else " " for c in text)[:200]
