"""Random archives, names, notebooks and frames: what reads them says what is wrong, and nothing worse.

python -m tests.fuzz_grading 600     # seconds; the tests run it for a few
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import sys
import tarfile
import tempfile
import time
import warnings
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np

from grading.box import wire
from grading.course import cells, gather

WANTED = {"model": ["Model"], "folds": ["cross_validate"]}
MODEL, FOLDS = "class Model:\n    def fit(self, x):\n        return x\n", "def cross_validate(x):\n    return x\n"
PIECES = [
    "model.py",
    "folds.py",
    "a",
    "b",
    "..",
    ".",
    "",
    "/",
    "\\",
    "\n",
    "\0",
    " ",
    "x.py",
    "hw.ipynb",
    "C:",
    "é",
    "\u202e",
    "~",
    "from_notebook_model.py",
    "pyvenv.cfg",
    "assignment1",
    "assignment2",
    "cs231n",
    "__MACOSX",
    "._model.py",
    "n" * 150,
    "model (1).py",
    "MODEL.PY",
    "a.zip",
    "solution",
    "assignments",
    "standin",
    "-rf",
    "$(x)",
    "😀",
    "k.txt",
    "k.json",
]
LINES = [
    "%%time",
    "%matplotlib inline",
    "!pip install x",
    "x = !ls",
    "x = 3",
    "class Model:",
    "    pass",
    "def cross_validate(x):",
    "    return x",
    "'''",
    '"""',
    "(",
    ")",
    "[",
    "\\",
    "x?",
    "%%writefile model.py",
    "%%bash",
    "    %timeit f()",
    "import os",
    "from a import *",
    "get_ipython().magic('x')",
    "print 'x'",
    "\t",
    "\ufeff",
    "\0",
    "@",
    "f'{'",
    "if True:",
    "lambda:",
    "N = np.zeros(3)",
    "é = 1",
    "#",
    "x = (",
]


