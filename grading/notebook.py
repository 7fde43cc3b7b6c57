"""The grader in a learner's notebook: `grader.check("q1")`, through Otter and its test files.

from grading.notebook import open_notebook

grader = open_notebook("knn")
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import otter

from grading.box import compat
from grading.box.sandbox import choose_sandbox
from grading.course.assignment import ROOT, load_assignment
from grading.course.report import table
from grading.course.submission import SubmissionRefused
from grading.judging.exam import GRADER_ERROR
from grading.judging.questions import QuestionOutcome

__all__ = ["Feedback", "Grader", "check_part", "open_notebook"]

_known: dict[tuple, QuestionOutcome] = {}


def open_notebook(assignment: str) -> Grader:
    """The grader for the notebook of an assignment, to be called before the learner's files are imported.

    From here on files that were written for CS231n can be imported, too: what they import in turn is looked after.
    """
    here = _folder(assignment)
    modules = [name for name in load_assignment(assignment).modules if (here / f"{name}.py").is_file()]
    compat.install(here, {name: f"{name}.py" for name in modules})
    return Grader(assignment)


def _folder(assignment: str) -> Path:
    """The folder of the notebook, in which it works from here on: an editor may have started it in another.

    Raises
    ------
    FileNotFoundError
        It is nowhere that could be known; the message says what to do.
    """
    here = Path.cwd()
    if (here / "tests").is_dir():
        return here
    said = os.environ.get("JPY_SESSION_NAME"), vars(sys.modules["__main__"]).get("__vsc_ipynb_file__")
    paths = [Path(notebook).parent for notebook in said if isinstance(notebook, str) and notebook]
    places = [root / path for path in paths for root in (here, *here.parents)]  # some are relative
    places += [here / "work" / assignment, here / assignment, ROOT / "work" / assignment]
    for place in places:
        if (place / "tests").is_dir() and (place / f"{assignment}.ipynb").is_file():
            os.chdir(place)
            sys.path.insert(0, str(place))
            print(f"this notebook works in {place}")
            return place
    raise FileNotFoundError(
        f"this notebook runs in {here}, not in its own folder, which holds tests/ and the files to fill in; "
        f"open the folder itself, or begin with: import os; os.chdir('the folder of {assignment}.ipynb')"
    )


class Feedback:
    """What `grader.check` shows: points, and a line a part, with its hint where it was not passed."""

    def __init__(self, outcomes: Sequence[QuestionOutcome]):
        self.outcomes = outcomes

    def __repr__(self):
        return table(self.outcomes)


class Grader(otter.Notebook):
    """Otter's, showing questions as `make grade` does."""

    def __init__(self, assignment: str):
        super().__init__(f"{assignment}.ipynb", tests_dir="tests")
        self._assignment = assignment

    def check(self, question: str, global_env: dict | None = None):
        """Judge one question by the files as they are saved."""
        result = super().check(question, global_env or {})
        outcome = _known.get(_key(self._assignment, question, Path.cwd()))
        return result if outcome is None else Feedback([outcome])

    def check_all(self) -> Feedback:
        """Judge all questions."""
        names = [question.name for question in load_assignment(self._assignment).questions]
        return Feedback([outcome for name in names for outcome in getattr(self.check(name), "outcomes", ())])


def check_part(assignment: str, question: str, part: str, folder: Path | None = None) -> None:
    """Raise AssertionError with the hint when the files in `folder` (by default the current one) fail a part.

    Otter's test files call it. A question is judged once for all of its parts, and again when a file has changed.
    """
    folder = Path.cwd() if folder is None else folder
    key = _key(assignment, question, folder)
    if key not in _known:
        try:
            outcome = load_assignment(assignment).grade(folder, choose_sandbox(isolated=False), only=[question])
        except SubmissionRefused as problem:
            raise AssertionError(f"{problem.status}: {problem}") from None
        _known[key] = outcome.questions[0]
    outcome = _known[key]
    if part not in outcome.passed:
        detail = f"\n{outcome.message}" if outcome.status in ("error", GRADER_ERROR) else ""
        raise AssertionError(outcome.hints[part] + detail)


def _key(assignment: str, question: str, folder: Path) -> tuple:
    """Names a judgement: the question, the folder, and what its files are now."""
    sources = hashlib.sha256(b"\0".join(path.read_bytes() for path in sorted(folder.glob("*.py")))).hexdigest()
    return assignment, question, str(folder), sources
