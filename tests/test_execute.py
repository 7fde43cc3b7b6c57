"""The executor runs what changed and nothing else, reports every failure every time, leaves nothing half-written."""

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from book import execute as executor
from book.execute import execute, executed_path, fingerprint, imported_utils, is_fresh, main

ROOT = Path(__file__).resolve().parent.parent


class Book:
    """A tiny book in a folder of its own."""

    def __init__(self, root: Path):
        self.root = root
        self.write("constraints.txt", "numpy==1\n")
        self.write("utils/__init__.py", "")
        self.write("utils/base.py", "base = 1\n")
        self.write("utils/middle.py", "from utils.base import base\n")
        self.write("utils/other.py", "other = 1\n")
        self.write("utils/pack/__init__.py", "")
        self.write("utils/pack/inner.py", "from .deep import deep\n")
        self.write("utils/pack/deep.py", "deep = 1\n")

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def notebook(self, name, *code, prose="Text.", tags=()):
        cells = [new_markdown_cell(prose), *(new_code_cell(c, metadata={"tags": list(tags)}) for c in code)]
        path = Path("chapters") / f"{name}.ipynb"
        self.write(path, nbformat.writes(new_notebook(cells=cells)))
        names = sorted(p.stem for p in (self.root / "chapters").glob("*.ipynb"))
        toc = "".join(f"  - file: chapters/{name}\n" for name in names)
        self.write("_toc.yml", f"format: jb-book\nroot: index\nchapters:\n{toc}")
        self.write("index.md", "# Book\n")
        return path


@pytest.fixture
def book(tmp_path):
    return Book(tmp_path)


def stale(book):
    found = [p.relative_to(book.root) for p in sorted((book.root / "chapters").glob("*.ipynb"))]
    return [p.stem for p in found if not is_fresh(p, book.root)]


def pretend_executed(book):
    """Copies as a run would leave them, without the seconds that kernels take to start."""
    for path in (book.root / "chapters").glob("*.ipynb"):
        nb = nbformat.read(path, as_version=4)
        name = path.relative_to(book.root)
        nb.metadata["eer"] = {"fingerprint": fingerprint(name, book.root), "seconds": 1.0}
        executed_path(name, book.root).parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(nb, executed_path(name, book.root))
    assert stale(book) == []


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


# what makes a copy out of date


def test_prose_does_not_count(book):
    book.notebook("one", "1")
    pretend_executed(book)
    book.notebook("one", "1", prose="Other text.")
    assert stale(book) == []


@pytest.mark.parametrize("change", [{"code": "2"}, {"tags": ["raises-exception"]}])
def test_code_and_tags_count(book, change):
    book.notebook("one", "1")
    book.notebook("two", "1 ")
    pretend_executed(book)
    book.notebook("one", change.get("code", "1"), tags=change.get("tags", ()))
    assert stale(book) == ["one"]


#: cell, and the modules whose change must run it again
IMPORTS = {
    "direct": ("from utils.base import base", {"base"}),
    "module": ("import utils.base", {"base"}),
    "from package": ("from utils import base", {"base"}),
    "renamed": ("import utils.base as b", {"base"}),
    "indirect": ("from utils.middle import base", {"base", "middle"}),
    "relative": ("from utils.pack.inner import deep", {"pack/__init__", "pack/inner", "pack/deep"}),
    "package": ("import utils.pack", {"pack/__init__"}),
    "in a function": ("def f():\n    import utils.other", {"other"}),
    "beside a magic": ("%matplotlib inline\nfrom utils.base import base\n!ls", {"base"}),
    "beside a line that begins with a percent sign": ("from utils.base import base\nx = (3\n     % 2)", {"base"}),
    "after a cell magic": ("%%time\nx = 1", set()),
    "none": ("import math", set()),
}


@pytest.mark.parametrize("case", IMPORTS)
def test_a_change_in_utils_runs_what_imports_it_and_nothing_else(book, case):
    code, needed = IMPORTS[case]
    book.notebook("one", code)
    pretend_executed(book)
    for module in ("base", "middle", "other", "pack/__init__", "pack/inner", "pack/deep"):
        file = book.root / "utils" / f"{module}.py"
        before = file.read_text()
        file.write_text(before + "# changed\n")
        assert stale(book) == (["one"] if module in needed else []), module
        file.write_text(before)


def test_the_package_itself_counts(book):
    """utils/__init__.py runs whatever is imported from utils."""
    book.notebook("one", "import utils.pack.deep")
    pretend_executed(book)
    book.write("utils/__init__.py", "# changed\n")
    assert stale(book) == ["one"]


