"""Chapters that run commands: they leave nothing behind, reach nobody, and run where their programs are missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
import pytest

from book.chapter import Chapter
from book.copies import executed_path, is_fresh, remembered
from book.execute import CELL_TIMEOUT, execute
from book.order import ROOT, notebooks
from book.walls import (
    RUNNERS,
    SPECIAL,
    Walls,
    asking_nobody,
    few_programs,
    importing,
    programs_named,
    state_of_programs,
)
from utils.missing import EVERY_TOOL
from utils.records import records

RUNNING = [path for path in notebooks(ROOT) if importing(ROOT / path, *RUNNERS)]
COMMANDS = [path for path in RUNNING if importing(ROOT / path, "utils.terminal", "utils.slurm")]


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


def run_behind_walls(root: Path, *chapters: Path, leaving: float = 60.0) -> str | None:
    """Run chapters of a book behind walls; what went wrong, if anything."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "book.nbval_plugin", "-p", "nbval", "-p", "no:cacheprovider"]
    command += ["--nbval-lax", "--nbval-current-env", f"--nbval-cell-timeout={CELL_TIMEOUT}", "--color=no"]
    command += ["--walls=all", f"--leaving={leaving}", f"--rootdir={root}", *map(str, chapters)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=3600)
    return done.stdout + done.stderr if done.returncode else None


def found_before(chapter: Path, root: Path = ROOT) -> dict | None:
    """What came out when `make test` executed a chapter behind walls; None where it or a program has changed since."""
    found = remembered(chapter, root).get("walls")
    return found if found and found["programs"] == state_of_programs() and is_fresh(chapter, root) else None


@pytest.fixture
def walls(book):
    """Skips where there are none."""
    if shutil.which("bwrap") is None:
        pytest.skip("bubblewrap is not installed (Debian, Ubuntu: apt install bubblewrap)")
    own = Walls(book.notebook("wall", "1"), book.root)
    own.close()
    if not own.stand:
        pytest.skip("bubblewrap is installed but does not work here")


@pytest.mark.parametrize("chapter", RUNNING, ids=identified)
def test_nothing_is_written_elsewhere_nobody_reached_no_process_left(chapter, copied, walls):
    found, root = found_before(chapter), ROOT
    if found is None:
        root = copied(chapter)
        problem = run_behind_walls(root, chapter)
        assert problem is None, problem
        found = found_before(chapter, root)
        assert found, "behind walls no kernel answered, or it was killed before it had ended"
    assert (found["left"], found["written"]) == ([], {})
    if os.environ.get(EVERY_TOOL) == "1":
        assert not {"missing", "untried"} & {record["kind"] for record in shown(root, chapter)}


def test_whoever_does_is_found(book, walls):
    book.with_checks()
    stays = "import subprocess\nsubprocess.Popen(['sleep', '600'], start_new_session=True).returncode"
    writes = "\n".join(f"open({place}, 'w').close()" for place in ("'/tmp/a'", "HOME + '/b'", "'c'"))
    path = book.notebook("one", "import os\nHOME = os.environ['HOME']", writes, stays)
    outside = book.notebook("two", "open('/var/tmp/a', 'w')")
    calls = book.notebook("three", "import socket\nsocket.create_connection(('192.0.2.1', 80), timeout=1)")
    problem = run_behind_walls(book.root, path, outside, calls, leaving=1)
    found = found_before(path, book.root)
    assert found["left"] == ["sleep 600"]
    assert found["written"] == {"temporary": ["a"], "home": ["b"], "book": ["chapters/c"]}
    assert "2 failed" in problem
    assert "Read-only file system" in problem
    assert "unreachable" in problem
    assert found_before(outside, book.root) is None


def test_a_file_that_was_there_before_and_is_another_or_gone_is_found(book, walls):
    book.with_checks()
    paths = [book.notebook("one", "open('one.ipynb', 'a').write(' ')")]
    paths.append(book.notebook("two", "import os\nos.remove('two.ipynb')"))
    assert run_behind_walls(book.root, *paths) is None
    found = [found_before(path, book.root)["written"] for path in paths]
    assert found == [{"book": ["chapters/one.ipynb"]}, {"book": ["chapters/two.ipynb"]}]


def test_a_file_whose_name_is_no_text_is_found(book, walls):
    book.with_checks()
    path = book.notebook("one", "open(b'/tmp/\\xff', 'w').close()")
    assert run_behind_walls(book.root, path) is None
    assert found_before(path, book.root)["written"] == {"temporary": ["\\xff"]}


@pytest.fixture
def behind(book, walls):
    """Runs a command behind the walls of a chapter; returns what it wrote, and whether it failed."""
    path = book.notebook("behind", "1")

    def run(*command: str) -> tuple[str, bool]:
        own = Walls(path, book.root)
        try:
            done = subprocess.run([*own.box, *command], env=own.environment(), capture_output=True, text=True)
        finally:
            own.close()
        return done.stdout + done.stderr, bool(done.returncode)

    return run


@pytest.mark.parametrize("given", ["{}/data", "{}/link", "{}/link/../data", "~/data", "/nowhere"])
def test_real_data_are_seen_behind_walls_wherever_they_lie(behind, tmp_path, monkeypatch, given):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "batch").touch()
    (tmp_path / "link").symlink_to("data")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DATA_ROOT", given.format(tmp_path))
    out, failed = behind("sh", "-c", 'ls "$DATA_ROOT"')
    assert failed if given == "/nowhere" else out == "batch\n"


