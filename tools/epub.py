"""Make an EPUB of the built site: a chapter, or the book. It is written only if it holds together.

python -m tools.epub [classical/pca]
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import yaml
from pygments.formatters import HtmlFormatter

from book.order import ROOT, documents
from tools.pdf import BOOK, missing_page, page_of, parts
from tools.serve import SITE
from website.epub import checking, formulas, package, page, pictures
from website.paper.document import SUBTITLE

RIGHTS = "Text under CC BY 4.0, code under the MIT licence."


def main(arguments: list[str]) -> int:
    start, chapter = time.perf_counter(), arguments[0] if arguments else None
    if missing := missing_page(SITE, chapter, "epub"):
        print(f"make: {missing}", file=sys.stderr)
        return 1
    pages = [page_of(chapter)] if chapter else [f"{name}.html" for name in documents(ROOT)[1:]]
    try:
        book = made(SITE, pages, {} if chapter else parts(), chapter)
    except (RuntimeError, OSError) as problem:
        print(f"make: {problem}", file=sys.stderr)
        return 1
    against = checking.epubcheck(book)
    wrong = checking.problems(book) + (against or [])
    if wrong:
        print("\n".join(wrong), "make: the EPUB was not written: mend the lines above", sep="\n", file=sys.stderr)
        return 1
    target = SITE.parent / "epub" / f"{Path(chapter).name if chapter else BOOK}.epub"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(book)
    checked = "passed by epubcheck" if against is not None else "links checked; epubcheck is not on this machine"
    size, seconds = len(book) / 1e6, time.perf_counter() - start
    count = "1 page" if chapter else f"{len(pages)} pages"
    print(f"{target.relative_to(ROOT)}: {count}, {size:.1f} MB, {checked}, {seconds:.0f} s")
    return 0


def made(site: Path, names: Iterable[str], begins: dict[str, str], chapter: str | None = None) -> bytes:
    """The EPUB of these pages of the site; `begins` names those with which a part begins, and the part's title."""
    pages = [page.read(site, name) for name in names]
    known = formulas.set_all([formula for each in pages for formula in each.wanted])
    places = {each.name: each.ids for each in pages}
    for each in pages:
        page.put_formulas(each, known)
        page.lead(each, places)
    shown = {file: source for each in pages for file, source in each.pictures.items()}
    drawn = {file: pictures.for_book(file, (site / source).read_bytes()) for file, source in shown.items()}
    style = (Path(package.__file__).parent / package.STYLE).read_text("utf-8") + code_colours()
    return package.packed(facts(pages[0].title if chapter else None), contents(pages, begins), pages, drawn, style)


def code_colours() -> str:
    """Those of the site's light pages."""
    return "\n".join(HtmlFormatter(style="a11y-high-contrast-light").get_token_style_defs(".highlight")) + "\n"


def contents(pages: list[page.Page], begins: dict[str, str]) -> list[package.Entry]:
    """Parts and chapters, as in the printed book."""
    found = []
    for each in pages:
        opens = each.name in begins and each.title.endswith(begins[each.name])  # the part's own page
        if each.name in begins and not opens:
            found.append(package.Entry(begins[each.name], None, 1))
        found.append(package.Entry(each.title, each.file, 1 if opens or not begins else 2))
    return found


def facts(chapter: str | None = None) -> package.Facts:
    """What a library wants to know of the book, or of one chapter."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    title = f"{config['title']}: {chapter}" if chapter else config["title"]
    return package.Facts(title, SUBTITLE, config["author"], RIGHTS, modified(config["copyright"]))


def modified(year: str) -> str:
    """When the text was changed last: SOURCE_DATE_EPOCH, else the last commit, else with the year of the book."""
    seconds = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not seconds:
        command = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
        try:
            seconds = subprocess.run(command, capture_output=True, text=True).stdout.strip()
        except OSError:  # no git on this machine
            seconds = ""
    if not seconds.isdigit():
        return f"{year}-01-01T00:00:00Z"
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
