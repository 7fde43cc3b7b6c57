"""The one execution of the book: copies are kept, planted errors are noticed or reported, stderr is a failure."""

import os
import re
import shutil
import subprocess
import sys

import nbformat
import pytest

from book.copies import executed_path, is_fresh, remembered
from book.nbval_plugin import STARTS, until_it_answers
from book.order import ROOT
from utils.records import records

SETUP = "import numpy as np\nfrom utils.checks import check\nx = np.arange(1.0, 5.0)"
GOOD = 'check("eq-good", one=np.sum(x + 1), two=x.sum() + 4)'
BLIND = 'y = x + 0 * x\ncheck("eq-blind", one=y, two=np.copy(x))'


def run(book, path, *options):
    """nbval with the plugin on one notebook of a tiny book; (exit status, what it printed)."""
    book.with_checks()
    command = [sys.executable, "-m", "pytest", "-q", "-p", "book.nbval_plugin", "-p", "nbval"]
    command += ["-p", "no:cacheprovider", "--nbval-lax", "--nbval-current-env", "--color=no"]
    command += [f"--rootdir={book.root}", *options, str(path)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=book.root, env=environment, capture_output=True, text=True, timeout=300)
    return done.returncode, re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)  # IPython colours tracebacks


def test_a_run_leaves_the_copy_that_the_site_shows(book):
    path = book.notebook("one", SETUP, "print('noise')\nx.sum()", GOOD)
    status, out = run(book, path, "--mutants", "2")
    assert status == 0, out
    copy = nbformat.read(executed_path(path, book.root), as_version=4)
    code = [cell for cell in copy.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == [1, 2, 3]
    assert code[1].outputs[0].text == "noise\n"
    assert code[1].outputs[1].execution_count == 2
    assert "eq-good" in str(code[2].outputs)
    assert is_fresh(path, book.root)
    assert "utils/checks.py" in remembered(path, book.root)["depends"]["modules"]


def test_a_value_before_a_semicolon_is_not_shown_as_in_a_notebook(book):
    path = book.notebook("one", "print('seen')\n1 + 1;", "1 + 1;  # quiet", "'a;'")
    status, out = run(book, path)
    assert status == 0, out
    copy = nbformat.read(executed_path(path, book.root), as_version=4)
    kinds = [[output.output_type for output in cell.outputs] for cell in copy.cells if cell.cell_type == "code"]
    assert kinds == [["stream"], [], ["execute_result"]]


def test_a_planted_error_that_nothing_notices_fails_its_cell_and_leaves_no_copy(book):
    path = book.notebook("one", SETUP, BLIND, GOOD)
    status, out = run(book, path, "--mutants", "3")
    assert status == 1
    assert "SURVIVED: cell 3, line 1: x + 0 * x  →  x - 0 * x" in out
    assert "say why it makes no difference: # no mutant: … on its line" in out
    assert "1 failed, 2 passed" in out
    assert not executed_path(path, book.root).exists()


def test_a_file_that_is_no_notebook_is_named_in_a_line_and_the_others_run(book):
    good = book.notebook("good", SETUP)
    book.write("chapters/bad.ipynb", '{\n "cells": [\n<<<<<<< HEAD\n')
    book.write("chapters/marked.ipynb", "\ufeff" + (book.root / good).read_text("utf-8"))
    (book.root / "chapters/wide.ipynb").write_bytes("{}".encode("utf-16"))
    status, out = run(book, "chapters", "-n", "2", "--dist=loadfile", "--continue-on-collection-errors")
    assert status == 1, out
    assert "1 passed, 3 errors" in out
    assert "bad.ipynb: line 3 is left of a merge; choose a side" in out
    assert "marked.ipynb: it begins with a mark of byte order; make clear-outputs takes it away" in out
    assert "wide.ipynb: it is in UTF-16; save it as UTF-8" in out
    assert "Traceback" not in out
    assert is_fresh(good, book.root)


def test_without_mutants_nobody_asks(book):
    path = book.notebook("one", SETUP, BLIND)
    status, out = run(book, path)
    assert status == 0, out
    assert is_fresh(path, book.root)


def test_trials_leave_the_chapter_as_it_was(book):
    """Names, random numbers and figures of a trial stay in its fork."""
    path = book.notebook(
        "one",
        SETUP + "\nrng = np.random.default_rng(0)",
        "before = set(globals())\nz = rng.normal()\n" + GOOD,
        "claimed = rng.normal() == np.random.default_rng(0).normal(size=2)[1]",
        "assert claimed and set(globals()) - before <= {'z', 'before', 'claimed'}, set(globals()) - before",
    )
    status, out = run(book, path, "--mutants", "2")
    assert status == 0, out


def test_a_cell_that_writes_to_stderr_fails(book):
    path = book.notebook("one", "import sys", "print('care', file=sys.stderr)", "1")
    status, out = run(book, path)
    assert status == 1
    assert "cell 3 wrote to stderr; mend the warning" in out
    assert not executed_path(path, book.root).exists()


def test_a_failing_cell_leaves_no_copy_even_where_one_was(book):
    path = book.notebook("one", "1")
    assert run(book, path)[0] == 0
    path = book.notebook("one", "1 / 0", "2")
    assert run(book, path)[0] == 1
    assert not executed_path(path, book.root).exists()


BROKEN_WALL = """#!/bin/sh
for last; do :; done
test "$last" = true
"""


@pytest.mark.parametrize("wall", ["none", "broken"])
def test_where_there_can_be_no_walls_a_chapter_runs_without(book, monkeypatch, tmp_path, wall):
    if wall == "broken":
        (tmp_path / "bwrap").write_text(BROKEN_WALL)
        (tmp_path / "bwrap").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{':/usr/bin:/bin' if wall == 'broken' else ''}")
    path = book.notebook("one", "1")
    status, out = run(book, path, "--walls=all")
    assert status == 0, out
    assert is_fresh(path, book.root)
    assert "walls" not in remembered(path, book.root)


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not installed")
def test_where_the_kernel_has_died_nothing_is_left_of_its_walls(book, tmp_path, monkeypatch):
    temporary = tmp_path / "t"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    waits = "import time\n\ndef pytest_runtest_setup(item):\n    time.sleep(2)\n"
    book.write("chapters/conftest.py", waits)
    path = book.notebook("one", "import os, threading\nthreading.Timer(0.5, os._exit, [1]).start()", "1")
    status, out = run(book, path, "--walls=all")
    assert status == 1
    assert "Kernel dead" in out
    assert list(temporary.glob("walls-*")) == []


def test_temporary_files_of_a_trial_go_with_it(book, monkeypatch):
    temporary = book.root / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    makes = "import shutil, tempfile\nplace = tempfile.mkdtemp(prefix='planted-')"
    path = book.notebook("one", SETUP, f"{makes}\n{GOOD}\nshutil.rmtree(place)")
    status, out = run(book, path, "--mutants", "3")
    assert status == 0, out
    assert list(temporary.glob("**/planted-*")) == []


PRINT = """The gradient of a quadratic form:

$$
\\nabla_{\\mathbf{x}}\\, \\mathbf{x}^\\top A \\mathbf{x} = (A + A^\\top)\\,\\mathbf{x}
$$ (eq-quadratic)
"""
EVALUATED = """A = rng.normal(size=(4, 4))
check("eq-quadratic", printed={"A": A, r"\\mathbf{x}": x}, by_hand=(A + A.T) @ x)"""
RANDOM = SETUP + "\nrng = np.random.default_rng(0)"


def test_the_printed_formula_is_evaluated_and_recorded(book):
    path = book.notebook("one", RANDOM, EVALUATED, prose=PRINT)
    status, out = run(book, path, "--mutants", "4")
    assert status == 0, out
    copy = nbformat.read(executed_path(path, book.root), as_version=4)
    (record,) = (record for cell in copy.cells for record in records(cell))
    assert record["printed"]["parts"] == [
        r"\nabla_{\mathbf{x}}\, \mathbf{x}^\top A \mathbf{x}",
        r"(A + A^\top)\,\mathbf{x}",
    ]


@pytest.mark.parametrize(
    ("before", "after", "part"),
    [
        ("(A + A^", "(A - A^", r"(A - A^\top)\,\mathbf{x}"),
        (r"(A + A^\top)", "2A", r"2A\,\mathbf{x}"),
        (r"\mathbf{x}^\top A \mathbf{x} =", r"2\mathbf{x}^\top A \mathbf{x} =", r"2\mathbf{x}^\top A \mathbf{x}"),
    ],
)
def test_a_mistake_in_the_print_alone_fails_with_label_part_and_both_values(book, before, after, part):
    assert before in PRINT
    path = book.notebook("one", RANDOM, EVALUATED, prose=PRINT.replace(before, after))
    status, out = run(book, path)
    assert status == 1
    assert "CheckFailed: eq-quadratic: the printed formula is not true of its numbers" in out
    assert part in out
    assert "left:  [" in out
    assert "right: [" in out
    assert not executed_path(path, book.root).exists()


def test_a_misprint_that_nothing_notices_fails_its_cell(book):
    print_ = PRINT.replace("\\mathbf{x}\n$$", "\\mathbf{x} + 0\\,\\mathbf{x}\n$$")
    assert print_ != PRINT
    path = book.notebook("one", RANDOM, EVALUATED, prose=print_)
    status, out = run(book, path, "--mutants", "100")
    assert status == 1
    assert re.search(r"SURVIVED: cell 3, the print of eq-quadratic, \d+: \+  →  -", out)


@pytest.mark.parametrize("dead", range(STARTS + 1))
def test_a_kernel_that_does_not_answer_is_started_again(dead):
    answers = iter([False] * dead + [True] * STARTS)

    def start(name, cwd):
        if not next(answers):
            raise RuntimeError("Kernel didn't respond in 60 seconds")
        return name, cwd

    if dead < STARTS:
        assert until_it_answers(start, "python3", cwd="here") == ("python3", "here")
    else:
        with pytest.raises(RuntimeError, match="didn't respond"):
            until_it_answers(start, "python3", cwd="here")
