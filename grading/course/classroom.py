"""A whole class: every submission in a box of its own, one row each, resumable, nothing lost.

What is graded is kept submission by submission under `<out>/graded/`. A run that is stopped leaves these; the next
run grades the rest. A submission is graded again when its bytes, the assignment, the grader or the seed have changed.
"""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import signal
import stat
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path

from tqdm import tqdm

from grading.box.sandbox import Sandbox, bubblewrap_problem, choose_sandbox
from grading.course.assignment import Assignment
from grading.course.copies import compared
from grading.course.grades import Grade, Row, clean, grade_of
from grading.course.report import write_grades, write_results
from grading.course.seeds import class_seed
from grading.course.submission import SubmissionRefused, collect, student_of
from utils.files import write_atomically

__all__ = ["grade_all", "grade_one"]

GRADER = Path(__file__).resolve().parents[1]
#: What systems put into folders.
LITTER = {".ds_store", "thumbs.db", "desktop.ini", ".gitkeep", ".gitignore", ".ipynb_checkpoints", "__macosx", ".git"}
#: Files and folders of one submission that its digest looks at, levels of folders, bytes of a file.
SEEN, DEPTH, LARGE = 20_000, 60, 64 << 20


def grade_one(folder: str, path: str, seed: int, sandbox: Sandbox) -> Grade:
    """Grade one submission; whatever happens, there is a grade.

    Parameters
    ----------
    folder : str
        Of the assignment.
    path : str
        Of the submission.
    seed : int
        Of the inputs.
    sandbox : Sandbox

    Returns
    -------
    Grade
        A part's text is its hint; where the submission raised something, its kind and line, not its words.
    """
    start = time.perf_counter()
    assignment = _assignment(folder, _version(folder))
    outcome, work, problem = None, (), {}
    try:
        with _scratch() as scratch:
            submission = collect(Path(path), assignment.modules, scratch)
            work = submission.work
            outcome = assignment.mark(submission, sandbox, seed=seed)
    except SubmissionRefused as refusal:
        work = refusal.work  # it may be somebody else's, too
        problem = {"status": refusal.status, "message": clean(str(refusal)), "refused": True}
    except Exception as fault:  # of the grader; it must not lose the others' grades
        problem = _fault(fault)
    seconds = time.perf_counter() - start
    return grade_of(assignment, outcome, seconds=seconds, work=work, walls=sandbox.missing(), **problem)


