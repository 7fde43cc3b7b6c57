"""Everything that CI runs, in order; all of it, even after a failure, so that one run shows all there is to mend.

python -m tools.run_tests
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

from book.execute import CELL_TIMEOUT
from book.order import ROOT

CORES = str(os.cpu_count())

PYTEST = [sys.executable, "-m", "pytest", "-q"]
PARALLEL = ["-n", CORES, "--dist=loadfile"]  # the cells of a notebook run in order
NBVAL = ["--nbval-lax", "--nbval-current-env", f"--nbval-cell-timeout={CELL_TIMEOUT}", "-p", "no:cacheprovider"]
CELLS = [*PYTEST, *PARALLEL, *NBVAL, "chapters"]
STAGES = [
    ("style", [sys.executable, "-m", "ruff", "check", "."]),
    ("format", [sys.executable, "-m", "ruff", "format", "--check", "."]),
    ("unit tests and notebook rules", [*PYTEST, *PARALLEL, "tests", "--ignore=tests/browser"]),
    ("every cell of every notebook", CELLS),
    ("executed chapters", [sys.executable, "-m", "book.execute"]),
    ("website", [sys.executable, "-m", "tools.build_site"]),
    ("website in a browser", [*PYTEST, *PARALLEL, "tests/browser"]),
]


def main() -> int:
    results = []
    with tempfile.TemporaryDirectory() as empty:
        for name, command in STAGES:
            # chapters run twice: here on the data that come with the book, later on real data where there are any
            environment = os.environ | ({"DATA_ROOT": empty} if command is CELLS else {})
            print(f"\n=== {name}", flush=True)
            start = time.perf_counter()
            code = subprocess.run(command, cwd=ROOT, env=environment).returncode
            results.append((name, code, time.perf_counter() - start))
    print("\n=== summary")
    for name, code, seconds in results:
        print(f"{'ok' if code == 0 else 'FAILED':7} {seconds:6.0f} s  {name}")
    return int(any(code for _, code, _ in results))


if __name__ == "__main__":
    sys.exit(main())
