"""Tests of a graded class: forty good, broken and hostile submissions, interrupted runs, other machines."""

import csv
import os
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import psutil
import pytest

from grading.box.sandbox import bubblewrap_problem, choose_sandbox
from grading.course.assignment import ROOT
from grading.course.classroom import grade_all, grade_one
from grading.course.grades import Grade
from grading.course.release import make_student_files
from grading.course.submission import collect
from tests.handed_in import KNN, SOLUTION, sources
from tests.hostile_submissions import EXPECTED as FORTY
from tests.hostile_submissions import hand_in
from tests.more_submissions import MORE, QUICK, hand_in_more, left_over

EXPECTED = FORTY | {name: MORE[name][1:] for name in QUICK}
ISOLATED = bubblewrap_problem() is None
#: What only a wall can keep a submission from; without one these are not even tried.
NEEDS_WALL = {"fork_bomb.zip", "deletes.zip", "reads_tests.zip", "network.zip", "big_file.zip"}
NEEDS_WALL |= {"fork_bomb_that_stays.zip", "kills_all.zip", "reads_its_parent.zip", "leaves_others.zip"}
PRESENT = set(EXPECTED) if ISOLATED else set(EXPECTED) - NEEDS_WALL


@pytest.fixture(scope="module")
def everybody(tmp_path_factory):
    """The folder with what forty students have handed in, and the rows that grading gives."""
    base = tmp_path_factory.mktemp("class")
    submissions, blank = base / "submissions", base / "blank"
    submissions.mkdir()
    make_student_files(KNN, blank)
    hand_in(submissions, SOLUTION, sources(blank))
    hand_in_more(submissions, QUICK)
    for name in () if ISOLATED else NEEDS_WALL:
        (submissions / name).unlink()
    start = time.perf_counter()
    rows = grade_all(KNN, submissions, base / "out")
    seconds = time.perf_counter() - start
    print(f"\n{len(rows)} submissions in {seconds:.0f} s, {seconds / len(rows):.1f} s each")
    return base, {row.submission: row for row in rows}


@pytest.mark.parametrize("name", EXPECTED)
def test_every_submission_gets_its_row_its_status_and_no_unearned_point(everybody, name):
    if name in NEEDS_WALL and not ISOLATED:
        pytest.skip(bubblewrap_problem())
    row = everybody[1][name]
    assert (row.grade.status, row.grade.total) == EXPECTED[name], (row.grade.message, row.notes)
    assert row.grade.possible == 20


def test_at_least_forty_of_which_half_are_broken_or_hostile():
    assert len(EXPECTED) >= 40
    assert sum(status != "ok" or points < 20 for status, points in EXPECTED.values()) >= 20


def test_nothing_is_lost_and_nothing_escapes(everybody):
    base, _ = everybody
    assert {path.name for path in (base / "submissions").iterdir()} == PRESENT  # "deletes" has deleted nothing
    assert not (base / "escaped.py").exists()
    assert not Path("/tmp/eer_escaped.py").exists()
    assert not left_over()
    assert not any("time.sleep(987654)" in " ".join(p.info["cmdline"] or []) for p in psutil.process_iter(["cmdline"]))


def test_grades_csv_has_a_row_for_each_and_flags_what_wants_a_look(everybody):
    base, _ = everybody
    with (base / "out" / "grades.csv").open(encoding="utf-8-sig") as file:
        rows = {row["submission"]: row for row in csv.DictReader(file)}
    assert set(rows) == PRESENT
    assert rows["correct.zip"]["total"] == "20"
    assert rows["correct.zip"]["q4"] == "5"
    assert "folder" in rows["correct.zip"]["duplicate"]
    assert "cross_validation.py is missing" in rows["one_module.py"]["message"]
    assert rows["blank.zip"]["duplicate"] == rows["blank.zip"]["notes"] == rows["blank.zip"]["message"] == ""
    assert rows["twice.zip"]["student"] == rows["twice (1).zip"]["student"] == "twice"
    assert "twice (1).zip" in rows["twice.zip"]["notes"]
    assert "was taken for" in rows["renamed.zip"]["notes"]
    assert "several versions" in rows["two_versions.zip"]["notes"]
    assert "leads out of the archive" in rows["slip.zip"]["notes"]


