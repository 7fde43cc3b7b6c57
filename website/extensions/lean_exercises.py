"""Of an exercise Sphinx remembers what it is called, not the page around it.

sphinx_exercise keeps the node of each exercise and solution from build to build, and by its parents the whole page. All
that is ever asked of these nodes is their kind, attributes and title, yet they were 38 of the 46 MB that each build
unpickles before it does anything.
"""

from __future__ import annotations

from docutils import nodes


def bare(node: nodes.Element) -> nodes.Element:
    """A copy of a node with its title, and without what else is in it and around it."""
    copy = node.copy()
    copy.extend(child.deepcopy() for child in node if isinstance(child, nodes.title))
    for part in copy.findall():
        part.document = None
    return copy


def leave_pages(app, env):
    """All pages have been read, and what is known of them is about to be written."""
    for known in getattr(env, "sphinx_exercise_registry", {}).values():
        known["node"] = bare(known["node"])


def setup(app):
    app.connect("env-updated", leave_pages, priority=900)  # after all that looks at the nodes
    return {"parallel_read_safe": True, "parallel_write_safe": True}
