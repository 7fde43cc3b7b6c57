"""Asked of a kernel from outside: which files it has loaded, and what it has used so far.

`QUESTION` is an expression for an execute request's `user_expressions`; `answer` reads the reply.
"""

from __future__ import annotations

import ast
import json
import resource
import sys
from dataclasses import dataclass

QUESTION = "__import__('book.probe', fromlist=['report']).report()"


@dataclass(frozen=True)
class Report:
    """Files of the modules loaded so far, processor seconds used, and largest resident memory."""

    files: tuple[str, ...]
    cpu_seconds: float
    memory_bytes: int


def report() -> str:
    """The report of this process, as JSON."""
    files = {file for module in list(sys.modules.values()) if (file := getattr(module, "__file__", None))}
    used = resource.getrusage(resource.RUSAGE_SELF)
    unit = 1 if sys.platform == "darwin" else 1024
    return json.dumps([sorted(files - {__file__}), used.ru_utime + used.ru_stime, used.ru_maxrss * unit])


def answer(reply: dict) -> Report:
    """What a kernel answered to `QUESTION` asked under the name "report".

    Raises
    ------
    RuntimeError
        It could not answer.
    """
    found = reply["content"].get("user_expressions", {}).get("report", {})
    if found.get("status") != "ok":
        raise RuntimeError(f"the kernel did not say what it loaded: {found.get('ename')}: {found.get('evalue')}")
    files, cpu_seconds, memory_bytes = json.loads(ast.literal_eval(found["data"]["text/plain"]))
    return Report(tuple(files), cpu_seconds, memory_bytes)
