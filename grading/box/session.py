"""Outside the box: functions of a submission, called as if they were at hand, with limits that it cannot touch.

    with Session(submission, sandbox, limits) as session:
        module = session.load("linear_svm")
        loss, gradient = module.call("svm_loss_naive", W, X, y, reg)

Inputs are drawn here and results are judged here; the box never learns what is expected. Time is taken here, too.
"""

from __future__ import annotations

import builtins
import contextlib
import os
import secrets
import selectors
import signal
import time
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import psutil

from grading.box import wire
from grading.box.clock import processor_seconds, waiting_seconds
from grading.box.sandbox import DEFAULT_LIMITS, Limits, Sandbox

__all__ = ["KILLED", "Remote", "Session", "Stopped", "SubmissionError"]

#: Seconds between two looks at what the box uses.
LOOK = 0.2
#: Bytes written or read at once.
CHUNK = 1 << 20
#: Bytes of printed text that are kept.
KEPT = 4000
#: Processes of the wall itself around the box. The kernel refuses a submission more than it may have, which is no end;
#: only where it does not, those that there are too many of are found by looking.
WALL = 4
#: Where Linux counts.
VMSTAT = Path("/proc/vmstat")
#: What is said of a process that was killed, by itself or by somebody outside.
KILLED = "Python crashed (SIGKILL)"
#: Lines of a file that an exception is said to be in; a longer file was not written to be read.
LINES = 20_000
#: Exceptions that are told of by name; others by the name of what they are made of.
EXCEPTIONS = {
    name for name, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, BaseException)
}
EXCEPTIONS |= {"LinAlgError", "AxisError", "PicklingError", "JSONDecodeError", "TimeoutExpired"}
#: Seconds that Python and NumPy get to start in, beside the question's own time.
START_SECONDS = 60.0
#: How often a question's seconds are granted once more, at most, for what the box waited for a processor.
GRANTS = 5


class SubmissionError(Exception):
    """The submission's code raised an exception; the box goes on."""

    def __init__(self, type: str, message: str, file: str | None, line: int | None):
        self.type, self.message, self.file, self.line = type, message, file, line
        where = f" in line {line} of {file}" if file and line else f" in {file}" if file else ""
        super().__init__(f"{type}{where}: {message}" if message else f"{type}{where}")


class Stopped(Exception):
    """The box is gone: a limit was exceeded, or the submission ended the process. `reason` is one word."""

    def __init__(self, reason: str, message: str):
        self.reason = reason
        super().__init__(message)


@dataclass(frozen=True)
class Remote:
    """An object inside the box: a module, an instance, an array that stays there."""

    session: Session
    handle: wire.Handle

    def call(self, name: str | None, *arguments, **keywords):
        """Value of a method or function `name` (of the object itself where None); its seconds: `session.seconds`."""
        return self.session._do("call", self, name=name, arguments=list(arguments), keywords=keywords, keep=False)

    def make(self, name: str | None, *arguments, **keywords) -> Remote:
        """As `call`, but the result stays in the box."""
        request = {"name": name, "arguments": list(arguments), "keywords": keywords, "keep": True}
        return Remote(self.session, self.session._do("call", self, **request))

    def timed(self, name: str, stacks, *same) -> tuple[Any, float]:
        """Values of one call for each entry of some stacked arrays, and the processor time that the box took for all.

        The arguments are sent in this request, so that nothing can be done with them before the clock runs.
        """
        request = {"name": name, "stacks": list(stacks), "same": list(same)}
        start = self.session.processor_seconds()
        found = self.session._do("calls", self, **request)
        return found, self.session.processor_seconds() - start

    def get(self, name: str):
        """Value of an attribute."""
        return self.session._do("get", self, name=name)

    def set(self, name: str, value) -> None:
        """Set an attribute."""
        self.session._do("set", self, name=name, value=value)

    def has(self, name: str) -> bool:
        """Whether there is such an attribute."""
        return self.session._do("has", self, name=name) is True

    def item(self, key) -> Remote:
        """An entry of a tuple, list or dictionary, which stays in the box."""
        return Remote(self.session, self.session._do("item", self, key=key))

    def fetch(self):
        """The object's value as it is now."""
        return self.session._do("fetch", self)


