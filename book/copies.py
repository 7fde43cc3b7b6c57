"""Executed copies: what they are kept with, when they are out of date, and where they lie.

A chapter is executed once, by `make test` (book/nbval_plugin.py) or by `make book` (book/execute.py); the copy with its
outputs lies below `_build/executed/`, and the site shows it. A copy remembers all that its outputs depend on: the code
and tags of its cells, the TeX of its labelled equations where some are evaluated as they are printed, the modules of
this repository that were loaded at the end of the run, the pinned environment, the Python version, and the real data
where the module that reads them was loaded. It is fresh while all of these are
what they were. What was loaded is asked of the kernel, not guessed from the text, so imports made inside functions and
on use count, and what was never loaded does not.

What a copy remembers also lies beside it, in a small file of its own, since most who ask for it want nothing else of a
file of megabytes. It counts only for the very copy that it was written with.

Modules whose change alters how outputs look and not what they say do not count at all (`LOOKS`): the site and the
downloads render records anew. The modules that draw figures count only for copies that hold a drawing (`DRAWS`).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from book import stored
from book.order import ROOT
from utils.files import write_atomically
from utils.records import RECORD_MIME

EXECUTED = Path("_build/executed")
#: Turns records into words and markup; what it makes of a record is made anew whenever a page or a download is.
LOOKS = frozenset({"utils/rendering.py"})
#: Set how figures are drawn; a copy without a drawing does not depend on them.
DRAWS = frozenset({"utils/plotting.py", "utils/palette.py"})
#: Evaluates printed formulas; of what runs a chapter, this alone has a say in what it shows.
EVALUATES = "book/formula/"
#: Reads CIFAR-10 and MNIST from DATA_ROOT; a copy for which it was loaded depends on the files there.
READS_DATA = "utils/data/real.py"


@dataclass(frozen=True)
class Run:
    """What a kernel reports at the end of a chapter's run (book/probe.py), and what its run took.

    Attributes
    ----------
    files : tuple of str
        Files of all modules that were loaded.
    seconds : float
        Wall-clock time from the first cell to the last.
    cpu_seconds : float
        Processor time of the kernel after its first cell, which holds the imports.
    import_seconds : float
        Processor time of the kernel up to the end of its first cell.
    memory_bytes : int
        Largest resident memory of the kernel.
    """

    files: tuple[str, ...]
    seconds: float
    cpu_seconds: float = 0.0
    import_seconds: float = 0.0
    memory_bytes: int = 0
    cores: int = field(default_factory=lambda: os.cpu_count() or 1)


def executed_path(notebook: Path, root: Path = ROOT) -> Path:
    """Where the executed copy of `notebook` (relative to `root`) is kept."""
    return root / EXECUTED / notebook


def forget(notebook: Path, root: Path = ROOT) -> None:
    """Remove the copy of `notebook`: a chapter that runs, or fails, has none."""
    path = executed_path(notebook, root)
    path.unlink(missing_ok=True)
    _beside(path).unlink(missing_ok=True)


def keep(notebook: Path, nb: nbformat.NotebookNode, run: Run, root: Path = ROOT) -> None:
    """Write the executed copy `nb` of `notebook` with all that its outputs depend on."""
    for cell in nb.cells:
        cell.metadata.pop("execution", None)  # nbclient's clock readings
    modules = {name: _hash_of(root / name) for name in _own(run.files, root) if name not in LOOKS}
    if not any(_is_drawing(output) for cell in nb.cells for output in cell.get("outputs", [])):
        modules = {name: value for name, value in modules.items() if name not in DRAWS}
    depends = _circumstances(nb, root) | {"print": _print(nb), "modules": modules}
    if READS_DATA in modules:
        depends["data"] = data_state(root)
    nb.metadata["eer"] = {
        "fingerprint": _hash([json.dumps(depends, sort_keys=True)]),
        "depends": depends,
        "text": _text(nb),
        "seconds": round(run.seconds, 1),
        "cpu_seconds": round(run.cpu_seconds, 1),
        "import_seconds": round(run.import_seconds, 1),
        "memory_bytes": run.memory_bytes,
        "cores": run.cores,
    }
    _write(executed_path(notebook, root), nb)


def note(notebook: Path, name: str, value, root: Path = ROOT) -> None:
    """Have the copy of `notebook`, if there is one, remember something that came out after its last cell."""
    path = executed_path(notebook, root)
    if path.is_file():
        nb = nbformat.read(path, as_version=4)
        nb.metadata["eer"][name] = value
        _write(path, nb)


def keep_up(notebook: Path, root: Path = ROOT) -> None:
    """Have a fresh copy remember the text of a notebook that was edited since, so that its print is not read again."""
    if executed_path(notebook, root).stat().st_mtime_ns < (root / notebook).stat().st_mtime_ns:
        with contextlib.suppress(OSError):  # where nothing can be written, it is read again
            note(notebook, "text", _text(stored.notebook(root / notebook, schema=False)), root)


def remembered(notebook: Path, root: Path = ROOT) -> dict:
    """What the copy of `notebook` remembers of its run, fresh or not; empty where there is no readable copy."""
    path = executed_path(notebook, root)
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        beside = json.loads(_beside(path).read_text("utf-8"))
        if beside["of"] == _stamp(path):
            return dict(beside["eer"])
    try:
        return dict(json.loads(path.read_text("utf-8"))["metadata"]["eer"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _write(path: Path, nb: nbformat.NotebookNode) -> None:
    """Write a copy, and beside it what it remembers."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, nbformat.writes(nb))
    with contextlib.suppress(OSError):  # the copy says it, too
        write_atomically(_beside(path), json.dumps({"of": _stamp(path), "eer": nb.metadata["eer"]}))


