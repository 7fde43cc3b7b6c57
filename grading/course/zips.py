"""The student zips of all assignments, made in parallel, each made anew only where something in it has changed.

python -m grading.course.zips

They lie under `_build/student-zips/`, each beside the fingerprint of what it was made of: the files in it, and the
reference and the solution, by which its record is made.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before NumPy: one process an assignment, each with one thread
from grading.course.assignment import ROOT, Assignment, assignments
from grading.course.release import student_zip_files, write_student_zip
from utils.files import write_atomically

__all__ = ["KEPT", "kept_zip", "make_student_zips"]

#: Where zips are kept between builds.
KEPT = ROOT / "_build" / "student-zips"


def kept_zip(name: str, kept: Path = KEPT) -> Path:
    """Where the zip of an assignment is kept."""
    return kept / f"{name}-student.zip"


def make_student_zips(jobs: int | None = None, kept: Path = KEPT, root: Path = ROOT) -> list[str]:
    """Make the zips of all assignments that have none or whose has another fingerprint; one process each.

    Parameters
    ----------
    jobs : int, optional
        Processes at a time; by default one a core.
    kept : Path
        Where the zips lie.
    root : Path
        Of the repository.

    Returns
    -------
    list of str
        Names of the assignments whose zip was made now.
    """
    kept.mkdir(parents=True, exist_ok=True)
    stale = [a for a in assignments(root).values() if not is_fresh(a, kept, root)]
    if stale:
        with ProcessPoolExecutor(min(jobs or os.cpu_count() or 1, len(stale))) as pool:
            list(pool.map(_make, [a.folder for a in stale], [kept] * len(stale), [root] * len(stale)))
    return [assignment.name for assignment in stale]


def is_fresh(assignment: Assignment, kept: Path = KEPT, root: Path = ROOT) -> bool:
    """Whether the zip of an assignment is there and made of what is there today."""
    mark = _mark(assignment.name, kept)
    there = kept_zip(assignment.name, kept).is_file() and mark.is_file()
    return there and mark.read_text("ascii") == fingerprint(assignment, root)


def fingerprint(assignment: Assignment, root: Path = ROOT) -> str:
    """Hash of what a zip is made of: the files in it, the reference, the solution, and the pinned environment."""
    files = student_zip_files(assignment, root)
    rest: Iterable[Path] = [assignment.folder / "reference.py", *sorted((assignment.folder / "solution").glob("*.py"))]
    files |= {str(path.relative_to(root)): path.read_bytes() for path in [*rest, root / "constraints.txt"]}
    digest = hashlib.sha256()
    for name, content in sorted(files.items()):
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _make(folder: Path, kept: Path, root: Path) -> None:
    assignment = Assignment(folder)
    made_of = fingerprint(assignment, root)
    _mark(assignment.name, kept).unlink(missing_ok=True)
    write_student_zip(assignment, kept_zip(assignment.name, kept), root)
    write_atomically(_mark(assignment.name, kept), made_of)


def _mark(name: str, kept: Path) -> Path:
    return kept / f"{name}.fingerprint"


if __name__ == "__main__":
    start = time.perf_counter()
    made = make_student_zips()
    print(f"student zips: {', '.join(made) or 'none'} made in {time.perf_counter() - start:.0f} s")
    sys.exit(0)
