"""Asked of a kernel from outside: which files it has loaded, what it has used, and to evaluate what is printed.

`QUESTION` and `hand_over` are expressions for an execute request's `user_expressions`, under the name "report";
`answer` and `value` read the reply.
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


def hand_over(formulas: dict[str, str]) -> str:
    """The expression that hands a kernel the TeX of the printed formulas, by label (book/formula/kernel.py)."""
    return f"__import__('book.formula.kernel', fromlist=['install']).install({json.dumps(formulas)!r})"


def value(reply: dict):
    """What an expression under the name "report" was worth in the kernel.

    Raises
    ------
    RuntimeError
        It has no value.
    """
    found = reply["content"].get("user_expressions", {}).get("report", {})
    if found.get("status") != "ok":
        raise RuntimeError(f"the kernel gave no answer: {found.get('ename')}: {found.get('evalue')}")
    return ast.literal_eval(found["data"]["text/plain"])


def answer(reply: dict) -> Report:
    """What a kernel answered to `QUESTION`.

    Raises
    ------
    RuntimeError
        It could not answer.
    """
    files, cpu_seconds, memory_bytes = json.loads(value(reply))
    return Report(tuple(files), cpu_seconds, memory_bytes)
