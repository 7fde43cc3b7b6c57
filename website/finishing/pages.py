"""One page: what it does not need goes, what is invalid is mended, and what it names is noted."""

from __future__ import annotations

import html
import json
import re
from dataclasses import asdict
from pathlib import Path

from book.order import ROOT
from website.common import repository
from website.downloads import chapter_zip, download
from website.finishing.fonts import MATH_FONTS
from website.finishing.units import units

FONT_AWESOME_SCRIPT = re.compile(
    r"\s*(?:<!-- So that users can add custom icons -->\s*)?<script[^>]*fontawesome[^>]*></script>"
)
PRELOAD = re.compile(r'\s*<link rel="preload"[^>]*>|\s*<link rel="modulepreload"[^>]*>')
#: What the extensions write that is not valid or has no name for a screen reader, and what it should be.
CORRECTIONS = [
    (
        re.compile(r'<summary><span class="toctree-toggle"'),
        '<summary aria-label="Chapters"><span class="toctree-toggle"',
    ),
    (re.compile(r' id="(?:(?:proof|exercise|solution)-content|proof)"'), ""),  # the same id for each block of a page
    (re.compile(r' role="(?:doc-biblioentry"|list"(?= class="citation-list"))'), ""),  # deprecated, and no list
    # sources are cited by author and year: their numbers lead nowhere
    (
        re.compile(
            r'<span class="label"><span class="fn-bracket">\[</span>\d+<span class="fn-bracket">\]</span></span>\n'
        ),
        "",
    ),
    # above a part in the list of all pages stands its name once more
    (
        re.compile(
            r'<p aria-level="2" class="caption" role="heading"><span class="caption-text">([^<]+)</span></p>\n'
            r'(?=<ul class="[^"]*">\n<li class="[^"]*"><a class="[^"]*" href="[^"]*">(?:\d+\. )?\1</a>)'
        ),
        "",
    ),
]
#: Names, punctuation and blanks of highlighted code have the colour of the text; their marks only cost nodes.
PLAIN_TOKENS = re.compile(r'<span class="(?:n|p|w|nn)">([^<]*)</span>')
#: A formula, with its source where that is not what is read in it (website/katex.mjs).
FORMULA = re.compile(r'<span class="katex"(?: data-tex="([^"]*)")?>')
VIEWPORT = re.compile(r'<meta name="viewport"[^>]*>\s*')
#: From where a page names the files that it loads: relative to itself, or (404.html) to the site's own address.
ROOTS = r"(?:(?:\.\./)*|/(?:[^\"?]+/)?)"
STYLESHEET = re.compile(rf'[ \t]*<link [^>]*?href="({ROOTS})_static/([^"?]+\.css)(?:\?[^"]*)?"[^>]*>\n?')
BUNDLE = re.compile(rf'(<link rel="stylesheet" href="{ROOTS}_static/)book-[0-9a-f]*\.css(">)')
SCRIPT = re.compile(rf'<script[^>]* src="{ROOTS}_static/([^"?]+\.js)')
VERSION = re.compile(r'(?<=_static/)([^"?]+\.js)(?:\?(?:v|digest)=\w+)?(?=")')


def finish(site: Path, name: str) -> dict:
    """Finish the page `name` under `site`, and say what it names.

    Returns
    -------
    dict
        stylesheets: those that it loaded before, which `link` replaces by one; scripts; words: all in its tags and
        scripts, classes among them; icons; mathematics: the characters set in each of KaTeX's fonts; units: what the
        search finds on it.
    """
    page = site / name
    text = PRELOAD.sub("", FONT_AWESOME_SCRIPT.sub("", page.read_text("utf-8")))
    text = PLAIN_TOKENS.sub(r"\1", _one_viewport(text))
    for wrong, right in CORRECTIONS:
        text = wrong.sub(right, text)
    text, names = one_stylesheet(text)
    text, sources = apart(text)
    page.write_text(text, "utf-8")
    if any(sources):
        page.with_suffix(".formulas.js").write_text(f"eerFormulas={json.dumps(sources)}", "utf-8")
    found = [asdict(unit) for unit in units(text)]
    return {"stylesheets": names, "scripts": sorted(set(SCRIPT.findall(text))), "units": found} | named(text)


def offer(site: Path, name: str) -> None:
    """Write the notebook and the zip that the page `name` offers, if it is a chapter's."""
    notebook = Path(name).with_suffix(".ipynb")
    if (ROOT / notebook).is_file():
        target = site / "_sources" / notebook
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(download(notebook, repository()), "utf-8")
        chapter_zip(notebook, target.with_suffix(".zip"))


def apart(text: str) -> tuple[str, list[str]]:
    """The page without the sources of its formulas, which would weigh as much as its words; and those of its article.

    They stand in order, empty where a formula is its own source; website/page/copying.js gives them back.
    """
    article = text[max(text.find('<article class="bd-article"'), 0) : text.find("</article>")]
    return FORMULA.sub('<span class="katex">', text), [html.unescape(source) for source in FORMULA.findall(article)]


def named(text: str) -> dict:
    """Classes, icons and characters of formulas on a page."""
    places = set(re.findall(r"<[a-z][^>]*>", text)) | set(re.findall(r"(?s)<script>(.*?)</script>", text))
    words = {word for place in places for word in re.findall(r"[\w-]+", place)}
    symbols = {
        (classes, html.unescape(symbol))
        for classes, symbol in set(re.findall(r'<span class="([^"]*)"[^>]*>([^<]+)<', text))
    }
    characters = {
        font: sorted(
            {char for classes, symbol in symbols if re.search(family, classes) for char in html.unescape(symbol)}
        )
        for font, family in {"": "", **MATH_FONTS}.items()
    }
    icons = sorted({word[3:] for word in words if word.startswith("fa-")})
    return {"words": sorted(words), "icons": icons, "mathematics": characters}


def one_stylesheet(text: str) -> tuple[str, list[str]]:
    """The page with one place for a stylesheet in place of several, and the names of those, relative to _static/."""
    links = list(STYLESHEET.finditer(text))
    if not links:
        return text, []
    tag = f'<link rel="stylesheet" href="{links[0][1]}_static/book-.css">\n'
    for i, link in reversed(list(enumerate(links))):
        text = text[: link.start()] + (tag if i == 0 else "") + text[link.end() :]
    return text, list(dict.fromkeys(link[2] for link in links))


def link(page: Path, stylesheet: str | None, versions: dict[str, str]) -> None:
    """Let a finished page load its stylesheet, and the scripts that the book writes in their present versions."""
    before = page.read_text("utf-8")
    text = BUNDLE.sub(rf"\g<1>{stylesheet}\g<2>", before, count=1) if stylesheet else before
    text = VERSION.sub(lambda found: f"{found[1]}?v={versions[found[1]]}" if found[1] in versions else found[0], text)
    if text != before:
        page.write_text(text, "utf-8")


def _one_viewport(text: str) -> str:
    first = VIEWPORT.search(text)
    return text[: first.end()] + VIEWPORT.sub("", text[first.end() :]) if first else text
