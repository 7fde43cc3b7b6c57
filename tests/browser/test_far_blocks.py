"""Blocks far from the reader are not laid out, which keeps a phone free; links lead to the right place all the same."""

from __future__ import annotations

from tests.browser.aspects.layout import PHONE
from tests.browser.visit import TWO_FRAMES

CHAPTER = "chapters/foundations/matrix_calculus.html"
FORMULA = ".bd-article section > .math"
#: A block that is left aside is there; what stands in it is not.
IS_DRAWN = "(block) => block.firstElementChild.checkVisibility({ contentVisibilityAuto: true })"
#: A wide formula far down, there before the page is laid out.
PLANT = """addEventListener('DOMContentLoaded', () => {
  const last = [...document.querySelectorAll('.bd-article section > p')].at(-1);
  last.insertAdjacentHTML('beforebegin', `<div class="math" id="formula">
    <span style="display: inline-block; width: 200rem; height: 1em"></span></div>`);
})"""


def test_a_page_that_is_finished_has_drawn_only_what_is_near(visit):
    page = visit(CHAPTER).page
    for far in (page.locator(FORMULA).nth(20), page.locator(FORMULA).last):
        assert not far.evaluate(IS_DRAWN)


def test_a_link_far_down_leads_to_its_place_and_draws_nothing_on_the_way(visit):
    page = visit(CHAPTER, width=PHONE["width"], height=PHONE["height"]).page
    page.evaluate("""() => {
      const target = [...document.querySelectorAll('.bd-article section > h2')].at(-2).parentElement;
      const link = Object.assign(document.createElement('a'), { href: `#${target.id}` });
      document.body.append(link);
      link.click();
    }""")
    place = "document.querySelector(':target > h2').getBoundingClientRect()"
    page.wait_for_function(f"{place}.top >= 0 && {place}.top < innerHeight / 3")
    for _ in range(10):
        page.evaluate(TWO_FRAMES)
    assert page.evaluate(f"{place}.top >= 0 && {place}.top < innerHeight / 3")
    assert not page.locator(FORMULA).nth(20).evaluate(IS_DRAWN)


def test_what_scrolls_far_down_is_a_stop_of_the_keyboard_once_it_is_near(visit):
    page = visit(CHAPTER, prepare=lambda page: page.add_init_script(PLANT)).page
    assert not page.locator("#formula").evaluate(IS_DRAWN)
    page.locator("#formula").evaluate("(formula) => formula.scrollIntoView({ behavior: 'instant' })")
    page.wait_for_selector("#formula[tabindex='0']")
