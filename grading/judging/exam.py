"""One question put to one submission.

A judge is a function of one `Exam`: it calls the submission through `exam.session`, draws its inputs from `exam.rng`,
asks the reference through `exam.expect`, and marks parts. It runs outside the box.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import numpy as np

from grading.box.session import Remote, Session, Stopped, SubmissionError
from grading.judging.causes import cause_of
from grading.judging.comparison import difference
from grading.judging.expectations import Expectations
from grading.judging.questions import Question, QuestionOutcome

__all__ = ["GRADER_ERROR", "Exam"]

#: Status of a question that the grader failed to judge.
GRADER_ERROR = "grader error"

#: Of a difference, relative to the largest expected entry, where a judge says nothing else.
TOLERANCE = 1e-6


class Exam:
    """One question put to one submission.

    Attributes
    ----------
    session : Session
    rng : numpy Generator
        For inputs; its seed is the same for everybody in one run of grading.
    passed : set of str
        Names of the parts passed so far.
    loaded : bool
        Whether the module in question could be imported.
    files : dict of str to str
        The names of the files that were taken for the submission's modules.
    """

    def __init__(
        self,
        question: Question,
        session: Session,
        rng,
        expectations: Expectations,
        prepare: Callable[[], Any],
        boxes: Callable[..., AbstractContextManager[Session]] | None = None,
        files: Mapping[str, str] | None = None,
    ):
        self.question, self.session, self.rng = question, session, rng
        self.files = dict(files or {})
        self._boxes = boxes
        self.passed, self.loaded = set(), False
        self._expectations, self._prepare, self._prepared = expectations, prepare, False
        self._names = tuple(part.name for part in question.parts)
        self._hints: dict[str, str] = {}
        self._status, self._message, self._printed = "ok", "", b""

    @property
    def module(self) -> Remote:
        """The module that the question is about."""
        module = self.session.load(self.question.module)
        self.loaded = True
        return module

    def expect(self, name: str, *arguments):
        """Result of the reference's function `name`: an array, or a tuple of arrays.

        Raises
        ------
        RuntimeError
            The judge has asked for `data` before: recording what the reference answers ends there.
        """
        if self._prepared:
            raise RuntimeError(f"{self.question.name} asks for {name} after it has asked for data; exchange the two")
        return self._expectations(name, *arguments)

    def data(self):
        """What the assignment's `prepare()` gives, prepared once: sets of pictures."""
        self._prepared = True
        return self._prepare()

    @contextmanager
    def apart(self, *standins: str, alone: bool = False) -> Iterator[Session]:
        """Within the block `session` is a box of its own, with these stand-ins and no others.

        What answers a question must not lie in the box where it is asked. `alone` leaves the submission out: what is
        measured there cannot be touched by it.
        """
        before = self.session
        with self._boxes(standins, alone) as self.session:
            try:
                yield self.session
            finally:
                self._printed = self._printed or self.session.printed
                self.session = before

    def asks_for(self, part: str) -> bool:
        """Whether the question has a part of that name."""
        return part in self._names

    def pass_part(self, part: str) -> None:
        """Mark a part as passed."""
        self.passed.add(self._known(part))

    def fail(self, part: str, hint: str) -> None:
        """Mark a part as not passed, whatever was found before; the first hint stays."""
        self.passed.discard(self._known(part))
        self._hints.setdefault(part, hint)

    def fail_all(self, hint: str, parts: Iterable[str] | None = None) -> None:
        """Mark several parts as not passed, by default all, with one hint."""
        for part in self._names if parts is None else parts:
            self.fail(part, hint)

    def require(self, part: str, holds: bool, hint: str) -> bool:
        """Mark a part by a condition, which is returned."""
        if holds:
            self.pass_part(part)
        else:
            self.fail(part, hint)
        return bool(holds)

    def without(self, part: str, problems: Iterable[str | None]) -> bool:
        """Mark a part by a list of problems that has to be empty; the first is the hint."""
        problem = next(filter(None, problems), "")
        return self.require(part, not problem, problem)

    def matches(
        self,
        part: str,
        found,
        expected,
        *,
        what: str,
        tolerance: float = TOLERANCE,
        mistakes: Sequence[tuple[Any, str]] = (),
        hint: str = "",
        labels: bool = False,
    ) -> bool:
        """Mark a part by comparing an array with what is expected; the parameters are those of `difference`."""
        return self.without(part, [difference(found, expected, what, tolerance, mistakes, hint, labels)])

    def all_match(
        self,
        part: str,
        cases: Iterable[tuple[Any, Any, Sequence]],
        *,
        what: str,
        tolerance: float = TOLERANCE,
        hint: str = "",
        labels: bool = False,
    ) -> bool:
        """Mark a part by several comparisons, of which each has to hold: (found, expected, mistakes)."""
        return self.without(part, (difference(f, e, what, tolerance, m, hint, labels) for f, e, m in cases))

    def unchanged(self, part: str, arrays: Iterable[tuple[str, Remote, np.ndarray]]) -> bool:
        """Mark a part by whether arrays that stay in the box are still what was put there: (name, remote, original)."""
        return self.without(part, [self.change(arrays)])

    def change(self, arrays: Iterable[tuple[str, Remote, np.ndarray]]) -> str | None:
        """Which of the arrays is no longer what was put into the box, if any."""
        for name, remote, original in arrays:
            now = remote.fetch()
            if not (isinstance(now, np.ndarray) and np.array_equal(now, original)):
                return f"your code changes its input {name}; work on a copy (x -= … changes x, x = x - … does not)"
        return None

    def judge(self) -> QuestionOutcome:
        """Let the judge mark the parts; what the submission does wrong ends it and becomes part of the outcome."""
        reason, start = "", time.perf_counter()
        try:
            self.question.judge(self)
        except SubmissionError as problem:
            reason = self.raised(problem)
        except Stopped as problem:
            self._status, self._message = problem.reason, str(problem)
            reason = f"{problem}"
        return self._outcome(reason, start)

    def judge_whatever_comes(self) -> QuestionOutcome:
        """As `judge`; where the judge itself fails on what a submission returns, that costs this question alone.

        The status "grader error" asks for a look: what was passed before is kept, and the others are judged.
        """
        start = time.perf_counter()
        try:
            return self.judge()
        except Exception as fault:
            self._status, self._message = GRADER_ERROR, f"{type(fault).__name__}: {fault}"[:300]
            return self._outcome(
                "the grader could not judge what your code returned; somebody has to look at it", start
            )

    def _outcome(self, reason: str, start: float) -> QuestionOutcome:
        hints = dict(self._hints)
        for part in self._names:
            if part not in self.passed:
                hints.setdefault(part, reason or "not looked at, because of what is said above")
        return QuestionOutcome(
            self.question,
            frozenset(self.passed),
            hints,
            self._status,
            self._message,
            (self.session.printed or self._printed).decode(errors="replace"),
            time.perf_counter() - start,
        )

    def raised(self, problem: SubmissionError) -> str:
        """Note that the submission raised something, where the judge may go on; what is said about it."""
        self._status, self._message = "error", str(problem)
        if problem.type == "NotImplementedError":
            return "not written yet"
        line = f"line {problem.line} of " if problem.line else ""
        where = f" in {line}{problem.file}" if problem.file else ""
        cause = cause_of(problem)
        return f"your code raised {problem.type}{where}" + (f": {cause}" if cause else "")

    def _known(self, part: str) -> str:
        if part not in self._names:
            raise KeyError(f"{self.question.name} has no part {part!r}")
        return part
