"""Tests of the commands behind make start, grade, progress, release and grade-all."""

import errno
import sys
from pathlib import Path

import pytest

from grading import notebook
from grading.box.sandbox import Sandbox
from grading.course import commands
from grading.course.assignment import load_assignment
from grading.notebook import open_notebook

KNN = load_assignment("knn")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A place of its own for work/, dist/ and grades/."""
    monkeypatch.setattr(commands, "ROOT", tmp_path)
    monkeypatch.setattr(commands, "PROGRESS", tmp_path / "work" / "progress.json")
    return tmp_path


def test_from_start_to_full_points(home, capsys):
    assert commands.main(["start", "knn"]) == 0
    assert "20 points" in capsys.readouterr().out
    assert commands.main(["grade", "knn"]) == 0
    assert "0 / 20   0 %" in capsys.readouterr().out
    for path in (KNN.folder / "solution").glob("*.py"):
        (home / "work" / "knn" / path.name).write_text(path.read_text("utf-8"))
    assert commands.main(["grade", "knn"]) == 0
    assert "20 / 20   100 %" in capsys.readouterr().out
    assert commands.main(["start", "knn"]) == 0
    assert "left as they were: " in capsys.readouterr().out
    assert commands.main(["progress"]) == 0
    shown = capsys.readouterr().out
    assert "█" * 20 in shown
    assert "20 / 20" in shown


def test_work_that_is_a_link_is_graded(home, capsys):
    (home / "work").mkdir()
    (home / "work" / "knn").symlink_to(KNN.folder / "solution")
    assert commands.main(["grade", "knn"]) == 0
    assert "20 / 20   100 %" in capsys.readouterr().out


def test_work_that_is_a_link_is_begun_and_one_that_leads_nowhere_is_named(home, capsys):
    (home / "work").mkdir()
    (home / "else where").mkdir()
    (home / "work" / "knn").symlink_to(home / "else where")
    assert commands.main(["start", "knn"]) == 0
    assert (home / "else where" / "knn.ipynb").is_file()
    (home / "work" / "svm").symlink_to(home / "nowhere")
    capsys.readouterr()
    assert commands.main(["start", "svm"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith(f"is a link to {home / 'nowhere'}, which is no folder; remove it, or make that")


def test_a_disk_that_is_full_is_said_in_a_line(home, capsys, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device", str(home))

    monkeypatch.setattr("grading.course.release.make_student_files", full)
    assert commands.main(["start", "knn"]) == 1
    assert capsys.readouterr().err == f"start stopped: No space left on device ({home})\n"


def test_a_cluster_without_a_wall_is_asked_for_by_name(home, capsys, monkeypatch):
    monkeypatch.setattr(commands, "choose_sandbox", lambda isolated=None: Sandbox(isolated=False))
    assert commands.main(["grade-all", "knn", str(home), "--scheduler", "tcp://127.0.0.1:1"]) == 2
    assert "--no-isolation" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["KNN", "work/knn", "assignments/knn/", "knn.ipynb", " knn", "work\\knn"])
def test_an_assignment_is_known_by_its_folder_too(name):
    assert load_assignment(name).name == "knn"


@pytest.mark.parametrize("known", ["JPY_SESSION_NAME", "__vsc_ipynb_file__", "work/knn", "knn", "the clone"])
def test_a_notebook_that_runs_elsewhere_finds_its_folder(tmp_path, monkeypatch, capsys, known):
    """As JupyterLab and VS Code say where a notebook lies; else where `make start` puts it, seen from here."""
    folder = tmp_path / {"work/knn": "work/knn", "knn": "knn", "the clone": "clone/work/knn"}.get(known, "course/knn")
    (folder / "tests").mkdir(parents=True)
    (folder / "knn.ipynb").touch()
    elsewhere = tmp_path if known in ("work/knn", "knn") else tmp_path / "elsewhere"
    elsewhere.mkdir(exist_ok=True)
    monkeypatch.chdir(elsewhere)
    monkeypatch.setattr("sys.path", list(sys.path))
    monkeypatch.setattr(notebook, "ROOT", tmp_path / "clone")
    if known == "JPY_SESSION_NAME":
        monkeypatch.setenv(known, str(folder / "knn.ipynb"))
    if known == "__vsc_ipynb_file__":
        monkeypatch.setitem(vars(sys.modules["__main__"]), known, str(folder / "knn.ipynb"))
    assert notebook._folder("knn") == folder == Path.cwd()
    assert sys.path[0] == str(folder)
    assert capsys.readouterr().out == f"this notebook works in {folder}\n"


def test_a_notebook_that_runs_elsewhere_says_where_it_should_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(notebook, "ROOT", tmp_path)
    with pytest.raises(FileNotFoundError, match=r"os\.chdir"):
        open_notebook("knn")


def test_progress_before_anything(home, capsys):
    assert commands.main(["progress"]) == 0
    assert "make start A=knn" in capsys.readouterr().out
    (home / "work" / "knn").mkdir(parents=True)
    (home / "work" / "progress.json").write_text("{broken")
    assert commands.main(["progress"]) == 0
    assert "make grade A=knn" in capsys.readouterr().out


def test_errors_say_what_to_do(home, capsys):
    assert commands.main(["grade", "knm"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("there is no assignment 'knm'; do you mean knn? There are knn, ")
    assert commands.main(["start", "xyz"]) == 2
    assert "choose from knn, " in capsys.readouterr().err
    assert commands.main(["grade", "knn"]) == 2
    assert "make start A=knn" in capsys.readouterr().err
    (home / "work" / "knn").mkdir(parents=True)
    assert commands.main(["grade", "knn"]) == 2
    assert "no Python file" in capsys.readouterr().err
    assert commands.main(["grade-all", "knn", str(home / "absent")]) == 2
    assert "is no folder" in capsys.readouterr().err


def test_a_class_without_isolation_is_told_so(home, capsys):
    folder = home / "submissions" / "alice"
    folder.mkdir(parents=True)
    for path in (KNN.folder / "solution").glob("*.py"):
        (folder / path.name).write_text(path.read_text("utf-8"))
    assert commands.main(["grade-all", "knn", str(folder.parent), "--no-isolation"]) == 0
    said = capsys.readouterr()
    assert "WARNING: submissions run without isolation" in said.err
    assert "1 rows, 1 ok" in said.out
    assert (home / "grades" / "knn" / "grades.csv").is_file()


def test_nothing_is_released_while_the_solution_is_wrong(home, capsys, monkeypatch):
    broken = home / "assignments" / "knn"
    broken.mkdir(parents=True)
    (broken / "solution").mkdir()
    for path in [*KNN.folder.glob("*.py"), *(KNN.folder / "solution").glob("*.py")]:
        text = path.read_text("utf-8").replace("np.sqrt(np.sum((X[i]", "np.cbrt(np.sum((X[i]")
        (broken / path.relative_to(KNN.folder)).write_text(text)
    (broken / "standin").symlink_to(KNN.folder / "standin")
    monkeypatch.setattr(commands, "load_assignment", lambda name: load_assignment(name, home))
    assert commands.main(["release", "knn"]) == 1
    assert "q1: the distances" in capsys.readouterr().err
    assert not list(home.glob("dist/*.zip"))
