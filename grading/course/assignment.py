"""The assignments there are, and one submission marked.

An assignment is a folder `assignments/<name>/` with `questions.py` (the questions and their judges, trusted), its
student files, and either `reference.py` or, in what students are given, `record.npz` with its results.
"""

from __future__ import annotations

import difflib
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType

import numpy as np

from grading.box.sandbox import Sandbox
from grading.box.session import KILLED, Session, Stopped, SubmissionError
from grading.course.submission import Submission, collect
from grading.importing import import_file
from grading.judging.exam import GRADER_ERROR, Exam
from grading.judging.expectations import Expectations
from grading.judging.questions import Outcome, Question, QuestionOutcome

__all__ = ["PUBLIC_SEED", "RECORDED", "ROOT", "Assignment", "assignments", "load_assignment"]

ROOT = Path(__file__).resolve().parents[2]
#: The seed of the inputs that learners see; a class is graded with another.
PUBLIC_SEED = 0
#: Status of a question whose judge was followed no further: all that it asks the reference is recorded.
RECORDED = "recorded"


@dataclass(frozen=True)
class Assignment:
    """One assignment, by its folder."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @cached_property
    def code(self) -> ModuleType:
        """`questions.py`: ORDER, TITLE, MINUTES, MODULES, QUESTIONS and, where data are needed, `prepare()`."""
        return import_file(self.folder / "questions.py")

    @property
    def title(self) -> str:
        return self.code.TITLE

    @property
    def modules(self) -> dict[str, tuple[str, ...]]:
        """Modules that a submission consists of, and what each defines."""
        return self.code.MODULES

    @property
    def questions(self) -> list[Question]:
        return self.code.QUESTIONS

    @property
    def points(self) -> float:
        return sum(question.points for question in self.questions)

    @cached_property
    def data(self):
        """What `prepare()` gives, prepared when a judge first asks for it."""
        return self.code.prepare()

    @cached_property
    def expectations(self) -> Expectations:
        path = self.folder / "reference.py"
        return Expectations(import_file(path)) if path.is_file() else Expectations.load(self.folder / "record.npz")

    def grade(
        self,
        path: Path,
        sandbox: Sandbox,
        *,
        seed: int = PUBLIC_SEED,
        only: Iterable[str] | None = None,
        finished: Callable[[QuestionOutcome], None] = lambda outcome: None,
    ) -> Outcome:
        """Take apart what was handed in, a folder, archive, module or notebook, and mark it; see `mark`.

        Raises
        ------
        SubmissionRefused
            There is nothing to grade.
        """
        with tempfile.TemporaryDirectory(prefix="submission-") as folder:
            submission = collect(path, self.modules, Path(folder))
            return self.mark(submission, sandbox, seed=seed, only=only, finished=finished)

    def mark(
        self,
        submission: Submission,
        sandbox: Sandbox,
        *,
        seed: int = PUBLIC_SEED,
        only: Iterable[str] | None = None,
        finished: Callable[[QuestionOutcome], None] = lambda outcome: None,
        recording: Expectations | None = None,
    ) -> Outcome:
        """Mark a submission: each question in a box of its own.

        Parameters
        ----------
        submission : Submission
            Stand-ins are put beside its files.
        sandbox : Sandbox
        seed : int
            Of the inputs.
        only : names of questions, optional
        finished : callable
            Called with each outcome as it comes, for progress.
        recording : Expectations, optional
            In the place of the assignment's own, to be asked all that the judges ask. A judge ends where it asks for
            data, so the outcome is worth nothing.
        """
        wanted = [question for question in self.questions if only is None or question.name in only]
        expectations, data = recording or self.expectations, _no_more if recording else lambda: self.data
        outcomes: list[QuestionOutcome] = []
        unloadable: dict[str, QuestionOutcome] = {}  # modules that stop the box as soon as they are imported
        for question in wanted:
            if question.module in unloadable:
                outcomes.append(_same_end(question, unloadable[question.module]))
            else:
                outcome, loaded = self._mark(question, submission, sandbox, seed, expectations, data)
                if outcome.message == KILLED:  # somebody outside may have done it; who does it himself, does it again
                    outcome, loaded = self._mark(question, submission, sandbox, seed, expectations, data)
                outcomes.append(outcome)
                if not loaded and outcome.status not in ("ok", "error", "missing", RECORDED, GRADER_ERROR):
                    unloadable[question.module] = outcome
            finished(outcomes[-1])
        return Outcome(tuple(outcomes), tuple(submission.notes))

    def _mark(
        self,
        question: Question,
        submission: Submission,
        sandbox: Sandbox,
        seed: int,
        expectations: Expectations,
        data: Callable,
    ) -> tuple[QuestionOutcome, bool]:
        """The outcome of one question, and whether the module could be imported."""
        if not {question.module, *question.others} & submission.modules.keys():
            hint = f"{' and '.join(f'{name}.py' for name in (question.module, *question.others))} is missing"
            return _nothing(question, hint, "missing", hint), False
        rng = np.random.default_rng([seed, self.questions.index(question)])

        def boxes(standins=question.standins, alone=False):
            return self._box(question, submission, sandbox, standins, alone)

        try:
            with boxes() as session:
                files = {name: Path(file).name for name, file in submission.modules.items()}
                exam = Exam(question, session, rng, expectations, data, boxes, files)
                return exam.judge_whatever_comes(), exam.loaded
        except (Stopped, SubmissionError) as problem:
            return _nothing(question, str(problem), "crash", str(problem)), False

    @contextmanager
    def _box(
        self, question: Question, submission: Submission, sandbox: Sandbox, standins: Iterable[str], alone: bool
    ) -> Iterator[Session]:
        """A box with the submission, unless `alone`, and stand-ins, which are gone when it ends."""
        with ExitStack() as stack:
            folder = submission.folder
            if alone:
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="standins-")))
                folder.chmod(0o755)
            modules = {} if alone else dict(submission.modules)
            for module in standins:
                modules[module] = f"_standin_{module}.py"
                copy = folder / modules[module]
                stack.callback(copy.unlink, missing_ok=True)
                copy.write_bytes((self.folder / "standin" / f"{module}.py").read_bytes())
                copy.chmod(0o644)
            yield stack.enter_context(Session(folder, modules, sandbox, question.limits, submission.origins))


def _no_more():
    raise Stopped(RECORDED, "what the reference answers is known by now")


def _nothing(question: Question, hint: str, status: str, message: str = "") -> QuestionOutcome:
    return QuestionOutcome(question, hints={part.name: hint for part in question.parts}, status=status, message=message)


def _same_end(question: Question, other: QuestionOutcome) -> QuestionOutcome:
    return _nothing(question, f"as in {other.question.name}: {other.message}", other.status, other.message)


def assignments(root: Path = ROOT) -> dict[str, Assignment]:
    """The assignments by name, in the order in which they are meant to be done."""
    found = [Assignment(path.parent) for path in sorted((root / "assignments").glob("*/questions.py"))]
    return {a.name: a for a in sorted(found, key=lambda a: (a.code.ORDER, a.name))}


def load_assignment(name: str, root: Path = ROOT) -> Assignment:
    """The assignment of that name; a path that ends in it, such as work/knn/, and capitals do no harm.

    Raises
    ------
    ValueError
        There is none; the message lists those there are.
    """
    found = assignments(root)
    meant = name.strip().replace("\\", "/").rstrip("/").rpartition("/")[2].removesuffix(".ipynb").lower()
    if meant not in found:
        alike = difflib.get_close_matches(meant, found, n=1)
        hint = f"do you mean {alike[0]}? There are" if alike else "choose from"
        raise ValueError(f"there is no assignment {name!r}; {hint} {', '.join(found)}")
    return found[meant]
