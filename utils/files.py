"""Files that are whole or not there: whatever interrupts the writing, a reader finds the old content or the new."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["replacing", "write_atomically"]


def write_atomically(path: Path, content: str | bytes) -> None:
    """Give a file new content in one step; text is written as UTF-8, its line ends as they are.

    Parameters
    ----------
    path : Path
        The file, which need not exist; its folder must.
    content : str or bytes

    Raises
    ------
    OSError
        It cannot be written. The file is as it was before, and nothing half-written lies beside it.
    """
    with replacing(path) as partial:
        partial.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield the name of a file to write beside `path`, whose place it takes when the block ends without an error.

    After an error, or an interruption from the keyboard, it is removed and `path` is as it was. The name ends in
    `.partial` and is this process's own, so that two processes can write one file at the same time.

    Raises
    ------
    OSError
        As from the operating system, also when the block has written no such file.
    """
    path = Path(path)
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
