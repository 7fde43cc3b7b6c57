"""The order of chapters is read from _toc.yml, and what is missing is named."""

from pathlib import Path

import pytest

from book.order import chapter_files, documents, notebooks

TOC = """
root: index
parts:
  - caption: One
    chapters:
      - file: chapters/one/index
        sections:
          - file: chapters/one/b
          - file: chapters/one/a.v2
      - url: https://example.org
  - caption: Two
    chapters:
      - file: chapters/two/c.ipynb
      - file: notes.md
"""


@pytest.fixture
def book(tmp_path):
    (tmp_path / "_toc.yml").write_text(TOC, "utf-8")
    names = ["index.md", "chapters/one/index.md", "chapters/one/b.ipynb", "chapters/one/a.v2.ipynb"]
    for name in [*names, "chapters/two/c.ipynb", "notes.md"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    return tmp_path


def test_documents_come_in_reading_order(book):
    assert documents(book) == [
        "index", "chapters/one/index", "chapters/one/b", "chapters/one/a.v2", "chapters/two/c", "notes"]  # fmt: skip


def test_notebooks_come_in_reading_order(book):
    assert notebooks(book) == [Path("chapters/one/b.ipynb"), Path("chapters/one/a.v2.ipynb"),
                               Path("chapters/two/c.ipynb")]  # fmt: skip


@pytest.mark.parametrize("name", ["chapters/one/a.v2.ipynb", "notes.md"])
def test_a_missing_page_is_named(book, name):
    (book / name).unlink()
    with pytest.raises(FileNotFoundError, match=name.removesuffix(".ipynb").removesuffix(".md")):
        notebooks(book)


def test_the_book_itself():
    assert notebooks()


def test_copies_that_jupyterlab_keeps_are_no_chapters(tmp_path):
    for name in ("chapters/a/x.ipynb", "chapters/a/.ipynb_checkpoints/x-checkpoint.ipynb"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert chapter_files(tmp_path) == [tmp_path / "chapters/a/x.ipynb"]
