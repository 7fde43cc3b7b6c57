"""A class of forty: good, broken and hostile submissions to the assignment knn, and what each must get.

Each is a function of the folder of submissions and of the sources of the solution; EXPECTED says which status its row
has and how many points it earns.
"""

from __future__ import annotations

import json
import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.handed_in import FOLDS, MODULE, zipped

#: First lines of the body of each method that is graded, in the solution.
TWO_LOOPS = "        for i in range(num_test):\n            for j in range(num_train):\n"
#: As many processes as there may be; what follows says what is done when there are no more.
FORKS = "import os, time\ntry:\n    for _ in range(10000):\n        if os.fork() == 0:\n            time.sleep(600)\n"

_MAKERS: dict[str, Callable[[Path, dict[str, str]], None]] = {}
#: Name of the submission: (status of its row, points it earns).
EXPECTED: dict[str, tuple[str, float]] = {}


def _submission(name: str, status: str, points: float):
    def remember(make):
        _MAKERS[name], EXPECTED[name] = make, (status, points)
        return make

    return remember


def hand_in(folder: Path, solution: dict[str, str], blank: dict[str, str]) -> None:
    """Write all forty into `folder`, from the sources of the solution and of the untouched skeleton."""
    for name, make in _MAKERS.items():
        make(folder / name, solution if name != "blank.zip" else blank)


def _zip(path: Path, files: dict[str, str | bytes]) -> None:
    path.write_bytes(zipped(files))


def _with_top(path: Path, sources: dict[str, str], lines: str) -> None:
    """The solution, with lines run on import."""
    _zip(path, sources | {MODULE: f"{lines}\n{sources[MODULE]}"})


def _with_q1(path: Path, sources: dict[str, str], lines: str) -> None:
    """The solution, with lines run at the beginning of the answer to q1."""
    assert sources[MODULE].count(TWO_LOOPS) == 1
    body = "".join(f"        {line}\n" for line in lines.splitlines())
    _zip(path, sources | {MODULE: sources[MODULE].replace(TWO_LOOPS, body + TWO_LOOPS)})


def _blank_with_top(path: Path, sources: dict[str, str], lines: str) -> None:
    """Nothing solved, and a trick run on import."""
    skeleton = (
        "import numpy as np\nclass KNearestNeighbor:\n    def train(self, X, y): self.X_train, self.y_train = X, y\n"
    )
    for method in ("compute_distances_two_loops", "compute_distances_one_loop", "compute_distances_no_loops"):
        skeleton += f"    def {method}(self, X): return np.zeros((len(X), len(self.X_train)))\n"
    skeleton += "    def predict_labels(self, dists, k=1): return np.zeros(len(dists))\n"
    _zip(path, {MODULE: f"{lines}\n{skeleton}", FOLDS: "def cross_validate(*a, **k): return {}\n"})


# ---- good ones, in every form in which work is handed in
@_submission("correct.zip", "ok", 20)
def _(path, sources):
    _zip(path, sources)


@_submission("folder", "ok", 20)
def _(path, sources):
    path.mkdir()
    for name, text in sources.items():
        (path / name).write_text(text)


@_submission("course_layout.zip", "ok", 20)
def _(path, sources):
    _zip(path, {f"assignment1/cs231n/classifiers/{name}": text for name, text in sources.items()})


@_submission("one_module.py", "missing", 16)
def _(path, sources):
    path.write_text(sources[MODULE])


@_submission("renamed.zip", "ok", 20)
def _(path, sources):
    _zip(path, {"Copy of k_nearest_neighbor.py": sources[MODULE], "my folds.py": sources[FOLDS]})


@_submission("notebook.ipynb", "ok", 20)
def _(path, sources):
    path.write_text(json.dumps(_notebook([sources[MODULE], _alone(sources[FOLDS])])))


@_submission("duplicated_cells.ipynb", "ok", 20)
def _(path, sources):
    first = "class KNearestNeighbor:\n    pass"
    experiments = "classifier = KNearestNeighbor()\nclassifier.train(X_train, y_train)\n%timeit 1 + 1\n!ls"
    cells = [first, sources[MODULE], experiments, sources[MODULE], _alone(sources[FOLDS])]
    path.write_text(json.dumps(_notebook(cells)))


@_submission("deleted_cells.ipynb", "missing", 0)
def _(path, sources):
    path.write_text(json.dumps(_notebook(["import numpy as np", _alone(sources[FOLDS])])))


@_submission("lost_metadata.ipynb", "ok", 20)
def _(path, sources):
    cells = [{"cell_type": "code", "source": text} for text in (sources[MODULE], _alone(sources[FOLDS]))]
    path.write_text(json.dumps({"cells": cells}))


