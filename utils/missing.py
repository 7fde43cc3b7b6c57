"""What stands for a result that a machine without some program cannot give."""

from __future__ import annotations

import os
import shutil

from utils.rendering import missing

#: Programs by the Debian package that brings them, where its name is another.
PACKAGES = {
    "7z": "p7zip-full",
    "munged": "munge",
    "sacct": "slurm-client",
    "sbatch": "slurm-client",
    "scancel": "slurm-client",
    "scontrol": "slurm-client",
    "sinfo": "slurm-client",
    "squeue": "slurm-client",
    "ssh": "openssh-client",
    "xz": "xz-utils",
}
#: What comes with the book's own environment.
OWN = ("node-tikzjax", "@viz-js/viz", "katex")
#: With the value 1 in the environment a missing program is an error, so that whoever has them all can insist on it.
EVERY_TOOL = "EER_EVERY_TOOL"


class ToolMissing(RuntimeError):
    """A program is not on this machine, and something cannot go on without it."""


class NotRun:
    """Stands for what was not run; whatever is taken from it, called on it or compared with it was not run either.

    A `claim` about it says that it was not tried. Where a program has to know, it cannot go on: `if`, `in`, `len` and
    loops raise `ToolMissing`; ask `Terminal.has` before.

    Parameters
    ----------
    tools : list of str
        The programs that are missing.
    """

    __hash__ = None

    def __init__(self, tools: list[str]):
        self.tools = tools

    def __getattr__(self, name: str):
        if name.startswith("_"):
            raise AttributeError(name)
        return self

    def _ipython_display_(self) -> None:
        """Nothing: who gave it has said what is missing."""

    def _not_run_either(self, *_given, **_named):
        return self

    __call__ = __getitem__ = _not_run_either
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _not_run_either
    __add__ = __radd__ = __sub__ = __rsub__ = __and__ = __rand__ = __or__ = __ror__ = __invert__ = _not_run_either

    def _cannot_go_on(self, *_given):
        raise ToolMissing(f"{missing_line(self.tools)} Ask `shell.has(…)` before what needs it.")

    __bool__ = __contains__ = __iter__ = __len__ = __int__ = __float__ = __index__ = _cannot_go_on

    def __repr__(self):
        return f"not run: no {', '.join(self.tools)} here"


def missing_among(tools) -> list[str]:
    """Those programs that are not on this machine, each once.

    Raises
    ------
    ToolMissing
        There are some, and EER_EVERY_TOOL=1 asks for every one.
    """
    found = [name for name in dict.fromkeys(tools) if shutil.which(name) is None]
    if found and os.environ.get(EVERY_TOOL) == "1":
        raise ToolMissing(missing_line(found))
    return found


def packages(tools: list[str]) -> list[str]:
    """The Debian packages that bring some programs, each once; none for what `make environment` brings."""
    return list(dict.fromkeys(PACKAGES.get(name, name) for name in tools if name not in OWN))


def missing_line(tools: list[str]) -> str:
    """Which programs are missing, and how to get them."""
    return missing({"tools": tools, "packages": packages(tools), "otherwise": ""})
