"""What every demo owes to its page."""

from __future__ import annotations

import json

import pytest

from tests.browser.aspects.accessibility import RULES, violations
from tests.browser.gestures import Demo, jumped, watch_jumps_while_loading
from tests.browser.visit import AT_ONCE, opening, resize, visiting

PAGES = {
    "eer-clusters": "chapters/classical/kmeans.html",
    "eer-convolution": "chapters/networks/transposed_convolution.html",
    "eer-depth": "chapters/networks/initialization_and_normalization.html",
    "eer-ellipse": "chapters/foundations/gaussian_ellipses.html",
    "eer-fourier": "chapters/foundations/fourier_series.html",
    "eer-knn": "chapters/classical/knn.html",
    "eer-linear": "chapters/classical/linear_classifiers.html",
    "eer-margin": "chapters/classical/svm.html",
    "eer-race": "chapters/networks/optimizers.html",
    "eer-trellis": "chapters/classical/hmm.html",
}
#: Addresses under which each shows what else it can show: its longest texts, its emptiest and its fullest state.
STATES = {
    "eer-clusters": ("?preset=plusplus", "?preset=sizes&method=mixture&t=9", "?preset=three&k=5&t=3"),
    "eer-convolution": (
        "?preset=board",
        "?preset=large",
        "?preset=board&w=-9.25,0.25,-0.75,1,2&p=3&d=3&s=3&at=out,9,9",
        "?kind=back&x=1,2,3,4,5,6,7.25,-99.25&w=0.25,0.75,0.75,0.25,99&s=3&d=3&r=2&p=1&show=counts",
    ),
    "eer-depth": (
        "?preset=he&at=1",
        "?preset=batch&depth=1",
        "?f=sigmoid&gain=0.1&depth=50&at=20",
        "?f=linear&gain=10&depth=50",
    ),
    "eer-ellipse": ("?preset=lost", "?preset=slide&samples=1"),
    "eer-fourier": ("?preset=square", "?preset=nothing"),
    "eer-knn": ("?preset=ties", "?preset=rotation", "?points=0,0,A&k=5"),
    "eer-linear": (
        "?preset=kink",
        "?preset=satisfied&loss=softmax",
        "?points=",
        "?w=-99.5,12.25,-8.88;1,2,-345.5;-1234,5,-6&preset=kink",
    ),
    "eer-margin": ("?preset=noise", "?preset=hand&steps=1", "?points=0,0,A"),
    "eer-race": (
        "?preset=turned&t=300",
        "?preset=scale&t=9&look=adam",
        "?loss=rosenbrock&on=gd,momentum,adagrad,rmsprop,adam,newton&gd=10&momentum=10&factor=4&t=40",
        "?on=",
        "?preset=freed&noise=0.123&rho=0.987&alpha=0.1234&b2=0.0001&gd=0.0001234&t=123&look=newton",
    ),
    "eer-trellis": (
        "?preset=states",
        "?preset=never",
        "?preset=stay&show=viterbi&red=0.0113,0.0017,0.0019",
    ),
}
WIDTHS = (1280, 390)
demos = pytest.mark.parametrize("tag", PAGES)


@pytest.fixture(scope="module")
def room(browser, address):
    """room(tag, width): height of a demo's place while its script has not come, in pixels."""
    known = {}

    def without_scripts(page):
        page.route("**/_static/demos/*.js*", lambda route: route.abort())

    def measure(tag: str, width: int) -> float:
        if tag not in known:
            with visiting(browser, address, PAGES[tag], prepare=without_scripts) as visit:
                known[tag] = {}
                for each in WIDTHS:
                    resize(visit.page, each, 900)
                    known[tag][each] = visit.page.evaluate("tag => document.querySelector(tag).offsetHeight", tag)
        return known[tag][width]

    return measure


@demos
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_jumps_while_the_page_loads(visit, room, tag, width):
    demo = Demo(visit(PAGES[tag], width=width, prepare=watch_jumps_while_loading), tag)
    place = demo.page.evaluate(f"{demo.js}.offsetHeight")
    assert jumped(demo.page) < 0.02
    assert place == room(tag, width)
    assert place - demo.height < 90


