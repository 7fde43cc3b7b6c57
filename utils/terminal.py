"""Command lines, run for real in a folder of their own and shown as a terminal shows them.

    shell = Terminal("git")                          # a home folder that nobody else uses
    done = shell("git init notes")                   # runs, and shows command and output
    claim("A new repository is empty.", done.says("empty Git repository"), status=done.code)

Every command must end with status 0, or the last with the one that is expected, so that no chapter shows a command that
failed by accident. Each call is one run of bash, in the folder where the last one ended; files outlive it, variables
do not.

What could differ from run to run is fixed: the locale is C.UTF-8, the time zone UTC; Git's author is Reader, and its
clock begins on Monday, 5 January 2026, 9:00 and goes a minute further with each command; the home folder is shown as
/home/reader, and bash names no line in its errors, as it does when one types. Commands find no proxy to the network,
and Git opens files only. `close`, or the end of the kernel, removes the folder and kills what was left running.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from IPython.display import display

from utils.missing import NotRun, missing_among, packages
from utils.rendering import bundle

__all__ = ["CommandFailed", "NotRun", "Ran", "Terminal"]

#: Seconds that one call may take unless it says otherwise.
PATIENCE = 20
#: When the first command begins for Git, in seconds since 1970.
MORNING = 1767603600
#: Stands before and after the status of each command and the folder in which it ended.
MARK = "\x1e"
MARKED = re.compile(rf"{MARK}(\d+) ([^{MARK}]*){MARK}")
UNFINISHED = re.compile(r"unexpected end of file|unexpected EOF|here-document")


class CommandFailed(AssertionError):
    """A command did not end as the chapter says; the message holds what was seen until then."""


@dataclass(frozen=True)
class Ran:
    """What one call has run.

    Attributes
    ----------
    commands : tuple of (str, str, int)
        Each command with what it wrote, both streams as they came, and its exit status.
    """

    commands: tuple[tuple[str, str, int], ...]

    def _ipython_display_(self) -> None:
        """Nothing: the call has shown it."""

    @property
    def code(self) -> int:
        """Exit status of the last command."""
        return self.commands[-1][2]

    @property
    def outputs(self) -> list[str]:
        """What each command wrote."""
        return [output for _, output, _ in self.commands]

    @property
    def output(self) -> str:
        """What the last command wrote."""
        return self.commands[-1][1]

    @property
    def lines(self) -> list[str]:
        """The lines that the last command wrote."""
        return self.output.splitlines()

    def says(self, *texts: str) -> bool:
        """Whether each of some texts stands in what the commands wrote."""
        return all(text in "".join(self.outputs) for text in texts)


class Terminal:
    """A home folder in which command lines run.

    Parameters
    ----------
    *needs : str
        Programs that all command lines need, such as "git"; bash is one always.

    Attributes
    ----------
    home, folder : pathlib.Path
        The home folder, and where the last call ended.
    variables : dict
        What command lines find in their environment beside what is fixed.
    """

    def __init__(self, *needs: str):
        self._root = Path(tempfile.mkdtemp(prefix="terminal-")).resolve()
        self.home = self.folder = self._root / "home"
        self.variables: dict[str, str] = {}
        self._needs = ("bash", *needs)
        self._clock = MORNING
        self._groups: set[int] = set()
        for path in (self.home, self._root / "tmp"):
            path.mkdir()
        atexit.register(self.close)

    def __call__(
        self,
        script: str,
        *,
        code: int = 0,
        needs: str | tuple[str, ...] = (),
        otherwise: str = "",
        seconds: float = PATIENCE,
        shown: bool = True,
    ) -> Ran | NotRun:
        """Run one command or several and show them with what they wrote.

        Parameters
        ----------
        script : str
            Commands as in a file of bash, each beginning a line; lines that begin with # are shown with the next one.
        code : int
            The status with which the last command must end.
        needs : str or tuple of str
            Programs needed beyond those of the terminal.
        otherwise : str
            For readers who have not got them: what would be seen.
        seconds : float
            How long it may take; then it is killed, with all that it has started.
        shown : bool
            Whether readers see it; False for preparations.

        Returns
        -------
        Ran, or NotRun where a program is missing

        Raises
        ------
        CommandFailed
            A command ended with another status than it should, or not in time.
        ToolMissing
            A program is missing, and EER_EVERY_TOOL=1 asks for every one.
        ValueError
            There is no command, or bash cannot read one.
        """
        missing = missing_among((*self._needs, *([needs] if isinstance(needs, str) else needs)))
        if missing:
            if shown:
                record = {"kind": "missing", "tools": missing, "packages": packages(missing), "otherwise": otherwise}
                display(bundle(record), raw=True)
            return NotRun(missing)
        commands = list(split(script))
        found, in_time = self._run(commands, seconds)
        _reject_failure(commands, found, code, None if in_time else seconds)
        if shown:
            display(bundle({"kind": "terminal", "commands": [list(each) for each in found]}), raw=True)
        return Ran(tuple(found))

    def has(self, *tools: str) -> bool:
        """Whether the programs of this terminal, and more of them, are on this machine.

        Raises
        ------
        ToolMissing
            One is not, and EER_EVERY_TOOL=1 asks for every one.
        """
        return not missing_among((*self._needs, *tools))

    def write(self, name: str, text: str, *, executable: bool = False) -> Path:
        """Put a text file, and the folders above it, under the present folder.

        Raises
        ------
        ValueError
            `name` leads out of the home folder.
        """
        path = (self.folder / name).resolve()
        if not path.is_relative_to(self.home):
            raise ValueError(f"{name!r} leads out of the home folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        path.chmod(0o755 if executable else 0o644)
        return path

    def files(self, folder: str = ".") -> dict[str, bytes]:
        """What each file under a folder holds, by its path there; without what Git keeps, and without links."""
        top = self.folder / folder
        paths = [path for path in sorted(top.rglob("*")) if path.is_file() and not path.is_symlink()]
        return {
            path.relative_to(top).as_posix(): path.read_bytes()
            for path in paths
            if ".git" not in path.relative_to(top).parts
        }

    def close(self) -> None:
        """Kill what was left running, and remove the folder. A second time it does nothing."""
        for group in self._groups:
            _kill(group)
        self._groups.clear()
        shutil.rmtree(self._root, ignore_errors=True)
        if self._root.exists():  # some folders are closed to their owner
            for folder, folders, _ in os.walk(self._root):
                for path in (Path(folder, name) for name in folders):
                    if not path.is_symlink():
                        path.chmod(0o755)
            shutil.rmtree(self._root, ignore_errors=True)

    def environment(self) -> dict[str, str]:
        """What command lines find in their environment: of the machine's own, where its programs are."""
        programs = [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
        fixed = {
            "HOME": str(self.home),
            "PATH": os.pathsep.join(programs),
            "TMPDIR": str(self._root / "tmp"),
            "USER": "reader",
            "LOGNAME": "reader",
            "SHELL": "/bin/bash",
            "LC_ALL": "C.UTF-8",
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "TERM": "dumb",
            "COLUMNS": "80",
            "PAGER": "cat",
            "PYTHONDONTWRITEBYTECODE": "1",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_ALLOW_PROTOCOL": "file",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_EDITOR": "true",
            "no_proxy": "localhost,127.0.0.1",
        }
        fixed |= {
            f"{scheme}_proxy": "http://127.0.0.1:9" for scheme in ("http", "https", "all")
        }  # nobody answers there
        for who in ("AUTHOR", "COMMITTER"):
            fixed |= {f"GIT_{who}_NAME": "Reader", f"GIT_{who}_EMAIL": "reader@example.org"}
        return fixed | self.variables

    def _run(self, commands: list[str], seconds: float) -> tuple[list[tuple[str, str, int]], bool]:
        """The commands that were reached, and whether the call ended in time."""
        with tempfile.TemporaryFile() as written:  # a pipe would stay open as long as what runs on in the background
            process = subprocess.Popen(
                ["bash", "--norc", "--noprofile", "-c", self._followed(commands)],
                cwd=self.folder,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self._groups.add(process.pid)
            try:
                process.wait(seconds)
                in_time = True
            except subprocess.TimeoutExpired:
                _kill(process.pid)
                process.wait()
                in_time = False
            written.seek(0)
            text = written.read().decode("utf-8", "replace")
        pieces = MARKED.split(text)
        statuses = [int(status) for status in pieces[1::3]]
        if pieces[2::3]:
            self.folder = Path(pieces[2::3][-1])
        if len(statuses) < len(commands):  # the shell itself has ended
            statuses.append(process.returncode)
        outputs = [self._as_shown(output) for output in pieces[0::3]]
        return list(zip(commands, outputs, statuses, strict=False)), in_time

    def _followed(self, commands: list[str]) -> str:
        """The commands as one script, after each of them its mark, unseen by what a command may ask of the shell."""
        script = [self._tick()]
        for command in commands:
            restore = 'case $- in *e*) ;; *) (exit "$_status");; esac'
            mark = f'printf \'{MARK}%s %s{MARK}\' "$_status" "$PWD"'
            script += [command, f"{{ _status=$?; {mark}; }} 2>/dev/null; {{ {self._tick()}; {restore}; }} 2>/dev/null"]
        return "\n".join(script)

    def _tick(self) -> str:
        self._clock += 60
        return " ".join(f"export GIT_{who}_DATE='{self._clock} +0000';" for who in ("AUTHOR", "COMMITTER")).rstrip(";")

    def _as_shown(self, output: str) -> str:
        output = output.replace(str(self.home), "/home/reader").replace(str(self._root / "tmp"), "/tmp")
        return re.sub(r"(?m)^(bash: )line \d+: ", r"\1", output)


def _reject_failure(commands: list[str], found: list[tuple[str, str, int]], code: int, late: float | None) -> None:
    expected = [0] * (len(commands) - 1) + [code]
    wrong = [
        f"{command!r} ended with status {status}, expected {right}"
        for (command, _, status), right in zip(found, expected, strict=False)
        if status != right
    ]
    if late is not None:
        wrong = [f"{found[-1][0]!r} took more than {late:g} s"]
    elif not wrong and len(found) < len(commands):
        wrong = [f"{found[-1][0]!r} ended the shell before {commands[len(found)]!r}"]
    if wrong:
        seen = "".join(f"$ {command}\n{output}[exit status {status}]\n" for command, output, status in found)
        raise CommandFailed(f"{wrong[0]}:\n{seen}")


def split(script: str) -> Iterator[str]:
    """The commands of a script one by one, as bash finds their ends.

    Raises
    ------
    ValueError
        There is none, or bash cannot read one.
    """
    pending: list[str] = []
    several = False
    for line in script.strip("\n").splitlines():
        if not line.strip() and not pending:
            continue
        pending.append(line)
        if line.endswith("\\") or all(each.lstrip().startswith("#") for each in pending):
            continue
        told = subprocess.run(
            ["bash", "-n"], input="\n".join(pending), capture_output=True, text=True, env={"LC_ALL": "C"}
        ).stderr
        if told and not UNFINISHED.search(told):
            raise ValueError(f"bash cannot read {pending[-1]!r}: {told.strip()}")
        if not told:
            yield "\n".join(pending)
            pending, several = [], True
    if pending or not several:
        raise ValueError(f"no end of {' '.join(pending)!r}" if pending else "there is no command")


def _kill(group: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
