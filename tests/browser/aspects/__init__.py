"""What must hold on every page: one subject a file; each aspect is a function of a visit that returns what is wrong.

A new aspect is written in the file of its subject and named below; every page is then asked, once in each scheme.
"""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Browser, Page

from book.order import documents, notebooks
from tests.browser.aspects import accessibility, downloads, equations, exercises, figures, layout, loading
from tests.browser.visit import SCREEN, Visit, visiting

CHAPTERS = [notebook.with_suffix(".html").as_posix() for notebook in notebooks()]
OTHERS = [f"{document}.html" for document in documents() if f"{document}.html" not in CHAPTERS]
PAGES = [*CHAPTERS, *OTHERS, "search.html", "genindex.html", "404.html"]  # what takes long comes first
SCHEMES = ("light", "dark")


def aspects(path: str, scheme: str) -> list[Callable[[Visit], list[str]]]:
    """The aspects of one visit, in the order in which they are tried on the one loaded page.

    First those that read the page as it came, then those that use it, make it narrow or write plain text into it; what
    it asked for and complained of comes last, so that all this is in it. What has no colours is asked in light only.
    """
    once, chapter = scheme == SCHEMES[0], path in CHAPTERS
    chosen = []
    if once and (chapter or path == "index.html"):
        chosen += [loading.weight]
    if once and chapter:
        chosen += [equations.ticked, equations.linked, equations.mathematics_is_set, downloads.is_the_executed_notebook]
    if chapter:
        chosen += [figures.follow_the_theme]
    if once and chapter:
        chosen += [figures.sliders_work, exercises.solutions_fold]
    if once:
        chosen += [layout.fits_a_phone]
    return [*chosen, accessibility.no_violations, loading.no_complaints, loading.no_third_parties]


def problems_in_each_scheme(browser: Browser, address: str, path: str) -> list[str]:
    """What is wrong with a page, loaded in light and then once more in dark: its scripts and fonts are at hand then."""
    with visiting(browser, address, path, scheme=SCHEMES[0], hurry=True, prepare=_forget) as visit:
        found = problems(visit)
        for scheme in SCHEMES[1:]:
            visit.page.set_viewport_size(SCREEN)
            visit.open(scheme, hurry=True)
            found += problems(visit)
    return found


def _forget(page: Page) -> None:
    """What is remembered of a page changes none that is loaded after it."""
    page.add_init_script("localStorage.clear()")


def problems(visit: Visit) -> list[str]:
    """What is wrong in one visit; an aspect that fails hides no other."""
    found = []
    for aspect in aspects(visit.path, visit.scheme):
        try:
            wrong = aspect(visit)
        except Exception as error:  # a part of the page that is not there, most often
            wrong = [f"could not be tried, {type(error).__name__}: {error}"]
        found += [f"{visit.scheme}: {title(aspect)}: {problem}" for problem in wrong]
    return found


def title(aspect: Callable) -> str:
    """How reports call it: its file and its name."""
    return f"{aspect.__module__.rpartition('.')[2]}, {aspect.__name__.replace('_', ' ')}"
