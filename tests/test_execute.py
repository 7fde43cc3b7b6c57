"""The executor runs what is out of date and nothing else, reports every failure every time, leaves no half a copy."""

import errno
import io
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from book import execute as executor
from book.copies import executed_path, is_fresh
from book.execute import execute, main
from book.order import ROOT
from book.turns import one_at_a_time
from tests.tiny_book import pretend_executed, stale
from utils.records import records


def test_first_run_executes_and_second_does_nothing(book, capsys):
    path = book.notebook("one", "from utils.base import base", "base + 41")
    assert main([], book.root) == 0
    out = capsys.readouterr().out
    assert "1 notebooks, 1 to run" in out
    assert "[1/1] ok " in out
    assert "chapters/one.ipynb" in out
    copy = nbformat.read(executed_path(path, book.root), as_version=4)
    assert copy.cells[2].outputs[0].data["text/plain"] == "42"
    assert copy.metadata.eer.seconds > 0
    assert not list(book.root.rglob("*.partial"))
    written = executed_path(path, book.root).stat().st_mtime_ns
    assert main([], book.root) == 0
    assert "1 notebooks, 0 to run" in capsys.readouterr().out
    assert executed_path(path, book.root).stat().st_mtime_ns == written


PRINT = "$$\na^2 {} 2a + 1 = (a + 1)^2\n$$ (eq-square)"
EVALUATED = 'check("eq-square", printed={"a": 0.5}, by_hand=2.25)'


def test_the_kernel_is_handed_the_printed_formulas(book):
    book.with_checks()
    path = book.notebook("one", "from utils.checks import check", EVALUATED, prose=PRINT.format("+"))
    assert execute(path, book.root)[2] is None
    copy = nbformat.read(executed_path(path, book.root), as_version=4)
    (record,) = records(copy.cells[2])
    assert record["printed"]["parts"] == ["a^2 + 2a + 1", "(a + 1)^2"]
    path = book.notebook("one", "from utils.checks import check", EVALUATED, prose=PRINT.format("-"))
    problem = execute(path, book.root)[2]
    assert "CheckFailed: eq-square: the printed formula is not true of its numbers" in problem
    assert not executed_path(path, book.root).exists()


# failures


FAILURES = {
    "error": (["x = 1", "y = x / 0"], "cell 3 (y = x / 0 …)\nZeroDivisionError: division by zero"),
    "two lines": (["raise ValueError('first\\nsecond')"], "second') …)\nValueError: first\nsecond"),
    "stderr": (["import sys", "print('care', file=sys.stderr)"], "cell 3: wrote to stderr; mend the warning\ncare"),
    "warning": (["import warnings; warnings.warn('old')"], "cell 2: wrote to stderr"),
    "syntax": (["x = ("], "cell 2 (x = ( …)\nSyntaxError"),
    "dead kernel": (["1", "import os; os._exit(1)"], "cell 3 (import os; os._exit(1) …)\nDeadKernelError"),
}  # fmt: skip


@pytest.mark.parametrize("case", FAILURES)
def test_a_failure_names_notebook_cell_and_error(book, case):
    code, message = FAILURES[case]
    path = book.notebook("one", *code)
    pretend_executed(book)
    notebook, seconds, problem = execute(path, book.root)
    assert notebook == path
    assert seconds > 0
    assert problem.startswith("chapters/one.ipynb, ")
    assert message in problem
    assert not executed_path(path, book.root).exists()


def test_a_cell_that_does_not_end(book, monkeypatch):
    monkeypatch.setattr(executor, "CELL_TIMEOUT", 1)
    path = book.notebook("one", "import time; time.sleep(600)")
    _, _, problem = execute(path, book.root)
    assert "chapters/one.ipynb, cell 2 (import time; time.sleep(600) …)" in problem
    assert "CellTimeoutError" in problem


def test_a_kernel_may_take_its_time_to_clear_up(book):
    """Jupyter gives it five seconds."""
    ended = book.root / "ended"
    end = (
        f"import atexit, pathlib, time\natexit.register(lambda: (time.sleep(6), pathlib.Path({str(ended)!r}).touch()))"
    )
    assert execute(book.notebook("one", "1", end), book.root)[2] is None
    assert ended.exists()


def test_what_is_no_notebook_is_a_failure_too(book):
    path = book.notebook("one", "1")
    book.write(path, "{")
    _, _, problem = execute(path, book.root)
    assert problem.startswith("chapters/one.ipynb: line 1, column 2: broken JSON, ")


