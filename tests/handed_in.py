"""What people hand in, made for tests: archives, notebooks, and the solution of an assignment by files."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from grading.course.assignment import load_assignment

KNN = load_assignment("knn")


def sources(folder: Path) -> dict[str, str]:
    """The modules in a folder, by name."""
    return {path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.py"))}


SOLUTION = sources(KNN.folder / "solution")
MODULE, FOLDS = "k_nearest_neighbor.py", "cross_validation.py"


def zipped(files: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip; names are written as they are, whatever stands in them."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo("x")
            entry.filename, entry.compress_type = name, method
            archive.writestr(entry, content)
    return stream.getvalue()


def taped(files: Mapping[str, str | bytes | tarfile.TarInfo], how: str = "w") -> bytes:
    """A tar of texts, and of entries that are something else; `how` "w:gz" compresses it."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=how) as archive:
        for name, content in files.items():
            if isinstance(content, tarfile.TarInfo):
                archive.addfile(content)
                continue
            content = content.encode() if isinstance(content, str) else content
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return stream.getvalue()


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    """An entry of a tar that is a folder, a link or a device."""
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = kind, target
    return entry


def notebook(*cells: str | list[str], **more) -> str:
    """A notebook of a text and these cells of code."""
    entries = [{"cell_type": "code", "source": cell} for cell in cells]
    return json.dumps({"cells": [{"cell_type": "markdown", "source": "# Text"}, *entries]} | more)
