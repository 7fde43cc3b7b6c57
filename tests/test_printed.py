"""Printed formulas in `check` and `bound`: what is compared, what is recorded, and that a reader notices nothing."""

import json

import numpy as np
import pytest

from book.formula import kernel
from utils import checks
from utils.checks import CheckFailed, MonteCarlo, bound, check
from utils.printed import Outcomes
from utils.records import RECORD_MIME

rng = np.random.default_rng(0)
A, x = rng.normal(size=(3, 3)), rng.normal(size=3)
CASES = [(rng.normal(size=(d, d)), rng.normal(size=d)) for d in (2, 3, 5)]
NAMED = [{"A": A, r"\mathbf{x}": x} for A, x in CASES]
GRADIENTS = [(A + A.T) @ x for A, x in CASES]
TEX = {
    "eq-quadratic": r"\nabla_{\mathbf{x}}\, \mathbf{x}^\top A \mathbf{x} = (A + A^\top)\,\mathbf{x}",
    "eq-result": r"J = A^\top",
    "eq-two": r"a = \operatorname{tr}A, \qquad B = A^\top",
    "eq-entries": r"C_{ij} = A_{ji}",
    "eq-eigen": r"A\mathbf{v} = \lambda\mathbf{v}",
    "eq-mean": r"m = \mathbb{E}[z]",
    "eq-words": r"B = A^\top \qquad (A \text{ invertible})",
    "eq-named-in-words": r"\text{power} = 2\,\text{size}",
    "eq-norms": r"\lVert\mathbf{x}\rVert \le \lVert\mathbf{x}\rVert_1",
    "eq-two-norms": r"\lVert\mathbf{x}\rVert \le \lVert\mathbf{x}\rVert_1, \qquad "
    r"\lVert\mathbf{x}\rVert_1 \le 3\lVert\mathbf{x}\rVert",
    "eq-beyond": r"x_i = 0 \text{ for } i > k",
    "eq-zero": r"s = \sum_i x_i - \sum_i x_i",
}


@pytest.fixture
def shown(monkeypatch):
    """Records that were displayed, with the hook that the book's kernels have."""
    records = []
    monkeypatch.setattr(checks, "display", lambda bundle, raw: records.append(bundle[RECORD_MIME]))
    kernel.install(json.dumps(TEX))
    yield records
    kernel.uninstall()


def broken(label, before, after):
    assert before in TEX[label]
    kernel.replace({label: TEX[label].replace(before, after)})


def test_names_that_a_formula_does_not_print_are_not_shown_beside_it(shown):
    shared = {"A": A, r"\mathbf{x}": x, "n": 7}
    check("eq-result", printed=shared, transposed=A.T)
    check("eq-zero", printed=shared | {"s": 0.0}, scale=1, by_hand=x.sum() - sum(x))
    found = [[name for name, _ in record["printed"]["values"]] for record in shown]
    assert found == [["A"], [r"\mathbf{x}", "s"]]


def test_every_part_is_compared_and_recorded(shown):
    check("eq-quadratic", printed=NAMED, by_hand=GRADIENTS)
    (record,) = shown
    assert record["printed"]["parts"] == TEX["eq-quadratic"].split(" = ")
    assert record["printed"]["trials"] == 3
    assert record["printed"]["error"] < 1e-8
    assert [name for name, _ in record["printed"]["values"]] == ["A", r"\mathbf{x}"]
    assert record["printed"]["value"].startswith("[")
    assert "error" not in record


@pytest.mark.parametrize(
    ("before", "after"), [("+", "-"), (r"A^\top)", "A)"), (r"\mathbf{x}^\top A", "2\\mathbf{x}^\\top A")]
)
def test_a_misprint_fails_with_label_part_and_both_values(shown, before, after):
    broken("eq-quadratic", before, after)
    with pytest.raises(CheckFailed) as failure:
        check("eq-quadratic", printed=NAMED, by_hand=GRADIENTS)
    message = str(failure.value)
    assert message.startswith("eq-quadratic: ")
    assert r"\mathbf{x}" in message
    assert "left: " in message
    assert "right: " in message


