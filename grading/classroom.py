"""A whole class: every submission in a box of its own, one row each, resumable, nothing lost.

What is graded is kept submission by submission under `<out>/graded/`. A run that is stopped leaves these; the next
run grades the rest. A submission is graded again when its bytes, the assignment, the grader or the seed have changed.
"""

from __future__ import annotations

import ast
import csv
import functools
import hashlib
import html
import json
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from pathlib import Path

from tqdm import tqdm

from grading.assignment import PUBLIC_SEED, Assignment
from grading.report import feedback_page, number, page
from grading.sandbox import choose_sandbox
from grading.submission import SubmissionRefused, collect, student_of

__all__ = ["grade_all", "grade_one"]


def grade_one(folder: str, path: str, seed: int, isolated: bool | None) -> dict:
    """Grade one submission; whatever happens, there is a row.

    Parameters
    ----------
    folder : str
        Of the assignment.
    path : str
        Of the submission.
    seed : int
        Of the inputs.
    isolated : bool or None
        As in `choose_sandbox`.

    Returns
    -------
    dict
        `status`, `message`, `total`, `possible`, `notes`, `seconds`, and `questions` with their parts; all of it JSON.
        A part's text is its hint; where the submission raised something, its kind and line, not its words.
    """
    start = time.perf_counter()
    ours = sorted(path for pattern in ("*.py", "standin/*.py") for path in Path(folder).glob(pattern))
    assignment = _assignment(folder, tuple((path, path.stat().st_mtime_ns) for path in ours))
    status, message, notes, outcomes, refused = "ok", "", [], {}, False
    try:
        outcome = assignment.grade(Path(path), choose_sandbox(isolated), seed=seed)
        outcomes = {q.question.name: q for q in outcome.questions}
        notes = outcome.notes
        stopped = [q for q in outcome.questions if q.status != "ok"]
        if stopped:
            status = stopped[0].status
            message = "; ".join(f"{q.question.name}: {q.status} ({_clean(q.message or q.status)})" for q in stopped)
    except SubmissionRefused as problem:
        status, message, refused = problem.status, str(problem), True
    except Exception as problem:  # a fault of the grader must not lose the others' grades
        status, message = "grader error", f"{type(problem).__name__}: {_clean(str(problem))}"
    return _row(assignment, start, status, message, refused, notes, outcomes)


@functools.lru_cache(maxsize=1)
def _assignment(folder: str, version: tuple) -> Assignment:
    """One for all submissions: pictures are drawn once, and the reference answers each question once."""
    return Assignment(Path(folder))


def _row(assignment: Assignment, start: float, status, message, refused=False, notes=(), outcomes=None) -> dict:
    questions = []
    for question in assignment.questions:
        found = (outcomes or {}).get(question.name)
        parts = []
        for part in question.parts:
            passed = found is not None and part.name in found.passed
            hint = found.hints.get(part.name, "") if found is not None else "not graded"
            text = part.says if passed else f"{part.name}: {hint}"
            parts.append({"name": part.name, "points": part.points, "passed": passed, "text": text})
        entry = {"name": question.name, "title": question.title, "points": question.points, "parts": parts}
        questions.append(entry | {"earned": found.earned if found else 0.0})
    return {
        "status": status,
        "message": message,
        "refused": refused,
        "notes": list(notes),
        "total": sum(question["earned"] for question in questions),
        "possible": assignment.points,
        "seconds": round(time.perf_counter() - start, 2),
        "questions": questions,
    }


