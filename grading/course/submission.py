"""What was handed in, taken apart without running any of it.

A submission is a folder, a zip or a tar, one module or one notebook. A small process with limits of its own looks into
it (`grading.course.gather`): what is handed in can cost its author that, and nobody else anything.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from grading.course import gather

__all__ = ["Submission", "SubmissionRefused", "collect", "student_of"]

ROOT = Path(__file__).resolve().parents[2]
#: Seconds that looking into a submission may take, beside the limits that the process puts on itself.
SECONDS = 60
#: Bytes of its answer; nothing honest comes near.
ANSWER_BYTES = 8 << 20
START = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from grading.course.gather import main; main()"


class SubmissionRefused(Exception):
    """Nothing in it can be graded; `status` is one word or two, the message says why. `work` is as a submission's."""

    def __init__(self, status: str, message: str, work: tuple[str, ...] = ()):
        self.status, self.work = status, work
        super().__init__(message)


@dataclass
class Submission:
    """Files ready for the box.

    Attributes
    ----------
    folder : Path
        Holds copies of the files.
    modules : dict of str to str
        The module names that questions ask for, and the files (below `folder`) that hold them.
    notes : list of str
        What the instructor should know: renamed files, several candidates, files left out.
    work : tuple of str
        Digests of the statements in it, by which equal work is found: module, digest, size.
    origins : dict of str to list
        For a file that was made here, what each of its lines is in what was handed in: a place and a line.
    """

    folder: Path
    modules: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    work: tuple[str, ...] = ()
    origins: dict[str, list] = field(default_factory=dict)


def student_of(path: Path, others: Collection[str] = ()) -> str:
    """Name of the student: the file's name without its ending and without what marks a second copy.

    What ends in -2 is a second copy only where `others`, the names of all that was handed in, hold a first.
    """
    stem = gather.stem_of(path)
    student = gather.COPY.match(stem).group(1).strip() or stem
    if others and stem[-2:-1] == "-" and stem[-1:].isdigit() and student == stem[:-2]:
        return student if student in {gather.stem_of(Path(name)) for name in others} else stem
    return student


def collect(path: Path, modules: dict[str, tuple[str, ...]], folder: Path) -> Submission:
    """Copy what was handed in into `folder` (empty, existing) and find the modules in it.

    Parameters
    ----------
    path : Path
        A folder, .zip, .tar, .tar.gz, .tgz, .py or .ipynb.
    modules : dict of str to tuple of str
        Modules wanted, and the functions or classes by which each is known if its name was changed.
    folder : Path

    Raises
    ------
    SubmissionRefused
        There is nothing to grade.
    """
    folder.chmod(0o755)  # the unprivileged user of the box reads the copies
    request = {"path": str(path.absolute()), "modules": modules, "folder": str(folder)}
    found, how = _gathered(request | {"careful": False})
    if found is None:  # it died of what it read: once more, by names alone
        for member in folder.iterdir():
            shutil.rmtree(member) if member.is_dir() and not member.is_symlink() else member.unlink()
        found, again = _gathered(request | {"careful": True})
        if found is None:
            raise SubmissionRefused("unreadable", f"looking into it {again}")
        found["notes"].append(f"looking into its files {how}: modules were found by their names alone")
    work = tuple(found["work"])
    if found["refused"]:
        raise SubmissionRefused(*found["refused"], work)
    there = {name: file for name, file in found["modules"].items() if (folder / file).is_file()}
    for here, _, _ in os.walk(folder):
        Path(here).chmod(0o755)
    return Submission(folder, there, found["notes"], work, found["origins"])


def _gathered(request: dict) -> tuple[dict | None, str]:
    """The answer of a process that looks into a submission; where there is none, how it ended."""
    command = [sys.executable, "-I", "-S", "-c", START]
    environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONUTF8": "1"}
    if os.name == "nt":
        environment["SYSTEMROOT"] = os.environ.get("SYSTEMROOT", "")
    try:
        done = subprocess.run(
            command,
            input=json.dumps(request).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None, f"took more than {SECONDS} s"
    if done.returncode or len(done.stdout) > ANSWER_BYTES:
        return None, _ending(done.returncode)
    try:
        return json.loads(done.stdout), ""
    except ValueError:
        return None, "gave no answer"


def _ending(status: int) -> str:
    if -status in (9, 24):
        return f"took more than {gather.CPU_SECONDS} s of processor time"
    if status == gather.NO_MEMORY:
        return f"took more than {gather.MEMORY_BYTES >> 20} MB of memory"
    return f"ended Python (exit status {status})"
