"""The built site, served as a web server would, and a real browser to read it with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.serve import SITE, find_browser, serving


@pytest.fixture(scope="session")
def site() -> Path:
    if not (SITE / "index.html").is_file():
        pytest.fail("there is no site to test: run `make book` (`make test` does) first")
    return SITE


@pytest.fixture(scope="session")
def address(site):
    with serving(site) as url:
        yield url


@pytest.fixture(scope="session")
def browser():
    found = find_browser()
    if found is None:
        pytest.skip("no Chromium on this machine; install it (Debian: apt-get install chromium) to test the site")
    from playwright.sync_api import sync_playwright

    quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    with sync_playwright() as playwright:
        program = playwright.chromium.launch(executable_path=found, args=[*quiet, "--disable-component-update"])
        yield program
        program.close()


@pytest.fixture
def open_page(browser, address):
    """open_page(path, width=…, scheme=…): a loaded page that records what went wrong while it loaded."""
    contexts = []

    def open_(path: str, width: int = 1280, height: int = 900, scheme: str = "light"):
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.problems, page.requested = [], []
        page.on("console", lambda m: page.problems.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("response", lambda r: page.problems.append(f"{r.status} {r.url}") if r.status >= 400 else None)
        page.on("request", lambda request: page.requested.append(request.url))
        page.goto(f"{address}/{path}")
        page.wait_for_load_state("networkidle")
        page.wait_for_selector("html[data-finished]", state="attached")  # set by website/static/book.js
        return page

    yield open_
    for context in contexts:
        context.close()


@pytest.fixture
def room(browser, address):
    """room(path, tag, width): height of a demo's place while its script has not come, in pixels."""

    def measure(path: str, tag: str, width: int) -> float:
        context = browser.new_context(viewport={"width": width, "height": 900})
        page = context.new_page()
        page.route("**/_static/demos/*.js*", lambda route: route.abort())
        page.goto(f"{address}/{path}")
        page.wait_for_selector("html[data-finished]", state="attached")
        height = page.evaluate("tag => document.querySelector(tag).offsetHeight", tag)
        context.close()
        return height

    return measure
