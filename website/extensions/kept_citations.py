"""An entry of the bibliography is formatted again only where it has changed.

sphinxcontrib-bibtex formats all entries in each build, twice (once for the list and once for what shows over a link).
"""

from __future__ import annotations

import pybtex
from pybtex.style.formatting import BaseStyle
from sphinxcontrib.bibtex.domain import BibtexDomain

FORMAT = BaseStyle.format_entry


class Citations(BibtexDomain):
    """Citations that take over what the last build made of the same entry, style and label with the same pybtex."""

    def env_updated(self):
        before, now = getattr(self.env, "eer_formatted", {}), {}

        def format_entry(style, label, entry, bib_data=None):
            name = (pybtex.__version__, type(style).__module__, type(style).__qualname__, label, entry.key)
            known, formatted = before.get(name, (None, None))
            if known != entry:
                formatted = FORMAT(style, label, entry, bib_data)
            now[name] = entry, formatted
            return formatted

        BaseStyle.format_entry = format_entry
        try:
            return super().env_updated()
        finally:
            BaseStyle.format_entry = FORMAT
            self.env.eer_formatted = now


def setup(app):
    app.setup_extension("sphinxcontrib.bibtex")
    app.add_domain(Citations, override=True)
    return {"env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
