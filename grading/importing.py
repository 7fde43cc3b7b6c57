"""Modules that are found by their path, not by `sys.path`: an assignment's questions, reference and solution."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

__all__ = ["import_file", "importable"]


def import_file(path: Path) -> ModuleType:
    """The module in a file, run anew, under a name of its own that no import statement finds."""
    spec = importlib.util.spec_from_file_location(f"{path.parent.name}_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextmanager
def importable(*folders: Path) -> Iterator[None]:
    """Within the block, import statements find the modules in these folders first; afterwards nothing is left of it.

    Modules of the same names that were imported before, another assignment's for instance, are put back.
    """
    names = {path.stem for folder in folders for path in folder.glob("*.py")}
    before = {name: sys.modules.pop(name) for name in names & sys.modules.keys()}
    sys.path[:0] = [str(folder) for folder in folders]
    importlib.invalidate_caches()
    try:
        yield
    finally:
        for folder in folders:
            sys.path.remove(str(folder))
        for name in names:
            sys.modules.pop(name, None)
        sys.modules.update(before)
