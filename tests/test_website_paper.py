"""The site's pages as one document for paper: ids stay unique, links lead on, what only a screen can do is left out."""

import re

import pytest

from website.paper import document

HEAD = '<html data-theme="auto"><head><link rel="stylesheet" href="../_static/book-0123456789.css"></head><body>'
FIRST = """<nav><a href="other.html">menu</a></nav><article class="bd-article"><section id="top"><h1>1.1. First<a
class="headerlink" href="#top">#</a></h1><h2 id="same">A</h2>
<a href="#same">here</a> <a href="second.html#same">there</a> <a href="second.html">all of it</a>
<a href="missing.html#x">gone</a> <a href="https://example.org/a#b">away</a> <a href="?preset=a#demo-knn">a state</a>
<figure><img class="only-light" src="../_static/figures/a-light.svg" alt="a" loading="lazy" decoding="async"><img
class="only-dark" src="../_static/figures/a-dark.svg" alt="a" loading="lazy"></figure>
<details class="eer-harness"><summary>code</summary><pre>imports()</pre></details>
<details class="eer-further"><summary>further</summary><p>more</p></details>
<div class="eer-frames"><div class="eer-slider"><input type="range"></div>
<div class="eer-frame" hidden data-label="two">B</div></div></section></article><footer>foot</footer>"""
SECOND = '<article class="bd-article"><section id="top"><h1>1.2. Second</h1><p id="same">there</p></section></article>'
OPENS = '<article class="bd-article"><section id="part"><h1>1. Basics</h1></section></article>'


@pytest.fixture
def site(tmp_path):
    (tmp_path / "chapters").mkdir()
    for name, text in {"first": FIRST, "second": SECOND, "index": OPENS}.items():
        (tmp_path / f"chapters/{name}.html").write_text(HEAD + text)
    return tmp_path


@pytest.fixture
def book(site):
    pages = [f"chapters/{name}.html" for name in ("index", "first", "second")]
    return document.of_book(site, pages, {pages[0]: "Basics"}, "The book")


def test_ids_are_unique_and_every_link_has_its_place(book):
    text = book.html()
    ids = re.findall(r' id="([^"]*)"', text)
    inner = re.findall(r' href="#([^"]*)"', text)
    assert len(ids) == len(set(ids))
    assert set(inner) <= set(ids)
    assert '<a href="#n1-same">here</a> <a href="#n2-same">there</a> <a href="#page-2">all of it</a>' in text


def test_a_link_leads_into_the_document_or_to_another_site_or_is_none(book):
    text = book.html()
    assert "<a>gone</a>" in text
    assert "<a>a state</a>" in text
    assert '<a href="https://example.org/a#b">away</a>' in text


def test_paper_has_light_drawings_open_folds_and_all_frames_but_no_controls(site):
    text = document.of_chapter(site, "chapters/first.html").html()
    body = text[text.index("<body>") :]
    assert '<img class="only-light" src="_static/figures/a-light.svg" alt="a">' in body
    assert '<details open class="eer-further">' in body
    assert '<div class="eer-frame" data-label="two">' in body
    for left_out in ("a-dark.svg", "imports()", "range", "headerlink", "menu", "foot", "lazy"):
        assert left_out not in body
    assert '<link rel="stylesheet" href="_static/book-0123456789.css">' in text
    assert 'data-theme="light"' in text


def test_contents_and_headings_have_the_levels_of_the_book(book):
    entries = [(entry.title, entry.level) for entry in book.contents]
    assert entries == [("1. Basics", 1), ("1.1. First", 2), ("1.2. Second", 2)]
    assert re.findall(r"<h(\d)[^>]*>([^<]*)", book.html()) == [
        ("1", "1. Basics"),
        ("2", "1.1. First"),
        ("3", "A"),
        ("2", "1.2. Second"),
    ]


def test_a_part_without_a_page_of_its_own_has_a_heading(site):
    book = document.of_book(site, ["chapters/second.html"], {"chapters/second.html": "Reference"}, "The book")
    assert [(entry.title, entry.level) for entry in book.contents] == [("Reference", 1), ("1.2. Second", 2)]
    assert '<h1 class="part" id="part-0">Reference</h1>' in book.html()
