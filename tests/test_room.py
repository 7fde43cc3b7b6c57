"""A place that cannot be written to is told before the work, with what helps."""

import errno
import shutil
import subprocess
import sys

import pytest

from book.order import ROOT
from book.room import BYTES, no_room, said

PROGRAM = "import sys; from pathlib import Path; from book.room import *; print(said(no_room(Path(sys.argv[1]))))"
OWN_MOUNTS = ["unshare", "--user", "--map-root-user", "--mount"]


def test_where_there_is_room_nothing_is_left(tmp_path):
    assert no_room(tmp_path / "a" / "b") is None
    assert list((tmp_path / "a" / "b").iterdir()) == []


def test_a_file_in_the_way(tmp_path):
    (tmp_path / "a").touch()
    problem = no_room(tmp_path / "a" / "b")
    assert said(problem) == f"Not a directory ({tmp_path}/a/b)"


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (f"size={BYTES // 2}", "No space left on device ({}/a); make room there, and run this again"),
        ("ro", "Read-only file system ({}/a); copy the book to a folder that you may write to, and run this again"),
    ],
)
def test_a_disk_that_is_full_or_for_reading_only(tmp_path, options, line):
    if not shutil.which("unshare") or subprocess.run([*OWN_MOUNTS, "true"], capture_output=True).returncode:
        pytest.skip("no mounts of one's own on this machine")
    script = 'mount -t tmpfs -o "$1" none "$2" && exec "$3" -c "$4" "$2/a"'
    command = [*OWN_MOUNTS, "sh", "-c", script, "sh", options, str(tmp_path), sys.executable, PROGRAM]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == line.format(tmp_path) + "\n", done.stderr


def test_what_is_not_known_is_said_without_advice():
    assert said(OSError(errno.EIO, "Input/output error")) == "Input/output error"
