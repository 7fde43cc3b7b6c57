"""Takes apart what was handed in, in a process of its own: a folder, an archive, a module or a notebook of a stranger.

    python -I -S -c "…; main()" < request > answer

`grading.course.submission` starts it with a request and reads its answer, both JSON. It limits its memory and time, and
copies the files that may matter into an empty folder, names none of them in a way that leads outside, runs nothing, and
uses the standard library alone, so that it starts at once. What it cannot read costs that file, not the rest; should it
die of one nevertheless, it is started again without looking into any (`careful`).
"""

from __future__ import annotations

import ast
import gzip
import io
import json
import os
import re
import stat
import sys
import tarfile
import tokenize
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from grading.course import cells
from grading.course.sameness import statements_of

__all__ = ["COPY", "FROM_NOTEBOOK", "Refused", "gather", "main", "stem_of"]

#: Kinds of files that a submission may consist of; others are left out.
SUFFIXES = (".py", ".ipynb", ".md", ".txt", ".csv", ".json")
#: Archives of which the files in them are taken; a .tar.gz is known by its second ending.
ARCHIVES = (".zip", ".tar", ".tgz", ".tar.gz")
#: With these begin compressed files, of which the first may hold a tar.
GZIP, RARE = (
    b"\x1f\x8b",
    {b"BZh": "bzip2", b"\xfd7zXZ\0": "xz", b"7z\xbc\xaf": "7z", b"Rar!": "rar", b"\x28\xb5\x2f\xfd": "zstd"},
)
#: Bytes of what is handed in as one file; of one file in it; of a notebook, which may hold pictures; of all together.
ZIP_BYTES, FILE_BYTES, NOTEBOOK_BYTES, TOTAL_BYTES = 20 << 20, 5 << 20, 30 << 20, 60 << 20
#: Files that are copied, names that are looked at, files in an archive, levels of folders, bytes that it may claim.
FILES, SEEN, ENTRIES, DEPTH, CLAIMED = 200, 20_000, 5_000, 20, 300 << 20
#: Bytes from which is seen what a file is.
HEAD = 512
#: What this process may use: bytes of memory, seconds of processor time.
MEMORY_BYTES, CPU_SECONDS = 1 << 30, 20
#: Exit status where that was not enough memory.
NO_MEMORY = 12
#: Notes and statements that are told of.
NOTES, WORK = 30, 1500
#: What a browser or a file manager does to the name of a second copy.
COPY = re.compile(
    r"^(?:copy of |kopie von )?(.*?)(?:[ _-]?\(\d+\)|[ _-]copy(?:[ _-]?\d+)?|-\d)?$", re.IGNORECASE | re.DOTALL
)
#: What a folder holds that nobody wrote for the assignment; `grading` and `standin` lie in what students are given.
SKIPPED = {
    "__pycache__",
    ".ipynb_checkpoints",
    ".git",
    "__MACOSX",
    "node_modules",
    "site-packages",
    "grading",
    "standin",
}
#: With one of these in it, a folder is an environment of Python.
ENVIRONMENTS = {"pyvenv.cfg", "conda-meta"}
#: What the folder of an assignment in the course's repository holds beside what people write.
OURS = {"solution", "standin", "alternatives", "given"}
#: With this begin the names of modules that are made of a notebook's cells.
FROM_NOTEBOOK = "from_notebook_"
#: With this begin the names of stand-ins, which are put beside the submission's files.
STANDIN = "_standin_"
#: Folders of CS231n's assignments.
COURSE = re.compile(r"assignment[ _-]?\d+", re.IGNORECASE)
#: Names that NumPy, SciPy and Python have lost, and what to write.
GONE = {
    "np.float": "float", "np.int": "int", "np.bool": "bool", "np.object": "object", "np.str": "str",
    "np.complex": "complex", "np.float_": "np.float64", "np.product": "np.prod", "np.cumproduct": "np.cumprod",
    "np.in1d": "np.isin", "np.alltrue": "np.all", "np.sometrue": "np.any", "np.Inf": "np.inf", "np.NaN": "np.nan",
    "np.infty": "np.inf", "np.trapz": "np.trapezoid", "np.row_stack": "np.vstack",
    "scipy.misc.logsumexp": "scipy.special.logsumexp", "scipy.misc.imread": "matplotlib.pyplot.imread",
    "scipy.misc.imresize": "PIL.Image.resize", "scipy.misc.imsave": "matplotlib.pyplot.imsave",
}  # fmt: skip
#: How the comments of 2015 speak of columns that are examples.
LAYOUT_2015 = re.compile(r"\bX\s*:\s*(?:\(?D\s*[x,]\s*N\)?|[^\n]*\bcolumns?\b)|\bW\s*:\s*C\s*x\s*D\b")
PYTHON_2 = re.compile(
    r"^[ \t]*(?:print[ \t]+[^\s=(,.)]|exec[ \t]+[\"']|except[ \t]+\w+[ \t]*,[ \t]*\w+[ \t]*:|raise[ \t]+\w+[ \t]*,)",
    re.MULTILINE,
)


