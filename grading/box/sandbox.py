"""The wall round a submission: bubblewrap where it works, plain resource limits where it does not.

In a bubblewrap box a submission sees the system's programs, Python's packages, its own files and an empty /tmp, all
but the last read-only; it has no network, no other processes and no privileges, and everything it started ends with
the box. Without bubblewrap the limits on time, memory, processes and output still hold, but the submission can read
what its user can read, write what its user can write, and use the network.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

__all__ = ["DEFAULT_LIMITS", "Limits", "Sandbox", "bubblewrap_problem", "choose_sandbox"]

HERE = Path(__file__).resolve().parent
#: What goes into the box beside the submission.
INSIDE = ("runner.py", "wire.py", "compat.py")
#: An unprivileged user whom every system has; root grades as this user, since root has no limit on processes.
NOBODY = 65534
#: The variable by which a box's processes are recognised where there is no bubblewrap to end them.
MARK = "EER_BOX"


@dataclass(frozen=True)
class Limits:
    """What one question of one submission may use.

    Attributes
    ----------
    seconds : float
        Wall-clock time of the whole question, as far as the judge waits for the box.
    cpu_seconds : int
        Processor time of one process.
    memory_bytes : int
        Data memory of one process, and resident memory of all of them together.
    processes : int
        Processes and threads.
    file_bytes : int
        Size of one file, and of everything below /tmp.
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
    answer_bytes: int = 256 << 20


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True)
class Sandbox:
    """Starts the runner for one submission; `isolated` says whether bubblewrap does it.

    Chosen once for a run and handed on, to other machines, too.
    """

    isolated: bool

    def start(self, folder: Path, modules: dict[str, str], limits: Limits) -> Box:
        """A running box for the submission in `folder`, whose `modules` map names to files below it."""
        wanted = {name: asdict(limits)[name] for name in ("cpu_seconds", "memory_bytes", "processes", "file_bytes")}
        if not self.isolated:
            wanted["processes"] += _threads_of_this_user()  # the system counts those that run already, too
        mark = uuid.uuid4().hex
        environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/tmp", MARK: mark} | dict.fromkeys(
            ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"
        )
        settings = json.dumps(wanted | {"modules": modules})
        if self.isolated:
            command = [
                *_wall(folder, limits, environment),
                sys.executable,
                "-I",
                "/box/runner.py",
                "/submission",
                settings,
            ]
        else:
            if os.name != "posix":
                raise RuntimeError(
                    "submissions are graded on Linux, macOS or in WSL: this system has no resource limits"
                )
            command = [sys.executable, "-I", str(HERE / "runner.py"), str(folder), settings]
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env=environment,
            start_new_session=True,
        )
        return Box(process, mark, self.isolated)


@dataclass
class Box:
    """A running box: its process, with pipes for requests, answers and printed text."""

    process: subprocess.Popen
    mark: str
    isolated: bool

    def end(self) -> int:
        """Stop everything in the box and return the exit status."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        status = self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            with contextlib.suppress(OSError):
                pipe.close()
        if not self.isolated:
            _kill_marked(self.mark)
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


@functools.cache
def bubblewrap_problem() -> str | None:
    """Why boxes of bubblewrap cannot be had on this machine, or None when they can."""
    if shutil.which("bwrap") is None:
        return "bubblewrap is not installed (Debian, Ubuntu: apt install bubblewrap; it exists for Linux only)"
    if os.getuid() == 0 and shutil.which("setpriv") is None:
        return "bubblewrap is there, but root needs setpriv (package util-linux) to give up its rights in the box"
    command = [*_wall(HERE, DEFAULT_LIMITS, {}), sys.executable, "-I", "-c", "import numpy"]
    trial = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if trial.returncode:
        return f"bubblewrap is installed but does not work here: {trial.stderr.strip()[-300:]}"
    return None


def _wall(folder: Path, limits: Limits, environment: dict[str, str]) -> list[str]:
    """The command that puts what follows it into a box."""
    root = os.getuid() == 0
    spaces = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    wall = ["bwrap", *spaces, *([] if root else ["--unshare-user"]), "--die-with-parent", "--new-session", "--clearenv"]
    for name, value in environment.items():
        wall += ["--setenv", name, value]
    # an empty /tmp first: Python's packages may lie below it
    wall += ["--proc", "/proc", "--dev", "/dev", "--size", str(limits.file_bytes), "--perms", "1777", "--tmpfs", "/tmp"]
    wall += ["--ro-bind", "/usr", "/usr"]
    for path in ("/lib", "/lib64", "/bin", "/sbin"):
        if os.path.islink(path):
            wall += ["--symlink", os.readlink(path), path]
        elif os.path.isdir(path):
            wall += ["--ro-bind", path, path]
    for path in ("/etc/alternatives", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d"):
        wall += ["--ro-bind-try", path, path]
    bound = [Path("/usr")]
    prefixes = {Path(sys.prefix), Path(sys.base_prefix), Path(os.path.realpath(sys.executable)).parents[1]}
    for prefix in sorted(prefixes):
        if not any(prefix.is_relative_to(top) for top in bound):
            for parent in list(reversed(prefix.parents))[1:]:
                wall += ["--perms", "0755", "--dir", str(parent)]
            wall += ["--ro-bind", str(prefix), str(prefix)]
            bound.append(prefix)
    wall += ["--perms", "0755", "--dir", "/box"]
    for name in INSIDE:
        wall += ["--ro-bind", str(HERE / name), f"/box/{name}"]
    wall += ["--ro-bind", str(folder), "/submission", "--chdir", "/submission"]
    if root:
        user = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs"]
        return [*wall, "setpriv", *user, "--bounding-set=-all", "--inh-caps=-all"]
    return [*wall, "--cap-drop", "ALL"]


def _threads_of_this_user() -> int:
    count = 0
    for process in psutil.process_iter(["uids", "num_threads"]):
        if process.info["uids"] and process.info["uids"].real == os.getuid():
            count += process.info["num_threads"] or 1
    return count


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
