"""Boxes for tests of judges, forked from one process that has imported what submissions import: ten times as quick.

They have the limits of a plain box but no wall. What is tested with them is what judges say about a wrong answer, never
what a submission can get at: solutions, untouched work, other right answers and whole classes run in real boxes.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import os
import signal
import socket
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from grading.box import sandbox
from grading.box.sandbox import Limits

#: What solutions and stand-ins import.
MODULES = (
    "matplotlib.colors",
    "scipy.ndimage",
    "scipy.spatial",
    "scipy.special",
    "scipy.stats",
    "sklearn.model_selection",
    "sklearn.neural_network",
)
NURSERY = r"""
import contextlib, importlib, importlib.util, json, os, socket, sys, time, traceback

runner_path, modules = sys.argv[1], sys.argv[3:]
spec = importlib.util.spec_from_file_location("runner", runner_path)
runner = importlib.util.module_from_spec(spec)
spec.loader.exec_module(runner)
for name in modules:
    importlib.import_module(name)
channel = socket.socket(fileno=int(sys.argv[2]))


def child(ends, folder, settings):
    channel.close()
    os.setsid()
    for number, end in enumerate(ends):
        os.dup2(end, number)
        os.close(end)
    os.chdir(folder)
    sys.argv[1:] = [folder, settings]
    try:
        runner.main()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    with contextlib.suppress(Exception):
        sys.stderr.flush()
    os._exit(0)


def ended(pid, seconds):
    stop = time.monotonic() + seconds
    while True:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > stop:
            return None
        time.sleep(0.002)


while True:
    message, ends, _, _ = socket.recv_fds(channel, 1 << 16, 3)
    if not message:
        break
    request = json.loads(message)
    if "folder" in request:
        answer = os.fork()
        if answer == 0:
            child(ends, request["folder"], request["settings"])
        for end in ends:
            os.close(end)
    else:
        answer = ended(request["pid"], request["seconds"])
    channel.sendall(json.dumps(answer).encode())
"""


class WarmSandbox:
    """In the place of `grading.box.sandbox.Sandbox`."""

    isolated = False

    def start(self, folder: Path, modules: dict[str, str], limits: Limits) -> WarmBox:
        wanted = {name: asdict(limits)[name] for name in ("cpu_seconds", "memory_bytes", "file_bytes")}
        settings = json.dumps(wanted | {"processes": None, "modules": modules})
        pipes = [os.pipe() for _ in range(3)]
        theirs = [pipes[0][0], pipes[1][1], pipes[2][1]]
        ours = [pipes[0][1], pipes[1][0], pipes[2][0]]
        pid = _ask({"folder": str(folder), "settings": settings}, theirs)
        for end in theirs:
            os.close(end)
        return WarmBox(
            _Process(pid, *(os.fdopen(end, mode, 0) for end, mode in zip(ours, ("wb", "rb", "rb"), strict=True)))
        )


class WarmBox:
    """In the place of `grading.box.sandbox.Box`."""

    def __init__(self, process: _Process):
        self.process, self.seen = process, set()

    def end(self) -> int:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        status = self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            with contextlib.suppress(OSError):
                pipe.close()
        return status


class _Process:
    """As much of `subprocess.Popen` as a session uses."""

    def __init__(self, pid: int, stdin, stdout, stderr):
        self.pid, self.stdin, self.stdout, self.stderr, self.status = pid, stdin, stdout, stderr, None

    def kill(self) -> None:
        if self.status is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def wait(self, timeout: float = 60.0) -> int:
        if self.status is None:
            self.status = _ask({"pid": self.pid, "seconds": timeout})
        if self.status is None:
            raise subprocess.TimeoutExpired("box", timeout)
        return self.status


def _ask(request: dict, ends: list[int] | None = None):
    channel = _nursery()
    socket.send_fds(channel, [json.dumps(request).encode()], ends or [])
    return json.loads(channel.recv(1 << 10))


@functools.cache
def _nursery() -> socket.socket:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/tmp"} | dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"
    )
    number = str(theirs.fileno())
    command = [sys.executable, "-I", "-c", NURSERY, str(sandbox.HERE / "runner.py"), number, *MODULES]
    process = subprocess.Popen(command, env=environment, pass_fds=[theirs.fileno()])
    theirs.close()

    def close():
        ours.close()
        process.wait(timeout=10)

    atexit.register(close)
    return ours
