"""Tests of grading.marking: hints name the property that differs; records give back what the reference gave."""

from types import SimpleNamespace

import numpy as np
import pytest
from grading.marking import Expectations, Outcome, Part, Question, QuestionOutcome, difference

from grading.box.wire import Opaque
from grading.course.report import feedback_page, table, total_line

EXPECTED = np.array([[1.0, -2.0, 3.0], [4.0, 5.0, -6.0]])


@pytest.mark.parametrize(
    ("found", "hint"),
    [
        (None, "returns None"),
        (Opaque("Tensor", "…"), "a Tensor"),
        ([[1, 2], [3]], "differ in length"),
        (np.array(["a", "b"]), "no numbers"),
        (EXPECTED.T, "rows and columns are exchanged"),
        (EXPECTED[0], r"shape \(3,\) should be \(2, 3\)"),
        (np.where(EXPECTED == 3, np.nan, EXPECTED), "NaN or infinite"),
        (np.where(EXPECTED == 3, np.inf, EXPECTED), "NaN or infinite"),
        (np.zeros((2, 3)), "every value is 0"),
        (-EXPECTED, "the sign is wrong"),
        (EXPECTED / 5, "0.2 times"),
        (EXPECTED + 2.5, "a constant that is added: 2.5"),
        (EXPECTED + (EXPECTED == 3), "1 of 6 values are wrong"),
        (EXPECTED**2, "look there"),
        (np.abs(EXPECTED), "absolute values are no distances"),
    ],
)
def test_the_hint_names_what_differs(found, hint):
    mistakes = [(np.abs(EXPECTED), "absolute values are no distances"), (EXPECTED, "never said")]
    problem = difference(found, EXPECTED, "the values", 1e-6, mistakes, "look there")
    assert problem.startswith("the values: ")
    with pytest.raises(AssertionError, match=hint):
        raise AssertionError(problem)


@pytest.mark.parametrize("found", [EXPECTED, EXPECTED.tolist(), EXPECTED.astype(np.float32), EXPECTED * (1 + 1e-9)])
def test_what_is_right_has_no_hint(found):
    assert difference(found, EXPECTED, "the values", 1e-6) is None


def test_scalars_zeros_and_integers():
    assert difference(2.0, 2.0, "the loss", 1e-6) is None
    assert "the loss: it is 0" in difference(0.0, 2.0, "the loss", 1e-6)
    assert difference(np.zeros(3), np.zeros(3), "the loss", 1e-6) is None
    assert difference(np.ones(3), np.zeros(3), "the loss", 1e-6)
    assert "integers are expected" in difference(np.array([1.0]), np.array([1]), "the labels", 1e-6)
    assert difference(np.array([1]), np.array([1]), "the labels", 1e-6) is None
    assert difference(np.array([True]), np.array([1]), "the labels", 1e-6) is None


def test_records_hold_results_and_nothing_that_names_them(tmp_path):
    reference = SimpleNamespace(double=lambda x: 2 * x, both=lambda x, k: (x + k, np.float64(k)))
    x = np.arange(3.0)
    live = Expectations(reference)
    assert np.array_equal(live("double", x), 2 * x)
    live("both", x, 4)
    live.save(tmp_path / "record.npz")
    recorded = Expectations.load(tmp_path / "record.npz")
    assert np.array_equal(recorded("double", x), 2 * x)
    shifted, k = recorded("both", x, 4)
    assert np.array_equal(shifted, x + 4)
    assert k == 4
    for arguments in (("double", x + 1), ("double", x.astype(np.float32)), ("both", x, 5), ("triple", x)):
        with pytest.raises(KeyError, match="newest version"):
            recorded(*arguments)
    assert not any("double" in name for name in recorded.record)
    with pytest.raises(ValueError, match="reference or a record"):
        Expectations()


def outcome():
    parts = (Part("values", 3, "the values are right"), Part("speed", 1.5, "it is fast"))
    question = Question("q1", "A <title>", "module", parts, judge=lambda exam: None)
    result = QuestionOutcome(
        question, {"values"}, {"speed": "too <slow>"}, "error", "ValueError: secret 123", "debug\nlast line\n"
    )
    return Outcome([result])


def test_the_table_shows_points_hints_and_what_was_printed():
    text = table(outcome().questions, width=60)
    assert "3 / 4.5" in text
    assert "✓ values the values are right" in text
    assert "✗ speed  too <slow>" in text
    assert "secret 123" in text  # it is the learner's own code
    assert "printed: last line" in text
    assert total_line(outcome()).split() == ["total", "3", "/", "4.5", "67", "%"]


def test_the_page_escapes_text_and_keeps_what_was_raised_to_itself():
    parts = [{"name": "speed", "points": 1.5, "passed": False, "text": "too <slow>"}]
    question = {"name": "q1", "title": "A <title>", "points": 1.5, "earned": 0.0, "parts": parts}
    row = {"status": "error", "message": "secret 123", "refused": False, "notes": [], "total": 0.0, "possible": 1.5}
    page = feedback_page("T", "<b>eve</b>", row | {"questions": [question]})
    assert "too &lt;slow&gt;" in page
    assert "&lt;b&gt;eve" in page
    assert "secret" not in page
    refused = feedback_page("T", "eve", row | {"questions": [], "refused": True})
    assert "secret 123" in refused  # what refuses a submission is the grader's own text
