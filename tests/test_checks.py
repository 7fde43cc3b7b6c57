"""`check` must not let two different computations pass for equal, `claim` no false sentence; both must say why."""

import json
import re
from unittest import mock

import numpy as np
import pytest
import torch

from utils.checks import CheckFailed, MonteCarlo, check, claim, relative_error
from utils.records import RECORD_MIME


def lines(function, *arguments, **named):
    """What a passing check or claim displays, as MIME bundles."""
    with mock.patch("utils.checks.display") as display:
        function(*arguments, **named)
    assert all(call.kwargs == {"raw": True} for call in display.call_args_list)
    return [call.args[0] for call in display.call_args_list]


def passes(**sides):
    (line,) = lines(check, "eq-test", **sides)
    return line[RECORD_MIME]


def fails(*parts, error=CheckFailed, **sides):
    """The check raises `error`, and its message holds every one of `parts`."""
    with pytest.raises(error) as caught:
        check("eq-test", **sides)
    for part in parts:
        assert part in str(caught.value), f"{part!r} is not in: {caught.value}"


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (1.0, 1.0 + 1e-12),
        (3, 3),
        (0.0, 0),
        (True, 1.0),
        (np.arange(3), np.arange(3.0)),
        (np.float32([1, 2]), np.array([1.0, 2.0])),
        ([1.0, 2.0], np.array([1.0, 2.0])),
        ([[1, 2], [3, 4]], np.array([[1, 2], [3, 4]])),
        ((1 + 2j) * np.ones(2), np.full(2, 1 + 2j)),
        (10**30, 1e30),
        (torch.tensor([1.0, 2.0], dtype=torch.float64), np.array([1.0, 2.0])),
        (torch.ones(2, requires_grad=True), np.ones(2)),
        (torch.tensor([1j, 2.0]).conj(), np.array([-1j, 2.0])),
        (torch.ones(2, dtype=torch.bfloat16), np.ones(2)),
    ],
)
def test_equal_values_pass(a, b):
    assert passes(by_hand=a, numpy=b)["error"] <= 1e-8


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (1.0, 1.0 + 1e-7),
        (1.0, -1.0),
        (1.0, 0.0),
        (0, 1e-300),
        (np.array([1.0, 2.0]), np.array([2.0, 1.0])),
        (1 + 2j, 1 - 2j),
        (1.0 + 0j, 1.0 + 1e-3j),
        (np.uint8([0, 1]), np.uint8([255, 1])),
        (np.uint8([0]), np.uint8([1])),
        (np.float16([6e4]), np.float16([-6e4])),
    ],
)
def test_different_values_fail(a, b):
    fails("eq-test", "'by_hand'", "'numpy'", "disagree", by_hand=a, numpy=b)
    fails("disagree", by_hand=b, numpy=a)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (np.ones(3), 1.0),
        (np.ones((1, 3)), np.ones(3)),
        (np.ones((3, 1)), np.ones((1, 3))),
        (np.ones((2, 3)), np.ones(3)),
        (np.ones((1, 1)), 1.0),
        (torch.ones(3), np.ones((3, 1))),
    ],
)
def test_nothing_is_broadcast(a, b):
    fails("eq-test", "by_hand", "numpy", "shapes differ", by_hand=a, numpy=b)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (np.nan, "NaN"),
        (np.inf, "infinity"),
        (np.array([1.0, -np.inf]), "infinity"),
        (complex(1, np.nan), "NaN"),
        (np.array([]), "empty"),
        ([], "empty"),
        (np.ones((0, 3)), "empty"),
        (None, "not numbers"),
        ("1.0", "not numbers"),
        ({"a": 1}, "not numbers"),
        ([[1, 2], [3]], "ragged"),
    ],
)
def test_what_is_no_finite_array_fails(bad, reason):
    fails("eq-test", "by_hand", reason, by_hand=bad, numpy=np.ones(2))
    with pytest.raises(ValueError, match=reason):
        relative_error(np.ones(2), bad)


def test_nan_does_not_equal_nan():
    fails("NaN", by_hand=np.array([np.nan]), numpy=np.array([np.nan]))
    fails("infinity", by_hand=np.array([np.inf]), numpy=np.array([np.inf]))


def test_empty_lists_compare_nothing():
    fails("empty", by_hand=[], numpy=[])
    fails("empty", by_hand=[np.array([])], numpy=[np.array([])])


def test_every_pair_is_compared():
    good, bad = np.array([1.0, 2.0]), np.array([1.0, 2.5])
    fails("'by_hand'", "'scipy'", by_hand=good, numpy=good.copy(), scipy=bad)
    drift = {f"side_{i}": 1.0 + 0.6e-8 * i for i in range(3)}  # neighbours agree, the ends do not
    fails("'side_0'", "'side_2'", **drift)


