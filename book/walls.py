"""A kernel behind walls: it can write in folders of its own and nowhere else, and reach nobody but itself.

What a chapter that runs commands must not do, it cannot do here, or it is found: its kernel runs in bubblewrap, with
an empty home, an empty /tmp and no network, and when it has ended, what it has written and which processes it has left
is put down (`found`). A chapter that names no program which a machine may lack runs on a machine without any of them.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import nbval.kernel
from jupyter_client.manager import KernelManager

from book.chapter import Chapter
from book.order import ROOT
from utils.missing import PACKAGES
from utils.node import PACKAGE

#: Modules whose chapters start programs, or speak to sites of their own.
RUNNERS = ("utils.terminal", "utils.slurm", "utils.typeset", "utils.loopback")
#: Programs that a machine may not have; those of coreutils and bash come with every Linux.
SPECIAL = frozenset(PACKAGES) | {
    "git",
    "zip",
    "unzip",
    "tar",
    "gzip",
    "bzip2",
    "conda",
    "node",
    "npm",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "srun",
    "slurmctld",
    "slurmd",
}
#: Seconds that processes get to end in after their kernel.
LEAVING = 60.0
#: Seconds that a kernel gets for removing what its chapter has made.
CLEARING = 60
#: Bytes that the path of a kernel's socket may have.
LONGEST = 90
#: Where the system says how names are found, and the ways of finding those of machines that ask no other machine.
NAMES, HERE = Path("/etc/nsswitch.conf"), ("files", "myhostname")
#: Folders that are new behind the walls.
EMPTY = ("/tmp", "/dev")
#: What the system's administrator may do to a whole machine, from mounting to setting its clock.
ROOTS_OWN = ("CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_TIME", "CAP_DAC_READ_SEARCH")
WATCHED = Path(__file__).with_name("watched.py")


def importing(notebook: Path, *modules: str) -> bool:
    """Whether a chapter imports one of some modules."""
    if not any(module in notebook.read_text("utf-8") for module in modules):
        return False
    nodes = [node for tree in Chapter(notebook).trees.values() for node in ast.walk(tree)]
    return not {node.module for node in nodes if isinstance(node, ast.ImportFrom)}.isdisjoint(modules)


def programs_named(chapter: Chapter) -> set[str]:
    """Special programs that stand in the texts of a chapter's code, or in those of the modules that it imports."""
    trees = list(chapter.trees.values())
    for node in [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]:
        if node.module and node.module.startswith("utils."):
            path = ROOT / node.module.replace(".", "/")
            files = [file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()]
            trees += [ast.parse(file.read_text("utf-8")) for file in files]
    said = set()
    for tree in trees:
        alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # documentation
        texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
        for node in (node for node in texts if id(node) not in alone):
            said |= set(re.findall(r"(?<![\w.-])[\w-]+(?![\w(-])", node.value))  # not .git, nor zip(a, b)
    return said & SPECIAL


def few_programs(folder: Path) -> Path:
    """Fill a folder with what comes with every Linux and nothing else, for the PATH of a machine that has no more."""
    folder.mkdir()
    for place in ("/usr/bin", "/bin"):
        for program in Path(place).iterdir():
            if program.name not in SPECIAL and not (folder / program.name).is_symlink():
                (folder / program.name).symlink_to(program)
    return folder


def asking_nobody(settings: str) -> str:
    """How names are found (nsswitch.conf), without asking others for those of machines: that nobody answers is no fault
    that a program should warn of."""
    lines = settings.splitlines()
    words = [word for line in lines if line.startswith("hosts:") for word in line.split()]
    services = [word for word in words if word in HERE] or ["files"]
    return "\n".join([*(line for line in lines if not line.startswith("hosts:")), f"hosts: {' '.join(services)}\n"])