def test_feedback_gives_hints_and_no_secrets(everybody):
    base, _ = everybody
    pages = {path.name: path.read_text("utf-8") for path in (base / "out" / "feedback").iterdir()}
    assert len(pages) == len(PRESENT)
    assert "your code raised RuntimeError in line" in pages["raises.zip.html"]
    assert "[[" not in pages["raises.zip.html"]  # it raises its input, which is a hidden one
    assert "0</strong> of 20" in pages["blank.zip.html"]
    assert "20</strong> of 20" in pages["correct.zip.html"]
    summary = (base / "out" / "summary.html").read_text("utf-8")
    assert "Lost most often" in summary
    assert "same work as" in summary
    assert f"{len(PRESENT)} submissions" in summary


def test_a_second_run_grades_nothing_again_and_changes_nothing(everybody, capsys):
    base, rows = everybody
    again = grade_all(KNN, base / "submissions", base / "out")
    assert f"{len(PRESENT)} of {len(PRESENT)} are graded already" in capsys.readouterr().out
    assert {row.submission: row for row in again} == rows


@pytest.fixture
def small_class(tmp_path):
    """Eight good submissions, each with a comment of its own."""
    folder = tmp_path / "submissions"
    for number in range(8):
        (folder / f"student{number}").mkdir(parents=True)
        for name, text in SOLUTION.items():
            (folder / f"student{number}" / name).write_text(f"# {number}\n{text}")
    return folder


def test_a_run_that_is_stopped_is_finished_by_the_next(small_class, tmp_path):
    """Killed, then interrupted, then left alone: each run goes on where the last one ended."""
    command = [sys.executable, "-m", "grading", "grade-all", "knn", str(small_class), "--out", str(tmp_path / "out")]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    graded = tmp_path / "out" / "graded"
    kept: dict[str, str] = {}
    for how in (signal.SIGKILL, signal.SIGINT):
        run = subprocess.Popen([*command, "--jobs", "1"], cwd=ROOT, env=environment, **pipes)
        deadline = time.monotonic() + 300
        while len(list(graded.glob("*.json"))) <= len(kept):
            assert run.poll() is None, run.communicate()[0]
            assert time.monotonic() < deadline
            time.sleep(0.05)
        run.send_signal(how)
        said, _ = run.communicate(timeout=300)
        found = {path.name: path.read_text() for path in graded.glob("*.json")}
        assert len(kept) < len(found) < 8
        assert found | kept == found
        if kept:
            assert f"{len(kept)} of 8 are graded already" in said
        kept = found
    assert run.returncode == 130
    assert "Run the same command again" in said
    with (tmp_path / "out" / "grades.csv").open(encoding="utf-8-sig") as file:
        assert len(list(csv.DictReader(file))) == len(kept)
    last = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)
    assert last.returncode == 0, last.stderr
    assert f"{len(kept)} of 8 are graded already" in last.stdout
    for name, text in kept.items():
        assert (graded / name).read_text() == text
    with (tmp_path / "out" / "grades.csv").open(encoding="utf-8-sig") as file:
        assert [row["total"] for row in csv.DictReader(file)] == ["20"] * 8


def test_other_machines_give_the_same_grades(small_class, tmp_path):
    distributed = pytest.importorskip("distributed")
    for number in range(4, 8):
        shutil.rmtree(small_class / f"student{number}")
    (small_class / "student0" / "k_nearest_neighbor.py").write_text("class KNearestNeighbor: pass\n")
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with distributed.LocalCluster(**options) as cluster:
        far = grade_all(KNN, small_class, tmp_path / "far", scheduler=cluster.scheduler_address)
    near = grade_all(KNN, small_class, tmp_path / "near")
    assert [(row.submission, row.grade.total, row.grade.status) for row in far] == [
        (row.submission, row.grade.total, row.grade.status) for row in near
    ]
    assert [row.grade.total for row in far] == [4, 20, 20, 20]


