"""A page of the built site as XHTML for a book: its article, without what only a screen can do.

As on paper (website/paper/document.py), drawings are those of light pages, folded code that draws or tries an equation
out is left out, and all frames of a figure are there. Solutions stay folded where a reader can fold.
"""

from __future__ import annotations

import html
import posixpath
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from website.epub import formulas
from website.paper import document

XHTML, OPS = "http://www.w3.org/1999/xhtml", "http://www.idpf.org/2007/ops"
SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
VOID = ("area", "br", "col", "hr", "img", "input", "link", "meta", "wbr")
NOT_READ = re.compile(r"<(script|style)\b.*?</\1>|<!--.*?-->", re.S)
TAG = re.compile(r"<([a-z][\w-]*)((?:\s+[\w:@.-]+(?:=\"[^\"]*\")?)*)\s*/?>")
ATTRIBUTE = re.compile(r"([\w:@.-]+)(=\"[^\"]*\")?")
ENTITY = re.compile(r"&(?!amp;|lt;|gt;|quot;|#)(\w+;)")
EMPTY = re.compile(rf"<(?!(?:{'|'.join(VOID)})[ /])([\w-]+)((?: [^<>]*)?) />")
#: Attributes that only a browser understands, or nobody any more.
NEEDLESS = ("loading", "decoding", "tabindex", "border", "valign")
#: Classes of what has no use in a book.
SCREEN_ONLY = {"only-dark", "eer-harness", "eer-slider", "headerlink", "eer-start", "eer-continue"}
#: A formula of more signs in a line may be wider than a phone, and engines do not break it.
LONG = 24
DEMO = "On the website a demo stands here, to play with."


@dataclass
class Page:
    """One document of a book.

    Attributes
    ----------
    name : str
        Of the page, relative to the site.
    body : Element
        What stands on it.
    wanted : list
        Its formulas as (TeX, displayed), in the order of the elements that wait for them.
    pictures : dict
        Where the pictures lie that it shows: in the book, and in the site.
    """

    name: str
    body: ET.Element
    wanted: list[tuple[str, bool]] = field(default_factory=list)
    pictures: dict[str, str] = field(default_factory=dict)

    @property
    def file(self) -> str:
        return file_of(self.name)

    @property
    def title(self) -> str:
        heading = self.body.find(".//h1")
        return " ".join(_words(heading).split())

    @property
    def ids(self) -> set[str]:
        return {element.get("id") for element in self.body.iter() if element.get("id")}

    def xhtml(self) -> str:
        return xhtml(self.file, self.title, written(self.body))

    def properties(self) -> list[str]:
        """What a package must say of it."""
        tags = {"math": "mathml", "svg": "svg"}
        return [word for tag, word in tags.items() if self.body.find(f".//{tag}") is not None]


def file_of(name: str) -> str:
    """Where a page of the site stands in a book."""
    return f"{name.removesuffix('.html')}.xhtml"


def read(site: Path, name: str) -> Page:
    """A page of the site, whose formulas are still to be set and whose links still lead into the site."""
    article = parsed(document.article((site / name).read_text("utf-8")))
    page = Page(name, article)
    _note_sources(article, formulas.sources(site, name))
    _simplify(article, page)
    return page


def put_formulas(page: Page, known: Mapping[tuple[str, bool], str]) -> None:
    """Put the MathML of its formulas into a page."""
    waiting = [(parent, child) for parent in page.body.iter() for child in parent if child.tag == "math"]
    ready = {formula: formulas.mathml(known[formula], formula[0]) for formula in dict.fromkeys(page.wanted)}
    for place, element in waiting:
        formula = element.get("alttext"), element.get("display") == "block"
        element.attrib.update(ready[formula].attrib)
        element[:] = ready[formula][:]
        if place.tag == "span" and len("".join(element.itertext())) > LONG:
            place.set("class", f"{place.get('class', '')} eer-long".strip())


def lead(page: Page, pages: Mapping[str, set[str]]) -> None:
    """Let the links of a page lead to other pages of the book, `pages` with their ids; the others become text."""
    for inside_svg, link in _links(page.body):
        target = _target(page.name, link.attrib.pop("href", None) or "", pages)
        if target is None:
            link.tag = "g" if inside_svg else "span"
            link.attrib.pop("aria-label", None)
        else:
            link.set("xlink:href" if inside_svg else "href", target)
            if inside_svg:
                title = ET.Element("title")
                title.text = " ".join(" ".join(link.itertext()).split())
                link.insert(0, title)


def xhtml(file: str, title: str, body: str) -> str:
    """A whole document."""
    style = posixpath.relpath("book.css", posixpath.dirname(file) or ".")
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n'
        f'<html xmlns="{XHTML}" xmlns:epub="{OPS}" lang="en" xml:lang="en">\n<head><title>{html.escape(title)}</title>'
        f'<link rel="stylesheet" href="{style}"/></head>\n<body><main>{body}</main></body>\n</html>\n'
    )


def written(body: ET.Element) -> str:
    """What stands in an element, as XHTML; only what can hold nothing ends where it begins."""
    text = ET.tostring(body, encoding="unicode")
    text = text[text.index(">") + 1 : text.rindex("<")]
    return EMPTY.sub(r"<\1\2></\1>", text)


def parsed(text: str) -> ET.Element:
    """The HTML that Sphinx writes, which is XML but for what ends by itself, attributes without values, and entities.

    Raises
    ------
    xml.etree.ElementTree.ParseError
        It is more than that.
    """
    text = TAG.sub(_closed, NOT_READ.sub("", text))
    text = ENTITY.sub(lambda found: html.unescape(found[0]), text)
    return ET.fromstring(f"<article>{text}</article>")


