"""The search answers what students type, by keyboard and by touch, and weighs little."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.aspects.accessibility import violations
from tests.browser.search_queries import AFTERWARDS, ANSWERS, UNSEEN, answers
from tests.browser.visit import SCREEN, opening, resize, visiting

CHAPTER = "chapters/foundations/symmetric_matrices.html"
DIALOG = "dialog.eer-search"
FIELD = f"{DIALOG} input"
FOUND = f"{DIALOG} [role=option]"
#: Bytes over the wire from opening the search to its first result: scripts and index.
MOST_BYTES = 150_000


#: Nothing of the page behind has the focus; the browser's own buttons may.
INSIDE = f"document.activeElement === document.body || document.activeElement.closest('{DIALOG}') !== null"


class Search:
    """The dialog of a visited page."""

    def __init__(self, visit):
        self.visit, self.page = visit, visit.page

    def open(self):
        self.page.keyboard.press("Control+k")
        self.page.wait_for_selector(f"{DIALOG}[open]")
        return self

    def type(self, query: str):
        self.page.fill(FIELD, query)
        self.page.wait_for_function(
            "([at, query]) => document.querySelector(at).dataset.shows === query", arg=[DIALOG, query]
        )
        return self

    def ask(self, query: str) -> list[str]:
        """Where the results lead, relative to the site."""
        self.type(query)
        addresses = self.page.locator(FOUND).evaluate_all("all => all.map((option) => option.href)")
        return [address.removeprefix(f"{self.visit.address}/") for address in addresses]

    def active(self) -> str:
        """The text of the option that Enter chooses."""
        return self.page.evaluate(
            f"document.getElementById(document.querySelector('{FIELD}').getAttribute('aria-activedescendant'))?.innerText"
        )


@pytest.fixture(scope="module")
def chapter(browser, address):
    """One chapter for all tests that leave it as it was."""
    with visiting(browser, address, CHAPTER) as visit:
        yield Search(visit)


@pytest.fixture
def search(chapter):
    chapter.open()
    yield chapter
    if chapter.page.locator(f"{DIALOG}[open]").count():
        chapter.page.keyboard.press("Escape")


def test_a_page_loads_nothing_of_it_and_the_first_result_weighs_little(chapter):
    assert not any("/search/" in url or "searchindex" in url for url in chapter.visit.requested)
    before = chapter.visit.weight
    chapter.open().type("lasso")
    chapter.visit.settle()
    asked = [url.partition("?")[0] for url in chapter.visit.requested if "/search/" in url]
    assert sum(url.endswith(("search/search.js", "search/index.js")) for url in asked) == 2
    texts = chapter.page.evaluate(
        "performance.getEntriesByType('resource').filter(({ name }) => name.includes('/search/texts/'))"
        ".reduce((sum, { transferSize }) => sum + transferSize, 0)"
    )
    assert texts > 0
    first = chapter.visit.weight - before - texts
    assert 0 < first < MOST_BYTES, f"{first / 1000:.0f} kB before the first result"
    chapter.page.keyboard.press("Escape")


@pytest.mark.parametrize(("queries", "misses"), [(ANSWERS, 1), (AFTERWARDS, 2), (UNSEEN, 1)])
def test_what_students_type_is_answered(search, queries, misses):
    first = {query: (search.ask(query) or [""])[0] for query in queries}
    missed = {query: got for query, got in first.items() if not answers(got, queries[query])}
    assert len(missed) <= misses, missed


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("colour histogram", "color histograms"),
        ("mini-batch", "minibatch"),
        ("normalisation", "normalization"),
        ("K nearest neighbours", "k-NN"),
        ("support vector machines", "SVM"),
    ],
)
def test_several_ways_to_write_one_thing_find_the_same(search, one, other):
    assert search.ask(f"{one} ")[:1] == search.ask(f"{other} ")[:1] != []


def test_results_come_while_a_word_is_typed(search):
    for typed in ("eigenv", "eigenvalue", "saturat", "backprop"):
        assert search.ask(typed), typed
    assert answers(search.ask("princip")[0], "chapters/classical/pca.html")


def test_a_wrong_letter_is_forgiven(search):
    assert answers(search.ask("eigenvlaue")[0], CHAPTER) or "eigenvalue" in search.active().casefold()


def test_a_result_says_what_and_where_and_quotes_prose(search):
    search.ask("real eigenvalues")
    search.page.wait_for_function(f"document.querySelector('{FOUND} .eer-found-text').textContent.length > 20")
    option = search.page.locator(FOUND).first
    assert option.locator(".eer-found-where").inner_text().startswith("Foundations › Symmetric matrices")
    assert option.locator("mark").count()
    quoted = " ".join(search.page.locator(f"{FOUND} .eer-found-text").all_inner_texts())
    for no_prose in ("import ", "np.", "In this chapter you", "Contents", "\\", "$", "<"):
        assert no_prose not in quoted


def test_all_kinds_of_places_are_found(search):
    kinds = {
        "lloyd's method stops": "Statement",
        "confusion matrix": "Glossary",
        "exercise variance": "Exercise",
        "rayleigh quotient": "Page",
        "eigenvalues are real": "Section",
        "kmeans plusplus": "Equation",
    }
    for query, kind in kinds.items():
        search.ask(query)
        assert kind in search.page.locator(f"{FOUND} .eer-found-kind").all_inner_texts(), query


def test_arrows_choose_and_the_count_is_announced(search):
    search.ask("gradient")
    options = search.page.locator(FOUND)
    count = options.count()
    assert count > 2
    status = search.page.locator(f"{DIALOG} [role=status]").inner_text()
    assert str(count) in status
    assert "gradient" in status
    texts = options.evaluate_all("all => all.map((option) => option.innerText)")
    steps = [
        (None, 0),
        ("ArrowDown", 1),
        ("ArrowDown", 2),
        ("ArrowUp", 1),
        ("ArrowUp", 0),
        ("ArrowUp", count - 1),
        ("ArrowDown", 0),
    ]
    for key, expected in steps:
        if key:
            search.page.keyboard.press(key)
        selected = options.evaluate_all("all => all.map((option) => option.getAttribute('aria-selected'))")
        assert [i for i, value in enumerate(selected) if value == "true"] == [expected]
        assert search.active().split("\n")[0] == texts[expected].split("\n")[0]
    search.ask("qqqqzzzz")
    assert "Nothing" in search.page.locator(f"{DIALOG} [role=status]").inner_text()


def test_focus_stays_inside_and_returns(chapter):
    page = chapter.page
    button = page.locator(".search-button__button:visible").first
    for way in (
        lambda: page.keyboard.press("Enter"),
        lambda: page.keyboard.press("/"),
        lambda: page.keyboard.press("Control+k"),
    ):
        button.focus()
        way()
        page.wait_for_selector(f"{DIALOG}[open]")
        assert page.evaluate(f"document.activeElement === document.querySelector('{FIELD}')")
        for _ in range(5):
            page.keyboard.press("Tab")
            assert page.evaluate(INSIDE)
        page.locator(FIELD).focus()
        page.keyboard.press("Escape")
        page.wait_for_selector(f"{DIALOG}[open]", state="detached")
        expect(button).to_be_focused()


def test_a_slash_in_a_field_is_a_slash(search):
    search.page.fill(FIELD, "")
    search.page.locator(FIELD).press("/")
    assert search.page.input_value(FIELD) == "/"


def test_a_place_on_the_same_page_is_opened(search):
    (address, *_) = search.ask("eigenvalues are real")
    assert address.startswith(f"{CHAPTER}#")
    search.page.keyboard.press("Enter")
    search.page.wait_for_selector(f"{DIALOG}[open]", state="detached")
    anchor = address.partition("#")[2]
    search.page.wait_for_url(f"**/{address}")
    search.page.wait_for_function(
        "(id) => document.getElementById(id).getBoundingClientRect().top < innerHeight", arg=anchor
    )


def test_it_is_accessible_and_fits(search):
    page = search.page
    try:
        for width, theme in ((1440, "dark"), (390, "light")):  # colours depend on the theme alone
            resize(page, width, 844)
            page.evaluate("(theme) => (document.documentElement.dataset.theme = theme)", theme)
            assert search.ask("hinge loss")
            assert violations(page, DIALOG) == [], (width, theme)
            box, icon, field = (page.locator(at).bounding_box() for at in (DIALOG, f"{DIALOG} i", FIELD))
            assert icon["x"] + icon["width"] <= field["x"]
            assert box["width"] == width if width == 390 else box["width"] < width
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            assert page.locator(DIALOG).evaluate("(dialog) => dialog.scrollWidth <= dialog.clientWidth")
    finally:
        resize(page, **SCREEN)
        page.evaluate("document.documentElement.dataset.theme = 'light'")
    assert search.visit.complaints == []


def test_enter_leads_to_another_page_from_a_page_at_any_address(visit):
    search = Search(visit("404.html"))
    assert search.open().ask("what a tick means")[0] == "what_a_tick_means.html"
    search.page.keyboard.press("Enter")
    search.page.wait_for_url("**/what_a_tick_means.html")


def test_the_page_of_the_search_takes_a_query_from_its_address(visit):
    page = visit("search.html?q=rayleigh").page
    page.wait_for_selector("#eer-search-page li a")
    assert (
        page.locator("#eer-search-page li a")
        .first.get_attribute("href")
        .endswith("chapters/foundations/rayleigh_quotient.html")
    )
    assert "rayleigh" in page.locator("#eer-search-page [role=status]").inner_text()
    page.fill("#eer-search-field", "lasso")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('#eer-search-page').dataset.shows === 'lasso'")
    assert page.evaluate("location.search") == "?q=lasso"
    assert violations(page, "#eer-search-page") == []


def test_without_javascript_other_ways_are_named(browser, address):
    with opening(browser, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{address}/search.html")
        assert not page.locator("#eer-search-field").is_visible()
        links = page.locator("#eer-search-page a:visible").evaluate_all(
            "all => all.map((link) => link.getAttribute('href'))"
        )
        assert links == ["glossary.html", "map.html"]


def test_it_works_in_a_page_opened_from_disk(browser, site):
    with opening(browser) as context:
        page = context.new_page()
        page.goto((site / "what_a_tick_means.html").as_uri())
        page.keyboard.press("Control+k")
        page.fill(FIELD, "pca")
        page.wait_for_selector(FOUND)
        assert page.locator(FOUND).first.get_attribute("href") == (site / "chapters/classical/pca.html").as_uri()
