"""Labels that a linear classifier gives: the class with the highest score."""

from __future__ import annotations

import numpy as np

from grading.judging.exam import Exam
from grading.judging.linear_losses import SHAPES, draw_problem

__all__ = ["judge_labels"]


def judge_labels(exam: Exam, *, classifier: str, part: str = "labels") -> None:
    """Mark a part by `predict` of a classifier of the submission whose W is set."""
    cases = []
    if not exam.module.has(classifier) and exam.module.has("LinearClassifier"):
        classifier = "LinearClassifier"  # whose predict it is
    for n, d, c in SHAPES:
        W, X, _ = draw_problem(exam.rng, (n + 9, d, c + 1))
        learner = exam.module.make(classifier)
        learner.set("W", W)
        scores = X @ W
        mistakes = [
            (scores.argmin(axis=1), "these are the classes with the lowest score"),
            (np.abs(scores).argmax(axis=1), "the sign of the scores is lost"),
            ((X[:, :-1] @ W[:-1]).argmax(axis=1), "the bias is left out"),
            (scores.argmax(axis=1) + 1, "the classes are counted from 1; they begin with 0"),
            (scores.max(axis=1), "these are the highest scores; the classes that have them are asked for"),
        ]
        cases.append((learner.call("predict", X), scores.argmax(axis=1).astype(float), mistakes))
    hint = "For each row of X, the class whose score is the highest."
    exam.all_match(part, cases, what="the labels", tolerance=1e-7, hint=hint, labels=True)
