"""The wall round a submission: bubblewrap where it works, plain resource limits where it does not.

In a bubblewrap box a submission sees the system's programs, Python's packages, its own files and an empty /tmp, all
but the last read-only; it has no network, no other processes, no privileges and a user of its own, and everything it
started ends with the box. Without bubblewrap the limits on time, memory, processes and output hold for each process,
but the submission can read what its user can read, write what its user can write, and use the network.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
import uuid
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

from grading.box import walls
from grading.box.groups import Group

__all__ = ["DEFAULT_LIMITS", "Limits", "Sandbox", "bubblewrap_problem", "choose_sandbox"]

HERE = Path(__file__).resolve().parent
#: The variable by which a box's processes are recognised where there is no bubblewrap to end them.
MARK = "EER_BOX"
#: Seconds that processes get to end in once they are killed.
ENDING = 5.0


@dataclass(frozen=True)
class Limits:
    """What one question of one submission may use.

    Attributes
    ----------
    seconds : float
        Wall-clock time of the whole question, as far as the judge waits for the box and the box not for a processor.
    cpu_seconds : int
        Processor time of one process.
    memory_bytes : int
        Data memory of one process, and resident memory of all of them together.
    processes : int
        Processes and threads.
    file_bytes : int
        Size of one file, and of everything below /tmp; of everything below /dev/shm, too.
    output_bytes : int
        Printed text; more of it ends the box.
    answer_bytes : int
        One value that comes back.
    """

    seconds: float = 60.0
    cpu_seconds: int = 120
    memory_bytes: int = 2 << 30
    processes: int = 64
    file_bytes: int = 64 << 20
    output_bytes: int = 8 << 20
    answer_bytes: int = 64 << 20


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True)
class Sandbox:
    """Starts the runner for one submission; `isolated` says whether bubblewrap does it.

    Chosen once for a run and handed on, to other machines, too: one that cannot do it refuses.
    """

    isolated: bool

    def missing(self) -> str:
        """What this machine's wall does not keep a submission from; "" where it is the best there is."""
        if not self.isolated:
            return "no bubblewrap: it could read, write and send what the grader's user can"
        wall = walls.best()
        return wall.missing if isinstance(wall, walls.Wall) else wall

    def start(self, folder: Path, modules: dict[str, str], limits: Limits) -> Box:
        """A running box for the submission in `folder`, whose `modules` map names to files below it.

        Raises
        ------
        RuntimeError
            This machine has no such wall.
        """
        wanted = {name: asdict(limits)[name] for name in ("cpu_seconds", "memory_bytes", "processes", "file_bytes")}
        if not self.isolated:
            wanted["processes"] += _threads_of_this_user()  # the system counts those that run already, too
        mark = uuid.uuid4().hex
        environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/tmp", "MPLBACKEND": "Agg", MARK: mark}
        environment |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        settings = json.dumps(wanted | {"modules": modules, "keeps_orphans": not self.isolated})
        told = None
        if self.isolated:
            told = os.pipe()
            sizes = (limits.file_bytes, limits.file_bytes)
            command = [*walls.command(folder, sizes, environment, told[1]), sys.executable, "-I", "/box/runner.py"]
            command += ["/submission", settings]
        else:
            if os.name != "posix":
                raise RuntimeError(
                    "submissions are graded on Linux, macOS or in WSL: this system has no resource limits"
                )
            command = [sys.executable, "-I", str(HERE / "runner.py"), str(folder), settings]
        group = Group.make(limits.memory_bytes + 3 * limits.file_bytes, 2 * limits.processes)
        try:
            process = subprocess.Popen(
                [*(group.command() if group else []), *command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=folder,
                env=environment,
                start_new_session=True,
                pass_fds=[told[1]] if told else [],
            )
        except BaseException:
            if group:
                group.end()
            if told:
                os.close(told[0])
            raise
        finally:
            if told:
                os.close(told[1])
        return Box(process, mark, self.isolated, group, _first_process(told[0]) if told else None)


@dataclass
class Box:
    """A running box: its process, with pipes for requests, answers and printed text.

    Attributes
    ----------
    process : subprocess.Popen
        As the grader sees it: bubblewrap, or the runner itself.
    mark : str
        By which its processes are known where nothing else holds them together.
    isolated : bool
    group : Group or None
        The control group that they are in.
    first : int or None
        Refers to the first process inside, with which all others end (a pidfd).
    seen : set of psutil.Process
        Processes that were seen in it; each knows when it began.
    """

    process: subprocess.Popen
    mark: str
    isolated: bool
    group: Group | None = None
    first: int | None = None
    seen: set[psutil.Process] = field(default_factory=set)

    def end(self) -> int:
        """Stop everything in the box and return the exit status."""
        if self.first is not None:  # it cannot be talked out of ending by what runs inside
            with contextlib.suppress(OSError):
                signal.pidfd_send_signal(self.first, signal.SIGKILL)
        if not self.isolated and self.process.returncode is None:
            self.seen |= _descendants(self.process.pid)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        status = self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            with contextlib.suppress(OSError):
                pipe.close()
        if self.first is not None:
            select.select([self.first], [], [], ENDING)  # readable when it, and with it all others, has ended
            os.close(self.first)
            self.first = None
        if not self.isolated:
            _kill_seen(self.seen)
            _kill_marked(self.mark)
        if self.group:
            self.group.end()
        return status


def choose_sandbox(isolated: bool | None = None) -> Sandbox:
    """The best wall there is, or the one that is asked for.

    Raises
    ------
    RuntimeError
        Bubblewrap is asked for and does not work here; the message says why.
    """
    problem = bubblewrap_problem() if isolated is not False else None
    if isolated and problem:
        raise RuntimeError(problem)
    return Sandbox(isolated=isolated is not False and problem is None)


def bubblewrap_problem() -> str | None:
    """Why boxes of bubblewrap cannot be had on this machine, or None when they can."""
    wall = walls.best()
    return wall if isinstance(wall, str) else None


bubblewrap_problem.cache_clear = walls.best.cache_clear  # for who has installed it, or takes it away in a test


def _first_process(told: int) -> int | None:
    """A reference to the first process in a box, of which bubblewrap tells through a pipe."""
    text = b""
    try:
        while b"}" not in text and select.select([told], [], [], 20)[0]:
            chunk = os.read(told, 1 << 12)
            if not chunk:
                return None
            text += chunk
        return os.pidfd_open(json.loads(text)["child-pid"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    finally:
        os.close(told)


def _threads_of_this_user() -> int:
    count = 0
    for process in psutil.process_iter(["uids", "num_threads"]):
        if process.info["uids"] and process.info["uids"].real == os.getuid():
            count += process.info["num_threads"] or 1
    return count


def _descendants(pid: int) -> set[psutil.Process]:
    """What descends from a process, which starts nothing more; its orphans are its children."""
    with contextlib.suppress(psutil.Error, ProcessLookupError):
        os.kill(pid, signal.SIGSTOP)
        return set(psutil.Process(pid).children(recursive=True))
    return set()


def _kill_seen(seen: set[psutil.Process]) -> None:
    """Kill processes that were seen in the box, and what they have started, although they may have left it.

    Returns when they are gone: one that is told to end does so when its turn comes.
    """
    killed = []
    for process in seen:
        with contextlib.suppress(psutil.Error):
            if process.is_running():
                for member in [*process.children(recursive=True), process]:
                    with contextlib.suppress(psutil.Error):
                        member.kill()
                        killed.append(member)
    deadline = time.monotonic() + ENDING
    while any(map(_runs, killed)) and time.monotonic() < deadline:
        time.sleep(0.005)


def _runs(process: psutil.Process) -> bool:
    """Whether a process still does something; one that has ended and that nobody has asked about does not."""
    try:
        return process.is_running() and process.status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    except psutil.Error:
        return False


def _kill_marked(mark: str) -> None:
    """Kill processes that left their group but not their environment (Linux)."""
    wanted = f"{MARK}={mark}".encode()
    for _ in range(5):  # a process may start another while we look
        found = False
        for path in Path("/proc").glob("[0-9]*/environ"):
            try:
                if wanted in path.read_bytes():
                    os.kill(int(path.parent.name), signal.SIGKILL)
                    found = True
            except (OSError, ValueError):
                continue
        if not found:
            return
