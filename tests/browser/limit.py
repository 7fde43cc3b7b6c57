"""A test in a browser does not wait for ever: what it waits for is ended from outside, and it fails where it stands.

Playwright has a limit for most of what it waits for, but none for scripts in pages, nor for the mouse and the keyboard;
and an exception that a signal raises amid its loop leaves it unusable.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil
import pytest

from tests.browser.visit import PATIENCE

#: Seconds for a test with its fixtures.
LIMIT = 5 * PATIENCE


def end_what_was_started() -> None:
    """Kill what this process has started, browsers above all, but for Playwright's driver, which starts others."""
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if "run-driver" not in process.cmdline():
                process.kill()


@contextmanager
def limited(item: pytest.Item, seconds: float = LIMIT) -> Iterator[None]:
    """End what was started if the block, in which `item` is run, takes longer, and say so in the item's report."""

    def end() -> None:
        item.add_report_section("call", "limit", f"After {seconds:.0f} s all that was started for this test was ended.")
        end_what_was_started()

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
