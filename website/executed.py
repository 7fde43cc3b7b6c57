"""The executed copies (book/copies.py) as the website uses them: under today's prose, and as what readers download."""

from __future__ import annotations

from itertools import count
from pathlib import Path

from nbformat import NotebookNode, v4

from book.copies import executed_path
from book.order import ROOT
from utils import rendering
from utils.records import RECORD_MIME


def merged(notebook: Path) -> NotebookNode:
    """Today's prose and code of `notebook` (relative to the root) with the outputs of its executed copy.

    Raises
    ------
    ValueError
        The copy has more cells of code than the notebook, or fewer.
    """
    nb, copy = (v4.reads(path.read_text("utf-8")) for path in (ROOT / notebook, executed_path(notebook)))
    for cell, ran in zip(code_cells(nb), code_cells(copy), strict=True):
        cell.outputs, cell.execution_count = ran.outputs, ran.execution_count
    nb.metadata["eer"] = copy.metadata["eer"]
    return nb


def code_cells(nb: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in nb.cells if cell.cell_type == "code"]


def download(notebook: Path, repository: str | None) -> str:
    """The executed notebook as readers get it: with today's look of records; it installs `utils` where that is missing.

    Parameters
    ----------
    notebook : Path
        Relative to the root.
    repository : str, optional
        owner/name of the book's GitHub repository, from where `utils` is installed (Colab); without it nothing is.
    """
    nb, number = merged(notebook), count()
    for cell in code_cells(nb):
        for output in cell.outputs:
            if record := output.get("data", {}).get(RECORD_MIME):
                output.data["text/plain"] = rendering.as_text(record)
                output.data["text/html"] = rendering.as_html(record, f"{next(number)}")
    if repository:
        install = f'%pip install -q --no-deps "git+https://github.com/{repository}"'
        source = f"try:\n    import utils\nexcept ModuleNotFoundError:\n    {install}"
        nb.cells.insert(0, v4.new_code_cell(source, id="install-utils"))
    return v4.writes(nb) + "\n"