class Session:
    """A box with one submission in it.

    Parameters
    ----------
    folder, modules
        Where the submission lies, and which file holds which module.
    sandbox : Sandbox
    limits : Limits
    origins : dict of str to list, optional
        For files that were made of others, place and line of each of their lines in what was handed in.

    Raises (from every request)
    ------
    SubmissionError
        The submission's code raised.
    Stopped
        The box had to be ended, or ended itself; every later request raises it again.
    """

    def __init__(
        self,
        folder,
        modules: dict[str, str],
        sandbox: Sandbox,
        limits: Limits = DEFAULT_LIMITS,
        origins: dict[str, list] | None = None,
    ):
        self.limits, self.seconds, self._printed = limits, 0.0, b""
        self._folder, self._origins = Path(folder), origins or {}
        self._printed_bytes, self._stopped, self._errors_open = 0, None, True
        self._processor_seconds, self._kills = 0.0, _out_of_memory_kills()
        self._box = sandbox.start(folder, modules, limits)
        process = self._box.process
        for pipe in (process.stdin, process.stdout, process.stderr):
            os.set_blocking(pipe.fileno(), False)
        _widen(process.stdin)
        _widen(process.stdout)
        self._left, self._granted, self._most = START_SECONDS, 0.0, GRANTS * START_SECONDS
        try:
            self._receive(b"")
        except BaseException:
            self.close()
            raise
        self._left = limits.seconds  # of waiting for the box; what the judge takes in between costs nobody anything
        self._granted = waiting_seconds(process.pid)
        self._most = self._granted + GRANTS * limits.seconds

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *problem) -> None:
        self.close()

    def close(self) -> None:
        """End the box and everything in it."""
        if self._stopped is None:
            self._stopped = Stopped("closed", "the session is closed")
            self._box.end()

    def load(self, module: str) -> Remote:
        """A module of the submission."""
        return Remote(self, self._do("load", None, module=module))

    def put(self, value) -> Remote:
        """Put a value into the box, to be handed to several calls as one object."""
        return Remote(self, self._do("put", None, value=value))

    def processor_seconds(self) -> float:
        """What the box and everything that it started has used of the processors so far."""
        return processor_seconds(self._box.process.pid)

    @property
    def printed(self) -> bytes:
        """The end of what the submission has printed so far."""
        self._drain()
        return self._printed

    def _do(self, action: str, target: Remote | None, **request):
        nonce = secrets.randbits(62)  # so that nothing that was sent before can be the answer
        request = {"nonce": nonce, "do": action} | ({"handle": target.handle} if target else {}) | _handles(request)
        start = time.perf_counter()
        answer = self._receive(wire.encode(request))
        self.seconds = time.perf_counter() - start
        answer = answer if isinstance(answer, dict) and answer.get("nonce") == nonce else {}
        if "value" in answer:
            return answer["value"]
        error = answer.get("error")
        if not isinstance(error, dict):
            raise self._stop("protocol", "the submission wrote into the grader's channel")
        name = error.get("type")
        name = name if isinstance(name, str) and name in EXCEPTIONS else "Exception"
        raise SubmissionError(name, str(error.get("message"))[:500], *self._place(error.get("file"), error.get("line")))

    def _place(self, file, line) -> tuple[str | None, int | None]:
        """File and line of an exception, as its author knows them; None in the place of what cannot be so.

        What the box says of it is not trusted: it might carry an input out.
        """
        try:
            path = self._folder / PurePosixPath(file)
            inside = path.suffix == ".py" and path.resolve().is_relative_to(self._folder.resolve()) and path.is_file()
            count = path.read_bytes().count(b"\n") + 1 if inside else 0
        except (OSError, TypeError, ValueError):
            return None, None
        if not inside:
            return None, None
        if type(line) is not int or not 1 <= line <= min(count, LINES):
            return path.name, None
        made_of = self._origins.get(PurePosixPath(file).as_posix())
        if made_of is None:
            return path.name, line
        return tuple(made_of[line - 1]) if line <= len(made_of) else (path.name, None)

    def _receive(self, request: bytes):
        """Send a request and wait for the answer, watching what the box prints and uses."""
        if self._stopped is not None:
            raise self._stopped
        start = time.monotonic()
        try:
            return self._exchange(request)
        finally:
            self._left -= time.monotonic() - start

    def _exchange(self, request: bytes):
        process, answer, wanted = self._box.process, bytearray(), None
        now = time.monotonic()
        deadline, look = now + self._left, now + LOOK
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            if self._errors_open:
                selector.register(process.stderr, selectors.EVENT_READ)
            if request:
                selector.register(process.stdin, selectors.EVENT_WRITE)
            request = memoryview(request)
            while wanted is None or len(answer) < wanted:
                now = time.monotonic()
                if now > deadline:
                    granted = self._grant()
                    if granted < LOOK:
                        raise self._stop("time", f"stopped after {self.limits.seconds:g} s")
                    deadline += granted
                if now > look:
                    self._watch()
                    look = now + LOOK
                for key, _ in selector.select(min(LOOK, deadline - now)):
                    if key.fileobj is process.stdin:
                        request = self._write(selector, request)
                    elif key.fileobj is process.stderr:
                        self._listen(selector)
                    else:
                        size = wire.HEADER.size if wanted is None else wanted
                        chunk = os.read(process.stdout.fileno(), min(size - len(answer), CHUNK))
                        if not chunk:
                            raise self._died()
                        answer += chunk
                        if wanted is None and len(answer) == wire.HEADER.size:
                            wanted = wire.HEADER.size + self._length(bytes(answer))
        try:
            return wire.decode(answer)
        except wire.WireError as problem:
            raise self._stop("protocol", str(problem)) from None

    def _grant(self) -> float:
        """Seconds that were spent in wait for a processor, and not yet granted."""
        waited = min(waiting_seconds(self._box.process.pid), self._most)
        granted, self._granted = waited - self._granted, max(waited, self._granted)
        self._left += max(granted, 0.0)
        return granted

    def _length(self, header: bytes) -> int:
        try:
            return wire.frame_length(header, self.limits.answer_bytes)
        except wire.WireError as problem:
            raise self._stop("protocol", str(problem)) from None

    def _write(self, selector, request: memoryview) -> memoryview:
        try:
            request = request[os.write(self._box.process.stdin.fileno(), request[:CHUNK]) :]
        except BlockingIOError:
            return request
        except BrokenPipeError:
            raise self._died() from None
        if not request:
            selector.unregister(self._box.process.stdin)
        return request

    def _listen(self, selector) -> None:
        """Keep the end of what is printed, count the rest."""
        try:
            chunk = os.read(self._box.process.stderr.fileno(), CHUNK)
        except BlockingIOError:
            return
        if not chunk:
            self._errors_open = False
            selector.unregister(self._box.process.stderr)
        self._printed_bytes += len(chunk)
        self._printed = (self._printed + chunk)[-KEPT:]
        if self._printed_bytes > self.limits.output_bytes:
            raise self._stop("output", f"printed more than {self.limits.output_bytes / 1e6:.0f} MB")

    def _drain(self) -> None:
        """Take what has been printed since the last look."""
        for _ in range(100):
            try:
                chunk = os.read(self._box.process.stderr.fileno(), 1 << 16)
            except (OSError, ValueError):  # nothing there, or closed
                return
            if not chunk:
                return
            self._printed = (self._printed + chunk)[-KEPT:]

    def _watch(self) -> None:
        try:
            root = psutil.Process(self._box.process.pid)
            family = [root, *root.children(recursive=True)]
        except psutil.Error:
            return
        memory, files = 0, {}
        for member in family:
            try:
                memory += member.memory_info().rss
                times = member.cpu_times()
                self._box.seen.add(member)
                files |= _files_in_memory(member.pid)
            except psutil.Error:
                continue
            self._processor_seconds = max(self._processor_seconds, times.user + times.system)
        if len(family) > self.limits.processes + WALL:
            raise self._stop("processes", f"started more than {self.limits.processes} processes")
        limit = self.limits.memory_bytes
        if (memory > limit and _shared_out(family) > limit) or sum(files.values()) > limit:
            raise self._stop("memory", f"used more than {self.limits.memory_bytes / 2**30:.3g} GB of memory")

    def _died(self) -> Stopped:
        """The box closed its channel: find out how it ended."""
        self._drain()
        try:
            status = self._box.process.wait(timeout=1)
        except Exception:
            return self._stop("crash", "the submission closed the grader's channel")
        number = -status if status < 0 else status - 128 if status > 128 else 0
        if number == signal.SIGXCPU or (number == signal.SIGKILL and self._has_used_its_processor_time()):
            return self._stop("time", f"used more than {self.limits.cpu_seconds} s of processor time")
        if number == signal.SIGKILL and _out_of_memory_kills() > self._kills:
            return self._stop("memory", f"used more than {self.limits.memory_bytes / 2**30:.3g} GB of memory")
        if number == signal.SIGKILL:  # by its own hand, or by somebody outside
            return self._stop("crash", KILLED)
        if number:
            name = signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
            return self._stop("crash", f"Python crashed ({name})")
        return self._stop("crash", f"the submission ended Python (exit status {status})")

    def _has_used_its_processor_time(self) -> bool:
        """Whether who ignores the signal at the end of its processor time was killed for it: at the last look."""
        return self._processor_seconds >= self.limits.cpu_seconds

    def _stop(self, reason: str, message: str) -> Stopped:
        if self._stopped is None:
            self._stopped = Stopped(reason, message)
            self._box.end()
        return self._stopped


