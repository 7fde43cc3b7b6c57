"""An executed copy is out of date exactly when something that its outputs depend on has changed."""

import os

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_output

from book import copies
from book.copies import READS_DATA, Run, executed_path, is_fresh, keep, remembered
from book.execute import execute, main
from tests.tiny_book import pretend_executed, stale
from utils.records import RECORD_MIME


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


EQUATION = "Words.\n\n$$\n{}\n$$ (eq-a)\n\n$$\n{}\n$$\n"


@pytest.mark.parametrize("evaluated", [True, False])
def test_the_print_counts_where_it_is_evaluated(book, evaluated):
    code = 'check("eq-a", printed={"a": 1.0}, one=1.0)' if evaluated else 'check("eq-a", one=1.0, two=2.0)'
    book.notebook("one", code, prose=EQUATION.format("a = 1", "b = 2"))
    pretend_executed(book)
    book.notebook("one", code, prose="Other w" + EQUATION.format("a = 1", "b = 3")[1:])
    assert stale(book) == []  # words, and equations without a label
    book.notebook("one", code, prose=EQUATION.format("a = 2", "b = 2"))
    assert stale(book) == (["one"] if evaluated else [])


def test_the_print_of_an_edited_text_is_read_once(book, monkeypatch):
    code, prose = 'check("eq-a", printed={"a": 1.0}, one=1.0)', EQUATION.format("a = 1", "b = 2")
    book.notebook("one", code, prose=prose)
    pretend_executed(book)
    path = book.notebook("one", code, prose="Other w" + prose[1:])
    later = executed_path(path, book.root).stat().st_mtime_ns + 1
    os.utime(book.root / path, ns=(later, later))
    read, reads = copies._print, []
    monkeypatch.setattr(copies, "_print", lambda nb: reads.append(1) or read(nb))
    assert [main([], book.root) for _ in range(3)] == [0, 0, 0]
    assert len(reads) == 1
    book.notebook("one", code, prose=EQUATION.format("a = 2", "b = 2"))
    assert stale(book) == ["one"]


def test_what_evaluates_the_print_counts_and_what_runs_the_chapter_does_not(book):
    for name in ("book/formula/evaluation.py", "book/probe.py"):
        book.write(name, "")
    path = book.notebook("one", "1")
    pretend_executed(book, "book/formula/evaluation.py", "book/probe.py")
    assert set(remembered(path, book.root)["depends"]["modules"]) == {"book/formula/evaluation.py"}
    book.write("book/formula/evaluation.py", "# changed\n")
    assert stale(book) == ["one"]


def test_pins_count_for_everything(book):
    book.notebook("one", "1")
    book.notebook("two", "2")
    pretend_executed(book)
    book.write("constraints.txt", "numpy==2\n")
    assert stale(book) == ["one", "two"]


def test_another_python_counts(book, monkeypatch):
    book.notebook("one", "1")
    pretend_executed(book)
    monkeypatch.setattr(copies.platform, "python_version", lambda: "3.99.0")
    assert stale(book) == ["one"]


#: cells, and the modules that running them loads
IMPORTS = {
    "direct": ("from utils.base import base", {"base"}),
    "renamed": ("import utils.base as b", {"base"}),
    "indirect": ("from utils.middle import base", {"base", "middle"}),
    "on use, used": ("from utils.pack.inner import later\nlater()", {"pack/__init__", "pack/inner", "pack/deep"}),
    "on use, not used": ("from utils.pack.inner import later", {"pack/__init__", "pack/inner"}),
    "by name": ("import importlib\nimportlib.import_module('utils.other')", {"other"}),
    "none": ("import math", set()),
}


@pytest.mark.parametrize("case", IMPORTS)
def test_modules_count_that_were_loaded_and_no_others(book, case):
    code, needed = IMPORTS[case]
    path = book.notebook("one", "1", code)
    assert execute(path, book.root)[2] is None
    modules = {f"utils/{name}.py" for name in needed | ({"__init__"} if needed else set())}
    assert set(remembered(path, book.root)["depends"]["modules"]) == modules
    for file in sorted((book.root / "utils").rglob("*.py")):
        before = file.read_text()
        file.write_text(before + "# changed\n")
        name = file.relative_to(book.root).as_posix()
        assert stale(book) == (["one"] if name in modules else []), name
        file.write_text(before)
    assert stale(book) == []


