"""What a reader does with the pages: choose how much code they show, go on where they left off, look at a drawing."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import expect

from tests.browser.aspects import CHAPTERS
from tests.browser.aspects.accessibility import no_violations
from tests.browser.aspects.layout import PHONE
from tests.browser.gestures import heard
from tests.browser.visit import TWO_FRAMES, opening

CHAPTER = "chapters/practice/git.html"  # a light one
FOLD, CODE = "details.eer-harness", ".bd-article .cell_input"
#: Whether a frame was painted in which some fold was still closed, or a choice was made after it.
WATCH_FRAMES = """() => {
  window.closedFrames = 0;
  window.frames_ = 0;
  const look = () => {
    window.frames_ += 1;
    if (document.querySelector('details.eer-harness:not([open])')) window.closedFrames += 1;
    if (!('finished' in document.documentElement.dataset)) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
REMEMBERED = "JSON.parse(localStorage.getItem('eer-reading'))"


def open_menu(page):
    """The menu of reading, opened by keyboard."""
    page.locator("#eer-reading").evaluate("button => button.focus({ preventScroll: true })")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.matches('.eer-menu :checked')")
    return page.locator(".eer-menu")


def settle(page):
    page.evaluate(TWO_FRAMES)
    page.evaluate(TWO_FRAMES)


# --- the choice of code ----------------------------------------------------------------------------------------------


def test_code_is_shown_folded_or_hidden_on_every_page_from_its_first_frame(visit):
    found = visit(CHAPTER, prepare=lambda page: page.add_init_script(f"({WATCH_FRAMES})()"))
    page, folds = found.page, found.page.locator(FOLD)
    closed = page.locator(f"{FOLD}:not([open])")
    heading = page.locator(".bd-article h2").nth(3)
    heading.evaluate("heading => heading.scrollIntoView({ behavior: 'instant', block: 'start' })")
    settle(page)
    place = heading.bounding_box()["y"]
    assert folds.count() > 5
    assert closed.count() == folds.count()

    menu = open_menu(page)
    assert abs(heading.bounding_box()["y"] - place) < 2
    assert menu.get_by_label("folded, except").is_checked()
    page.keyboard.press("ArrowUp")  # to the choice above it
    assert closed.count() == 0
    assert abs(heading.bounding_box()["y"] - place) < 2
    page.emulate_media(media="print")
    assert not folds.first.locator("pre").first.is_visible(), "what is printed depends on what was chosen"
    page.emulate_media(media="screen")

    page.reload()
    page.wait_for_selector("html[data-finished]", state="attached")
    assert closed.count() == 0
    page.wait_for_function("window.frames_ > 0")
    assert page.evaluate("window.closedFrames") == 0

    open_menu(page).get_by_label("hidden").check()
    page.keyboard.press("Escape")
    assert page.locator(CODE).count() > folds.count()
    assert not any(part.is_visible() for part in (*page.locator(CODE).all(), *folds.all()))
    page.emulate_media(media="print")
    assert page.locator(f"{CODE}:not({FOLD} *)").first.is_visible()
    page.emulate_media(media="screen")

    # a link into code that is hidden shows it, here and now
    folds.first.evaluate("fold => (fold.querySelector('pre').id = 'here')")
    page.evaluate("location.hash = 'here'")
    page.wait_for_function("document.getElementById('here').checkVisibility({ visibilityProperty: true })")
    assert page.evaluate(REMEMBERED)["code"] == "hidden"
    open_menu(page)
    assert no_violations(found) == []


# --- progress --------------------------------------------------------------------------------------------------------


def test_a_chapter_is_read_when_all_of_it_was_on_the_screen_and_the_front_page_leads_on(visit):
    found = visit(CHAPTER)
    page = found.page
    tick = page.locator(".bd-docs-nav a.eer-read")
    page.keyboard.press("Shift")  # a hand at the keyboard
    way, headings = page.locator(".eer-way"), page.locator(".bd-article > section > section > h2")
    to = "element => element.scrollIntoView({ behavior: 'instant', block: 'start' })"

    way.evaluate(to)
    settle(page)
    assert tick.count() == 0, "who jumps to the end has not read the chapter"
    headings.nth(2).evaluate(to)
    section = headings.nth(2).evaluate(
        "h => [...h.childNodes].filter((n) => n.nodeType === 3).map((n) => n.textContent).join('').trim()"
    )
    page.wait_for_function(f"(section) => {REMEMBERED}?.place?.section === section", arg=section)

    page.goto(f"{found.address}/index.html")
    link = page.locator(".eer-continue a")
    link.wait_for()
    assert link.inner_text() == f"Git › {section}"
    link.click()
    page.wait_for_url(re.compile(re.escape(CHAPTER) + "#."))
    page.wait_for_selector("html[data-finished]", state="attached")
    page.wait_for_function(
        "h => { const { top } = h.getBoundingClientRect(); return top > -5 && top < innerHeight; }",
        arg=headings.nth(2).element_handle(),
    )

    page.keyboard.press("Shift")
    for heading in headings.all():
        heading.evaluate(to)
        settle(page)
    way.evaluate(to)
    page.wait_for_function(f"{REMEMBERED}.read.length === 1 && !{REMEMBERED}.place.section")
    assert tick.all_inner_texts() == [page.locator(".bd-docs-nav li.current.active a.current").last.inner_text()]
    assert "read" in tick.evaluate("link => getComputedStyle(link, '::after').content")

    following = page.locator("link[rel=next]")
    file, title = following.get_attribute("href"), re.sub(r"^[\d.]+ ", "", following.get_attribute("title"))

    page.goto(f"{found.address}/map.html")
    assert page.locator(".eer-map a.eer-read").get_attribute("aria-label") == "Git, read"
    page.goto(f"{found.address}/index.html")
    assert page.locator(".eer-continue a").get_attribute("href").endswith(f"/{file}")
    assert page.locator(".eer-continue").inner_text() == f"Continue: {title}"

    menu = open_menu(page)
    assert menu.get_by_role("status").inner_text() == f"1 of {len(CHAPTERS)} chapters read"
    assert "Nothing of it leaves your device" in menu.inner_text()
    forget = menu.locator("button")
    forget.click()
    assert page.evaluate(REMEMBERED)["read"], "forgotten at the first click"
    forget.click()
    assert page.evaluate(REMEMBERED) is None
    assert tick.count() == page.locator(".eer-continue a").count() == 0
    assert menu.get_by_role("status").inner_text().startswith("0 of ")
    assert found.complaints == []


def test_what_is_remembered_may_be_spoilt_or_refused(visit):
    spoil = """(() => {
      const { getItem, setItem } = Storage.prototype;
      Storage.prototype.getItem = function (key) { return key === 'eer-reading' ? '{no' : getItem.call(this, key); };
      Storage.prototype.setItem = function (key, value) {
        if (key === 'eer-reading') throw new DOMException('full', 'QuotaExceededError');
        setItem.call(this, key, value);
      };
    })()"""
    found = visit("index.html", prepare=lambda page: page.add_init_script(spoil))
    open_menu(found.page).get_by_label("hidden").check()
    assert found.page.evaluate("document.documentElement.dataset.code") == "hidden"
    assert found.complaints == []


# --- the contents beside the page ------------------------------------------------------------------------------------

#: The entry that is marked, the section that crosses a line at three tenths of the window, whether the entry is seen.
MARKED = """() => {
  const nav = document.getElementById('eer-contents') ?? document.querySelector('.bd-sidebar-secondary nav');
  const entries = [...nav.querySelectorAll("a[href^='#']")];
  const line = 0.3 * innerHeight;
  const tops = entries.map((a) => [a, document.getElementById(decodeURIComponent(a.hash.slice(1)))])
    .filter(([, section]) => !section.querySelector(':is(h1, h2, h3, h4)').closest('details:not([open])'))
    .filter(([, section]) => section.getBoundingClientRect().top <= line)
    .filter(([, section]) => section.getBoundingClientRect().bottom > line);
  const marked = entries.filter((a) => a.getAttribute('aria-current') === 'true');
  const box = nav.closest('.bd-sidebar-secondary').getBoundingClientRect();
  const within = ({ top, bottom }) => top >= box.top - 1 && bottom <= box.bottom + 1;
  const seen = marked.every((a) => within(a.getBoundingClientRect()));
  return [marked.map((a) => a.hash), tops.slice(-1).map(([a]) => a.hash), seen];
}"""


def test_the_contents_mark_the_section_that_is_read_and_show_the_mark(visit):
    page = visit(CHAPTER, width=1440, height=420).page
    height = page.evaluate("document.documentElement.scrollHeight - 2 * innerHeight")
    wrong, places = [], 0
    for place in range(700, int(height), 500):
        page.evaluate(f"scrollTo({{ top: {place}, behavior: 'instant' }})")
        settle(page)
        marked, right, seen = page.evaluate(MARKED)
        places += bool(right)  # the line may lie in the margin between two sections, in neither of them
        if (right and marked != right) or not seen:
            wrong.append((place, marked, right, seen))
    assert places > 8
    assert wrong == []
    last = page.locator("#eer-contents > ul > li > a").last
    last.evaluate("link => link.click()")
    page.wait_for_function("link => link.getAttribute('aria-current') === 'true'", arg=last.element_handle())


#: The first closed fold shortly before a section that the contents name, and the section.
FOLD_BEFORE_A_SECTION = """() => {
  const top = (element) => element.getBoundingClientRect().top;
  for (const { hash } of document.querySelectorAll('#eer-contents > ul > li > a')) {
    const section = document.getElementById(decodeURIComponent(hash.slice(1)));
    const fold = [...document.querySelectorAll('.bd-article details:not([open])')]
      .findLast((fold) => top(fold) < top(section) && top(section) < top(fold) + 200);
    if (fold) return [fold, section];
  }
}"""


def test_the_contents_follow_what_a_fold_moves(visit):
    page = visit(CHAPTER, width=1440, height=900).page
    page.evaluate(f"[window.fold, window.section] = ({FOLD_BEFORE_A_SECTION})()")
    page.evaluate("scrollBy({ top: section.getBoundingClientRect().top - 0.3 * innerHeight + 5, behavior: 'instant' })")
    settle(page)
    marked = "document.querySelector('#eer-contents a[aria-current=true]')?.hash"
    page.wait_for_function(f"{marked} === '#' + section.id")
    page.evaluate("fold.open = true")
    page.wait_for_function(f"section.getBoundingClientRect().top > 0.3 * innerHeight && {marked} !== '#' + section.id")
    page.evaluate("fold.open = false")
    page.wait_for_function(f"section.getBoundingClientRect().top < 0.3 * innerHeight && {marked} === '#' + section.id")


def test_a_drawer_closes_when_something_was_chosen(visit):
    page = visit(CHAPTER, **PHONE, has_touch=True).page
    button, drawer = page.locator(".secondary-toggle:visible"), page.locator("#pst-secondary-sidebar-modal")
    button.focus()
    page.keyboard.press("Enter")
    drawer.wait_for(state="visible")
    page.keyboard.press("Escape")
    drawer.wait_for(state="hidden")
    expect(button).to_be_focused()  # a drawer is told later that it has closed
    button.tap()
    entry = drawer.locator("a[href^='#']:visible").nth(2)
    target = entry.get_attribute("href")
    entry.tap()
    drawer.wait_for(state="hidden")
    page.wait_for_function(
        "id => { const t = document.querySelector(id).getBoundingClientRect().top; return t > -9 && t < 300; }",
        arg=target,
    )


# --- figures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_drawing_opens_large_on_a_phone_and_by_keyboard(visit, scheme):
    found = visit(CHAPTER, **PHONE, has_touch=True, scheme=scheme)
    page = found.page
    figures = page.locator("figure.eer-figure:has(figcaption)")
    widths = figures.evaluate_all("all => all.map((f) => Number(f.querySelector('img').getAttribute('width')))")
    figure = figures.nth(widths.index(max(widths)))
    image = figure.locator(f"img.only-{scheme}").first
    assert max(widths) > PHONE["width"]
    assert not any("zoom" in url for url in found.requested), "loaded before it is asked for"
    image.scroll_into_view_if_needed()
    image.tap()
    dialog = page.locator("dialog.eer-zoom")
    dialog.wait_for(state="visible")
    large, view = dialog.locator(f"img.only-{scheme}"), dialog.locator(".eer-zoom-view")
    assert large.is_visible()
    assert dialog.locator("img:visible").count() == 1
    assert large.bounding_box()["width"] >= max(widths) - 1
    assert dialog.locator(".eer-zoom-caption").inner_text() == figure.locator("figcaption").inner_text()
    assert large.get_attribute("alt") == image.get_attribute("alt")
    place = view.evaluate("view => view.scrollLeft")
    page.keyboard.press("ArrowRight")  # the view has the focus
    page.wait_for_function("([view, place]) => view.scrollLeft > place", arg=[view.element_handle(), place])
    before = large.bounding_box()["width"]
    page.keyboard.press("+")
    assert large.bounding_box()["width"] == pytest.approx(1.25 * before, abs=1)
    with heard(page, "click"):
        dialog.get_by_role("button", name="Smaller").tap()
    assert large.bounding_box()["width"] == pytest.approx(before, abs=1)
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")

    button = figure.get_by_role("button", name="Enlarge the figure").first
    button.focus()
    page.keyboard.press("Enter")
    dialog.wait_for(state="visible")
    dialog.get_by_role("button", name="Close").click()
    dialog.wait_for(state="hidden")
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    dialog.wait_for(state="visible")
    assert no_violations(found) == []
    assert found.complaints == []


# --- names, focus, hints, rhythm -------------------------------------------------------------------------------------

PLANT = """addEventListener('DOMContentLoaded', () => {
  document.querySelector('article.bd-article section > p').insertAdjacentHTML('afterend',
    `<div class="math" id="wide"><span style="display: inline-block; width: 90rem; height: 2rem"></span></div>
     <div class="math" id="narrow"><span style="display: inline-block; width: 9rem; height: 2rem"></span></div>`);
});"""
FADES = "id => getComputedStyle(document.getElementById(id)).maskImage !== 'none'"


def test_what_goes_on_beyond_its_edge_says_so_until_its_end_is_seen(visit):
    page = visit(CHAPTER, **PHONE, prepare=lambda page: page.add_init_script(PLANT)).page
    page.locator("#wide").scroll_into_view_if_needed()
    page.wait_for_function(f"({FADES})('wide')")
    assert not page.evaluate(FADES, "narrow")
    page.evaluate("document.getElementById('wide').scrollLeft = 9999")
    page.wait_for_function(f"!({FADES})('wide')")


def test_focus_is_seen_and_buttons_are_called_what_they_are(visit):
    page = visit(CHAPTER).page
    buttons = page.locator(".bd-header-article .btn:visible")
    assert buttons.count() > 3
    page.keyboard.press("Tab")  # from here on the focus is the keyboard's
    for button in [*buttons.all(), page.locator(f"{FOLD} > summary").first]:
        button.focus()
        style, width = button.evaluate(
            "b => [getComputedStyle(b).outlineStyle, parseFloat(getComputedStyle(b).outlineWidth)]"
        )
        assert (style, width >= 2) == ("solid", True), button.get_attribute("aria-label")
    folds = page.locator("div.solution")
    names = [fold.locator(".toggle-button").first.get_attribute("aria-label") for fold in folds.all()]
    titles = [" ".join(fold.locator(".admonition-title").first.text_content().split()) for fold in folds.all()]
    assert names == titles
    assert all(title.startswith("Solution to") for title in titles)
    theme = page.locator(".theme-switch-button:visible")
    theme.focus()
    page.keyboard.press("Enter")
    assert theme.evaluate("button => button === document.activeElement"), "the button lost the focus"


#: Letters in each full line of plain paragraphs: the last of a paragraph is not full.
LINES = """() => [...document.querySelectorAll('.bd-article section section > p')].flatMap((p) => {
  const text = p.firstChild;
  if (p.childNodes.length !== 1 || text.nodeType !== 3 || !p.checkVisibility()) return [];
  const lines = [];
  const range = document.createRange();
  for (let i = 0; i < text.length; i += 1) {
    range.setStart(text, i);
    range.setEnd(text, i + 1);
    const { top } = range.getBoundingClientRect();
    if (!lines.length || Math.abs(lines.at(-1).top - top) > 5) lines.push({ top, letters: 0 });
    lines.at(-1).letters += 1;
  }
  return lines.slice(0, -1).map(({ letters }) => letters);
})"""


def test_lines_and_headings_are_easy_to_read(visit):
    page = visit(CHAPTER, width=1440).page
    lines = sorted(page.evaluate(LINES))
    assert len(lines) > 5
    assert 65 <= lines[len(lines) // 2] <= 78, lines
    weight = "h => [Number(getComputedStyle(h).fontWeight), parseFloat(getComputedStyle(h).fontSize)]"
    (bold2, size2), (bold3, size3) = (page.locator(f".bd-article {h}").first.evaluate(weight) for h in ("h2", "h3"))
    assert bold3 <= bold2
    assert size3 < size2
    # a large letter of the reader's choice cuts no word of the title
    page.locator(".bd-article h1").evaluate("title => (title.textContent = 'Backpropagation')")
    page.set_viewport_size(PHONE)
    page.add_style_tag(content="html { font-size: 32px }")
    page.wait_for_function("width => innerWidth === width", arg=PHONE["width"])
    assert page.evaluate(
        "(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth)(document.querySelector('.bd-article h1'))"
    )


def test_the_front_page_has_a_start_and_its_cards_stand_below_its_text(visit):
    page = visit("index.html", width=1440).page
    start = page.locator(".eer-start a").first
    assert start.get_attribute("href") == CHAPTERS[0]
    text, *cards = (
        page.locator(selector).first.bounding_box()["x"]
        for selector in (".eer-hero p", ".eer-numbers .sd-card", ".sd-card")
    )
    assert cards == pytest.approx([text] * len(cards), abs=1)


def test_without_javascript_a_phone_shows_the_list_of_pages_and_no_dead_button(browser, address):
    with opening(browser, viewport=PHONE, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{address}/{CHAPTER}")
        assert page.locator(".bd-docs-nav a[href$='index.html']").first.is_visible()
        assert not any(b.is_visible() for b in page.locator(".bd-header-article :is(button, a)").all())
        # what a chapter needs and leads to: each link as high as a finger needs, as Lighthouse asks for
        page.goto(f"{address}/chapters/classical/pca.html")
        heights = page.eval_on_selector_all(
            ".eer-way a", "(links) => links.map((a) => a.getBoundingClientRect().height)"
        )
        assert len(heights) > 2
        assert min(heights) >= 24


def test_no_part_is_named_twice_in_the_list_of_pages(site):
    nav = BeautifulSoup((site / "index.html").read_text("utf-8"), "html.parser").select_one(".bd-docs-nav")
    for caption in nav.select(".caption-text"):
        first = caption.find_next("a").get_text(strip=True)
        assert re.sub(r"^\d+\. ", "", first) != caption.get_text(strip=True)
    assert nav.select(".caption-text"), "no part has a name"


def test_sources_have_no_numbers_that_nothing_cites(site):
    page = BeautifulSoup((site / "bibliography.html").read_text("utf-8"), "html.parser")
    assert len(page.select("div.citation")) > 100
    assert page.select("div.citation .label") == []


def test_the_ways_to_the_chapters_beside_fit_a_phone(visit):
    """A title with a long word does not push its arrow out of sight."""
    page = visit("chapters/classical/knn.html", width=PHONE["width"], height=PHONE["height"]).page
    ways = page.locator(".prev-next-area a")
    assert ways.count() == 2
    assert ways.evaluate_all("(ways) => ways.map((way) => way.scrollWidth <= way.clientWidth)") == [True, True]
