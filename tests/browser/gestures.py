"""A demo in its page, and what readers do to it with mouse, finger and keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page

from tests.browser.visit import TWO_FRAMES, UNFOLD, Visit, resize


@dataclass
class Demo:
    """The demo `tag` of a visited page."""

    visit: Visit
    tag: str

    @property
    def page(self) -> Page:
        return self.visit.page

    @property
    def complaints(self) -> list[str]:
        return self.visit.complaints

    @property
    def js(self) -> str:
        """The element, as an expression of JavaScript."""
        return f"document.querySelector('{self.tag}')"

    @property
    def model(self) -> str:
        """Its mathematics, likewise."""
        return f"customElements.get('{self.tag}').model"

    @staticmethod
    def anchor(tag: str) -> str:
        return tag.replace("eer-", "demo-")

    def in_view(self) -> Demo:
        self.page.locator(self.tag).scroll_into_view_if_needed()
        return self

    def renewed(self, query: str = "", width: int = 1280, height: int = 900) -> Demo:
        """Another element in place of this one, which starts from the address `query` as on a page just loaded."""
        self.page.mouse.move(0, 0)  # the pointer would hover over the new one
        resize(self.page, width, height)
        self.page.evaluate(
            """([tag, address]) => {
              const old = document.querySelector(tag);
              old.stop?.();
              history.replaceState(null, '', address);
              old.replaceWith(old.cloneNode(true));
            }""",
            [self.tag, f"{query or '?'}#{self.anchor(self.tag)}"],
        )
        return self.in_view()

    # --- looking -----------------------------------------------------------------------------------------------------

    def part(self, selector: str) -> Locator:
        return self.page.locator(f"{self.tag} {selector}")

    def text(self, selector: str) -> str:
        """What stands there, as a person would type it."""
        return self.part(selector).inner_text().replace("−", "-").replace("\u00a0", " ")

    def texts(self, *selectors: str) -> list[str]:
        """Likewise what stands in several places at one moment, of which each is there once."""
        found = self.page.evaluate(
            f"""(selectors) => selectors.map((selector) =>
              [...{self.js}.shadowRoot.querySelectorAll(selector)].map((part) => part.innerText))""",
            selectors,
        )
        assert [len(texts) for texts in found] == [1] * len(selectors), dict(zip(selectors, found, strict=True))
        return [text.replace("−", "-").replace("\u00a0", " ") for (text,) in found]

    def get(self, *names: str) -> dict:
        """Some of the element's properties."""
        return self.page.evaluate(f"(names) => Object.fromEntries(names.map((name) => [name, {self.js}[name]]))", names)

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Where a place of the plane is on the screen."""
        self.part(".plane").scroll_into_view_if_needed()
        box = self.part(".plane").bounding_box()
        return box["x"] + (x + 1) / 2 * box["width"], box["y"] + (1 - y) / 2 * box["height"]

    @property
    def query(self) -> str:
        """The state as it stands in the address of the page."""
        return self.page.evaluate("location.search")

    @property
    def height(self) -> float:
        """Of what the demo shows, in pixels."""
        return self.page.evaluate(f"{self.js}.shadowRoot.querySelector('.frame').offsetHeight")

    # --- doing -------------------------------------------------------------------------------------------------------

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """With the mouse, from one place of the plane to another."""
        self.page.mouse.move(*self.place(*start))
        self.page.mouse.down()
        self.page.mouse.move(*self.place(*end), steps=4)
        self.page.mouse.up()

    def drag_with_finger(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Likewise, on a touch screen."""
        self.swipe(self.place(*start), self.place(*end))

    def swipe(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """With a finger, from one place of the screen to another."""
        (x, y), (to_x, to_y) = start, end
        fingers = self.page.context.new_cdp_session(self.page)

        def touch(kind, *places):
            points = [{"x": x, "y": y} for x, y in places]
            fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        with heard(self.page, "pointerup", "pointercancel"):
            touch("touchStart", (x, y))
            for share in (0.25, 0.5, 0.75, 1):
                touch("touchMove", (x + share * (to_x - x), y + share * (to_y - y)))
            touch("touchEnd")

    def tap(self, part: Locator, **options) -> None:
        """A part, with a finger."""
        with heard(self.page, "click"):
            part.tap(**options)

    def tap_plane(self, x: float, y: float, *, point: bool = False) -> None:
        """A place of the plane, likewise; on a `point`, which a finger drags, a tap becomes no click."""
        with heard(self.page, "pointerup" if point else "click"):
            self.page.touchscreen.tap(*self.place(x, y))

    def drag_first_point(self, x: float, y: float, *, finger: bool = False) -> None:
        """Drag the first point to another place, and see that it has come there and that no other has moved."""
        first, *others = self.get("points")["points"]
        (self.drag_with_finger if finger else self.drag)((first["x"], first["y"]), (x, y))
        moved, *rest = self.get("points")["points"]
        assert (moved["x"], moved["y"]) == pytest.approx((x, y), abs=0.03 if finger else 0.02)
        assert rest == others

    def follow_a_link(self) -> None:
        """Click the page's first link to a situation, and see that the address follows and no new page is loaded."""
        link = self.page.locator(f"a.eer-state[href*='{self.anchor(self.tag)}']").first
        self.page.evaluate(UNFOLD)
        self.page.evaluate("window.stillThere = true")
        link.click()
        self.page.wait_for_function("(end) => location.href.endsWith(end)", arg=link.get_attribute("href"))
        assert self.page.evaluate("window.stillThere")

    # --- waiting -----------------------------------------------------------------------------------------------------

    def wait_for(self, condition: str) -> None:
        """Until an expression of JavaScript is true, in which `demo` is the element."""
        self.page.wait_for_function(f"() => {{ const demo = {self.js}; return {condition}; }}")

    def wait_frames(self, count: int) -> None:
        """Until the browser has drawn `count` more pictures."""
        for _ in range(count // 2):
            self.page.evaluate(TWO_FRAMES)


@contextmanager
def heard(page: Page, *kinds: str) -> Iterator[None]:
    """Do something, and wait until the page hears of it by one of these events.

    What fingers do comes later than they leave the screen, a click last of all.
    """
    page.evaluate(
        """(kinds) => {
          const hearing = (window.hearing = { over: false });
          for (const kind of kinds) addEventListener(kind, () => (hearing.over = true), { capture: true, once: true });
        }""",
        kinds,
    )
    yield
    page.wait_for_function("hearing.over")


def bring_to_rest(target: Locator) -> None:
    """Into sight; blocks that come near on the way are drawn a picture or two later, and may push it."""
    for _ in range(20):
        target.scroll_into_view_if_needed()
        before = target.bounding_box()
        target.page.evaluate(TWO_FRAMES)
        target.page.evaluate(TWO_FRAMES)
        if target.bounding_box() == before:
            return
    raise AssertionError(f"{target} does not come to rest")


# --- jumps -----------------------------------------------------------------------------------------------------------


COUNT_JUMPS = """
window.jumped = 0;
window.addJumps = (list) => list.forEach((entry) => (window.jumped += entry.value));
window.jumps = new PerformanceObserver((list) => addJumps(list.getEntries()));
jumps.observe({ type: 'layout-shift', buffered: true });
"""


def watch_jumps_while_loading(page: Page) -> None:
    """Before the page is opened."""
    page.add_init_script(COUNT_JUMPS)


def watch_jumps(page: Page) -> None:
    """From now on."""
    page.evaluate(COUNT_JUMPS)
    jumped(page)


def jumped(page: Page) -> float:
    """The sum of layout shifts since this was last asked, or since the watch began."""
    page.evaluate(TWO_FRAMES)  # what has moved is known when it has been drawn
    return page.evaluate("() => { addJumps(jumps.takeRecords()); const sum = jumped; window.jumped = 0; return sum; }")
