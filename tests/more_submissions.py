# ruff: noqa: E501 - a submission a line
"""Further submissions to the assignment knn, of the kinds by which this grader was attacked, and what each must get.

python -m tests.more_submissions            # all, boxed: two minutes on two cores
python -m tests.more_submissions tar answer # those with one of these in their names
python -m tests.more_submissions --workers 2

Said are rows that are not as they should be, the time, the memory of the grader, and what is left running; the tests
grade those in QUICK.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import struct
import sys
import tarfile
import tempfile
import threading
import time
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import psutil

from grading.box.sandbox import choose_sandbox
from grading.course.classroom import grade_all
from tests.handed_in import FOLDS, KNN, MODULE, SOLUTION, special, taped, zipped

#: Bytes of memory that the grader may take for a class.
MOST = 600 << 20
packed = partial(taped, how="w:gz")
#: In which file, and after which line, the answer to a question begins, and how far it is indented.
BEGIN = {
    "q1": (MODULE, 'one pair at a time."""\n', 8),
    "q2": (MODULE, 'smallest of them is taken.\n        """\n', 8),
    "q3": (MODULE, 'one row of X at a time."""\n', 8),
    "q4": (MODULE, 'array of shape (num_test, num_train, D)."""\n', 8),
    "q5": (FOLDS, "    k_to_accuracies = {}\n", 4),
}
#: Name of a submission: what it holds (bytes of a file, or files of a folder), status of its row, points.
MORE: dict[str, tuple[bytes | dict[str, str], str, float]] = {}


def answering(question: str, lines: str) -> dict[str, str]:
    """The solution, with lines at the beginning of one answer."""
    file, after, indent = BEGIN[question]
    assert SOLUTION[file].count(after) == 1, question
    body = "".join(f"{' ' * indent}{line}\n" for line in lines.splitlines())
    return SOLUTION | {file: SOLUTION[file].replace(after, after + body)}


def topped(lines: str) -> dict[str, str]:
    """The solution, with lines run on import."""
    return SOLUTION | {MODULE: f"{lines}\n{SOLUTION[MODULE]}"}


def _add(status: str, points: float, **submissions) -> None:
    for name, content in submissions.items():
        kind = "" if isinstance(content, dict) else ".zip"
        MORE[f"{name}{kind}"] = (content, status, points)


# ---- archives and what lies beside
MORE["alice.tar"] = (taped(SOLUTION, "w"), "ok", 20)
MORE["bob (1).tar.gz"] = (packed({f"./hw/{name}": text for name, text in SOLUTION.items()}), "ok", 20)
MORE["tar_out.tgz"] = (packed({"../../escaped.py": "x", "/tmp/eer_escaped.py": "x"} | SOLUTION), "ok", 20)
MORE["tar_links.tar"] = (
    taped({"a": special(MODULE, tarfile.SYMTYPE, str(KNN.folder / "solution" / MODULE))}, "w"),
    "empty",
    0,
)
MORE["tar_hard_links.tgz"] = (
    packed({"a": special(MODULE, tarfile.LNKTYPE, "/etc/passwd"), FOLDS: SOLUTION[FOLDS]}),
    "missing",
    4,
)
MORE["tar_devices.tgz"] = (
    packed({"d": special("zero.py", tarfile.CHRTYPE), "f": special("f.py", tarfile.FIFOTYPE)} | SOLUTION),
    "ok",
    20,
)
MORE["tar_bomb.tgz"] = (packed({"a.py": bytes(310 << 20)} | SOLUTION), "too large", 0)
MORE["tab\there 😀.zip"] = (zipped(SOLUTION), "ok", 20)
MORE["$(touch x);'.zip"] = (zipped(SOLUTION), "ok", 20)
_add(
    "ok",
    20,
    shadows=zipped(
        SOLUTION
        | dict.fromkeys(
            (
                "numpy.py",
                "json.py",
                "os.py",
                "struct.py",
                "wire.py",
                "runner.py",
                "compat.py",
                "eer_wire.py",
                "sitecustomize.py",
                "usercustomize.py",
                "traceback.py",
                "encodings.py",
            ),
            "raise SystemExit(3)",
        )
    ),
)
_add("ok", 20, stand_in_name=zipped(SOLUTION | {"_standin_k_nearest_neighbor.py": "raise SystemExit(3)"}))
_add("ok", 20, stand_in_folder=zipped(SOLUTION | {"_standin_k_nearest_neighbor.py/a.txt": "x"}))
_add("ok", 20, package=zipped({"k_nearest_neighbor/__init__.py": SOLUTION[MODULE], FOLDS: SOLUTION[FOLDS]}))
_add("ok", 20, versions=zipped({f"old/v{i}/{MODULE}": f"x = {i}" for i in range(150)} | SOLUTION))
_add(
    "ok",
    20,
    outputs=zipped(
        {
            "a.ipynb": json.dumps(
                {
                    "cells": [
                        {"cell_type": "code", "source": text, "outputs": [{"data": {"image/png": "A" * 9_000_000}}]}
                        for text in SOLUTION.values()
                    ]
                }
            )
        }
    ),
)
_add("empty", 0, thrice=zipped({"a.zip": zipped({"b.zip": zipped({"c.zip": zipped(SOLUTION)})})}))
_add("error", 4, nothing_in_it=zipped(SOLUTION | {MODULE: ""}))
_add("error", 4, rot13=zipped(topped("# -*- coding: rot13 -*-")))
_claims = bytearray(zipped(SOLUTION))
struct.pack_into("<I", _claims, _claims.index(b"PK\1\2") + 24, 400 << 20)
_add("too large", 0, claims=bytes(_claims))