def test_a_part_that_only_names_the_result_is_left_out_and_the_code_compared(shown):
    check("eq-result", printed={"A": A}, by_hand=A.T.copy())
    assert shown[0]["printed"]["parts"] == [r"A^\top"]
    with pytest.raises(CheckFailed, match=r"eq-result: 'printed A\^\\top' and 'by_hand' disagree") as failure:
        check("eq-result", printed={"A": A}, by_hand=A.copy())
    worst = np.unravel_index(np.argmax(np.abs(A - A.T)), A.shape)
    assert f"= {A[worst]:.12g}" in str(failure.value)
    assert f"= {A.T[worst]:.12g}" in str(failure.value)
    with pytest.raises(CheckFailed, match="compared with nothing"):
        check("eq-result", printed={"A": A}, by_hand=x)


def test_a_condition_may_hold_for_no_index_of_one_input_but_not_of_all(shown):
    vectors = [{r"x": np.array([1.0, 0.0]), "k": k} for k in (1, 2)]
    check("eq-beyond", printed=vectors, one=[np.zeros(2), np.zeros(2)], two=[0 * x[:2], 0 * x[:2]])
    assert shown[0]["printed"]["trials"] == 2
    with pytest.raises(CheckFailed, match="nothing is known of the printed x_i"):
        check("eq-beyond", printed=vectors[1:], one=[np.zeros(2)], two=[0 * x[:2]])


def test_a_left_side_whose_marks_are_misprinted_is_no_other_name(shown):
    kernel.replace({"eq-result": r"J^\star = A^\top"})
    check("eq-result", printed={"A": A, r"J^\star": A.T}, transposed=A.T)
    broken_tex = r"J = A^\top"
    kernel.replace({"eq-result": broken_tex})
    with pytest.raises(CheckFailed, match=r"J is not bound; J\^\\star is bound and printed nowhere"):
        check("eq-result", printed={"A": A, r"J^\star": A.T}, transposed=A.T)


def test_one_side_alone_must_be_compared(shown):
    with pytest.raises(CheckFailed, match="no part of the printed formula has the shape of 'by_hand'"):
        check("eq-quadratic", printed=NAMED[0], by_hand=GRADIENTS[2])


def test_one_side_alone_must_be_compared_on_every_input(shown):
    odd = [GRADIENTS[0], GRADIENTS[1], np.sum(GRADIENTS[2])]
    with pytest.raises(CheckFailed, match=r"shape of 'by_hand\[2\]'"):
        check("eq-quadratic", printed=NAMED, by_hand=odd)


def test_a_reader_without_the_hook_notices_nothing(shown):
    kernel.uninstall()
    check("eq-quadratic", printed=NAMED, by_hand=GRADIENTS)
    assert "printed" not in shown[0]
    check("eq-nowhere", printed=NAMED, one=x[0], two=2 * x[0] / 2)
    assert shown[1]["error"] == 0


def test_sides_hold_one_item_for_each_formula_of_the_display(shown):
    check("eq-two", printed={"A": A}, by_hand=[np.trace(A), A.T.copy()])
    with pytest.raises(CheckFailed, match="A\\^\\\\top' and 'by_hand'"):
        check("eq-two", printed={"A": A}, by_hand=[np.trace(A), A.copy()])


def test_every_formula_of_the_display_is_compared_with_something(shown):
    with pytest.raises(CheckFailed, match=r"eq-two: the printed A\^\\top is compared with nothing"):
        check("eq-two", printed={"A": A}, by_hand=np.trace(A), again=A.trace() * 1.0)
    check("eq-two", printed={"A": A, "B": A.T}, by_hand=np.trace(A), again=A.trace() * 1.0)