class Refused(Exception):
    """Nothing in it can be graded; `status` is one word or two, the message says why."""

    def __init__(self, status: str, message: str):
        self.status = status
        super().__init__(message)


@dataclass(frozen=True)
class Entry:
    """A file that may be copied: the parts of its path, its size as it is claimed, and how it is read."""

    parts: tuple[str, ...]
    size: int
    read: Callable[[int], bytes]

    @property
    def name(self) -> str:
        return "/".join(self.parts)

    @property
    def suffix(self) -> str:
        return PurePosixPath(self.parts[-1]).suffix.lower()


@dataclass(frozen=True)
class Member:
    """Something in an archive: name, size as it is claimed, how it is read, and what is wrong with it, or ""."""

    name: str
    size: int
    read: Callable[[int], bytes]
    problem: str = ""


@dataclass
class Gathered:
    """What is found: as `grading.course.submission.Submission`, without the folder."""

    modules: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    origins: dict[str, list] = field(default_factory=dict)
    work: list[str] = field(default_factory=list)
    refused: tuple[str, str] | None = None

    def note(self, text: str) -> None:
        """Remember a remark; the first are enough."""
        if text not in self.notes and len(self.notes) < NOTES:
            self.notes.append(text)


def main() -> None:
    """Answer the request on standard input."""
    _restrict()
    request = json.loads(sys.stdin.buffer.read())
    found = Gathered()
    try:
        gather(Path(request["path"]), request["modules"], Path(request["folder"]), found, careful=request["careful"])
    except Refused as refusal:
        found.refused = (refusal.status, str(refusal))
    except MemoryError:
        os._exit(NO_MEMORY)
    sys.stdout.buffer.write(json.dumps(vars(found)).encode())
    sys.stdout.buffer.flush()
    os._exit(0)  # what is in memory may be large, and nothing of it needs to be put away


def _restrict() -> None:
    """Put limits on this process, which cannot be raised again."""
    try:
        import resource
    except ImportError:  # Windows
        return
    limits = {"RLIMIT_CPU": CPU_SECONDS, "RLIMIT_DATA": MEMORY_BYTES, "RLIMIT_FSIZE": TOTAL_BYTES, "RLIMIT_CORE": 0}
    for name, value in limits.items():
        number = getattr(resource, name)
        hard = resource.getrlimit(number)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        try:
            resource.setrlimit(number, (value, value))
        except (ValueError, OSError):  # macOS knows some limits by name only
            continue


def gather(path: Path, wanted: dict[str, list[str]], folder: Path, found: Gathered, *, careful: bool = False) -> None:
    """Copy what was handed in into `folder` (empty, existing), find the modules in it, and tell `found`.

    Raises
    ------
    Refused
        There is nothing to grade; `found` holds what is known nevertheless.
    """
    entries = _chosen(list(_handed_in(path, found)), found)
    _Copies(folder, wanted, found, careful).take(entries, path)


# ---- what there is