# ---- answers that are none
NO_ANSWERS = {
    "complex": "D + 1j",
    "objects": "D.astype(object)",
    "texts": "D.astype(str)",
    "half": "D.astype(np.float16)",
    "matrix": "np.asmatrix(D)",
    "masked": "np.ma.masked_array(D)",
    "nan": "D * np.nan",
    "infinite": "D + np.inf",
    "transposed": "D.T",
    "one_more_axis": "D[None]",
    "flat": "D.ravel()",
    "generator": "(row for row in D)",
    "a_dict": "{0: D}",
    "a_pair": "(D, D)",
    "a_class": "type(D)",
    "a_mapping": "memoryview(D)",
    "times": "D.astype('M8[s]')",
    "records": "np.zeros((7, 23), dtype=[('a', float), ('b', float)])",
    "ragged": "[list(row)[i:] for i, row in enumerate(D)]",
    "too_large": "[[10**400] * 23] * 7",
    "bytes": "D.tobytes()",
    "itself": "self",
    "lies": "type('A', (), {'__array__': lambda s, *a, **k: D, 'shape': D.shape, 'dtype': D.dtype, '__float__': lambda s: 1.0})()",
    "equal_to_all": "np.zeros((7, 23)).view(type('Y', (np.ndarray,), {'__eq__': lambda s, o: True, '__sub__': lambda s, o: s * 0}))",
}
for _name, _text in NO_ANSWERS.items():
    _add(
        "ok",
        16,
        **{f"answer_{_name}": zipped(answering("q1", f"D = self.compute_distances_no_loops(X)\nreturn {_text}"))},
    )
FALSE_FOLDS = {
    "texts": "{k: ['0.5'] * num_folds for k in k_choices}",
    "ragged": "{k: [[1], [1, 2], 3, 4, 5] for k in k_choices}",
    "huge": "{k: [10**400] * num_folds for k in k_choices}",
    "none": "{k: None for k in k_choices}",
    "no_keys": "[[0.5] * num_folds for k in k_choices]",
    "more_keys": "{k: [0.5] * num_folds for k in range(99)}",
}
for _name, _text in FALSE_FOLDS.items():
    _add("ok", 16, **{f"folds_{_name}": zipped(answering("q5", f"return {_text}"))})
_add("ok", 16, cycle=zipped(answering("q1", "found = []\nfound.append(found)\nreturn found")))
_add("ok", 16, depth=zipped(answering("q1", "found = []\nfor _ in range(10**6): found = [found]\nreturn found")))
_add("ok", 16, labels_as_texts=zipped(answering("q2", "return ['0'] * len(dists)")))
_add(
    "ok",
    19,
    changes_its_input=zipped(answering("q1", "found = self.compute_distances_no_loops(X)\nX += 1\nreturn found")),
)
_add(
    "ok",
    18,
    zeros_where_it_would_take_long=zipped(
        answering("q4", "if max(len(X), len(self.X_train)) > 99: return np.zeros((len(X), len(self.X_train)))")
    ),
)
_add(
    "ok",
    19,
    pairs_in_c=zipped(
        answering(
            "q4",
            "from itertools import product, starmap\nfrom math import dist\nT = self.X_train.tolist()\n"
            "return np.fromiter(starmap(dist, product(X.tolist(), T)), float).reshape(len(X), -1)",
        )
    ),
)
_add(
    "ok",
    19,
    loop_over_training_rows=zipped(
        answering("q4", "return np.array([np.sqrt(((X - t)**2).sum(1)) for t in self.X_train]).T")
    ),
)
_add(
    "ok",
    4,
    answers_to_all_names=zipped(
        SOLUTION
        | {
            MODULE: "import numpy as np\nclass KNearestNeighbor:\n"
            "    def __getattr__(self, name): return lambda *a, **k: np.zeros((7, 23))\n"
        }
    ),
)
_add("error", 4, no_class=zipped(SOLUTION | {MODULE: "KNearestNeighbor = lambda: 3"}))
_add("error", 4, stand_in_imported=zipped(SOLUTION | {MODULE: "from _standin_k_nearest_neighbor import *\n"}))

