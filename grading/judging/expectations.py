"""Results of the reference, computed where its code is there and read from a record where it is not."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import numpy as np

__all__ = ["Expectations"]


class Expectations:
    """Results of the reference: computed where its code is there, read from a record where it is not.

    Students get the record of the public inputs (arrays without names, found by a digest of the request), so that
    they can check their work without being handed the reference.
    """

    def __init__(self, reference: ModuleType | None = None, record: Mapping[str, np.ndarray] | None = None):
        if reference is None and record is None:
            raise ValueError("Expectations needs the reference or a record of its results")
        self.reference, self.record = reference, dict(record or {})

    @classmethod
    def load(cls, path: Path) -> Expectations:
        with np.load(path, allow_pickle=False) as stored:
            return cls(record=dict(stored))

    def __call__(self, name: str, *arguments):
        """Result of the reference's function `name`: an array, or a tuple of arrays; computed once for each input."""
        key = _digest(name, arguments)
        result = self._recorded(key)
        if result is None and self.reference is not None:
            computed = getattr(self.reference, name)(*arguments)
            several = isinstance(computed, tuple)
            arrays = dict(enumerate(computed if several else (computed,)))
            for number in reversed(arrays):  # the first last: when it is there, all are, for other threads, too
                self.record[f"{key}-{number}" if several else key] = np.asarray(arrays[number])
            result = self._recorded(key)
        if result is None:
            raise KeyError(
                f"the record has no result of {name} for this input; get the newest version of the assignment"
            )
        return result

    def _recorded(self, key: str):
        if key in self.record:
            return self.record[key].copy()
        found = []
        while f"{key}-{len(found)}" in self.record:
            found.append(self.record[f"{key}-{len(found)}"].copy())
        return tuple(found) or None


def _digest(name: str, arguments) -> str:
    digest = hashlib.sha256(name.encode())
    for argument in arguments:
        array = np.asarray(argument)
        digest.update(f"{array.dtype.str}{array.shape}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:24]