def test_a_module_that_is_gone_counts(book):
    book.notebook("one", "1")
    pretend_executed(book, "utils/base.py")
    (book.root / "utils/base.py").unlink()
    assert stale(book) == ["one"]


def test_packages_of_an_environment_below_the_book_are_not_the_books(book):
    book.write("env/lib/site-packages/numpy/core.py", "")
    path = book.notebook("one", "1")
    pretend_executed(book, "env/lib/site-packages/numpy/core.py", "utils/base.py")
    assert set(remembered(path, book.root)["depends"]["modules"]) == {"utils/base.py"}


def test_what_only_changes_the_look_does_not_count(book):
    for name in copies.LOOKS:
        book.write(name, "")
    path = book.notebook("one", "1")
    pretend_executed(book, *copies.LOOKS)
    assert remembered(path, book.root)["depends"]["modules"] == {}
    for name in copies.LOOKS:
        book.write(name, "# changed\n")
    assert stale(book) == []


@pytest.mark.parametrize("drawn", [True, False])
def test_how_figures_are_drawn_counts_where_there_is_one(book, drawn):
    book.write("utils/plotting.py", "")
    path = book.notebook("one", "1")
    nb = nbformat.read(book.root / path, as_version=4)
    record = {"kind": "figure" if drawn else "claim"}
    nb.cells.append(new_code_cell("2", outputs=[new_output("display_data", {RECORD_MIME: record})]))
    nbformat.write(nb, book.root / path)
    keep(path, nb, Run((str(book.root / "utils/plotting.py"),), 1.0), book.root)
    assert is_fresh(path, book.root)
    book.write("utils/plotting.py", "# changed\n")
    assert is_fresh(path, book.root) is not drawn


def test_real_data_count_where_they_are_read(book, monkeypatch, tmp_path_factory):
    monkeypatch.delenv("DATA_ROOT", raising=False)
    book.write(READS_DATA, "")
    path = book.notebook("reads", "1")
    pretend_executed(book, READS_DATA)
    book.notebook("does_not", "2")
    keep(path.with_stem("does_not"), nbformat.read(book.root / "chapters/does_not.ipynb", 4), Run((), 1.0), book.root)
    assert stale(book) == []
    book.write("data/cifar.bin", "abc")
    assert stale(book) == ["reads"]
    monkeypatch.setenv("DATA_ROOT", str(tmp_path_factory.mktemp("empty")))
    assert stale(book) == []  # an empty folder is as good as none


def test_what_lies_beside_a_copy_counts_for_that_copy_alone(book):
    path = book.notebook("one", "1")
    pretend_executed(book)
    copy = executed_path(path, book.root)
    beside, memory = copy.with_suffix(".run.json"), remembered(path, book.root)
    kept = beside.read_text()
    beside.write_text(kept.replace('"seconds": ', '"seconds": 1'))
    assert remembered(path, book.root) != memory  # it is read in place of the copy
    for text in ("", "{", "[]", "{}", kept.replace('"of": [', '"of": [1')):
        beside.write_text(text)
        assert remembered(path, book.root) == memory
    beside.unlink()
    assert remembered(path, book.root) == memory
    beside.write_text(kept)
    nb = nbformat.read(copy, 4)
    nb.metadata["eer"]["text"] = "another"
    copy.write_text(nbformat.writes(nb))
    assert remembered(path, book.root)["text"] == "another"
    copies.forget(path, book.root)
    assert remembered(path, book.root) == {}
    assert list(copy.parent.iterdir()) == []


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"metadata": {"eer": {}}}', '{"metadata": {"eer": []}}'])
def test_a_broken_copy_is_no_copy(book, text):
    path = book.notebook("one", "1")
    pretend_executed(book)
    executed_path(path, book.root).write_text(text)
    assert stale(book) == ["one"]


def test_a_run_remembers_what_it_took(book):
    path = book.notebook("one", "import numpy", "sum(range(30_000_000))")
    assert execute(path, book.root)[2] is None
    memory = remembered(path, book.root)
    assert memory["cpu_seconds"] > 0
    assert memory["import_seconds"] > 0
    assert memory["memory_bytes"] > 1 << 24
