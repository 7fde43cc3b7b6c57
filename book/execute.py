"""Execute the book's notebooks in parallel, keep the results, run again only what changed.

    python -m book.execute                     every chapter of _toc.yml
    python -m book.execute chapters/classical/pca.ipynb …

The executed copies lie under _build/executed/. Each remembers the fingerprint of all that its outputs depend on: its
code, the modules of `utils` it imports (directly or not), the pinned environment, the Python version, and the real
data where it reads any. A chapter runs again exactly when that fingerprint changes. A chapter that fails leaves no
copy, so it runs, and fails, every time. Each chapter has a kernel, and thus a process, of its own.
"""

from __future__ import annotations

import argparse
import ast
import asyncio
import hashlib
import json
import os
import platform
import shutil
import sys
import threading
import time
from pathlib import Path

import nbformat
from IPython.core.inputtransformer2 import TransformerManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from book.order import ROOT, notebooks

EXECUTED = Path("_build/executed")
#: Seconds one cell may take before the chapter counts as failed.
CELL_TIMEOUT = 600
#: Seconds between two looks at what is running, on a terminal.
REFRESH = 0.5
#: What a shell expects of a program that Ctrl-C ended.
INTERRUPTED = 130
#: Seconds that kernels get to stop in after Ctrl-C.
STOPPING = 10


def executed_path(notebook: Path, root: Path = ROOT) -> Path:
    """Where the executed copy of `notebook` (relative to `root`) is kept."""
    return root / EXECUTED / notebook


def fingerprint(notebook: Path, root: Path = ROOT) -> str:
    """Hash of everything the outputs of `notebook` depend on. Prose does not count."""
    nb = nbformat.read(root / notebook, as_version=4)
    code = [cell.source for cell in nb.cells if cell.cell_type == "code"]
    tags = [cell.metadata.get("tags", []) for cell in nb.cells if cell.cell_type == "code"]
    modules = imported_utils([_as_python(source) for source in code], root)
    parts = [json.dumps([code, tags]), platform.python_version(), (root / "constraints.txt").read_text("utf-8")]
    parts += [module.read_text("utf-8") for module in modules]
    if any("data" in module.relative_to(root / "utils").parts[0] for module in modules):
        parts.append(_data_state(root))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def imported_utils(sources: list[str], root: Path = ROOT) -> list[Path]:
    """Files of `utils` that these Python sources import, and those that these import in turn."""
    found: set[Path] = set()
    pending = [name for source in sources for name in _imported_names(source)]
    while pending:
        name = pending.pop()
        path = root / Path(*name.split("."))
        for file in (path.with_suffix(".py"), path / "__init__.py"):
            if file.is_file() and file not in found:
                found.add(file)
                package = name if file.name == "__init__.py" else name.rpartition(".")[0]
                pending += [name.rpartition(".")[0], *_imported_names(file.read_text("utf-8"), package)]
    return sorted(found)


def _as_python(source: str) -> str:
    """A cell with its magics and shell lines written as the function calls they stand for."""
    return TransformerManager().transform_cell(source)


def _imported_names(source: str, package: str = "") -> list[str]:
    try:
        tree = ast.parse(source)
    except SyntaxError:  # the cell will fail when it runs, with a better message
        return []
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")
                base = ".".join(filter(None, [*parents[: len(parents) - node.level + 1], base]))
            names += [base, *(f"{base}.{alias.name}" for alias in node.names)]
    return [name for name in names if name.split(".")[0] == "utils"]


def _data_state(root: Path) -> str:
    """Names, sizes and times of the real data files, if there are any."""
    folder = os.environ.get("DATA_ROOT")
    folder = Path(folder) if folder else root / "data"
    if not folder.is_dir():
        return "no real data"
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return "\n".join(f"{f.relative_to(folder)} {f.stat().st_size} {f.stat().st_mtime_ns}" for f in files)


def is_fresh(notebook: Path, root: Path = ROOT) -> bool:
    """Whether an executed copy exists whose fingerprint is today's."""
    return _memory(notebook, root).get("fingerprint") == fingerprint(notebook, root)


def _memory(notebook: Path, root: Path) -> dict:
    """What the executed copy remembers of its run; empty where there is no readable copy."""
    try:
        return dict(nbformat.read(executed_path(notebook, root), as_version=4).metadata.get("eer", {}))
    except (OSError, ValueError, AttributeError, nbformat.ValidationError):
        return {}


def execute(notebook: Path, root: Path = ROOT) -> tuple[Path, float, str | None]:
    """Run one notebook in a kernel of its own and keep the copy.

    Returns
    -------
    (notebook, seconds, problem) : problem is None on success, else text that names the cell and the error.
    """
    return asyncio.run(_execute(notebook, root))