def test_free_indices_are_axes_of_the_sides(shown):
    check("eq-entries", printed={"A": A}, by_hand=A.T.copy())
    with pytest.raises(CheckFailed, match="eq-entries"):
        check("eq-entries", printed={"A": A}, by_hand=A.copy())
    large = rng.normal(size=(20, 30))  # more combinations than are tried
    check("eq-entries", printed={"A": large}, by_hand=large.T.copy())
    with pytest.raises(CheckFailed, match="eq-entries"):
        check("eq-entries", printed={"A": large}, by_hand=2 * large.T)


def test_a_side_that_is_bound_takes_part_under_its_name(shown):
    S = A + A.T
    values, V = np.linalg.eigh(S)
    named = {"A": S, r"\mathbf{v}": V[:, 0], r"\lambda": values[0]}
    check("eq-eigen", printed=named, eigh=values[0], eigvalsh=np.linalg.eigvalsh(S)[0])
    with pytest.raises(CheckFailed, match="not true of its numbers"):
        check("eq-eigen", printed=named | {r"\lambda": values[1]}, eigh=values[1])


def test_an_estimate_is_compared_in_its_standard_errors(shown):
    z = np.array([1.0, 2.0, 6.0])
    check("eq-mean", printed={"z": Outcomes(z)}, simulation=MonteCarlo(3.1, 0.1))
    assert shown[0]["printed"]["standard_errors"] == pytest.approx(1.0)
    with pytest.raises(CheckFailed, match="standard errors away from 'printed"):
        check("eq-mean", printed={"z": Outcomes(z)}, simulation=MonteCarlo(3.5, 0.1))


def test_words_are_bound_to_whether_they_hold(shown):
    check("eq-words", printed={"A": A, r"\text{invertible}": True}, by_hand=A.T.copy())
    with pytest.raises(CheckFailed, match="not what the print says"):
        check("eq-words", printed={"A": A, r"\text{invertible}": np.linalg.det(A) == 0}, by_hand=A.T.copy())
    with pytest.raises(CheckFailed, match=r"eq-words: the printed formula has no value: not bound: .*invertible"):
        check("eq-words", printed={"A": A}, by_hand=A.T.copy())


def test_words_may_name_a_number(shown):
    check("eq-named-in-words", printed={r"\text{size}": 0.3, r"\text{power}": 0.6}, by_hand=0.6)
    broken("eq-named-in-words", "2", "3")
    with pytest.raises(CheckFailed, match=r"eq-named-in-words: .*not true"):
        check("eq-named-in-words", printed={r"\text{size}": 0.3, r"\text{power}": 0.6}, by_hand=0.6)


def test_what_cancels_is_known_to_its_rounding(shown):
    check("eq-zero", printed={"x": 1e3 * x}, by_hand=1e-14)
    with pytest.raises(CheckFailed, match="eq-zero"):
        check("eq-zero", printed={"x": x}, by_hand=1e-3)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"printed": {}}, "binds names"),
        ({"printed": []}, "binds names"),
        ({"printed": [{}]}, "binds names"),
        ({"printed": {1: 2.0}}, "TeX, as text"),
        ({"printed": {"A": A}, "not_printed": "a limit"}, "a reason why not"),
        ({"not_printed": ""}, "in a phrase"),
        ({"not_printed": 3}, "in a phrase"),
    ],
)
def test_a_wrong_call_is_refused_with_and_without_the_hook(options, problem):
    with pytest.raises(TypeError, match=problem):
        check("eq-result", one=x[0], two=2 * x[0] / 2, **options)


def test_items_are_as_many_as_inputs(shown):
    with pytest.raises(CheckFailed, match="'printed' has 3 items, 'by_hand' has 2"):
        check("eq-quadratic", printed=NAMED, by_hand=GRADIENTS[:2])
    with pytest.raises(CheckFailed, match="bears the label"):
        check("eq-unknown", printed={"A": A}, by_hand=1.0)
    with pytest.raises(TypeError, match="at least two"):
        check("eq-quadratic", by_hand=GRADIENTS)


def test_why_an_equation_is_not_evaluated_is_recorded(shown):
    check("eq-result", not_printed="a limit", one=x[0], two=2 * x[0] / 2)
    assert shown[0]["not_printed"] == "a limit"
    assert "printed" not in shown[0]