def _beside(copy: Path) -> Path:
    return copy.with_suffix(".run.json")


def _stamp(copy: Path) -> list[int]:
    """What changes when a copy is written."""
    state = copy.stat()
    return [state.st_mtime_ns, state.st_size]


def is_fresh(notebook: Path, root: Path = ROOT) -> bool:
    """Whether there is an executed copy all of whose outputs are those that a run today would give."""
    memory = remembered(notebook, root)
    depends = memory.get("depends")
    if not isinstance(depends, dict):
        return False
    try:
        nb = stored.notebook(root / notebook, schema=False)
    except (OSError, ValueError):  # whoever runs it says why
        return False
    if any(depends.get(name) != value for name, value in _circumstances(nb, root).items()):
        return False
    if memory.get("text") != _text(nb) and depends.get("print") != _print(nb):
        return False
    if "data" in depends and depends["data"] != data_state(root):
        return False
    return all(_hash_of(root / name) == value for name, value in depends.get("modules", {}).items())


def data_state(root: Path = ROOT) -> str:
    """Hash of names, sizes and times of the real data files; of nothing where there are none."""
    given = os.environ.get("DATA_ROOT", "").strip()
    folder = Path(given).expanduser() if given else root / "data"
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
    return _hash(f"{f.relative_to(folder)} {f.stat().st_size} {f.stat().st_mtime_ns}" for f in files)


def _own(files: Iterable[str], root: Path) -> list[str]:
    """Those of `files` that are the repository's, relative to its root; not those of an environment below it."""
    root = root.resolve()
    paths = {path for file in files if (path := Path(file)).is_absolute() and "site-packages" not in path.parts}
    names = {path.relative_to(root).as_posix() for path in map(Path.resolve, paths) if path.is_relative_to(root)}
    return sorted(name for name in names if name.startswith(EVALUATES) or not name.startswith("book/"))


def _circumstances(nb: nbformat.NotebookNode, root: Path) -> dict[str, str]:
    """What every run of these cells depends on, whatever they import."""
    cells = [cell for cell in nb.cells if cell.cell_type == "code"]
    code = json.dumps([[cell.source, cell.metadata.get("tags", [])] for cell in cells])
    pins = (root / "constraints.txt").read_text("utf-8")
    return {"code": _hash([code]), "python": platform.python_version(), "pins": _hash([pins])}


def _text(nb: nbformat.NotebookNode) -> str:
    """Hash of what stands in the Markdown; while it is the same, so is the print, and need not be read again."""
    return _hash([json.dumps([cell.source for cell in nb.cells if cell.cell_type == "markdown"])])


def _print(nb: nbformat.NotebookNode) -> str:
    """Hash of the TeX of the labelled equations, where some are evaluated as they are printed; else of nothing."""
    formulas = {}
    if any("printed" in cell.source for cell in nb.cells if cell.cell_type == "code"):
        from book.chapter import Chapter  # reading Markdown takes longer than all the rest

        formulas = Chapter.of(nb, "chapter.ipynb").printed_formulas
    return _hash([json.dumps(formulas, sort_keys=True)])


def _is_drawing(output) -> bool:
    data = output.get("data", {})
    return data.get(RECORD_MIME, {}).get("kind") == "figure" or any(kind.startswith("image/") for kind in data)


def _hash_of(path: Path) -> str:
    try:
        return _hash([path.read_text("utf-8")])
    except OSError:
        return "gone"


def _hash(texts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:32]