def _widen(pipe) -> None:
    """Let a pipe hold as much as is written or read at once: sets of pictures pass with fewer changes of process."""
    with contextlib.suppress(ImportError, AttributeError, OSError):  # not Linux, or the user has many such pipes
        import fcntl

        fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, CHUNK)


def _shared_out(family: list[psutil.Process]) -> int:
    """Bytes that processes use, of pages that several share a part each (Linux; elsewhere each counts the whole).

    So does a process that does not let itself be looked at.
    """
    used = 0
    for member in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            try:
                found = member.memory_full_info()
                used += getattr(found, "pss", found.rss)
            except psutil.AccessDenied:
                used += member.memory_info().rss
    return used


def _files_in_memory(number: int) -> dict[tuple[int, int], int]:
    """Bytes of the files that a process has open and that lie only in memory (Linux), by what identifies them."""
    found, folder = {}, f"/proc/{number}/fd"
    with contextlib.suppress(OSError):
        for name in os.listdir(folder):
            with contextlib.suppress(OSError):
                if os.readlink(f"{folder}/{name}").startswith("/memfd:"):
                    status = os.stat(f"{folder}/{name}")
                    found[status.st_dev, status.st_ino] = 512 * status.st_blocks
    return found


def _out_of_memory_kills() -> int:
    """How many processes the kernel has killed so far because memory ran out, of a machine or of a control group."""
    try:
        counts = dict(line.split() for line in VMSTAT.read_text("ascii").splitlines())
    except (OSError, ValueError):  # not Linux
        return 0
    return int(counts.get("oom_kill", 0))


def _handles(value):
    """`value` with remote objects replaced by their handles."""
    if isinstance(value, Remote):
        return value.handle
    if isinstance(value, (list, tuple)):
        return type(value)(_handles(item) for item in value)
    if isinstance(value, dict):
        return {key: _handles(item) for key, item in value.items()}
    return value
