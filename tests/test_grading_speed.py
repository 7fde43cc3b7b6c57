"""Tests of grading.judging.speed: every way of writing without a loop is taken, no loop is, whatever the machine does."""


import pytest

from grading.course.assignment import assignments
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


def lost(name, question, file, source, folder, seed=0):
    """Parts that are lost, and their hints."""
    (folder / file).write_text(source)
    outcome = ALL[name].grade(folder, WARM, only=[question], seed=seed)
    return outcome.questions[0].hints


@pytest.mark.parametrize(("name", "question", "file", "way", "source"), cases(RIGHT))
def test_what_has_no_loop_is_fast(name, question, file, way, source, tmp_path):
    assert lost(name, question, file, source, tmp_path) == {}


@pytest.mark.parametrize(("name", "question", "file", "way", "source"), cases(LOOPS))
def test_what_has_a_loop_is_not(name, question, file, way, source, tmp_path):
    assert lost(name, question, file, source, tmp_path).keys() == {"speed"}


@pytest.mark.parametrize(("name", "question", "file", "way", "source"), cases(THREE_AXES))
def test_what_needs_much_memory_is_fast_all_the_same(name, question, file, way, source, tmp_path):
    assert lost(name, question, file, source, tmp_path).keys() == {"memory"}
