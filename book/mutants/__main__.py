"""Try the mutants of one chapter, in its code and in its print; exit status 1 when one survived.

python -m book.mutants chapters/classical/pca.ipynb [--label eq-pca-ky-fan] [--kind sign] [--limit 20]
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from book.chapter import Chapter
from book.formula import kernel
from book.formula.mutants import KINDS as KINDS_OF_PRINT
from book.mutants.population import KINDS, Mutant, code_cells, mutants, sample
from book.mutants.print import Misprint, misprints
from book.mutants.trial import CAUGHT, CRASHED, SURVIVED, TIMED_OUT, Outcome, error_of, in_fork, trial_of
from book.order import ROOT, notebook_named


def run(
    notebook: Path, chosen: list[Mutant | Misprint], seconds: float = 120
) -> Iterator[tuple[Mutant | Misprint, Outcome]]:
    """Run the chapter once; at each mutant's cell a fork of the process goes on with the mutant instead.

    Raises
    ------
    RuntimeError
        The chapter itself fails.
    """
    sources, formulas = code_cells(notebook), Chapter(notebook.resolve()).printed_formulas
    with _in_folder(notebook.resolve().parent), _evaluating(formulas):
        from IPython.core.interactiveshell import InteractiveShell

        shell = InteractiveShell()
        last = max((mutant.cell for mutant in chosen), default=0)
        for cell, source in sources.items():
            for mutant in (m for m in chosen if m.cell == cell):
                later = [later for n, later in sources.items() if n > cell]
                cells, formulas = trial_of(mutant, source, later)
                yield mutant, in_fork(shell, cells, seconds, formulas)
            if cell >= last:
                return
            problem = error_of(shell, source)
            if problem:
                raise RuntimeError(f"{notebook}, cell {cell} fails unchanged: {problem!r}")


@contextlib.contextmanager
def _in_folder(folder: Path):
    """Work as a kernel would: in the notebook's folder, with the book's modules at hand, and with no screen."""
    import matplotlib as mpl

    mpl.use("agg")
    here = os.getcwd()
    sys.path.insert(0, str(ROOT))
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(here)
        sys.path.remove(str(ROOT))


@contextlib.contextmanager
def _evaluating(formulas: dict[str, str]):
    """Evaluate the printed formulas, as a kernel that runs the book does."""
    if formulas:
        kernel.install(json.dumps(formulas))
    try:
        yield
    finally:
        kernel.uninstall()


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebook", type=Path)
    parser.add_argument("--limit", type=int, help="at most so many mutants, spread over the chapter")
    parser.add_argument("--label", help="only formulas that the check of this equation verifies")
    parser.add_argument(
        "--kind", action="append", choices=sorted({*KINDS, *KINDS_OF_PRINT}), help="only mistakes of this kind"
    )
    parser.add_argument("--seconds", type=float, default=120, help="time limit for one mutant (default 120)")
    parser.add_argument("--misprints", action="store_true", help="only mistakes in the print")
    parser.add_argument("--list", action="store_true", help="show the mutants, run nothing")
    options = parser.parse_args(argv)
    try:
        options.notebook = options.notebook if options.notebook.is_file() else notebook_named(str(options.notebook))
        Chapter(options.notebook.resolve())
    except ValueError as problem:
        parser.error(str(problem))
    if options.limit is not None and options.limit < 1:
        parser.error("--limit must be positive")
    everything = (
        [] if options.misprints else mutants(code_cells(options.notebook), options.kind or KINDS, options.label)
    )
    in_print = misprints(Chapter(options.notebook.resolve()), options.label)
    everything += [m for m in in_print if options.kind is None or m.kind in options.kind]
    chosen = sample(everything, options.limit)
    print(f"{options.notebook}: {len(everything)} mutants, {len(chosen)} to run", flush=True)
    if not chosen:
        parser.error("there is nothing to change: no check of that label has arithmetic in it")
    if options.list:
        for mutant in chosen:
            print(_row(mutant, Outcome("", ", ".join(sorted(getattr(mutant, "labels", []))))))
        return 0
    # cells print and display as they please: they get a null device, the table keeps the real output
    table = os.fdopen(os.dup(1), "w")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    kept = os.dup(1), os.dup(2)
    outcomes, start = [], time.perf_counter()
    try:
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        for mutant, outcome in run(options.notebook, chosen, options.seconds):
            outcomes.append(outcome)
            print(_row(mutant, outcome), file=table, flush=True)
    except RuntimeError as problem:
        print(problem, file=table)
        return 2
    finally:
        os.dup2(kept[0], 1)
        os.dup2(kept[1], 2)
        table.close()
    counts = {v: sum(o.verdict == v for o in outcomes) for v in (CAUGHT, CRASHED, SURVIVED, TIMED_OUT)}
    summary = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
    print(f"{summary}; {time.perf_counter() - start:.0f} s", flush=True)
    return int(any(outcome.unnoticed for outcome in outcomes))


def _row(mutant: Mutant | Misprint, outcome: Outcome) -> str:
    change = f"{_short(mutant.before)}  →  {_short(mutant.after)}"
    where = f"line {mutant.line:2}" if isinstance(mutant, Mutant) else f"print of {mutant.label}, {mutant.position}:"
    return f"{outcome.verdict:9} cell {mutant.cell:3} {where} {mutant.kind:9} {change}   {outcome.by}"


def _short(code: str) -> str:
    first = (code.splitlines() or [""])[0]
    return first if len(first) <= 60 else f"{first[:59]}…"


if __name__ == "__main__":
    # before the numerical libraries start: threads and devices do not survive a fork
    os.environ |= {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": "", "MPLBACKEND": "agg"}
    sys.exit(main())
