"""Code of a notebook as Python, read without running it."""

from __future__ import annotations

from grading.course.cells import cells_of

__all__ = ["code_cells"]


def code_cells(text: str) -> list[str]:
    """The sources of a notebook's code cells; magics and lines for the shell are left out.

    Raises
    ------
    ValueError, TypeError, KeyError, AttributeError, RecursionError
        The text is no notebook; nobody knows what a stranger has put there.
    """
    return [cell.text for cell in cells_of(text)]
