"""Everything that CI runs, in order; all of it, even after a failure, so that one run shows all there is to mend.

    python -m tools.run_tests

Chapters are executed once, on the data that come with the book, and the copies that this leaves are what the site
shows. Where there are real data, chapters that read them have no copy of that state yet and run a second time.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field

from book.execute import CELL_TIMEOUT
from book.order import ROOT

CORES = str(os.cpu_count())
#: Wrong signs that are planted in each chapter while it runs.
MUTANTS = "3"

PYTHON = [sys.executable, "-m"]
PYTEST = [*PYTHON, "pytest", "-q", "-n", CORES, "--dist=loadfile"]
NBVAL = ["-p", "book.nbval_plugin", "-p", "nbval"]  # in this order, book spares nbformat a second's work
NBVAL += [
    "--continue-on-collection-errors",
    "--nbval-lax",
    "--nbval-current-env",
    f"--nbval-cell-timeout={CELL_TIMEOUT}",
]


@dataclass(frozen=True)
class Stage:
    """One command; `environment` holds what it is told beside what everything is told."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)


def stages(no_data: str) -> list[Stage]:
    """What is run; `no_data` is an empty folder."""
    cells = [*PYTEST, *NBVAL, "-p", "no:cacheprovider", f"--mutants={MUTANTS}", "--walls=commands", "chapters"]
    return [
        Stage("style", [*PYTHON, "ruff", "check", "."]),
        Stage("format", [*PYTHON, "ruff", "format", "--check", "."]),
        Stage("rules of notebooks", [*PYTHON, "book.rules"]),
        Stage("every cell of every notebook, with planted errors", cells, {"DATA_ROOT": no_data}),
        Stage("chapters that read real data", [*PYTHON, "book.execute"]),
        Stage("zips for students", [*PYTHON, "grading.course.zips"]),
        Stage("website", [*PYTHON, "tools.build_site"]),
        Stage("unit tests", [*PYTEST, "tests", "--ignore=tests/browser"]),
        Stage("website in a browser", [*PYTEST, "tests/browser"]),
    ]


def main() -> int:
    results = []
    with tempfile.TemporaryDirectory() as empty:
        for stage in stages(empty):
            print(f"\n=== {stage.name}", flush=True)
            start = time.perf_counter()
            code = subprocess.run(stage.command, cwd=ROOT, env=os.environ | stage.environment).returncode
            results.append((stage.name, code, time.perf_counter() - start))
    print("\n=== summary")
    for name, code, seconds in results:
        print(f"{'ok' if code == 0 else 'FAILED':7} {seconds:6.0f} s  {name}")
    return int(any(code for _, code, _ in results))


if __name__ == "__main__":
    sys.exit(main())
