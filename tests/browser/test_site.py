"""What is asked of single pages: the theme's button, the numbers of the front page."""

from __future__ import annotations

from tests.browser.aspects import CHAPTERS


def test_theme_button_changes_the_page(visit):
    page = visit("index.html").page
    look = "[document.documentElement.dataset.theme, getComputedStyle(document.body).backgroundColor]"
    seen = {tuple(page.evaluate(look))}
    for _ in range(3):
        page.locator("button.theme-switch-button:visible").first.click()
        seen.add(tuple(page.evaluate(look)))
    assert {theme for theme, _ in seen} >= {"light", "dark"}
    assert len({colour for _, colour in seen}) == 2


def test_front_page_numbers_are_counted(visit):
    page = visit("index.html").page
    numbers = [int(text.replace(",", "")) for text in page.locator(".eer-live").all_inner_texts()]
    assert len(numbers) == 5
    assert len(CHAPTERS) in numbers
    assert all(number > 0 for number in numbers)


def test_some_chapter_has_a_slider(site):
    """So that the aspect of sliders is tried."""
    assert any('class="eer-frames"' in (site / path).read_text("utf-8") for path in CHAPTERS)


def test_menu_of_downloads_opens_and_closes_by_keys_and_clicks(visit):
    page = visit(CHAPTERS[0]).page
    button = page.locator("[data-bs-toggle='dropdown']:visible").first
    entry = page.locator(".dropdown-menu .dropdown-item").first
    button.focus()
    for close in (lambda: page.keyboard.press("Escape"), lambda: page.locator(".bd-article h1").click()):
        page.keyboard.press("Enter")
        entry.wait_for(state="visible")
        assert button.get_attribute("aria-expanded") == "true"
        close()
        entry.wait_for(state="hidden")
        button.focus()
    button.click()
    entry.wait_for(state="visible")


def test_buttons_say_their_names_when_they_are_pointed_at(visit):
    page = visit(CHAPTERS[0]).page
    button = page.locator("button.theme-switch-button:visible").first
    for point in (button.hover, button.focus):
        page.mouse.move(640, 600)
        page.locator(".tooltip").wait_for(state="detached")
        point()
        page.locator(".tooltip").wait_for()
        assert "olor mode" in page.locator(".tooltip").inner_text()


def test_the_way_back_to_the_top_shows_while_scrolling_up(visit):
    page = visit(CHAPTERS[0], hurry=True).page  # blocks that are drawn on the way would scroll the page, too
    button = page.locator("#pst-back-to-top")
    assert not button.is_visible()
    for place in (3000, 2500):
        page.evaluate(f"scrollTo({{top: {place}, behavior: 'instant'}})")
        page.wait_for_function(
            f"document.querySelector('#pst-back-to-top').style.display === '{'block' if place < 3000 else 'none'}'"
        )
    button.evaluate("button => button.click()")  # it hides again when the page below it moves
    page.wait_for_function("scrollY === 0")


def test_a_dark_page_is_printed_in_light_colours(visit):
    page = visit(CHAPTERS[0], scheme="dark").page
    look = "[document.documentElement.dataset.theme, getComputedStyle(document.body).backgroundColor]"
    drawing = page.locator("figure.eer-figure img.only-light").first
    dark = page.evaluate(look)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(look) == ["light", "rgb(255, 255, 255)"] != dark
    page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=drawing.element_handle())
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(look) == dark