def _handed_in(path: Path, found: Gathered) -> Iterator[Entry]:
    try:
        status = path.lstat()
    except (OSError, ValueError) as problem:
        raise Refused("refused", f"neither a file nor a folder: {_reason(problem)}") from None
    if stat.S_ISLNK(status.st_mode):
        raise Refused("refused", "a link, not a file")
    if stat.S_ISDIR(status.st_mode):
        yield from _in_folder(path, found)
        return
    if not stat.S_ISREG(status.st_mode):
        raise Refused("refused", "neither a file nor a folder")
    if status.st_size == 0:
        raise Refused("empty", "the file has 0 bytes")
    if status.st_size > (NOTEBOOK_BYTES if path.suffix.lower() == ".ipynb" else ZIP_BYTES):
        size = f"{status.st_size / 1e6:.0f} MB; at most {ZIP_BYTES / 1e6:.0f}"
        raise Refused("too large", f"{size}. Hand in the .py files and the notebook, no environment, no data")
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError as problem:
        raise Refused("unreadable", f"the file cannot be read: {_reason(problem)}") from None
    name = _usual_name(path.name)
    rare = next((kind for begin, kind in RARE.items() if head.startswith(begin)), None)
    if rare:
        raise Refused("wrong type", f"compressed by {rare}; hand in a zip or a .tar.gz")
    if head.startswith(b"PK\x03\x04") or _is_tar(head) or _archive(path.name):
        yield from _in_archive(path.read_bytes(), (), found, whole=True)
    elif PurePosixPath(name).suffix.lower() in (".py", ".ipynb"):
        yield Entry((_possible(name) or f"handed_in{PurePosixPath(name).suffix}",), status.st_size, _reader(path))
    else:
        raise Refused("wrong type", f"a {_shown(path.suffix) or 'nameless'} file; hand in the zip or the folder")


def _in_folder(top: Path, found: Gathered) -> Iterator[Entry]:
    pending, seen = [((), str(top))], 0
    while pending:
        parts, here = pending.pop(0)
        try:
            members = sorted(os.scandir(here), key=lambda member: member.name)
        except OSError as problem:
            found.note(f"{_shown('/'.join(parts)) or 'the folder'} cannot be read: {_reason(problem)}")
            continue
        if parts and any(member.name in ENVIRONMENTS for member in members):
            found.note(f"{_shown('/'.join(parts))} is an environment of Python; left out")
            continue
        for member in members:
            seen += 1
            name = (*parts, member.name)
            if seen > SEEN:
                found.note(
                    f"more than {SEEN} files and folders, the most in {_shown(_top(name))}; the rest is left out"
                )
                return
            try:
                if member.is_symlink():
                    found.note(f"{_shown(member.name)} is a link; left out")
                elif member.is_dir():
                    if len(name) >= DEPTH:
                        found.note(f"a folder more than {DEPTH} levels down; left out")
                    elif not _is_skipped(name):
                        pending.append((name, member.path))
                elif member.is_file():
                    yield from _entry(name, member.stat().st_size, _reader(Path(member.path)), found)
            except OSError as problem:
                found.note(f"{_shown('/'.join(name))} cannot be read: {_reason(problem)}")


def _in_archive(content: bytes, above: tuple[str, ...], found: Gathered, *, whole: bool) -> Iterator[Entry]:
    """Entries for the files in a zip or a tar: told by what it begins with, whatever it is called."""
    read = _members_of_tar if _is_tar(content[:HEAD]) else _members_of_zip
    try:
        members = read(content, found, CLAIMED if whole else TOTAL_BYTES)
    except Refused as problem:
        if whole:
            raise
        found.note(f"{_shown('/'.join(above))}: {problem}; left out")
        return
    yield from _entries(members, above, found)


def _members_of_zip(content: bytes, found: Gathered, most: int) -> list[Member]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = archive.infolist()
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        OSError,
        ValueError,
        RuntimeError,
        OverflowError,
    ) as problem:
        raise Refused("unreadable", f"the zip cannot be read: {_reason(problem)}") from None
    if len(members) > SEEN:
        raise Refused("too large", f"{len(members)} entries in the zip")
    listed = []
    for member in members:
        problem = ""
        if stat.S_ISLNK(member.external_attr >> 16):
            problem = "is a link"
        elif member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            problem = f"is compressed in a rare way (method {member.compress_type})"
        elif member.flag_bits & 1:
            problem = "is encrypted"
        listed.append(Member(member.filename, member.file_size, _member(archive, member), problem))
    return listed