def archive(rng: np.random.Generator) -> bytes:
    """A zip of random names and contents, and in half of the cases some bytes of it changed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])) as file:
        for _ in range(rng.integers(0, 8)):
            name = "/".join(rng.choice(PIECES, rng.integers(1, 5)))
            content = [MODEL, FOLDS, "", notebook(rng), text(rng)][rng.integers(5)].encode("utf-8", "replace")
            if rng.random() < 0.1:
                content = content.decode("utf-8", "replace").encode("utf-16")
            entry = zipfile.ZipInfo("x")
            entry.filename, entry.compress_type = name, file.compression
            entry.external_attr = int(rng.choice([0, 0o644 << 16, 0o120777 << 16, 0o40755 << 16, 0x10]))
            with contextlib.suppress(ValueError, UnicodeError), warnings.catch_warnings(action="ignore"):
                file.writestr(entry, content)
    return changed(rng, stream.getvalue()) if rng.random() < 0.5 else stream.getvalue()


def tape(rng: np.random.Generator) -> bytes:
    """A tar as `archive` is a zip: of files, folders, links and devices, compressed or not, of all formats."""
    stream = io.BytesIO()
    form = int(rng.choice([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT]))
    with tarfile.open(fileobj=stream, mode=str(rng.choice(["w", "w:gz"])), format=form) as file:
        for _ in range(rng.integers(0, 8)):
            content = [MODEL, FOLDS, "", notebook(rng), text(rng)][rng.integers(5)].encode("utf-8", "replace")
            entry = tarfile.TarInfo("/".join(rng.choice(PIECES, rng.integers(1, 5))))
            kinds = [tarfile.REGTYPE] * 6 + [tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE]
            entry.type, entry.linkname = kinds[rng.integers(len(kinds))], str(rng.choice(PIECES))
            entry.size = len(content) if entry.isreg() else 0
            with contextlib.suppress(ValueError, UnicodeError):
                file.addfile(entry, io.BytesIO(content) if entry.isreg() else None)
    return changed(rng, stream.getvalue()) if rng.random() < 0.5 else stream.getvalue()


def changed(rng: np.random.Generator, content: bytes) -> bytes:
    """Bytes with some of them changed, cut out, doubled or left away at the end."""
    content = bytearray(content)
    for _ in range(rng.integers(1, 8)):
        if not content:
            break
        at, length = int(rng.integers(len(content))), int(rng.integers(1, 9))
        how = rng.integers(4)
        if how == 0:
            content[at : at + length] = rng.bytes(length)
        elif how == 1:
            content[at] ^= 1 << int(rng.integers(8))
        elif how == 2:
            del content[at : at + length]
        else:
            content[at:at] = content[at : at + length]
    return bytes(content)


def text(rng: np.random.Generator) -> str:
    """Random lines as they stand in cells."""
    return "\n".join(
        " " * int(rng.integers(0, 5) * (rng.random() < 0.2)) + str(line)
        for line in rng.choice(LINES, rng.integers(0, 12))
    )


def tree(rng: np.random.Generator, depth: int = 0):
    """A random value that JSON can hold."""
    kind = rng.integers(8) if depth < 4 else rng.integers(5)
    if kind < 5:
        return [None, True, -1, 1e308, text(rng)][kind]
    if kind == 5:
        return [tree(rng, depth + 1) for _ in range(rng.integers(0, 4))]
    keys = ["cells", "source", "cell_type", "input", "worksheets", "metadata", "x"]
    return {str(rng.choice(keys)): tree(rng, depth + 1) for _ in range(rng.integers(0, 4))}


def notebook(rng: np.random.Generator) -> str:
    """A notebook, mostly of the usual form."""
    entries = [
        {"cell_type": "code", "source": [MODEL, FOLDS, text(rng), tree(rng)][rng.integers(4)]}
        for _ in range(rng.integers(0, 5))
    ]
    book = [{"cells": entries}, {"worksheets": [{"cells": entries}]}, tree(rng)][rng.choice(3, p=[0.6, 0.2, 0.2])]
    said = json.dumps(book)
    return changed(rng, said.encode()).decode("utf-8", "replace") if rng.random() < 0.3 else said


def fuzz_submissions(seconds: float, seed: int, least: int = 0) -> Counter:
    """What became of random submissions; raises where that is neither a module nor a refusal."""
    rng, ends, outcomes = np.random.default_rng(seed), time.monotonic() + seconds, Counter()
    with tempfile.TemporaryDirectory() as scratch:
        there = Path(scratch, "in")
        there.mkdir()
        while time.monotonic() < ends or outcomes.total() < least:
            kinds = [("a.zip", archive), ("a.tar", tape), ("a.tgz", tape), ("a.ipynb", notebook), ("a.py", text)]
            name, content = kinds[rng.integers(len(kinds))]
            made = content(rng)
            (there / name).write_bytes(made if isinstance(made, bytes) else made.encode("utf-8", "replace"))
            folder, found = Path(scratch, "out"), gather.Gathered()
            folder.mkdir()
            try:
                gather.gather(there / name, WANTED, folder, found)
                outcomes["taken"] += 1
            except gather.Refused as refusal:
                outcomes[refusal.status] += 1
                found.note(str(refusal))
            for module in found.modules.values():
                assert (folder / module).resolve().is_relative_to(folder.resolve())
                assert (folder / module).is_file()
            assert all(note.isprintable() for note in found.notes), found.notes
            assert sorted(os.listdir(scratch)) == ["in", "out"], os.listdir(scratch)
            json.dumps(vars(found))
            shutil.rmtree(folder)
            (there / name).unlink()
    return outcomes


def fuzz_cells(seconds: float, seed: int, least: int = 0) -> Counter:
    """Cells with magics taken out keep their lines, and what parses is left as it is."""
    rng, ends, outcomes = np.random.default_rng(seed), time.monotonic() + seconds, Counter()
    while time.monotonic() < ends or outcomes.total() < least:
        source = text(rng)
        with warnings.catch_warnings(action="ignore"):
            _fuzz_cell(source, outcomes)
    return outcomes


def _fuzz_cell(source: str, outcomes: Counter) -> None:
    plain = cells.without_magics(source)
    assert plain.count("\n") == source.replace("\r\n", "\n").lstrip("\ufeff").count("\n"), source
    module, _, problems = cells.module_from([cells.Cell(1, plain)], ["Model", "cross_validate"])
    assert len(module.lines) == len(module.origins)
    outcomes["with mistakes" if problems else "good"] += 1


def fuzz_frames(seconds: float, seed: int, least: int = 0) -> Counter:
    """Frames that were changed somewhere are read, or are a WireError."""
    rng, ends, outcomes = np.random.default_rng(seed), time.monotonic() + seconds, Counter()
    values = [
        {"value": np.arange(12.0).reshape(3, 4)},
        {"value": [1, 2.5, None, "x", (True, np.float32(2))]},
        {"value": {"W": np.ones((2, 2)), 3: [np.int64(1)] * 20, (1, "a"): {}}},
        {"error": {"type": "ValueError", "message": "m", "file": "m.py", "line": 3}},
        {"value": [list(range(30)), wire.Handle(3), object()]},
        [tree(rng) for _ in range(20)],
    ]
    frames = [wire.encode(value) for value in values]
    while time.monotonic() < ends or outcomes.total() < least:
        frame = frames[rng.integers(len(frames))]
        if rng.random() < 0.7:  # the JSON alone, with lengths that fit
            _, length, size = wire.HEADER.unpack_from(frame)
            said = changed(rng, frame[wire.HEADER.size : wire.HEADER.size + length])
            if rng.random() < 0.5:
                said = said.replace(
                    b"<f8", rng.choice([b"<f4", b"|O", b"f8,f8", b"(", b"V3", b"<U9", b"M8[s]", b"<c16"])
                )
            frame = wire.HEADER.pack(wire.MAGIC, len(said), size) + said + frame[wire.HEADER.size + length :]
        else:
            frame = changed(rng, frame)
        try:
            wire.decode(frame)
            outcomes["read"] += 1
        except wire.WireError:
            outcomes["refused"] += 1
    return outcomes


FUZZERS = (fuzz_submissions, fuzz_cells, fuzz_frames)


if __name__ == "__main__":
    given = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    first = int(sys.argv[2]) if len(sys.argv) > 2 else int(time.time())
    print(f"seed {first}")
    for fuzzer in FUZZERS:
        print(f"{fuzzer.__name__}: {dict(fuzzer(given / len(FUZZERS), first))}", flush=True)
