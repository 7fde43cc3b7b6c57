"""Whether a function is as fast as array operations are, by a comparison with a loop on the same machine.

The loop runs here and now, so that the verdict does not depend on the machine or on what else it does.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from grading.judging.exam import Exam

__all__ = ["judge_speed", "seconds_of_a_loop"]

#: Times that a submission is measured at most; once fast is fast.
ATTEMPTS = 5


def seconds_of_a_loop(passes: int, length: int = 4) -> float:
    """Seconds of a Python loop that does almost nothing in each of `passes`: one NumPy call for a row of `length`."""
    rows = np.ones((8, length))
    start = time.perf_counter()
    for i in range(passes):
        rows[i % 8].sum()
    return time.perf_counter() - start


def judge_speed(exam: Exam, part: str, call: Callable[[], object], passes: int, hint: str) -> None:
    """Mark a part by whether a call into the box takes less time than a loop with as many passes.

    Parameters
    ----------
    call : callable
        Draws and transfers its inputs, then makes one call, which is the one that is timed.
    passes : int
        So few that any loop over what the function should do at once is slower.
    hint : str
        Where the loop is looked for.
    """
    for _ in range(ATTEMPTS):
        call()
        if fast := exam.session.seconds < seconds_of_a_loop(passes):
            break
    exam.require(part, fast, hint)