def _members_of_tar(content: bytes, found: Gathered, most: int) -> list[Member]:
    """Of what may be copied the content is kept: a tar is read once, from its beginning, and no more of it than `most`.

    What stands before damage counts.
    """
    packed = content.startswith(GZIP)
    stream = _Bounded(gzip.GzipFile(fileobj=io.BytesIO(content)) if packed else io.BytesIO(content), most)
    listed: list[Member] = []
    try:
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                if len(listed) >= SEEN:
                    raise Refused("too large", f"more than {SEEN} entries in the tar")
                listed.append(_member_of_tar(archive, member))
    except (Refused, MemoryError):
        raise
    except Exception as problem:  # tarfile checks little of what it reads
        if not listed:
            raise Refused("unreadable", f"the tar cannot be read: {_reason(problem)}") from None
        found.note(f"the tar is damaged after {_shown(listed[-1].name)}: {_reason(problem)}")
    return listed


def _member_of_tar(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Member:
    name, size = f"{member.name}/" if member.isdir() else member.name, member.size
    if size < 0:
        raise ValueError("a size below 0")
    if member.issym() or member.islnk():
        return Member(name, 0, _no_content, "is a link")
    if not member.isfile() and not member.isdir():
        return Member(name, 0, _no_content, "is neither a file nor a folder")
    if member.issparse():
        return Member(name, 0, _no_content, "is a file with holes")
    usual = _usual_name(member.name)
    if member.isdir() or not (_archive(usual) or PurePosixPath(usual).suffix.lower() in SUFFIXES):
        return Member(name, size, _no_content)
    most = ZIP_BYTES if _archive(usual) else NOTEBOOK_BYTES if usual.lower().endswith(".ipynb") else FILE_BYTES
    kept = archive.extractfile(member).read(min(size, most + 1))
    if len(kept) < min(size, most + 1):
        raise EOFError("it ends in the middle of a file")
    return Member(name, size, lambda most: _at_most(io.BytesIO(kept), most))


def _no_content(most: int) -> bytes:
    raise Refused("unreadable", "it has no content")


class _Bounded:
    """A stream that gives no more than so many bytes in all."""

    def __init__(self, stream, most: int):
        self.stream, self.most, self.given = stream, most, 0

    def read(self, count: int) -> bytes:
        content = self.stream.read(min(count, self.most + 1 - self.given))
        self.given += len(content)
        if self.given > self.most:
            raise Refused("too large", f"the tar unpacks to more than {self.most / 1e6:.0f} MB")
        return content


def _entries(members: list[Member], above: tuple[str, ...], found: Gathered) -> Iterator[Entry]:
    """Entries for those members of an archive that may be copied."""
    names = [_usual_name(member.name.replace("\\", "/")) for member in members]
    environments = {PurePosixPath(name).parent for name in names if PurePosixPath(name).name in ENVIRONMENTS}
    environments |= {PurePosixPath(name).parent.parent for name in names if "/conda-meta/" in name}
    environments -= {PurePosixPath(".")}
    claimed = kept = 0
    for name, member in zip(names, members, strict=True):
        pure = PurePosixPath(name)
        if not name or name.endswith("/") or not pure.parts or _is_skipped((*above, *pure.parts)):
            continue
        if inside := next((top for top in environments if pure.is_relative_to(top)), None):
            found.note(f"{_shown(str(inside))} is an environment of Python; left out")
            continue
        if pure.suffix.lower() not in SUFFIXES and not _archive(name):
            continue
        if pure.is_absolute() or ".." in pure.parts or ":" in pure.parts[0]:
            found.note(f"{_shown(name)} leads out of the archive; left out")
            continue
        if member.problem:
            found.note(f"{_shown(name)} {member.problem}; left out")
            continue
        claimed, kept = claimed + member.size, kept + 1
        if claimed > CLAIMED or kept > ENTRIES:
            raise Refused("too large", f"the archive claims {kept} files of {claimed / 1e6:.0f} MB and more")
        yield from _entry((*above, *pure.parts), member.size, member.read, found)


def _entry(parts: tuple[str, ...], size: int, read: Callable[[int], bytes], found: Gathered) -> Iterator[Entry]:
    """An entry for a file, or those for what is in it where it is an archive, as learning platforms give it out."""
    parts = (*parts[:-1], _usual_name(parts[-1]))
    if not _archive(parts[-1]):
        yield Entry(parts, size, read)
    elif sum(bool(_archive(part)) for part in parts) > 2:
        found.note(f"{_shown('/'.join(parts))} is an archive in an archive in an archive; left out")
    elif size > ZIP_BYTES:
        found.note(f"{_shown('/'.join(parts))} has {size / 1e6:.0f} MB; left out")
    else:
        try:
            content = read(ZIP_BYTES)
        except Refused as problem:
            found.note(f"{_shown('/'.join(parts))}: {problem}")
            return
        yield from _in_archive(content, parts, found, whole=False)


def _reader(path: Path) -> Callable[[int], bytes]:
    def read(most: int) -> bytes:
        try:
            with path.open("rb") as file:
                return _at_most(file, most)
        except OSError as problem:
            raise Refused("unreadable", f"it cannot be read: {_reason(problem)}") from None

    return read


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Callable[[int], bytes]:
    def read(most: int) -> bytes:
        try:
            with archive.open(member) as file:
                return _at_most(file, most)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            RuntimeError,
            OSError,
            ValueError,
        ) as problem:
            raise Refused("unreadable", f"it is damaged: {_reason(problem)}") from None

    return read


