"""The Makefile: paths as people write them, in any shell; what is missing is said before anything else."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from book.order import ROOT

#: What stands where the environment's Python would: it says how it was called.
PYTHON = """#!/bin/sh
echo "called $@"
echo "path $PYTHONPATH data $DATA_ROOT"
"""
SHELLS = [shell for shell in ("dash", "bash", "zsh") if shutil.which(shell)]
#: Functions of make 3.81, which macOS has.
FUNCTIONS = set(re.findall(r"\S+", """
    abspath addprefix addsuffix and basename call dir error eval filter filter-out findstring firstword flavor foreach
    if info join lastword notdir or origin patsubst realpath shell sort strip subst suffix value warning wildcard word
    wordlist words"""))  # fmt: skip


@pytest.fixture
def clone(tmp_path):
    """The Makefile in a folder with a blank and an umlaut, beside tools that only say how they were called."""
    folder = tmp_path / "a clöne"
    (folder / "tools").mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", folder)
    (folder / "tools/environment.py").write_text("import sys; print('environment', sys.argv[1:])")
    for venv in (folder / ".venv", tmp_path / "my höme/envs/e e r"):
        (venv / "bin").mkdir(parents=True)
        (venv / "bin/python").write_text(PYTHON)
        (venv / "bin/python").chmod(0o755)
    return folder


def run(clone, line, shell="sh", **more):
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "DATA_ROOT"))}
    clean |= {"HOME": str(clone.parent / "my höme")} | more
    return subprocess.run([shell, "-c", line], cwd=clone, env=clean, capture_output=True, text=True)


def said(clone, line, **more):
    done = run(clone, line, **more)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("home", ["~", "'~'", '"$HOME"'])
def test_a_path_may_begin_at_home_in_every_shell(clone, shell, home):
    line = f"make budget VENV={home}/'envs/e e r' DATA_ROOT={home}/'my data' SHELL=$(command -v {shell})"
    install, called, where = said(clone, line, shell=shell)
    venv = clone.parent / "my höme/envs/e e r"
    assert install == f"environment {[str(venv)]}"
    assert called == "called -m book.budget"
    assert where == f"path {clone} data {clone.parent}/my höme/my data"
    assert sorted(path.name for path in clone.iterdir()) == [".venv", "Makefile", "tools"]


def test_paths_from_the_environment_of_the_shell_count_too(clone):
    lines = said(clone, "make budget", VENV="~/envs/e e r", DATA_ROOT="da ta/x")
    assert lines[0] == f"environment {[str(clone.parent / 'my höme/envs/e e r')]}"
    assert lines[2].endswith(f" data {clone}/da ta/x")


@pytest.mark.parametrize("given", ["/", "/abs  olute/x", "./x", "../x y"])
def test_what_is_relative_begins_here(clone, given):
    expected = given if given.startswith("/") else f"{clone}/{given}"
    assert said(clone, f"make budget DATA_ROOT='{given}'")[2].endswith(f" data {expected}")


def test_without_data_none_are_named(clone):
    assert said(clone, "make budget")[2] == f"path {clone} data "


def test_homes_of_others_are_to_be_written_out(clone):
    done = run(clone, "make budget VENV='~somebody/env'")
    assert done.returncode == 2
    assert "write the path out" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("line", "example"),
    [
        ("chapter", "make chapter C=classical/pca"), ("mutants", "make mutants C=classical/pca"),
        ("new-chapter", "make new-chapter C=classical/my_topic"), ("start", "make start A=knn"),
        ("grade", "make grade A=knn"), ("release", "make release A=knn"),
        ("grade-all A=knn", "make grade-all A=knn SUBMISSIONS=folder"),
        ("grade-all SUBMISSIONS=x", "make grade-all A=knn SUBMISSIONS=folder"),
    ],
)  # fmt: skip
def test_what_is_to_be_named_is_asked_for_before_anything_is_installed(clone, line, example):
    done = run(clone, f"make -j4 {line}")
    assert done.returncode == 2
    assert done.stdout == ""
    assert example in done.stderr.splitlines()[0]


def test_a_name_is_handed_on_as_it_was_written(clone):
    lines = said(clone, "make chapter C='chapters/my part/x.ipynb'")
    assert lines[1] == "called -m book.execute chapters/my part/x.ipynb"
    assert lines[3] == "called -m book.rules chapters/my part/x.ipynb"


@pytest.mark.parametrize("command", ["environment", "serve", "book"])
def test_without_python_a_line_says_what_to_do(clone, command):
    done = run(clone, f"make {command} PYTHON=python3.99")
    assert done.returncode == 2
    assert "there is no python3.99 here; install Python 3.11 or newer" in done.stderr.splitlines()[0]


def test_a_python_counts_as_chosen_only_where_somebody_chose_it(clone):
    assert said(clone, "make environment") == ["environment ['.venv']"]
    for line in (f"make environment PYTHON={sys.executable}", f"PYTHON={sys.executable} make environment"):
        assert said(clone, line) == ["environment ['.venv', '--chosen']"]


def test_help_names_only_what_people_call(clone):
    text = run(clone, "make").stdout
    assert "make chapter " in text
    assert "named-" not in text


def test_make_of_macos_knows_every_function_used():
    used = set(re.findall(r"\$\(([a-z-]+) ", (ROOT / "Makefile").read_text("utf-8")))
    assert {"subst", "patsubst", "filter"} <= used <= FUNCTIONS