@_submission("twice.zip", "ok", 20)
def _(path, sources):
    _zip(path, sources)


@_submission("twice (1).zip", "ok", 20)
def _(path, sources):
    _zip(path, sources | {"notes.txt": "second try"})


@_submission("two_versions.zip", "ok", 20)
def _(path, sources):
    _zip(path, sources | {"old/k_nearest_neighbor.py": "class KNearestNeighbor: pass\n"})


@_submission("colab.ipynb", "ok", 20)
def _(path, sources):
    top = "from google.colab import drive\nimport seaborn as sns\nsns.set()\ndrive.mount('/content')\n!pip install x"
    cells = [top, f"%%time\n{sources[MODULE]}", _alone(sources[FOLDS])]
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(_notebook(cells)).encode())


@_submission("from_a_platform", "ok", 20)
def _(path, sources):
    path.mkdir()
    _zip(path / "work (1).zip", {f"hw/{name}": text for name, text in sources.items()})


@_submission("helper_and_large_file.zip", "ok", 20)
def _(path, sources):
    more = {"hw/helper.py": "ROOT = 0.5", "data.csv": "1,2\n" * 2_000_000}
    sources = sources | {MODULE: f"from helper import ROOT\n{sources[MODULE]}"}
    _zip(path, {f"hw/{name.upper()}": text for name, text in sources.items()} | more)


# ---- unfinished and broken ones
@_submission("blank.zip", "ok", 0)
def _(path, sources):
    _zip(path, sources)


@_submission("syntax_error.zip", "error", 4)
def _(path, sources):
    _zip(path, sources | {MODULE: sources[MODULE] + "\ndef broken(:\n"})


@_submission("raises.zip", "error", 16)
def _(path, sources):
    _with_q1(path, sources, "raise RuntimeError(repr(X))")


@_submission("exits.zip", "error", 16)
def _(path, sources):
    _with_q1(path, sources, "import sys\nsys.exit(0)")


@_submission("asks.zip", "error", 16)
def _(path, sources):
    _with_q1(path, sources, "input('how many? ')")


@_submission("wrong_type.zip", "ok", 16)
def _(path, sources):
    _with_q1(path, sources, "return 'forty-two'")


@_submission("empty.zip", "empty", 0)
def _(path, sources):
    path.write_bytes(b"")


@_submission("nothing_inside.zip", "empty", 0)
def _(path, sources):
    _zip(path, {"photo.png": b"\x89PNG", "readme.txt": "see e-mail"})


@_submission("essay.pdf", "wrong type", 0)
def _(path, sources):
    path.write_bytes(b"%PDF-1.4 nothing")


@_submission("bad_json.ipynb", "unreadable", 0)
def _(path, sources):
    path.write_text('{"cells": [{"cell_type": "code", ')


@_submission("no_zip.zip", "unreadable", 0)
def _(path, sources):
    path.write_bytes(b"PK\x03\x04 this is none")


@_submission("latin1.zip", "ok", 20)
def _(path, sources):
    _zip(path, sources | {"naïve.py": "x = 'caf\u00e9'".encode("latin-1")})


# ---- ones that do not stop, or not where they should
@_submission("endless.zip", "time", 16)
def _(path, sources):
    _with_q1(path, sources, "while True: pass")


@_submission("deaf.zip", "time", 16)
def _(path, sources):
    lines = "import signal\nfor s in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:\n"
    lines += "    signal.signal(s, signal.SIG_IGN)"
    _with_q1(path, sources, f"{lines}\nwhile True:\n    try:\n        while True: pass\n    except BaseException: pass")


@_submission("leaves.zip", "crash", 16)
def _(path, sources):
    _with_q1(path, sources, "import os\nos._exit(0)")


@_submission("segfault.zip", "crash", 16)
def _(path, sources):
    _with_q1(path, sources, "import ctypes\nctypes.string_at(0)")


@_submission("fork_bomb.zip", "ok", 20)
def _(path, sources):
    _with_q1(path, sources, FORKS + "except OSError: pass")


@_submission("fork_bomb_that_stays.zip", "ok", 20)
def _(path, sources):
    """All that the kernel gives it are there when the box is looked at."""
    _with_q1(path, sources, FORKS + "except OSError: time.sleep(1)")


@_submission("memory.zip", "error", 16)
def _(path, sources):
    _with_q1(path, sources, "np.ones(4 << 27).sum()")


@_submission("talks.zip", "output", 16)
def _(path, sources):
    _with_q1(path, sources, "for _ in range(300): print('x' * 1000000)")