@pytest.mark.skipif(not os.access("/dev/shm", os.W_OK), reason="there is no /dev/shm")
def test_real_data_are_seen_behind_walls_in_memory_too(behind, monkeypatch):
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        (Path(folder) / "batch").touch()
        monkeypatch.setenv("DATA_ROOT", folder)
        assert behind("ls", folder) == ("batch\n", False)


def test_an_environment_to_which_a_link_leads_is_seen_behind_walls(behind, book, monkeypatch):
    link = book.root / ".venv"
    link.symlink_to(sys.prefix)
    monkeypatch.setattr(sys, "prefix", str(link))
    assert behind(str(link / "bin" / Path(sys.executable).name), "-c", "print(1)") == ("1\n", False)


def test_where_temporary_folders_have_long_names_there_are_walls(behind, tmp_path, monkeypatch):
    long = tmp_path / ("long" * 25)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    assert behind("true") == ("", False)
    own = Walls(Path("chapters/behind.ipynb"), tmp_path)
    own.close()
    assert own.stand
    assert list(long.iterdir()) == []


@pytest.mark.skipif(os.getuid() != 0, reason="others may not do it anyway")
@pytest.mark.parametrize("command", ["mount -o remount,rw,bind /", 'hostname "$(hostname)"'])
def test_root_cannot_undo_the_walls(behind, command):
    out, failed = behind("sh", "-c", command)
    assert failed, out


def test_what_drawings_are_made_with_is_a_program_too(monkeypatch, tmp_path):
    shutil.copytree(ROOT / "utils", tmp_path / "utils")
    monkeypatch.setattr("book.walls.ROOT", tmp_path)
    before = state_of_programs()
    assert before == state_of_programs()
    with (tmp_path / "utils" / "typeset" / "engine.mjs").open("a") as engine:
        engine.write("//\n")
    assert state_of_programs() != before


def test_what_was_found_holds_while_nothing_has_changed(book, walls, monkeypatch):
    book.with_checks()
    path = book.notebook("one", "from utils.base import base")
    assert found_before(path, book.root) is None
    assert run_behind_walls(book.root, path) is None
    found = found_before(path, book.root)
    assert (found["left"], found["written"], found["few"]) == ([], {}, True)
    with monkeypatch.context() as patch:
        patch.setattr(f"{__name__}.state_of_programs", lambda: "another")
        assert found_before(path, book.root) is None
    book.write("utils/base.py", "base = 2\n")
    assert found_before(path, book.root) is None


@pytest.mark.parametrize(
    ("code", "named"),
    [
        ("shell('git log')", {"git"}),
        ("shell('ls | xz -9 > a.xz')", {"xz"}),
        ("list(zip(a, b))", set()),
        ("text = 'for a, b in zip(c, d):'", set()),
        ("'What git does.'", set()),
        ("from utils.slurm import Cluster", {"slurmctld", "sbatch"}),
        ("from utils.typeset import graph", {"node"}),
    ],
)
def test_programs_that_a_chapter_names_are_found(book, code, named):
    found = programs_named(Chapter(book.root / book.notebook("one", code)))
    assert named <= found
    assert bool(named) == bool(found)


@pytest.mark.parametrize(
    ("hosts", "kept"),
    [
        ("hosts: files mdns4_minimal [NOTFOUND=return] dns myhostname\n", "files myhostname"),
        ("hosts: dns\n", "files"),
        ("", "files"),
    ],
)
def test_names_of_machines_are_asked_of_nobody(hosts, kept):
    assert asking_nobody(f"passwd: files sss\n{hosts}group: files\n") == (
        f"passwd: files sss\ngroup: files\nhosts: {kept}\n"
    )


def test_a_chapter_that_names_no_special_program_has_none(book, walls):
    book.with_checks()
    has = "import shutil\nassert shutil.which('bash') and {}shutil.which(''.join(['g', 'it']))"
    paths = [book.notebook("one", has.format("not "))]
    if shutil.which("git"):
        paths.append(book.notebook("two", has.format(""), "program = 'git'"))
    assert run_behind_walls(book.root, *paths) is None
    assert [found_before(path, book.root)["few"] for path in paths] == [True, False][: len(paths)]


@pytest.fixture
def machine_with_few(monkeypatch, tmp_path):
    """A machine with what comes with every Linux, and nothing else."""
    monkeypatch.setenv("PATH", str(few_programs(tmp_path / "programs")))
    monkeypatch.delenv(EVERY_TOOL, raising=False)


@pytest.fixture
def no_programs(monkeypatch, tmp_path):
    """A machine without any program, not even a shell."""
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    monkeypatch.delenv(EVERY_TOOL, raising=False)


def missing_tools(book: Path, chapter: Path) -> set[str]:
    return {tool for record in shown(book, chapter) if record["kind"] == "missing" for tool in record["tools"]}


@pytest.mark.parametrize("chapter", COMMANDS, ids=identified)
def test_without_special_programs_it_runs_and_names_them(chapter, copied, machine_with_few):
    found, book = found_before(chapter), ROOT
    if found is None or not found["few"]:  # else it had none then
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
