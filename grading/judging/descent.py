"""Stochastic gradient descent in the manner of CS231n's `train`: the losses, the batches, the steps of W.

A stand-in takes the place of the submission's loss and keeps in `calls` what it was asked, step by step, so that the
descent is judged by itself, whichever batches it draws.
"""

from __future__ import annotations

import numpy as np

from grading.box.session import Remote
from grading.judging.comparison import difference
from grading.judging.draws import draw_labels
from grading.judging.exam import Exam

__all__ = ["hand_over", "judge_descent"]

ROWS, COLUMNS, CLASSES, BATCH, STEPS = 120, 6, 3, 30, 50
RATE, REG = 0.05, 0.25


def judge_descent(exam: Exam, *, classifier: str, standin: str, losses: tuple[str, ...] = ()) -> None:
    """Parts history, batches and update of a classifier's `train`.

    Parameters
    ----------
    classifier : str
        Name of the class in the module of the question.
    standin : str
        The module in whose place a loss stands that keeps its calls: (W, X, y, reg) each.
    losses : tuple of str
        Its functions, which are handed to a module that uses them without importing them: CS231n has no support vector
        machine any more, and its linear_classifier.py has only what was left of it.
    """
    X = exam.rng.integers(0, 9, (ROWS, COLUMNS)).astype(float)
    X[:, 0] = np.arange(ROWS) / ROWS  # by which a row is recognised
    y = draw_labels(exam.rng, ROWS, CLASSES)
    hand_over(exam, exam.module, standin, losses, classifier)
    learner = exam.module.make(classifier)
    keywords = {"learning_rate": RATE, "reg": REG, "num_iters": STEPS, "batch_size": BATCH}
    history = learner.call("train", exam.session.put(X), exam.session.put(y), **keywords)
    calls = _calls(exam, standin)
    if calls is None:
        return
    weights, X_batches, y_batches, regs = calls
    losses, slopes = _least_squares(weights, X_batches, y_batches)
    exam.matches(
        "history",
        history,
        losses,
        what="the list of losses",
        mistakes=[
            (np.cumsum(losses), "the losses are added up"),
            (losses.mean() + 0 * losses, "all are the mean"),
        ],
        hint="One loss for each step: the one that self.loss returned.",
    )
    problem = _problem_of_batches(X, y, X_batches, y_batches, regs)
    exam.require("batches", not problem, problem)
    _judge_steps(exam, weights, slopes, learner.get("W"))


def hand_over(exam: Exam, module: Remote, source: str, losses: tuple[str, ...], classifier: str) -> None:
    """Give a module what it uses or lacks and a stand-in has: losses, and a classifier with one of them."""
    for name in losses:
        if not module.has(name):
            module.set(name, exam.session.load(source).make("named", name))
    if not module.has(classifier) and module.has("LinearClassifier"):
        module.set(classifier, exam.session.load(source).make("with_this_loss", module))


def _least_squares(weights, X, y):
    """Losses and gradients that the stand-in has returned: computed here, from what it was asked."""
    errors = X @ weights - np.eye(weights.shape[2])[y]
    return (errors**2).mean(axis=(1, 2)), 2 * X.transpose(0, 2, 1) @ errors / errors[0].size


def _problem_of_batches(X, y, X_batches, y_batches, regs) -> str:
    number = np.rint(X_batches[:, :, 0] * ROWS).astype(int)
    known = (number >= 0) & (number < ROWS)
    if not (known.all() and np.array_equal(X[number], X_batches)):
        return "the rows of a batch are not rows of X"
    if not np.array_equal(y[number], y_batches):
        return "the labels do not belong to the rows; take both with the same indices"
    if (number == number[0]).all():
        return "every step gets the same batch; draw anew inside the loop"
    if (np.diff(number, axis=1) % ROWS == 1).all():
        return "the rows come in their order, not at random"
    if len(np.unique(number)) < 0.8 * ROWS:
        return f"only {len(np.unique(number))} of {ROWS} rows are ever drawn; draw from all"
    if not np.allclose(regs, REG):
        return "reg does not reach self.loss"
    return ""


def _judge_steps(exam: Exam, weights, slopes, last) -> None:
    moved, slope = np.diff(weights, axis=0), slopes[:-1]
    shrink = 2 * REG * weights[:-1]
    right = exam.matches(
        "update",
        moved,
        -RATE * slope,
        what="the steps of W",
        mistakes=[
            (0 * moved, "W stays as it is; take a step against the gradient"),
            (RATE * slope, "the sign is wrong: the loss grows along the gradient"),
            (-slope, "learning_rate is missing"),
            (-RATE * slope / BATCH, "the step is divided by the size of the batch; the loss is a mean already"),
            (-RATE * (slope + shrink), "the regularisation is added once more; the gradient contains it"),
            (-RATE * np.sign(slope), "only the sign of the gradient is used"),
            (-RATE * np.cumsum(slope, axis=0), "the gradients of all steps so far are added up"),
        ],
        hint="One step is learning_rate times the gradient.",
    )
    if right and (problem := difference(last, weights[-1] - RATE * slopes[-1], "W after the last step", 1e-6)):
        exam.fail("update", f"{problem}; does the last gradient still make a step?")


def _calls(exam: Exam, standin: str):
    """What `self.loss` was asked, step by step: arrays with the step as first axis; None where that makes no sense.

    Where it was asked the same several times in a step, for the loss and again for the gradient, once counts.
    """
    calls = exam.session.load(standin).get("calls")
    if not isinstance(calls, list) or not calls:
        exam.fail_all("self.loss is never called")
        return None
    if not all(isinstance(call, tuple) and len(call) == 4 for call in calls):
        exam.fail_all("what self.loss was asked has been changed")
        return None
    calls = [call for number, call in enumerate(calls) if not (number and _same(call, calls[number - 1]))]
    size = np.shape(calls[0][1])
    try:
        weights, X, y, regs = (np.array(column) for column in zip(*calls, strict=True))
        fits = X.shape[1:] == (BATCH, COLUMNS) and y.shape[1:] == (BATCH,) and weights.shape[1:] == (COLUMNS, CLASSES)
        kinds = [array.dtype.kind for array in (weights, X, y, regs)]
        fits = fits and kinds[2] in "iu" and all(kind in "iuf" for kind in kinds) and regs.ndim == 1
        fits = fits and bool(np.isin(y, np.arange(CLASSES)).all())
    except (TypeError, ValueError):
        fits = False
    if not fits:
        exam.fail_all(f"the batches should have the shape ({BATCH}, {COLUMNS}) here; the first has {size}")
        return None
    if len(calls) != STEPS:
        exam.fail_all(f"self.loss is called {len(calls)} times in {STEPS} steps; once a step is expected")
        return None
    return weights, X, y, regs


def _same(call: tuple, other: tuple) -> bool:
    try:
        return all(np.array_equal(a, b) for a, b in zip(call, other, strict=True))
    except (TypeError, ValueError):
        return False
