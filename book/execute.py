"""Execute the book's notebooks in parallel, keep the results, run again only what changed.

    python -m book.execute                     every chapter of _toc.yml
    python -m book.execute chapters/classical/pca.ipynb …

What makes a kept copy out of date: book/copies.py. A chapter that fails leaves no copy, so it runs, and fails, every
time. Each chapter has a kernel, and thus a process, of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from book import probe, stored
from book.copies import EXECUTED, Run, forget, is_fresh, keep, keep_up, remembered
from book.order import ROOT, notebook_named, notebooks
from book.room import no_room, said
from book.turns import one_at_a_time

#: Seconds one cell may take before the chapter counts as failed.
CELL_TIMEOUT = 600
#: Seconds that a kernel gets to answer in; the first on a new machine reads much from a cold disk.
STARTUP_TIMEOUT = 180
#: Seconds between two looks at what is running, on a terminal.
REFRESH = 0.5
#: What a shell expects of a program that Ctrl-C ended.
INTERRUPTED = 130
#: Seconds that kernels get to stop in after Ctrl-C.
STOPPING = 10


def execute(notebook: Path, root: Path = ROOT) -> tuple[Path, float, str | None]:
    """Run one notebook in a kernel of its own and keep the copy.

    Returns
    -------
    (notebook, seconds, problem) : problem is None on success, else text that names the cell and the error.
    """
    return asyncio.run(_execute(notebook, root))


async def _execute(notebook: Path, root: Path) -> tuple[Path, float, str | None]:
    start = time.perf_counter()
    here = None  # the cell that runs, counted from 1

    def remember(cell, cell_index):
        nonlocal here
        here = cell_index + 1

    nb = None
    try:
        forget(notebook, root)
        nb = stored.notebook(root / notebook)
        from book.client import Client  # takes half a second, and most often nothing is to run

        client = Client(
            nb,
            timeout=CELL_TIMEOUT,
            startup_timeout=STARTUP_TIMEOUT,
            kernel_name="python3",
            resources={"metadata": {"path": str((root / notebook).parent)}},
            on_cell_start=remember,
            extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
        )
        await client.async_execute(env=kernel_environment(root))
        seconds = time.perf_counter() - start
        noise = next((text for cell in nb.cells if (text := stderr_of(cell))), None)
        if noise:
            number = next(number for number, cell in enumerate(nb.cells, 1) if stderr_of(cell))
            return notebook, seconds, f"{notebook}, cell {number}: wrote to stderr; mend the warning\n{noise}"
        here = None  # what goes wrong from here on is no cell's
        keep(notebook, nb, run_of(client.reports, seconds), root)
    except Exception as problem:  # whatever it is, it is this chapter's, and the others go on
        return notebook, time.perf_counter() - start, _describe(notebook, nb, here, problem)
    return notebook, seconds, None


def run_of(reports: Sequence[probe.Report], seconds: float) -> Run:
    """A run of `seconds`, from the kernel's reports after its first code cell and after its last."""
    if not reports:  # no code
        return Run((), seconds)
    first, last = reports[0], reports[-1]
    return Run(last.files, seconds, last.cpu_seconds - first.cpu_seconds, first.cpu_seconds, last.memory_bytes)


def kernel_environment(root: Path = ROOT) -> dict[str, str]:
    """The environment of a kernel: it finds `utils`, uses one thread, and takes its own deprecations for errors."""
    path = os.pathsep.join([str(root), *([] if root == ROOT else [str(ROOT)])])
    path = os.pathsep.join(filter(None, [path, os.environ.get("PYTHONPATH")]))
    threads = os.environ.get("OMP_NUM_THREADS", "1")
    warnings = "error::DeprecationWarning:__main__"
    return os.environ | {"PYTHONPATH": path, "OMP_NUM_THREADS": threads, "PYTHONWARNINGS": warnings}


def _describe(notebook, nb, number, problem) -> str:
    if not number and isinstance(problem, OSError) and problem.strerror:
        return f"{notebook}: {said(problem)}"
    if not number:
        return f"{notebook}: {problem if isinstance(problem, ValueError) else f'{type(problem).__name__}: {problem}'}"
    from nbclient.exceptions import CellExecutionError  # see above

    cell = nb.cells[number - 1]
    failed = isinstance(problem, CellExecutionError)  # else the error in the output came from stopping the kernel
    errors = [output for output in cell.get("outputs", []) if failed and output.output_type == "error"]
    text = f"{errors[-1].ename}: {errors[-1].evalue}" if errors else f"{type(problem).__name__}: {problem}"
    first = next(iter(cell.source.strip().splitlines()), "")
    return f"{notebook}, cell {number} ({first} …)\n{text}"


def stderr_of(cell) -> str:
    """What a cell wrote to standard error, unless it is tagged `raises-warning`."""
    if "raises-warning" in cell.metadata.get("tags", []):
        return ""
    streams = [output for output in cell.get("outputs", []) if output.output_type == "stream"]
    return "".join(output.text for output in streams if output.name == "stderr").strip()


