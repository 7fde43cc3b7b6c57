"""Questions, their parts and points, and what a submission earned in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grading.box.sandbox import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from grading.judging.exam import Exam

__all__ = ["Outcome", "Part", "Question", "QuestionOutcome"]


@dataclass(frozen=True)
class Part:
    """One property that a question asks for. `says` completes the sentence "passed: …"."""

    name: str
    points: float
    says: str


@dataclass(frozen=True)
class Question:
    """One question of an assignment.

    Attributes
    ----------
    name : str
        "q1", "q2" …
    title : str
    module : str
        The module it is about.
    parts : tuple of Part
    judge : callable
        `judge(exam)` marks the parts; a part left unmarked is not passed.
    limits : Limits
    standins : tuple of str
        Modules for which the assignment's own (`standin/<name>.py`) take the place of the submission's, so that a
        mistake made there is not paid for twice. They lie beside it while this question is judged, and no longer.
    others : tuple of str
        Modules that will do where `module` is missing.
    """

    name: str
    title: str
    module: str
    parts: tuple[Part, ...]
    judge: Callable[[Exam], None]
    limits: Limits = DEFAULT_LIMITS
    standins: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def points(self) -> float:
        return sum(part.points for part in self.parts)


@dataclass(frozen=True)
class QuestionOutcome:
    """What one submission earned in one question.

    Attributes
    ----------
    passed : frozenset of str
        Names of the parts passed.
    hints : dict of str to str
        For the parts that were not: which property failed, and where to look.
    status : str
        "ok", or the word of what stopped it: "error", "time", "memory", "output", "processes", "crash", "protocol",
        "missing"; or "recorded" where the reference's answers were all that was wanted.
    message : str
        What the submission raised, if anything; it may quote data.
    printed : str
        The end of what the submission printed.
    """

    question: Question
    passed: frozenset[str] = frozenset()
    hints: dict[str, str] = field(default_factory=dict)
    status: str = "ok"
    message: str = ""
    printed: str = ""
    seconds: float = 0.0

    @property
    def earned(self) -> float:
        return sum(part.points for part in self.question.parts if part.name in self.passed)


@dataclass(frozen=True)
class Outcome:
    """What one submission earned in an assignment: its questions in order, and notes on what was handed in."""

    questions: tuple[QuestionOutcome, ...]
    notes: tuple[str, ...] = ()

    @property
    def earned(self) -> float:
        return sum(outcome.earned for outcome in self.questions)

    @property
    def possible(self) -> float:
        return sum(outcome.question.points for outcome in self.questions)