async def _execute(notebook: Path, root: Path) -> tuple[Path, float, str | None]:
    target, start = executed_path(notebook, root), time.perf_counter()
    target.unlink(missing_ok=True)
    here = None  # the cell that runs, counted from 1

    def remember(cell, cell_index):
        nonlocal here
        here = cell_index + 1

    nb = None
    try:
        key = fingerprint(notebook, root)
        nb = nbformat.read(root / notebook, as_version=4)
        folder = {"metadata": {"path": str((root / notebook).parent)}}
        client = NotebookClient(
            nb,
            timeout=CELL_TIMEOUT,
            kernel_name="python3",
            resources=folder,
            on_cell_start=remember,
            extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
        )
        await client.async_execute(env=_environment(root))
    except Exception as problem:  # whatever it is, it is this chapter's, and the others go on
        return notebook, time.perf_counter() - start, _describe(notebook, nb, here, problem)
    seconds = time.perf_counter() - start
    noise = _stderr(notebook, nb)
    if noise:
        return notebook, seconds, noise
    for cell in nb.cells:
        cell.metadata.pop("execution", None)  # nbclient's clock readings
    nb.metadata["eer"] = {"fingerprint": key, "seconds": round(seconds, 1), "cores": os.cpu_count()}
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(f".{os.getpid()}.partial")
    try:
        nbformat.write(nb, partial)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return notebook, seconds, None


def _environment(root: Path) -> dict[str, str]:
    """The environment of a kernel: it finds `utils`, uses one thread, and takes its own deprecations for errors."""
    path = os.pathsep.join([str(root), *filter(None, [os.environ.get("PYTHONPATH")])])
    threads = os.environ.get("OMP_NUM_THREADS", "1")
    warnings = "error::DeprecationWarning:__main__"
    return os.environ | {"PYTHONPATH": path, "OMP_NUM_THREADS": threads, "PYTHONWARNINGS": warnings}


def _describe(notebook, nb, number, problem) -> str:
    if not number:
        return f"{notebook}: {type(problem).__name__}: {problem}"
    cell = nb.cells[number - 1]
    failed = isinstance(problem, CellExecutionError)  # else the error in the output came from stopping the kernel
    errors = [output for output in cell.get("outputs", []) if failed and output.output_type == "error"]
    text = f"{errors[-1].ename}: {errors[-1].evalue}" if errors else f"{type(problem).__name__}: {problem}"
    first = next(iter(cell.source.strip().splitlines()), "")
    return f"{notebook}, cell {number} ({first} …)\n{text}"


def _stderr(notebook, nb) -> str | None:
    for number, cell in enumerate(nb.cells, 1):
        for output in cell.get("outputs", []):
            if (
                output.output_type == "stream"
                and output.name == "stderr"
                and "raises-warning" not in cell.metadata.get("tags", [])
            ):
                return f"{notebook}, cell {number}: wrote to stderr; mend the warning\n{output.text.strip()}"
    return None


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
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: every chapter of _toc.yml")
    parser.add_argument("--force", action="store_true", help="run also what has not changed")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="kernels at a time (default: one a core)")
    options = parser.parse_args(argv)
    for path in options.notebooks:
        if not (path.is_file() and path.resolve().is_relative_to(root.resolve())):
            parser.error(f"{path} is not a notebook of this book")
    try:
        wanted = [path.resolve().relative_to(root.resolve()) for path in options.notebooks] or notebooks(root)
    except FileNotFoundError as problem:
        parser.error(str(problem))
    stale = [notebook for notebook in dict.fromkeys(wanted) if options.force or not is_fresh(notebook, root)]
    # the slowest first, as far as their last run is remembered, so that none is left to run alone at the end
    stale.sort(key=lambda notebook: -_memory(notebook, root).get("seconds", float("inf")))
    print(f"{len(wanted)} notebooks, {len(stale)} to run, {options.jobs} at a time", flush=True)
    run, start = _Run(stale, options.jobs, root), time.perf_counter()
    completed = _run(run.all)
    for problem in run.problems:
        print(f"\n{problem}", file=sys.stderr)
    if not completed:
        left = len(stale) - run.finished
        print(f"interrupted: {run.finished} finished and kept, {left} left for the next run", file=sys.stderr)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(INTERRUPTED)  # the sockets of stopped kernels would abort an ordinary exit; the kernels see us go
    if stale:
        print(
            f"executed {len(stale)} notebooks in {time.perf_counter() - start:.0f} s, {len(run.problems)} failed",
            flush=True,
        )
    return 1 if run.problems else 0


if __name__ == "__main__":
    sys.exit(main())