def grade_all(
    assignment: Assignment,
    submissions: Path,
    out: Path,
    *,
    jobs: int | None = None,
    isolated: bool | None = None,
    seed: int | None = None,
    scheduler: str | None = None,
) -> list[dict]:
    """Grade every file and folder in `submissions`; write `grades.csv`, `summary.html` and `feedback/` into `out`.

    Parameters
    ----------
    jobs : int, optional
        Submissions at a time; by default one a core.
    isolated : bool, optional
        As in `choose_sandbox`.
    seed : int, optional
        Of the inputs; by default the class's own where the assignment has one, else the public one.
    scheduler : str, optional
        Address of a Dask scheduler whose workers do the work. They need this code, the assignment and the submissions
        under the same paths, and bubblewrap.

    Returns
    -------
    list of dict
        The rows, as `grade_one` returns them, with `submission` and `student`.

    Raises
    ------
    FileNotFoundError
        There is no such folder, or nothing is in it.
    KeyboardInterrupt
        After Ctrl-C; what is done is kept and written first.
    """
    if not submissions.is_dir():
        raise FileNotFoundError(f"{submissions} is no folder; SUBMISSIONS names the folder with what was handed in")
    paths = sorted(path for path in submissions.iterdir() if not path.name.startswith("."))
    if not paths:
        raise FileNotFoundError(f"{submissions} is empty")
    seed = _class_seed(assignment) if seed is None else seed
    state = out / "graded"
    state.mkdir(parents=True, exist_ok=True)
    rules = _fingerprint(assignment, seed, choose_sandbox(isolated).isolated)
    keys = {path: hashlib.sha256(f"{rules}{_content(path)}".encode()).hexdigest()[:32] for path in paths}
    rows = {path: row for path in paths if (row := _stored(state / f"{keys[path]}.json")) is not None}
    rows = {path: row for path, row in rows.items() if row["status"] != "grader error"}  # these are tried again
    todo = [path for path in paths if path not in rows]
    if rows:
        print(f"{len(rows)} of {len(paths)} are graded already and kept")
    try:
        with _executor(jobs, scheduler) as pool:
            arguments = (str(assignment.folder), seed, isolated)
            futures = {
                pool.submit(grade_one, arguments[0], str(path.absolute()), *arguments[1:]): path for path in todo
            }
            try:
                for future in tqdm(
                    _completed(futures, scheduler), total=len(todo), desc=assignment.name, unit="submission"
                ):
                    path = futures[future]
                    rows[path] = _result(future, assignment)
                    _write(state / f"{keys[path]}.json", json.dumps(rows[path]))
            except KeyboardInterrupt:
                for future in futures:
                    future.cancel()
                raise
    finally:
        finished = [
            rows[path] | {"submission": path.name, "student": student_of(path)} for path in paths if path in rows
        ]
        _flag(assignment, finished, [path for path in paths if path in rows])
        _write_results(assignment, out, finished)
    return finished


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


def _result(future, assignment: Assignment) -> dict:
    try:
        return future.result()
    except Exception as problem:  # a worker was lost
        message = f"{type(problem).__name__}: {_clean(str(problem))}"
        return _row(assignment, time.perf_counter(), "grader error", message)


def _flag(assignment: Assignment, rows: list[dict], paths: list[Path]) -> None:
    """Note several files of one student, the same work under several names, and files that are the grader's own."""
    standins = {_code(path): path.name for path in sorted((assignment.folder / "standin").glob("*.py"))}
    by_student, by_work = defaultdict(list), defaultdict(list)
    for row, path in zip(rows, paths, strict=True):
        by_student[row["student"]].append(row)
        work = _work(path)
        if work:
            by_work["".join(sorted(work))].append(row)
        borrowed = sorted(standins[code] for code in work if code in standins)
        row["notes"] = [*row["notes"], *(f"{name} is the grader's stand-in of that name" for name in borrowed)]
    for same in by_student.values():
        for row in same if len(same) > 1 else []:
            others = ", ".join(other["submission"] for other in same if other is not row)
            row["notes"] = [*row["notes"], f"this student has also handed in {others}"]
    for same in by_work.values():
        for row in same:
            others = sorted({other["student"] for other in same} - {row["student"]})
            if others:
                row["duplicate"] = ", ".join(others)


def _work(path: Path) -> list[str]:
    """Digests of the code in the files of a submission."""
    with tempfile.TemporaryDirectory() as folder:
        with suppress(SubmissionRefused, OSError):
            collect(path, {"": ()}, Path(folder))
        codes = [_code(file) for file in sorted(Path(folder).rglob("*.py"))]
    return [code for code in codes if code is not None]


def _code(file: Path) -> str | None:
    """Digest of the code in a file, blind to comments and layout; None where it cannot be parsed."""
    try:
        return hashlib.sha256(ast.dump(ast.parse(file.read_text("utf-8", errors="replace"))).encode()).hexdigest()
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _write_results(assignment: Assignment, out: Path, rows: list[dict]) -> None:
    names = [question.name for question in assignment.questions]
    columns = [
        "submission",
        "student",
        "status",
        *names,
        "total",
        "possible",
        "duplicate",
        "seconds",
        "message",
        "notes",
    ]
    partial = out / "grades.csv.partial"
    with partial.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        for row in rows:
            points = {question["name"]: number(question["earned"]) for question in row["questions"]}
            entries = {k: row[k] for k in ("submission", "student", "status", "seconds", "message")}
            entries |= points | {"total": number(row["total"]), "possible": number(row["possible"])}
            entries |= {"duplicate": row.get("duplicate", ""), "notes": "; ".join(row["notes"])}
            writer.writerow({name: _cell(value) for name, value in entries.items()})
    partial.replace(out / "grades.csv")
    feedback = out / "feedback"
    feedback.mkdir(exist_ok=True)
    for row in rows:
        _write(feedback / f"{row['submission']}.html", feedback_page(assignment.title, row["student"], row))
    _write(out / "summary.html", _summary(assignment, rows))


