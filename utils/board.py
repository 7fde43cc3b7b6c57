"""TensorBoard itself, served by this process on its loopback address, asked over HTTP and looked at by Chromium.

    board = Board(folder)                            # reads all event files under the folder, once
    board.ask("data/runs")                           # what the page asks it, and gets
    seen = board.look("timeseries", ["train/loss"])  # the page, once it says so and is at rest: a picture and its text
    board.close()

The server is a thread of this process: it ends with `close` or with the process. Chromium runs for the length of a call
and has a home folder of its own, which is removed; it is shown this server, and no other.
"""

from __future__ import annotations

import atexit
import base64
import contextlib
import importlib
import io
import json
import os
import re
import shutil
import tempfile
import threading
import time
import urllib.parse
import urllib.request
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from utils.missing import NotRun, missing_among
from utils.pictures import Picture

__all__ = ["Board", "BoardFailed", "Seen"]

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-3d-apis",  # so that curves are drawn by the page itself, and not by a worker that nobody can wait for
    "--disable-quic",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
]
#: Words of TensorBoard's command line that every server here has: it reads once, before it answers, by Python.
ONCE = ["--load_fast=false", "--reload_task=blocking", "--reload_interval=0", "--host=127.0.0.1", "--port=0"]
#: Seconds that an answer, or a page, may take.
PATIENCE = 60
#: Seconds between two looks at the page.
PAUSE = 0.5
#: Colours of a picture, whose bytes stand in the chapter.
COLOURS = 64
#: What TensorBoard's page shows while it waits for data.
SPINNER = "mat-spinner"
NUMBER = re.compile(r"-?\d+\.?\d*(?:e[-+]?\d+)?")


class BoardFailed(RuntimeError):
    """The page did not come to show what was waited for."""


@dataclass(frozen=True)
class Seen:
    """A page as it was seen.

    Attributes
    ----------
    picture : Picture
        For `show`.
    text : str
        What can be read on it, also where one has to scroll.
    part : Picture or None
        Of the same picture, the part that was asked for.
    """

    picture: Picture
    text: str
    part: Picture | None = None

    def shows(self, *values: float) -> bool:
        """Whether each of some values stands on it, to three decimals."""
        found = [float(word) for word in NUMBER.findall(self.text.replace("\N{MINUS SIGN}", "-"))]
        return all(any(abs(number - value) <= 0.00051 for number in found) for value in values)


class Board:
    """A server that has read all event files under a folder, and reads no more.

    Parameters
    ----------
    logdir : path
        The folder, as for `tensorboard --logdir`.
    *options : str
        Further words of TensorBoard's command line.

    Attributes
    ----------
    url : str
        Where it answers.
    """

    def __init__(self, logdir: str | Path, *options: str):
        program = _program()
        board = program.TensorBoard(server_class=self._serve)
        board.configure(argv=["tensorboard", f"--logdir={logdir}", *ONCE, *options])
        self.url = board.launch()
        atexit.register(self.close)

    def _serve(self, app, flags):
        self._server = _program().WerkzeugServer(app, flags)
        return self._server

    def ask(self, path: str, **query: str):
        """What the server answers to a path: read from JSON where it is that, else its bytes.

        Raises
        ------
        urllib.error.HTTPError
            It has no such thing.
        """
        address = f"{self.url}{path}" + (f"?{urllib.parse.urlencode(query)}" if query else "")
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(address, timeout=PATIENCE) as answer:
            body, kind = answer.read(), answer.headers.get_content_type()
        return json.loads(body) if kind == "application/json" else body

    def look(
        self, page: str, texts: Sequence[str], *, size: tuple[int, int] = (1000, 640), part: str | None = None
    ) -> Seen | NotRun:
        """Open a page in Chromium, wait until it holds some texts and is at rest, and take its picture.

        At rest it is when no question to the server is open, nothing says that it waits, and two pictures are equal.

        Parameters
        ----------
        page : str
            What stands behind # in its address, such as "timeseries".
        texts : sequence of str
            Texts that it must show, wherever blanks and ends of lines are: choose those that come with the data.
        size : (int, int)
            Width and height of the window, in pixels.
        part : str, optional
            CSS selector of an element, of which the first gets a picture of its own: a telephone shows the whole window
            at a third of its size.

        Returns
        -------
        Seen, or NotRun where there is no Chromium

        Raises
        ------
        BoardFailed
            It does not show the texts, or the part, or does not come to rest, within a minute each.
        ToolMissing
            There is no Chromium, and EER_EVERY_TOOL=1 asks for every program.
        """
        program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
        if program is None:
            return NotRun(missing_among(["chromium"]))
        found: list = []

        def visit():  # a thread: Playwright does not work in one with an event loop, as notebooks have
            try:
                found.append(_visit(program, self.url, page, texts, size, part))
            except Exception as problem:
                found.append(problem)

        thread = threading.Thread(target=visit)
        thread.start()
        thread.join()
        if isinstance(found[0], Exception):
            raise found[0]
        return found[0]

    def close(self) -> None:
        """Stop the server. A second time it does nothing."""
        with contextlib.suppress(AttributeError):
            server = self._server
            del self._server
            server.shutdown()
            server.server_close()


