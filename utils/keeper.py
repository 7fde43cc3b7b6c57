"""Keeps programs running for as long as the process that started this one lives, and ends them with all they started.

A program of its own, which imports nothing of the book. It is given commands on its standard input, one a line:

    {"name": "slurmd", "argv": ["slurmd", "-D"], "env": {"PATH": "/usr/bin"}, "cwd": "/tmp/x"}

Each is started, and writes to `name.log` in the folder that the first argument names; when it ends, its status stands
in `name.status`. When the input ends, or whoever wrote it has died, of whatever cause, every process that descends from
this one is killed, those included that have made themselves daemons, and the folder is removed.

It needs Linux: there, orphaned descendants come back to the nearest ancestor that asks for them.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

#: Numbers of prctl(2): a signal at the parent's death; orphaned descendants become own children.
PDEATHSIG, CHILD_SUBREAPER = 1, 36
#: Seconds between two looks at whether the process above still lives.
LOOK = 0.5


def main(folder: Path) -> None:
    """Start what the input asks for until it ends; then end everything."""
    above = os.getppid()
    ctypes.CDLL(None).prctl(CHILD_SUBREAPER, 1, 0, 0, 0)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit())
    children: dict[int, tuple[str, subprocess.Popen]] = {}
    pending = b""
    try:
        while os.getppid() == above:
            reap(children, folder)
            if not select.select([0], [], [], LOOK)[0]:
                continue
            read = os.read(0, 1 << 16)
            if not read:
                return
            *lines, pending = (pending + read).split(b"\n")
            for line in lines:
                start(json.loads(line), folder, children)
    finally:
        end_descendants()
        shutil.rmtree(folder, ignore_errors=True)


def start(wanted: dict, folder: Path, children: dict[int, tuple[str, subprocess.Popen]]) -> None:
    """Start one command; the name of its process goes to `children`."""
    with (folder / f"{wanted['name']}.log").open("ab") as log:
        try:
            process = subprocess.Popen(
                wanted["argv"],
                env=wanted["env"],
                cwd=wanted["cwd"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=lambda: ctypes.CDLL(None).prctl(PDEATHSIG, signal.SIGKILL, 0, 0, 0),
            )
        except OSError as error:
            log.write(f"{error}\n".encode())
            say_ended(folder, wanted["name"], 127)
        else:
            children[process.pid] = wanted["name"], process  # kept: a Popen that goes takes the status along


def reap(children: dict[int, tuple[str, subprocess.Popen]], folder: Path) -> None:
    """Take leave of the processes that have ended, and write down the status of those that were asked for."""
    with contextlib.suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            if ended[0] in children:
                name, process = children.pop(ended[0])
                process.returncode = os.waitstatus_to_exitcode(ended[1])
                say_ended(folder, name, process.returncode)


def say_ended(folder: Path, name: str, status: int) -> None:
    """Write it down in one piece, so that nobody reads a file before its content is there."""
    unfinished = folder / f"{name}.unfinished"
    unfinished.write_text(f"{status}\n")
    unfinished.replace(folder / f"{name}.status")


def end_descendants(seconds: float = 10) -> None:
    """Kill each process that descends from this one, until there is none."""
    late = time.monotonic() + seconds
    while time.monotonic() < late:
        for number in descendants(os.getpid()):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(number, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(0.02)


def descendants(top: int) -> set[int]:
    """Numbers of the processes below one, however deep."""
    above = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError):
                # the name, which may hold anything, stands between brackets
                above[int(entry.name)] = int(
                    (entry / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()[1]
                )
    found: set[int] = set()
    layer = {top}
    while layer:
        layer = {number for number, parent in above.items() if parent in layer} - found
        found |= layer
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]))
