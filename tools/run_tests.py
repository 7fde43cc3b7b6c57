"""Everything that CI runs, in order; all of it, even after a failure, so that one run shows all there is to mend.

    python -m tools.run_tests

Chapters are executed once, on the data that come with the book, and the copies that this leaves are what the site
shows. Where there are real data, chapters that read them have no copy of that state yet and run a second time.

What fails in a browser is asked once more with nothing beside it. Where it passes then, the test has most likely lost a
race with its page: the summary marks the stage and the output names the test, for somebody to mend; but one race in
hundreds of tests does not throw away all the rest. Nor does a test that waits for ever: it fails where it stands.
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

#: Only what failed, alone, named at the end; two that fail again are enough.
ALONE = ["--last-failed", "--last-failed-no-failures=none", "-n0", "--maxfail=2", "-rA"]
#: What pytest's exit status says when all has run and tests have failed.
TESTS_FAILED = 1

#: Seconds that a test may take with its fixtures: many times what the longest takes on two quiet cores.
PATIENCE = CELL_TIMEOUT + 300

PYTHON = [sys.executable, "-m"]
PYTEST = [*PYTHON, "pytest", "-q", "-n", CORES, "--dist=loadfile", f"--timeout={PATIENCE}", "--max-worker-restart=2"]
#: Where an exception would leave what is tested unusable (tests/browser/limit.py), the process ends.
BROWSER = ["--timeout-method=thread", "tests/browser"]
NBVAL = ["-p", "book.nbval_plugin", "-p", "nbval"]  # in this order, book spares nbformat a second's work
NBVAL += [
    "--continue-on-collection-errors",
    "--nbval-lax",
    "--nbval-current-env",
    f"--nbval-cell-timeout={CELL_TIMEOUT}",
]


@dataclass(frozen=True)
class Stage:
    """One command.

    Attributes
    ----------
    name : str
        For the summary.
    command : list of str
        What is run.
    environment : dict
        What it is told beside what everything is told.
    again : list of str
        What the command is given to ask once more for nothing but the tests that failed; without it, failed is failed.
    """

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    again: list[str] = field(default_factory=list)


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
        Stage("website in a browser", [*PYTEST, *BROWSER], again=ALONE),
    ]


def run(stage: Stage) -> str:
    """Run a stage and return "ok", "FAILED", or "TWICE" where what had failed passed alone."""

    def code(more: list[str]) -> int:
        return subprocess.run([*stage.command, *more], cwd=ROOT, env=os.environ | stage.environment).returncode

    first = code([])
    if first == TESTS_FAILED and stage.again:
        print(f"\n=== {stage.name}: what failed, once more and alone", flush=True)
        return "TWICE" if code(stage.again) == 0 else "FAILED"
    return "FAILED" if first else "ok"


def main() -> int:
    results, begun = [], time.perf_counter()
    with tempfile.TemporaryDirectory() as empty:
        for stage in stages(empty):
            start = time.perf_counter()
            print(f"\n=== {stage.name} (after {(start - begun) / 60:.0f} min)", flush=True)
            results.append((stage.name, run(stage), time.perf_counter() - start))
    print("\n=== summary")
    for name, result, seconds in results:
        note = " (what failed passed alone: see above, and mend it)" if result == "TWICE" else ""
        print(f"{result:7} {seconds:6.0f} s  {name}{note}")
    return int(any(result == "FAILED" for _, result, _ in results))


if __name__ == "__main__":
    sys.exit(main())
