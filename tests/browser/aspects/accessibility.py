"""Rules of WCAG 2.1, levels A and AA, as far as axe-core can tell."""

from __future__ import annotations

from playwright.sync_api import Page

from book.order import ROOT
from tests.browser.visit import SCREEN, Visit

AXE = ROOT / "website/node_modules/axe-core/axe.min.js"
RULES = ("wcag2a", "wcag2aa", "wcag21aa")

#: Formulas and highlighted code are thousands of nodes of which the page decides the colours only: the first of each
#: look stays as it is, and so do those in places that scroll; the others, and those out of sight, become plain text.
#: test_formulas.py looks into formulas.
FLATTEN_REPEATED = """() => {
  const inherited = (own) => {
    const known = new Map([[null, '']]);
    const find = (element) => {
      if (!known.has(element)) known.set(element, own(element) || find(element.parentElement));
      return known.get(element);
    };
    return find;
  };
  const background = inherited((element) => {
    const { backgroundColor, backgroundImage } = getComputedStyle(element);
    const clear = /^rgba.*, 0\\)$/.test(backgroundColor) && backgroundImage === 'none';
    return clear ? '' : backgroundColor + backgroundImage;
  });
  const scrolling = inherited(
    (element) => element.scrollWidth > element.clientWidth && /auto|scroll/.test(getComputedStyle(element).overflowX)
  );
  const looks = new Set();
  const repeated = [...document.querySelectorAll('.katex, .highlight span')].filter((element) => {
    if (!element.getClientRects().length) return true;
    const { color, fontSize, fontWeight } = getComputedStyle(element);
    const look = [element.matches('.katex'), color, fontSize, fontWeight, background(element)].join();
    const known = looks.has(look);
    looks.add(look);
    return known && !scrolling(element.parentElement);
  });
  repeated.forEach((e) => (e.matches('.katex') ? (e.textContent = 'x') : e.replaceWith(e.textContent)));
}"""


def no_violations(visit: Visit) -> list[str]:
    """No rule is broken, with everything unfolded that one click unfolds. Leaves formulas and code as plain text."""
    visit.page.set_viewport_size(SCREEN)
    visit.page.evaluate("document.querySelectorAll('details').forEach((details) => (details.open = true))")
    visit.page.evaluate(FLATTEN_REPEATED)
    return violations(visit.page)


def violations(page: Page, part: str = "html", rules: tuple[str, ...] = RULES) -> list[str]:
    """What axe-core finds in a part of a page, colours at rest, each with the element it is about."""
    if not page.evaluate("'axe' in window"):
        page.add_style_tag(content="* { animation: none !important; transition: none !important }")
        page.add_script_tag(path=AXE)
    return page.evaluate(
        """async ([part, rules]) => {
          const { violations } = await axe.run(part, { runOnly: rules, resultTypes: ['violations'] });
          return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
        }""",
        [part, rules],
    )
