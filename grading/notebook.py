"""What Otter's test files call: the judge's verdict on one part, for `grader.check("q1")` in a learner's notebook."""

from __future__ import annotations

import hashlib
from pathlib import Path

from grading.assignment import load_assignment
from grading.marking import QuestionOutcome
from grading.sandbox import choose_sandbox
from grading.submission import SubmissionRefused

__all__ = ["check_part"]

_known: dict[tuple, QuestionOutcome] = {}


def check_part(assignment: str, question: str, part: str, folder: Path | None = None) -> None:
    """Raise AssertionError with the hint when the files in `folder` (by default the current one) fail a part.

    The question is judged once for all of its parts, and again when a file has changed.
    """
    folder = Path.cwd() if folder is None else folder
    sources = hashlib.sha256(b"\0".join(path.read_bytes() for path in sorted(folder.glob("*.py")))).hexdigest()
    key = (assignment, question, str(folder), sources)
    if key not in _known:
        try:
            outcome = load_assignment(assignment).grade(folder, choose_sandbox(isolated=False), only=[question])
        except SubmissionRefused as problem:
            raise AssertionError(f"{problem.status}: {problem}") from None
        _known[key] = outcome.questions[0]
    outcome = _known[key]
    if part not in outcome.passed:
        detail = f"\n{outcome.message}" if outcome.status == "error" else ""
        raise AssertionError(outcome.hints[part] + detail)