def _at_most(file, most: int) -> bytes:
    content = file.read(most + 1)
    if len(content) > most:
        raise Refused("too large", f"it has more than {most / 1e6:.0f} MB")
    return content


# ---- what of it is taken


def _chosen(entries: list[Entry], found: Gathered) -> list[Entry]:
    """What is copied: Python files first, then notebooks; what lies higher before what lies deeper."""
    possible = []
    for entry in entries:
        if entry.suffix not in SUFFIXES:
            continue
        if len(entry.parts) > DEPTH or not all(map(_possible, entry.parts)) or len(entry.name) > 400:
            found.note(f"{_shown(entry.name)} is no possible file name; left out")
            continue
        if any(part.lower().startswith(STANDIN) for part in entry.parts):
            found.note(f"{_shown(entry.name)} is called as the grader's own files are; left out")
            continue
        possible.append(entry)
    order = {".py": 0, ".ipynb": 1}
    possible.sort(key=lambda entry: (order.get(entry.suffix, 2), len(entry.parts), entry.parts))
    if len(possible) > FILES:
        tops = Counter(_top(entry.parts) for entry in possible)
        most, count = tops.most_common(1)[0]
        found.note(
            f"{len(possible)} files, {count} of them in {_shown(most)}: {FILES} are looked at, the rest is left out"
        )
        found.refused = found.refused or ("too large", f"{len(possible)} files; at most {FILES}")
    return possible[:FILES]