@contextmanager
def _scratch() -> Iterator[Path]:
    """A folder for one submission; that it cannot be put away costs nobody anything."""
    folder = Path(tempfile.mkdtemp(prefix="submission-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _version(folder: str) -> tuple:
    ours = sorted(path for pattern in ("*.py", "standin/*.py") for path in Path(folder).glob(pattern))
    return tuple((path, path.stat().st_mtime_ns) for path in ours)


def _fault(problem: Exception) -> dict[str, str]:
    return {"status": "grader error", "message": f"{type(problem).__name__}: {clean(str(problem))}"}


@functools.lru_cache(maxsize=1)
def _assignment(folder: str, version: tuple) -> Assignment:
    """One for all submissions: pictures are drawn once, and the reference answers each question once."""
    return Assignment(Path(folder))


def grade_all(
    assignment: Assignment,
    submissions: Path,
    out: Path,
    *,
    jobs: int | None = None,
    sandbox: Sandbox | None = None,
    seed: int | None = None,
    scheduler: str | None = None,
) -> list[Row]:
    """Grade every file and folder in `submissions`; write `grades.csv`, `summary.html` and `feedback/` into `out`.

    Parameters
    ----------
    jobs : int, optional
        Submissions at a time; by default one a core.
    sandbox : Sandbox, optional
        The wall for all of them, on other machines, too; by default the best there is here.
    seed : int, optional
        Of the inputs; by default the class's own, which is drawn once and kept in `out`.
    scheduler : str, optional
        Address of a Dask scheduler whose workers do the work. They need this code, the assignment and the submissions
        under the same paths, and bubblewrap.

    Returns
    -------
    list of Row

    Raises
    ------
    FileNotFoundError
        There is no such folder, or nothing is in it.
    RuntimeError
        Other machines are to grade, and nobody has said that they may do it without bubblewrap, which is not here.
    KeyboardInterrupt
        After Ctrl-C; what is done is kept and written first.
    """
    if not submissions.is_dir():
        raise FileNotFoundError(f"{submissions} is no folder; SUBMISSIONS names the folder with what was handed in")
    paths = _handed_in(submissions, out)
    if not paths:
        raise FileNotFoundError(f"{submissions} is empty")
    if scheduler is not None and sandbox is None and bubblewrap_problem() is not None:
        raise RuntimeError(f"{bubblewrap_problem()}; the workers of a cluster grade without it only when told to")
    sandbox = choose_sandbox() if sandbox is None else sandbox
    seed = class_seed(assignment.folder, out) if seed is None else seed
    state = out / "graded"
    state.mkdir(parents=True, exist_ok=True)
    rules = _fingerprint(assignment, seed, sandbox)
    keys = {path: hashlib.sha256(f"{rules}{content_of(path)}".encode()).hexdigest()[:32] for path in paths}
    grades = {path: grade for path in paths if (grade := _stored(state / f"{keys[path]}.json")) is not None}
    grades = {path: grade for path, grade in grades.items() if grade.status != "grader error"}  # these are tried again
    todo = [path for path in paths if path not in grades]
    if grades:
        print(f"{len(grades)} of {len(paths)} are graded already and kept")
    rows: list[Row] = []
    try:
        with _executor(jobs, scheduler) as pool:
            folder = str(assignment.folder)
            futures = {pool.submit(grade_one, folder, str(path.absolute()), seed, sandbox): path for path in todo}
            try:
                with _interrupts() as interrupted:
                    for future in tqdm(
                        _completed(futures, scheduler), total=len(todo), desc=assignment.name, unit="submission"
                    ):
                        path = futures[future]
                        grades[path] = _result(future, assignment)
                        write_atomically(state / f"{keys[path]}.json", grades[path].to_json())
                        if interrupted.is_set():
                            raise KeyboardInterrupt
            except KeyboardInterrupt:
                for future in futures:
                    future.cancel()
                raise
    finally:
        names = [path.name for path in paths]
        rows = [Row(path.name, student_of(path, names), grades[path]) for path in paths if path in grades]
        rows = _reported(assignment, out, rows)
    return rows


def _handed_in(submissions: Path, out: Path) -> list[Path]:
    """What lies in the folder, whatever it is called, but for what systems put there and the results themselves."""
    found = []
    for path in sorted(submissions.iterdir()):
        ours = path.name.lower() in LITTER or path.name.startswith("._") or path.absolute() == out.absolute()
        if not ours:
            found.append(path)
    return found


def _reported(assignment: Assignment, out: Path, rows: list[Row]) -> list[Row]:
    """Write the results, first without what shows only beside the others: nothing that fails there loses a grade."""
    write_grades(assignment, out, rows)
    try:
        rows = compared(rows, assignment)
    except Exception as problem:
        print(f"equal work was not looked for: {type(problem).__name__}: {clean(str(problem))}", file=sys.stderr)
    for trouble in write_results(assignment, out, rows):
        print(trouble, file=sys.stderr)
    return rows


@contextmanager
def _interrupts() -> Iterator[threading.Event]:
    """Remembers Ctrl-C, whose exception is lost where it meets a callback or a finaliser."""
    interrupted = threading.Event()
    if threading.current_thread() is not threading.main_thread():  # only the main thread hears signals
        yield interrupted
        return

    def hear(number, frame):
        interrupted.set()
        signal.default_int_handler(number, frame)

    before = signal.signal(signal.SIGINT, hear)
    try:
        yield interrupted
    finally:
        signal.signal(signal.SIGINT, before)


def _completed(futures, scheduler):
    if scheduler is None:
        return as_completed(futures)
    from distributed import as_completed as distributed_as_completed

    return distributed_as_completed(list(futures))


@contextmanager
def _executor(jobs: int | None, scheduler: str | None) -> Iterator[Executor]:
    if scheduler is not None:
        from distributed import Client

        with Client(scheduler) as client:
            yield client
        return
    pool = ThreadPoolExecutor(jobs or os.cpu_count())
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)  # those that run are waited for: they end by their limits


def _result(future, assignment: Assignment) -> Grade:
    try:
        return future.result()
    except Exception as problem:  # a worker was lost
        return grade_of(assignment, None, seconds=0.0, **_fault(problem))


def _fingerprint(assignment: Assignment, seed: int, sandbox: Sandbox) -> str:
    digest = hashlib.sha256(f"{seed} {sandbox.isolated} {sandbox.missing()}".encode())
    ours = [assignment.folder.glob("*.py"), assignment.folder.glob("standin/*.py"), GRADER.rglob("*.py")]
    for path in [path for paths in ours for path in sorted(paths)]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def content_of(path: Path) -> str:
    """Digest of what a submission is called and holds, as far as it is looked at; whatever is there, there is a digest.

    Of files that nobody reads, because they are too large or too many, the size and the time of the last change count.
    """
    digest, pending, seen, read = hashlib.sha256(os.fsencode(path.name)), [os.fsencode(path)], 0, 0
    while pending and seen < SEEN:
        here, seen = pending.pop(), seen + 1
        digest.update(here[len(os.fsencode(path)) :] + b"\0")
        try:
            status = os.lstat(here)
            digest.update(f"{status.st_mode} {status.st_size}".encode())
            if stat.S_ISLNK(status.st_mode):
                digest.update(os.readlink(here))
            elif stat.S_ISDIR(status.st_mode):
                if here.count(b"/") - os.fsencode(path).count(b"/") < DEPTH:
                    pending += sorted((member.path for member in os.scandir(here)), reverse=True)
            elif stat.S_ISREG(status.st_mode) and status.st_size <= LARGE and read <= 10 * LARGE:
                with open(here, "rb") as file:
                    while block := file.read(1 << 20):
                        digest.update(block)
                        read += len(block)
            else:
                digest.update(f"{status.st_mtime_ns}".encode())
        except (OSError, ValueError) as problem:
            digest.update(type(problem).__name__.encode())
    return digest.hexdigest()


def _stored(path: Path) -> Grade | None:
    try:
        return Grade.from_json(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