def _summary(assignment: Assignment, rows: list[dict]) -> str:
    """Counts, a histogram of totals, what was lost most often, and what wants a look."""
    totals = [row["total"] for row in rows]
    bins = 10
    counts = [0] * bins
    for total in totals:
        counts[min(int(bins * total / assignment.points), bins - 1)] += 1
    top = max(counts, default=0) or 1
    bars = []
    for i, count in enumerate(counts):
        label = f"{number(assignment.points * i / bins)}–{number(assignment.points * (i + 1) / bins)}"
        bar = f'<div style="background:#0072b2;height:1em;width:{100 * count / top:.0f}%"></div>'
        bars.append(f"<tr><td class=points>{label}</td><td style='width:70%'>{bar}</td><td>{count}</td></tr>")
    lost = defaultdict(int)
    for row in rows:
        for question in row["questions"]:
            for part in question["parts"]:
                if not part["passed"]:
                    lost[question["name"], part["text"]] += 1
    frequent = sorted(lost.items(), key=lambda item: -item[1])[:12]
    looks = [row for row in rows if row["status"] != "ok" or row.get("duplicate") or row["notes"]]
    mean = sum(totals) / len(totals) if totals else 0.0
    seconds = sum(row["seconds"] for row in rows) / max(len(rows), 1)
    body = [f"<h1>{html.escape(assignment.title)}</h1>"]
    body.append(
        f"<p>{len(rows)} submissions, mean {mean:.2f} of {number(assignment.points)} points, {seconds:.1f} s each.</p>"
    )
    body.append(f"<h2>Totals</h2><table>{''.join(bars)}</table><h2>Lost most often</h2><table>")
    body += [_table_row(name, text, n) for (name, text), n in frequent]
    body.append("</table><h2>To look at</h2><table>")
    for row in looks:
        same = f"same work as {row['duplicate']}" if row.get("duplicate") else ""
        text = "; ".join(filter(None, [row["message"], same, *row["notes"]]))
        body.append(_table_row(row["submission"], row["status"], text))
    return page(assignment.title, "".join(body) + "</table>")


def _table_row(*cells) -> str:
    return f"<tr>{''.join(f'<td>{html.escape(str(cell))}</td>' for cell in cells)}</tr>"


def _class_seed(assignment: Assignment) -> int:
    path = assignment.folder / "class_seed"
    return int(path.read_text("utf-8")) if path.is_file() else PUBLIC_SEED


def _fingerprint(assignment: Assignment, seed: int, isolated: bool) -> str:
    digest = hashlib.sha256(f"{seed} {isolated}".encode())
    here = Path(__file__).resolve().parent
    ours = [assignment.folder.glob("*.py"), assignment.folder.glob("standin/*.py"), here.glob("*.py")]
    for path in [path for paths in ours for path in sorted(paths)]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _content(path: Path) -> str:
    """Digest of a submission's bytes and name."""
    digest = hashlib.sha256(path.name.encode())
    if path.is_symlink():
        digest.update(os.readlink(path).encode())
    elif path.is_file():
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    elif path.is_dir():
        for member in sorted(path.rglob("*")):
            digest.update(str(member.relative_to(path)).encode())
            if member.is_file() and not member.is_symlink():
                digest.update(f"{member.stat().st_size}".encode())
                if member.stat().st_size < 1 << 26:
                    digest.update(member.read_bytes())
    return digest.hexdigest()


def _stored(path: Path) -> dict | None:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None


def _write(path: Path, text: str) -> None:
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)


def _clean(text: str) -> str:
    """One line, of printable characters, not too long."""
    return "".join(c if c.isprintable() else " " for c in text)[:200]


def _cell(value):
    """No cell begins with what a spreadsheet would run as a formula."""
    text = str(value)
    numeric = text.lstrip("+-").replace(".", "", 1).isdigit()
    return f"'{text}" if text.startswith(tuple("=+-@\t\r")) and not numeric else value
