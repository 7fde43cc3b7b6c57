"""Chapters that run commands: they leave nothing behind, reach nobody, and run where their programs are missing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from book.copies import executed_path
from book.execute import execute
from book.order import ROOT, notebooks
from utils.missing import EVERY_TOOL, PACKAGES
from utils.node import PACKAGE
from utils.records import records


def importing(*modules: str) -> list[Path]:
    """Chapters that import one of some modules."""
    texts = {path: (ROOT / path).read_text("utf-8") for path in notebooks(ROOT)}
    return [path for path, text in texts.items() if any(f"from {module} import" in text for module in modules)]


COMMANDS = importing("utils.terminal", "utils.slurm")
DRAWINGS = [path for path in importing("utils.typeset") if path not in COMMANDS]
SITES = [path for path in importing("utils.loopback") if path not in COMMANDS + DRAWINGS]
#: Programs that a machine may not have; those of coreutils and bash are on the second one that is tried.
SPECIAL = {
    *PACKAGES,
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
#: Runs a chapter and says, as JSON, what went wrong and which processes are still there some seconds later.
RUN = """
import json, os, sys, time
from pathlib import Path
from book.execute import execute

def others():
    names = {}
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and int(process.name) not in (1, os.getpid()):
            try:
                words = (process / "cmdline").read_bytes().replace(b"\\0", b" ").decode().strip()
                state = (process / "stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if state != "Z":  # only nobody has asked yet how it ended
                names[process.name] = words
    return names

before = others()
_, _, problem = execute(Path(sys.argv[1]), Path(sys.argv[2]))
end = time.monotonic() + 5
while (left := others().keys() - before.keys()) and time.monotonic() < end:
    time.sleep(0.1)
still = others()
print(json.dumps({"problem": problem, "left": [still[number] for number in left if number in still]}))
"""


def identified(path: Path) -> str:
    return path.stem


@pytest.fixture
def copied(tmp_path):
    """Puts a chapter into a book of its own; returns the book's folder."""

    def copy(chapter: Path) -> Path:
        book = tmp_path / "book"
        (book / chapter).parent.mkdir(parents=True)
        for name in (chapter, "constraints.txt"):
            shutil.copy(ROOT / name, book / name)
        return book

    return copy


def shown(book: Path, chapter: Path) -> list[dict]:
    """The records in a chapter's executed copy."""
    nb = nbformat.read(executed_path(chapter, book), as_version=4)
    return [record for cell in nb.cells for record in records(cell)]


def walled(folders: list[Path], temporary: Path) -> list[str]:
    """A command behind walls: it can write in some folders and in its /tmp, and reach nobody but itself."""
    box = ["bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--bind", str(temporary), "/tmp"]
    needed = {ROOT, Path(sys.prefix), Path(sys.base_prefix), (PACKAGE.parent / "node_modules").resolve()}
    for path in sorted(path for path in needed if path.is_relative_to("/tmp") and path.is_dir()):
        box += ["--ro-bind", str(path), str(path)]
    for folder in folders:
        box += ["--bind", str(folder), str(folder)]
    return [*box, "--unshare-net", "--unshare-pid", "--unshare-ipc", "--die-with-parent", "--new-session"]


def works(box: list[str]) -> bool:
    return not subprocess.run([*box, "true"], capture_output=True).returncode


def contents(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


@pytest.fixture
def behind_walls(tmp_path):
    """Runs a chapter of a book behind walls; returns what went wrong, what still runs, and what was written where."""
    if shutil.which("bwrap") is None:
        pytest.skip("bubblewrap is not installed (Debian, Ubuntu: apt install bubblewrap)")
    home, temporary, kernels = (tmp_path / name for name in ("home", "temporary", "kernels"))
    for folder in (home, temporary, kernels):
        folder.mkdir()

    def run(chapter: Path, book: Path) -> dict:
        box = walled([book, home, kernels], temporary)
        if not works(box):
            pytest.skip("bubblewrap is installed but does not work here")
        folders = {"home": home, "temporary": temporary, "book": book / "chapters"}
        before = {name: contents(folder) for name, folder in folders.items()}  # with the places where folders are put
        environment = os.environ | {
            "HOME": str(home),
            "TMPDIR": "/tmp",
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        # what Jupyter, IPython, Matplotlib and PyTorch write for any notebook
        own = ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "MPLCONFIGDIR", "TORCHINDUCTOR_CACHE_DIR")
        environment |= dict.fromkeys(own, str(kernels))
        command = [*box, sys.executable, "-c", RUN, str(chapter), str(book)]
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stderr
        written = {name: contents(folder) - before[name] for name, folder in folders.items()}
        return json.loads(done.stdout.splitlines()[-1]) | {"written": {k: v for k, v in written.items() if v}}

    return run


@pytest.mark.parametrize("chapter", COMMANDS + DRAWINGS + SITES, ids=identified)
def test_nothing_is_written_elsewhere_nobody_reached_no_process_left(chapter, copied, behind_walls):
    book = copied(chapter)
    assert behind_walls(chapter, book) == {"problem": None, "left": [], "written": {}}
    if os.environ.get(EVERY_TOOL) == "1":
        assert not {"missing", "untried"} & {record["kind"] for record in shown(book, chapter)}


def test_whoever_does_is_found(book, behind_walls):
    stays = "import subprocess\nsubprocess.Popen(['sleep', '60'], start_new_session=True)"
    writes = "\n".join(f"open({place}, 'w').close()" for place in ("'/tmp/a'", "HOME + '/b'", "'c'"))
    path = book.notebook("one", "import os\nHOME = os.environ['HOME']", writes, stays)
    found = behind_walls(path, book.root)
    assert found["left"] == ["sleep 60"]
    assert found["written"] == {"temporary": {"a"}, "home": {"b"}, "book": {"c"}}
    assert found["problem"] is None

    outside = "open('/var/tmp/a', 'w')"
    calls = "import socket\nsocket.create_connection(('192.0.2.1', 80), timeout=1)"
    for code, said in ((outside, "Read-only file system"), (calls, "unreachable")):
        assert said in behind_walls(book.notebook("two", code), book.root)["problem"]


@pytest.fixture
def few_programs(monkeypatch, tmp_path):
    """A machine with what comes with every Linux, and nothing else."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for folder in ("/usr/bin", "/bin"):
        for program in Path(folder).iterdir():
            if program.name not in SPECIAL and not (programs / program.name).exists():
                (programs / program.name).symlink_to(program)
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.delenv(EVERY_TOOL, raising=False)


@pytest.fixture
def no_programs(monkeypatch, tmp_path):
    """A machine without any program, not even a shell."""
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    monkeypatch.delenv(EVERY_TOOL, raising=False)


def missing_tools(book: Path, chapter: Path) -> set[str]:
    return {tool for record in shown(book, chapter) if record["kind"] == "missing" for tool in record["tools"]}


@pytest.mark.parametrize("chapter", COMMANDS, ids=identified)
def test_without_special_programs_it_runs_and_names_them(chapter, copied, few_programs):
    book = copied(chapter)
    _, _, problem = execute(chapter, book)
    assert problem is None
    assert missing_tools(book, chapter) <= SPECIAL
    if chapter.stem in ("git", "shell_and_archives", "slurm", "tensorboard"):
        assert missing_tools(book, chapter)


@pytest.mark.parametrize("chapter", COMMANDS, ids=identified)
def test_without_any_program_it_runs_and_says_what_would_be_seen(chapter, copied, no_programs):
    book = copied(chapter)
    _, _, problem = execute(chapter, book)
    assert problem is None
    found = shown(book, chapter)
    assert "bash" in missing_tools(book, chapter)
    assert not any(record["kind"] == "terminal" for record in found)
    assert any(record["kind"] == "untried" for record in found)