@demos
def test_text_stands_in_its_place_without_scripts(browser, address, tag):
    with opening(browser, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{address}/{PAGES[tag]}")
        words = page.locator(tag).inner_text().split()
    assert len(words) > 15


@pytest.mark.parametrize(
    ("tag", "preset", "button", "property", "before", "after"),
    [
        ("eer-clusters", "stuck", ".step", "t", 0, 1),
        ("eer-convolution", "board", "[data-kind='conv']", "kind", "back", "conv"),
        ("eer-depth", "he", "[data-norm='batch']", "norm", "none", "batch"),
        ("eer-ellipse", "slide", ".samples", "samples", False, True),
        ("eer-fourier", "arches", ".run", "running", False, True),
        ("eer-knn", "moons", "[data-metric='l1']", "metric", "l2", "l1"),
        ("eer-linear", "diverges", ".step", "steps", 0, 1),
        ("eer-margin", "hand", ".one", "steps", 0, 1),
        ("eer-race", "saddle", ".run", "running", False, True),
        ("eer-trellis", "never", ".step", "steps", 4, 1),
    ],
)
def test_page_opened_from_disk(browser, site, tag, preset, button, property, before, after):
    def notice_writing(page):
        page.add_init_script(
            "const write = history.replaceState;"
            "history.replaceState = (...given) => { window.tried = true; write.apply(history, given); }"
        )

    path = f"{PAGES[tag]}?preset={preset}#{Demo.anchor(tag)}"
    with visiting(browser, site.as_uri(), path, prepare=notice_writing) as visit:
        demo = Demo(visit, tag)
        assert demo.part(".situation").input_value() == preset
        assert demo.get(property) == {property: before}
        demo.part(button).click()
        # it tries to write the state into the address, which may be forbidden; what runs still runs then
        demo.wait_for(f"window.tried && demo.{property} === {json.dumps(after)}")
        assert visit.complaints == []


@pytest.fixture(scope="module", params=PAGES)
def shown(request, browser, address):
    """Each demo in a page that is loaded once, of whose other formulas only plain text is left."""
    tag = request.param
    with visiting(browser, address, PAGES[tag]) as visit:
        visit.page.evaluate(PLAIN, tag)
        visit.page.add_style_tag(content=AT_ONCE)  # between two widths the list of pages slides, and the demo with it
        yield Demo(visit, tag)


#: axe-core reads the whole page, whatever part of it is asked about.
PLAIN = """(tag) => {
  const others = [...document.querySelectorAll('.katex, .highlight pre')].filter((e) => !e.closest(tag));
  others.forEach((e) => (e.textContent = 'x'));
}"""


def states(demo: Demo):
    """Bring the demo into each of its states, and say which."""
    for query in ("", *STATES[demo.tag]):
        demo.page.evaluate(f"(query) => {demo.js}.load(query)", query)
        yield query


def test_everything_fits(shown):
    demo = shown.renewed()
    for query in states(demo):
        for width in (360, 390, 480, 600, 660, 768, 1000, 1280, 1600):
            resize(demo.page, width, 900)
            assert too_wide(demo) == [], (query, width)


def too_wide(demo: Demo) -> list[str]:
    """Parts of the demo that do not fit their place; what may scroll says so."""
    return demo.page.evaluate(
        f"""[...{demo.js}.shadowRoot.querySelectorAll('.frame *')].filter((e) =>
          e.scrollWidth > e.clientWidth + 1 && e.clientWidth && getComputedStyle(e).display !== 'inline' &&
          !e.closest('.visually-hidden, svg') && !e.matches('.scroll')).map((e) => e.className || e.tagName)"""
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessibility(shown, scheme):
    shown.page.emulate_media(color_scheme=scheme)
    shown.page.wait_for_function("scheme => document.documentElement.dataset.theme === scheme", arg=scheme)
    demo = shown.renewed()
    demo.page.evaluate(f"{demo.js}.shadowRoot.querySelectorAll('details').forEach((e) => {{ e.open = true; }})")
    for query in states(demo):
        demo.page.evaluate(f"{demo.js}.scrollIntoView({{ block: 'start' }})")  # what the page's header covers is small
        assert violations(demo.page, demo.tag, rules=(*RULES, "wcag22aa", "best-practice")) == [], query