def state_of_programs() -> str:
    """Hash of all modules that chapters may use or start as programs of their own, and of what looks after them."""
    own = (path for path in (ROOT / "utils").rglob("*") if path.suffix in (".py", ".mjs"))
    paths = [*sorted(own), Path(__file__), WATCHED]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in paths)).hexdigest()[:32]


def works(box: list[str]) -> bool:
    """Whether a command behind walls can be had on this machine."""
    with contextlib.suppress(OSError):
        return not subprocess.run([*box, "true"], capture_output=True).returncode
    return False


def hidden(folders: set[Path]) -> list[Path]:
    """Where folders lie, by their own names and those of links, of which a box has nothing unless it is put there."""
    found = folders | {folder.resolve() for folder in folders}
    return sorted(
        path
        for path in found
        if any(map(path.is_relative_to, EMPTY)) and path.is_dir()
        # a link in a folder that is there leads on by itself, and nothing can be put in its place
        if path == path.resolve() or not any(map(path.is_relative_to, found - {path}))
    )


def folder_for_sockets() -> Path:
    """A new temporary folder; in /tmp where the path of a kernel's socket would be too long in the usual place."""
    folder = Path(tempfile.mkdtemp(prefix="walls-")).resolve()
    if len(os.fsencode(folder / "kernel" / "kernel-ipc-1")) > LONGEST:
        folder.rmdir()
        folder = Path(tempfile.mkdtemp(prefix="walls-", dir="/tmp")).resolve()
    return folder


class Walls:
    """Folders and command for one kernel; `close` removes them.

    Parameters
    ----------
    notebook : Path
        Relative to `root`; the kernel runs beside a copy of it.
    root : Path
        Of the book.
    leaving : float
        Seconds that processes get to end in after their kernel.

    Attributes
    ----------
    box : list of str
        What stands before a command that is to run behind the walls.
    shared : Path
        A folder that has the same path inside and outside.
    few : bool
        Whether there are only the programs that come with every Linux.
    """

    def __init__(self, notebook: Path, root: Path = ROOT, leaving: float = LEAVING):
        self.base = folder_for_sockets()
        self.leaving = leaving
        self.home, self.temporary, self.shared, self.book = (
            self.base / name for name in ("home", "temporary", "kernel", "book")
        )
        self.cwd = (self.book / notebook).parent
        for folder in (self.home, self.temporary, self.shared, self.cwd):
            folder.mkdir(parents=True)
        shutil.copy(root / notebook, self.cwd)
        chapter = Chapter(root / notebook)
        self.few = not any(map(shutil.which, programs_named(chapter)))
        self.box = [shutil.which("bwrap") or "bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]
        self.box += ["--bind", str(self.temporary), "/tmp"]
        needed = {ROOT, root.resolve(), Path(sys.prefix), Path(sys.base_prefix)}
        needed.add((PACKAGE.parent / "node_modules").resolve())
        given = os.environ.get("DATA_ROOT", "").strip()
        self.data = {"DATA_ROOT": str(Path(given).expanduser())} if given else {}
        needed |= set(map(Path, self.data.values()))
        if self.few:
            needed.add(few_programs(self.base / "programs"))
        for path in hidden(needed):
            self.box += ["--ro-bind", str(path), str(path)]
        names = self.base / NAMES.name
        if NAMES.is_file() and not NAMES.is_symlink():
            names.write_text(asking_nobody(NAMES.read_text("utf-8")), "utf-8")
            self.box += ["--ro-bind", str(names), str(NAMES)]
        for folder in (self.home, self.shared, self.book):
            self.box += ["--bind", str(folder), str(folder)]
        if not os.getuid():  # who may mount could undo the walls
            self.box += [word for right in ROOTS_OWN for word in ("--cap-drop", right)]
        self.box += ["--unshare-net", "--unshare-pid", "--unshare-ipc", "--die-with-parent", "--new-session"]
        self.record = self.shared / "left.json"
        self.stand = works(self.box)
        self._before = self._contents()  # with the places where folders are put

    def environment(self) -> dict[str, str]:
        """Of a kernel behind the walls."""
        environment = os.environ | {"HOME": str(self.home), "TMPDIR": "/tmp", "PYTHONDONTWRITEBYTECODE": "1"}
        # what Jupyter, IPython, Matplotlib and PyTorch write for any notebook
        own = ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "MPLCONFIGDIR", "TORCHINDUCTOR_CACHE_DIR")
        environment |= dict.fromkeys(own, str(self.shared)) | self.data
        return environment | ({"PATH": str(self.base / "programs")} if self.few else {})

    def command(self, argv: list[str]) -> list[str]:
        """That of a process which is looked after."""
        return [*self.box, sys.executable, "-IS", str(WATCHED), str(self.record), str(self.leaving), *argv]

    def found(self) -> dict | None:
        """What is to be known of a run that has ended; None where it was killed before it could be found."""
        try:
            left = json.loads(self.record.read_text("utf-8"))
        except (OSError, ValueError):
            return None
        now = self._contents()
        changed = {name: {path for path, _ in now[name] ^ before} for name, before in self._before.items()}
        written = {name: sorted(map(printable, paths)) for name, paths in changed.items() if paths}
        return {"left": left, "written": written, "few": self.few, "programs": state_of_programs()}

    def close(self) -> None:
        """Remove the folders."""
        shutil.rmtree(self.base, ignore_errors=True)

    def _contents(self) -> dict[str, set[tuple[str, tuple]]]:
        folders = {"home": self.home, "temporary": self.temporary, "book": self.book}
        return {
            name: {(path.relative_to(folder).as_posix(), state_of(path)) for path in folder.rglob("*")}
            for name, folder in folders.items()
        }


