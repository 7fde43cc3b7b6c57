"""The executed copies (book/copies.py) under today's prose and code, as pages and downloads show them."""

from __future__ import annotations

from pathlib import Path

from nbformat import NotebookNode, v4

from book import stored
from book.copies import executed_path
from book.order import ROOT


def merged(notebook: Path) -> NotebookNode:
    """Today's prose and code of `notebook` (relative to the root) with the outputs of its executed copy.

    Raises
    ------
    ValueError
        The copy has more cells of code than the notebook, or fewer.
    """
    nb, copy = stored.notebook(ROOT / notebook), v4.reads(executed_path(notebook).read_text("utf-8"))
    for cell, ran in zip(code_cells(nb), code_cells(copy), strict=True):
        cell.outputs, cell.execution_count = ran.outputs, ran.execution_count
    nb.metadata["eer"] = copy.metadata["eer"]
    return nb


def code_cells(nb: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in nb.cells if cell.cell_type == "code"]
