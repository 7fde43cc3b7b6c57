"""The command that puts a program into a box of bubblewrap, and the best box that this machine has.

Everything in it is read-only but /tmp and /dev/shm, whose sizes are limited; there is no network and no other process.
Best is a box with a user of its own, who has no rights and can make no box in the box (new user namespaces are switched
off). Root makes the box, gives up all rights for that user, and then goes into a second one: only users without rights
can switch them off.
"""

from __future__ import annotations

import functools
import os
import secrets
import shutil
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Wall", "best", "command"]

HERE = Path(__file__).resolve().parent
#: What goes into the box beside the submission.
INSIDE = ("runner.py", "wire.py", "compat.py")
#: An unprivileged user whom every system has.
NOBODY = 65534
#: Users whom no system has, one for each box of root's.
FIRST_USER, USERS = 2_000_000_000, 100_000_000


@dataclass(frozen=True)
class Wall:
    """What a box can be here.

    Attributes
    ----------
    closed : bool
        Whether the box can make no further user namespaces.
    own_user : bool
        Whether each box has a user that no other box has. For those who are not root it is always their own.
    missing : str
        What is less than the best; "" where nothing is.
    """

    closed: bool
    own_user: bool
    missing: str = ""


WALLS = (
    Wall(closed=True, own_user=True),
    Wall(closed=False, own_user=True, missing="it could make namespaces of its own, with files that no limit counts"),
    Wall(
        closed=False,
        own_user=False,
        missing="all boxes share one user: one full of processes could cost a neighbour points",
    ),
)
_lock = threading.Lock()


@functools.cache
def best() -> Wall | str:
    """The best wall that works here, or why there is none."""
    if shutil.which("bwrap") is None:
        return "bubblewrap is not installed (Debian, Ubuntu: apt install bubblewrap; it exists for Linux only)"
    if os.getuid() == 0 and shutil.which("setpriv") is None:
        return "bubblewrap is there, but root needs setpriv (package util-linux) to give up its rights in the box"
    problem = ""
    with _lock:
        for wall in WALLS if os.getuid() == 0 else WALLS[:2]:
            trial = [*_wall(wall, HERE, (1 << 20, 1 << 20), {}, None), sys.executable, "-I", "-c", "import numpy"]
            done = subprocess.run(trial, capture_output=True, text=True, timeout=60, check=False)
            if not done.returncode:
                return wall
            problem = done.stderr.strip()[-300:]
    return f"bubblewrap is installed but does not work here: {problem}"


def command(folder: Path, sizes: tuple[int, int], environment: dict[str, str], told: int | None) -> list[str]:
    """The command that puts what follows it into a box.

    Parameters
    ----------
    folder : Path
        The submission.
    sizes : (int, int)
        Bytes of /tmp and of /dev/shm.
    environment : dict of str to str
        All that is seen of the environment.
    told : int, optional
        Descriptor to which bubblewrap writes the number of the first process inside.

    Raises
    ------
    RuntimeError
        There is no such box on this machine.
    """
    wall = best()
    if isinstance(wall, str):
        raise RuntimeError(wall)
    return _wall(wall, folder, sizes, environment, told)


def _wall(wall: Wall, folder: Path, sizes: tuple[int, int], environment: dict[str, str], told: int | None) -> list[str]:
    root = os.getuid() == 0
    begin = ["bwrap", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    begin += ["--die-with-parent", "--new-session", "--clearenv"]
    if told is not None:
        begin += ["--info-fd", str(told)]
    if not root:
        begin += ["--unshare-user", *(["--disable-userns"] if wall.closed else [])]
    fonts = _fonts()
    if fonts:
        environment = environment | {"MPLCONFIGDIR": "/tmp/matplotlib"}
    for name, value in environment.items():
        begin += ["--setenv", name, value]
    files = _system(sizes)
    for font in fonts:
        files += ["--perms", "1777", "--dir", "/tmp/matplotlib", "--ro-bind", str(font), f"/tmp/matplotlib/{font.name}"]
    files += ["--perms", "0755", "--dir", "/box"]
    for name in INSIDE:
        files += ["--ro-bind", str(HERE / name), f"/box/{name}"]
    files += ["--ro-bind", str(folder), "/submission", "--chdir", "/submission", "--remount-ro", "/dev"]
    files += ["--remount-ro", "/"]
    if not root:
        return [*begin, *files, "--cap-drop", "ALL"]
    number = str(FIRST_USER + secrets.randbelow(USERS) if wall.own_user else NOBODY)
    user = ["setpriv", f"--reuid={number}", f"--regid={number}", "--clear-groups", "--no-new-privs"]
    user += ["--bounding-set=-all", "--inh-caps=-all"]
    if wall.closed:
        user += ["bwrap", "--unshare-user", "--disable-userns", "--die-with-parent", "--cap-drop", "ALL"]
        user += ["--bind", "/", "/", "--dev-bind", "/dev", "/dev", "--chdir", "/submission"]
    return [*begin, *files, *user]


def _system(sizes: tuple[int, int]) -> list[str]:
    """The arguments that make the system: programs, libraries, Python, devices, and two folders to write in."""
    temporary, shared = (str(size) for size in sizes)
    made = ["--proc", "/proc", "--dev", "/dev", "--size", shared, "--perms", "1777", "--tmpfs", "/dev/shm"]
    # an empty /tmp first: Python's packages may lie below it
    made += ["--size", temporary, "--perms", "1777", "--tmpfs", "/tmp", "--ro-bind", "/usr", "/usr"]
    for path in ("/lib", "/lib64", "/bin", "/sbin"):
        if os.path.islink(path):
            made += ["--symlink", os.readlink(path), path]
        elif os.path.isdir(path):
            made += ["--ro-bind", path, path]
    for path in ("/etc/alternatives", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d"):
        made += ["--ro-bind-try", path, path]
    bound = [Path("/usr")]
    prefixes = {Path(sys.prefix), Path(sys.base_prefix), Path(os.path.realpath(sys.executable)).parents[1]}
    for prefix in sorted(prefixes):
        if not any(prefix.is_relative_to(top) for top in bound):
            for parent in list(reversed(prefix.parents))[1:]:
                made += ["--perms", "0755", "--dir", str(parent)]
            made += ["--ro-bind", str(prefix), str(prefix)]
            bound.append(prefix)
    return made


@functools.cache
def _fonts() -> tuple[Path, ...]:
    """Matplotlib's list of fonts, made once outside: in each box anew it would take seconds."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "matplotlib"
    try:
        if not list(folder.glob("fontlist-*.json")):
            trial = [sys.executable, "-c", "import matplotlib.font_manager as m; print(m.mpl.get_cachedir())"]
            done = subprocess.run(trial, capture_output=True, text=True, timeout=120, check=False)
            folder = Path(done.stdout.strip().splitlines()[-1]) if done.stdout.strip() else folder
        return tuple(sorted(folder.glob("fontlist-*.json")))
    except (OSError, RuntimeError, subprocess.SubprocessError):
        return ()
