"""Tests of grading.judging.speed: what has no loop is taken, in whichever way it is written, and no loop is."""

import os
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from grading.box.sandbox import choose_sandbox
from grading.course.assignment import assignments
from grading.course.submission import Submission
from grading.judging import speed
from grading.judging.speed import ATTEMPTS, CALLS, Timed, judge_speed
from tests import ways_of_writing as ways
from tests.warm_boxes import WarmSandbox

ALL, WARM = assignments(), WarmSandbox()
KNN = "k_nearest_neighbor.py"
RIGHT = [
    *(("knn", "q4", KNN, name, ways.classifier(no_loops=way)) for name, way in ways.NO_LOOPS.items()),
    *(("knn", "q3", KNN, name, ways.classifier(row=way)) for name, way in ways.ONE_LOOP.items()),
    *(("svm", "q3", "linear_svm.py", name, ways.svm(way)) for name, way in ways.SVM.items()),
    *(("softmax", "q3", "softmax.py", name, ways.softmax(way)) for name, way in ways.SOFTMAX.items()),
]
LOOPS = [
    *(("knn", "q4", KNN, name, ways.classifier(no_loops=way)) for name, way in ways.LOOPS.items()),
    *(("knn", "q3", KNN, name, ways.classifier(row=way)) for name, way in ways.ROWS_OF_LOOPS.items()),
    *(("svm", "q3", "linear_svm.py", name, ways.svm(way)) for name, way in ways.LOOPS_OF_SVM.items()),
    *(("softmax", "q3", "softmax.py", name, ways.softmax(way)) for name, way in ways.LOOPS_OF_SOFTMAX.items()),
]
THREE_AXES = [("knn", "q4", KNN, name, ways.classifier(no_loops=way)) for name, way in ways.THREE_AXES.items()]


def cases(rows):
    return [pytest.param(*row, id=f"{row[0]} {row[1]}: {row[3]}") for row in rows]


def lost(name, question, file, source, folder, seed=0, box=WARM):
    """Parts that are lost, and their hints."""
    (folder / file).write_text(source)
    folder.chmod(0o755)
    (folder / file).chmod(0o644)
    submission = Submission(folder, {file.removesuffix(".py"): file})
    outcome = ALL[name].mark(submission, box, only=[question], seed=seed)
    return outcome.questions[0].hints


@pytest.mark.parametrize(("name", "question", "file", "way", "source"), cases(RIGHT))
def test_what_has_no_loop_is_fast(name, question, file, way, source, tmp_path):
    assert lost(name, question, file, source, tmp_path) == {}


def test_a_test_row_that_may_equal_a_training_row_costs_nothing(tmp_path):
    """With this seed one did; where squares are those of norms, its distance was the root of what fell below zero."""
    (row,) = [row for row in RIGHT if (row[0], row[3]) == ("knn", "norms")]
    name, question, file, _, source = row
    assert lost(name, question, file, source, tmp_path, seed=2481845015299203263) == {}


@pytest.mark.parametrize(("name", "question", "file", "way", "source"), cases(LOOPS))
def test_what_has_a_loop_is_not(name, question, file, way, source, tmp_path):
    """Nor does it cost anything else, such as the part on memory because the time ran out."""
    hints = lost(name, question, file, source, tmp_path)
    assert hints.keys() == {"speed"}
    assert "as long as a loop" in hints["speed"]


@pytest.mark.parametrize(("name", "question", "file", "way", "source"), cases(THREE_AXES))
def test_what_needs_much_memory_is_fast_all_the_same(name, question, file, way, source, tmp_path):
    assert lost(name, question, file, source, tmp_path).keys() == {"memory"}


def test_the_clock_sees_into_real_boxes(tmp_path):
    box = choose_sandbox()
    for way, parts in ((ways.NO_LOOPS["diagonals"], set()), (ways.LOOPS["over test rows in the product"], {"speed"})):
        assert lost("knn", "q4", KNN, ways.classifier(no_loops=way), tmp_path, box=box).keys() == parts


def test_lists_are_said_to_be_lists(tmp_path):
    source = ways.classifier(no_loops=f"({ways.NO_LOOPS['keepdims']}).tolist()")
    assert "it is a list" in lost("knn", "q4", KNN, source, tmp_path)["speed"]


def test_children_count_and_a_busy_judge_does_not_help(tmp_path):
    """Loops in a process of their own are loops; what burns while the judge times its own loop gains nothing."""
    rows = "[__import__('math').dist(x, t) for x in X for t in T]"
    source = f"""import os
import numpy as np


class KNearestNeighbor:
    def train(self, X, y):
        self.X_train = X

    def compute_distances_no_loops(self, X):
        T = self.X_train
        read, write = os.pipe()
        if not os.fork():
            os.write(write, np.array({rows}).tobytes()[:60000])
            os._exit(0)
        os.close(write)
        with os.fdopen(read, "rb") as pipe:
            found = np.frombuffer(pipe.read())
        os.wait()
        return found.reshape(len(X), len(T)).copy()
"""
    assert "speed" in lost("knn", "q4", KNN, source, tmp_path)


@pytest.mark.parametrize(
    ("times", "fast"),
    [
        ([(30, 300, 30)] * ATTEMPTS, False),
        ([(700, 300, 30)] + [(30, 300, 30)] * (ATTEMPTS - 1), False),  # something else ran during the first calls
        ([(30, 300, 700)] * ATTEMPTS, False),
        ([(30, 900, 30), (30, 900, 30), (30, 100, 30)], True),
        ([(700, 100, 700)], True),
    ],
)
def test_what_disturbs_calls_with_few_rows_is_not_subtracted(monkeypatch, times, fast):
    """Calls with few rows, with many, and with few once more; in passes, of which a call may take 150."""
    left, said = [taken for attempt in times for taken in attempt], []
    target = SimpleNamespace(timed=lambda *_: ([0.0] * CALLS, CALLS * left.pop(0)))
    monkeypatch.setattr(speed, "seconds_of_a_pass", lambda: 1.0)
    problems = [Timed(target, [np.zeros(CALLS)], lambda found: None, passes) for passes in (None, 150)]
    exam = SimpleNamespace(require=lambda part, right, hint: said.append(right), rng=np.random.default_rng(0))
    judge_speed(exam, "speed", "f", lambda rng: problems, "")
    assert (said, left) == ([fast], [])


def test_a_busy_machine_changes_no_verdict(tmp_path):
    """With two processes a core that do nothing but compute."""
    burn = [sys.executable, "-c", "while True: pass"]
    burners = [subprocess.Popen(burn) for _ in range(2 * os.cpu_count())]
    try:
        for number, row in enumerate(RIGHT[2 :: len(RIGHT) // 8] + LOOPS[:: len(LOOPS) // 4]):
            folder = tmp_path / str(number)
            folder.mkdir()
            name, question, file, _, source = row
            assert ("speed" in lost(name, question, file, source, folder, seed=number)) == (row in LOOPS), row[:4]
    finally:
        for process in burners:
            process.kill()
            process.wait()
