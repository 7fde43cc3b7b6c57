"""Tests of grading.course.seeds: a class has a seed of its own, drawn once, kept, and no student's to read."""

import re
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from grading.course import classroom
from grading.course.assignment import PUBLIC_SEED, assignments
from grading.course.grades import grade_of
from grading.course.release import student_zip_files
from grading.course.seeds import SEED_FILE, class_seed

KNN = assignments()["knn"]


def test_it_is_drawn_once_and_kept_where_the_results_are(tmp_path):
    seed = class_seed(tmp_path / "assignment", tmp_path / "grades")
    kept = tmp_path / "grades" / SEED_FILE
    assert seed != PUBLIC_SEED
    assert seed > 2**32
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert class_seed(tmp_path / "assignment", tmp_path / "grades") == seed
    assert class_seed(tmp_path / "assignment", tmp_path / "others") != seed
    assert [path.name for path in kept.parent.iterdir()] == [SEED_FILE]


def test_the_seed_of_an_autograder_zip_comes_first(tmp_path):
    (tmp_path / SEED_FILE).write_text("77\n")
    assert class_seed(tmp_path, tmp_path / "grades") == 77
    assert not (tmp_path / "grades").exists()


def test_two_runs_at_once_agree(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: class_seed(tmp_path, tmp_path / "grades"), range(40)))) == 1


@pytest.mark.parametrize("text", ["", "seven", "-3", "9" * 80])
def test_a_file_with_something_else_in_it_is_named(text, tmp_path):
    (tmp_path / SEED_FILE).write_text(text)
    with pytest.raises(ValueError, match=re.escape(str(tmp_path / SEED_FILE))):
        class_seed(tmp_path / "assignment", tmp_path)


def test_a_class_is_never_graded_with_the_public_seed(tmp_path, monkeypatch):
    seeds = []

    def graded(folder, path, seed, sandbox):
        seeds.append(seed)
        return grade_of(KNN, None, seconds=0.0)

    monkeypatch.setattr(classroom, "grade_one", graded)
    (tmp_path / "handed-in").mkdir()
    for name in ("a.py", "b.py"):
        (tmp_path / "handed-in" / name).write_text("x = 1\n")
        classroom.grade_all(KNN, tmp_path / "handed-in", tmp_path / "grades", jobs=1)
    assert set(seeds) == {int((tmp_path / "grades" / SEED_FILE).read_text())} != {PUBLIC_SEED}


def test_students_do_not_get_it():
    assert not [name for name in student_zip_files(KNN) if SEED_FILE in name.rpartition("/")[2]]
