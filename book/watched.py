"""Runs a command and says which processes are still there some time after its end.

    python -IS watched.py RECORD SECONDS COMMAND …

A program of its own, which runs behind walls where there are no processes but its own (book/walls.py) and imports
nothing of the book. RECORD is the file in which the command lines are written, as JSON; SECONDS is what processes get
to end in, and only those that stay for ever take all of it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path


def watch(record: Path, seconds: float, command: list[str]) -> int:
    """The command's exit status, once nothing of it is left or it is written down what is."""
    before = others()
    status = subprocess.run(command).returncode
    end = time.monotonic() + seconds
    while (left := others().keys() - before.keys()) and time.monotonic() < end:
        time.sleep(0.05)
    still = others()
    record.write_text(json.dumps(sorted(still[number] for number in left if number in still)), "utf-8")
    return status


def others() -> dict[str, str]:
    """Command lines of all processes but the first and this one, by their numbers."""
    names = {}
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and int(process.name) not in (1, os.getpid()):
            try:
                words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace").strip()
                state = (process / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()[0]
            except OSError:
                continue
            if state != "Z":  # only nobody has asked yet how it ended
                names[process.name] = words
    return names


if __name__ == "__main__":
    sys.exit(watch(Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]))