class _Copies:
    """The files in the new folder, and the modules found among them."""

    def __init__(self, folder: Path, wanted: dict[str, list[str]], found: Gathered, careful: bool):
        self.folder, self.wanted, self.found, self.careful = folder, wanted, found, careful
        self.texts: dict[PurePosixPath, str] = {}  # of Python files
        self.notebooks: list[tuple[PurePosixPath, str]] = []
        self.problem: tuple[str, str] | None = found.refused
        found.refused = None

    def take(self, entries: list[Entry], path: Path) -> None:
        """Copy, look, and raise `Refused` where nothing is found."""
        total = 0
        for entry in entries:
            most = NOTEBOOK_BYTES if entry.suffix == ".ipynb" else FILE_BYTES
            try:
                content = entry.read(min(most, TOTAL_BYTES - total))
            except Refused as problem:
                self.found.note(f"{_shown(entry.name)}: {problem}; left out")
                self.problem = self.problem or (problem.status, f"{_shown(entry.name)}: {problem}")
                continue
            total += len(content)
            self._take(entry, content)
        for file, text in self.notebooks if not self.careful else []:
            self._take_written(file, text)
        self.found.work = self._work()
        self._find(path)
        for file, text in self.texts.items():
            if not self.careful:
                self._remark(file, text)

    def _take(self, entry: Entry, content: bytes) -> None:
        stem, suffix = PurePosixPath(entry.parts[-1]).stem, entry.suffix
        file = PurePosixPath(*entry.parts[:-1], f"{stem}{suffix}")
        if file in self.texts:  # .py and .PY
            self.found.note(f"{_shown(entry.name)} is there twice")
            return
        if suffix in (".py", ".ipynb"):
            text, encoding = text_of(content)
            if encoding not in ("utf-8", "declared"):
                self.found.note(f"{_shown(str(file))} is written in {encoding}; read as such")
            if suffix == ".ipynb":
                self.notebooks.append((file, text))
                return
            if encoding != "declared":
                content = text.encode("utf-8", "replace")
            content, text = self._exported(file, content, text)
            if self._write(file, content):
                self.texts[file] = text
        else:
            self._write(file, content)

    def _exported(self, file: PurePosixPath, content: bytes, text: str) -> tuple[bytes, str]:
        """A file that is a notebook's cells one after the other: of these too only the definitions are taken."""
        if self.careful or ("get_ipython()" not in text and (_parses(text) or PYTHON_2.search(text))):
            return content, text
        plain = cells.without_magics(text)
        if not _parses(plain):
            return content, text
        module, _, _ = cells.module_from([cells.Cell(1, plain)], ())
        self.found.note(
            f"{_shown(str(file))} holds lines for IPython: of it, imports, definitions and constants were taken"
        )
        self.found.origins[str(file)] = [[_shown(str(file)), line] for _, line in module.origins]
        return module.text.encode("utf-8", "replace"), module.text

    def _take_written(self, file: PurePosixPath, text: str) -> None:
        """Files that a notebook writes with %%writefile, unless they are there."""
        try:
            written = cells.files_written(text)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError, MemoryError):
            return
        for name, body in list(written.items())[:FILES]:
            target = file.parent / f"{PurePosixPath(name).stem}.py"
            there = any(other.name == target.name for other in self.texts)
            if (
                _possible(name)
                and not there
                and len(self.texts) < FILES
                and self._write(target, body.encode("utf-8", "replace"))
            ):
                self.texts[target] = body
                self.found.note(f"{target.name} was taken from a cell of {_shown(str(file))} that writes it")

    def _write(self, file: PurePosixPath, content: bytes) -> bool:
        target = self.folder / file
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.exists():
                raise FileExistsError("there is another of that name")
            target.write_bytes(content)
            target.chmod(0o644)
        except (OSError, ValueError) as problem:
            self.found.note(f"{_shown(str(file))} cannot be copied: {_reason(problem)}; left out")
            return False
        return True

    def _find(self, path: Path) -> None:
        """By file name; else by a changed file name; else by what a module or a notebook defines."""
        if not self.texts and not self.notebooks:
            if self.problem:
                raise Refused(*self.problem)
            why = f" ({'; '.join(self.found.notes[:3])})" if self.found.notes else ""
            raise Refused("empty", f"there is no Python file and no notebook in it{why}")
        files = self._of_one_assignment()
        for module, names in self.wanted.items():
            exact = [file for file in files if file.stem == module]
            lower = [file for file in files if file.stem.lower() == module.lower()]
            similar = [file for file in files if COPY.match(file.stem).group(1).strip().lower() == module]
            by_content = [] if exact or lower or similar or not names or self.careful else [
                file for file in files if cells.definitions(self.texts[file]) & set(names)
            ]  # fmt: skip
            candidates = exact or lower or similar or by_content
            if not candidates:
                continue
            self.found.modules[module] = str(candidates[0])
            if not exact:
                self.found.note(f"{_shown(str(candidates[0]))} was taken for {module}.py")
            if len({self.texts[file] for file in candidates}) > 1:
                others = ", ".join(_shown(str(file)) for file in candidates[1:4])
                self.found.note(f"several versions of {module}.py: took {_shown(str(candidates[0]))}, not {others}")
        problems = self._from_notebooks()
        if not self.found.modules:
            if problems:
                raise Refused("unreadable", problems[0])
            if self.problem:
                raise Refused(*self.problem)
            raise Refused("nothing to grade", f"none of {', '.join(f'{name}.py' for name in self.wanted)} is there")

    def _of_one_assignment(self) -> list[PurePosixPath]:
        """The Python files, best first; of several assignments of CS231n those of the one that holds the most."""
        files = sorted(self.texts, key=lambda file: (len(file.parts), str(file)))
        courses = {file: next((part.lower() for part in file.parts if COURSE.fullmatch(part)), "") for file in files}
        if len(set(courses.values()) - {""}) > 1:
            holds = Counter(courses[file] for file in files if file.stem in self.wanted and courses[file])
            best = min(holds or {"": 0}, key=lambda name: (-holds[name], name))
            left = sorted(set(courses.values()) - {"", best})
            self.found.note(f"several assignments: looked at {_shown(best)}, not at {_shown(', '.join(left))}")
            files = [file for file in files if courses[file] in ("", best)]
        here = Counter(file.parent for file in files if file.stem in self.wanted)
        return sorted(files, key=lambda file: (len(file.parts), -here[file.parent], str(file)))

    def _from_notebooks(self) -> list[str]:
        """Modules made of the definitions that stand in notebooks' cells; the problems that were found are returned."""
        problems = []
        missing = [module for module in self.wanted if module not in self.found.modules]
        for file, text in self.notebooks if missing and not self.careful else []:
            try:
                sources = cells.cells_of(text)
            except (ValueError, TypeError, KeyError, AttributeError, RecursionError, MemoryError):
                problems.append(f"{_shown(str(file))} is not a notebook that can be read")
                continue
            elsewhere: dict[str, str] = {}
            faults: list[str] = []
            for module, names in self.wanted.items():
                if module not in self.found.modules:
                    made, defined, faults = cells.module_from(sources, names, elsewhere)
                    names_of_files = (f"{FROM_NOTEBOOK}{module}{number or ''}.py" for number in range(FILES))
                    target = next(PurePosixPath(name) for name in names_of_files if not (self.folder / name).exists())
                    if defined & set(names) and self._write(target, made.text.encode("utf-8", "replace")):
                        self.found.modules[module], self.texts[target] = str(target), made.text
                        self.found.origins[str(target)] = [
                            [f"code cell {cell} of {_shown(str(file))}", line] for cell, line in made.origins
                        ]
                        self.found.note(f"{module} was taken from the cells of {_shown(str(file))}")
                if module in self.found.modules:
                    elsewhere |= dict.fromkeys(names, module)
            for fault in faults[:5]:
                self.found.note(f"{_shown(str(file))}: {fault}")
        return problems

    def _remark(self, file: PurePosixPath, text: str) -> None:
        """Say what is known to go wrong with a file: another Python, names that are gone, the layout of 2015."""
        name = _shown(file.name)
        if file.name.startswith(FROM_NOTEBOOK):
            name = "the notebook"
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError) as problem:
            line = getattr(problem, "lineno", None) or 1
            if PYTHON_2.search(text) or "print" in str(getattr(problem, "msg", "")):
                self.found.note(f"{name} is Python 2 (line {line}); run 2to3 -w {name}, or write it for Python 3")
            elif not file.name.startswith(FROM_NOTEBOOK):
                said = _shown(str(getattr(problem, "msg", problem)))
                self.found.note(f"{name} has a mistake in its syntax in line {line}: {said}")
            return
        except (RecursionError, MemoryError):
            self.found.note(f"{name} holds an expression that is too long to be looked at")
            return
        for said in _gone(tree):
            self.found.note(f"{name}: {said}")
        if LAYOUT_2015.search(text) and file.stem in self.wanted:
            self.found.note(
                f"{name} speaks of the layout of 2015, a column an example; here X has a row for each, W is (D, C)"
            )

    def _work(self) -> list[str]:
        """Statements of the modules and notebooks, as `copies` compares them: module, digest, size."""
        if self.careful:
            return []
        found = []
        for file, text in self.texts.items():
            name = COPY.match(file.stem).group(1).strip().lower()
            found += [f"{_shown(name)} {digest} {size}" for digest, size in statements_of(text)]
        for _, text in self.notebooks:
            try:
                sources = cells.cells_of(text)
            except (ValueError, TypeError, KeyError, AttributeError, RecursionError, MemoryError):
                continue
            for cell in sources:
                found += [f"notebook {digest} {size}" for digest, size in statements_of(cell.text)]
        return sorted(set(found))[:WORK]


