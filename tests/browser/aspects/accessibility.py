"""Rules of WCAG 2.1, levels A and AA, as far as axe-core can tell."""

from __future__ import annotations

from playwright.sync_api import Page

from book.order import ROOT
from tests.browser.visit import AT_ONCE, SCREEN, UNFOLD, Visit, resize

AXE = ROOT / "website/node_modules/axe-core/axe.min.js"
RULES = ("wcag2a", "wcag2aa", "wcag21aa")
#: Those of them that may be kept in light and broken in dark, where colours and pictures are others, and nothing else.
OF_DARK = ("color-contrast", "link-in-text-block", "image-alt", "role-img-alt", "svg-img-alt")

#: What looks alike is looked at once. Formulas and highlighted code are thousands of nodes of which the page decides
#: the colours only: the first of each look stays as it is, and so do those in places that scroll; the others, and those
#: out of sight, become plain text. test_formulas.py looks into formulas. Then the first text of each look in each layer
#: of the page is marked, and every control: contrast, which takes axe-core longest, depends on nothing else.
MARK_LOOKS = """() => {
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
  let layers = 0; // what is laid over the page may have another background than what it stands in
  const layer = inherited((e) => (['static', 'relative'].includes(getComputedStyle(e).position) ? '' : `${++layers}`));
  const fading = inherited((element) => {
    const { opacity, filter } = getComputedStyle(element);
    return opacity < 1 || filter !== 'none' ? opacity + filter : '';
  });
  const firsts = () => {
    const looks = new Set();
    return (element, kind) => {
      const { color, fontSize, fontWeight, textShadow } = getComputedStyle(element);
      const look = [kind, color, fontSize, fontWeight, textShadow, background(element), fading(element)].join();
      const known = looks.has(look);
      looks.add(look);
      return !known;
    };
  };

  let isFirst = firsts();
  const repeated = [...document.querySelectorAll('.katex, .highlight span')].filter((element) => {
    if (!element.getClientRects().length) return true;
    return !isFirst(element, element.matches('.katex')) && !scrolling(element.parentElement);
  });
  repeated.forEach((e) => (e.matches('.katex') ? (e.textContent = 'x') : e.replaceWith(e.textContent)));

  isFirst = firsts();
  const says = (e) => [...e.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  for (const element of document.querySelectorAll('body *')) {
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const control = element.matches('input, select, textarea, button');
    if (control || (says(element) && isFirst(element, layer(element)))) element.dataset.newLook = '';
  }
}"""


def no_violations(visit: Visit) -> list[str]:
    """No rule is broken, with everything unfolded that one click unfolds. Leaves formulas and code as plain text.

    In dark, only rules are asked whose answer depends on it.
    """
    visit.page.add_style_tag(content=AT_ONCE)  # what slides in or out on the way to another width is not marked
    resize(visit.page, **SCREEN)
    visit.page.mouse.move(0, 0)  # away from whatever link it was left on
    visit.page.evaluate(UNFOLD)
    visit.page.evaluate(MARK_LOOKS)
    rules = OF_DARK if visit.scheme == "dark" else RULES
    return violations(visit.page, rules=rules, texts="[data-new-look]")


def violations(page: Page, part: str = "html", rules: tuple[str, ...] = RULES, texts: str = "*") -> list[str]:
    """What axe-core finds in a part of a page, colours at rest, each with the element it is about.

    Of contrast, only elements that match the selector `texts` are asked.
    """
    if not page.evaluate("'axe' in window"):
        page.add_style_tag(content=AT_ONCE)
        page.add_script_tag(path=AXE)
    return page.evaluate(
        """async ([part, rules, texts]) => {
          axe.configure({ rules: [{ id: 'color-contrast', selector: texts }] });
          const { violations } = await axe.run(part, { runOnly: rules, resultTypes: ['violations'] });
          return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
        }""",
        [part, rules, texts],
    )