# ---- what is not there to be found
_FIND = "import pathlib\nfound = [p for p in pathlib.Path('/').rglob({!r})]\nassert found\n"
_add("error", 16, seeks_the_seed=zipped(answering("q1", _FIND.format("class_seed"))))
_add("error", 16, seeks_the_record=zipped(answering("q1", _FIND.format("record.npz"))))
_add("error", 16, seeks_grades=zipped(answering("q1", _FIND.format("grades.csv"))))
_add(
    "error",
    16,
    looks_for_expected=zipped(
        answering(
            "q1",
            "import gc, sys\nframe, seen = sys._getframe(), []\nwhile frame: seen += list(frame.f_locals); frame = frame.f_back\n"
            "seen += [k for o in gc.get_objects() if type(o) is dict for k in list(o) if type(k) is str]\n"
            "assert {'expected', 'exam', 'class_seed'} & set(seen)",
        )
    ),
)
_add(
    "error", 16, reads_its_parent=zipped(answering("q1", "import os\nopen(f'/proc/{os.getppid()}/mem', 'rb').read(1)"))
)
_add(
    "error",
    16,
    traces_its_parent=zipped(
        answering("q1", "import ctypes, os\nassert ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0) == 0")
    ),
)
_add(
    "error",
    16,
    makes_a_namespace=zipped(
        answering("q1", "import subprocess\nsubprocess.run(['unshare', '-Ur', 'true'], check=True)")
    ),
)
_add("error", 16, becomes_root=zipped(answering("q1", "import os\nos.setuid(0)")))
_add("error", 16, writes_into_its_box=zipped(answering("q1", "open('/submission/x.py', 'w')")))
_add(
    "error", 16, listens=zipped(answering("q1", "import socket\nsocket.create_connection(('1.1.1.1', 53), timeout=3)"))
)

# ---- into the channel, and out of the process
_CHANNEL = "import os\nfor fd in range(3, 64):\n    try: os.write(fd, DATA)\n    except OSError: pass\n"
_add("protocol", 16, junk=zipped(answering("q1", _CHANNEL.replace("DATA", "b'x' * 4096"))))
_add(
    "protocol",
    16,
    another_answer=zipped(
        answering(
            "q1",
            _CHANNEL.replace(
                "DATA", "__import__('sys').modules['eer_wire'].encode({'nonce': 7, 'value': np.zeros((7, 23))})"
            ),
        )
    ),
)
_add(
    "protocol",
    19,
    other_words=zipped(answering("q1", "import sys\nsys.modules['eer_wire'].encode = lambda value: b'x' * 100")),
)
_add("protocol", 16, an_answer_too_large=zipped(answering("q1", "return np.zeros(20 << 20)")))
_add(
    "ok",
    20,
    output_of_its_own=zipped(
        answering("q1", "import os\nos.write(1, b'x' * 4096)\nprint('\\x1b[2J\\0\\u202e', flush=True)")
    ),
)
_add("crash", 16, closes_all=zipped(answering("q1", "import os\nos.closerange(0, 200)")))
_add(
    "crash",
    16,
    kills_all=zipped(
        answering(
            "q1",
            "import os\nfor pid in (os.getppid(), 1, -1, os.getpid()):\n    try: os.kill(pid, 9)\n    except OSError: pass",
        )
    ),
)
_add("crash", 16, another_base=zipped(answering("q1", "raise type('Gone', (BaseException,), {})()")))
_add(
    "error",
    16,
    markup=zipped(answering("q1", "raise type('<b>20</b>', (ValueError,), {})('\\x1b[31m<script>alert(1)</script>')")),
)
_add("error", 16, says_nothing=zipped(answering("q1", "class E(Exception):\n    def __str__(self): raise E\nraise E")))
_add(
    "error",
    16,
    chooses_its_line=zipped(answering("q1", "exec(compile('\\n' * int(X[0, 0]) + '1 / 0', __file__, 'exec'))")),
)
_add("error", 4, ends_on_import=zipped(topped("raise SystemExit(0)")))
_add("output", 4, talks_on_import=zipped(topped("for _ in range(300): print('x' * 1000000)")))

