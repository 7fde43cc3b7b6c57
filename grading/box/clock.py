"""Processor time of a box, and how long it waited for its turn: of the process that was started and of its descendants.

The first does not grow while the box waits, and the second is granted, so that a busy machine costs nobody a point.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import psutil

__all__ = ["processor_seconds", "waiting_seconds"]


def processor_seconds(pid: int) -> float:
    """Seconds that a process and its descendants have run so far, those that ended among them."""
    total, pending = 0.0, [pid]
    while pending:
        process = pending.pop()
        total += _own(process) + _of_ended_children(process)
        pending += _children(process)
    return total


def waiting_seconds(pid: int) -> float:
    """Seconds for which a processor was wanted and not to be had: the longest wait of a thread of a process and its
    descendants, and that of the caller's own thread beside it. 0 where the system does not say (Linux does)."""
    longest, pending = 0.0, [pid]
    while pending:
        process = pending.pop()
        longest = max([longest, *map(_waited, Path(f"/proc/{process}/task").glob("*/schedstat"))])
        pending += _children(process)
    return longest + _waited(Path("/proc/thread-self/schedstat"))


def _waited(schedstat: Path) -> float:
    try:
        return int(schedstat.read_text("ascii").split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0


def _own(pid: int) -> float:
    try:
        return time.clock_gettime(~pid << 3 | 2)  # Linux: the processor-time clock of another process
    except (OSError, AttributeError, OverflowError):
        pass
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return 0.0
    return times.user + times.system


def _of_ended_children(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii", errors="replace").rpartition(")")[2].split()
        return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):  # it ended meanwhile, or this is not Linux
        return 0.0


def _children(pid: int) -> list[int]:
    try:
        files = list(Path(f"/proc/{pid}/task").glob("*/children"))
        if files:
            return [int(child) for file in files for child in file.read_text("ascii").split()]
        return [child.pid for child in psutil.Process(pid).children()]
    except (OSError, ValueError, psutil.Error):
        return []
