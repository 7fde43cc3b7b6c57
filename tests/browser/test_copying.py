"""What is copied of a page holds each formula once, as it was written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from book.chapter import Chapter
from book.order import ROOT
from tests.browser.visit import PATIENCE, visiting

PAGE = "chapters/classical/pca.html"
EQUATION = "eq-pca-coefficient"
CHAPTER = Chapter(ROOT / Path(PAGE).with_suffix(".ipynb"))


@pytest.fixture(scope="module")
def page(browser, address):
    with visiting(browser, address, PAGE, permissions=["clipboard-read", "clipboard-write"]) as visit:
        yield visit.page


@pytest.fixture
def copied(page):
    """copied(selection): the clipboard after a selection by script and the keys for copying, as text and as HTML.

    Waits for text that holds `sign`.
    """

    def copy(script, argument=None, sign=""):
        page.evaluate("navigator.clipboard.writeText('nothing')")
        page.evaluate(
            f"""(argument) => {{
              const [first, from, last, to] = ({script})(argument);
              const range = document.createRange();
              range.setStart(first, from);
              range.setEnd(last, to);
              getSelection().removeAllRanges();
              getSelection().addRange(range);
            }}""",
            argument,
        )
        page.keyboard.press("Control+c")
        # sources may come after what was copied without them: text and HTML are those of one and the same copy
        return page.evaluate(
            """async ([sign, patience]) => {
              for (const end = Date.now() + 1000 * patience; Date.now() < end; ) {
                try {
                  const [item] = await navigator.clipboard.read();
                  const given = async (type) => item.types.includes(type) ? (await item.getType(type)).text() : '';
                  const [text, html] = [await given('text/plain'), await given('text/html')];
                  if (text !== 'nothing' && text.includes(sign)) return [text, html];
                } catch (problem) { // the sources have come in between
                  if (problem.name !== 'InvalidStateError') throw problem;
                }
                await new Promise(requestAnimationFrame);
              }
              throw new Error(`nothing with ${sign} was copied`);
            }""",
            [sign, PATIENCE],
        )

    return copy


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_a_piece_of_a_displayed_formula_is_copied_as_the_whole(copied):
    text, html = copied(
        """(label) => {
          const parts = document.querySelectorAll(`#equation-${label} .katex-html .mord`);
          return [parts[0], 0, parts[2], parts[2].childNodes.length];
        }""",
        EQUATION,
        sign="\\mathbf",
    )
    (written,) = [equation.tex for equation in CHAPTER.equations if equation.label == EQUATION]
    assert squeezed(text) == squeezed(f"$${written}$$")
    assert "katex" not in html
    assert squeezed(written) in squeezed(html.replace("&amp;", "&"))


def test_in_a_sentence_each_formula_stands_once(copied, page):
    text, _ = copied(
        """() => {
          const many = (p) => p.querySelectorAll('.katex-mathml').length >= 3;
          const sentence = [...document.querySelectorAll('.bd-article section > p')].find(many);
          sentence.id = 'sentence';
          return [sentence, 0, sentence, sentence.childNodes.length];
        }""",
        sign="\\",
    )
    words, sources = page.evaluate(
        """() => {
          const sentence = document.querySelector('#sentence').cloneNode(true);
          const sources = [...sentence.querySelectorAll('.katex')].map((formula) => {
            const source = formula.dataset.tex ?? formula.textContent;
            formula.remove();
            return source;
          });
          return [sentence.textContent, sources];
        }"""
    )
    pieces = re.split(r"\$([^$]+)\$", text)
    written = {squeezed(formula.tex) for formula in CHAPTER.formulas}
    assert {squeezed(piece) for piece in pieces[1::2]} <= written
    assert [squeezed(piece) for piece in pieces[1::2]] == [squeezed(source) for source in sources]
    assert squeezed("".join(pieces[::2])) == squeezed(words)


def test_what_holds_no_formula_is_copied_as_ever(copied, page):
    text, _ = copied(
        """() => {
          const plain = (p) => p.checkVisibility() && !p.querySelector('.katex');
          const p = [...document.querySelectorAll('.bd-article section > p')].find(plain);
          return [p, 0, p, p.childNodes.length];
        }"""
    )
    assert text.strip()
    assert squeezed(text) == squeezed(page.evaluate("getSelection().toString()"))


def test_the_page_is_left_as_it_was(copied, page):
    before = page.evaluate("document.body.childElementCount")
    copied("() => { const [p] = document.querySelectorAll('.bd-article p:has(.katex)'); return [p, 0, p, 1]; }")
    assert page.evaluate("document.body.childElementCount") == before
