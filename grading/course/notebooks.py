"""Code of a notebook as Python, read without running it."""

from __future__ import annotations

import json

from IPython.core.inputtransformer2 import TransformerManager

__all__ = ["code_cells"]


def code_cells(text: str) -> list[str]:
    """The sources of a notebook's code cells, magics and shell lines written as the calls that they stand for.

    Raises
    ------
    ValueError, TypeError, KeyError, AttributeError, RecursionError
        The text is no notebook; nobody knows what a stranger has put there.
    """
    sources = [cell.get("source", "") for cell in json.loads(text)["cells"] if cell.get("cell_type") == "code"]
    transform = TransformerManager().transform_cell
    return [transform(source if isinstance(source, str) else "".join(source)) for source in sources]
