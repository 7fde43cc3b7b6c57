"""What was handed in, taken apart without running any of it.

A submission is a folder, a zip, one module or one notebook. Links, paths that lead outside and files that are no part
of an assignment are left behind; names that browsers and file managers have changed are recognised.
"""

from __future__ import annotations

import ast
import os
import re
import stat
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from grading.course.notebooks import code_cells

__all__ = ["Submission", "SubmissionRefused", "collect", "student_of"]

#: Kinds of files that a submission may consist of; others are left out.
SUFFIXES = (".py", ".ipynb", ".md", ".txt", ".csv", ".json")
#: Bytes of one file, and of all files together; files in an archive; entries looked at.
FILE_BYTES, TOTAL_BYTES, FILES, ENTRIES = 5 << 20, 20 << 20, 200, 5_000
#: What a browser or a file manager does to the name of a second copy.
COPY = re.compile(r"^(?:copy of |kopie von )?(.*?)(?:[ _-]?\(\d+\)|[ _-]copy(?:[ _-]?\d+)?|-\d)?$", re.IGNORECASE)
#: What a folder holds that nobody wrote for the assignment; the last two lie in what students are given.
SKIPPED = {"__pycache__", ".ipynb_checkpoints", ".git", "__MACOSX", ".venv", "node_modules", "grading", "standin"}

#: With this begin the names of modules that are made of a notebook's cells.
FROM_NOTEBOOK = "from_notebook_"


class SubmissionRefused(Exception):
    """Nothing in it can be graded; `status` is one word or two, the message says why."""

    def __init__(self, status: str, message: str):
        self.status = status
        super().__init__(message)


@dataclass
class Submission:
    """Files ready for the box.

    Attributes
    ----------
    folder : Path
        Holds copies of the files.
    modules : dict of str to str
        The module names that questions ask for, and the files (below `folder`) that hold them.
    notes : list of str
        What the instructor should know: renamed files, several candidates, files left out.
    """

    folder: Path
    modules: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def student_of(path: Path) -> str:
    """Name of the student: the file's name without its ending and without what marks a second copy."""
    stem = path.stem if path.suffix.lower() in (*SUFFIXES, ".zip") else path.name
    return COPY.match(stem).group(1).strip() or stem


def collect(path: Path, modules: dict[str, tuple[str, ...]], folder: Path) -> Submission:
    """Copy what was handed in into `folder` (empty, existing) and find the modules in it.

    Parameters
    ----------
    path : Path
        A folder, .zip, .py or .ipynb.
    modules : dict of str to tuple of str
        Modules wanted, and the functions or classes by which each is known if its name was changed.
    folder : Path

    Raises
    ------
    SubmissionRefused
        There is nothing to grade.
    """
    if path.is_symlink():
        raise SubmissionRefused("refused", "a link, not a file")
    submission = Submission(folder)
    if path.is_dir():
        _copy_folder(path, submission)
    elif not path.is_file():
        raise SubmissionRefused("refused", "neither a file nor a folder")
    elif path.stat().st_size == 0:
        raise SubmissionRefused("empty", "the file has 0 bytes")
    elif path.stat().st_size > TOTAL_BYTES:
        size = f"{path.stat().st_size / 1e6:.0f} MB; at most {TOTAL_BYTES / 1e6:.0f}"
        raise SubmissionRefused("too large", f"{size}. Hand in the .py files and the notebook, no environment, no data")
    elif path.suffix.lower() == ".zip":
        _unzip(path, submission)
    elif path.suffix.lower() in (".py", ".ipynb"):
        _place(submission, path.name, path.read_bytes())
    else:
        raise SubmissionRefused("wrong type", f"a {path.suffix or 'nameless'} file; hand in the zip or the folder")
    _find_modules(submission, modules)
    _open_to_all(folder)
    return submission


def _copy_folder(source: Path, submission: Submission) -> None:
    count = total = 0
    for here, folders, files in os.walk(source, followlinks=False):
        folders[:] = sorted(f for f in folders if f not in SKIPPED and not (Path(here) / f).is_symlink())
        for name in sorted(files):
            path = Path(here) / name
            if path.is_symlink():
                submission.notes.append(f"{name} is a link; left out")
            elif path.suffix.lower() in SUFFIXES and stat.S_ISREG(path.stat().st_mode):
                count, total = count + 1, total + path.stat().st_size
                if count > FILES or total > TOTAL_BYTES:
                    raise SubmissionRefused("too large", f"more than {FILES} files or {TOTAL_BYTES / 1e6:.0f} MB")
                _place(submission, str(path.relative_to(source)), path.read_bytes())


