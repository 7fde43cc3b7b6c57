"""Stochastic gradient descent in the manner of CS231n's `train`: the losses, the batches, the steps of W.

A stand-in takes the place of the submission's loss and keeps in `calls` what it was asked, step by step, so that the
descent is judged by itself, whichever batches it draws.
"""

from __future__ import annotations

import numpy as np

from grading.judging.comparison import difference
from grading.judging.exam import Exam

__all__ = ["judge_descent"]

ROWS, COLUMNS, BATCH, STEPS = 120, 6, 30, 50
RATE, REG = 0.05, 0.25


def judge_descent(exam: Exam, *, classifier: str, standin: str) -> None:
    """Parts history, batches and update of a classifier's `train`.

    Parameters
    ----------
    classifier : str
        Name of the class in the module of the question.
    standin : str
        The module in whose place a loss stands that keeps its calls: (W, X, y, reg, loss, gradient) each.
    """
    X = exam.rng.integers(0, 9, (ROWS, COLUMNS)).astype(float)
    X[:, 0] = np.arange(ROWS) / ROWS  # by which a row is recognised
    y = exam.rng.integers(0, 3, ROWS)
    y[:3] = 0, 1, 2
    learner = exam.module.make(classifier)
    keywords = {"learning_rate": RATE, "reg": REG, "num_iters": STEPS, "batch_size": BATCH}
    history = learner.call("train", exam.session.put(X), exam.session.put(y), **keywords)
    calls = _calls(exam, standin)
    if calls is None:
        return
    weights, X_batches, y_batches, regs, losses, slopes = calls
    exam.matches(
        "history",
        history,
        losses,
        what="the list of losses",
        mistakes=[(np.cumsum(losses), "the losses are added up"), (losses.mean() + 0 * losses, "all are the mean")],
        hint="One loss for each step: the one that self.loss returned.",
    )
    problem = _problem_of_batches(X, y, X_batches, y_batches, regs)
    exam.require("batches", not problem, problem)
    _judge_steps(exam, weights, slopes, learner.get("W"))


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
    """What `self.loss` was asked, step by step: arrays with the step as first axis; None where that makes no sense."""
    calls = exam.session.load(standin).get("calls")
    if not calls:
        exam.fail_all("self.loss is never called")
        return None
    try:
        columns = [np.array(column) for column in zip(*calls, strict=True)]
        fits = len(columns) == 6 and columns[1].shape[1:] == (BATCH, COLUMNS) and columns[2].shape[1:] == (BATCH,)
    except (TypeError, ValueError):
        fits = False
    if not fits:
        size = np.shape(calls[0][1]) if isinstance(calls[0], tuple) and len(calls[0]) == 6 else ()
        exam.fail_all(f"the batches should have the shape ({BATCH}, {COLUMNS}) here; the first has {size}")
        return None
    if len(calls) != STEPS:
        exam.fail_all(f"self.loss is called {len(calls)} times in {STEPS} steps; once a step is expected")
        return None
    return columns
