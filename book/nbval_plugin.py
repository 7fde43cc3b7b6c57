"""pytest -p nbval -p book.nbval_plugin --nbval-lax chapters: the one execution of the book that `make test` makes.

nbval runs every cell; this plugin makes four things of its run:

- the executed copies that the site shows (book/copies.py), so that `make book` after `make test` runs nothing;
- with `--mutants N`, a trial of N wrong signs in the code of each chapter and N misprints in its formulas, in forks of
  the kernel at the cell that holds or checks them;
- a failure of each cell that writes to standard error, as in `make book`;
- with `--walls commands`, for chapters that start programs, a note in the copy of what they have written and left
  running: their kernels stand behind walls (book/walls.py) where there is bubblewrap.
"""

from __future__ import annotations

import functools
import itertools
import json
import os
import shutil
import tempfile
import time
from functools import partial
from pathlib import Path

import nbval.plugin
import pytest
from IPython.core.displayhook import DisplayHook
from nbval.plugin import IPyNbCell, IPyNbFile
from xdist.scheduler import LoadScopeScheduling

from book import probe, stored
from book.chapter import Chapter
from book.copies import forget, keep, note, remembered
from book.execute import STARTUP_TIMEOUT, kernel_environment, run_of, stderr_of
from book.mutants.population import Mutant, code_cells, mutants, sample
from book.mutants.print import Misprint, misprints
from book.mutants.trial import Outcome, trial_of
from book.walls import LEAVING, RUNNERS, WalledKernel, Walls, importing

#: Times that a kernel is started at most: one that came up with somebody else's ports never answers.
STARTS = 3
#: Seconds that one mutant may take.
MUTANT_SECONDS = 120
REMEDY = (
    "Make a check notice it, or say why it makes no difference: # no mutant: … on its line, or for a misprint "
    "# no misprint: PLACE: … on a line of the check"
)


class Unnoticed(Exception):
    """A planted error that nothing in the chapter noticed, or a cell that wrote to standard error."""


class _Running:
    """What is known of one notebook while its cells run."""

    def __init__(self, file: IPyNbFile, root: Path, how_many: int):
        self.root, self.notebook = root, Path(file.path).relative_to(root)
        self.sources = code_cells(file.path)
        self.numbers = dict(enumerate(self.sources))  # nbval counts code cells from 0, we count all cells from 1
        self.formulas = Chapter(file.path).printed_formulas
        chosen = sample(mutants(self.sources, ["sign"]), how_many) if how_many else []
        chosen += sample(misprints(Chapter(file.path)), how_many) if how_many else []
        chosen.sort(key=lambda mutant: mutant.cell)
        self.mutants = {number: list(found) for number, found in itertools.groupby(chosen, lambda m: m.cell)}
        self.reports: list[probe.Report] = []
        self.seconds, self.failed = 0.0, False
        forget(self.notebook, root)


def pytest_addoption(parser):
    parser.addoption("--mutants", type=int, default=0, help="wrong signs, and misprints, in each chapter")
    parser.addoption("--walls", choices=("none", "commands", "all"), default="none", help="whose kernels stand behind")
    parser.addoption("--leaving", type=float, default=LEAVING, help="seconds for processes to end in after a kernel")


def pytest_configure(config):
    os.environ.update(kernel_environment(config.rootpath))
    config.stash[RUNNING] = {}
    config.option.nbval_kernel_startup_timeout = STARTUP_TIMEOUT
    nbval.plugin.RunningKernel = functools.partial(until_it_answers, nbval.plugin.RunningKernel)


def until_it_answers(start, *args, **kwargs):
    """What `start` returns; where a kernel does not answer, that of another."""
    for left in reversed(range(STARTS)):
        try:
            return start(*args, **kwargs)
        except RuntimeError:
            if not left:
                raise


def _set_up(file: IPyNbFile) -> None:
    """In the place of `file.setup`; where there can be no walls, or no kernel answers behind them, it goes as ever."""
    if not _wants_walls(file):
        IPyNbFile.setup(file)
        return
    root = file.config.rootpath
    notebook = Path(file.path).relative_to(root)
    walls = file.stash[WALLS] = Walls(notebook, root, file.config.getoption("leaving"))
    ordinary = nbval.plugin.RunningKernel
    try:
        if walls.stand:
            behind = partial(WalledKernel, walls, partial(note, notebook, "walls", root=root))
            nbval.plugin.RunningKernel = partial(until_it_answers, behind)
            IPyNbFile.setup(file)
    except RuntimeError:
        walls.stand = False
    finally:
        nbval.plugin.RunningKernel = ordinary
        if not walls.stand:
            walls.close()
            IPyNbFile.setup(file)


def _tear_down(file: IPyNbFile) -> None:
    """In the place of `file.teardown`, which leaves a kernel alone that has died, or that has not come up."""
    try:
        IPyNbFile.teardown(file)
    finally:
        if WALLS in file.stash:
            file.stash[WALLS].close()


def _wants_walls(file: IPyNbFile) -> bool:
    whose = file.config.getoption("walls") if shutil.which("bwrap") else "none"
    return whose == "all" or (whose == "commands" and importing(file.path, *RUNNERS))


RUNNING = pytest.StashKey[dict]()
WALLS = pytest.StashKey[Walls]()


def pytest_xdist_make_scheduler(config, log):
    return LongestFirst(config, log)


