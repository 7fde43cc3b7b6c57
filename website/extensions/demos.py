"""Demos in the page: web components that need no kernel (website/demos/), with text in their place without JavaScript.

In a chapter, a `div` holds the text and names the demo; a role links to a situation in it:

    :::{div} eer-demo eer-knn
    What the demo shows.
    :::

    Look at {demo}`one mislabelled point <knn?preset=outlier>`.

Such a link is an ordinary address, `?preset=outlier#demo-knn`, which also works from outside the page.
"""

from __future__ import annotations

import html
import re

from docutils import nodes
from sphinx.util import logging

from website.common import DEMOS

LOG = logging.getLogger(__name__)


class Demo(nodes.General, nodes.Element):
    """A demo's place in the page; its children are the text for readers without JavaScript."""


def demo_link(name, rawtext, text, lineno, inliner, options=None, content=None):
    """{demo}`text <knn?preset=outlier>`: a link that puts the demo of this page into a state."""
    match = re.fullmatch(r"(?s)(.+?)\s*<([\w-]+)(\?[^<>\s]+)?>", text)
    if not match or match[2] not in DEMOS:
        problem = inliner.reporter.error(
            f"{{demo}} is written {{demo}}`text <name?state>`, with a name among {', '.join(DEMOS)}; found {text!r}",
            line=lineno,
        )
        return [inliner.problematic(rawtext, rawtext, problem)], [problem]
    label, demo, query = match.groups()
    address = html.escape(f"{query or ''}#demo-{demo}")
    return [nodes.raw("", f'<a class="eer-state" href="{address}">{html.escape(label)}</a>', format="html")], []


def place_demos(app, doctree):
    """Each `div` of class `eer-demo` becomes the place of the demo that its other class names."""
    for container in list(doctree.findall(nodes.container)):
        if "eer-demo" not in container["classes"]:
            continue
        names = [kind.removeprefix("eer-") for kind in container["classes"] if kind != "eer-demo"]
        if len(names) != 1 or names[0] not in DEMOS:
            LOG.warning("no demo %r; there are %s", names, ", ".join(DEMOS), location=container, type="demo")
            continue
        if not container.astext().strip():
            LOG.warning("demo %s: say in its place what it shows", names[0], location=container, type="demo")
        container.replace_self(Demo("", *container.children, name=names[0]))
    _known(app.env)[app.env.docname] = [demo["name"] for demo in doctree.findall(Demo)]


def _known(env) -> dict[str, list[str]]:
    """The demos of each page."""
    if not hasattr(env, "eer_demos"):
        env.eer_demos = {}
    return env.eer_demos


def forget(app, env, document):
    _known(env).pop(document, None)


def merge(app, env, documents, other):
    """What a process that read some of the pages knows."""
    _known(env).update({document: names for document, names in _known(other).items() if document in documents})


def visit_demo(translator, node):
    name = node["name"]
    translator.body.append(f'<eer-{name} id="demo-{name}" class="eer-demo">')


def depart_demo(translator, node):
    translator.body.append(f"</eer-{node['name']}>\n")


def pass_through(translator, node):
    """Other formats show the text."""


def add_scripts(app, pagename, templatename, context, doctree):
    """A page loads the scripts of its own demos and no others."""
    for name in _known(app.env).get(pagename, []):
        app.add_js_file(f"demos/{name}.js", loading_method="defer")


def setup(app):
    app.add_node(
        Demo,
        html=(visit_demo, depart_demo),
        latex=(pass_through, pass_through),
        text=(pass_through, pass_through),
    )
    app.add_role("demo", demo_link)
    app.add_css_file("demos/palette.css", priority=890)
    app.connect("doctree-read", place_demos)
    app.connect("html-page-context", add_scripts)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
