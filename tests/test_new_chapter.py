"""A fresh chapter runs, breaks no rule, and says what to do next."""

import pytest

from book.chapter import Chapter
from book.copies import remembered
from book.execute import execute
from book.mutants.population import code_cells, mutants
from book.order import ROOT, chapter_files
from book.rules import collisions, violations
from tools.clear_outputs import cleared
from tools.new_chapter import main


@pytest.fixture
def book(tmp_path):
    (tmp_path / "chapters").mkdir()
    (tmp_path / "constraints.txt").write_text("")
    (tmp_path / "utils").symlink_to(ROOT / "utils")
    for part, keys in (("another", ["other2019"]), ("classical", ["first2020", "second2021"])):
        sources = tmp_path / "registers" / part / "references.bib"
        sources.parent.mkdir(parents=True)
        sources.write_text("".join(f"@book{{{key},\n  title={{A}}\n}}\n" for key in keys))
    return tmp_path


def test_a_fresh_chapter_runs_and_breaks_no_rule(book, capsys):
    assert main(["classical/my_topic"], book) == 0
    path = book / "chapters/classical/my_topic.ipynb"
    said = capsys.readouterr().out
    assert "wrote chapters/classical/my_topic.ipynb" in said
    assert "- file: chapters/classical/my_topic\n" in said
    assert "make chapter C=classical/my_topic" in said
    assert "registers/classical/\n" in said
    assert "\n".join(map(str, violations(path) + collisions([path]))) == ""
    assert "{cite:t}`first2020`" in path.read_text("utf-8")
    assert cleared(path.read_text("utf-8"), "a", set()) == path.read_text("utf-8")
    _, _, problem = execute(path.relative_to(book), book)
    assert problem is None
    assert remembered(path.relative_to(book), book)["cpu_seconds"] < 60
    assert len(mutants(code_cells(path))) >= 3  # there is something to get wrong


def test_two_fresh_chapters_live_together(book):
    for name in ("classical/one", "deep/two_2", "chapters/deep/three.ipynb"):
        assert main([name], book) == 0
    paths = chapter_files(book)
    assert [path.stem for path in paths] == ["one", "three", "two_2"]
    assert collisions(paths) == []
    other = Chapter(paths[2])
    assert other.headings[0].text == "Two 2"
    assert other.citations == ["other2019"]  # its part has no sources yet


def test_nothing_is_overwritten(book, capsys):
    assert main(["classical/one"], book) == 0
    path = book / "chapters/classical/one.ipynb"
    path.write_text("mine")
    assert main(["classical/one"], book) == 1
    assert main(["deep/one"], book) == 1  # its labels would be the same
    assert "chapters/classical/one.ipynb exists already" in capsys.readouterr().err
    assert path.read_text() == "mine"
    assert not (book / "chapters/deep").exists()


@pytest.mark.parametrize(
    "name",
    ["one", "Classical/one", "classical/One", "classical/my-topic", "classical/my topic", "../one", "a/../b", "/a/b",
     "a/b/c", "classical/", "classical/1st", "classical/übung", ""],
)  # fmt: skip
def test_bad_names(book, name, capsys):
    with pytest.raises(SystemExit) as ended:
        main([name], book)
    assert ended.value.code == 2
    assert "lower_case" in capsys.readouterr().err
    assert list((book / "chapters").iterdir()) == []
