"""One load of a page in a browser that has cached nothing, and a record of what happened meanwhile."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect

SCREEN = {"width": 1280, "height": 900}
PATIENCE = 120  # seconds until what a test waits for must have come, on a machine that has much else to do
LAY_OUT = (
    """document.querySelectorAll('.bd-article section > *').forEach((e) => (e.style.contentVisibility = 'visible'))"""
)
SLOWER = int(os.environ.get("EER_SLOWER_PAGES", "1"))  # times: tests that win a race against a page lose it then
TWO_FRAMES = f"""new Promise((done, fail) => {{
  requestAnimationFrame(() => requestAnimationFrame(done));
  setTimeout(() => fail(new Error('the browser has stopped drawing')), {1000 * PATIENCE});
}})"""
#: A style in which all is at once what it becomes.
AT_ONCE = "* { animation: none !important; transition: none !important }"
expect.set_options(timeout=1000 * PATIENCE)
#: Open what one click opens; then the page marks what scrolls now (website/static/book.js).
UNFOLD = f"""async () => {{
  document.querySelectorAll('details').forEach((details) => (details.open = true));
  await {TWO_FRAMES};
}}"""


@dataclass
class Visit:
    """A loaded page.

    Attributes
    ----------
    page : Page
        The page, for Playwright.
    address : str
        Of the site, without a slash at the end.
    path : str
        Of the page in the site.
    scheme : str
        "light" or "dark", as the reader's system asks for.
    complaints : list of str
        Errors and warnings of the console, exceptions, and answers of 400 and above; grows while the page is used.
    requested : list of str
        Every URL asked for; grows while the page is used.
    weight : int
        Bytes over the wire, everything counted; grows while the page is used.
    """

    page: Page
    address: str
    path: str
    scheme: str
    complaints: list[str] = field(default_factory=list)
    requested: list[str] = field(default_factory=list)
    weight: int = 0
    _pending: dict[str, str] = field(default_factory=dict)  # requests without an answer, with the load they belong to
    _loads: set[str] = field(default_factory=set)
    _left: set[str] = field(default_factory=set)  # loads of which nothing is awaited any more

    def record(self, network: CDPSession) -> None:
        """Listen, before the page is opened."""
        page = self.page
        page.on("console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("response", lambda r: self.complaints.append(f"{r.status} {r.url}") if r.status >= 400 else None)
        page.on("request", lambda request: self.requested.append(request.url))
        network.send("Network.enable")
        network.on("Network.requestWillBeSent", self._asked)
        network.on("Network.loadingFailed", lambda event: self._pending.pop(event["requestId"], None))
        network.on("Network.loadingFinished", self._arrived)

    def _asked(self, event: dict) -> None:
        self._loads.add(event["loaderId"])
        self._pending[event["requestId"]] = event["loaderId"]

    def _arrived(self, event: dict) -> None:
        self._pending.pop(event["requestId"], None)
        self.weight += event["encodedDataLength"]

    def open(self, scheme: str, *, hurry: bool = False) -> None:
        """Load the page where the reader's system asks for `scheme`, and record what happens from now on.

        With `hurry` all of it is laid out at once, where book.js takes slices that a reader does not feel.
        """
        self.page.emulate_media(color_scheme=scheme)
        self.scheme, self.weight = scheme, 0
        self.complaints.clear()
        self.requested.clear()
        self._left |= self._loads
        self.page.goto(f"{self.address}/{self.path}")
        if hurry:
            self.page.evaluate(LAY_OUT)
        self.page.wait_for_selector("html[data-finished]", state="attached")  # set by website/static/book.js
        self.settle()

    def settle(self) -> None:
        """Wait until all that the page has asked for has come.

        Raises
        ------
        AssertionError
            Something has not come after `PATIENCE` seconds.
        """
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            self.page.evaluate(TWO_FRAMES)  # a picture is asked for in the frame after its place is known
            if self._left.issuperset(self._pending.values()):
                return
        raise AssertionError(f"{self.path} ({self.scheme}): {len(self._pending)} requests without an answer")


def resize(page: Page, width: int, height: int) -> None:
    """Give the window another size; the page hears of it later, and what watches sizes with the picture after that."""
    if page.viewport_size == {"width": width, "height": height}:
        return
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_function("([width, height]) => innerWidth === width && innerHeight === height", arg=[width, height])
    page.evaluate(TWO_FRAMES)


def _slow_down(page: Page) -> None:
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})


@contextmanager
def opening(browser: Browser, **options) -> Iterator[BrowserContext]:
    """A context of `browser` that has cached and remembers nothing, and waits as long as it takes on a busy machine."""
    context = browser.new_context(**options)
    context.set_default_timeout(1000 * PATIENCE)
    context.set_default_navigation_timeout(1000 * PATIENCE)
    if SLOWER > 1:
        context.on("page", _slow_down)
    try:
        yield context
    finally:
        context.close()


@contextmanager
def visiting(
    browser: Browser,
    address: str,
    path: str,
    *,
    scheme: str = "light",
    width: int = SCREEN["width"],
    height: int = SCREEN["height"],
    hurry: bool = False,
    prepare: Callable[[Page], None] = lambda page: None,
    **options,
) -> Iterator[Visit]:
    """A visit to `path` of the site at `address`, ready when the page has finished.

    With `hurry` all of it is laid out at once, where book.js takes slices that a reader does not feel. `prepare` may
    change the page before it is opened; `options` are those of a browser context.
    """
    viewport = {"width": width, "height": height}
    with opening(browser, viewport=viewport, color_scheme=scheme, **options) as context:
        page = context.new_page()
        visit = Visit(page, address, path, scheme)
        visit.record(context.new_cdp_session(page))
        prepare(page)
        visit.open(scheme, hurry=hurry)
        yield visit
