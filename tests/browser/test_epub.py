"""What `make epub` makes of a chapter, in a browser's engine, as readers of books use one."""

from __future__ import annotations

import io
import zipfile

import pytest

from tools import epub, pdf
from tools.serve import serving
from website.epub import checking

CHAPTER = "foundations/matrix_calculus"

SEEN = """async () => {
  const box = (element) => element.getBoundingClientRect();
  const all = (what) => [...document.querySelectorAll(what)];
  await Promise.all([...document.images].map((image) => image.decode()));
  const bold = all('mi[mathvariant="bold"]')[0];
  return {
    title: document.title,
    formulas: all("math").length,
    unseen: all("math").filter((math) => !math.closest("details") && !(box(math).width && box(math).height)).length,
    pictures: all("img").filter((image) => image.naturalWidth > 0).length,
    weight: getComputedStyle(bold).fontWeight,
    gaps: all("mtd.right.joins:first-child").map((cell) => box(cell.nextElementSibling).left - box(cell).right),
    solutions: all("details.solution > summary").length,
    wide: document.documentElement.scrollWidth - innerWidth,
  };
}"""


@pytest.fixture(scope="module")
def book(site):
    return epub.made(site, [pdf.page_of(CHAPTER)], {}, CHAPTER)


def test_a_chapter_holds_together(book):
    assert checking.problems(book) == []


def test_a_chapter_can_be_read(book, browser, tmp_path):
    zipfile.ZipFile(io.BytesIO(book)).extractall(tmp_path)
    with serving(tmp_path) as address:
        context = browser.new_context(viewport={"width": 390, "height": 800})
        page = context.new_page()
        page.goto(f"{address}/book/chapters/{CHAPTER}.xhtml")
        seen = page.evaluate(SEEN)
        context.close()
    assert seen["title"] == "1.3. Matrix calculus"
    assert seen["formulas"] > 100
    assert seen["unseen"] == 0
    assert seen["pictures"] > 2
    assert seen["weight"] == "700"
    assert len(seen["gaps"]) > 3
    assert max(map(abs, seen["gaps"])) < 1
    assert seen["solutions"] > 2
    assert seen["wide"] <= 0
