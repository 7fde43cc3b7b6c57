"""What notices an error: at a mutant's cell a fork of the running process goes on with the mutant instead."""

from __future__ import annotations

import contextlib
import io
import json
import os
import select
import signal
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from IPython import get_ipython

from book.formula import kernel
from book.mutants.population import Mutant, mutate
from book.mutants.print import Misprint

#: Verdicts: by a failed check or claim; by another error; by nothing; not within the time.
CAUGHT, CRASHED, SURVIVED, TIMED_OUT = "caught", "crashed", "SURVIVED", "TIMED OUT"


@dataclass(frozen=True)
class Outcome:
    """How a mutant ended: the verdict, and the message that ended it."""

    verdict: str
    by: str

    @property
    def unnoticed(self) -> bool:
        """Whether the mistake would have been published, as far as anybody knows."""
        return self.verdict in (SURVIVED, TIMED_OUT)


def error_of(shell, source: str) -> BaseException | None:
    """What running a cell in `shell` raises, if anything."""
    result = shell.run_cell(source)
    return result.error_before_exec or result.error_in_exec


def trial_of(mutant: Mutant | Misprint, source: str, later: list[str]) -> tuple[list[str], dict[str, str]]:
    """What to run for a mutant whose cell is `source`, with the cells after it, and the TeX that it changes.

    A misprint can be noticed where its equation is checked and nowhere else.
    """
    return ([source], mutant.formulas) if isinstance(mutant, Misprint) else ([mutate(source, mutant), *later], {})


def in_fork(
    shell, sources: list[str], seconds: float, formulas: dict[str, str] | None = None, folder: Path | None = None
) -> Outcome:
    """Run cells in a copy of this process until the first error.

    Parameters
    ----------
    shell : IPython InteractiveShell
        With the state that the cells start from; it is left as it was.
    sources : list of str
        The mutant's cell and those after it.
    seconds : float
        Time limit of them all.
    formulas : dict, optional
        TeX by label, in place of what is printed.
    folder : Path, optional
        Where the copy makes its temporary files: whoever removes it removes them.
    """
    receive, send = os.pipe()
    child = os.fork()
    if child == 0:
        os.setsid()  # its own group, so that whatever it starts ends with it
        os.close(receive)
        verdict, by = SURVIVED, ""
        try:
            _silence(shell)
            if folder:
                tempfile.tempdir = os.environ["TMPDIR"] = str(folder)
            if formulas:
                kernel.replace(formulas)
            for source in sources:
                problem = error_of(shell, source)
                if problem:
                    caught = type(problem).__name__ == "CheckFailed"
                    lines = str(problem).splitlines() or [""]
                    verdict = CAUGHT if caught else CRASHED
                    by = lines[0] if caught else f"{type(problem).__name__}: {lines[0]}"
                    break
        finally:
            os.write(send, json.dumps([verdict, by[:300]]).encode())
            os._exit(0)
    os.close(send)
    try:
        ready, _, _ = select.select([receive], [], [], seconds)
        answer = os.read(receive, 4096) if ready else b""
    finally:
        os.close(receive)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    if not ready:
        return Outcome(TIMED_OUT, f"no end within {seconds:g} s")
    return Outcome(*json.loads(answer)) if answer else Outcome(CRASHED, "the process ended")


def _silence(shell) -> None:
    """Nothing that a copy of a kernel prints or shows may reach the kernel's readers."""
    sys.stdout = sys.stderr = io.StringIO()
    shell.display_pub.publish = lambda *arguments, **keywords: None
    shell.display_pub.clear_output = lambda *arguments, **keywords: None
    shell.display_trap.hook = lambda value=None: None
    shell.showtraceback = shell.showsyntaxerror = lambda *arguments, **keywords: None


def answer(path: str) -> None:
    """In a kernel: try the mutants that a file asks for, from the kernel's present state, and write the outcomes there.

    The file holds JSON: `mutants`, a list of pairs, the cells to run and the TeX to put in the place of what is printed
    (`trial_of`); `seconds`, the time limit of each. In its place come `outcomes`, pairs of verdict and message.
    """
    shell = get_ipython()
    request = json.loads(Path(path).read_text("utf-8"))
    seconds, folder = request["seconds"], Path(path).parent
    outcomes = [in_fork(shell, cells, seconds, formulas, folder) for cells, formulas in request["mutants"]]
    Path(path).write_text(json.dumps([[outcome.verdict, outcome.by] for outcome in outcomes]), "utf-8")
