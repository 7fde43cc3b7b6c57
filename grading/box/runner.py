"""Inside the box: loads a submission's modules and calls what it is told to. Started by `grading.box.session` alone.

    python -I runner.py FOLDER LIMITS

FOLDER is the submission; LIMITS is JSON with cpu_seconds, memory_bytes, processes, file_bytes, keeps_orphans (whether
this process is to be the parent of what others leave) and modules, which maps the names under which questions ask for
modules to files below FOLDER. Requests come through standard input, answers leave through what was standard output;
whatever the submission prints goes to standard error.

Nothing here is trusted: a submission may change all of it. It then returns arrays of its own making, which is what it
does anyway.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import json
import os
import resource
import sys
import traceback
import warnings
from pathlib import Path

HERE = Path(__file__).resolve().parent
#: Seconds of processor time after the signal that says they are used up, until the kernel kills who ignores it.
GRACE = 2


def main() -> None:
    folder, limits = Path(sys.argv[1]), json.loads(sys.argv[2])
    _restrict(limits)
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # input() finds nothing
    os.dup2(2, 1)  # print goes where it does no harm
    sys.stdout.reconfigure(line_buffering=True)
    import numpy as np

    compat = _load("eer_compat", HERE / "compat.py")
    wire = _load("eer_wire", HERE / "wire.py")
    compat.install(folder, limits["modules"], lenient=True)
    os.chdir(folder)
    np.random.seed(231)  # noqa: NPY002 - solutions in the manner of CS231n draw from it
    box = _Box(wire, compat)
    answers.write(wire.encode({"ready": True}))
    answers.flush()
    while header := requests.read(wire.HEADER.size):
        request = wire.decode(header + requests.read(wire.frame_length(header, sys.maxsize)))
        nonce = {"nonce": request.pop("nonce")}
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                answer = wire.encode(nonce | {"value": box.do(**request)})
        except MemoryError:
            error = {"type": "MemoryError", "message": "more memory than allowed", "line": None, "file": None}
            answer = wire.encode(nonce | {"error": error})
        except (Exception, SystemExit, KeyboardInterrupt) as problem:
            answer = wire.encode(nonce | {"error": _describe(problem, folder)})
        answers.write(answer)
        answers.flush()


def _restrict(limits: dict) -> None:
    """Limits that hold for this process and every child of it; they cannot be raised again without privileges."""
    _leave_keyring()
    if limits.get("keeps_orphans"):
        _keep_orphans()
    wanted = {
        "RLIMIT_CPU": limits["cpu_seconds"],
        "RLIMIT_DATA": limits["memory_bytes"],
        "RLIMIT_NPROC": limits["processes"],
        "RLIMIT_FSIZE": limits["file_bytes"],
        "RLIMIT_CORE": 0,
        "RLIMIT_NOFILE": 256,
    }
    for name, value in wanted.items():
        if value is not None and hasattr(resource, name):
            number = getattr(resource, name)
            _, hard = resource.getrlimit(number)
            most = value + GRACE if name == "RLIMIT_CPU" else value
            value, most = (n if hard == resource.RLIM_INFINITY else min(n, hard) for n in (value, most))
            with contextlib.suppress(ValueError, OSError):  # macOS knows some limits by name only
                resource.setrlimit(number, (value, most))


def _leave_keyring() -> None:
    """Go on with an empty keyring of the kernel: one that is inherited outlives the box (Linux)."""
    number = {"x86_64": 250, "aarch64": 219, "riscv64": 219, "ppc64le": 271, "s390x": 280}.get(os.uname().machine)
    if sys.platform == "linux" and number is not None:
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).syscall(number, 1, None)


def _keep_orphans() -> None:
    """Be the parent of all that is started here and left by its own: so they are found at the end (Linux)."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


def _load(name: str, path: Path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _describe(problem: BaseException, folder: Path) -> dict:
    """Type, message and the last line of the submission that was running; lines of stand-ins are nobody's fault."""
    try:
        message = str(problem)[:500]
    except Exception:
        message = "(its message cannot be shown)"
    below = f"{folder}{os.sep}"
    where = [frame for frame in traceback.extract_tb(problem.__traceback__) if frame.filename.startswith(below)]
    where = [frame for frame in where if not Path(frame.filename).name.startswith("_standin_")] or where
    if isinstance(problem, SyntaxError) and problem.filename:
        file, line, message = problem.filename, problem.lineno, str(problem.msg)
    else:
        file, line = (where[-1].filename, where[-1].lineno) if where else (None, None)
    file = file.removeprefix(below) if file else None
    kinds = [kind.__name__ for kind in type(problem).__mro__ if kind.__module__.split(".")[0] in ("builtins", "numpy")]
    return {"type": kinds[0], "message": message, "file": file, "line": line}


class _Box:
    """Objects that stay here, by number, and what can be done with them."""

    def __init__(self, wire, compat):
        self.wire, self.compat, self.objects = wire, compat, {}

    def do(self, do: str, **request):
        return getattr(self, f"do_{do}")(**request)

    def keep(self, value):
        number = len(self.objects)
        self.objects[number] = value
        return self.wire.Handle(number)

    def real(self, value):
        """`value` with handles replaced by what they name."""
        if isinstance(value, self.wire.Handle):
            return self.objects[value.number]
        if isinstance(value, (list, tuple)):
            return type(value)(self.real(item) for item in value)
        if isinstance(value, dict):
            return {key: self.real(item) for key, item in value.items()}
        return value

    def do_load(self, module: str):
        self.compat.loaded(False)
        try:
            return self.keep(importlib.import_module(module))
        finally:
            self.compat.loaded(True)

    def do_put(self, value):
        return self.keep(self.real(value))

    def do_fetch(self, handle):
        return self.real(handle)

    def do_get(self, handle, name: str):
        return getattr(self.real(handle), name)

    def do_set(self, handle, name: str, value):
        setattr(self.real(handle), name, self.real(value))

    def do_item(self, handle, key):
        return self.keep(self.real(handle)[key])

    def do_has(self, handle, name: str):
        return hasattr(self.real(handle), name)

    def do_call(self, handle, name, arguments, keywords, keep: bool):
        target = self.real(handle)
        function = getattr(target, name) if name else target
        result = function(*self.real(arguments), **self.real(keywords))
        return self.keep(result) if keep else result

    def do_calls(self, handle, name: str, stacks: list, same: list):
        function = getattr(self.real(handle), name)
        return [function(*own, *same) for own in zip(*stacks, strict=True)]


if __name__ == "__main__":
    main()
