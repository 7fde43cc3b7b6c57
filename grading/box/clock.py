"""Processor time of a box: of the process that was started and of everything that descends from it.

It does not grow while the box waits for its turn, so that a busy machine costs nobody a point.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import psutil

__all__ = ["processor_seconds"]


def processor_seconds(pid: int) -> float:
    """Seconds that a process and its descendants have run so far, those that ended among them."""
    total, pending = 0.0, [pid]
    while pending:
        process = pending.pop()
        total += _own(process) + _of_ended_children(process)
        pending += _children(process)
    return total


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