MERGE = '{\n "cells": [\n<<<<<<< HEAD\n  {\n=======\n  [\n>>>>>>> mine\n'
BROKEN = {
    "JSON": ('{\n "cells": [\n  {"cell_type" "code"}', "line 3, column 16: broken JSON"),
    "conflict": (MERGE, "line 3 is left of a merge; choose a side"),
    "UTF-16": ("{}".encode("utf-16"), "it is in UTF-16; save it as UTF-8"),
    "Latin-1": ('{"cells":\n "ü"}'.encode("latin-1"), "line 2 is not in UTF-8"),
    "nothing": ("", "the file is empty; restore it (git checkout"),
    "old": ('{"nbformat": 3, "worksheets": []}', "it is of format 3, not 4; convert it"),
    "cell": ('{"nbformat": 4, "cells": [{"cell_type": "code"}]}', "cell 1 is no cell of format 4"),
}  # fmt: skip


def test_broken_files_are_named_in_a_line_each_and_the_others_run(book, capsys):
    for name in (*BROKEN, "good"):
        book.notebook(name, "1")
    pretend_executed(book)
    book.notebook("good", "2")
    for name, (content, _) in BROKEN.items():
        (book.root / f"chapters/{name}.ipynb").write_bytes(content if isinstance(content, bytes) else content.encode())
    assert main(["--jobs", "2"], book.root) == 1
    captured = capsys.readouterr()
    assert f"executed {len(BROKEN) + 1} notebooks in" in captured.out
    assert f"{len(BROKEN)} failed" in captured.out
    assert stale(book) == sorted(BROKEN)
    lines = [line for line in captured.err.splitlines() if line]
    assert len(lines) == len(BROKEN)
    for name, (_, problem) in BROKEN.items():
        (line,) = [line for line in lines if line.startswith(f"chapters/{name}.ipynb: ")]
        assert line.removeprefix(f"chapters/{name}.ipynb: ").startswith(problem)


def test_a_mark_of_byte_order_does_no_harm(book):
    path = book.notebook("one", "'ü'")
    text = (book.root / path).read_bytes()
    (book.root / path).write_bytes(b"\xef\xbb\xbf" + text)
    assert execute(path, book.root)[2] is None
    assert is_fresh(path, book.root)
    (book.root / path).write_bytes(text)
    assert is_fresh(path, book.root)


def test_expected_errors_and_warnings_pass(book):
    path = book.notebook("one", "1 / 0", tags=["raises-exception"])
    assert execute(path, book.root)[2] is None
    path = book.notebook("two", "import sys; print('a', file=sys.stderr)", tags=["raises-warning"])
    assert execute(path, book.root)[2] is None


def test_an_error_after_an_expected_one_is_named_rightly(book):
    path = book.notebook("one", "1 / 0", tags=["raises-exception"])
    nb = nbformat.read(book.root / path, as_version=4)
    nb.cells.append(new_code_cell("undefined"))
    nbformat.write(nb, book.root / path)
    _, _, problem = execute(path, book.root)
    assert "cell 3 (undefined …)\nNameError" in problem


def test_a_failing_chapter_fails_every_time_and_stops_no_other(book, capsys):
    book.notebook("bad", "import os; os._exit(1)")
    book.notebook("good", "1")
    for to_run in (2, 1):
        assert main(["--jobs", "2"], book.root) == 1
        captured = capsys.readouterr()
        assert f"2 notebooks, {to_run} to run" in captured.out
        assert "FAILED" in captured.out
        assert f"executed {to_run} notebooks in" in captured.out
        assert "1 failed" in captured.out
        assert "chapters/bad.ipynb, cell 2 (import os" in captured.err
        assert "Traceback" not in captured.err
        assert stale(book) == ["bad"]


# the command


def test_force_runs_what_has_not_changed(book, capsys):
    book.notebook("one", "1")
    pretend_executed(book)
    assert main(["--force"], book.root) == 0
    assert "1 to run" in capsys.readouterr().out


@pytest.mark.parametrize("path", ["missing.ipynb", "/", "chapters"])
def test_a_path_that_is_no_chapter(book, path, capsys):
    assert main([path], book.root) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{path} is not a notebook of this book")


def test_a_page_that_is_missing(book, capsys):
    book.notebook("one", "1")
    (book.root / "chapters/one.ipynb").unlink()
    assert main([], book.root) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("_toc.yml, line 4: there is neither chapters/one.ipynb nor chapters/one.md")