def test_message_names_the_worst_entry_and_its_values():
    a = np.array([[1.0, 2.0], [3.0, 4.0]])
    b = a.copy()
    b[1, 0] = 3.5
    fails("by_hand[1, 0] = 3\n", "numpy[1, 0] = 3.5", "relative error 0.125", "tolerance 1e-08", by_hand=a, numpy=b)


# one object


def one_array():
    x = np.arange(3.0)
    return x, x


def one_view():
    x = np.arange(3.0)
    return x, x[:]


def one_tensor():
    x = torch.ones(3, dtype=torch.float64)
    return x, x.numpy()


def one_float():
    x = float(np.sqrt(2.0))
    return x, x


def one_item():
    x = np.arange(3.0)
    return [x], [x]


@pytest.mark.parametrize("pair", [one_array, one_view, one_tensor, one_float, one_item])
def test_a_value_compared_with_itself_is_rejected(pair):
    a, b = pair()
    fails("eq-test", "'by_hand' and 'numpy' are one object", error=ValueError, by_hand=a, numpy=b)


def test_equal_but_separate_values_are_not_one_object():
    symmetric = np.array([[1.0, 2.0], [2.0, 3.0]])
    passes(matrix=symmetric, transpose=symmetric.T)
    passes(first=symmetric[0, 1:], second=symmetric[1, :1])
    passes(rank=2, dimension=2)  # small integers are one object however they were computed


# the call itself


@pytest.mark.parametrize("label", ["quadratic", "", "eq-", "eq", "eq-a b", "EQ-a", None, 3])
def test_label_must_be_one(label):
    with pytest.raises(ValueError, match="label starts with 'eq-'"):
        check(label, a=1.0, b=1)


def test_one_side_is_not_enough():
    fails("eq-test", "at least two", error=TypeError)
    fails("eq-test", "at least two", error=TypeError, by_hand=1.0)


@pytest.mark.parametrize("bad", [0, -1e-8, np.nan, np.inf, 1.0, 2, None, "1e-8", np.ones(2), True])
def test_tolerance_must_be_between_zero_and_one(bad):
    fails("eq-test", "tolerance", error=ValueError, tolerance=bad, by_hand=1.0, numpy=1)


@pytest.mark.parametrize("bad", [0, -1.0, np.nan, np.inf, "1", np.ones(2), True])
def test_z_and_scale_must_be_positive(bad):
    fails("eq-test", "z must be", error=ValueError, z=bad, by_hand=1.0, numpy=1)
    fails("eq-test", "scale must be", error=ValueError, scale=bad, by_hand=1.0, numpy=1)
    with pytest.raises(ValueError, match="scale"):
        relative_error(1.0, 1.0, scale=bad)


def test_true_zeros_need_a_scale():
    noise = np.array([1e-17, -1e-17])
    fails("disagree", by_hand=noise, theory=np.zeros(2))
    record = passes(by_hand=noise, theory=np.zeros(2), scale=1.0)
    assert record["scale"] == 1.0
    fails("disagree", by_hand=np.array([1e-7, 0]), theory=np.zeros(2), scale=1.0)


def test_the_line_says_when_the_error_is_not_relative():
    (line,) = lines(check, "eq-zero", by_hand=1e-17, theory=0.0, scale=100.0)
    assert "largest error in units of 100: 1.0e-19" in line["text/plain"]


# several inputs


def test_lists_are_compared_item_by_item():
    passes(by_hand=[np.ones(2), np.ones((2, 3))], numpy=[np.ones(2), np.ones((2, 3))])
    fails("by_hand[1]", "numpy[1]", by_hand=[np.ones(2), np.ones(3)], numpy=[np.ones(2), 2 * np.ones(3)])
    fails("by_hand[1]", "shapes differ", by_hand=[np.ones(2), np.ones(3)], numpy=[np.ones(2), np.ones(2)])


def test_a_small_item_is_not_measured_against_a_large_one():
    fails("by_hand[1]", by_hand=[1e12, 1.0], numpy=[1e12, 1.001])


def test_python_numbers_pair_with_arrays_of_no_dimension():
    passes(by_hand=[1.0, 2.0], autograd=[np.array(1.0), torch.tensor(2.0)])
    fails("by_hand[1]", by_hand=[1.0, 2.0], autograd=[np.array(1.0), torch.tensor(2.5)])


