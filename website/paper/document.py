"""Pages of the built site as one document for paper: what only a screen can do is left out, what is folded is open.

Every page becomes a part of one HTML file beside the site's index, with the site's own stylesheet. Its ids get the
number of the page, so that they stay unique; links to pages that are in the document lead to their places in it.
"""

from __future__ import annotations

import html
import posixpath
import re
from dataclasses import dataclass, field
from pathlib import Path

TAG = re.compile(r"<[a-z][^<>]*>")
ATTRIBUTE = re.compile(r'( (?:id|for|href|src|aria-labelledby|aria-describedby))="([^"]*)"')
LINK = re.compile(r'(<a [^<>]*?) ?href="#?\?"')
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//")
STYLESHEET = re.compile(r'<link rel="stylesheet" href="[./]*(_static/book-[0-9a-f]*\.css)">')
#: What has no use on paper: drawings for dark pages, code that is folded behind what it shows (it stands in the
#: notebook), controls of frames, marks that link to a heading.
SCREEN_ONLY = re.compile(
    r'<img\s+class="only-dark"[^<>]*>|<details class="eer-harness">.*?</details>|<div class="eer-slider">.*?</div>'
    r'|<a\s+class="headerlink"[^<>]*>.*?</a>',
    re.S,
)
HEADING = re.compile(r"<(/?)h([1-5])(?=[ >])")
SUBTITLE = "Machine learning from matrix calculus to WGAN, derived by hand and checked by machine"


@dataclass
class Entry:
    """A line of the contents; its page number is filled in when it is known (tools/pdf.py).

    Attributes
    ----------
    title : str
        As HTML.
    target : str
        The id of its place in the document.
    level : int
        1 for a part, 2 for a chapter.
    """

    title: str
    target: str
    level: int


@dataclass
class Document:
    """One HTML document, made of pages of the site.

    Attributes
    ----------
    title : str
        Of the whole.
    stylesheet : str
        Of the site, relative to it.
    body : str
        The pages, one after the other.
    contents : list of Entry
        Empty where the document is a single chapter.
    """

    title: str
    stylesheet: str
    body: str
    contents: list[Entry] = field(default_factory=list)

    def html(self) -> str:
        """The whole file."""
        front = _front(self) if self.contents else ""
        style = (Path(__file__).parent / "paper.css").read_text("utf-8")
        return (
            f'<!DOCTYPE html><html lang="en" data-theme="light" data-mode="light"><head><meta charset="utf-8">'
            f"<title>{html.escape(self.title)}</title>"
            f'<link rel="stylesheet" href="{self.stylesheet}"><style>{style}</style></head>'
            f'<body>{front}<article class="bd-article">{self.body}</article></body></html>'
        )


def of_chapter(site: Path, page: str) -> Document:
    """A single page, such as chapters/classical/pca.html."""
    text = (site / page).read_text("utf-8")
    return Document(html.unescape(_heading(text)), _stylesheet(text), part(text, page, {page: 0}))


def of_book(site: Path, pages: list[str], parts: dict[str, str], title: str) -> Document:
    """All `pages`; `parts` holds the names of those with which a part of the book begins, and the part's title."""
    numbers, bodies, contents = {page: number for number, page in enumerate(pages)}, [], []
    for page, number in numbers.items():
        text = (site / page).read_text("utf-8")
        heading = _heading(text)
        opens = page in parts and html.unescape(heading).endswith(parts[page])  # the part's own page
        if page in parts and not opens:
            name = html.escape(parts[page])
            bodies.append(f'<h1 class="part" id="part-{number}">{name}</h1>')
            contents.append(Entry(name, f"part-{number}", 1))
        bodies.append(part(text, page, numbers, deeper=0 if opens else 1))
        contents.append(Entry(heading, f"page-{number}", 1 if opens else 2))
    return Document(title, _stylesheet(text), "\n".join(bodies), contents)


def part(text: str, page: str, numbers: dict[str, int], deeper: int = 0) -> str:
    """The article of a page as part of a document of the pages in `numbers`, its headings so much `deeper`."""
    body = SCREEN_ONLY.sub("", article(text))
    body = TAG.sub(lambda tag: _tag(tag[0], page, numbers), body)
    if deeper:
        body = HEADING.sub(lambda found: f"<{found[1]}h{int(found[2]) + deeper}", body)
    return f'<div class="page" id="page-{numbers[page]}">{body}</div>'


def article(text: str) -> str:
    start = text.index(">", text.index('<article class="bd-article"')) + 1
    return text[start : text.index("</article>", start)]


def _heading(text: str) -> str:
    """The heading of a page, without tags."""
    heading = re.search(r"<h1[^<>]*>(.*?)</h1>", SCREEN_ONLY.sub("", article(text)), re.S)[1]
    return re.sub(r"<[^<>]*>", "", heading).strip()


def _tag(tag: str, page: str, numbers: dict[str, int]) -> str:
    """One opening tag as it stands in the document."""
    if tag.startswith("<details"):
        return tag.replace("<details", "<details open", 1)
    if " hidden" in tag and 'class="eer-frame"' in tag:
        tag = tag.replace(" hidden", "", 1)
    if tag.startswith("<img "):
        tag = tag.replace(' loading="lazy"', "").replace(' decoding="async"', "")
    return ATTRIBUTE.sub(lambda found: _attribute(found[1], found[2], page, numbers), tag)


def _attribute(name: str, value: str, page: str, numbers: dict[str, int]) -> str:
    own = numbers[page]
    if name == " src":
        return f'{name}="{_from_root(page, value)}"'
    if name != " href":  # ids, and what refers to ids
        return f'{name}="{" ".join(f"n{own}-{word}" for word in value.split())}"'
    if ELSEWHERE.match(value):
        return f'{name}="{value}"'
    path, _, anchor = value.partition("#")
    if "?" in path:  # a state of a demo
        return ""
    target = _from_root(page, path) if path else page
    if target not in numbers:
        return ""
    return f'{name}="#{f"n{numbers[target]}-{anchor}" if anchor else f"page-{numbers[target]}"}"'


def _from_root(page: str, address: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), address))


def _stylesheet(text: str) -> str:
    return STYLESHEET.search(text)[1]


def _front(document: Document) -> str:
    """Title page and contents."""
    lines = "".join(map(_line, document.contents))
    return (
        f'<div class="front"><p class="title">{html.escape(document.title)}</p>'
        f'<p class="subtitle">{SUBTITLE}</p>'
        f'<p class="small">Code that only draws, or tries an equation out, is left out: it stands in the notebooks.</p>'
        f'<p class="small">Text under CC BY 4.0, code under the MIT licence.</p></div>'
        f'<nav class="contents"><p class="title">Contents</p>{lines}</nav>'
    )


def _line(entry: Entry) -> str:
    return f'<p class="level-{entry.level}"><a href="#{entry.target}">{entry.title}</a><span></span></p>'
