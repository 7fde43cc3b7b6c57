"""A search for hyper-parameters: the accuracies it reports, the classifier it chooses, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from grading.box.session import Remote
from grading.judging.comparison import numbers, real_array
from grading.judging.draws import draw_labels
from grading.judging.exam import Exam

__all__ = [
    "common_mistakes",
    "instead",
    "judge_accuracies",
    "judge_held_out",
    "judge_search_of_pairs",
    "never_seen",
]

#: Learning rate and strength of regularisation, in the order in which they are tried, and steps of training.
PAIRS = tuple((rate, reg) for rate in (0.003, 0.3) for reg in (0.0, 0.05, 1.0))
STEPS = 40


def instead(found, known: Sequence[tuple[Any, str]], otherwise: str) -> str:
    """What is said about a choice that is not the right one: the first of the known choices that it is."""
    return next((text for choice, text in known if choice == found), otherwise)


def common_mistakes(expected: np.ndarray) -> list[tuple]:
    """What typical mistakes give in the place of a list of accuracies, whatever is searched."""
    order = "they are sorted; the order of the settings is asked for"
    return [
        (1 - expected, "these are shares of errors"),
        (np.sort(expected), order),
        (np.sort(expected)[::-1], order),
    ]


def judge_accuracies(exam: Exam, accuracies, expected: np.ndarray, *, mistakes: Sequence, hint: str) -> None:
    """Part accuracies: a list with one for each setting."""
    if isinstance(accuracies, (list, tuple)) and len(accuracies) != len(expected):
        exam.fail("accuracies", f"{len(accuracies)} accuracies for {len(expected)} settings; one for each is expected")
        return
    exam.matches(
        "accuracies",
        accuracies,
        expected,
        what="the accuracies",
        mistakes=[*mistakes, *common_mistakes(expected)],
        hint=hint,
    )


def judge_search_of_pairs(exam: Exam, search: Callable[[list[Remote]], Remote]) -> None:
    """Parts results and best of a search over pairs of learning rate and strength of regularisation.

    `search` is given X, y, X_val, y_val in the box, and asks the submission for a dict from pairs to two accuracies,
    and the best classifier. Where it tries PAIRS for STEPS steps each, the reference's `search` says what comes out.
    """
    for _ in range(100):  # until the choice by validation is clear and differs from other choices
        X, y, X_val, y_val = _overlapping(exam.rng, 60, 60)
        anew, goes_on = exam.expect("search", X, y, X_val, y_val, np.array(PAIRS), np.array(STEPS))
        table, continued = (_accuracies(labels, y, y_val) for labels in (anew, goes_on))
        ranked, winner = np.sort(table[:, 1]), table[:, 1].argmax()
        if (
            ranked[-1] > ranked[-2]
            and winner not in (0, len(PAIRS) - 1)
            and table[winner, 0] < table[:, 0].max()
            and table[winner, 1] <= table[:winner, 0].max()  # or who exchanges the two would choose it, too
            and not np.array_equal(table, continued)
        ):
            break
    answer = search([exam.session.put(array) for array in (X, y, X_val, y_val)])
    _judge_results(exam, answer.item(0).fetch(), table, continued, (len(y), len(y_val)))
    best = answer.item(1)
    if best.fetch() is None:
        exam.fail("best", "the best classifier is None")
        return
    labels = numbers(best.call("predict", np.concatenate([X, X_val]))).ravel()
    chosen = [np.array_equal(labels, row) for row in anew]
    found = chosen.index(True) if True in chosen else None
    text = "it is none of the classifiers, each trained anew with its pair; is it changed afterwards?"
    if found is not None:
        known = [
            (table[:, 0].argmax(), "it is the best on the training set; the validation set decides"),
            (len(PAIRS) - 1, "it is the last that was trained; keep the best so far"),
            (0, "it is the first that was trained; replace it when a better one comes"),
            (table[:, 1].argmin(), "it is the worst on the validation set"),
        ]
        told = [text for choice, text in known if choice == found]  # several where the choices fall together
        text = "; or ".join(told) or "another one is better on the validation set"
    exam.require("best", chosen[int(table[:, 1].argmax())], f"the classifier that is returned: {text}")


def _judge_results(exam: Exam, results, table: np.ndarray, continued: np.ndarray, rows: tuple[int, int]) -> None:
    try:
        complete = set(results) == set(PAIRS) and all(np.size(results[pair]) == 2 for pair in PAIRS)
    except (TypeError, ValueError):
        complete = False
    if not complete:
        keys = "a dict is expected, with a pair of accuracies for each pair (learning_rate, reg)"
        exam.fail("results", f"the results: {keys}; are there all {len(PAIRS)}?")
        return
    exam.matches(
        "results",
        [real_array(results[pair])[0].ravel() if not real_array(results[pair])[1] else None for pair in PAIRS],
        table,
        what="the accuracies",
        mistakes=[
            (continued, "training goes on from the pair before; begin with a new classifier for each pair"),
            (table[:, ::-1], "the two accuracies are exchanged; the one on the training set comes first"),
            (table[:, [0, 0]], "both are of the training set"),
            (table[:, [1, 1]], "both are of the validation set"),
            (1 - table, "these are shares of errors"),
            (table * rows, "these are numbers of rows; shares of all rows are asked for"),
            (np.tile(table[0], (len(PAIRS), 1)), "all pairs have the same accuracies; do they reach train?"),
        ],
        hint="Train with learning_rate, reg and num_iters by name and leave the rest as it is.",
    )


def judge_held_out(exam: Exam, threshold: float) -> None:
    """Part held_out: what `best_classifier` makes of pictures recognises at least a share of pictures not seen."""
    X, y, X_val, y_val, X_test, y_test = exam.data()
    X_test, y_test = never_seen(exam.rng, X_test, y_test, 1.0)
    best = exam.module.make("best_classifier", *(exam.session.put(array) for array in (X, y, X_val, y_val)))
    if best.fetch() is None:
        exam.fail("held_out", "best_classifier returns None; it should return a trained classifier")
        return
    labels = numbers(best.call("predict", X_test))
    if labels.shape != y_test.shape:
        exam.fail("held_out", "predict of the classifier that best_classifier returns gives no label for each row")
        return
    share = np.mean(labels == y_test)
    exam.require(
        "held_out",
        share >= threshold,
        f"{share:.1%} of the held-out pictures are right; {threshold:.0%} is asked for. Look at the losses: do "
        "they still fall (more steps, larger learning rate), do they jump or grow (smaller), is the accuracy on the "
        "training set much higher than on the validation set (stronger regularisation)?",
    )


def never_seen(rng, X: np.ndarray, y: np.ndarray, noise: float) -> tuple[np.ndarray, np.ndarray]:
    """The rows in another order and a little changed, but for the last column: nobody knows the labels by heart."""
    order = rng.permutation(len(y))
    X = X[order].astype(np.float32)
    X[:, :-1] += np.float32(noise) * rng.standard_normal((len(X), X.shape[1] - 1), dtype=np.float32)
    return X, y[order]


def _overlapping(rng, n: int, n_val: int):
    """Three classes in two of 12 features, the others noise: easy to learn by heart."""
    y = np.concatenate([draw_labels(rng, n, 3), draw_labels(rng, n_val, 3)])
    X = rng.normal(size=(n + n_val, 12))
    X[:, :2] += 1.2 * np.array([[0, 1], [1, -1], [-1, -1]])[y]
    X[:, -1] = 1
    return X[:n], y[:n], X[n:], y[n:]


def _accuracies(labels: np.ndarray, y: np.ndarray, y_val: np.ndarray) -> np.ndarray:
    """Shares of right labels, for each row of `labels` on the training and on the validation set."""
    right = labels == np.concatenate([y, y_val])
    return np.stack([right[:, : len(y)].mean(axis=1), right[:, len(y) :].mean(axis=1)], axis=1)
