"""What is wider than its place scrolls, and a keyboard gets there: at every width of the page, in every fold."""

from __future__ import annotations

import pytest

from tests.browser.aspects.layout import PHONE

CHAPTER = "chapters/foundations/matrix_calculus.html"
#: A folded solution with a formula of a given width, there before the page is laid out.
PLANT = """addEventListener('DOMContentLoaded', () => {
  const fold = Object.assign(document.createElement('details'), { id: 'fold' });
  fold.innerHTML = `<summary>Solution</summary><div class="math" id="formula">
    <span style="display: inline-block; width: %s; height: 1em"></span></div>`;
  document.querySelector('article.bd-article section').append(fold);
});"""


@pytest.fixture
def planted(visit):
    """planted(width): a chapter with a formula of that width in a fold."""
    return lambda width: visit(CHAPTER, prepare=lambda page: page.add_init_script(PLANT % width)).page


def test_a_wide_formula_in_a_fold_is_reached_by_keyboard_once_it_is_open(planted):
    page = planted("200rem")
    page.locator("#fold summary").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#formula[tabindex]")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "formula"
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.activeElement.scrollLeft > 0")


def test_a_formula_is_a_stop_of_the_keyboard_only_while_it_is_wider_than_its_place(planted):
    page = planted("30rem")
    page.locator("#fold summary").click()
    formula = page.locator("#formula").element_handle()
    wide = page.viewport_size
    for size, stop in ((wide, None), (PHONE, "0"), (wide, None)):
        page.set_viewport_size(size)
        page.wait_for_function("width => innerWidth === width", arg=size["width"])
        page.wait_for_function("([place, stop]) => place.getAttribute('tabindex') === stop", arg=[formula, stop])


def test_a_wide_output_of_a_cell_is_a_stop_of_the_keyboard(visit):
    plant = """addEventListener('DOMContentLoaded', () => {
      const title = document.querySelector('article.bd-article h1');
      title.insertAdjacentHTML('afterend', `<div class="cell_output"><div class="output" id="wide">
        <span style="display: inline-block; width: 200rem; height: 1em"></span></div></div>`);
    });"""
    page = visit(CHAPTER, prepare=lambda page: page.add_init_script(plant)).page
    page.wait_for_selector("#wide[tabindex='0']")
