"""Pages that the book no longer has go: those of documents that were taken out, and indices that it no longer makes.

Sphinx leaves them where they are, and whoever looks through the folder takes them for pages: readers, search, tests.
"""

from __future__ import annotations

from pathlib import Path


def note(app, page, template, context, doctree):
    """Remember the pages that are made of no document; all of them are written in each build that writes at all."""
    if doctree is None:
        app.eer_made = {*getattr(app, "eer_made", ()), page}


def remove(app, exception):
    """After a build that wrote pages: remove all others."""
    made = getattr(app, "eer_made", set())
    if exception or not made:
        return
    folder = Path(app.outdir)
    for path in folder.rglob("*.html"):
        page = path.relative_to(folder).with_suffix("").as_posix()
        if not page.startswith("_static/") and page not in made | app.env.found_docs:
            path.unlink()


def setup(app):
    app.connect("html-page-context", note)
    app.connect("build-finished", remove)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
