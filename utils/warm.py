"""A Python that has imported what a chapter's programs need; each of them starts as a copy of it, by `fork`.

    shell = Terminal("python3")
    warm = Warm(shell, "torch.utils.data")
    shell("python3 train.py")      # the same program and the same output, without two seconds of imports

Command lines stay as a reader would write them: `python3` and `python` of that terminal ask for a copy where a file
or a module is to be run, and are the real Python for everything else, as where there is no copy to be had: on other
systems than Linux, where the path of the terminal is too long for a socket, and where the imports have started
threads, which a copy would lack.

A program ends when whoever started it does, and all of them end with the kernel, whatever ends that.
"""

from __future__ import annotations

import atexit
import contextlib
import shlex
import socket
import subprocess
import sys
from pathlib import Path

from utils.terminal import Terminal

__all__ = ["Warm"]

SOURCE = Path(__file__).with_name("warm_copies.py")


class Warm:
    """The Python of a terminal, warmed up.

    Parameters
    ----------
    shell : Terminal
        Whose `python3` it shall be; what that terminal's variables are now holds during the imports.
    *modules : str
        What is imported beforehand.

    Attributes
    ----------
    python : str
        The program to call for a copy: where there are none, the real Python.
    """

    def __init__(self, shell: Terminal, *modules: str):
        self.python = sys.executable
        if sys.platform != "linux":
            return
        folder = shell.home.parent / "warm"
        folder.mkdir()
        # one thread, in numerical libraries too, since a copy has one
        environment = shell.environment() | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        with socket.socket(socket.AF_UNIX) as listener:
            try:
                listener.bind(str(folder / "socket"))
            except OSError:  # the path is longer than that of a socket may be
                return
            listener.listen(64)
            self._source = subprocess.Popen(
                [sys.executable, SOURCE, "serve", str(listener.fileno()), *modules],
                cwd=folder,
                env=environment,
                stdin=subprocess.PIPE,  # closed when this process ends
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[listener.fileno()],
                start_new_session=True,
            )
        atexit.register(self.close)
        real = shlex.join([sys.executable, "-IS", str(SOURCE), "ask", str(folder / "socket")])
        for name in ("python3", "python"):
            path = folder / name
            path.write_text(f'#!/bin/sh\nexec {real} "$@"\n', "utf-8")
            path.chmod(0o755)
        self.python = str(folder / "python3")
        shell.variables |= {"PATH": f"{folder}:{environment['PATH']}", "PYTHON_EXEC": self.python}

    def close(self) -> None:
        """End the source of copies, and the copies that still run. A second time it does nothing."""
        if self.python != sys.executable:
            self._source.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._source.wait(10)
