"""What PyTorch's allocator on the CPU does while a program runs, from its own profiler."""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import torch
from torch.profiler import ProfilerActivity, profile

__all__ = ["ends", "highest", "memory_of", "watched"]


def watched(
    work: Callable[[], object], stages: Sequence[str] = ("forward", "backward", "update", "clear")
) -> pd.DataFrame:
    """Record what is allocated and given back on the CPU while `work` runs.

    Parameters
    ----------
    work : callable without arguments
        What it returns is dropped before the record ends.
    stages : sequence of str
        Names that `work` gives to its parts with `torch.profiler.record_function`; a stage lasts until the next begins.

    Returns
    -------
    pandas.DataFrame
        A row for each event, in order. `stage`, which is "before" until the first begins; `change` in bytes, negative
        where memory is given back; `address`; `alive`, the sum of the changes so far. Memory that was taken before the
        record begins is not in it, also where it is given back meanwhile.

    Raises
    ------
    Exception
        Whatever `work` raises.
    """
    enabled = gc.isenabled()
    gc.disable()  # or what goes when would depend on when it runs
    try:
        with _quiet(), profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiler:
            work()
        with TemporaryDirectory() as folder, _quiet():
            file = Path(folder, "trace.json")
            profiler.export_chrome_trace(str(file))
            events = json.loads(file.read_text("utf-8"))["traceEvents"]
    finally:
        if enabled:
            gc.enable()
    return _table(events, stages)


def _table(events: Iterable[dict], stages: Sequence[str]) -> pd.DataFrame:
    """`watched`'s table of a profiler's trace.

    PyTorch remembers blocks from record to record. One that was given back between two records is unknown to it, so
    that whatever came to lie at its address is later given back with its size: only what this record saw taken counts.
    """
    rows, taken, stage = [], {}, "before"
    for event in sorted((e for e in events if "ts" in e), key=lambda e: e["ts"]):
        given = event.get("args", {})
        if event["name"] in stages and event.get("cat") == "user_annotation":
            stage = event["name"]
        if event["name"] == "[memory]" and given["Device Type"] == 0:
            change, address = given["Bytes"], given["Addr"]
            if change > 0:
                taken[address] = change
            elif taken.pop(address, None) != -change:
                continue
            rows.append([stage, change, address])
    table = pd.DataFrame(rows, columns=["stage", "change", "address"])
    table["alive"] = table["change"].astype(int).cumsum()
    return table


def ends(table: pd.DataFrame) -> dict[str, int]:
    """Bytes that are alive at the end of each stage of `watched`, above those at the beginning."""
    last = table.groupby("stage", sort=False)["alive"].last()
    return {stage: int(size) for stage, size in last.items()}


def highest(table: pd.DataFrame) -> int:
    """The most that is alive at a time in a table of `watched`, above what was at the beginning; at least 0."""
    return max(0, *map(int, table["alive"]), 0)


def memory_of(tensors: Iterable[torch.Tensor]) -> int:
    """Bytes of the memories behind some tensors, each counted once, and whole where a tensor is a piece of one."""
    memories = [tensor.untyped_storage() for tensor in tensors]
    return sum({memory.data_ptr(): memory.nbytes() for memory in memories}.values())


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what the profiler's library writes to the process's standard error, past Python, off the page."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
