"""What `make pdf` prints: a chapter with bookmarks, all of it; the book with the right numbers in its contents."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from tools import pdf
from website.paper import document, places

CHAPTER = "classical/bayes_decision"


def read(printed: bytes, *options: str) -> str:
    """Its text, pages between form feeds."""
    if not shutil.which("pdftotext"):
        pytest.skip("no pdftotext on this machine (Debian: apt-get install poppler-utils)")
    command = ["pdftotext", *options, "-", "-"]
    return subprocess.run(command, input=printed, capture_output=True, check=True).stdout.decode()


@pytest.fixture(scope="module")
def chapter(browser, site):
    return pdf.print_chapter(site, CHAPTER, browser)


def test_a_chapter_has_pages_bookmarks_and_places(chapter):
    assert len(places.pages(chapter)) > 5
    assert b"/Outlines" in chapter
    named = places.pages_of(chapter)
    checked = {name for name in named if "equation-eq-" in name}
    assert len(checked) > 5
    assert len({named[name] for name in checked}) > 2  # on several pages


def test_a_chapter_is_all_there(chapter):
    text = read(chapter)
    assert "Bayes decision theory" in text.split("\f")[0]
    assert "Equation (2.1.1)" in text
    assert text.count("Solution to") >= 3
    assert "import numpy" not in text  # folded behind what it shows
    pages = read(chapter, "-layout").split("\f")
    assert all(re.search(rf"\n\s*{number}\s*$", pages[number - 1]) for number in (1, 2, 3, 4))


WIDE = """() => {
  const edge = document.querySelector('article').getBoundingClientRect().right + 1;
  const over = (e) => e.getBoundingClientRect().left + Math.max(e.scrollWidth, e.getBoundingClientRect().width) > edge;
  return [...document.querySelectorAll('.katex-display, pre, img, table')].filter(over).map((e) => e.className);
}"""


def test_formulas_code_and_pictures_fit_the_page(browser, site):
    text = document.of_chapter(site, pdf.page_of("foundations/matrix_calculus")).html()
    with pdf.opened(text, site, browser) as paper:
        assert paper.evaluate(WIDE) == []
        paper.evaluate("document.querySelector('.katex-display').style.fontSize = '60px'")
        assert paper.evaluate(WIDE)  # so that it can fail


def test_the_contents_of_a_book_name_the_pages(browser, site):
    pages = ["chapters/practice/index.html", "what_a_tick_means.html", "corrections.html"]
    printed = pdf.print_book(site, browser, pages)
    named = places.pages_of(printed)
    sheets = read(printed, "-layout").split("\f")
    contents = sheets[1]
    for number, title in enumerate(("Practice", "What a tick means", "Corrections")):
        page = named[f"page-{number}"]
        assert re.search(rf"{title} +{page}\n", contents), contents
        assert title in sheets[page - 1].strip().split("\n")[0]
