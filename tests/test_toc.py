"""The order of chapters is read from _toc.yml, and what is missing is named."""

from pathlib import Path

import pytest

from book.contents import ContentsError
from book.nearest import nearest
from book.order import chapter_files, documents, notebook_named, notebooks

TOC = """
format: jb-book
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
    with pytest.raises(ContentsError, match=name.removesuffix(".ipynb").removesuffix(".md")):
        notebooks(book)


def test_the_book_itself():
    assert notebooks()


def test_copies_that_jupyterlab_keeps_are_no_chapters(tmp_path):
    for name in ("chapters/a/x.ipynb", "chapters/a/.ipynb_checkpoints/x-checkpoint.ipynb"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert chapter_files(tmp_path) == [tmp_path / "chapters/a/x.ipynb"]


@pytest.mark.parametrize(
    "name", ["one/b", "chapters/one/b.ipynb", "./chapters/one/b", "one\\b", "b", "one/b.html", "b/"]
)
def test_a_notebook_by_its_name(book, name):
    assert notebook_named(name, book) == book / "chapters/one/b.ipynb"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("three/b", "; do you mean one/b?"),
        ("two/C.ipynb", "; do you mean two/c?"),
        ("one/index", " but a page without code"),
        ("/etc/passwd", ""),
        ("", ""),
    ],
)
def test_a_name_of_none_draws_those_that_resemble_it(book, name, said):
    with pytest.raises(ValueError, match=r"^.*$") as refused:
        notebook_named(name, book)
    assert str(refused.value).startswith(f"{name} is not a notebook of this book{said}")


def test_a_name_of_two_is_asked_about(book):
    (book / "chapters/two/b.ipynb").touch()
    with pytest.raises(ValueError, match="say one/b or two/b"):
        notebook_named("b", book)


def test_a_resembling_name_leaves_poorer_ones_out():
    names = ["classical/pca", "classical/lda", "networks/softmax_regression"]
    assert nearest("classical/pcaa", names) == ["classical/pca"]
    assert nearest("Softmax", names) == ["networks/softmax_regression"]
    assert nearest("foundations/xyz", names) == []


#: A mistake, as an exchange in TOC or as a whole file, and what is said of it: the line, and words of the remedy.
PART_TWO = "    chapters:\n      - file: chapters/two"
SECTIONS = "        sections:\n          - file: chapters/one/b\n          - file: chapters/one/a.v2\n"
MISTAKES = {
    "no page": (("one/b", "one/bb"), 9, "nor chapters/one/bb.md; do you mean chapters/one/b?"),
    "indented deeper": (("      - file: notes.md", "        - file: notes.md"), 15, "indented like nothing above"),
    "indented less": (("      - url:", "     - url:"), 11, "indented like nothing above"),
    "key below its entry": (("        sections:", "          sections:"), 8, "indented deeper"),
    "tab": (("        sections:", "\tsections:"), 8, "begins with a tab; indent with blanks"),
    "twice": (("chapters/two/c.ipynb", "chapters/one/b"), 14, "stands in line 9 already; remove one"),
    "wrong key": (("sections:", "section:"), 8, "an entry knows no “section”; do you mean sections?"),
    "wrong key of a part": ((PART_TWO, PART_TWO.replace("chapters:", "chapter:")), 13, "do you mean chapters?"),
    "unknown key": (("  - caption: Two", "  - colour: red"), 12, "a part knows no “colour”; it knows caption,"),
    "key twice": (("        sections:", "        title: A\n        title: B\n        sections:"), 9, "a second time"),
    "no key": (("- file: notes.md", "- notes.md"), 15, "write “- file: notes.md”"),
    "no colon": (("- file: notes.md", "- file notes.md"), 15, "stands without its key"),
    "number": (("- file: notes.md", "- file: 7"), 15, "no path of a page"),
    "neither": (("- url: https://example.org", "- title: A"), 11, "either a file or a url"),
    "nothing below": ((SECTIONS, "        sections:\n"), 8, "needs entries below it"),
    "part of nothing": (("  - caption: Two\n    chapters:", "  - caption: Two\n  - chapters:"), 12, "without chapters"),
    "root": (("root: index", "route: index"), 3, "do you mean root?"),
    "format": (("format: jb-book", "format: jb-bok"), 2, "write the line “format: jb-book”"),
    "parts and chapters": (("parts:", "chapters: [{file: notes}]\nparts:"), 4, "side by side"),
    "backslash": (("chapters/one/b", r"chapters\one\b"), 9, "write chapters/one/b"),
    "absolute": (("chapters/one/b", "/chapters/one/b"), 9, "write chapters/one/b"),
    "merge": (("parts:", "<<<<<<< HEAD\nparts:\n=======\nparts:\n>>>>>>> mine"), 4, "left of a merge"),
    "quote": (("- caption: One", '- caption: "One'), 5, "a quotation mark is never closed"),
    "list": ("- a\n- b\n", 1, "the top of the file consists of lines “key: value”"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_its_line_and_remedy(book, mistake):
    change, line, remedy = MISTAKES[mistake]
    text = TOC.replace(*change) if isinstance(change, tuple) else change
    assert text != TOC
    (book / "_toc.yml").write_text(text, "utf-8")
    with pytest.raises(ContentsError) as refused:
        notebooks(book)
    lines = str(refused.value).splitlines()
    assert any(said.startswith(f"_toc.yml, line {line}: ") and remedy in said for said in lines), lines


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is empty; restore it"),
        (b"# nothing\n", "it is empty; restore it"),
        ("root: ü".encode("utf-16"), "it is in UTF-16; save it as UTF-8"),
        (b"a: \x00", "special characters are not allowed"),
        (None, "No such file or directory; restore it"),
    ],
)
def test_a_file_that_holds_no_contents(book, content, said):
    (book / "_toc.yml").unlink() if content is None else (book / "_toc.yml").write_bytes(content)
    with pytest.raises(ContentsError, match=said) as refused:
        documents(book)
    assert "\n" not in str(refused.value)


def test_a_mark_of_byte_order_does_no_harm(book):
    before = documents(book)
    (book / "_toc.yml").write_bytes(b"\xef\xbb\xbf" + TOC.encode())
    assert documents(book) == before
