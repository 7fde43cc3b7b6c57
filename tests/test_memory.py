"""The record of allocations agrees with sizes that are known beforehand."""

import gc
import os

import pytest
import torch
from torch.profiler import record_function

from utils.memory import _table, ends, highest, memory_of, watched


def test_sizes_stages_and_order():
    held = []

    def work():
        torch.empty(100)
        with record_function("forward"):
            held.append(torch.empty(10, dtype=torch.float64))
            torch.empty(7)
        with record_function("other"):
            held.append(torch.empty(3, dtype=torch.uint8))
        with record_function("backward"):
            held.pop(0)

    table = watched(work)
    assert table["change"].tolist() == [400, -400, 80, 28, -28, 3, -80]
    assert table["stage"].tolist() == ["before"] * 2 + ["forward"] * 4 + ["backward"]
    assert ends(table) == {"before": 0, "forward": 83, "backward": 3}
    assert highest(table) == 400
    assert table["address"][2] == table["address"][6]
    assert ends(watched(work, stages=("other",))).keys() == {"before", "other"}


def test_what_was_there_before_is_not_in_it_and_nothing_is_nothing():
    held = [torch.empty(5)]
    table = watched(lambda: (held.clear(), held.append(torch.empty(3))))
    assert (ends(table), highest(table)) == ({"before": 12}, 12)
    empty = watched(lambda: None)
    assert (len(empty), ends(empty), highest(empty)) == (0, {}, 0)


@pytest.mark.parametrize("enabled", [True, False])
def test_errors_pass_and_the_collector_and_standard_error_are_as_before(enabled):
    before, place = gc.isenabled(), os.fstat(2).st_ino
    try:
        (gc.enable if enabled else gc.disable)()
        with pytest.raises(ZeroDivisionError):
            watched(lambda: 1 / 0)
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if before else gc.disable)()
    assert os.fstat(2).st_ino == place


def test_garbage_from_before_is_not_counted():
    ring = [torch.empty(1000)]
    ring.append(ring)
    del ring
    assert len(watched(gc.collect)) == 0


def test_a_block_from_before_has_no_size_of_another_that_lay_there():
    """PyTorch gives it that size where the other was taken in an earlier record, and given back after it."""
    changes = [(-3, 64), (12, 128), (20, 64), (-20, 64), (-5, 128), (-20, 64)]
    memory = [
        {"name": "[memory]", "ts": i, "args": {"Device Type": 0, "Bytes": change, "Addr": address}}
        for i, (change, address) in enumerate(changes)
    ]
    table = _table(memory, ())
    assert table["change"].tolist() == [12, 20, -20]
    assert ends(table) == {"before": 12}


def test_memories_count_once_and_whole():
    whole = torch.empty(10, dtype=torch.float64)
    assert memory_of([whole, whole[2:4], whole.view(2, 5)]) == 80
    assert memory_of([whole[:1], torch.empty(3)]) == 92
    assert memory_of([]) == 0