class LongestFirst(LoadScopeScheduling):
    """A chapter goes to one process; those that take longest go first, so that none is left to run alone at the end."""

    ordered = False

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.partition("::")[0]

    def _assign_work_unit(self, node) -> None:
        if not self.ordered:
            self.ordered = True
            expected = {file: _expected(file, self.config.rootpath) for file in self.workqueue}
            for file in sorted(expected, key=expected.get, reverse=True):
                self.workqueue.move_to_end(file)
        super()._assign_work_unit(node)


def _expected(file: str, root: Path) -> tuple[float, bool, int]:
    """By what a chapter's place in the queue is decided: how long its last run took, if there was one; else whether it
    trains a model; else how long it is."""
    text = (root / file).read_text("utf-8", errors="replace")
    return remembered(Path(file), root).get("seconds", 0.0), "utils.training" in text, len(text)


def pytest_collectstart(collector):
    """A file that is no notebook is named in a line; the other chapters run."""
    if not isinstance(collector, IPyNbFile):
        return
    try:
        stored.notebook(Path(collector.path))
        problem = None
        if Path(collector.path).read_bytes().startswith(b"\xef\xbb\xbf"):
            problem = "it begins with a mark of byte order; make clear-outputs takes it away"
    except (OSError, ValueError) as found:
        problem = found
    if problem:
        collector.collect = partial(_refuse, f"{collector.path}: {problem}")
    else:
        collector.setup, collector.teardown = partial(_set_up, collector), partial(_tear_down, collector)


def _refuse(message: str):
    raise pytest.Collector.CollectError(message)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    if not isinstance(item, IPyNbCell):
        return (yield)
    running = item.config.stash[RUNNING]
    if item.parent not in running:
        running[item.parent] = _Running(item.parent, item.config.rootpath, item.config.getoption("mutants"))
        if running[item.parent].formulas:
            probe.value(_evaluate(item.parent.kernel, probe.hand_over(running[item.parent].formulas), 60))
    chapter = running[item.parent]
    number = chapter.numbers[item.cell_num]
    planted = chapter.mutants.get(number, [])
    outcomes = _try_mutants(item, chapter, number, planted) if planted else []
    start = time.perf_counter()
    try:
        result = yield
        chapter.seconds += time.perf_counter() - start
        item.cell["outputs"] = _as_read(item.cell.source, item.test_outputs)
        if noise := stderr_of(item.cell):
            raise Unnoticed(f"cell {number} wrote to stderr; mend the warning\n{noise}")
        survivors = [(mutant, outcome) for mutant, outcome in zip(planted, outcomes, strict=True) if outcome.unnoticed]
        if survivors:
            raise Unnoticed("\n".join([*(_says(*survivor) for survivor in survivors), REMEDY]))
    except BaseException:
        chapter.failed = True
        raise
    last = len(chapter.numbers) - 1
    if not chapter.failed and item.cell_num in (0, last):
        chapter.reports.append(_ask(item.parent.kernel))
    if not chapter.failed and item.cell_num == last:
        _keep(item.parent, chapter)
    return result


def _as_read(source: str, outputs: list) -> list:
    """What a reader sees of a cell's outputs: a value after which a semicolon stands is seen by nbval alone."""
    quiet = DisplayHook.semicolon_at_end_of_expression(source)
    return [output for output in outputs if not (quiet and output.output_type == "execute_result")]


def _try_mutants(item, chapter: _Running, number: int, planted: list[Mutant]) -> list[Outcome]:
    later = [source for cell, source in chapter.sources.items() if cell > number]
    request = {
        "mutants": [trial_of(mutant, chapter.sources[number], later) for mutant in planted],
        "seconds": MUTANT_SECONDS,
    }
    kernel = item.parent.kernel
    with tempfile.TemporaryDirectory(dir=getattr(kernel, "shared", None)) as folder:
        file = Path(folder) / "trial.json"
        file.write_text(json.dumps(request), "utf-8")
        expression = f"__import__('book.mutants.trial', fromlist=['answer']).answer({str(file)!r})"
        reply = _evaluate(kernel, expression, MUTANT_SECONDS * (len(planted) + 1))
        if reply["content"]["user_expressions"]["report"]["status"] != "ok":
            raise Unnoticed(f"cell {number}: the planted errors could not be tried: {reply['content']}")
        return [Outcome(*outcome) for outcome in json.loads(file.read_text("utf-8"))]


def _says(mutant: Mutant | Misprint, outcome: Outcome) -> str:
    change = f"{mutant.before}  →  {mutant.after}"
    where = f"line {mutant.line}" if isinstance(mutant, Mutant) else f"the print of {mutant.label}, {mutant.position}"
    return f"{outcome.verdict}: cell {mutant.cell}, {where}: {change} {outcome.by}".rstrip()


def _ask(kernel) -> probe.Report:
    return probe.answer(_evaluate(kernel, probe.QUESTION, 60))


def _evaluate(kernel, expression: str, seconds: float) -> dict:
    """The kernel's reply to an expression; nothing of it shows in the notebook."""
    message = kernel.kc.execute("", silent=True, store_history=False, user_expressions={"report": expression})
    while True:
        reply = kernel.get_message("shell", timeout=seconds)
        if reply["parent_header"].get("msg_id") == message:
            return reply


def _keep(file: IPyNbFile, chapter: _Running) -> None:
    """The notebook with the outputs of this run, numbered as a reader's run would number them."""
    for count, cell in enumerate((cell for cell in file.nb.cells if cell.cell_type == "code"), 1):
        cell["execution_count"] = count
        for output in cell["outputs"]:
            if output.output_type == "execute_result":
                output["execution_count"] = count
    keep(chapter.notebook, file.nb, run_of(chapter.reports, chapter.seconds), chapter.root)
