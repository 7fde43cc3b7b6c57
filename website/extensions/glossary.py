"""The glossary is written by part (registers/<part>/glossary.md) and read as one list in alphabetical order."""

from __future__ import annotations

import unicodedata

from docutils import nodes
from sphinx.addnodes import glossary


def one_list(app, doctree):
    """Move the entries of all glossaries of a page into the first one, sorted by their terms."""
    lists = [part[0] for part in list(doctree.findall(glossary))]
    for other in lists[1:]:
        lists[0].extend(other.children)
        other.parent.parent.remove(other.parent)
    for entries in lists[:1]:
        entries[:] = sorted(entries, key=alphabetical)


def alphabetical(entry: nodes.definition_list_item) -> str:
    """By the letters of the first term, whatever their case; a letter with an accent follows the letter without."""
    return unicodedata.normalize("NFD", entry[0].astext().casefold())


def setup(app):
    app.connect("doctree-read", one_list)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
