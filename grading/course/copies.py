"""Equal work: what shows only when the submissions of a class are laid side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from grading.course.assignment import Assignment
from grading.course.grades import Row
from grading.course.release import without_solutions
from grading.course.sameness import functions_of

__all__ = ["compared"]

#: Nodes of the syntax tree below which equal functions say nothing: a short right answer is found twice.
LEAST = 120
#: Share of the smaller of two modules that has to be the same.
SHARE = 0.75

#: The functions of a module: size by digest.
Functions = dict[str, int]


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
        everything = {digest for functions in works[row.submission].values() for digest in functions}
        borrowed = [name for name, own in standins.items() if _is_taken(own, everything)]
        remarks = [f"{name}.py is the grader's stand-in of that name" for name in borrowed]
        if others := [other.submission for other in by_student[row.student] if other is not row]:
            remarks.append(f"this student has also handed in {', '.join(others)}")
        duplicate = tuple(sorted(same[row.submission]))
        shared = tuple(sorted({module for modules in same[row.submission].values() for module in modules}))
        found.append(replace(row, remarks=tuple(remarks), duplicate=duplicate, shared=shared))
    return found


def _given(assignment: Assignment) -> Functions:
    """Functions that everybody has: of the files that are given, and of those that are to be filled in."""
    sources = [path.read_text("utf-8") for path in sorted((assignment.folder / "given").glob("*.py"))]
    for path in sorted((assignment.folder / "solution").glob("*.py")):
        sources.append(without_solutions(path.read_text("utf-8")))
    return {digest: size for source in sources for digest, size in functions_of(source)}


def _own(path: Path, given: Functions) -> Functions:
    """The functions of a file of the grader's, without those that everybody was given."""
    functions = functions_of(path.read_text("utf-8", errors="replace"))
    return {digest: size for digest, size in functions if digest not in given}


def _is_taken(own: Functions, everything: set[str]) -> bool:
    """Whether the larger part of a stand-in is among what was handed in."""
    shared = sum(size for digest, size in own.items() if digest in everything)
    return bool(own) and shared >= min(_size(own), max(LEAST, _size(own) / 2))


def _modules(work: Iterable[str], given: Functions) -> dict[str, Functions]:
    """The functions in a grade's `work`, module by module, without those that everybody was given."""
    found: dict[str, Functions] = defaultdict(dict)
    for entry in work:
        module, digest, size = entry.rsplit(" ", 2)
        if digest not in given:
            found[module][digest] = int(size)
    return found


def _pairs(rows: list[Row], works: dict[str, dict[str, Functions]]) -> dict[str, dict[str, set[str]]]:
    """For each submission the students with equal work, and in which modules of theirs it is equal."""
    same: dict[str, dict[str, set[str]]] = {row.submission: defaultdict(set) for row in rows}
    students = {row.submission: row.student for row in rows}
    holders: dict[str, list[tuple[Row, str]]] = defaultdict(list)
    for row in rows:
        for module, functions in works[row.submission].items():
            for digest in functions:
                holders[digest].append((row, module))
    for row in rows:
        for module, functions in works[row.submission].items():
            shared: dict[tuple[str, str], int] = defaultdict(int)
            for digest, size in functions.items():
                for other, name in holders[digest]:
                    if other.student != row.student:
                        shared[other.submission, name] += size
            for (other, name), size in shared.items():
                if size >= max(LEAST, SHARE * min(_size(functions), _size(works[other][name]))):
                    same[row.submission][students[other]].add(module)
    return same


def _size(functions: Functions) -> int:
    return sum(functions.values())
