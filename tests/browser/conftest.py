"""The built site, served as a web server would, and a real browser to read it with."""

from __future__ import annotations

import re
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.gestures import Demo
from tests.browser.limit import limited
from tests.browser.visit import visiting
from tools.serve import SITE, find_browser, serving

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Playwright


@pytest.fixture(scope="session")
def site() -> Path:
    if not (SITE / "index.html").is_file():
        pytest.fail("there is no site to test: run `make book` (`make test` does) first")
    return SITE


@pytest.fixture(scope="session")
def address(site):
    with serving(site) as url:
        yield url


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    with limited(item):
        return (yield)


class Chromium:
    """A browser for contexts; where the last has ended, another.

    Chromium's feature RenderDocument is off: with it, Playwright may wait for ever where a page is closed that another
    document is about to take over (https://github.com/microsoft/playwright/issues/42068).
    """

    def __init__(self, playwright: Playwright, path: str):
        self._start = partial(playwright.chromium.launch, executable_path=path)
        quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
        self._arguments = [*quiet, "--disable-component-update"]
        with self._start(args=self._arguments) as program:
            line = program.new_browser_cdp_session().send("SystemInfo.getInfo")["commandLine"]
        off = re.findall(r"--disable-features=(\S+)", line)  # by Playwright; of several lists Chromium heeds the last
        self._arguments.append(f"--disable-features={','.join([*off, 'RenderDocument'])}")
        self._program = self._start(args=self._arguments)

    def new_context(self, **options) -> BrowserContext:
        if not self._program.is_connected():
            self._program = self._start(args=self._arguments)
        return self._program.new_context(**options)

    def close(self) -> None:
        self._program.close()


@pytest.fixture(scope="session")
def browser():
    found = find_browser()
    if found is None:
        pytest.skip("no Chromium on this machine; install it (Debian: apt-get install chromium) to test the site")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, closing(Chromium(playwright, found)) as program:
        yield program


@pytest.fixture
def visit(browser, address):
    """visit(path, **options): a visit that lasts as long as the test; options as for `visiting`."""
    with ExitStack() as visits:
        yield lambda path, **options: visits.enter_context(visiting(browser, address, path, **options))


# --- demos: the module of a demo's tests names its PAGE and its TAG --------------------------------------------------


@pytest.fixture
def load(request, visit):
    """load(query, **options): the demo in a newly loaded page."""
    page, tag = request.module.PAGE, request.module.TAG
    return lambda query="", **options: Demo(visit(f"{page}{query}#{Demo.anchor(tag)}", **options), tag).in_view()


@pytest.fixture(scope="module")
def loaded(request, browser, address):
    page, tag = request.module.PAGE, request.module.TAG
    with visiting(browser, address, f"{page}#{Demo.anchor(tag)}") as visit:
        yield Demo(visit, tag)


@pytest.fixture
def fresh(loaded):
    """fresh(query): the demo as a newly loaded page would start it, in the one page loaded for these tests."""
    loaded.complaints.clear()
    return loaded.renewed
