"""Figures, theorems, exercises and equations are numbered without reading every page anew.

In each build Sphinx counts all that has a number, through the whole book: one more exercise moves those behind it. For
this it unpickles the tree of every page, which takes seconds where one of 60 has changed. All it looks at are sections,
tables of contents, and what has a number: of these a skeleton of each page is kept in the environment.
"""

from __future__ import annotations

from functools import partial

from docutils import nodes
from sphinx import addnodes
from sphinx.environment.collectors.toctree import TocTreeCollector

COUNT = TocTreeCollector.assign_figure_numbers


def skeleton(env, tree: nodes.Element) -> list[nodes.Element]:
    """What of a tree's children takes part in the numbering, in their order."""
    found = []
    for node in tree.children:
        if isinstance(node, addnodes.toctree):
            found.append(node.copy())
        elif isinstance(node, nodes.section):
            found.append(nodes.section("", *skeleton(env, node), ids=node["ids"]))
        elif isinstance(node, nodes.Element):
            bones = skeleton(env, node)
            if any(domain.get_enumerable_node_type(node) for domain in env.domains.values()):
                titles = [child.deepcopy() for child in node if isinstance(child, (nodes.caption, nodes.title))]
                bare = node.copy()
                bare.extend([*titles, *bones])  # where there is a title of no words, Sphinx gives no number
                bones = [bare]
            found += bones
    return found


def keep(app, tree):
    """A page has been read."""
    kept = app.env.eer_skeletons = getattr(app.env, "eer_skeletons", {})
    kept[app.env.docname] = root = nodes.Element("", *skeleton(app.env, tree))
    for node in root.findall():
        node.document = None  # the whole page, which would be pickled, too


def merge(app, env, documents, other):
    """Other processes have read some pages."""
    kept = env.eer_skeletons = getattr(env, "eer_skeletons", {})
    kept |= {document: other.eer_skeletons[document] for document in documents if document in other.eer_skeletons}


def purge(app, env, document):
    getattr(env, "eer_skeletons", {}).pop(document, None)


def from_skeletons(env, document: str) -> nodes.Element:
    """In the place of `env.get_doctree`, while numbers are given."""
    found = getattr(env, "eer_skeletons", {}).get(document)
    return type(env).get_doctree(env, document) if found is None else found


def assign_figure_numbers(collector, env) -> list[str]:
    """In the place of Sphinx's own method; returns the pages whose numbers have changed."""
    env.get_doctree = partial(from_skeletons, env)
    try:
        return COUNT(collector, env)
    finally:
        del env.get_doctree


def setup(app):
    TocTreeCollector.assign_figure_numbers = assign_figure_numbers
    app.connect("doctree-read", keep, priority=900)  # after what other extensions do to the tree
    app.connect("env-merge-info", merge)
    app.connect("env-purge-doc", purge)
    return {"env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
