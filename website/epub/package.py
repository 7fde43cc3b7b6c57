"""An EPUB: documents, pictures and a stylesheet in one zip, with what says in which order they are read.

The same files make the same book, byte for byte: nothing of it is the time or the machine.
"""

from __future__ import annotations

import io
import uuid
import zipfile
from dataclasses import dataclass
from html import escape

from website.epub import page, pictures

FOLDER = "book"
PACKAGE, CONTENTS, STYLE, TITLE = "package.opf", "contents.xhtml", "book.css", "title.xhtml"
MADE = (1980, 1, 1, 0, 0, 0)
CONTAINER = f"""<?xml version="1.0" encoding="utf-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="{FOLDER}/{PACKAGE}" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""
ACCESSIBLE = {
    "accessMode": ("textual", "visual"),
    "accessModeSufficient": ("textual",),
    "accessibilityFeature": ("alternativeText", "MathML", "structuralNavigation", "tableOfContents"),
    "accessibilityHazard": ("none",),
    "accessibilitySummary": ("Formulas are MathML with their TeX as text; every figure has a description in words.",),
}


@dataclass
class Facts:
    """What a library wants to know of a book.

    Attributes
    ----------
    title, subtitle, author, rights : str
    modified : str
        When its text was changed last, as 2026-01-31T00:00:00Z.
    """

    title: str
    subtitle: str
    author: str
    rights: str
    modified: str


@dataclass
class Entry:
    """A line of the contents: a part of level 1, or a chapter of level 2; a part without a page has no `file`."""

    title: str
    file: str | None
    level: int


def packed(facts: Facts, contents: list[Entry], pages: list[page.Page], drawn: dict[str, bytes], style: str) -> bytes:
    """The file of the book: its `pages` in their order, and the pictures that they show."""
    front = {TITLE: page.xhtml(TITLE, facts.title, _title_page(facts))}
    if contents:
        front[CONTENTS] = _contents(contents)
    else:
        front[CONTENTS] = _contents([Entry(each.title, each.file, 1) for each in pages])
    texts = front | {each.file: each.xhtml() for each in pages} | {STYLE: style}
    files = {name: text.encode() for name, text in texts.items()} | drawn
    opf = _package(facts, pages, sorted(drawn))
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        _put(archive, "mimetype", b"application/epub+zip", zipfile.ZIP_STORED)
        _put(archive, "META-INF/container.xml", CONTAINER.encode())
        _put(archive, f"{FOLDER}/{PACKAGE}", opf.encode())
        for name, content in files.items():
            _put(archive, f"{FOLDER}/{name}", content)
    return book.getvalue()


def _put(archive: zipfile.ZipFile, name: str, content: bytes, how: int = zipfile.ZIP_DEFLATED) -> None:
    entry = zipfile.ZipInfo(name, MADE)
    entry.compress_type, entry.external_attr, entry.create_system = how, 0o644 << 16, 3
    archive.writestr(entry, content)


def _package(facts: Facts, pages: list[page.Page], drawn: list[str]) -> str:
    items = [
        _item("style", STYLE, "text/css"),
        _item("title", TITLE, "application/xhtml+xml"),
        _item("contents", CONTENTS, "application/xhtml+xml", ["nav"]),
        *(_item(f"page-{i}", each.file, "application/xhtml+xml", each.properties()) for i, each in enumerate(pages)),
        *(_item(f"picture-{i}", name, pictures.type_of(name)) for i, name in enumerate(drawn)),
    ]
    spine = ["title", "contents", *(f"page-{i}" for i in range(len(pages)))]
    order = "".join(f'<itemref idref="{name}"/>' for name in spine)
    access = "".join(
        f'<meta property="schema:{name}">{escape(value)}</meta>\n'
        for name, values in ACCESSIBLE.items()
        for value in values
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n'
        f'<package xmlns="http://www.idpf.org/2007/opf" version="3.0" xml:lang="en" unique-identifier="identifier">\n'
        f'<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
        f'<dc:identifier id="identifier">urn:uuid:{uuid.uuid5(uuid.NAMESPACE_DNS, facts.title)}</dc:identifier>\n'
        f"<dc:title>{escape(facts.title)}</dc:title>\n<dc:creator>{escape(facts.author)}</dc:creator>\n"
        f"<dc:language>en</dc:language>\n<dc:description>{escape(facts.subtitle)}</dc:description>\n"
        f'<dc:rights>{escape(facts.rights)}</dc:rights>\n<meta property="dcterms:modified">{facts.modified}</meta>\n'
        f"{access}</metadata>\n<manifest>\n{''.join(items)}</manifest>\n<spine>{order}</spine>\n</package>\n"
    )


def _item(name: str, file: str, kind: str, properties: list[str] | None = None) -> str:
    said = f' properties="{" ".join(properties)}"' if properties else ""
    return f'<item id="{name}" href="{escape(file)}" media-type="{kind}"{said}/>\n'


def _title_page(facts: Facts) -> str:
    return (
        f'<section class="front"><h1>{escape(facts.title)}</h1><p class="subtitle">{escape(facts.subtitle)}</p>'
        f"<p>Code that only draws, or tries an equation out, is left out: it stands in the notebooks.</p>"
        f"<p>{escape(facts.rights)}</p></section>"
    )


def _contents(entries: list[Entry]) -> str:
    lines, open_part = [], False
    for i, entry in enumerate(entries):
        title = escape(entry.title)
        place = f'<a href="{escape(entry.file)}">{title}</a>' if entry.file else f"<span>{title}</span>"
        if entry.level == 1 and open_part:
            lines.append("</ol></li>")
            open_part = False
        if entry.level == 1 and i + 1 < len(entries) and entries[i + 1].level == 2:
            lines.append(f"<li>{place}<ol>")
            open_part = True
        else:
            lines.append(f"<li>{place}</li>")
    lines += ["</ol></li>"] if open_part else []
    body = f'<nav epub:type="toc" id="contents"><h1>Contents</h1><ol>{"".join(lines)}</ol></nav>'
    return page.xhtml(CONTENTS, "Contents", body)
