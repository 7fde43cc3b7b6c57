"""Blocks far from the reader are not laid out, which keeps a phone free; links lead to the right place all the same."""

from __future__ import annotations

from tests.browser.aspects.layout import PHONE

CHAPTER = "chapters/foundations/matrix_calculus.html"
FORMULA = ".bd-article section > .math"
#: A block that is left aside is there; what stands in it is not.
IS_DRAWN = "(block) => block.firstElementChild.checkVisibility({ contentVisibilityAuto: true })"
#: Whether the heading of the place of the address comes to stand near the top, and then stands there for 30 frames.
STAYS = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  for (let [tries, still] = [0, 0]; tries < 1200; tries++) {
    await frame();
    const top = document.querySelector(':target > h2')?.getBoundingClientRect().top ?? -1;
    still = top >= 0 && top < innerHeight / 3 ? still + 1 : 0;
    if (still === 30) return true;
  }
  return false;
}"""
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
    assert page.evaluate(STAYS), "the heading is not at the top of the screen, or does not stay there"
    assert not page.locator(FORMULA).nth(20).evaluate(IS_DRAWN)


def test_what_scrolls_far_down_is_a_stop_of_the_keyboard_once_it_is_near(visit):
    page = visit(CHAPTER, prepare=lambda page: page.add_init_script(PLANT)).page
    assert not page.locator("#formula").evaluate(IS_DRAWN)
    page.locator("#formula").evaluate("(formula) => formula.scrollIntoView({ behavior: 'instant' })")
    page.wait_for_selector("#formula[tabindex='0']")
