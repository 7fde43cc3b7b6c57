"""Control groups of Linux, where the grader may make some: what a box may use in all, and all that is in it by name.

Limits of processes count each alone and do not see memory that nobody has mapped. A group counts everything, and what
an unprivileged box starts cannot leave it. Root can make groups nearly everywhere, others where somebody let them.
"""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Group", "can_group"]

TOP = Path("/sys/fs/cgroup")
#: Seconds after which a group with nothing in it is nobody's.
STALE = 3600
#: Files of a group that hold its limits on memory and on processes, in the two versions of the interface.
FILES = ({"memory": "memory.max", "pids": "pids.max"}, {"memory": "memory.limit_in_bytes", "pids": "pids.max"})


@dataclass(frozen=True)
class Group:
    """A group of one box: its folders, one or (in the older interface) one for each thing that is counted."""

    folders: tuple[Path, ...]

    @classmethod
    def make(cls, memory_bytes: int, processes: int) -> Group | None:
        """A new group with limits, or None where none can be had."""
        made: list[Path] = []
        name = f"eer-{uuid.uuid4().hex}"
        try:
            for parent, files in _homes():
                folder = parent / name
                folder.mkdir()
                made.append(folder)
                for kind, value in (("memory", memory_bytes), ("pids", processes)):
                    if kind in files:
                        (folder / files[kind]).write_text(f"{value}")
        except OSError:
            cls(tuple(made)).end()
            return None
        return cls(tuple(made)) if made else None

    def command(self) -> list[str]:
        """What begins a command so that it runs in the group."""
        files = [str(folder / "cgroup.procs") for folder in self.folders]
        script = f'for f in {" ".join(files)}; do echo $$ > "$f" || exit 125; done; exec "$@"'
        return ["/bin/sh", "-c", script, "sh"]

    def end(self) -> None:
        """Kill what is left in the group, and put it away."""
        for folder in self.folders:
            for _ in range(500):
                with contextlib.suppress(OSError, ValueError):
                    for number in (folder / "cgroup.procs").read_text().split():
                        os.kill(int(number), signal.SIGKILL)
                try:
                    folder.rmdir()
                    break
                except FileNotFoundError:
                    break
                except OSError:  # what was killed is still ending
                    time.sleep(0.01)


def can_group() -> bool:
    """Whether groups can be made here."""
    return bool(_homes())


@functools.cache
def _homes() -> tuple[tuple[Path, dict[str, str]], ...]:
    """Folders below which a group can be made, with the files of the limits that each has."""
    try:
        own = dict(_line(line) for line in Path("/proc/self/cgroup").read_text("ascii").splitlines())
    except (OSError, ValueError):
        return ()
    newer, older = FILES
    found = [(TOP / kind / own[kind].lstrip("/"), {kind: older[kind]}) for kind in older if kind in own]
    if not found and "" in own:
        found = [(TOP / own[""].lstrip("/"), newer)]
    usable = tuple((folder, files) for folder, files in found if _try(folder, files))
    return usable if any("memory" in files for _, files in usable) else ()


def _line(line: str) -> tuple[str, str]:
    _, kind, path = line.split(":", 2)
    return kind, path


def _try(parent: Path, files: dict[str, str]) -> bool:
    for old in parent.glob("eer-*"):  # of a grader that was killed itself
        with contextlib.suppress(OSError):
            if time.time() - old.stat().st_mtime > STALE:
                old.rmdir()
    folder = parent / f"eer-{uuid.uuid4().hex}"
    try:
        folder.mkdir()
    except OSError:
        return False
    try:
        if not all((folder / file).is_file() for file in files.values()):
            with contextlib.suppress(OSError):  # the newer interface hands controllers down when told to
                (parent / "cgroup.subtree_control").write_text("+memory +pids")
        return all(os.access(folder / file, os.W_OK) for file in files.values())
    finally:
        with contextlib.suppress(OSError):
            folder.rmdir()
