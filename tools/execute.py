"""Execute the book's notebooks in parallel, keep the results, run again only what changed.

    python -m tools.execute                     every chapter of _toc.yml
    python -m tools.execute chapters/classical/pca.ipynb …

The executed copies lie under _build/executed/. Each remembers the fingerprint of all that its outputs depend on: its
code, the modules of `utils` it imports (directly or not), the pinned environment, the Python version, and the real
data where it reads any. A chapter runs again exactly when that fingerprint changes. A chapter that fails leaves no copy,
so it runs, and fails, every time.
"""

from __future__ import annotations

import argparse
import ast
import concurrent.futures
import hashlib
import json
import os
import platform
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from tools.toc import ROOT, notebooks

EXECUTED = Path("_build/executed")
#: Seconds one cell may take before the chapter counts as failed.
CELL_TIMEOUT = 600


def executed_path(notebook: Path, root: Path = ROOT) -> Path:
    """Where the executed copy of `notebook` (relative to `root`) is kept."""
    return root / EXECUTED / notebook


def fingerprint(notebook: Path, root: Path = ROOT) -> str:
    """Hash of everything the outputs of `notebook` depend on. Prose does not count."""
    nb = nbformat.read(root / notebook, as_version=4)
    code = [cell.source for cell in nb.cells if cell.cell_type == "code"]
    tags = [cell.metadata.get("tags", []) for cell in nb.cells if cell.cell_type == "code"]
    modules = imported_utils(code, root)
    parts = [json.dumps([code, tags]), platform.python_version(), (root / "constraints.txt").read_text("utf-8")]
    parts += [module.read_text("utf-8") for module in modules]
    if any("data" in module.relative_to(root / "utils").parts[0] for module in modules):
        parts.append(_data_state())
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def imported_utils(sources: list[str], root: Path = ROOT) -> list[Path]:
    """Files of `utils` that these sources import, and those that these import in turn."""
    found: set[Path] = set()
    pending = [name for source in sources for name in _imported_names(source)]
    while pending:
        name = pending.pop()
        path = root / Path(*name.split("."))
        for file in (path.with_suffix(".py"), path / "__init__.py"):
            if file.is_file() and file not in found:
                found.add(file)
                package = name if file.name == "__init__.py" else name.rpartition(".")[0]
                pending += [package, *_imported_names(file.read_text("utf-8"), package)]
    return sorted(found)


def _imported_names(source: str, package: str = "") -> list[str]:
    lines = (("pass  #" if line.lstrip().startswith(("%", "!")) else "") + line for line in source.splitlines())
    try:
        tree = ast.parse("\n".join(lines))
    except SyntaxError:  # the cell will fail when it runs, with a better message
        return []
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = ".".join(filter(None, [*package.split(".")[: len(package.split(".")) - node.level + 1], base]))
            names += [base, *(f"{base}.{alias.name}" for alias in node.names)]
    return [name for name in names if name.split(".")[0] == "utils"]


def _data_state() -> str:
    """Names, sizes and times of the real data files, if there are any."""
    folder = os.environ.get("DATA_ROOT")
    folder = Path(folder) if folder else ROOT / "data"
    if not folder.is_dir():
        return "no real data"
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return "\n".join(f"{f.relative_to(folder)} {f.stat().st_size} {f.stat().st_mtime_ns}" for f in files)


def is_fresh(notebook: Path, root: Path = ROOT) -> bool:
    """Whether an executed copy exists whose fingerprint is today's."""
    path = executed_path(notebook, root)
    if not path.is_file():
        return False
    return nbformat.read(path, as_version=4).metadata.get("eer", {}).get("fingerprint") == fingerprint(notebook, root)


def execute(notebook: Path, root: Path = ROOT) -> tuple[Path, float, str | None]:
    """Run one notebook in a kernel of its own and keep the copy.

    Returns
    -------
    (notebook, seconds, problem) : problem is None on success, else text that names the cell and the error.
    """
    target = executed_path(notebook, root)
    target.unlink(missing_ok=True)
    key = fingerprint(notebook, root)
    nb = nbformat.read(root / notebook, as_version=4)
    os.environ["PYTHONPATH"] = os.pathsep.join([str(root), *filter(None, [os.environ.get("PYTHONPATH")])])
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ["PYTHONWARNINGS"] = "error::DeprecationWarning:__main__"
    folder = {"metadata": {"path": str((root / notebook).parent)}}
    client = NotebookClient(nb, timeout=CELL_TIMEOUT, kernel_name="python3", resources=folder)
    start = time.perf_counter()
    try:
        client.execute()
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as problem:
        return notebook, time.perf_counter() - start, _describe(notebook, nb, problem)
    seconds = time.perf_counter() - start
    noise = _stderr(notebook, nb)
    if noise:
        return notebook, seconds, noise
    for cell in nb.cells:
        cell.metadata.pop("execution", None)  # nbclient's clock readings
    nb.metadata["eer"] = {"fingerprint": key, "seconds": round(seconds, 1), "cores": os.cpu_count()}
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".partial")
    nbformat.write(nb, partial)
    partial.replace(target)
    return notebook, seconds, None


def _describe(notebook, nb, problem) -> str:
    for number, cell in enumerate(nb.cells, 1):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                first = cell.source.strip().splitlines()[0]
                return f"{notebook}, cell {number} ({first} …)\n{output.ename}: {output.evalue}"
    return f"{notebook}: {problem}"


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


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Execute the book's notebooks; only what changed runs again.")
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: every chapter of _toc.yml")
    parser.add_argument("--force", action="store_true", help="run also what has not changed")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="kernels at a time (default: one a core)")
    options = parser.parse_args(argv)
    wanted = [path.resolve().relative_to(ROOT) for path in options.notebooks] or notebooks()
    stale = [notebook for notebook in wanted if options.force or not is_fresh(notebook)]
    print(f"{len(wanted)} notebooks, {len(stale)} to run, {options.jobs} at a time", flush=True)
    problems, start = [], time.perf_counter()
    with concurrent.futures.ProcessPoolExecutor(max_workers=max(1, options.jobs)) as pool:
        running = [pool.submit(execute, notebook) for notebook in stale]
        for done, future in enumerate(concurrent.futures.as_completed(running), 1):
            notebook, seconds, problem = future.result()
            mark = "FAILED" if problem else "ok"
            print(f"[{done:>{len(str(len(stale)))}}/{len(stale)}] {mark:6} {seconds:6.1f} s  {notebook}", flush=True)
            problems += [problem] if problem else []
    for problem in problems:
        print(f"\n{problem}", file=sys.stderr)
    if stale:
        print(
            f"executed {len(stale)} notebooks in {time.perf_counter() - start:.0f} s, {len(problems)} failed",
            flush=True,
        )
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
