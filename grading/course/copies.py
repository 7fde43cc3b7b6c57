"""Equal work: what shows only when the submissions of a class are laid side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from grading.course.assignment import Assignment
from grading.course.grades import Row
from grading.course.release import without_solutions
from grading.course.sameness import statements_of

__all__ = ["compared"]

#: Nodes of the syntax tree below which equal statements say nothing: a short right answer is found twice.
LEAST = 120
#: Share of the smaller of two modules that has to be the same.
SHARE = 0.75

#: The statements of a module: size by digest.
Statements = dict[str, int]


def compared(rows: Iterable[Row], assignment: Assignment) -> list[Row]:
    """The rows with remarks on several files of one student, equal work, and files that are the grader's own."""
    rows = list(rows)
    given = _given(assignment)
    standins = {path.stem: _own(path, given) for path in sorted((assignment.folder / "standin").glob("*.py"))}
    by_student = defaultdict(list)
    for row in rows:
        by_student[row.student].append(row)
    works = {row.submission: _modules(row.grade.work, given) for row in rows}
    same = _pairs(rows, works)
    found = []
    for row in rows:
        everything = {digest for statements in works[row.submission].values() for digest in statements}
        borrowed = [name for name, own in standins.items() if _is_taken(own, everything)]
        remarks = [f"{name}.py is the grader's stand-in of that name" for name in borrowed]
        if others := [other.submission for other in by_student[row.student] if other is not row]:
            remarks.append(f"this student has also handed in {', '.join(others)}")
        duplicate = tuple(sorted(same[row.submission]))
        shared = tuple(sorted({module for modules in same[row.submission].values() for module in modules}))
        found.append(replace(row, remarks=tuple(remarks), duplicate=duplicate, shared=shared))
    return found


def _given(assignment: Assignment) -> Statements:
    """Statements that everybody has: of the files that are given, and of those that are to be filled in."""
    sources = [path.read_text("utf-8") for path in sorted((assignment.folder / "given").glob("*.py"))]
    for path in sorted((assignment.folder / "solution").glob("*.py")):
        sources.append(without_solutions(path.read_text("utf-8")))
    return {digest: size for source in sources for digest, size in statements_of(source)}


def _own(path: Path, given: Statements) -> Statements:
    """The statements of a file of the grader's, without those that everybody was given."""
    statements = statements_of(path.read_text("utf-8", errors="replace"))
    return {digest: size for digest, size in statements if digest not in given}


def _is_taken(own: Statements, everything: set[str]) -> bool:
    """Whether the larger part of a stand-in is among what was handed in."""
    shared = sum(size for digest, size in own.items() if digest in everything)
    return bool(own) and shared >= SHARE * _size(own)


def _modules(work: Iterable[str], given: Statements) -> dict[str, Statements]:
    """The statements in a grade's `work`, module by module, without those that everybody was given."""
    found: dict[str, Statements] = defaultdict(dict)
    for entry in work:
        module, digest, size = entry.rsplit(" ", 2)
        if digest not in given:
            found[module][digest] = int(size)
    return found


def _pairs(rows: list[Row], works: dict[str, dict[str, Statements]]) -> dict[str, dict[str, set[str]]]:
    """For each submission the students with equal work, and in which modules of theirs it is equal."""
    same: dict[str, dict[str, set[str]]] = {row.submission: defaultdict(set) for row in rows}
    students = {row.submission: row.student for row in rows}
    holders: dict[str, list[tuple[Row, str]]] = defaultdict(list)
    for row in rows:
        for module, statements in works[row.submission].items():
            for digest in statements:
                holders[digest].append((row, module))
    for row in rows:
        for module, statements in works[row.submission].items():
            shared: dict[tuple[str, str], int] = defaultdict(int)
            for digest, size in statements.items():
                for other, name in holders[digest]:
                    if other.student != row.student:
                        shared[other.submission, name] += size
            for (other, name), size in shared.items():
                if size >= max(LEAST, SHARE * min(_size(statements), _size(works[other][name]))):
                    same[row.submission][students[other]].add(module)
    return same


def _size(statements: Statements) -> int:
    return sum(statements.values())