# ---- bounds ----

POINTS = [*rng.normal(size=(20, 4)), np.eye(4)[0], np.zeros(4)]
NORMS, SUMS = [float(np.linalg.norm(p)) for p in POINTS], [float(np.abs(p).sum()) for p in POINTS]


def test_a_bound_says_how_near_it_is_reached(shown):
    bound("eq-norms", value=NORMS, upper=SUMS, lower=0)
    (record,) = shown
    assert record["kind"] == "bound"
    assert record["sides"] == ["lower", "value", "upper"]
    assert record["cases"] == 22
    assert record["tightness"] == {"lower": 0.0, "upper": 0.0}
    bound("eq-norms", value=np.array(NORMS[:20]), upper=2 * np.array(SUMS[:20]))
    assert 0 < shown[1]["tightness"]["upper"] < 1


def test_beyond_a_bound_fails_and_names_the_case(shown):
    with pytest.raises(CheckFailed, match=r"eq-norms: 'value\[0\]' is beyond 'upper\[0\]'"):
        bound("eq-norms", value=SUMS, upper=NORMS)
    with pytest.raises(CheckFailed, match=r"'value' is beyond 'lower'"):
        bound("eq-norms", value=-np.array(NORMS), lower=0.0)
    bound("eq-norms", value=[1 + 1e-14] * 10, upper=1.0)  # rounding
    with pytest.raises(CheckFailed, match="NaN"):
        bound("eq-norms", value=[np.nan] * 10, upper=1.0)
    with pytest.raises(CheckFailed, match="'upper' has 3 items, 'value' has 22"):
        bound("eq-norms", value=NORMS, upper=SUMS[:3])
    with pytest.raises(CheckFailed, match="complex"):
        bound("eq-norms", value=[1j] * 10, upper=1.0)


@pytest.mark.parametrize(
    ("sides", "problem"),
    [
        ({"value": NORMS}, "a lower or an upper"),
        ({"value": NORMS, "upper": NORMS}, "its own bound"),
        ({"value": NORMS[:9], "upper": SUMS[:9]}, "10 cases or more"),
        ({"value": NORMS, "upper": SUMS, "tolerance": 1}, "tolerance"),
    ],
)
def test_a_bound_that_shows_nothing_is_refused(sides, problem):
    with pytest.raises((TypeError, ValueError), match=problem):
        bound("eq-norms", **sides)


def test_a_printed_inequality_says_what_the_code_says(shown):
    named = [{r"\mathbf{x}": p} for p in POINTS]
    bound("eq-norms", printed=named, value=NORMS, upper=SUMS)
    assert shown[0]["printed"]["trials"] == 22
    broken("eq-norms", r"\le", r"\ge")
    with pytest.raises(CheckFailed, match="the inequality does not hold"):
        bound("eq-norms", printed=named, value=NORMS, upper=SUMS)
    kernel.replace(
        {"eq-norms": TEX["eq-norms"].replace(r"\rVert_1", r"\rVert_1\cdot 2")}
    )  # true, and not what is shown
    with pytest.raises(CheckFailed, match="disagree"):
        bound("eq-norms", printed=named, value=NORMS, upper=SUMS)


def test_a_bound_of_two_inequalities_is_compared_in_each(shown):
    """One item for each formula: a larger bound in one of them is still true, and not what is shown."""
    named = [{r"\mathbf{x}": p} for p in POINTS]
    pairs = [np.array([norm, total]) for norm, total in zip(NORMS, SUMS, strict=True)]
    tops = [np.array([total, 3 * norm]) for norm, total in zip(NORMS, SUMS, strict=True)]
    bound("eq-two-norms", printed=named, value=pairs, upper=tops)
    for before, after in ((r"\rVert_1,", r"\rVert_1\cdot 2,"), ("3", "4")):
        broken("eq-two-norms", before, after)
        with pytest.raises(CheckFailed, match="disagree"):
            bound("eq-two-norms", printed=named, value=pairs, upper=tops)