@pytest.mark.skipif(not ISOLATED, reason=str(bubblewrap_problem()))
def test_another_machine_without_the_wall_grades_nothing(small_class, tmp_path):
    distributed = pytest.importorskip("distributed")
    for number in range(2, 8):
        shutil.rmtree(small_class / f"student{number}")
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None, "env": {"PATH": str(tmp_path)}}
    with distributed.LocalCluster(**options) as cluster:
        rows = grade_all(KNN, small_class, tmp_path / "out", scheduler=cluster.scheduler_address)
    assert [(row.grade.status, row.grade.total) for row in rows] == [("grader error", 0)] * 2
    assert all("not installed" in row.grade.message and "not installed" in row.grade.walls for row in rows)
    assert [row.grade.total for row in grade_all(KNN, small_class, tmp_path / "out")] == [20, 20]


def test_inputs_differ_with_the_seed_and_grades_do_not(tmp_path):
    solution = str(KNN.folder / "solution")
    box = choose_sandbox()
    assert {grade_one(str(KNN.folder), solution, seed, box).total for seed in (0, 1, 2**60)} == {20}


def test_a_fault_of_the_grader_is_a_row_of_its_own_and_is_graded_again(tmp_path):
    def broken(*arguments, **keywords):
        raise RuntimeError("=HYPERLINK(grader)")

    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "eve.py").write_text((KNN.folder / "solution" / "k_nearest_neighbor.py").read_text("utf-8"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("grading.course.assignment.Assignment.mark", broken)
        grade = grade_one(str(KNN.folder), str(KNN.folder / "solution"), 0, choose_sandbox())
        assert (grade.status, grade.total, grade.possible) == ("grader error", 0, 20)
        assert grade_all(KNN, tmp_path / "in", tmp_path / "out")[0].grade.status == "grader error"
    assert grade_all(KNN, tmp_path / "in", tmp_path / "out")[0].grade.total == 16


def test_a_stand_in_that_is_handed_in_is_flagged(tmp_path):
    for name, source in (("alice", "solution"), ("eve", "alternatives/matrix_style")):
        (tmp_path / "in" / name).mkdir(parents=True)
        own = (KNN.folder / source / "cross_validation.py").read_text("utf-8")
        (tmp_path / "in" / name / "cross_validation.py").write_text(own)
    theirs = (KNN.folder / "standin" / "k_nearest_neighbor.py").read_text("utf-8")
    (tmp_path / "in" / "eve" / "k_nearest_neighbor.py").write_text(f"# all my own work\n{theirs}")
    alice, eve = grade_all(KNN, tmp_path / "in", tmp_path / "out")
    assert any("grader's stand-in" in note for note in eve.notes)
    assert not any("stand-in" in note for note in alice.notes)
    assert alice.duplicate == ()


def test_a_submission_is_unpacked_once_and_the_wall_is_chosen_once(tmp_path, monkeypatch):
    for name in ("alice", "bob"):
        (tmp_path / "in" / name).mkdir(parents=True)
        for file, text in SOLUTION.items():
            (tmp_path / "in" / name / file).write_text(text)
    unpacked, chosen = [], []
    for name, calls, function in (("collect", unpacked, collect), ("choose_sandbox", chosen, choose_sandbox)):
        record = partial(lambda calls, function, *given: calls.append(given) or function(*given), calls, function)
        monkeypatch.setattr(f"grading.course.classroom.{name}", record)
    alice, bob = grade_all(KNN, tmp_path / "in", tmp_path / "out")
    assert sorted(given[0].name for given in unpacked) == ["alice", "bob"]
    assert len(chosen) == 1
    assert (alice.duplicate, bob.duplicate) == (("bob",), ("alice",))
    kept = [path.read_text() for path in (tmp_path / "out" / "graded").glob("*.json")]
    assert {Grade.from_json(text) for text in kept} == {alice.grade, bob.grade}
    assert sorted(Grade.from_json(text).to_json() for text in kept) == sorted(kept)
    for text in ("[]", "{}", "3", '{"questions": [1]}', kept[0].replace('"passed"', '"past"')):
        with pytest.raises(ValueError, match=r".+"):
            Grade.from_json(text)


def test_folders_that_hold_nothing_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="is empty"):
        grade_all(KNN, tmp_path, tmp_path / "out")
    with pytest.raises(FileNotFoundError, match="is no folder"):
        grade_all(KNN, tmp_path / "absent", tmp_path / "out")