def test_items_may_be_tuples():
    by_hand, autograd = [(np.ones(2), np.ones((2, 2)))], [(np.ones(2), np.ones((2, 2)))]
    passes(by_hand=by_hand, autograd=autograd)
    autograd[0][1][1, 1] = 2
    fails("by_hand[0][1][1, 1]", by_hand=by_hand, autograd=autograd)


@pytest.mark.parametrize(
    ("a", "b", "sizes"),
    [
        ([np.ones(2)], [np.ones(2), np.ones(2)], ("1 items", "2 items")),
        ([1.0, 2.0], [1.0, 2.0, 3.0], ("2 items", "3 items")),
        ([np.ones(2), np.ones(2)], np.ones((2, 2)), ("2 items", "one value")),
        (1.0, [np.array(1.0)], ("one value", "1 items")),
        ([(np.ones(2), 1.0)], [(np.ones(2),)], ("2 items", "1 items")),
    ],
)
def test_lists_of_different_lengths_fail(a, b, sizes):
    fails("eq-test", *sizes, by_hand=a, numpy=b)


# simulation


def test_an_estimate_is_compared_in_its_own_standard_errors():
    record = passes(exact=1.0, simulation=MonteCarlo(1.02, 0.01))
    assert record["standard_errors"] == pytest.approx(2.0)
    fails("'simulation' is 4.00 standard errors away from 'exact', allowed 3", "1.04 ± 0.01",
          exact=1.0, simulation=MonteCarlo(1.04, 0.01))  # fmt: skip
    fails("'simulation'", simulation=MonteCarlo(1.04, 0.01), exact=1.0)
    passes(exact=1.0, simulation=MonteCarlo(1.04, 0.01), z=5)


def test_the_exact_sides_are_compared_exactly_beside_an_estimate():
    fails("'by_hand'", "'scipy'", "disagree", by_hand=1.0, scipy=1.001, simulation=MonteCarlo(1.0, 0.01))


def test_estimates_are_arrays_too():
    exact = np.array([1.0, 2.0])
    passes(exact=exact, simulation=MonteCarlo([1.01, 2.01], [0.01, 0.01]))
    fails("simulation[1]", exact=exact, simulation=MonteCarlo([1.01, 2.1], [0.01, 0.01]))
    fails("shape", exact=1.0, simulation=MonteCarlo([1.0, 1.0], [0.01, 0.01]))
    fails("NaN", exact=np.nan, simulation=MonteCarlo(1.0, 0.01))
    passes(exact=[exact, 1.0], simulation=[MonteCarlo(exact, [1, 1]), MonteCarlo(1, 1)])
    fails("simulation[1]", exact=[exact, 1.0], simulation=[MonteCarlo(exact, [1, 1]), MonteCarlo(5, 1)])
    passes(exact=[1.0, 2.0], simulation=MonteCarlo(torch.tensor([1.0, 2.0]), torch.ones(2)))


def test_two_estimates_prove_nothing():
    a, b = MonteCarlo(1.0, 0.1), MonteCarlo(1.0, 0.1)
    fails("only one side", error=ValueError, first=a, second=b)
    fails("only one side", error=ValueError, first=[a, 1.0], second=[1.0, b])
    fails("one object", error=ValueError, first=a, second=a)


@pytest.mark.parametrize(
    ("mean", "error", "reason"),
    [
        (1.0, 0.0, "positive"),
        (1.0, -0.1, "positive"),
        ([1.0, 2.0], [0.1, 0.0], "positive"),
        (1.0, 0.1j, "positive"),
        ([1.0, 2.0], 0.1, "shape"),
        (1.0, [0.1], "shape"),
        (np.nan, 0.1, "NaN"),
        (1.0, np.inf, "infinity"),
        ([], [], "empty"),
        (None, 0.1, "not numbers"),
    ],
)
def test_bad_estimates(mean, error, reason):
    with pytest.raises(ValueError, match=reason):
        MonteCarlo(mean, error)


def test_estimate_from_samples():
    samples = np.random.default_rng(0).normal(3.0, 2.0, size=(10_000, 2))
    estimate = MonteCarlo.from_samples(samples)
    np.testing.assert_allclose(estimate.mean, samples.mean(axis=0))
    np.testing.assert_allclose(estimate.standard_error, 2.0 / 100, rtol=0.05)
    passes(exact=np.array([3.0, 3.0]), simulation=MonteCarlo.from_samples(torch.tensor(samples, requires_grad=True)))


@pytest.mark.parametrize("samples", [1.0, [1.0], [], [2.0, 2.0, 2.0], [1.0, np.nan], [1j, 2j], [[], []]])
def test_bad_samples(samples):
    with pytest.raises(ValueError, match=r"MonteCarlo|samples|standard_error"):
        MonteCarlo.from_samples(samples)