def _closed(tag: re.Match) -> str:
    name, attributes = tag[1], ATTRIBUTE.sub(lambda found: found[0] if found[2] else f'{found[1]}=""', tag[2])
    attributes = attributes.replace(f' xmlns="{formulas.XMLNS}"', "").replace(f' xmlns="{SVG}"', "")
    return f"<{name}{attributes}{'/' if name in VOID or tag[0].endswith('/>') else ''}>"


def _note_sources(article: ET.Element, known: list[str]) -> None:
    found = [element for element in article.iter("span") if element.get("class") == "katex"]
    if known and len(known) != len(found):
        raise RuntimeError(f"{len(known)} sources for {len(found)} formulas; run make book")
    for i, formula in enumerate(found):
        formula.set("data-tex", (known[i] if known else "") or formulas.source(formula))


# --- what becomes of each element -----------------------------------------------------------------------------------


def _simplify(parent: ET.Element, page: Page) -> None:
    for child in list(parent):
        classes = set((child.get("class") or "").split())
        if child.tag in ("input", "output") or classes & SCREEN_ONLY or "download" in child.attrib:
            _remove(parent, child)
            continue
        if "katex" in classes or "katex-display" in classes:
            _formula(child, page)
            continue
        for change in CHANGES:
            change(child, classes, page)
        _simplify(child, page)
        if "cell" in classes and not len(child):  # it had nothing to show
            _remove(parent, child)


def _remove(parent: ET.Element, child: ET.Element) -> None:
    """Without the dot that parted it from what stands before."""
    i, tail = list(parent).index(child), child.tail or ""
    before = (parent[i - 1].tail if i else parent.text) or ""
    if "download" in child.attrib:
        before = re.sub(r" · $", "", before)
    if i:
        parent[i - 1].tail = before + tail
    else:
        parent.text = before + tail
    parent.remove(child)


def _formula(element: ET.Element, page: Page) -> None:
    displayed = element.get("class") == "katex-display"
    tex = (element[0] if displayed else element).get("data-tex")
    page.wanted.append((tex, displayed))
    tail = element.tail
    element.clear()
    element.tag, element.tail = "math", tail
    element.set("alttext", tex)
    if displayed:
        element.set("display", "block")


def _attributes(element: ET.Element, classes: set[str], page: Page) -> None:
    for name in NEEDLESS:
        element.attrib.pop(name, None)
    if element.tag == "svg":
        element.set("xmlns", SVG)
        element.set("xmlns:xlink", XLINK)


def _picture(element: ET.Element, classes: set[str], page: Page) -> None:
    if element.tag == "img":
        source = posixpath.normpath(posixpath.join(posixpath.dirname(page.name), element.get("src")))
        file = f"pictures/{posixpath.basename(source).replace('-light.', '.')}"
        page.pictures[file] = source
        element.set("src", posixpath.relpath(file, posixpath.dirname(page.file) or "."))


def _frame(element: ET.Element, classes: set[str], page: Page) -> None:
    """Frames stand below each other, each with its label."""
    if "eer-frame" in classes:
        element.attrib.pop("hidden", None)
        label = ET.SubElement(element, "p", {"class": "eer-label"})
        label.text = element.get("data-label")


def _demo(element: ET.Element, classes: set[str], page: Page) -> None:
    """The text of a demo, and that there is one."""
    if "eer-demo" in classes:
        element.tag = "div"
        note = ET.Element("p", {"class": "eer-note"})
        note.text = DEMO
        element.insert(0, note)


def _further(element: ET.Element, classes: set[str], page: Page) -> None:
    """What goes further is open, below a line that says so."""
    if element.tag == "details" and "eer-further" in classes:
        element.tag = "div"
        element.find("summary").tag = "p"


def _solution(element: ET.Element, classes: set[str], page: Page) -> None:
    """What a script of the site folds is folded by the reader, where that can fold; else it is open."""
    title = element.find("p") if "dropdown" in classes and element.tag == "div" else None
    if title is not None and title.get("class") == "admonition-title":
        element.tag, title.tag = "details", "summary"
        for link in title.iter("a"):  # what folds when it is touched leads nowhere else
            link.tag, link.attrib = "span", {}


def _header(element: ET.Element, classes: set[str], page: Page) -> None:
    """A cell without words is no header."""
    if element.tag == "th" and not "".join(element.itertext()).strip():
        element.tag = "td"


CHANGES: tuple[Callable[[ET.Element, set[str], Page], None], ...] = (
    _attributes,
    _picture,
    _frame,
    _demo,
    _further,
    _solution,
    _header,
)


# --- links -----------------------------------------------------------------------------------------------------------


def _links(element: ET.Element, inside_svg: bool = False) -> list[tuple[bool, ET.Element]]:
    inside_svg = inside_svg or element.tag == "svg"
    found = [(inside_svg, element)] if element.tag == "a" else []
    return found + [link for child in element for link in _links(child, inside_svg)]


def _target(page: str, address: str, pages: Mapping[str, set[str]]) -> str | None:
    """Where a link of a page leads in the book; None where that has no such place."""
    if document.ELSEWHERE.match(address):
        return address
    path, _, anchor = address.partition("#")
    name = posixpath.normpath(posixpath.join(posixpath.dirname(page), path)) if path else page
    if name not in pages or (name == page and anchor not in pages[name]):
        return None
    file = "" if name == page else posixpath.relpath(file_of(name), posixpath.dirname(file_of(page)) or ".")
    return f"{file}#{anchor}" if anchor in pages[name] else file


def _words(element: ET.Element) -> str:
    """The text of an element, its formulas as TeX."""
    if element.tag == "math":
        return element.get("alttext")
    return "".join([element.text or "", *(_words(child) + (child.tail or "") for child in element)])