def _unzip(path: Path, submission: Submission) -> None:
    """Files of an archive, whatever sizes and names it claims."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > ENTRIES:
                raise SubmissionRefused("too large", f"{len(entries)} entries in the zip")
            total = count = 0
            for entry in entries:
                name = entry.filename.replace("\\", "/")
                pure = PurePosixPath(name)
                if entry.is_dir() or SKIPPED & set(pure.parts) or pure.suffix.lower() not in SUFFIXES:
                    continue
                if pure.is_absolute() or ".." in pure.parts or ":" in pure.parts[0]:
                    submission.notes.append(f"{name[:80]} leads out of the zip; left out")
                    continue
                if stat.S_ISLNK(entry.external_attr >> 16):
                    submission.notes.append(f"{name[:80]} is a link; left out")
                    continue
                with archive.open(entry) as stream:
                    content = stream.read(FILE_BYTES + 1)
                count, total = count + 1, total + len(content)
                if count > FILES or total > TOTAL_BYTES or len(content) > FILE_BYTES:
                    raise SubmissionRefused("too large", f"the zip unpacks to more than {FILE_BYTES / 1e6:.0f} MB")
                _place(submission, str(pure), content)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        OSError,
        ValueError,
    ) as problem:
        if isinstance(problem, SubmissionRefused):
            raise
        raise SubmissionRefused("unreadable", f"the zip cannot be read: {problem}") from None


def _place(submission: Submission, name: str, content: bytes) -> None:
    if len(content) > FILE_BYTES:
        submission.notes.append(f"{name[:80]} has {len(content) / 1e6:.0f} MB; left out")
        return
    target = submission.folder / name
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    except (OSError, ValueError):
        submission.notes.append(f"{name[:80]} is no possible file name; left out")


def _find_modules(submission: Submission, wanted: dict[str, tuple[str, ...]]) -> None:
    """By file name; else by a changed file name; else by what a module or a notebook defines."""
    folder = submission.folder
    files = sorted((p.relative_to(folder) for p in folder.rglob("*") if p.is_file()), key=lambda p: (len(p.parts), p))
    if not any(file.suffix.lower() in (".py", ".ipynb") for file in files):
        raise SubmissionRefused("empty", "there is no Python file and no notebook in it")
    scripts = [file for file in files if file.suffix.lower() == ".py"]
    for module, names in wanted.items():
        exact = [file for file in scripts if file.stem == module]
        similar = [file for file in scripts if COPY.match(file.stem).group(1).strip().lower() == module]
        by_content = [file for file in scripts if _defined(_read(folder / file)) & set(names)]
        candidates = exact or similar or by_content
        if not candidates:
            continue
        submission.modules[module] = candidates[0].as_posix()
        if not exact:
            submission.notes.append(f"{candidates[0]} was taken for {module}.py")
        contents = {(folder / file).read_bytes() for file in candidates}
        if len(contents) > 1:
            others = ", ".join(str(file) for file in candidates[1:4])
            submission.notes.append(f"several versions of {module}.py: took {candidates[0]}, not {others}")
    missing = {module: names for module, names in wanted.items() if module not in submission.modules}
    problems = _from_notebooks(submission, [f for f in files if f.suffix.lower() == ".ipynb"], missing)
    if not submission.modules:
        if problems:
            raise SubmissionRefused("unreadable", problems[0])
        raise SubmissionRefused("nothing to grade", f"none of {', '.join(f'{name}.py' for name in wanted)} is there")


def _from_notebooks(submission: Submission, notebooks: list[Path], missing: dict[str, tuple[str, ...]]) -> list[str]:
    """Modules made of the imports, functions and classes that stand in a notebook's cells; problems found."""
    problems = []
    for file in notebooks if missing else []:
        try:
            source = _definitions(submission.folder / file)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            problems.append(f"{file} is not a notebook that can be read")
            continue
        for module, names in missing.items():
            if module not in submission.modules and _defined(source) & set(names):
                target = submission.folder / f"{FROM_NOTEBOOK}{module}.py"
                target.write_text(source, encoding="utf-8")
                submission.modules[module] = target.name
                submission.notes.append(f"{module} was taken from the cells of {file}")
    return problems


def _definitions(path: Path) -> str:
    """Imports, functions, classes and constants of a notebook's code cells, in order; experiments are left out."""
    kept = []
    for source in code_cells(path.read_text("utf-8")):
        try:
            tree = ast.parse(source)
        except SyntaxError:
            continue
        for node in tree.body:
            constant = isinstance(node, ast.Assign) and all(
                isinstance(part, (ast.Constant, ast.Tuple, ast.List, ast.UnaryOp, ast.USub, ast.Load))
                for part in ast.walk(node.value)
            )
            if constant or isinstance(
                node, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
            ):
                kept.append(ast.unparse(node))
    return "\n\n".join(kept) + "\n"


def _read(path: Path) -> str:
    return path.read_text("utf-8", errors="replace")


def _defined(source: str) -> set[str]:
    """Names of the functions and classes at the top level of a module."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    return {node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}


def _open_to_all(folder: Path) -> None:
    """Let the unprivileged user of the box read the copies."""
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
