"""What people are given: a working copy, a zip for students, a zip for whoever grades.

Students' files are made from the solution: what stands between `# BEGIN SOLUTION` and `# END SOLUTION` is cut out.
"""

from __future__ import annotations

import ast
import functools
import io
import secrets
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from grading.box.sandbox import choose_sandbox
from grading.course.assignment import PUBLIC_SEED, RECORDED, ROOT, Assignment
from grading.course.notebooks import code_cells
from grading.course.seeds import SEED_FILE
from grading.course.submission import collect
from grading.importing import import_file
from grading.judging.expectations import Expectations
from grading.judging.questions import QuestionOutcome
from utils.files import write_atomically

__all__ = [
    "make_release",
    "make_student_files",
    "recorded",
    "student_files",
    "student_zip_files",
    "write_autograder_zip",
    "write_student_zip",
]

BEGIN, END = "# BEGIN SOLUTION", "# END SOLUTION"
#: Packages of this repository that people may be given, and by which modules they come in.
OURS = ("grading", "utils")
DOORS = ("grading.__main__", "grading.notebook", "grading.box.runner", "utils.data.__main__")

#: A test file of Otter's for one question: it asks the same judge as the final grade.
TEST_FILE = '''"""Checks of question {name}; run by grader.check("{name}") in the notebook."""

from otter.test_files import test_case

from grading.notebook import check_part

OK_FORMAT = False
name = "{name}"
points = None
'''
TEST_CASE = """

@test_case(name={says!r}, points={points!r})
def test_{part}():
    check_part({assignment!r}, {name!r}, {part!r})
"""
STUDENT_README = """# {title}

Python 3.11 or newer on Linux, macOS or in WSL. In this folder:

    python3 -m venv .venv && .venv/bin/pip install -r requirements.txt    # once
    .venv/bin/jupyter lab {name}.ipynb                      # write your code in the .py files beside it
    .venv/bin/python -m grading grade {name} --folder .     # points and hints, offline; the pages call it make grade
    .venv/bin/python -m utils.data                          # if you like: real pictures, to data/; make data

What you hand in is your code and your notebook, without .venv, data and the rest:

    python3 -m zipfile -c handin.zip *.py *.ipynb

Rename the zip to your name.
"""
GRADER_README = """# Autograder: {title}

    python3 -m venv .venv && .venv/bin/pip install -r requirements.txt
    .venv/bin/python -m grading grade-all {name} SUBMISSIONS

SUBMISSIONS is a folder with one zip, folder, module or notebook a student. Install bubblewrap (apt install bubblewrap):
without it submissions run with resource limits only. Keep this folder private: it holds the solution and the seed of
the inputs that your class is graded with.
"""
#: What the copies that people are given need to run away from the repository.
STUDENT_NEEDS = (
    "numpy",
    "scipy",
    "matplotlib",
    "scikit-learn",
    "pandas",
    "tqdm",
    "psutil",
    "otter-grader",
    "jupyterlab",
)
GRADER_NEEDS = (*STUDENT_NEEDS, "torch", "torchvision", "distributed")


def student_files(assignment: Assignment) -> dict[str, str]:
    """What a student works with, by name: modules without solutions, the notebook, Otter's tests."""
    files = {}
    for path in sorted((assignment.folder / "solution").glob("*.py")):
        files[path.name] = without_solutions(path.read_text("utf-8"))
    for path in sorted((assignment.folder / "given").glob("*.py")):
        files[path.name] = path.read_text("utf-8")
    notebook = assignment.folder / f"{assignment.name}.ipynb"
    files[notebook.name] = notebook.read_text("utf-8")
    for question in assignment.questions:
        text = TEST_FILE.format(name=question.name)
        for part in question.parts:
            values = {"assignment": assignment.name, "name": question.name, "part": part.name}
            text += TEST_CASE.format(says=part.says, points=part.points, **values)
        files[f"tests/{question.name}.py"] = text
    return files


def without_solutions(source: str) -> str:
    """A source with `...` in the place of the lines from `# BEGIN SOLUTION` to `# END SOLUTION`.

    Raises
    ------
    ValueError
        One of the two stands alone: nothing is given away.
    """
    kept, inside = [], False
    for line in source.split("\n"):
        mark = line.strip()
        if mark in (BEGIN, END):
            if inside == (mark == BEGIN):
                raise ValueError(f"{mark} has no other half")
            inside = mark == BEGIN
            kept += [line.replace(BEGIN, "...")] if inside else []
        elif not inside:
            kept.append(line)
    if inside:
        raise ValueError(f"{BEGIN} has no other half")
    return "\n".join(kept)


def make_student_files(assignment: Assignment, target: Path) -> tuple[list[str], list[str]]:
    """Put the student's files into `target`, a working copy; those that are there are left alone.

    Returns
    -------
    (written, kept) : names of new files, and of files that were there and were not touched
    """
    written, kept = [], []
    for name, text in student_files(assignment).items():
        path = target / name
        if path.exists():
            kept.append(name)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written.append(name)
    return written, kept


