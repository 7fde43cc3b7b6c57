"""Folded code behind what it shows, and folded sections that go further (book/layers.py).

The marks of a notebook's metadata become a class of the cell and a directive of the text when the page is read
(executed_notebooks.py); here they become the folds of the page.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from utils import rendering
from website.extensions.records import Figure, Line

#: The tag of a folded cell.
TAG = "eer-harness"


class Harness(nodes.General, nodes.Element):
    """The folded code of a cell, below its outputs; `summary` says what a click opens."""


class FurtherMark(nodes.Invisible, nodes.Element):
    """Stands behind the heading of a section off the core path, which takes so many `minutes`."""


class Further(nodes.General, nodes.Element):
    """All of such a section but its heading."""


class Mark(SphinxDirective):
    """```{further} 4```, written by executed_notebooks.py."""

    required_arguments = 1

    def run(self):
        return [FurtherMark("", minutes=int(self.arguments[0]))]


class FoldHarness(SphinxTransform):
    """The code of a folded cell moves behind its outputs: a reader sees first what it shows.

    Cells that show nothing prepare the next one: where that is folded too, their code is the first part of its fold.
    """

    default_priority = 500

    def apply(self, **kwargs):
        prepared: list[nodes.Node] = []
        for cell in list(self.document.findall(_is_harness)):
            code = [child for child in cell if "cell_input" in _classes(child)]
            for block in (block for part in code for block in part.findall(nodes.literal_block)):
                block["language"] = "text"  # colours of folded code would be a tenth of what the page's text weighs
            prepared += code
            following = cell.next_node(siblings=True, descend=False)
            if len(code) == len(cell) and _is_harness(following):
                cell.parent.remove(cell)
                continue
            for part in code:
                cell.remove(part)
            words = rendering.WORDS[f"fold, {_shows(cell)}"]
            lines = sum(len(part.astext().splitlines()) for part in prepared)
            count = rendering.WORDS["fold, line" if lines == 1 else "fold, lines"].format(lines=lines)
            cell.append(Harness("", *prepared, summary=f"{words} · {count}"))
            prepared = []


def _is_harness(node: nodes.Node) -> bool:
    return f"tag_{TAG}" in _classes(node)


def _classes(node: nodes.Node) -> list[str]:
    return node.get("classes", []) if isinstance(node, nodes.Element) else []


def _shows(cell: nodes.Element) -> str:
    """What the outputs of a cell are: the code behind a check is called otherwise than that behind a figure."""
    if next(cell.findall(Line), None):
        return "check"
    if next(cell.findall(Figure), None):
        return "figure"
    return "other"


class FoldFurther(SphinxPostTransform):
    """Only when the page is written: until then its sections make the contents beside it."""

    default_priority = 300
    formats = ("html",)

    def run(self, **kwargs):
        for mark in list(self.document.findall(FurtherMark)):
            section, fold = mark.parent, Further("", minutes=mark["minutes"])
            position = section.index(mark)
            rest = section.children[position + 1 :]
            del section[position:]
            fold += rest
            section += fold
            section["classes"].append("eer-goes-further")


# how they look in HTML


def visit_harness(translator, node):
    summary = translator.encode(node["summary"])
    translator.body.append(f'<details class="eer-harness"><summary>{summary}</summary>')


def visit_further(translator, node):
    summary = translator.encode(rendering.WORDS["further"].format(minutes=node["minutes"]))
    translator.body.append(f'<details class="eer-further"><summary>{summary}</summary>')


def depart_details(translator, node):
    translator.body.append("</details>\n")


def pass_through(translator, node):
    """Other formats show all of it."""


def setup(app):
    other = (pass_through, pass_through)
    app.add_node(Harness, html=(visit_harness, depart_details), latex=other, text=other)
    app.add_node(Further, html=(visit_further, depart_details), latex=other, text=other)
    app.add_node(FurtherMark, html=other, latex=other, text=other)
    app.add_directive("further", Mark)
    app.add_transform(FoldHarness)
    app.add_post_transform(FoldFurther)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