def _gone(tree: ast.Module) -> list[str]:
    """Sentences on names that are no longer there."""
    said, bound = [], set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            bound |= {alias.asname or alias.name for alias in node.names}
            for alias in node.names if isinstance(node, ast.ImportFrom) else []:
                if (name := f"{node.module}.{alias.name}") in GONE:
                    said.append(f"line {node.lineno}: {name} is gone; write {GONE[name]}")
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.add(node.id)
        elif isinstance(node, ast.Attribute):
            name = ast.unparse(node).replace("numpy.", "np.", 1) if _is_dotted(node) else ""
            if name in GONE:
                said.append(f"line {node.lineno}: {name} is gone; write {GONE[name]}")
        elif isinstance(node, ast.keyword) and node.arg == "newshape":
            said.append(
                f"line {node.value.lineno}: reshape has no newshape= any more; give the shape first, without a name"
            )
    if "xrange" not in bound and "*" not in bound:
        uses = [n.lineno for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id == "xrange"]
        if uses:
            said.append(f"line {min(uses)}: xrange is Python 2; write range")
    return said[:5]


def _is_dotted(node: ast.expr) -> bool:
    for _ in range(4):
        if isinstance(node, ast.Name):
            return True
        if not isinstance(node, ast.Attribute):
            return False
        node = node.value
    return False


