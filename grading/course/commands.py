"""The commands behind `make start`, `make grade`, `make progress`, `make release` and `make grade-all`.

python -m grading --help
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from grading.box.sandbox import bubblewrap_problem, choose_sandbox
from grading.course.assignment import ROOT, Assignment, assignments, load_assignment
from grading.course.report import number, table, total_line
from grading.course.submission import SubmissionRefused
from utils.files import write_atomically

#: Where a learner's points are remembered.
PROGRESS = ROOT / "work" / "progress.json"
INTERRUPTED = 130


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m grading", description="Assignments: start, grade, release.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, text in {
        "start": "put a working copy into work/NAME; what is there is left alone",
        "grade": "points and hints for your own work",
        "release": "a zip for students and one for the autograder, in dist/",
        "grade-all": "grade a folder of submissions",
    }.items():
        command = commands.add_parser(name, help=text)
        command.add_argument("assignment", help=f"one of: {', '.join(assignments())}")
        if name == "grade":
            command.add_argument("--folder", type=Path, help="your work (default: work/NAME)")
        if name == "grade-all":
            command.add_argument(
                "submissions", type=Path, help="folder with one archive, folder, notebook or module a student"
            )
            command.add_argument("--out", type=Path, help="where results go (default: grades/NAME)")
            command.add_argument("--jobs", type=int, help="submissions at a time (default: one a core)")
            command.add_argument("--scheduler", help="address of a Dask scheduler whose workers grade")
            command.add_argument("--no-isolation", action="store_true", help="resource limits only, no bubblewrap")
    commands.add_parser("progress", help="points of all assignments so far")
    options = parser.parse_args(argv)
    if options.command == "progress":
        return progress()
    try:
        assignment = load_assignment(options.assignment)
    except ValueError as problem:
        print(problem, file=sys.stderr)
        return 2
    command = {"start": start, "grade": grade, "release": release, "grade-all": grade_class}[options.command]
    try:
        return command(assignment, options)
    except OSError as problem:  # a disk that is full or for reading only, a link that leads nowhere
        place = f" ({problem.filename})" if problem.filename else ""
        print(f"{options.command} stopped: {problem.strerror or problem}{place}", file=sys.stderr)
        return 1


def start(assignment: Assignment, options) -> int:
    from grading.course.release import make_student_files

    folder = ROOT / "work" / assignment.name
    if folder.is_symlink() and not folder.is_dir():
        print(
            f"{folder} is a link to {folder.readlink()}, which is no folder; remove it, or make that", file=sys.stderr
        )
        return 2
    written, kept = make_student_files(assignment, folder)
    shown = folder.relative_to(ROOT)
    print(f"{assignment.title}: {number(assignment.points)} points, about {assignment.code.MINUTES} minutes")
    if kept:
        print(f"left as they were: {', '.join(kept)}")
    if written:
        print(f"new in {shown}: {', '.join(written)}")
    print(f"Open {shown}/{assignment.name}.ipynb with `make lab`; `make grade A={assignment.name}` shows your points.")
    return 0


def grade(assignment: Assignment, options) -> int:
    folder = (options.folder or ROOT / "work" / assignment.name).expanduser().resolve()  # a link is as good
    if not folder.exists():
        print(f"{folder} is not there; begin with `make start A={assignment.name}`", file=sys.stderr)
        return 2
    done = []

    def finished(outcome):
        done.append(outcome)
        if sys.stderr.isatty():
            print(f"\r{len(done)} of {len(assignment.questions)} questions", end="", file=sys.stderr, flush=True)

    try:
        outcome = assignment.grade(folder, choose_sandbox(isolated=False), finished=finished)
    except SubmissionRefused as problem:
        print(f"{folder}: {problem.status}: {problem}", file=sys.stderr)
        return 2
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr)
    print(f"{assignment.title}\n\n{table(outcome.questions)}\n{total_line(outcome)}")
    for note in outcome.notes:
        print(f"note: {note}")
    if options.folder is None:
        _remember(assignment.name, outcome.earned)
    return 0


def progress() -> int:
    known, earned, possible = _progress(), 0.0, 0.0
    for name, assignment in assignments().items():
        entry = known.get(name)
        began = (ROOT / "work" / name).is_dir()
        earned, possible = earned + (entry["earned"] if entry else 0), possible + assignment.points
        share = (entry["earned"] if entry else 0) / assignment.points
        bar = ("█" * round(20 * share)).ljust(20, "·")
        state = f"{number(entry['earned'])} / {number(assignment.points)}  {entry['when']}" if entry else ""
        hint = "" if entry else f"make {'grade' if began else 'start'} A={name}"
        print(f"{name:15} {bar}  {state or hint}")
    print(f"{'total':15} {' ' * 20}  {number(earned)} / {number(possible)}")
    return 0


def release(assignment: Assignment, options) -> int:
    from grading.course.release import make_release

    try:
        student, grader = make_release(assignment, ROOT / "dist")
    except RuntimeError as problem:
        print(problem, file=sys.stderr)
        return 1
    print(f"for students:       {student}\nfor the autograder: {grader}   (holds the solution; keep it private)")
    return 0


def grade_class(assignment: Assignment, options) -> int:
    from grading.course.classroom import grade_all

    sandbox = choose_sandbox(False if options.no_isolation else None)
    if options.scheduler and not sandbox.isolated and not options.no_isolation:
        print(f"{bubblewrap_problem()}; with --no-isolation the workers grade without", file=sys.stderr)
        return 2
    if sandbox.isolated and sandbox.missing():
        print(f"WARNING: the boxes of this machine are not the best there are: {sandbox.missing()}", file=sys.stderr)
    if not sandbox.isolated:
        reason = "as you asked" if options.no_isolation else bubblewrap_problem()
        print(f"WARNING: submissions run without isolation, with resource limits only: {reason}", file=sys.stderr)
    out, begin = options.out or ROOT / "grades" / assignment.name, time.perf_counter()
    try:
        rows = grade_all(
            assignment,
            options.submissions.expanduser(),
            out.expanduser(),
            jobs=options.jobs,
            sandbox=sandbox,
            scheduler=options.scheduler,
        )
    except (FileNotFoundError, RuntimeError) as problem:
        print(problem, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"\nstopped; what is graded is kept in {out}. Run the same command again for the rest.", file=sys.stderr)
        return INTERRUPTED
    seconds = time.perf_counter() - begin
    good = sum(row.grade.status == "ok" for row in rows)
    print(f"{len(rows)} rows, {good} ok, {seconds:.0f} s, {seconds / len(rows):.1f} s a submission")
    print(f"{out}/grades.csv, {out}/summary.html, {out}/feedback/")
    return 0


def _progress() -> dict:
    try:
        return json.loads(PROGRESS.read_text("utf-8"))
    except (OSError, ValueError):
        return {}


def _remember(name: str, earned: float) -> None:
    known = _progress() | {name: {"earned": earned, "when": time.strftime("%Y-%m-%d %H:%M")}}
    PROGRESS.parent.mkdir(exist_ok=True)
    write_atomically(PROGRESS, json.dumps(known, indent=1))