# what the page shows


def test_line_in_the_page():
    (line,) = lines(check, "eq-test", by_hand=1.0, central_difference=1.0 + 1e-10)
    assert line["text/plain"].startswith("✓ eq-test   by hand = central difference · largest relative error 1.0e-10")
    assert "tolerance 1e-08" in line["text/plain"]
    assert 'href="#equation-eq-test"' in line["text/html"]
    record = json.loads(json.dumps(line[RECORD_MIME]))
    assert record["kind"] == "check"
    assert record["subject"] == "eq-test"
    assert record["sides"] == ["by_hand", "central_difference"]


def test_tolerance_is_printed_as_given():
    (line,) = lines(check, "eq-test", by_hand=1.0, numpy=1.0 + 1e-10, tolerance=2.5e-7)
    assert "(tolerance 2.5e-07)" in line["text/plain"]


def test_numpy_numbers_as_options_can_be_stored():
    (line,) = lines(check, "eq-test", by_hand=1.0, numpy=1, tolerance=np.float32(1e-3), z=np.int64(3))
    assert json.dumps(line[RECORD_MIME])


def test_a_failing_check_displays_nothing():
    with mock.patch("utils.checks.display") as display, pytest.raises(CheckFailed):
        check("eq-test", by_hand=1.0, numpy=2.0)
    display.assert_not_called()


# claims


@pytest.mark.parametrize("true", [True, np.bool_(True), np.array(True), torch.tensor(True)])
def test_true_claims_show_what_was_found(true):
    (line,) = lines(claim, "the order is <three>", true, steps=7, order_found=2.98765)
    assert line["text/plain"] == "✓ the order is <three>   steps = 7, order found = 2.988"
    assert "&lt;three&gt;" in line["text/html"]
    found = [["steps", "7"], ["order_found", "2.988"]]
    assert line[RECORD_MIME] == {"kind": "claim", "subject": "the order is <three>", "found": found}


@pytest.mark.parametrize("false", [False, np.bool_(False), np.array(False), torch.tensor(False)])
def test_false_claims_fail(false):
    with pytest.raises(CheckFailed, match=re.compile("the order is three.*expected: true.*order = 2.1", re.S)):
        claim("the order is three", false, order=2.1)


@pytest.mark.parametrize("bad", [None, 1, 0.0, "yes", np.array([True]), np.array([True, True]), [True], np.int64(1)])
def test_a_claim_needs_one_boolean(bad):
    with pytest.raises(TypeError, match="needs one boolean"):
        claim("the order is three", bad, order=3)


def test_a_claim_shows_a_measured_value():
    with pytest.raises(TypeError, match="no measured value"):
        claim("the order is three", True)


@pytest.mark.parametrize("sentence", ["", "  ", None, 3])
def test_a_claim_is_a_sentence(sentence):
    with pytest.raises(TypeError, match="sentence"):
        claim(sentence, True, order=3)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.123456, "0.1235"),
        (3, "3"),
        (np.int64(3), "3"),
        ("sgd", "sgd"),
        (True, "True"),
        (np.array([1.0, 2.5]), "[1. , 2.5]"),
        (torch.tensor([1.0, 2.5], requires_grad=True), "[1. , 2.5]"),
        (torch.tensor(0.5), "0.5"),
        ([1, 2], "[1, 2]"),
        ([[1, 2], [3]], "[[1, 2], [3]]"),
        (["a", "b"], "['a' 'b']"),
        ({"a": 1}, "{'a': 1}"),
        (None, "None"),
        (1 + 2j, "1+2j"),
    ],
)
def test_found_values_are_printed_short(value, text):
    (line,) = lines(claim, "so it is", True, value=value)
    assert line["text/plain"].endswith(f"value = {text}")


def test_a_long_array_does_not_fill_the_page():
    (line,) = lines(claim, "so it is", True, values=np.arange(10_000.0))
    assert len(line["text/plain"]) < 120


# relative_error


def test_relative_error():
    assert relative_error([1.0, 4.0], [1.0, 5.0]) == pytest.approx(0.2)
    assert relative_error(0.0, 0.0) == 0.0
    assert relative_error(1e-17, 0.0) == 1.0
    assert relative_error(1e-17, 0.0, scale=1.0) == 1e-17
    assert relative_error(3 + 4j, 0) == 1.0
    with pytest.raises(ValueError, match=r"shapes differ: \(2,\) and \(\)"):
        relative_error([1.0, 1.0], 1.0)