def make_release(assignment: Assignment, target: Path, root: Path = ROOT) -> tuple[Path, Path]:
    """Write `<name>-student.zip` and `<name>-autograder.zip` into `target`; an older pair is replaced.

    Raises
    ------
    RuntimeError
        The solution does not get all points, so nothing is released.
    """
    outcome = assignment.grade(assignment.folder / "solution", choose_sandbox(), seed=PUBLIC_SEED)
    _require_all_points(assignment, outcome.questions)
    target.mkdir(parents=True, exist_ok=True)
    student, grader = target / f"{assignment.name}-student.zip", target / f"{assignment.name}-autograder.zip"
    write_student_zip(assignment, student, root)
    write_autograder_zip(assignment, grader, root)
    return student, grader


def write_autograder_zip(assignment: Assignment, target: Path, root: Path = ROOT) -> None:
    """Write the zip for whoever grades: it holds the solution, the reference and a seed drawn for the class's inputs.

    Keep it private.
    """
    inside = f"assignments/{assignment.name}"
    files = {
        f"{inside}/{path.relative_to(assignment.folder)}": path.read_bytes()
        for path in sorted(assignment.folder.rglob("*.py"))
    }
    files |= _our_code(files, root) | {"requirements.txt": _requirements(root, GRADER_NEEDS)}
    files[f"{inside}/{SEED_FILE}"] = str(secrets.randbits(63)).encode()
    files["README.md"] = GRADER_README.format(title=assignment.title, name=assignment.name).encode()
    _write_zip(target, f"{assignment.name}-autograder", files)


def write_student_zip(assignment: Assignment, target: Path, root: Path = ROOT) -> None:
    """Write the zip for students: no solution and no reference, only a record of its results for the public inputs."""
    record = recorded(assignment)
    with io.BytesIO() as stream:
        np.savez_compressed(stream, **record)
        files = {f"assignments/{assignment.name}/record.npz": stream.getvalue()}
    _write_zip(target, assignment.name, student_zip_files(assignment, root) | files)


def student_zip_files(assignment: Assignment, root: Path = ROOT) -> dict[str, bytes]:
    """What stands in the zip for students, by name, but for the record."""
    files = {name: text.encode() for name, text in student_files(assignment).items()}
    for path in [assignment.folder / "questions.py", *sorted((assignment.folder / "standin").glob("*.py"))]:
        files[f"assignments/{assignment.name}/{path.relative_to(assignment.folder)}"] = path.read_bytes()
    files |= _our_code(files, root) | {"requirements.txt": _requirements(root, STUDENT_NEEDS)}
    files["README.md"] = STUDENT_README.format(title=assignment.title, name=assignment.name).encode()
    return files


def recorded(assignment: Assignment) -> dict[str, np.ndarray]:
    """What the reference answers when the solution is judged with the public inputs, as `Expectations` keeps it.

    A judge is followed to where it asks for pictures: it asks the reference before. So nothing is trained.

    Raises
    ------
    RuntimeError
        The solution loses a part before that: the record might lack what a judge asks about right answers.
    """
    expectations = Expectations(import_file(assignment.folder / "reference.py"))
    with tempfile.TemporaryDirectory() as scratch:
        submission = collect(assignment.folder / "solution", assignment.modules, Path(scratch))
        outcome = assignment.mark(submission, choose_sandbox(isolated=False), seed=PUBLIC_SEED, recording=expectations)
    ended = [q for q in outcome.questions if q.status != RECORDED]
    _require_all_points(assignment, ended)
    return expectations.record


def _require_all_points(assignment: Assignment, outcomes: Iterable[QuestionOutcome]) -> None:
    lost = [
        f"{q.question.name}: {q.hints[p.name]}" for q in outcomes for p in q.question.parts if p.name not in q.passed
    ]
    if lost:
        raise RuntimeError(f"the solution of {assignment.name} does not get all points: {'; '.join(lost)}")


def _our_code(files: dict[str, bytes], root: Path) -> dict[str, bytes]:
    """The modules of this repository that grading needs, and modules and notebooks in `files`: by their paths."""
    found: set[Path] = set()
    pending = list(DOORS)
    for name, content in files.items():
        text = content.decode()
        for source in code_cells(text) if name.endswith(".ipynb") else [text] if name.endswith(".py") else []:
            pending += _imported(source)
    while pending:
        name = pending.pop()
        path = root.joinpath(*name.split("."))
        for file in (path.with_suffix(".py"), path / "__init__.py"):
            if file.is_file() and file not in found:
                found.add(file)
                pending += [name.rpartition(".")[0], *_imported(file.read_text("utf-8"))]
                if file.name == "__init__.py" and "." in name:  # it may load its modules when they are first used
                    pending += [f"{name}.{module.stem}" for module in path.glob("*.py")]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(found)}


@functools.cache
def _imported(source: str) -> tuple[str, ...]:
    """Modules of OURS that a source imports, at its top or inside of functions; names that may be modules, too."""
    nodes = list(ast.walk(ast.parse(source)))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return tuple(name for name in names if name.split(".")[0] in OURS)


def _requirements(root: Path, needs: tuple[str, ...]) -> bytes:
    """The versions of what is needed, as far as the lock file pins them."""
    lines = (root / "constraints.txt").read_text("utf-8").splitlines()
    return "".join(f"{line}\n" for line in lines if line.split("==")[0].strip() in needs).encode()


def _write_zip(target: Path, folder: str, files: dict[str, bytes]) -> None:
    """A zip with everything in one folder; the same files give the same bytes."""
    with io.BytesIO() as stream:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in sorted(files.items()):
                entry = zipfile.ZipInfo(f"{folder}/{name}")
                entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                archive.writestr(entry, content)
        write_atomically(target, stream.getvalue())
