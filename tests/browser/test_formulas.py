"""What KaTeX makes of formulas, asked once for every kind of construct; pages are asked about colours only."""

from __future__ import annotations

import pytest

from tests.browser.aspects import CHAPTERS, SCHEMES
from tests.browser.aspects.accessibility import violations
from tests.browser.visit import visiting

#: Put in place of the article one formula of each kind: those of all chapters, in order, that have an element, a class
#: or an attribute which none before had. Returns the number of formulas and of such kinds.
COLLECT = """async (paths) => {
  const article = document.querySelector('article.bd-article'), known = new Set();
  article.replaceChildren();
  for (const path of paths) {
    const page = new DOMParser().parseFromString(await (await fetch(`/${path}`)).text(), 'text/html');
    for (const formula of page.querySelectorAll('.katex')) {
      const kinds = [formula, ...formula.querySelectorAll('*')].flatMap((e) =>
        [e.localName, ...e.classList, ...e.getAttributeNames().map((name) => `${e.localName} ${name}`), e.style.color]);
      if (kinds.every((kind) => known.has(kind))) continue;
      kinds.forEach((kind) => known.add(kind));
      const place = document.createElement(formula.closest('.katex-display') ? 'div' : 'p');
      place.append(formula.closest('.katex-display') ?? formula);
      article.append(place);
    }
  }
  return [article.querySelectorAll('.katex').length, known.size];
}"""


@pytest.fixture(scope="module")
def page(browser, address):
    """A page of these formulas, collected once for both schemes."""
    with visiting(browser, address, "404.html") as visit:
        formulas, kinds = visit.page.evaluate(COLLECT, CHAPTERS)
        assert formulas >= 10
        assert kinds >= 50
        yield visit.page


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_kind_of_formula_is_accessible(page, scheme):
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function("scheme => document.documentElement.dataset.theme === scheme", arg=scheme)
    assert violations(page, "article") == []
