"""What a notebook's file holds, or in one line what is wrong with it and what helps.

A byte-order mark, as some editors on Windows write it, does no harm and is passed over; `make clear-outputs` takes it
away.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["conflict", "notebook", "parsed", "text_of"]

MARKER = re.compile(r"^(<{7}|={7}|>{7}|\|{7})( |$)")


def text_of(path: Path) -> str:
    """The text of a file of UTF-8.

    Raises
    ------
    ValueError
        It is in another encoding; the message is one line with the remedy.
    OSError
        It cannot be read.
    """
    content = path.read_bytes()
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise ValueError("it is in UTF-16; save it as UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        raise ValueError(f"line {line} is not in UTF-8; save the file as UTF-8") from None


def notebook(path: Path, schema: bool = True) -> NotebookNode:
    """The notebook of format 4 in a file.

    Parameters
    ----------
    path : Path
        Where it lies.
    schema : bool
        Whether to look also at what no part of the book reads, and say so on the log; this takes most of the time.

    Raises
    ------
    ValueError
        The file is none; the message is one line with the remedy.
    OSError
        It cannot be read.
    """
    import nbformat  # takes a second, and most readers of a chapter do without

    text = text_of(path)
    content = parsed(text)
    for number, cell in enumerate(content["cells"], 1):
        if not (isinstance(cell, dict) and {"cell_type", "source", "metadata"} <= cell.keys()):
            raise ValueError(f"cell {number} is no cell of format 4; restore the file (git checkout -- FILE)")
    return nbformat.reads(text, as_version=4) if schema else nbformat.v4.to_notebook(content)


def conflict(text: str) -> int | None:
    """The line of the first marker that a merge has left, or None."""
    lines = text.splitlines()
    if not any(line.startswith("<<<<<<<") for line in lines):
        return None
    return next((number for number, line in enumerate(lines, 1) if MARKER.match(line)), None)


def parsed(text: str) -> dict:
    """The notebook that `text` is, of format 4.

    Raises
    ------
    ValueError
        It is none; the message is one line with the remedy.
    """
    try:
        stored = json.loads(text)
    except RecursionError:
        raise ValueError("its JSON is nested too deeply; restore the file (git checkout -- FILE)") from None
    except ValueError as problem:
        raise ValueError(_why(text, problem)) from None
    if not isinstance(stored, dict) or "nbformat" not in stored:
        raise ValueError("it has no nbformat; restore the file (git checkout -- FILE)")
    if stored["nbformat"] != 4:
        remedy = "convert it (jupyter nbconvert --to notebook --inplace FILE)"
        raise ValueError(f"it is of format {stored['nbformat']!r}, not 4; {remedy}")
    if not isinstance(stored.get("cells"), list):
        raise ValueError("it has no list of cells; restore the file (git checkout -- FILE)")
    return stored


def _why(text: str, problem: ValueError) -> str:
    if not text.strip():
        return "the file is empty; restore it (git checkout -- FILE)"
    if line := conflict(text):
        return f"line {line} is left of a merge; choose a side (git checkout --ours FILE, or --theirs FILE)"
    if not isinstance(problem, json.JSONDecodeError):
        return f"broken JSON, {problem}; restore the file (git checkout -- FILE)"
    what = problem.msg[:1].lower() + problem.msg[1:]
    place = f"line {problem.lineno}, column {problem.colno}"
    return f"{place}: broken JSON, {what}; mend it there, or restore the file (git checkout -- FILE)"
