"""Files that are whole or not there."""

from __future__ import annotations

import os
from pathlib import Path


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file so that whoever reads it, at any time, finds the old content or the new, never half of one.

    Parameters
    ----------
    path : Path
        In a folder that exists.
    content : str or bytes
        Text is written in UTF-8.

    Raises
    ------
    OSError
        The file cannot be written (no folder, no right, no room); what was there before is still there.
    """
    path = Path(path)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        partial.write_bytes(content.encode() if isinstance(content, str) else content)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
