"""Cards show what a link leads to: by mouse, by keyboard and by finger."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.aspects import SCHEMES
from tests.browser.aspects.accessibility import violations
from tests.browser.gestures import bring_to_rest
from tests.browser.visit import opening, visiting

PAGE = "chapters/classical/pca.html"
CARD = "#eer-card:popover-open"
TEXT = ".bd-article :is(p, li) a.reference.internal"

#: Of each kind one link, and what its card says: its head, then what stands below.
KINDS = {
    "an equation of this page": (
        f"{TEXT}[href^='#equation-']",
        r"^Equation \(2\.7\.\d+\)$",
        r"✓.*=.* (largest relative error|formula evaluated)",
    ),
    "a check's equation": ("a.eer-eq", r"^Equation \(2\.7\.1\)$", r"largest relative error .*tolerance"),
    "a tick": ("a.eer-checked", r"^Check$", r"^✓+ Printed formula evaluated on this page"),
    "a theorem": (".bd-article a.reference.internal[href^='#thm-']", r"^Theorem 2\.7\.\d", r"\w"),
    "a theorem elsewhere": (
        ".bd-article a[href*='rayleigh_quotient.html#thm-']",
        r"^Theorem 1\.8\.\d.* Rayleigh",
        r"\w",
    ),
    "an exercise": (".bd-article a.reference.internal[href^='#ex-']", r"^Exercise 2\.7\.\d", r"\w"),
    "a term": (f"{TEXT}[href$='glossary.html#term-gradient']", r"^gradient$", r"\w{3,}"),
    "a source": (".bd-article a[href*='#cite-pearson1901']", r"^Pearson, 1901$", r"^Karl Pearson\. On lines .*, 1901"),
}
#: A moment longer than a card waits before it goes: timers of a page run in their order, however slow the machine.
LATER = "new Promise((done) => setTimeout(done, 400))"


@pytest.fixture(scope="module")
def page(browser, address):
    """The chapter with its folds open, as its tests leave it: without a card."""
    with visiting(browser, address, PAGE) as visit:
        visit.page.evaluate("document.querySelectorAll('details').forEach((details) => (details.open = true))")
        visit.page.evaluate("document.querySelectorAll('.toggle-hidden .toggle-button').forEach((b) => b.click())")
        visit.page.visit = visit
        yield visit.page


@pytest.fixture
def rested(page):
    """Nothing is pointed at, nothing has the focus, no card is open or on its way, nor is the page on its way."""
    page.keyboard.press("Escape")
    page.mouse.move(1, 1)
    page.evaluate("document.activeElement.blur()")
    page.wait_for_selector(CARD, state="hidden")
    return page


def link(page, kind):
    return page.locator(KINDS[kind][0]).locator("visible=true").first


def point_at(page, kind):
    """A link that moves away below the pointer has no card."""
    target = link(page, kind)
    bring_to_rest(target)
    target.hover()
    return target


def tap(page, target):
    """Tap a link; the card is its own when it has come, and not one that was open before."""
    bring_to_rest(target)
    target.tap()
    page.wait_for_function(
        "([card, link]) => document.querySelector(`${card} .eer-card-ways a`)?.href === link.href",
        arg=[CARD, target.element_handle()],
    )
    return page.locator(CARD)


def shown(page):
    """The card, when it has come."""
    page.wait_for_selector(CARD)
    return page.locator(CARD)


def in_sight(page) -> bool:
    return page.evaluate(
        """() => {
          const { left, top, right, bottom } = document.querySelector('#eer-card').getBoundingClientRect();
          const { clientWidth, clientHeight } = document.documentElement;
          return left >= 0 && top >= 0 && right <= clientWidth && bottom <= clientHeight && right - left > 100;
        }"""
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_card_shows_what_a_link_leads_to(rested, kind):
    _, head, body = KINDS[kind]
    point_at(rested, kind)
    card = shown(rested)
    assert re.search(head, " ".join(card.locator(".eer-card-head").inner_text().split()))
    assert re.search(body, " ".join(card.locator(".eer-card-body").inner_text().split()))
    assert in_sight(rested)
    assert card.locator("[id], a, button, [tabindex]").count() == 0
    if "equation" in kind:
        assert card.locator(".katex-display .katex-html").count() == 1


def test_a_card_moves_nothing_and_describes_its_link(rested):
    target = link(rested, "a source")
    bring_to_rest(target)
    size = "[document.documentElement.scrollHeight, document.documentElement.scrollWidth, scrollY]"
    before = rested.evaluate(size)
    target.hover()
    card = shown(rested)
    assert rested.evaluate(size) == before
    assert card.get_attribute("role") == "tooltip"
    assert target.get_attribute("aria-describedby") == card.get_attribute("id")
    assert target.get_attribute("title") is None, "two descriptions at once"
    rested.mouse.move(1, 1)
    rested.wait_for_selector(CARD, state="hidden")
    assert target.get_attribute("aria-describedby") is None


def test_another_page_is_fetched_once(rested):
    requested = rested.visit.requested
    for kind in ("a source", "a term", "a source"):
        point_at(rested, kind)
        shown(rested)
        rested.mouse.move(1, 1)
        rested.wait_for_selector(CARD, state="hidden")
    assert sum("bibliography.html" in address for address in requested) == 1
    assert sum("scripts/cards.js" in address for address in requested) == 1


def test_a_card_stays_while_it_is_pointed_at_and_goes_with_escape(rested):
    target = point_at(rested, "a source")
    box = shown(rested).bounding_box()
    rested.mouse.move(box["x"] + 20, box["y"] + 20)
    rested.evaluate(LATER)
    assert rested.locator(CARD).count() == 1
    target.hover()
    rested.keyboard.press("Escape")
    rested.wait_for_selector(CARD, state="hidden")
    box = target.bounding_box()
    rested.mouse.move(box["x"] + 3, box["y"] + 3)
    rested.evaluate(LATER)
    assert rested.locator(CARD).count() == 0, "it is back without having been asked for again"
    rested.mouse.move(1, 1)
    target.hover()
    shown(rested)


def test_a_card_comes_with_the_focus_and_goes_with_escape(rested):
    target = link(rested, "an equation of this page")
    rested.keyboard.press("Tab")
    target.focus()
    card = shown(rested)
    assert target.get_attribute("aria-describedby") == card.get_attribute("id")
    rested.keyboard.press("Escape")
    rested.wait_for_selector(CARD, state="hidden")
    assert rested.evaluate("document.activeElement.getAttribute('href')").startswith("#equation-")
    rested.evaluate("document.activeElement.blur()")
    target.focus()
    shown(rested)
    rested.keyboard.press("Enter")
    rested.wait_for_selector(CARD, state="hidden")
    rested.wait_for_url("**#equation-*")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_cards_are_accessible(rested, scheme):
    rested.evaluate("(theme) => (document.documentElement.dataset.theme = theme)", scheme)
    point_at(rested, "an equation of this page")
    shown(rested)
    assert violations(rested, "#eer-card") == []


def test_a_tap_shows_a_card_with_a_way_on(visit):
    page = visit(PAGE, width=390, height=800, has_touch=True, is_mobile=True).page
    source, equation = link(page, "a source"), link(page, "an equation of this page")
    address = page.url
    for target in (equation, source):
        card = tap(page, target)
        assert card.get_attribute("role") == "dialog"
        assert card.evaluate("(card) => card.contains(document.activeElement)")
        assert in_sight(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.url == address
    assert violations(page, "#eer-card") == []
    card.get_by_role("button", name="Close").tap()
    page.wait_for_selector(CARD, state="hidden")
    expect(source).to_be_focused()
    tap(page, source)
    page.touchscreen.tap(5, 790)
    page.wait_for_selector(CARD, state="hidden")
    tap(page, equation).get_by_role("link", name="Go there").tap()
    page.wait_for_url("**#equation-*")
    page.wait_for_selector(CARD, state="hidden")
    tap(page, source)
    source.tap()  # once more follows the link
    page.wait_for_url("**/bibliography.html#cite-*")


def test_opened_from_disk_links_to_other_pages_stay_links(browser, site):
    with opening(browser, viewport={"width": 390, "height": 800}, has_touch=True) as context:
        page = context.new_page()
        complaints = []
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.goto((site / PAGE).as_uri())
        page.wait_for_selector("html[data-finished]", state="attached")
        tap(page, link(page, "an equation of this page"))
        page.keyboard.press("Escape")
        page.wait_for_selector(CARD, state="hidden")
        assert page.evaluate("document.activeElement.getAttribute('href')").startswith("#equation-")
        page.evaluate(LATER)
        assert page.locator(CARD).count() == 0, "it came back with the focus"
        link(page, "a source").tap()
        page.wait_for_url("**/bibliography.html#cite-*")
        assert complaints == []
