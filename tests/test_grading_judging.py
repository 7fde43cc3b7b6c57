"""Tests of grading.judging, and of reports: hints name the property that differs; a record gives what was recorded."""

from types import SimpleNamespace

import numpy as np
import pytest

from grading.box.session import SubmissionError
from grading.box.wire import Opaque
from grading.course.grades import Grade, PartGrade, QuestionGrade, Row, grade_of
from grading.course.report import feedback_page, table, total_line
from grading.judging.comparison import difference
from grading.judging.draws import draw_labels
from grading.judging.exam import GRADER_ERROR, Exam
from grading.judging.expectations import Expectations
from grading.judging.questions import Outcome, Part, Question, QuestionOutcome

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


@pytest.mark.parametrize(
    ("found", "hint"),
    [
        ([None, None], "there is a None among the numbers"),
        ([1.0, None], "there is a None among the numbers"),
        ([10**400, 1.0], "none that a float can hold"),
        ([Opaque("Fraction", "1/3")], "objects that are no numbers"),
        (["0.5", "0.7"], "no numbers but text"),
        (np.array([1 + 0j, 2]), "complex numbers"),
        ({"a": 1}, "objects that are no numbers"),
    ],
)
def test_what_is_no_number_is_named(found, hint):
    assert hint in difference(found, np.array([1.0, 2.0]), "the values", 1e-6)


def test_a_factor_is_named_only_where_several_numbers_have_it():
    for found, expected in ((1.5, 2.0), (np.array([3.0]), np.array([1.0])), (np.array([3.0, 6.0]), np.array([1.0, 2]))):
        assert "factor" not in difference(found, expected, "the loss", 1e-6)
        assert "constant" not in difference(found, expected, "the loss", 1e-6)
    labels, wrong = np.array([1.0, 1, 1, 1, 1]), np.array([3.0, 3, 3, 3, 3])
    assert "3 times" in difference(wrong, labels, "the values", 1e-6)
    assert difference(wrong, labels, "the labels", 1e-6, labels=True) == "the labels: the values are wrong."
    assert "the sign" not in difference(-labels, labels, "the labels", 1e-6, labels=True)


def test_what_a_judge_cannot_judge_costs_one_question_and_asks_for_a_look():
    def judge(exam):
        exam.pass_part("first")
        raise TypeError("unsupported operand")

    outcome = exam(judge).judge_whatever_comes()
    assert (outcome.status, outcome.passed) == (GRADER_ERROR, {"first"})
    assert "TypeError" in outcome.message
    assert "somebody has to look at it" in outcome.hints["second"]
    part = Part("first", 1, "one")
    good = QuestionOutcome(Question("q2", "Title", "module", (part,), judge), frozenset({"first"}), status="error")
    assignment = SimpleNamespace(questions=[good.question, outcome.question])
    grade = grade_of(assignment, Outcome((good, outcome)), seconds=0.0)
    assert grade.status == GRADER_ERROR
    assert grade.total == 2


@pytest.mark.parametrize("classes", [2, 5])
@pytest.mark.parametrize("number", [1, 4, 5, 30])
def test_labels_have_every_class_for_which_there_is_room(number, classes):
    for seed in range(30):
        y = draw_labels(np.random.default_rng(seed), number, classes)
        assert y.shape == (number,)
        assert len(np.unique(y)) == min(number, classes)
        assert y.max() == classes - 1


def test_records_hold_results_and_nothing_that_names_them(tmp_path):
    reference = SimpleNamespace(double=lambda x: 2 * x, both=lambda x, k: (x + k, np.float64(k)))
    x = np.arange(3.0)
    live = Expectations(reference)
    assert np.array_equal(live("double", x), 2 * x)
    live("both", x, 4)
    np.savez_compressed(tmp_path / "record.npz", **live.record)
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
        question,
        frozenset({"values"}),
        {"speed": "too <slow>"},
        "error",
        "ValueError: secret 123",
        "debug\nlast line\n",
    )
    return Outcome((result,))


def test_the_table_shows_points_hints_and_what_was_printed():
    text = table(outcome().questions, width=60)
    assert "3 / 4.5" in text
    assert "✓ values the values are right" in text
    assert "✗ speed  too <slow>" in text
    assert "secret 123" in text  # it is the learner's own code
    assert "printed: last line" in text
    assert total_line(outcome()).split() == ["total", "3", "/", "4.5", "67", "%"]


def test_the_page_escapes_text_and_keeps_what_was_raised_to_itself():
    question = QuestionGrade("q1", "A <title>", (PartGrade("speed", 1.5, False, "too <slow>"),))
    grade = Grade("error", "secret 123", False, (question,), (), (), 0.1)
    page = feedback_page("T", Row("eve.zip", "<b>eve</b>", grade))
    assert "too &lt;slow&gt;" in page
    assert "&lt;b&gt;eve" in page
    assert "secret" not in page
    refused = feedback_page("T", Row("eve.zip", "eve", Grade("empty", "secret 123", True, (), (), (), 0.1)))
    assert "secret 123" in refused  # what refuses a submission is the grader's own text


def exam(judge):
    """An exam whose box is not there."""
    question = Question("q1", "Title", "module", (Part("first", 1, "one"), Part("second", 2, "two")), judge)
    session = SimpleNamespace(printed=b"")
    expectations = Expectations(SimpleNamespace(double=lambda x: 2 * x))
    return Exam(question, session, np.random.default_rng(0), expectations, lambda: "pictures")


def test_a_part_counts_as_the_judge_last_said_and_keeps_its_first_hint():
    def judge(exam):
        exam.pass_part("first")
        exam.fail("first", "taken back")
        exam.fail("first", "never said")
        exam.all_match("second", [(1.0, 1.0, ()), (2.0, 2.0, ())], what="it")

    outcome = exam(judge).judge()
    assert outcome.passed == {"second"}
    assert outcome.earned == 2
    assert outcome.hints == {"first": "taken back"}


def test_every_one_of_several_comparisons_has_to_hold():
    def judge(exam):
        exam.all_match("first", [(1.0, 1.0, ()), (3.0, 2.0, [(3.0, "one too many")])], what="it")
        exam.fail_all("nothing", ["second"])

    assert exam(judge).judge().hints == {"first": "it: one too many", "second": "nothing"}


@pytest.mark.parametrize(
    ("file", "line", "place"), [("m.py", 7, " in line 7 of m.py"), ("m.py", None, " in m.py"), (None, None, "")]
)
def test_a_hint_says_where_something_was_raised_as_far_as_it_is_known(file, line, place):
    def judge(exam):
        raise SubmissionError("ValueError", "secret", file, line)

    assert exam(judge).judge().hints == dict.fromkeys(("first", "second"), f"your code raised ValueError{place}")


def test_a_part_that_is_not_asked_for_is_a_fault_of_the_judge():
    with pytest.raises(KeyError, match="no part 'third'"):
        exam(lambda exam: exam.pass_part("third")).judge()


def test_a_judge_asks_the_reference_before_it_asks_for_data():
    def judge(exam):
        assert exam.expect("double", 2.0) == 4
        assert exam.data() == "pictures"
        exam.expect("double", 3.0)

    with pytest.raises(RuntimeError, match="asks for double after it has asked for data"):
        exam(judge).judge()
