"""Questions, their parts and points; how an answer is compared with what is expected; what a submission earned.

A judge is a function of one `Exam`: it calls the submission through `exam.session`, draws its inputs from `exam.rng`,
asks the reference through `exam.expect`, and marks parts. It runs outside the box.
"""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from grading.sandbox import DEFAULT_LIMITS, Limits
from grading.session import Remote, Session, Stopped, SubmissionError
from grading.wire import Opaque

__all__ = ["Exam", "Expectations", "Outcome", "Part", "Question", "QuestionOutcome", "difference"]


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
        mistake made there is not paid for twice.
    """

    name: str
    title: str
    module: str
    parts: tuple[Part, ...]
    judge: Callable[[Exam], None]
    limits: Limits = DEFAULT_LIMITS
    standins: tuple[str, ...] = ()

    @property
    def points(self) -> float:
        return sum(part.points for part in self.parts)


@dataclass
class QuestionOutcome:
    """What one submission earned in one question.

    Attributes
    ----------
    passed : set of str
        Names of the parts passed.
    hints : dict of str to str
        For the parts that were not: which property failed, and where to look.
    status : str
        "ok", or the word of what stopped it: "error", "time", "memory", "output", "processes", "crash", "protocol",
        "missing".
    message : str
        What the submission raised, if anything; it may quote data.
    printed : str
        The end of what the submission printed.
    """

    question: Question
    passed: set[str] = field(default_factory=set)
    hints: dict[str, str] = field(default_factory=dict)
    status: str = "ok"
    message: str = ""
    printed: str = ""
    seconds: float = 0.0

    @property
    def earned(self) -> float:
        return sum(part.points for part in self.question.parts if part.name in self.passed)


@dataclass
class Outcome:
    """What one submission earned in an assignment: its questions in order, and notes on what was handed in."""

    questions: list[QuestionOutcome]
    notes: list[str] = field(default_factory=list)

    @property
    def earned(self) -> float:
        return sum(outcome.earned for outcome in self.questions)

    @property
    def possible(self) -> float:
        return sum(outcome.question.points for outcome in self.questions)


class Expectations:
    """Results of the reference: computed where its code is there, read from a record where it is not.

    Students get the record of the public inputs (arrays without names, found by a digest of the request), so that
    they can check their work without being handed the reference.
    """

    def __init__(self, reference: ModuleType | None = None, record: Mapping[str, np.ndarray] | None = None):
        if reference is None and record is None:
            raise ValueError("Expectations needs the reference or a record of its results")
        self.reference, self.record = reference, dict(record or {})

    @classmethod
    def load(cls, path: Path) -> Expectations:
        with np.load(path, allow_pickle=False) as stored:
            return cls(record=dict(stored))

    def save(self, path: Path) -> None:
        np.savez_compressed(path, **self.record)

    def __call__(self, name: str, *arguments):
        """Result of the reference's function `name`: an array, or a tuple of arrays; computed once for each input."""
        key = _digest(name, arguments)
        result = self._recorded(key)
        if result is None and self.reference is not None:
            computed = getattr(self.reference, name)(*arguments)
            several = isinstance(computed, tuple)
            arrays = dict(enumerate(computed if several else (computed,)))
            for number in reversed(arrays):  # the first last: when it is there, all are, for other threads, too
                self.record[f"{key}-{number}" if several else key] = np.asarray(arrays[number])
            result = self._recorded(key)
        if result is None:
            raise KeyError(
                f"the record has no result of {name} for this input; get the newest version of the assignment"
            )
        return result

    def _recorded(self, key: str):
        if key in self.record:
            return self.record[key].copy()
        found = []
        while f"{key}-{len(found)}" in self.record:
            found.append(self.record[f"{key}-{len(found)}"].copy())
        return tuple(found) or None


