"""Beside each labelled equation stand its number and a tick that leads to its check."""

from __future__ import annotations

import html

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from website.extensions.katex_math import Formula


class Equation(nodes.General, nodes.Element):
    """A formula and its number."""


class EquationNumber(nodes.General, nodes.TextElement):
    """The number, after the tick if there is one."""


class Tick(nodes.General, nodes.TextElement):
    """A link to the first check of the equation; `title` says what it found, `kind` on what: "print" or "code"."""


class NumberEquations(SphinxPostTransform):
    """Labelled formulas become equations; in HTML only, where the number is a link to the equation and has a place."""

    default_priority = 400
    formats = ("html",)

    def run(self, **kwargs):
        document = self.env.docname
        numbers = self.env.toc_fignumbers.get(document, {}).get("displaymath", {})
        ticks = self.env.eer_facts.get(document, {}).get("ticks", {})
        for block in list(self.document.findall(nodes.math_block)):
            if not block.get("number"):
                continue
            number = EquationNumber("", f"({'.'.join(map(str, numbers.get(block['ids'][0], ())))})")
            label = block.get("label")
            if label in ticks:
                tick = ticks[label]
                place = {"refid": f"check-{label}", "title": tick["title"], "kind": tick["kind"]}
                number.insert(0, Tick("", tick["glyph"], **place))
            formula = Formula("", block.astext())
            formula.source, formula.line = block.source, block.line
            block.replace_self(Equation("", formula, number, ids=block["ids"]))


def visit_equation(translator, node):
    translator.body.append(translator.starttag(node, "div", CLASS="math eer-equation"))


def depart_equation(translator, node):
    translator.body.append("</div>\n")


def visit_number(translator, node):
    translator.body.append('<span class="eqno">')


def depart_number(translator, node):
    translator.add_permalink_ref(node.parent, "Link to this equation")
    translator.body.append("</span>")


def visit_tick(translator, node):
    title = html.escape(node["title"])
    kind = f"eer-checked eer-{node['kind']}"
    translator.body.append(f'<a class="{kind}" href="#{node["refid"]}" title="{title}" aria-label="{title}">')


def depart_tick(translator, node):
    translator.body.append("</a>")


def setup(app):
    app.add_node(Equation, html=(visit_equation, depart_equation))
    app.add_node(EquationNumber, html=(visit_number, depart_number))
    app.add_node(Tick, html=(visit_tick, depart_tick))
    app.add_post_transform(NumberEquations)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
