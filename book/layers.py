"""The two layers of a chapter: the lesson, and what proves it; the core, and what goes further.

An author marks both with metadata that JupyterLab itself obeys, so that the mark folds the same things there and on the
website, and the notebook needs no words for it:

* a cell of code whose source is hidden (View, Collapse Selected Code) is *harness*: it checks, measures or draws;
* a cell of Markdown whose heading is collapsed (the triangle beside it) begins a section that goes *further*: it and
  all below it, up to the next heading of the same level or a higher one, lie off the direct way to the promise.
"""

from __future__ import annotations

from collections.abc import Mapping

#: The metadata of cells that this is written in; `tools.clear_outputs` keeps them.
HARNESS, FURTHER = "jupyter", "jp-MarkdownHeadingCollapsed"


def is_harness(metadata: Mapping) -> bool:
    """Whether a cell of code with this metadata is folded behind what it shows."""
    return bool(metadata.get(HARNESS, {}).get("source_hidden"))


def goes_further(metadata: Mapping) -> bool:
    """Whether a cell of Markdown with this metadata begins a section off the core path."""
    return bool(metadata.get(FURTHER))
