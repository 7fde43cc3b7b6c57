"""All wrong answers, other right ones and ways of writing, over many seeds, beside processes that only compute.

python -m tests.every_seed --seeds 20 --busy 2              # hours on two cores; prints a table
python -m tests.every_seed knn svm --seeds 5 --after 15     # of some assignments, seeds 16 to 20
python -m tests.every_seed --seeds 20 --training no         # without the questions in which something is trained

With the first seed, a wrong answer is judged in all questions that it can reach; with the others where it loses points.
Exact is what loses the parts that it should, and no others, and draws its hint.
"""

from __future__ import annotations

import argparse
import contextlib
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from grading.box.sandbox import choose_sandbox
from grading.course.assignment import Assignment, assignments
from grading.course.selftest import Wrong, complaints, plant, reached
from grading.importing import import_file
from tests import test_grading_earned as earned
from tests import test_grading_speed as speed
from tests.warm_boxes import WarmSandbox

WARM = WarmSandbox()


@dataclass(frozen=True)
class Case:
    """One piece of work to be judged; `judge` says for a folder, a seed and whether it is the first what is wrong."""

    kind: str
    assignment: str
    name: str
    trains: bool
    judge: Callable[[Path, int, bool], list[str]]


def seed_of(number: int) -> int:
    """The seed of that number, of the size that classes have."""
    return int(np.random.default_rng(number).integers(2**62))


def cases(names: list[str]) -> Iterator[Case]:
    """All that is judged, of these assignments."""
    for assignment in assignments().values():
        if assignment.name in names:
            yield from _wrong_answers(assignment)
            yield from _others(assignment)
    yield from (case for case in (*_ways(), *_earned()) if case.assignment in names)


def _wrong_answers(assignment: Assignment) -> Iterator[Case]:
    for wrong in import_file(assignment.folder / "wrong.py").WRONG:
        trains = any((assignment.name, question) in earned.TRAINING for question in wrong.loses)
        yield Case("wrong answers", assignment.name, wrong.id, trains, _judge_of_wrong(assignment, wrong))


def _judge_of_wrong(assignment: Assignment, wrong: Wrong):
    def judge(folder, seed, first):
        questions = reached(assignment, wrong.file, WARM) if first else list(wrong.loses)
        outcome = assignment.grade(plant(assignment, wrong, folder), WARM, seed=seed, only=questions)
        return complaints(outcome, wrong)

    return judge


def _others(assignment: Assignment) -> Iterator[Case]:
    """The solution and the alternatives, with and without what is trained."""
    for folder in (assignment.folder / "solution", *sorted((assignment.folder / "alternatives").iterdir())):
        for trains in (False, True):
            questions = [
                q.name for q in assignment.questions if ((assignment.name, q.name) in earned.TRAINING) == trains
            ]
            judge = _judge_of_other(assignment, folder, questions)
            if questions:
                yield Case("solutions and alternatives", assignment.name, folder.name, trains, judge)


def _judge_of_other(assignment: Assignment, folder: Path, questions: list[str]):
    def judge(_, seed, first):
        box = choose_sandbox() if any(folder.rglob("cs231n")) else WARM
        outcome = assignment.grade(folder, box, seed=seed, only=questions)
        return [f"{q.question.name} lost: {q.hints} {q.message}" for q in outcome.questions if q.hints]

    return judge


def _ways() -> Iterator[Case]:
    for kind, rows, loses in (
        ("ways without a loop", speed.RIGHT, set()),
        ("loops", speed.LOOPS, {"speed"}),
        ("tables of three axes", speed.THREE_AXES, {"memory"}),
    ):
        for row in rows:
            yield Case(kind, row[0], f"{row[1]}: {row[3]}", False, _judge_of_way(row, loses))


def _judge_of_way(row, loses: set[str]):
    name, question, file, _, source = row

    def judge(folder, seed, first):
        hints = speed.lost(name, question, file, source, folder, seed)
        return [] if hints.keys() == loses else [f"should lose {sorted(loses)}: {hints}"]

    return judge


def _earned() -> Iterator[Case]:
    """Right answers in unusual ways, and mistakes that cost their parts only."""
    for kind, rows in (
        ("unusual right answers", {name: (*row, {}) for name, row in earned.RIGHT.items()}),
        ("tricks and mistakes of many parts", earned.ONCE | earned.TRICKS),
    ):
        for name, (assignment, changes, questions, loses) in rows.items():
            trains = any((assignment, question) in earned.TRAINING for question in questions)
            judge = _judge_of_earned(assignment, changes, questions, loses)
            yield Case(kind, assignment, name, trains, judge)


def _judge_of_earned(assignment: str, changes, questions, loses):
    def judge(folder, seed, first):
        lost, outcomes = earned.marked(assignment, folder, changes, questions, seed)
        return [] if lost == loses else [f"should lose {loses}: {[q.hints for q in outcomes.values()]}"]

    return judge


@contextlib.contextmanager
def busy(count: int) -> Iterator[None]:
    """So many processes beside this one that only compute."""
    burners = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for process in burners:
            process.kill()
            process.wait()


def table(chosen: list[Case], numbers: range, say: Callable[[str], None] = print) -> Counter:
    """How many were judged, and were not exact, by kind and assignment; what is not exact is said at once."""
    counts: Counter = Counter()
    for number in numbers:
        start = time.perf_counter()
        for case in chosen:
            with tempfile.TemporaryDirectory() as folder:
                found = case.judge(Path(folder), seed_of(number), number == 1)
            counts[case.kind, case.assignment, "judged"] += 1
            counts[case.kind, case.assignment, "not exact"] += bool(found)
            if found:
                where = f"seed {number} ({seed_of(number)}), {case.assignment}, {case.kind}"
                say(f"{where}, {case.name}: {'; '.join(found)}")
        say(f"seed {number}: {len(chosen)} in {time.perf_counter() - start:.0f} s")
    return counts


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("assignments", nargs="*", default=list(assignments()), metavar="assignment")
    parser.add_argument("--seeds", type=int, default=20, help="how many")
    parser.add_argument("--after", type=int, default=0, help="leave out so many seeds, which were tried before")
    parser.add_argument("--busy", type=int, default=2, help="processes beside it that only compute")
    parser.add_argument("--kind", default="", help="only kinds with this in their name")
    parser.add_argument("--training", choices=("yes", "no", "only"), default="yes", help="what trains something")
    given = parser.parse_args()
    trained = {"yes": {True, False}, "no": {False}, "only": {True}}[given.training]
    chosen = [case for case in cases(given.assignments) if case.trains in trained and given.kind in case.kind]
    with busy(given.busy):
        counts = table(
            chosen, range(given.after + 1, given.after + given.seeds + 1), lambda line: print(line, flush=True)
        )
    print(f"\n{'kind':36}{'assignment':16}{'answers':>8}{'judged':>8}{'not exact':>11}")
    for kind, name in dict.fromkeys((case.kind, case.assignment) for case in chosen):
        answers = sum((case.kind, case.assignment) == (kind, name) for case in chosen)
        print(f"{kind:36}{name:16}{answers:8}{counts[kind, name, 'judged']:8}{counts[kind, name, 'not exact']:11}")
    judged, wrong = (sum(n for (*_, what), n in counts.items() if what == wanted) for wanted in ("judged", "not exact"))
    print(f"{'all':52}{len(chosen):8}{judged:8}{wrong:11}")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
