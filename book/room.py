"""Whether there is a place to write to, asked before the work, and what helps where there is none."""

from __future__ import annotations

import errno
import tempfile
from pathlib import Path

__all__ = ["no_room", "said"]

#: What must fit at least; a folder can often be made where no page fits any more.
BYTES = 1 << 20
HELPS = {
    errno.ENOSPC: "make room there",
    errno.EDQUOT: "make room within your quota",
    errno.EROFS: "copy the book to a folder that you may write to",
    errno.EACCES: "take the right to write there, or copy the book",
    errno.EPERM: "take the right to write there, or copy the book",
}


def no_room(folder: Path) -> OSError | None:
    """Why nothing can be written into `folder`, which is made where it is missing; None where something can."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(BYTES))
    except OSError as problem:
        return OSError(problem.errno, problem.strerror, str(folder))
    return None


def said(problem: OSError) -> str:
    """The problem in one line, with what helps where that is known."""
    place = f" ({problem.filename})" if problem.filename else ""
    remedy = f"; {HELPS[problem.errno]}, and run this again" if problem.errno in HELPS else ""
    return f"{problem.strerror}{place}{remedy}"