@_submission("big_file.zip", "error", 16)
def _(path, sources):
    _with_q1(path, sources, "with open('/tmp/big', 'wb') as f:\n    while True: f.write(bytes(1 << 20))")


@_submission("background.zip", "ok", 20)
def _(path, sources):
    lines = "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(987654)'],"
    _with_q1(path, sources, f"{lines} start_new_session=True)")


# ---- thieves and forgers
@_submission("deletes.zip", "ok", 20)
def _(path, sources):
    lines = "import os, shutil\nfor place in ('/submission', '/box', os.path.expanduser('~'), VICTIM):\n"
    lines = lines.replace("VICTIM", repr(str(path.parent)))
    _with_q1(path, sources, f"{lines}    shutil.rmtree(place, ignore_errors=True)")


@_submission("reads_tests.zip", "error", 16)
def _(path, sources):
    lines = "import pathlib\nfound = [p for root in (ROOT, '/') for p in pathlib.Path(root).rglob('reference.py')]\n"
    repository = str(Path(__file__).resolve().parents[1])
    lines = lines.replace("ROOT", repr(repository))
    _with_q1(
        path, sources, f"{lines}found = [p for p in found if 'knn' in str(p)]\nassert found, 'no tests to be seen'"
    )


@_submission("network.zip", "error", 16)
def _(path, sources):
    _with_q1(
        path, sources, "import socket\nsocket.create_connection(('127.0.0.1', PORT), timeout=2)".replace("PORT", "9")
    )


@_submission("forges.zip", "protocol", 0)
def _(path, sources):
    full = {"grades": 20, "total": 20, "q1": 4}
    lines = "import os\nfor fd in range(3, 64):\n    try: os.write(fd, FULL * 10)\n    except OSError: pass"
    lines = lines.replace("FULL", repr(json.dumps(full).encode()))
    _blank_with_top(path, sources, lines)


@_submission("patches.zip", "ok", 0)
def _(path, sources):
    lines = "import numpy, sys\nnumpy.allclose = numpy.isclose = numpy.array_equal = lambda *a, **k: True\n"
    lines += "numpy.testing.assert_allclose = lambda *a, **k: None\nnumpy.ndarray.__eq__ if True else 0\n"
    lines += "for name, module in list(sys.modules.items()):\n    if 'eer_' in name or name == '__main__':\n"
    lines += "        for key in ('decode', 'frame_length'): vars(module).pop(key + '_', None)\n"
    _blank_with_top(path, sources, lines)


@_submission("always_equal.zip", "ok", 0)
def _(path, sources):
    lines = "import numpy as np\nclass Yes(np.ndarray):\n"
    lines += "    __eq__ = lambda s, o: True\n    __sub__ = lambda s, o: np.zeros(1)\n"
    _blank_with_top(path, sources, lines + "np.zeros = lambda shape, dtype=float: np.full(shape, 1.0).view(Yes)\n")


@_submission("link", "refused", 0)
def _(path, sources):
    os.symlink(Path(__file__).resolve().parents[1] / "assignments" / "knn" / "solution", path)


@_submission("links_inside.zip", "empty", 0)
def _(path, sources):
    with zipfile.ZipFile(path, "w") as archive:
        entry = zipfile.ZipInfo(MODULE)
        entry.create_system, entry.external_attr = 3, 0o120777 << 16
        archive.writestr(entry, str(Path(__file__).resolve().parents[1] / "assignments" / "knn" / "solution" / MODULE))


@_submission("slip.zip", "ok", 20)
def _(path, sources):
    _zip(path, sources | {"../../escaped.py": "x = 1\n", "/tmp/eer_escaped.py": "x = 1\n"})


@_submission("bomb.zip", "too large", 0)
def _(path, sources):
    _zip(path, sources | {"huge.py": b"#" * (1 << 30)})


@_submission("lying_sizes.zip", "unreadable", 0)
def _(path, sources):
    _zip(path, {MODULE: sources[MODULE]})
    content = bytearray(path.read_bytes())
    central = content.rindex(b"PK\x01\x02")
    struct.pack_into("<I", content, central + 24, 10)  # the size it claims to have unpacked
    path.write_bytes(bytes(content))


def _alone(source: str) -> str:
    """The cross-validation's source for a notebook, where the classifier is defined in another cell."""
    return source.replace("from k_nearest_neighbor import KNearestNeighbor\n", "")


def _notebook(cells: list[str]) -> dict:
    entries = [
        {"cell_type": "code", "id": f"c{i}", "metadata": {}, "execution_count": None, "outputs": [], "source": text}
        for i, text in enumerate(cells)
    ]
    return {"cells": entries, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
