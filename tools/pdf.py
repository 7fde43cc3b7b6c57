"""Print the built site to PDF with Chromium: a chapter, or the book with a title page, contents and page numbers.

python -m tools.pdf [classical/pca]
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from book.order import ROOT, documents
from tools.serve import SITE, find_browser, serving
from website.paper import document, places

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

BOOK = "every_equation_runs"
#: The width between the margins of paper.css, in CSS pixels: 174 mm.
WIDTH = 658
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
PATIENCE = 0  # no limit: a whole book takes minutes
PLAIN = {"prefer_css_page_size": True, "print_background": True}
BOOKMARKED = PLAIN | {"outline": True, "tagged": True}
#: Puts the numbers of pages into the contents.
FILL = """(numbers) => document.querySelectorAll('.contents a').forEach((link) => {
  link.nextElementSibling.textContent = numbers[link.hash.slice(1)];
})"""


def main(arguments: list[str]) -> int:
    start, chapter = time.perf_counter(), arguments[0] if arguments else None
    browser = find_browser()
    missing = missing_page(SITE, chapter, "pdf")
    if browser is None:
        missing = "no Chromium on this machine; install it (Debian and Ubuntu: apt-get install chromium)"
    if missing:
        print(f"make: {missing}", file=sys.stderr)
        return 1
    from playwright.sync_api import sync_playwright

    try:
        with sync_playwright() as playwright:
            program = playwright.chromium.launch(executable_path=browser, args=[*QUIET])
            pdf = print_chapter(SITE, chapter, program) if chapter else print_book(SITE, program)
    except RuntimeError as problem:
        print(f"make: {problem}", file=sys.stderr)
        return 1
    target = SITE.parent / "pdf" / f"{Path(chapter).name if chapter else BOOK}.pdf"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(pdf)
    size, pages = len(pdf) / 1e6, len(places.pages(pdf))
    print(f"{target.relative_to(ROOT)}: {pages} pages, {size:.1f} MB, {time.perf_counter() - start:.0f} s")
    return 0


def missing_page(site: Path, chapter: str | None, command: str) -> str | None:
    """What to say where the site, or one chapter's page, from which `make command` makes something is not there."""
    if not (site / "index.html").is_file():
        return "there is no website to print yet; run make book"
    if chapter and not (site / page_of(chapter)).is_file():
        return f"the website has no chapter {chapter}; name one as in make {command} C=classical/pca"
    return None


def page_of(chapter: str) -> str:
    return f"chapters/{chapter}.html"


def print_chapter(site: Path, chapter: str, browser: Browser) -> bytes:
    """The PDF of one chapter, such as classical/pca."""
    with opened(document.of_chapter(site, page_of(chapter)).html(), site, browser) as paper:
        return paper.pdf(**BOOKMARKED)


def print_book(site: Path, browser: Browser, pages: Iterable[str] | None = None) -> bytes:
    """The PDF of the whole book, or of these `pages` of it.

    It is printed twice: on which page a chapter begins is known only then.
    """
    title = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))["title"]
    pages = [f"{name}.html" for name in documents(ROOT)[1:]] if pages is None else list(pages)
    say(f"laying out {len(pages)} pages of the website (the whole book takes some twenty minutes and 3 GB of memory)")
    with opened(document.of_book(site, pages, parts(), title).html(), site, browser) as paper:
        say("printing, to learn on which page each chapter begins")
        numbers = places.pages_of(paper.pdf(**PLAIN))
        paper.evaluate(FILL, numbers)
        say("printing once more, with page numbers in the contents")
        return paper.pdf(**BOOKMARKED)


def say(what: str) -> None:
    print(f"pdf: {what}", file=sys.stderr, flush=True)


def parts() -> dict[str, str]:
    """The pages with which a part of the book begins, and its title."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    return {f"{part['chapters'][0]['file']}.html": part["caption"] for part in toc["parts"]}


@contextmanager
def opened(text: str, site: Path, browser: Browser) -> Iterator[Page]:
    """The document `text`, whose files lie in `site`, ready to be printed.

    Raises
    ------
    RuntimeError
        Pictures of the site are not there.
    """
    script = (Path(document.__file__).parent / "fit.js").read_text("utf-8")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for part in site.iterdir():  # the site itself stays as it was built
            (folder / part.name).symlink_to(part.resolve())
        (folder / "paper.html").write_text(text, "utf-8")
        with serving(folder, follow=True) as address:
            context = browser.new_context(viewport={"width": WIDTH, "height": 1000}, color_scheme="light")
            try:
                page = context.new_page()
                page.set_default_timeout(PATIENCE)
                page.emulate_media(media="print")
                page.goto(f"{address}/paper.html")
                lost = page.evaluate(script)
                if lost:
                    raise RuntimeError(f"{lost} pictures of the website cannot be loaded; run make book")
                yield page
            finally:
                context.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