class Exam:
    """One question put to one submission.

    Attributes
    ----------
    session : Session
    rng : numpy Generator
        For inputs; its seed is the same for everybody in one run of grading.
    expect : Expectations
    data : Any
        What the assignment prepared once: image sets.
    """

    def __init__(self, question: Question, session: Session, rng, expect: Expectations, data: Any):
        self.question, self.session, self.rng, self.expect, self.data = question, session, rng, expect, data
        self.outcome, self.loaded = QuestionOutcome(question), False
        self._names = {part.name for part in question.parts}

    @property
    def module(self) -> Remote:
        """The module that the question is about."""
        module = self.session.load(self.question.module)
        self.loaded = True
        return module

    def passed(self, part: str) -> None:
        """Mark a part as passed."""
        self._mark(part).passed.add(part)

    def failed(self, part: str, hint: str) -> None:
        """Mark a part as not passed; the first hint stays."""
        self._mark(part).hints.setdefault(part, hint)

    def require(self, part: str, holds: bool, hint: str) -> bool:
        """Mark a part by a condition, which is returned."""
        if holds:
            self.passed(part)
        else:
            self.failed(part, hint)
        return bool(holds)

    def matches(
        self,
        part: str,
        found,
        expected,
        *,
        what: str,
        tolerance: float = 1e-6,
        mistakes: Sequence[tuple[Any, str]] = (),
        hint: str = "",
    ) -> bool:
        """Mark a part by comparing an array with what is expected; the hint names the property that differs.

        Parameters
        ----------
        part : str
        found : Any
            What the submission returned.
        expected : array_like
        what : str
            What is compared, as the beginning of a sentence: "the distances".
        tolerance : float
            Of the difference, relative to the largest expected entry (at least 1e-12).
        mistakes : sequence of (array, hint)
            What typical mistakes give, and the hint for each.
        hint : str
            Where to look when none of that is the case.

        Returns
        -------
        bool
            Whether it was passed.
        """
        problem = difference(found, expected, what, tolerance, mistakes, hint)
        return self.require(part, problem is None, problem or "")

    def unchanged(self, part: str, arrays: Mapping[str, tuple[Remote, np.ndarray]]) -> bool:
        """Mark a part by whether arrays that stay in the box are still what was put there."""
        for name, (remote, original) in arrays.items():
            now = remote.fetch()
            if not (isinstance(now, np.ndarray) and np.array_equal(now, original)):
                self.failed(
                    part, f"your code changes its input {name}; work on a copy (x -= … changes x, x = x - … does not)"
                )
                return False
        self.passed(part)
        return True

    def loops(self, pairs: int, length: int) -> float:
        """Seconds that a Python loop with one NumPy call for each of `pairs` rows of `length` takes here and now."""
        rows = np.ones((8, length))
        start = time.perf_counter()
        for i in range(pairs):
            rows[i % 8].sum()
        return time.perf_counter() - start

    def _mark(self, part: str) -> QuestionOutcome:
        if part not in self._names:
            raise KeyError(f"{self.question.name} has no part {part!r}")
        return self.outcome

    @contextlib.contextmanager
    def running(self) -> Iterator[QuestionOutcome]:
        """What the submission does wrong within the block ends it and becomes part of the outcome."""
        outcome, reason = self.outcome, ""
        start = time.perf_counter()
        try:
            yield outcome
        except SubmissionError as problem:
            where = f" in line {problem.line} of {problem.file}" if problem.file else ""
            outcome.status, outcome.message = "error", str(problem)
            reason = f"your code raised {problem.type}{where}"
            if problem.type == "NotImplementedError":
                reason = "not written yet"
        except Stopped as problem:
            outcome.status, outcome.message = problem.reason, str(problem)
            reason = f"{problem}"
        outcome.seconds = time.perf_counter() - start
        outcome.printed = self.session.printed.decode(errors="replace")
        for part in self.question.parts:
            if part.name not in outcome.passed:
                outcome.hints.setdefault(part.name, reason or "not looked at, because of what is said above")


def difference(found, expected, what: str, tolerance: float, mistakes=(), hint: str = "") -> str | None:
    """What is wrong with `found`, or None when it is what is expected. See `Exam.matches`."""
    expected = np.asarray(expected)
    if found is None:
        return f"{what}: your code returns None; it is not computed yet, or not returned"
    if isinstance(found, Opaque):
        return f"{what}: your code returns a {found.type}; an array of numbers is expected"
    try:
        found = np.asarray(found)
    except ValueError:
        return f"{what}: the rows differ in length; an array of shape {expected.shape} is expected"
    if found.dtype.kind not in "biufc":
        return f"{what}: these are no numbers but {found.dtype}"
    if found.shape != expected.shape:
        if found.shape == expected.shape[::-1] and found.ndim > 1:
            return f"{what}: shape {found.shape} should be {expected.shape}; rows and columns are exchanged"
        return f"{what}: shape {found.shape} should be {expected.shape}"
    if expected.dtype.kind in "iu" and found.dtype.kind == "f" and expected.size:
        return f"{what}: the type is {found.dtype}; integers are expected"
    if not np.all(np.isfinite(found)):
        text = "there are NaN or infinite values; look for overflow in exp, log of 0 or division by 0."
        return f"{what}: {text} {hint}".strip()
    found, expected = (array.astype(np.float64) for array in (found, expected))
    if _near(found, expected, tolerance):
        return None
    for wrong, explanation in mistakes:
        wrong = np.asarray(wrong, dtype=np.float64)
        if (
            wrong.shape == found.shape
            and _near(found, wrong, max(tolerance, 1e-9))
            and not _near(wrong, expected, tolerance)
        ):
            return f"{what}: {explanation}"
    return f"{what}: {_shape_of_error(found, expected, tolerance)}{hint}".strip()


def _near(a: np.ndarray, b: np.ndarray, tolerance: float) -> bool:
    return bool(np.abs(a - b).max(initial=0) <= tolerance * max(np.abs(b).max(initial=0), 1e-12))


def _shape_of_error(found: np.ndarray, expected: np.ndarray, tolerance: float) -> str:
    if not found.any():
        return f"{'every value' if expected.ndim else 'it'} is 0; was anything computed? "
    if _near(found, -expected, tolerance):
        return "the sign is wrong. "
    known = np.abs(expected) > 1e-9 * np.abs(expected).max()
    ratios = found[known] / expected[known] if known.any() else np.array([])
    if ratios.size and np.ptp(ratios) <= 1e-6 * np.abs(ratios).max() and _near(found, ratios.mean() * expected, 1e-6):
        return (
            f"right up to a factor: every value is {ratios.mean():.6g} times what it should be (the scale is wrong). "
        )
    offset = found - expected
    if offset.size > 1 and np.ptp(offset) <= 1e-9 * np.abs(expected).max():
        return f"right up to a constant that is added: {offset.mean():.6g}. "
    wrong = np.abs(found - expected) > tolerance * max(np.abs(expected).max(), 1e-12)
    if expected.ndim and wrong.mean() < 0.5:
        return f"{wrong.sum()} of {wrong.size} values are wrong. "
    return "the values are wrong. "


def _digest(name: str, arguments) -> str:
    digest = hashlib.sha256(name.encode())
    for argument in arguments:
        array = np.asarray(argument)
        digest.update(f"{array.dtype.str}{array.shape}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:24]
