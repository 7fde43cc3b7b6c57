"""Tests of what people are given: files without solutions, zips that are made anew only where something has changed."""

import importlib
import shutil
import sys
import zipfile

import pytest

from grading.course.assignment import ROOT, load_assignment
from grading.course.release import recorded, without_solutions
from grading.course.zips import fingerprint, is_fresh, kept_zip, make_student_zips
from grading.importing import import_file, importable

SOLVED = """def f(x):
    # TODO: the square
    # BEGIN SOLUTION
    y = x * x
    # END SOLUTION
    return y
"""


def test_what_stands_between_the_marks_is_cut_out():
    assert without_solutions(SOLVED) == "def f(x):\n    # TODO: the square\n    ...\n    return y\n"
    assert without_solutions("x = 1\n") == "x = 1\n"


@pytest.mark.parametrize(
    "marks", [["# BEGIN SOLUTION"], ["# END SOLUTION"], ["# BEGIN SOLUTION", "# BEGIN SOLUTION", "# END SOLUTION"]]
)
def test_half_a_pair_of_marks_gives_nothing_away(marks):
    with pytest.raises(ValueError, match="no other half"):
        without_solutions("\n".join(marks))


def test_modules_found_by_path_leave_nothing_behind(tmp_path, monkeypatch):
    for name, value in (("here", 1), ("there", 2)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "eer_module.py").write_text(f"VALUE = {value}\n")
    path, elsewhere = list(sys.path), object()
    monkeypatch.setitem(sys.modules, "eer_module", elsewhere)
    for name, value in (("here", 1), ("there", 2)):
        with importable(tmp_path / name):
            assert value == importlib.import_module("eer_module").VALUE
        assert value == import_file(tmp_path / name / "eer_module.py").VALUE
    assert sys.modules["eer_module"] is elsewhere
    assert sys.path == path


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A repository with one assignment, and the place of its zip."""
    root = tmp_path_factory.mktemp("repository")
    for name in ("grading", "utils", "assignments/knn"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "constraints.txt", root)
    return root, root / "_build" / "student-zips"


def test_a_zip_is_made_once_and_holds_what_is_needed_and_nothing_else(copy):
    root, kept = copy
    assert make_student_zips(kept=kept, root=root) == ["knn"]
    assert make_student_zips(kept=kept, root=root) == []
    with zipfile.ZipFile(kept_zip("knn", kept)) as archive:
        names = {name.removeprefix("knn/") for name in archive.namelist()}
    assert {"knn.ipynb", "tests/q1.py", "assignments/knn/record.npz", "requirements.txt"} <= names
    assert {"grading/box/runner.py", "grading/judging/speed.py", "utils/plotting.py", "utils/data/download.py"} <= names
    assert not names & {"utils/training.py", "assignments/knn/reference.py", "assignments/knn/wrong.py"}
    assert not any("solution" in name or "alternatives" in name for name in names)


@pytest.mark.parametrize(
    ("file", "matters"),
    [
        ("utils/training.py", False),
        ("assignments/knn/index.md", False),
        ("assignments/knn/wrong.py", False),
        ("utils/plotting.py", True),
        ("grading/box/runner.py", True),
        ("grading/judging/comparison.py", True),
        ("assignments/knn/reference.py", True),
        ("assignments/knn/solution/cross_validation.py", True),
        ("constraints.txt", True),
    ],
)
def test_a_zip_is_made_anew_where_something_in_it_or_in_its_record_has_changed(copy, file, matters):
    root, kept = copy
    knn = load_assignment("knn", root)
    before, text = fingerprint(knn, root), (root / file).read_text("utf-8")
    (root / file).write_text(f"{text}\n# changed\n", encoding="utf-8")
    try:
        assert (fingerprint(knn, root) != before) == matters
        if matters:
            assert not is_fresh(knn, kept, root)
    finally:
        (root / file).write_text(text, encoding="utf-8")
    assert fingerprint(knn, root) == before


def test_no_picture_is_made_for_a_record(monkeypatch):
    """That a record holds all that grading asks shows where the zip's own grader is run: tests/test_assignments.py."""
    softmax = load_assignment("softmax")
    monkeypatch.setattr(softmax.code, "prepare", lambda: pytest.fail("pictures were prepared"))
    first, second = recorded(softmax), recorded(softmax)
    assert len(first) > 50
    assert {name: array.tolist() for name, array in first.items()} == {n: a.tolist() for n, a in second.items()}
