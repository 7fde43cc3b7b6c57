"""Equal work: what shows only when the submissions of a class are laid side by side."""

from __future__ import annotations

import ast
import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from grading.course.assignment import Assignment
from grading.course.grades import Row
from grading.course.submission import FROM_NOTEBOOK

__all__ = ["compared", "work_in"]


def work_in(folder: Path) -> tuple[str, ...]:
    """Digests of the code in the files that were handed in, sorted; `folder` is what `collect` has filled."""
    files = [path for path in folder.rglob("*.py") if not path.name.startswith(FROM_NOTEBOOK)]
    return tuple(sorted(code for code in map(_code, files) if code is not None))


def compared(rows: Iterable[Row], assignment: Assignment) -> list[Row]:
    """The rows with remarks on several files of one student, equal work, and files that are the grader's own."""
    rows = list(rows)
    standins = {_code(path): path.name for path in sorted((assignment.folder / "standin").glob("*.py"))}
    by_student, by_work = defaultdict(list), defaultdict(list)
    for row in rows:
        by_student[row.student].append(row)
        if row.grade.work:
            by_work[row.grade.work].append(row)
    found = []
    for row in rows:
        borrowed = sorted(standins[code] for code in row.grade.work if code in standins)
        remarks = [f"{name} is the grader's stand-in of that name" for name in borrowed]
        if others := [other.submission for other in by_student[row.student] if other is not row]:
            remarks.append(f"this student has also handed in {', '.join(others)}")
        same = {other.student for other in by_work[row.grade.work]} - {row.student}
        found.append(replace(row, remarks=tuple(remarks), duplicate=tuple(sorted(same))))
    return found


def _code(file: Path) -> str | None:
    """Digest of the code in a file, blind to comments and layout; None where it cannot be parsed."""
    try:
        return hashlib.sha256(ast.dump(ast.parse(file.read_text("utf-8", errors="replace"))).encode()).hexdigest()
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
