"""What people are given: a working copy, a zip for students, a zip for whoever grades.

Students' files are made from the solution: what stands between `# BEGIN SOLUTION` and `# END SOLUTION` is cut out.
"""

from __future__ import annotations

import secrets
import shutil
import tempfile
import zipfile
from pathlib import Path

from otter.assign.solutions import replace_solutions

from grading.assignment import PUBLIC_SEED, ROOT, Assignment
from grading.sandbox import choose_sandbox

__all__ = ["make_release", "make_student_files", "make_student_zip", "start"]

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


def make_student_files(assignment: Assignment, target: Path) -> tuple[list[str], list[str]]:
    """Put the student's files into `target`: modules without solutions, the notebook, Otter's tests.

    Returns
    -------
    (written, kept) : names of new files, and of files that were there and were not touched
    """
    files = {}
    for path in sorted((assignment.folder / "solution").glob("*.py")):
        lines = replace_solutions(path.read_text("utf-8").split("\n"), "python")
        files[path.name] = "\n".join(lines)
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
    written, kept = [], []
    for name, text in files.items():
        path = target / name
        if path.exists():
            kept.append(name)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written.append(name)
    return written, kept


def start(assignment: Assignment, root: Path = ROOT) -> tuple[Path, list[str], list[str]]:
    """A working copy in `work/<name>/`; files that are there are left alone. Returns (folder, written, kept)."""
    folder = root / "work" / assignment.name
    return folder, *make_student_files(assignment, folder)


def make_release(assignment: Assignment, target: Path, root: Path = ROOT) -> tuple[Path, Path]:
    """Write `<name>-student.zip` and `<name>-autograder.zip` into `target`; an older pair is replaced.

    The autograder's zip holds the solution, the reference and the seed of the class's inputs: keep it private.

    Raises
    ------
    RuntimeError
        The solution does not get all points, so nothing is released.
    """
    target.mkdir(parents=True, exist_ok=True)
    student, grader = target / f"{assignment.name}-student.zip", target / f"{assignment.name}-autograder.zip"
    make_student_zip(assignment, student, root)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / f"{assignment.name}-autograder"
        folder.mkdir()
        _copy_code(folder, root, GRADER_NEEDS)
        inside = folder / "assignments" / assignment.name
        shutil.copytree(assignment.folder, inside, ignore=shutil.ignore_patterns("__pycache__", "*.ipynb", "*.md"))
        (inside / "class_seed").write_text(str(secrets.randbits(63)), encoding="utf-8")
        text = GRADER_README.format(title=assignment.title, name=assignment.name)
        (folder / "README.md").write_text(text, encoding="utf-8")
        _zip(folder, grader)
    return student, grader


def make_student_zip(assignment: Assignment, target: Path, root: Path = ROOT) -> None:
    """Write the zip for students: no solution and no reference, only a record of its results for the public inputs.

    Raises
    ------
    RuntimeError
        The solution does not get all points.
    """
    outcome = assignment.grade(assignment.folder / "solution", choose_sandbox(), seed=PUBLIC_SEED)
    if outcome.earned != outcome.possible:
        lost = "; ".join(f"{q.question.name}: {hint}" for q in outcome.questions for hint in q.hints.values())
        raise RuntimeError(f"the solution of {assignment.name} gets {outcome.earned} of {outcome.possible}: {lost}")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / assignment.name
        make_student_files(assignment, folder)
        _copy_code(folder, root, STUDENT_NEEDS)
        inside = folder / "assignments" / assignment.name
        inside.mkdir(parents=True)
        shutil.copy(assignment.folder / "questions.py", inside)
        if (assignment.folder / "standin").is_dir():
            shutil.copytree(
                assignment.folder / "standin", inside / "standin", ignore=shutil.ignore_patterns("__pycache__")
            )
        assignment.expectations.save(inside / "record.npz")
        text = STUDENT_README.format(title=assignment.title, name=assignment.name)
        (folder / "README.md").write_text(text, encoding="utf-8")
        _zip(folder, target)


def _copy_code(folder: Path, root: Path, needs: tuple[str, ...]) -> None:
    """The packages that grade, and the versions of what they need, as far as the lock file pins them."""
    for package in ("grading", "utils"):
        shutil.copytree(root / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    lines = (root / "constraints.txt").read_text("utf-8").splitlines()
    pinned = [line for line in lines if line.split("==")[0].strip() in needs]
    (folder / "requirements.txt").write_text("\n".join(pinned) + "\n", encoding="utf-8")


def _zip(folder: Path, target: Path) -> None:
    partial = target.with_suffix(".partial")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder.parent))
    partial.replace(target)