# ---- names and texts


def text_of(content: bytes) -> tuple[str, str]:
    """The text in bytes, and how they were read: as "utf-8", "declared" (the file says how), or another encoding."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or (len(content) > 3 and content[1:4:2] == b"\0\0"):
        try:
            bom = content.startswith((b"\xff\xfe", b"\xfe\xff"))
            return content.decode("utf-16" if bom else "utf-16-le").lstrip("\ufeff"), "UTF-16"
        except ValueError:
            pass
    try:
        return content.decode("utf-8-sig"), "utf-8"
    except ValueError:
        pass
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        if not encoding.startswith("utf-8"):
            return content.decode(encoding), "declared"
    except (SyntaxError, ValueError, LookupError):
        pass
    return content.decode("cp1252", "replace"), "Windows-1252"


def _usual_name(name: str) -> str:
    """A name without what a browser has added to it (notebook.ipynb.txt), and letters as most systems write them."""
    name = unicodedata.normalize("NFC", name)
    stem, dot, last = name.rpartition(".")
    if dot and last.lower() in ("txt", "json") and stem.lower().endswith((".py", ".ipynb")):
        return stem
    return name


def _archive(name: str) -> str:
    """The ending by which a name is an archive's, or ""."""
    return next((ending for ending in ARCHIVES if name.lower().endswith(ending)), "")


def stem_of(path: Path) -> str:
    """What something handed in is called, without an ending that a submission or an archive has."""
    if ending := _archive(path.name):
        return path.name[: -len(ending)] or path.name
    return path.stem if path.suffix.lower() in SUFFIXES else path.name


def _is_tar(head: bytes) -> bool:
    return head.startswith(GZIP) or head[257:262] == b"ustar"


def _possible(name: str) -> str:
    """The name, or "" where a terminal, a page or a file system may stumble over it."""
    fits = len(name) <= 100 and name.isprintable() and name.strip(". ") and not set(name) & set("/\\")
    return name if fits and len(name.encode("utf-8", "replace")) <= 200 else ""


def _is_skipped(parts: tuple[str, ...]) -> bool:
    if SKIPPED & set(parts) or any(part.startswith("._") for part in parts):
        return True
    ours = [i for i, part in enumerate(parts) if part == "assignments"]
    return any(len(parts) > i + 2 and parts[i + 2] in OURS for i in ours)


def _top(parts: tuple[str, ...]) -> str:
    return "/".join(parts[: max(1, min(2, len(parts) - 1))])


def _shown(name: str) -> str:
    """A name as it can stand in a note: printable, not too long."""
    return "".join(c if c.isprintable() else "?" for c in name)[:80]


def _reason(problem: BaseException) -> str:
    """What an exception says, without paths of this machine."""
    text = getattr(problem, "strerror", None) or str(problem) or type(problem).__name__
    return _shown(text)


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
