"""What is folded opens with a click, and for whoever follows a link into it."""

import pytest
from bs4 import BeautifulSoup

from tests.browser.aspects import CHAPTERS

INTO = {
    "a section that goes further": "details.eer-further :is(p, div.eer-equation, h3)",
    "a section below one": "details.eer-further section",
    "folded code": "details.eer-harness pre",
    "a solution": "div.solution section p",
}


FOLLOW = """() => {
  const link = Object.assign(document.createElement('a'), { href: '#here' });
  document.body.append(link);
  link.click();
}"""
IN_SIGHT = """(element) => {
  const { top, bottom } = element.getBoundingClientRect();
  return top < innerHeight && bottom > 0;
}"""


@pytest.fixture(scope="module")
def chapter(site):
    """A chapter that has a section off the core path, with one below it."""
    for page in CHAPTERS:
        text = (site / page).read_text("utf-8")
        if "eer-further" in text and BeautifulSoup(text, "html.parser").select("details.eer-further section"):
            return page
    raise AssertionError("no chapter has a section that goes further, with one below it")


@pytest.mark.parametrize("kind", INTO)
def test_a_link_into_a_fold_opens_it(visit, chapter, kind):
    page = visit(chapter).page
    target = page.locator(INTO[kind]).first
    assert not target.is_visible()
    target.evaluate("(element) => (element.id = 'here')")
    for _ in range(2):  # the second time the address is the same
        page.evaluate(FOLLOW)
        page.wait_for_function("document.getElementById('here').checkVisibility({ visibilityProperty: true })")
        page.wait_for_function(IN_SIGHT, arg=target.element_handle())
        target.evaluate("(e) => e.closest('details, .solution').querySelector('summary, .toggle-button').click()")
        page.wait_for_function("!document.getElementById('here').checkVisibility({ visibilityProperty: true })")