def test_circular_imports_end(book):
    book.write("utils/base.py", "from utils.middle import x\n")
    found = imported_utils(["from utils.base import x"], book.root)
    assert [path.stem for path in found] == ["__init__", "base", "middle"]


def test_relative_imports_of_every_kind(book):
    book.write("utils/pack/inner.py", "from . import deep\nfrom .. import other\nfrom ..base import base\n")
    found = imported_utils(["from utils.pack import inner"], book.root)
    assert {path.stem for path in found} == {"__init__", "inner", "deep", "other", "base"}


def test_a_package_that_imports_from_itself(book):
    book.write("utils/pack/__init__.py", "from .deep import deep\n")
    found = imported_utils(["import utils.pack"], book.root)
    assert {str(path.relative_to(book.root / "utils")) for path in found} == {
        "__init__.py", "pack/__init__.py", "pack/deep.py"}  # fmt: skip


def test_constraints_run_everything(book):
    book.notebook("one", "1")
    book.notebook("two", "from utils.base import base")
    pretend_executed(book)
    book.write("constraints.txt", "numpy==2\n")
    assert stale(book) == ["one", "two"]


def test_real_data_count_where_they_are_read(book, monkeypatch, tmp_path_factory):
    monkeypatch.delenv("DATA_ROOT", raising=False)
    book.write("utils/data/__init__.py", "")
    book.notebook("one", "import utils.data")
    book.notebook("two", "import utils.base")
    pretend_executed(book)
    book.write("data/cifar.bin", "abc")
    assert stale(book) == ["one"]
    pretend_executed(book)
    monkeypatch.setenv("DATA_ROOT", str(tmp_path_factory.mktemp("data")))
    assert stale(book) == ["one"]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}"])
def test_a_broken_copy_is_no_copy(book, text):
    path = book.notebook("one", "1")
    pretend_executed(book)
    executed_path(path, book.root).write_text(text)
    assert stale(book) == ["one"]


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
    path = book.notebook("one", "1", "import time; time.sleep(60)")
    _, _, problem = execute(path, book.root)
    assert "chapters/one.ipynb, cell 3 (import time; time.sleep(60) …)" in problem
    assert "CellTimeoutError" in problem


def test_what_is_no_notebook_is_a_failure_too(book):
    path = book.notebook("one", "1")
    book.write(path, "{")
    _, _, problem = execute(path, book.root)
    assert problem.startswith("chapters/one.ipynb: NotJSONError")


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
    with pytest.raises(SystemExit) as ended:
        main([path], book.root)
    assert ended.value.code == 2
    assert "is not a notebook of this book" in capsys.readouterr().err


def test_a_page_that_is_missing(book, capsys):
    book.notebook("one", "1")
    (book.root / "chapters/one.ipynb").unlink()
    with pytest.raises(SystemExit):
        main([], book.root)
    assert "neither chapters/one.ipynb nor chapters/one.md" in capsys.readouterr().err


def test_the_slowest_come_first(book, capsys, monkeypatch):
    for name, seconds in {"a": 1.0, "b": 9.0, "c": 3.0}.items():
        path = book.notebook(name, name)
        copy = new_notebook(metadata={"eer": {"fingerprint": "old", "seconds": seconds}})
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
        await executor.asyncio.sleep(0.05)
        return notebook, 0.1, None

    book.notebook("one", "1")
    book.notebook("two", "2")
    screen = Terminal()
    monkeypatch.setattr(executor, "_execute", pretend)
    monkeypatch.setattr(executor, "REFRESH", 0.01)
    monkeypatch.setattr(sys, "stdout", screen)
    assert main(["--jobs", "2"], book.root) == 0
    assert "\r\x1b[K0/2 finished · one 0 s, two 0 s" in screen.getvalue()
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
        out, err = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 130
    assert err.strip() == "interrupted: 1 finished and kept, 1 left for the next run"
    assert "ok" in out
    assert stale(book) == ["slow"]
    assert not executed_path(Path("chapters/slow.ipynb"), book.root).exists()
    assert not list(book.root.rglob("*.partial"))
    wait_for(lambda: not is_alive(int(pid.read_text())))


def wait_for(condition, seconds=60):
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


def test_a_copy_is_never_half_written(book, monkeypatch):
    path = book.notebook("one", "1")

    def stop_half_way(nb, file):
        Path(file).write_text('{"cells": [')
        raise KeyboardInterrupt

    monkeypatch.setattr(executor.nbformat, "write", stop_half_way)
    with pytest.raises(KeyboardInterrupt):
        execute(path, book.root)
    assert not executed_path(path, book.root).exists()
    assert not list(book.root.rglob("*.partial"))
