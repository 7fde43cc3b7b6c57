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

__all__ = ["make_release", "make_student_files", "start"]

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
README = """# {title}

1. python -m venv .venv && .venv/bin/pip install -r requirements.txt
2. .venv/bin/jupyter lab {name}.ipynb      (write your code in the .py files beside it)
3. .venv/bin/python -m grading grade {name} --folder .      points and hints, offline
4. Hand in this folder as a zip, or only the .py files.
"""
#: What the student's copy of an assignment needs to run away from the repository.
NEEDS = ("numpy", "scipy", "matplotlib", "scikit-learn", "pandas", "tqdm", "psutil", "otter-grader", "jupyterlab")


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

    The student's zip holds no solution and no reference, only a record of what the reference gives for the public
    inputs. The autograder's zip holds both, and the seed of the class's inputs: keep it private.

    Raises
    ------
    RuntimeError
        The solution does not get all points, so nothing is released.
    """
    outcome = assignment.grade(assignment.folder / "solution", choose_sandbox(), seed=PUBLIC_SEED)
    if outcome.earned != outcome.possible:
        lost = "; ".join(f"{q.question.name}: {hint}" for q in outcome.questions for hint in q.hints.values())
        raise RuntimeError(f"the solution of {assignment.name} gets {outcome.earned} of {outcome.possible}: {lost}")
    target.mkdir(parents=True, exist_ok=True)
    student = target / f"{assignment.name}-student.zip"
    grader = target / f"{assignment.name}-autograder.zip"
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / assignment.name
        make_student_files(assignment, folder)
        _copy_code(folder, root)
        inside = folder / "assignments" / assignment.name
        inside.mkdir(parents=True)
        shutil.copy(assignment.folder / "questions.py", inside)
        if (assignment.folder / "standin").is_dir():
            shutil.copytree(
                assignment.folder / "standin", inside / "standin", ignore=shutil.ignore_patterns("__pycache__")
            )
        assignment.expectations.save(inside / "record.npz")
        (folder / "requirements.txt").write_text("\n".join(_pinned(root)) + "\n", encoding="utf-8")
        (folder / "README.md").write_text(README.format(title=assignment.title, name=assignment.name), encoding="utf-8")
        _zip(folder, student)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / f"{assignment.name}-autograder"
        folder.mkdir()
        _copy_code(folder, root)
        ignored = shutil.ignore_patterns("__pycache__", "*.ipynb", "*.md")
        shutil.copytree(assignment.folder, folder / "assignments" / assignment.name, ignore=ignored)
        (folder / "assignments" / assignment.name / "class_seed").write_text(
            str(secrets.randbits(63)), encoding="utf-8"
        )
        (folder / "requirements.txt").write_text("\n".join(_pinned(root)) + "\n", encoding="utf-8")
        line = f"python -m grading grade-all {assignment.name} SUBMISSIONS"
        (folder / "README.md").write_text(
            f"{assignment.title}: pip install -r requirements.txt, then {line}\n", encoding="utf-8"
        )
        _zip(folder, grader)
    return student, grader


def _copy_code(folder: Path, root: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__")
    for package in ("grading", "utils"):
        shutil.copytree(root / package, folder / package, ignore=ignored)


def _pinned(root: Path) -> list[str]:
    """Lines of the lock file for what the students' copy needs, every Python's variant of each."""
    lines = (root / "constraints.txt").read_text("utf-8").splitlines()
    return [line for line in lines if line.split("==")[0].strip() in NEEDS]


def _zip(folder: Path, target: Path) -> None:
    partial = target.with_suffix(".partial")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder.parent))
    partial.replace(target)