class _Run:
    """Executes notebooks, some at a time, and says on the way how it goes."""

    def __init__(self, stale: list[Path], jobs: int, root: Path):
        self.stale, self.root, self.slots = stale, root, asyncio.Semaphore(max(1, jobs))
        self.running: dict[Path, float] = {}
        self.problems: list[str] = []
        self.finished = 0

    async def all(self) -> None:
        ticker = asyncio.create_task(self._show_progress()) if sys.stdout.isatty() else None
        try:
            await asyncio.gather(*map(self._one, self.stale))
        finally:
            if ticker:
                ticker.cancel()
                print("\r\x1b[K", end="", flush=True)

    async def _one(self, notebook: Path) -> None:
        async with self.slots:
            self.running[notebook] = time.perf_counter()
            _, seconds, problem = await _execute(notebook, self.root)
            del self.running[notebook]
        self.finished += 1
        self.problems += [problem] if problem else []
        total = len(self.stale)
        mark = "FAILED" if problem else "ok"
        erase = "\r\x1b[K" if sys.stdout.isatty() else ""
        line = f"[{self.finished:>{len(str(total))}}/{total}] {mark:6} {seconds:6.1f} s  {notebook}"
        print(f"{erase}{line}", flush=True)

    async def _show_progress(self) -> None:
        while True:
            now = time.perf_counter()
            running = ", ".join(f"{notebook.stem} {now - start:.0f} s" for notebook, start in self.running.items())
            line = f"{self.finished}/{len(self.stale)} finished · {running}"
            print(f"\r\x1b[K{line[: shutil.get_terminal_size().columns - 1]}", end="", flush=True)
            await asyncio.sleep(REFRESH)


def _run(run_all) -> bool:
    """Run a coroutine in a thread of its own, where nbclient cannot take over Ctrl-C. False when Ctrl-C ended it."""
    loop, task, crash, interrupted = asyncio.new_event_loop(), None, [], False

    def work():
        nonlocal task
        asyncio.set_event_loop(loop)
        task = loop.create_task(run_all())
        try:
            loop.run_until_complete(task)
        except asyncio.CancelledError:
            pass
        except BaseException as problem:
            crash.append(problem)
        finally:
            if not interrupted:  # else clients of stopped kernels still wait in the loop
                loop.run_until_complete(loop.shutdown_asyncgens())
                loop.close()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    while thread.is_alive() and not interrupted:
        try:
            thread.join()
        except KeyboardInterrupt:
            interrupted = True
            if task is not None:
                loop.call_soon_threadsafe(task.cancel)  # each chapter's kernel is shut down on the way out
            thread.join(STOPPING)
    if crash:
        raise crash[0]
    return not interrupted


def main(argv: list[str] | None = None, root: Path = ROOT) -> int:
    parser = argparse.ArgumentParser(description="Execute the book's notebooks; only what changed runs again.")
    parser.add_argument("notebooks", nargs="*", help="default: every chapter of _toc.yml")
    parser.add_argument("--force", action="store_true", help="run also what has not changed")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="kernels at a time (default: one a core)")
    options = parser.parse_args(argv)
    try:
        named = [notebook_named(name, root).relative_to(root.resolve()) for name in options.notebooks]
        wanted = named or notebooks(root)
    except ValueError as problem:  # a name or a table of contents that somebody mistyped
        print(problem, file=sys.stderr)
        return 2
    try:
        with one_at_a_time(root):
            return run(wanted, options, root)
    except KeyboardInterrupt:  # while it waited
        return INTERRUPTED


def run(wanted: list[Path], options: argparse.Namespace, root: Path) -> int:
    """Execute those of the notebooks `wanted` that are out of date, and say how it went."""
    stale = [notebook for notebook in dict.fromkeys(wanted) if options.force or not is_fresh(notebook, root)]
    for notebook in set(wanted).difference(stale):
        keep_up(notebook, root)
    # the slowest first, as far as their last run is remembered, so that none is left to run alone at the end
    stale.sort(key=lambda notebook: -remembered(notebook, root).get("seconds", float("inf")))
    print(f"{len(wanted)} notebooks, {len(stale)} to run, {options.jobs} at a time", flush=True)
    problem = no_room(root / EXECUTED) if stale else None
    if problem:
        print(f"nothing was executed: {said(problem)}", file=sys.stderr)
        return 1
    runs, start = _Run(stale, options.jobs, root), time.perf_counter()
    completed = _run(runs.all)
    for problem in runs.problems:
        print(f"\n{problem}", file=sys.stderr)
    if not completed:
        left = len(stale) - runs.finished
        print(f"interrupted: {runs.finished} finished and kept, {left} left for the next run", file=sys.stderr)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(INTERRUPTED)  # the sockets of stopped kernels would abort an ordinary exit; the kernels see us go
    if stale:
        print(
            f"executed {len(stale)} notebooks in {time.perf_counter() - start:.0f} s, {len(runs.problems)} failed",
            flush=True,
        )
    return 1 if runs.problems else 0


if __name__ == "__main__":
    sys.exit(main())