def state_of(path: Path) -> tuple:
    """What is another when a file has been written; of a folder nothing, since what is in it is looked at by itself."""
    info = path.lstat()
    return () if stat.S_ISDIR(info.st_mode) else (info.st_size, info.st_mtime_ns)


def printable(name: str) -> str:
    """The name of a file, whatever bytes it holds, as text that can be stored."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


class WalledKernel(nbval.kernel.RunningKernel):
    """nbval's kernel, behind walls; `stop` lets it end by itself, and closes them."""

    def __init__(self, walls: Walls, ended, kernel_name: str, cwd: str | None = None, startup_timeout: float = 60):
        self.walls, self.ended, self.shared = walls, ended, walls.shared
        walls.record.unlink(missing_ok=True)  # of a kernel that did not answer
        for path in fonts():
            shutil.copy(path, walls.shared)
        self.km = KernelManager(
            kernel_name=kernel_name,
            kernel_spec_manager=nbval.kernel.NbvalKernelspecManager(),
            transport="ipc",  # sockets in a folder, since there is no network
            connection_file=str(walls.shared / "kernel.json"),
        )
        self.km.kernel_spec.argv = walls.command(self.km.kernel_spec.argv)
        with open(os.devnull, "w") as nowhere:
            self.km.start_kernel(stderr=nowhere, cwd=str(walls.cwd), env=walls.environment())
        self.kc = self.km.client()
        self.kc.start_channels()
        try:
            self.kc.wait_for_ready(timeout=startup_timeout)
            self._ensure_iopub_up()
        except BaseException:
            self.kc.stop_channels()
            self.km.shutdown_kernel(now=True)
            raise

    def stop(self) -> None:
        """End the kernel and hand on what is to be known of its run."""
        self.kc.shutdown()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.km.provisioner.process.wait(CLEARING + self.walls.leaving)
        found = self.walls.found()
        super().stop()
        self.walls.close()
        if found is not None:
            self.ended(found)


@cache
def fonts() -> list[Path]:
    """The list of fonts that Matplotlib makes when it first draws, and says so on stderr where it takes long."""
    import matplotlib.font_manager  # makes the list where there is none

    return list(Path(matplotlib.get_cachedir()).glob("fontlist-*.json"))