def test_a_chapter_may_be_named_as_its_page_or_file_is(book, capsys):
    book.notebook("one", "1")
    pretend_executed(book)
    for name in ("one", "chapters/one", "chapters/one.ipynb", "one.html", str(book.root / "chapters/one.ipynb")):
        assert main([name], book.root) == 0
        assert capsys.readouterr().out == f"1 notebooks, 0 to run, {os.cpu_count()} at a time\n"


def test_a_disk_that_is_full_is_said_before_anything_runs(book, capsys, monkeypatch):
    book.notebook("one", "1")
    pretend_executed(book)
    book.notebook("one", "2")
    full = OSError(errno.ENOSPC, "No space left on device", "_build/executed")
    monkeypatch.setattr(executor, "no_room", lambda folder: full)
    assert main([], book.root) == 1
    said = "nothing was executed: No space left on device (_build/executed); make room there, and run this again\n"
    assert capsys.readouterr().err == said
    assert executed_path(Path("chapters/one.ipynb"), book.root).exists()
    book.notebook("one", "1")
    assert main([], book.root) == 0  # nothing to write


def test_a_disk_that_fills_on_the_way_is_no_fault_of_a_cell(book, capsys, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    book.notebook("one", "1")
    book.notebook("two", "2")
    monkeypatch.setattr(executor, "keep", full)
    assert main([], book.root) == 1
    captured = capsys.readouterr()
    for name in ("one", "two"):
        remedy = "No space left on device; make room there, and run this again"
        assert f"\nchapters/{name}.ipynb: {remedy}\n" in captured.err
    assert "executed 2 notebooks in" in captured.out


def test_two_at_once_take_turns_and_the_second_finds_all_done(book):
    book.notebook("one", "1")
    program = (
        "import sys; from pathlib import Path; from book.execute import main; sys.exit(main([], Path(sys.argv[1])))"
    )
    command = [sys.executable, "-c", program, str(book.root)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with one_at_a_time(book.root):
        second = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        assert second.stdout.readline().startswith("another command is building this book")
        pretend_executed(book)
    out, _ = second.communicate(timeout=120)
    assert second.returncode == 0
    assert "1 notebooks, 0 to run" in out


def test_the_slowest_come_first(book, capsys, monkeypatch):
    for name, seconds in {"a": 1.0, "b": 9.0, "c": 3.0}.items():
        path = book.notebook(name, name)
        copy = new_notebook(metadata={"eer": {"depends": {}, "seconds": seconds}})
        executed_path(path, book.root).parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(copy, executed_path(path, book.root))
    book.notebook("new", "4")
    started = []

    async def pretend(notebook, root):
        started.append(notebook.stem)
        return notebook, 0.1, None

    monkeypatch.setattr(executor, "_execute", pretend)
    assert main(["--jobs", "1"], book.root) == 0
    assert started == ["new", "b", "c", "a"]


def test_a_terminal_sees_what_is_running(book, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    async def pretend(notebook, root):
        while " two " not in screen.getvalue():
            await executor.asyncio.sleep(0.01)
        return notebook, 0.1, None

    book.notebook("one", "1")
    book.notebook("two", "2")
    screen = Terminal()
    monkeypatch.setattr(executor, "_execute", pretend)
    monkeypatch.setattr(executor, "REFRESH", 0.01)
    monkeypatch.setattr(sys, "stdout", screen)
    assert main(["--jobs", "2"], book.root) == 0
    assert re.search(r"\r\x1b\[K0/2 finished · one \d+ s, two \d+ s", screen.getvalue())
    assert "\r\x1b[K[1/2] ok " in screen.getvalue()


def test_an_interrupted_run_keeps_what_is_finished_and_leaves_no_kernel(book):
    book.notebook("quick", "1")
    book.notebook("slow", "import os, pathlib, time",
                  "pathlib.Path('pid').write_text(str(os.getpid()))", "time.sleep(600)")  # fmt: skip
    program = (
        "import sys; from pathlib import Path; from book.execute import main; sys.exit(main([], Path(sys.argv[1])))"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(book.root)],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    pid = book.root / "chapters/pid"
    try:
        wait_for(lambda: pid.exists() and pid.read_text() and is_fresh(Path("chapters/quick.ipynb"), book.root))
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=300)
    finally:
        process.kill()
    assert process.returncode == 130
    assert err.strip() == "interrupted: 1 finished and kept, 1 left for the next run"
    assert "ok" in out
    assert stale(book) == ["slow"]
    assert not executed_path(Path("chapters/slow.ipynb"), book.root).exists()
    assert not list(book.root.rglob("*.partial"))
    wait_for(lambda: not is_alive(int(pid.read_text())))


def wait_for(condition, seconds=300):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rsplit(")", 1)[1].split()[0] != "Z"