# ---- more than it may use, and what it leaves
_add(
    "memory",
    16,
    memory_without_a_map=zipped(
        answering(
            "q1",
            "import os, time\nkept = []\nfor i in range(60):\n"
            "    kept.append(os.memfd_create('x'))\n    for _ in range(48): os.write(kept[-1], bytes(1 << 20))\ntime.sleep(3)",
        )
    ),
)
_add(
    "ok",
    20,
    fills_its_folders=zipped(
        answering(
            "q1",
            "for place in ('/tmp', '/dev/shm'):\n    try:\n        for i in range(9):\n"
            "            with open(f'{place}/{i}', 'wb') as f: f.write(bytes(30 << 20))\n    except OSError: pass",
        )
    ),
)
_add(
    "ok",
    20,
    threads=zipped(
        answering(
            "q1",
            "import threading, time\ntry:\n    for _ in range(999): threading.Thread(target=time.sleep, args=(600,)).start()\nexcept RuntimeError: pass",
        )
    ),
)
_add(
    "ok",
    20,
    never_ends_at_the_end=zipped(
        topped(
            "import atexit, time\natexit.register(time.sleep, 600)\n"
            "class Stays:\n    def __del__(self): time.sleep(600)\nstays = Stays()"
        )
    ),
)
_add(
    "ok",
    20,
    leaves_others=zipped(
        answering(
            "q1",
            "import os, sys\nif not os.fork():\n    os.setsid()\n"
            "    for fd in range(3): os.close(fd)\n    os.closerange(3, 64)\n"
            "    os.execve(sys.executable, [sys.executable, '-c', 'import time; time.sleep(876543)'], {})",
        )
    ),
)
_add("time", 16, stops_itself=zipped(answering("q1", "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)")))

#: Those that the tests grade: one of each kind.
QUICK = ("alice.tar", "tar_out.tgz", "tar_links.tar", "shadows.zip", "stand_in_folder.zip", "answer_lies.zip", "folds_huge.zip",
    "zeros_where_it_would_take_long.zip", "reads_its_parent.zip", "another_answer.zip", "kills_all.zip", "leaves_others.zip")  # fmt: skip


def hand_in_more(folder: Path, names: Iterable[str]) -> None:
    """Write those into a folder."""
    for name in names:
        (folder / name).write_bytes(MORE[name][0])


def left_over() -> list[int]:
    """Processes that a submission has left running."""
    return [
        p.pid for p in psutil.process_iter(["cmdline"]) if "time.sleep(876543)" in " ".join(p.info["cmdline"] or [])
    ]


def _largest(stop: threading.Event, sizes: list[int]) -> None:
    """The memory of this process, looked at again and again: that of children, who have limits, is not its own."""
    while not stop.wait(0.02):
        sizes.append(psutil.Process().memory_info().rss)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*", help="only those with one of these in their names")
    parser.add_argument("--workers", type=int, help="graded by so many workers of a Dask cluster on this machine")
    given = parser.parse_args()
    names = [name for name in MORE if not given.words or any(word in name for word in given.words)]
    sizes, stop = [0], threading.Event()
    threading.Thread(target=_largest, args=(stop, sizes), daemon=True).start()
    with tempfile.TemporaryDirectory() as base, contextlib.ExitStack() as stack:
        there = Path(base, "in")
        there.mkdir()
        hand_in_more(there, names)
        options = {"sandbox": choose_sandbox(True)}
        if given.workers:
            from distributed import LocalCluster

            cluster = LocalCluster(n_workers=given.workers, threads_per_worker=1, dashboard_address=None)
            options["scheduler"] = stack.enter_context(cluster).scheduler_address
        start = time.perf_counter()
        rows = {row.submission: row for row in grade_all(KNN, there, Path(base, "out"), **options)}
        seconds = time.perf_counter() - start
        pages = len(list(Path(base, "out", "feedback").iterdir()))
    stop.set()
    wrong = 0
    for name in names:
        grade = rows[name].grade if name in rows else None
        found = (grade.status, grade.total) if grade else "no row"
        if found != MORE[name][1:]:
            wrong += 1
            print(f"{name!r}: {found}, should be {MORE[name][1:]}; {grade and grade.message}; {rows[name].notes}")
    print(f"{len(names)} submissions, {len(rows)} rows, {pages} pages, {wrong} not as they should be")
    print(
        f"{seconds / len(names):.1f} s each; {len(left_over())} processes left; the grader took {max(sizes) >> 20} MB"
    )
    return int(wrong > 0 or bool(left_over()) or pages != len(names) or max(sizes) > MOST)


if __name__ == "__main__":
    sys.exit(main())
