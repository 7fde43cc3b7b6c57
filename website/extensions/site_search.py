"""Sphinx makes no index of its own: the book's is made of the finished pages (website/finishing/search.py)."""

from __future__ import annotations


def no_index(app):
    app.builder.search = False


def page(app):
    """The page of the search, which Sphinx writes only with its own index."""
    return [("search", {}, "search.html")]


def setup(app):
    app.connect("builder-inited", no_index)
    app.connect("html-collect-pages", page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
