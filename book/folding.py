"""Which code the website folds: what only imports or only draws, so that on the page the picture comes first."""

from __future__ import annotations

import re

from utils.records import records


def is_folded(cell, first: bool) -> bool:
    """Whether the code of an executed cell is folded.

    Parameters
    ----------
    cell : NotebookNode
        A code cell with its outputs.
    first : bool
        Whether it is the chapter's first code cell, which holds the imports.
    """
    shows = any(record["kind"] == "figure" for record in records(cell))
    draws = shows or cell.source.startswith(("def draw_", "def plot_"))
    teaches = re.search(r"^(def (?!draw_|plot_)|class )|\b(check|claim)\(", cell.source, re.M)
    return (first or draws) and not teaches
