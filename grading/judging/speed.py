"""Whether a function works on whole arrays, by the processor time of its calls.

Taken is the time by which calls with many rows exceed calls with few: what every call costs, be it three operations or
a library that looks at its inputs for long, falls out. It is compared with that of a Python loop with so many passes.
The problems are small, and each bar lies between the ways of writing without a loop, tables of all pairs of rows
included, and the loops: `tests/ways_of_writing.py` has both, and the tests try them. Both times are of processors, the
box's and this process's own, so that verdicts do not depend on the machine or on what else it does.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grading.box.session import Remote
from grading.judging.exam import Exam

__all__ = ["ATTEMPTS", "CALLS", "Timed", "judge_speed", "seconds_of_a_pass"]

#: Calls that are timed together.
CALLS = 20
#: Times that a submission is measured at most; once fast is fast.
ATTEMPTS = 8
#: What a call with few rows may cost, in passes, and be subtracted.
FEW = 800
LISTS = "the result is right, but it is a list, and to make it takes as long as a loop does: return the array itself"


@dataclass(frozen=True)
class Timed:
    """CALLS calls that are timed together.

    Attributes
    ----------
    target : Remote
        What has the function.
    stacks : sequence of arrays
        The arguments that differ; the first axis is that of the calls.
    same : sequence
        The arguments after them, which are the same in all calls.
    loop : str
        Over what there is a loop where these calls take long, for the hint.
    wrong : callable
        Says what is wrong with the list of results, if anything.
    passes : float
        Of the loop that a call may take as long as; None for the calls with few rows.
    """

    target: Remote
    stacks: Sequence[np.ndarray]
    wrong: Callable[[list], str | None]
    passes: float | None = None
    same: Sequence[Any] = ()
    loop: str = ""


def seconds_of_a_pass(passes: int = 500, length: int = 4) -> float:
    """Processor time of a pass of a Python loop that does almost nothing: one NumPy call for a row of `length`."""
    rows, best = np.ones((8, length)), np.inf
    for _ in range(4):  # the quickest: what else runs here can only add
        start = time.thread_time()
        for i in range(passes):
            rows[i % 8].sum()
        best = min(best, time.thread_time() - start)
    return best / passes


def judge_speed(
    exam: Exam, part: str, function: str, draw: Callable[[np.random.Generator], Sequence[Timed]], hint: str
) -> None:
    """Mark a part by whether calls of a function take less processor time than loops do, and return the right values.

    Parameters
    ----------
    function : str
        Its name.
    draw : callable
        Makes the problems of one attempt, the one with few rows first, always of the same shapes. It is given
        generators of its own, so that what the exam draws next does not depend on how many attempts were needed.
    hint : str
        What is said where they do not, before the `loop` of a problem.
    """
    seconds, loop, lists, slow = None, np.inf, False, []
    for rng in exam.rng.spawn(ATTEMPTS):
        problems = draw(rng)
        seconds = np.full(len(problems), np.inf) if seconds is None else seconds
        loop = min(loop, seconds_of_a_pass())
        # few rows again at the end: what disturbed their first calls, or warmed up in them, would be subtracted
        for place, problem in [*enumerate(problems), (0, problems[0])]:
            found, taken = problem.target.timed(function, problem.stacks, *problem.same)
            if not (isinstance(found, list) and len(found) == CALLS):
                exam.fail(part, "the calls whose time is taken do not end as others do")
                return
            if wrong := problem.wrong(found):
                exam.fail(part, f"several calls in a row, whose time is taken: {wrong}")
                return
            lists = lists or any(_holds_lists(result) for result in found)
            seconds[place] = min(seconds[place], taken / CALLS)
        loop = min(loop, seconds_of_a_pass())
        few = min(seconds[0], FEW * loop)
        later = zip(seconds[1:], problems[1:], strict=True)
        slow = [problem for taken, problem in later if taken - few >= problem.passes * loop]
        if not slow:
            break
    exam.require(part, not slow, (LISTS if lists else f"{hint}{slow[0].loop}") if slow else "")


def _holds_lists(result) -> bool:
    parts = result if isinstance(result, tuple) else (result,)
    return any(isinstance(item, list) for item in parts)