def _program():
    with warnings.catch_warnings():  # of a library within it, which calls a part of itself old
        warnings.simplefilter("ignore", DeprecationWarning)
        return importlib.import_module("tensorboard.program")


def _visit(program, url, page, texts, size, part) -> Seen:
    from playwright.sync_api import Error, sync_playwright

    with tempfile.TemporaryDirectory(prefix="board-", ignore_cleanup_errors=True) as home, sync_playwright() as driver:
        variables = {"HOME": home, "TMPDIR": home, "PATH": os.environ.get("PATH", os.defpath), "TZ": "UTC"}
        browser = driver.chromium.launch(executable_path=program, args=QUIET, env=variables, timeout=1000 * PATIENCE)
        try:
            tab = browser.new_page(viewport={"width": size[0], "height": size[1]}, locale="en-US")
            tab.set_default_timeout(1000 * PATIENCE)
            tab.route("**/*", lambda route: route.continue_() if route.request.url.startswith(url) else route.abort())
            open_questions: set = set()
            tab.on("request", lambda request: open_questions.add(request))  # which takes no built-in function
            for ended in ("requestfinished", "requestfailed"):
                tab.on(ended, lambda request: open_questions.discard(request))
            tab.goto(f"{url}#{page}")
            _wait(tab, texts)
            picture = _at_rest(tab, open_questions)
            detail = _as_drawing(picture, tab.locator(part).first.bounding_box()) if part else None
            return Seen(_as_drawing(picture), tab.inner_text("body"), detail)
        except Error as problem:
            raise BoardFailed(f"{page}: {problem}") from problem
        finally:
            browser.close()


def _wait(tab, texts) -> None:
    end = time.monotonic() + PATIENCE
    while not all(_squeezed(text) in _squeezed(shown := tab.inner_text("body")) for text in texts):
        if time.monotonic() > end:
            raise BoardFailed(f"the page does not show each of {list(texts)}, but: {' '.join(shown.split())[:1000]}")
        tab.wait_for_timeout(1000 * PAUSE)


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _at_rest(tab, open_questions) -> bytes:
    """The picture of a page, as PNG, once two in a row are the same and it waits for nothing."""
    end = time.monotonic() + PATIENCE
    before = None
    while time.monotonic() < end:
        tab.wait_for_timeout(1000 * PAUSE)  # in which the driver hears of questions and answers
        waits = open_questions or tab.locator(SPINNER).count()
        picture = None if waits else tab.screenshot(animations="disabled", caret="hide")
        if picture and picture == before:
            return picture
        before = picture
    raise BoardFailed("the page does not come to rest")


def _as_drawing(png: bytes, box: dict[str, float] | None = None) -> Picture:
    """A picture of a page, or of what lies in a box of it."""
    with Image.open(io.BytesIO(png)) as picture:
        if box:
            left, top = max(0, round(box["x"])), max(0, round(box["y"]))
            right, bottom = round(box["x"] + box["width"]), round(box["y"] + box["height"])
            picture = picture.crop((left, top, min(right, picture.width), min(bottom, picture.height)))
        width, height = picture.size
        small = io.BytesIO()
        picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(small, "PNG", optimize=True)
    data = base64.b64encode(small.getvalue()).decode()
    svg = (
        f'<svg width="{width}" height="{height}" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" '
        f'xmlns:xlink="http://www.w3.org/1999/xlink"><image width="{width}" height="{height}" '
        f'xlink:href="data:image/png;base64,{data}"/></svg>'
    )
    return Picture(svg, width, height)
