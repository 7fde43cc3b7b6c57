"""The state of every demo: undone and done again, linked to, copied, and what it is where an address makes no sense."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import expect

from tests.browser import (
    test_demo_clusters,
    test_demo_convolution,
    test_demo_depth,
    test_demo_ellipse,
    test_demo_fourier,
    test_demo_knn,
    test_demo_linear,
    test_demo_margin,
    test_demo_race,
    test_demo_trellis,
)
from tests.browser.gestures import Demo
from tests.browser.visit import resize, visiting


@dataclass
class Case:
    """One demo: its module of tests, what a reader changes, and what its address then holds.

    Attributes
    ----------
    module
        With PAGE, TAG and perhaps `state`.
    change
        Some changes by the reader, one after the other.
    address : str
        A regular expression that the address matches after the last change.
    undone : int
        How many changes these are for undo; those of a pointer that only points are none.
    start : str
        The address before.
    malformed : tuple of str
        Addresses that make no sense; the demo begins as without them.
    """

    module: object
    change: Callable[[Demo], None]
    address: str
    undone: int
    start: str = "?"
    malformed: tuple[str, ...] = ()
    state: Callable[[Demo], object] = field(init=False)

    def __post_init__(self):
        self.state = getattr(self.module, "state", lambda demo: demo.get("state"))


def some(*actions: Callable[[Demo], object]) -> Callable[[Demo], None]:
    def change(demo: Demo) -> None:
        for action in actions:
            action(demo)

    return change


def click(selector: str) -> Callable[[Demo], object]:
    return lambda demo: demo.part(selector).first.click()


def fill(selector: str, value: str) -> Callable[[Demo], object]:
    return lambda demo: demo.part(selector).fill(value)


def press(selector: str, *keys: str) -> Callable[[Demo], object]:
    def action(demo: Demo) -> None:
        demo.part(selector).first.focus()
        for key in keys:
            demo.page.keyboard.press(key)

    return action


ANY = ("?preset=none", "?preset=toString")
CASES = [
    Case(
        test_demo_clusters,
        some(click(".step"), press(".point", "ArrowUp"), fill("input.k", "4"), click("[data-method='mixture']")),
        r"k=4&method=mixture",
        4,
        start="?preset=stuck",
        malformed=(*ANY, "?k=9", "?method=none&t=-1", "?points=1,2;x", "?centres=3,3", "?t=9999", "?points=0.5"),
    ),
    Case(
        test_demo_convolution,
        some(
            click("[data-dim='2']"),
            fill("input.s", "2"),
            press(".board", "i", "ArrowRight"),
            click("[data-show='counts']"),
        ),
        r"s=2.*show=counts.*at=in,\d,\d",
        5,
        malformed=(
            *(*ANY, "?x=1,2,3,4,5,6,7,8,9", "?x=1,nan,2,1", "?x=", "?w=1,2,3,4,5,6", "?w=1e9", "?s=0", "?s=1.5"),
            *("?p=-1", "?d=x", "?r=9", "?dim=3", "?kind=none", "?kind=toString", "?show=all", "?at=in,99"),
            *("?at=out,1,1", "?at=x"),
        ),
    ),
    Case(
        test_demo_depth,
        some(click("[data-norm='batch']"), fill("input.at", "7"), click(".other")),
        r"norm=batch&seed=\d+&at=7",
        3,
        malformed=(
            *(*ANY, "?f=none", "?f=toString", "?gain=0", "?gain=11", "?gain=x", "?gain=-1", "?depth=0", "?depth=51"),
            *("?depth=2.5", "?norm=group", "?norm=toString", "?seed=-1", "?seed=1e9", "?at=31", "?at=x"),
        ),
    ),
    Case(
        test_demo_ellipse,
        some(click(".samples"), press(".point", "ArrowUp"), fill("input.k", "3")),
        r"k=3&at=.*samples=1",
        3,
        malformed=(*ANY, "?a=9", "?b=x", "?k=-1&at=7", "?samples=2"),
    ),
    Case(
        test_demo_fourier,
        some(press(".bar", "ArrowUp"), fill("input.n", "4")),
        r"y=\w+&n=4",
        2,
        malformed=(*ANY, "?f=none", "?y=123", "?n=99&t=x", "?y=" + "!" * 256),
    ),
    Case(
        test_demo_knn,
        some(
            click("[data-metric='linf']"),
            fill("input.noise", "0.25"),
            click(".test"),
            press(".probe", "ArrowLeft"),
            click("[data-mode='guess']"),
        ),
        r"metric=linf.*noise=0.25&test=1&guess=1",
        5,
        malformed=(
            *(*ANY, "?k=99", "?points=1,2", "?points=a,b,c;;", "?points=0,0,ABC", "?points=0,0,AZ"),
            *("?q=5,5&rotate=-3", "?metric=l7&classes=9", "?noise=2&test=x&guess=2"),
        ),
    ),
    Case(
        test_demo_linear,
        some(
            click(".step"),
            click("[data-loss='structured']"),
            fill("input.eta", "20"),
            click(".zones"),
            fill("input.noise", "0.3"),
            click("[data-nudge='1']"),
            click(".step"),
        ),
        r"loss=structured.*eta=0.01&noise=0.3.*zones=0",
        7,
        malformed=(
            *(*ANY, "?points=a,b,c;;&lambda=99&w=1,2,3&loss=l7&eta=-1&point=77", "?points=1,2", "?w=1,2,3;4,5,;7,8,9"),
            *("?w=1e13,0,0;0,0,0;0,0,0", "?w=", "?lambda=&eta=x", "?noise=1", "?loss=toString"),
        ),
    ),
    Case(
        test_demo_margin,
        some(click("[data-kind='rbf']"), click(".zero"), click(".one"), fill("input.gamma", "1")),
        r"kernel=rbf.*gamma=10.*steps=0",
        3,  # the multipliers begin at zero
        malformed=(*ANY, "?C=0", "?kernel=none", "?points=a,b", "?gamma=-1&degree=9"),
    ),
    Case(
        test_demo_race,
        some(click(".step"), click(".on-adam"), fill("input.noise", "4"), press(".point", "ArrowUp")),
        r"noise=0.03.*t=1",
        4,
        start="?preset=edge",
        malformed=(
            *(*ANY, "?loss=none", "?loss=toString", "?start=1", "?start=3,3", "?start=a,b", "?on=gd,sgd", "?gd=0"),
            *("?on=constructor", "?gd=11", "?gd=x", "?momentum=-1", "?rho=1", "?b1=1.5", "?alpha=nan", "?noise=2"),
            *("?noise=-1", "?seed=1e9", "?factor=9", "?t=301", "?t=-1", "?t=", "?look=all", "?look=toString"),
        ),
    ),
    Case(
        test_demo_trellis,
        some(click(".ball"), click(".node[data-t='2'][data-i='1']"), click("[data-show='viterbi']")),
        r"o=w.*show=viterbi.*node=3,2",
        3,
        malformed=(
            *(*ANY, "?pi=1,1,1", "?A=1,0;0,1", "?A=0.5,0.2,0.3;0.3,0.5,0.2;0.2,0.3,nan", "?red=2,0,0", "?o=rgb"),
            *("?o=rwrwrwrwr", "?show=all", "?steps=9", "?node=9,9", "?node=x", "?show=toString"),
        ),
    ),
]


@pytest.fixture(scope="module", params=CASES, ids=lambda case: case.module.TAG)
def case(request) -> Case:
    return request.param


@pytest.fixture(scope="module")
def once(browser, address, case) -> Iterator[Demo]:
    """The demo in a page that is loaded once for all of these tests."""
    module, rights = case.module, ["clipboard-read", "clipboard-write"]
    path = f"{module.PAGE}#{Demo.anchor(module.TAG)}"
    with visiting(browser, address, path, permissions=rights) as visit:
        yield Demo(visit, module.TAG)


@pytest.fixture
def demo(case, once) -> Demo:
    once.complaints.clear()
    return once.renewed(case.start)


def snapshot(demo: Demo) -> str:
    return demo.page.evaluate(f"{demo.js}.snapshot()")


def test_each_change_is_taken_back_and_done_again(case, demo):
    undo, redo = demo.part(".undo"), demo.part(".redo")
    assert undo.is_disabled()
    assert redo.is_disabled()
    before = case.state(demo), snapshot(demo)
    case.change(demo)
    demo.page.mouse.move(0, 0)
    after = case.state(demo), snapshot(demo)
    assert after != before

    demo.part(".undo").focus()
    for _ in range(case.undone):
        demo.page.keyboard.press("Control+z")
    assert (case.state(demo), snapshot(demo)) == before
    assert undo.is_disabled()
    for i in range(case.undone):
        demo.page.keyboard.press("Control+y" if i % 2 else "Control+Shift+Z")
    assert (case.state(demo), snapshot(demo)) == after
    assert redo.is_disabled()

    for _ in range(case.undone):
        undo.click()
    assert (case.state(demo), snapshot(demo)) == before
    redo.click()
    assert not redo.is_disabled()
    case.change(demo)
    assert redo.is_disabled()  # another future has begun
    assert demo.complaints == []


def test_address_follows_and_leads_there_again(case, demo):
    start, words = case.state(demo), snapshot(demo)
    demo.follow_a_link()
    case.change(demo)
    demo.wait_for("demo.write().toString() === new URLSearchParams(location.search).toString()")
    assert re.search(case.address, demo.query)
    assert "preset" not in demo.query
    changed, query = case.state(demo), demo.query
    demo.page.go_back()
    demo.page.wait_for_function(
        f"([start, words]) => location.search === (start === '?' ? '' : start) && {demo.js}.snapshot() === words",
        arg=[case.start, words],
    )
    assert case.state(demo) == start
    copied = case.state(demo.renewed(query))
    if case.module is test_demo_linear:  # six digits of the weights, and no steps
        test_demo_linear.same_in_an_address(copied, changed)
    else:
        assert copied == changed
    assert demo.complaints == []


def test_back_right_after_a_change_leaves_the_earlier_address(case, demo):
    earlier = demo.page.evaluate("location.search")
    demo.follow_a_link()
    demo.page.evaluate(f"{{ {demo.js}.changed(); history.back(); }}")  # sooner than the address follows
    demo.page.wait_for_function("earlier => location.search === earlier", arg=earlier)
    demo.page.evaluate("new Promise((done) => setTimeout(done, 1000))")  # longer than the address takes
    assert demo.page.evaluate("location.search") == earlier
    assert demo.complaints == []


def test_copied_link_restores_exactly_and_a_damaged_one_says_so(case, demo):
    page, start = demo.page, case.state(demo.renewed())
    case.change(demo)
    page.mouse.move(0, 0)
    changed, words = case.state(demo), snapshot(demo)
    demo.part(".share").click()
    demo.part(".notice:not([hidden])").wait_for()
    assert "has been copied" in demo.text(".notice")
    link = page.evaluate("navigator.clipboard.readText()")
    before, behind = link.split("#")
    assert "?" not in before  # nothing of the state is sent to a server

    def opened(end: str) -> Demo:
        demo.renewed()
        page.evaluate("(end) => { location.hash = end; }", end)
        return demo

    opened(behind)
    demo.page.wait_for_function(f"(words) => {demo.js}.snapshot() === words", arg=words)
    assert case.state(demo) == changed
    assert demo.part(".notice").is_hidden()

    for damaged in (behind[:-9], behind[: len(behind) // 2], re.sub("mark=.", "mark=-", behind), behind + "0"):
        opened(damaged)
        demo.part(".notice:not([hidden])").wait_for()
        assert "damaged" in demo.text(".notice"), damaged
        assert case.state(demo) == start, damaged
    demo.part(".notice button").click()
    assert demo.part(".notice").is_hidden()
    assert demo.complaints == []


def test_malformed_addresses_fall_back(case, demo):
    demo.page.evaluate(f"{demo.js}.load('')")
    start = case.state(demo)
    for query in case.malformed:
        demo.page.evaluate(f"(query) => {demo.js}.load(query)", query)
        assert case.state(demo) == start, query
    assert demo.complaints == []


def test_full_screen_is_as_large_as_the_screen(case, demo):
    page, full = demo.page, demo.part(".screen")
    resize(page, 1920, 1080)
    small = demo.page.evaluate(f"{demo.js}.offsetWidth")
    plane = demo.part(".plane").bounding_box()["height"] if demo.part(".plane").count() else 0
    full.click()
    expect(full).to_have_attribute("aria-pressed", "true")
    demo.wait_for("demo.offsetWidth === innerWidth && innerWidth === 1920")
    assert page.evaluate("document.fullscreenElement?.localName") == case.module.TAG
    assert 2 * small < 1920
    if plane:
        demo.wait_for(f"demo.shadowRoot.querySelector('.plane').getBoundingClientRect().height > {1.4 * plane}")
    full.click()
    expect(full).to_have_attribute("aria-pressed", "false")
    demo.wait_for(f"demo.offsetWidth === {small}")
    assert page.evaluate("document.fullscreenElement") is None
    assert demo.complaints == []


def test_the_wheel_over_a_number_changes_nothing(case, demo):
    numbers = demo.part(".frame input[type='number']:visible")
    if not numbers.count():
        pytest.skip("this demo has no numbers to type")
    before = snapshot(demo)
    numbers.first.focus()
    numbers.first.hover()
    value, scrolled = numbers.first.input_value(), demo.page.evaluate("scrollY")
    demo.page.mouse.wheel(0, 120)
    demo.page.wait_for_function("(y) => scrollY !== y", arg=scrolled)
    assert numbers.first.input_value() == value
    assert snapshot(demo) == before


def test_what_is_pressed_can_be_read_while_the_pointer_is_on_it(case, demo):
    pressed = demo.part(".frame button[aria-pressed='true']:visible")
    if not pressed.count():
        pytest.skip("nothing is pressed in this demo as it begins")
    pressed.first.hover()
    for theme in ("dark", "light"):
        demo.page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
        colours = pressed.first.evaluate("e => [getComputedStyle(e).color, getComputedStyle(e).backgroundColor]")
        assert contrast(*map(channels, colours)) >= 4.5, colours


def channels(colour: str) -> list[float]:
    """Red, green, blue between 0 and 1 of a colour that hides what lies below it."""
    numbers = [float(number) for number in re.findall(r"[\d.]+(?:e-?\d+)?", colour)]
    assert len(numbers) == 3, f"{colour} lets shine through"
    return numbers if colour.startswith("color(") else [number / 255 for number in numbers]


def contrast(one: list[float], other: list[float]) -> float:
    """Of two colours, as WCAG defines it."""

    def luminance(rgb: list[float]) -> float:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)
