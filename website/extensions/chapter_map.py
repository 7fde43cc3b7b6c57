"""Which chapter leads to which: at the end of each what it needs and where it leads, and the map of all of them.

The chapters say it themselves, in their cards “What you need first” (book/prerequisites.py). The map is laid out by
Graphviz when the site is built, and stands in the page as SVG whose nodes are links.
"""

from __future__ import annotations

import html
import textwrap
from pathlib import PurePosixPath

from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

from book.prerequisites import leads_to, without_detours
from utils import rendering
from utils.missing import NotRun
from utils.typeset import layout

#: The page of the map.
MAP = "map"
#: Letters in a line of a node.
LETTERS = 20
#: Size of the letters, and points of Graphviz in an inch.
SIZE, INCH = 11, 72
#: Room round the map, for the lines of its outermost nodes.
EDGE = 2


class Map(nodes.General, nodes.Element):
    """The place of the map."""


class ShowMap(SphinxDirective):
    """```{chapter-map}```: the map of all chapters."""

    def run(self):
        return [Map("")]


def needs(env) -> dict[str, list[str]]:
    """What each chapter needs, in reading order."""
    return {chapter: facts["needs"] for chapter, facts in env.eer_facts.items()}


def short(env, chapter: str) -> str:
    """A title without what explains it."""
    return env.eer_facts[chapter]["title"].partition(":")[0]


def outdated(app, env, added, changed, removed):
    """Pages on which another chapter's title, or what it needs, changes what stands there."""
    known = getattr(env, "eer_ways", {})
    env.eer_ways = {chapter: way(env, chapter) for chapter in env.eer_facts}
    stale = [chapter for chapter, found in env.eer_ways.items() if known.get(chapter) != found]
    return [document for document in [*stale, *([MAP] if stale else [])] if document in env.found_docs]


def way(env, chapter: str) -> list[list[tuple[str, str]]]:
    """The chapters before and behind one, each with its title."""
    return [[(other, short(env, other)) for other in side[chapter]] for side in (needs(env), leads_to(needs(env)))]


def place(app, doctree, document):
    """Put the way at the end of a chapter, and draw the map where it is asked for."""
    if document in app.env.eer_facts:
        section = next(doctree.findall(nodes.section))
        section.append(nodes.raw("", _way(app, document), format="html"))
    for node in list(doctree.findall(Map)):
        node.replace_self(nodes.raw("", _map(app, document), format="html"))


def _way(app, document: str) -> str:
    columns = []
    for side, chapters in zip(("needs", "leads to"), way(app.env, document), strict=True):
        links = "".join(f"<li>{_link(app, document, c, html.escape(title))}</li>" for c, title in chapters)
        found = f"<ul>{links}</ul>" if links else f"<p>{rendering.WORDS[f'{side}, nothing']}</p>"
        columns.append(f'<div class="eer-{side.split()[0]}"><p>{rendering.WORDS[side]}</p>{found}</div>')
    here = f'<p class="eer-here">{html.escape(short(app.env, document))}</p>'
    whole = _link(app, document, MAP, rendering.WORDS["map"]) if MAP in app.env.found_docs else ""
    label = rendering.WORDS["way"]
    return f'<nav class="eer-way" aria-label="{label}">{columns[0]}{here}{columns[1]}{whole}</nav>'


def _link(app, document: str, target: str, text: str, attributes: str = "") -> str:
    return f'<a href="{html.escape(app.builder.get_relative_uri(document, target))}"{attributes}>{text}</a>'


def _map(app, document: str) -> str:
    """The map as SVG, in units of the page's pixels, with y downwards."""
    chapters = {chapter: short(app.env, chapter) for chapter in app.env.eer_facts}
    found = layout(dot(chapters, without_detours(needs(app.env))))
    if isinstance(found, NotRun):
        raise ExtensionError(f"the map of chapters needs {found.tools[0]}: `make environment` installs it")
    _, _, width, height = map(float, found["bb"].split(","))
    parts = list(dict.fromkeys(_part(chapter) for chapter in chapters))
    drawn = [_edge(edge, height) for edge in found.get("edges", [])]
    for node in found["objects"]:
        chapter = node["name"]
        kind = f' class="eer-part-{parts.index(_part(chapter)) + 1}"'
        drawn.append(_link(app, document, chapter, _box(node, height), kind))
    arrow = '<marker id="eer-arrow" viewBox="0 0 6 6" refX="5" refY="3" markerWidth="6" markerHeight="6" orient="auto">'
    width, height = width + 2 * EDGE, height + 2 * EDGE
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="{-EDGE} {-EDGE} {width:.0f} {height:.0f}"'
    svg = f'<svg {size}><defs>{arrow}<path d="M0,0L6,3L0,6z"/></marker></defs>{"".join(drawn)}</svg>'
    label = rendering.WORDS["map"]
    region = f'<div class="eer-map" role="region" aria-label="{label}" tabindex="0">{svg}</div>'
    return _legend(app, document, parts) + region


def _legend(app, document: str, parts: list[str]) -> str:
    """The colours of the parts, each with the name of its part, which leads to its page."""
    found = []
    for number, part in enumerate(parts, 1):
        index = f"chapters/{part}/index"
        title = app.env.titles[index].astext() if index in app.env.titles else part
        link = _link(app, document, index, html.escape(title)) if index in app.env.titles else html.escape(title)
        found.append(f'<span class="eer-part-{number}">■</span> {link}')
    return f'<p class="eer-legend">{" · ".join(found)}</p>'


def dot(chapters: dict[str, str], edges: dict[str, list[str]]) -> str:
    """The graph for Graphviz, from left to right, with the titles in lines of a few letters."""
    lines = [f"rankdir=LR; nodesep=0.12; ranksep=0.5; node [shape=box, fontsize={SIZE}, height=0.3, margin=0.08]"]
    lines += [f"{_quoted(c)} [label={_quoted(chr(10).join(_lines(title)))}]" for c, title in chapters.items()]
    lines += [f"{_quoted(other)} -> {_quoted(c)}" for c, named in edges.items() for other in named]
    return "digraph {\n" + "\n".join(lines) + "\n}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _lines(title: str) -> list[str]:
    return textwrap.wrap(title, LETTERS)


def _part(chapter: str) -> str:
    return PurePosixPath(chapter).parent.name


def _box(node: dict, height: float) -> str:
    x, y = map(float, node["pos"].split(","))
    wide, high, lines = INCH * float(node["width"]), INCH * float(node["height"]), node["label"].split("\n")
    top = height - y - (len(lines) - 1) * 0.6 * SIZE + 0.35 * SIZE
    text = "".join(
        f'<tspan x="{x:.1f}" y="{top + i * 1.2 * SIZE:.1f}">{html.escape(line)}</tspan>' for i, line in enumerate(lines)
    )
    corner = f'x="{x - wide / 2:.1f}" y="{height - y - high / 2:.1f}"'
    return f'<rect {corner} width="{wide:.1f}" height="{high:.1f}" rx="6"/><text>{text}</text>'


def _edge(edge: dict, height: float) -> str:
    end, *points = edge["pos"].split()
    at = [tuple(map(float, point.removeprefix("e,").split(","))) for point in [*points, end]]
    first, *others = (f"{x:.1f},{height - y:.1f}" for x, y in at)
    return f'<path d="M{first}C{" ".join(others[:-1])}L{others[-1]}" marker-end="url(#eer-arrow)"/>'


def setup(app):
    app.add_node(Map)
    app.add_directive("chapter-map", ShowMap)
    app.connect("env-get-outdated", outdated)
    app.connect("doctree-resolved", place)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
