"""A formula on a page carries its TeX, for whoever copies it."""

import html
import re

from book.chapter import Chapter
from book.order import notebooks
from website.extensions.katex_math import Typesetter
from website.finishing import pages


def carried(markup: str) -> str:
    """The TeX of a formula when it is set."""
    source = re.search(r'<span class="katex" data-tex="([^"]*)">', markup)
    return html.unescape(source[1] if source else re.sub(r"<[^>]*>", "", markup))


def test_every_formula_of_the_book_carries_its_source():
    chapters = [Chapter(path) for path in notebooks()]
    written = {formula.tex for chapter in chapters for formula in (*chapter.formulas, *chapter.equations)}
    written |= {r"a < b > c", r"x \& y", '\\text{"}', "x", "n = 3"}
    asked = [(tex, display) for tex in sorted(written) for display in (False, True)]
    setter = Typesetter()
    answers = setter.set_all(asked)
    setter.close()
    assert len(asked) > 2000
    for (tex, _), answer in zip(asked, answers, strict=True):
        assert "".join(carried(answer["html"]).split()) == "".join(tex.split())


def test_letters_carry_nothing_and_spaces_become_one():
    setter = Typesetter()
    plain, spaced = (setter.set(tex, display=False)["html"] for tex in ("n", "a \n  \\le b"))
    setter.close()
    assert "data-tex" not in plain
    assert 'data-tex="a \\le b"' in spaced


def test_the_sources_of_a_page_lie_beside_it(tmp_path):
    formula = '<span class="katex" data-tex="{}">a</span>'
    inside = formula.format("a &#60; b") + '<span class="katex">n</span>' + formula.format("\\alpha")
    (tmp_path / "page.html").write_text(
        f'<nav>{formula.format("x")}</nav><article class="bd-article">{inside}</article>{formula.format("y")}'
    )
    words = pages.finish(tmp_path, "page.html")["words"]
    assert (tmp_path / "page.formulas.js").read_text() == r'eerFormulas=["a < b", "", "\\alpha"]'
    assert "data-tex" not in (tmp_path / "page.html").read_text()
    assert "katex" in words
    assert "alpha" not in words
