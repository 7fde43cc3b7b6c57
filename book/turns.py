"""One at a time: two commands that write below `_build/` of the same book take turns."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

__all__ = ["one_at_a_time"]

#: Held while something is written; it goes with the process that holds it, whatever ends that.
LOCK = Path("_build/.turn")
WAITING = "another command is building this book; waiting until it has finished …"


@contextlib.contextmanager
def one_at_a_time(root: Path) -> Iterator[None]:
    """Within the block nobody else is in such a block with the same `root`; says so where it has to wait.

    Where nothing can be written, nobody has to wait.
    """
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):  # whoever writes what matters says so
            (root / LOCK).parent.mkdir(parents=True, exist_ok=True)
            _wait(stack.enter_context((root / LOCK).open("a")))
        yield


def _wait(file) -> None:
    if fcntl is None:
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print(WAITING, flush=True)
        fcntl.flock(file, fcntl.LOCK_EX)
