"""Loss and gradient of a linear classifier: with loops, without, and what regularisation adds to them.

An assignment makes one `LinearLoss`; its methods are judges of questions. Its reference has `loss(W, X, y, reg)`,
`gradient(W, X, y, reg)`, and, without regularisation, `other_losses(W, X, y)` and `other_gradients(W, X, y)`, which
give what typical mistakes give, in the order of the hints.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from grading.box.session import SubmissionError
from grading.judging.comparison import difference, minus, numbers, one_array, real_array, several, with_hints
from grading.judging.draws import draw_labels
from grading.judging.exam import Exam
from grading.judging.speed import CALLS, Timed, judge_speed

__all__ = ["REG", "SHAPES", "LinearLoss", "draw_problem", "returns_loss_and_gradient"]

#: (N, D, C) of the problems on which losses and gradients are compared.
SHAPES = ((7, 5, 3), (12, 4, 6), (10, 9, 10), (1, 6, 2), (40, 3, 4))
REG = 0.7
NAIVE_LOSS_PARTS = ("data", "inputs", "regularisation")
EITHER = "With ½ the gradient must be reg * W, and then it is accepted, too"
#: (N, D, C) of the problems on which time is taken, and passes of the loop that a call may take as long as.
FEW_ROWS, MANY_ROWS, PASSES = (6, 5, 4), (200, 5, 4), 180


def draw_problem(rng, shape: tuple[int, int, int], scale: Callable[[int], float] = lambda d: 1.0):
    """W (D, C), X (N, D) and y (N,) of a problem of shape (N, D, C); the last feature is 1.

    `scale(D)` is what the normally distributed W is divided by.
    """
    n, d, c = shape
    X = rng.normal(size=(n, d))
    X[:, -1] = 1
    return rng.normal(size=(d, c)) / scale(d), X, draw_labels(rng, n, c)


def returns_loss_and_gradient(found, exam: Exam, parts) -> bool:
    """Whether a function returned a loss and a gradient; if not, the parts are failed."""
    if several(found, 2):
        return True
    exam.fail_all("the function should return two things, loss and dW, in this order", parts)
    return False


@dataclass(frozen=True)
class LinearLoss:
    """What one loss of a linear classifier is judged by.

    Attributes
    ----------
    naive, vectorized : str
        Names of the two functions of (W, X, y, reg) in the module of the question.
    loss_hints, gradient_hints : tuple of str
        What the mistakes of `other_losses` and `other_gradients` are; "" where there is nothing to say.
    steps : str
        What to compare between the two functions, row by row.
    loss_tolerance, gradient_tolerance : float
    scale : callable
        Of D: what W is divided by in the problems.
    """

    naive: str
    vectorized: str
    loss_hints: tuple[str, ...]
    gradient_hints: tuple[str, ...]
    steps: str
    loss_tolerance: float = 1e-6
    gradient_tolerance: float = 1e-7
    scale: Callable[[int], float] = lambda d: 1.0

    def draw(self, rng, shape: tuple[int, int, int]):
        """W, X, y of a problem."""
        return draw_problem(rng, shape, self.scale)

    def judge_naive_loss(self, exam: Exam) -> None:
        """Parts data, regularisation and inputs: the loss with loops."""
        with self._layout_named(exam, self.naive):
            self._judge_naive_loss(exam)

    def _judge_naive_loss(self, exam: Exam) -> None:
        problems = [self.draw(exam.rng, shape) for shape in SHAPES]
        plain, ruled, kept = [], [], []
        for W, X, y in problems:
            arrays = [(name, exam.session.put(array), array) for name, array in zip("WXy", (W, X, y), strict=True)]
            plain.append(exam.module.call(self.naive, *(remote for _, remote, _ in arrays), 0.0))
            ruled.append(exam.module.call(self.naive, W, X, y, REG))
            if not all(returns_loss_and_gradient(pair, exam, NAIVE_LOSS_PARTS) for pair in (plain[-1], ruled[-1])):
                return
            kept += arrays
        others = np.stack([exam.expect("other_losses", *problem) for problem in problems], axis=1)
        expected = np.array([exam.expect("loss", *problem, 0.0) for problem in problems])
        right = _one_number(exam, "data", plain) and exam.matches(
            "data",
            one_array([loss for loss, _ in plain]),
            expected,
            what="the loss for reg = 0",
            tolerance=self.loss_tolerance,
            mistakes=with_hints(others, self.loss_hints),
            hint="Compute one row with three classes on paper and compare.",
        )
        self._judge_regularisation_of_loss(exam, problems, plain, ruled)
        if right:
            exam.unchanged("inputs", kept)

    def _judge_regularisation_of_loss(self, exam: Exam, problems, plain, ruled) -> None:
        """What reg adds, judged by itself."""
        weights = [W for W, _, _ in problems]
        rows = np.array([len(y) for *_, y in problems])
        squares = REG * np.array([(W**2).sum() for W in weights])
        sizes, roots, rest = (
            REG * np.array([measure(W) for W in weights])
            for measure in (lambda W: np.abs(W).sum(), np.linalg.norm, lambda W: (W[:-1] ** 2).sum())
        )
        exam.matches(
            "regularisation",
            minus(
                one_array([loss for loss, _ in ruled], loose=True), one_array([loss for loss, _ in plain], loose=True)
            ),
            squares / (2 if self._halves(weights, plain, ruled) else 1),
            what=f"what reg = {REG} adds to the loss",
            tolerance=self.loss_tolerance,
            mistakes=[
                (0 * squares, "nothing; add the term of the regularisation"),
                (squares / 2, f"there is a factor ½ too many; here it is reg * sum(W**2), without ½. {EITHER}"),
                (sizes, "absolute values are summed; squares are asked for"),
                (roots, "this is the root of the sum; take the sum"),
                (rest, "the last row of W is left out; it counts, too"),
                (squares / rows, "it is divided by the number of rows; add it after the mean"),
                (squares * rows, "it is added once for each row; it belongs after the loop"),
                (-squares, "it is subtracted"),
            ],
            hint="It should be reg * sum(W**2).",
        )

    @contextmanager
    def _layout_named(self, exam: Exam, function: str) -> Iterator[None]:
        """Where the function raises since it is for W (C, D) and X (D, N), as CS231n had them in 2015, say so."""
        try:
            yield
        except SubmissionError:
            W, X, y = self.draw(exam.rng, SHAPES[0])
            try:
                result = exam.module.call(function, W.T, X.T, y, 0.0)
            except SubmissionError:
                result = None
            if several(result, 2) and numbers(result[1]).shape == W.T.shape:
                text = "it is written for W (C, D) and X (D, N), CS231n's layout of 2015; here W is (D, C) and X (N, D)"
                rest = [part.name for part in exam.question.parts if part.name not in exam.passed]
                exam.fail_all(f"{function}: {text}", rest)
            raise

    def _halves(self, weights, plain, ruled) -> bool:
        """Whether reg adds reg/2 * sum(W**2) to the losses and reg * W to the gradients: one convention of two."""
        return all(
            difference(minus(with_reg[0], without[0]), REG * (W**2).sum() / 2, "", 1e-5) is None
            and difference(minus(with_reg[1], without[1]), REG * W, "", 1e-5) is None
            for W, without, with_reg in zip(weights, plain, ruled, strict=True)
        )

    def judge_naive_gradient(self, exam: Exam) -> None:
        """Parts data and regularisation: the gradient with loops."""
        with self._layout_named(exam, self.naive):
            self._judge_naive_gradient(exam)

    def _judge_naive_gradient(self, exam: Exam) -> None:
        problems = [self.draw(exam.rng, shape) for shape in SHAPES]
        plain, ruled = ([exam.module.call(self.naive, *problem, reg) for problem in problems] for reg in (0.0, REG))
        if not all(returns_loss_and_gradient(pair, exam, ("data", "regularisation")) for pair in plain + ruled):
            return
        factor = 1 if self._halves([W for W, _, _ in problems], plain, ruled) else 2
        cases, added = [], []
        for (W, X, y), without, with_reg in zip(problems, plain, ruled, strict=True):
            mistakes = with_hints(exam.expect("other_gradients", W, X, y), self.gradient_hints)
            cases.append((without[1], exam.expect("gradient", W, X, y, 0.0), mistakes))
            mistakes = _regularisation_mistakes(W, len(y))
            added.append((minus(with_reg[1], without[1]), factor * REG * W, mistakes))
        hint = "Compare with utils.gradcheck.check_gradient on a small problem; which columns are wrong?"
        tolerance = self.gradient_tolerance
        exam.all_match("data", cases, what="the gradient for reg = 0", tolerance=tolerance, hint=hint)
        what = f"what reg = {REG} adds to the gradient"
        exam.all_match("regularisation", added, what=what, tolerance=tolerance)

    def judge_vectorized(self, exam: Exam) -> None:
        """Parts loss, gradient and speed: both without loops."""
        with self._layout_named(exam, self.vectorized):
            self._judge_vectorized(exam)

    def _judge_vectorized(self, exam: Exam) -> None:
        problems = [self.draw(exam.rng, shape) for shape in SHAPES]
        results = [exam.module.call(self.vectorized, *problem, REG) for problem in problems]
        if not all(returns_loss_and_gradient(pair, exam, ("loss", "gradient")) for pair in results):
            return
        plain = [exam.module.call(self.vectorized, *problem, 0.0) for problem in problems]
        halves = all(several(pair, 2) for pair in plain) and self._halves([W for W, _, _ in problems], plain, results)
        less = REG / 2 if halves else 0.0
        found, cases = [], []
        for (W, X, y), result in zip(problems, results, strict=True):
            found.append(result[0])
            others = [other + 2 * REG * W for other in exam.expect("other_gradients", W, X, y)]
            whole = exam.expect("gradient", W, X, y, REG)
            wrong = [
                (whole - 2 * REG * W + term, f"the regularisation adds: {hint}")
                for term, hint in _regularisation_mistakes(W, len(y))
            ]
            cases.append((result[1], whole - 2 * less * W, with_hints(others, self.gradient_hints) + wrong))
        squares = REG * np.array([(W**2).sum() for W, _, _ in problems])
        expected = np.array([exam.expect("loss", *problem, REG) for problem in problems])
        others = np.stack([exam.expect("other_losses", *problem) for problem in problems], axis=1) + squares
        right = _one_number(exam, "loss", results) and exam.matches(
            "loss",
            one_array(found),
            expected - squares / 2 * halves,
            what="the loss",
            tolerance=self.loss_tolerance,
            mistakes=[
                *with_hints(others, self.loss_hints),
                (expected - squares, "the regularisation is missing"),
                (
                    expected - squares / 2,
                    f"the regularisation has a factor ½ too many; here it is reg * sum(W**2). {EITHER}",
                ),
            ],
            hint=f"Compare with {self.naive} on three rows: {self.steps}.",
        )
        hint = f"Compare with {self.naive} on three rows."
        tolerance = self.gradient_tolerance
        if exam.all_match("gradient", cases, what="the gradient", tolerance=tolerance, hint=hint) and right:
            self._judge_speed(exam, less)

    def _judge_speed(self, exam: Exam, less: float) -> None:
        hint = "loss and gradient are right, but they take as long as a loop over the rows does; is everything "

        def draw(rng: np.random.Generator) -> list[Timed]:
            return [self._timed(exam, rng, shape, less) for shape in (FEW_ROWS, MANY_ROWS)]

        judge_speed(exam, "speed", self.vectorized, draw, f"{hint}vectorised?")

    def _timed(self, exam: Exam, rng: np.random.Generator, shape, less: float) -> Timed:
        """`less` is by how much the factor of the squares is smaller than reg."""
        stacks = [np.stack(arrays) for arrays in zip(*(self.draw(rng, shape) for _ in range(CALLS)), strict=True)]
        losses, gradients = exam.expect("losses_and_gradients", *stacks, REG)
        losses, gradients = losses - less * (stacks[0] ** 2).sum(axis=(1, 2)), gradients - 2 * less * stacks[0]

        def wrong(found: list) -> str | None:
            for result, loss, gradient in zip(found, losses, gradients, strict=True):
                if not several(result, 2):
                    return "loss and gradient are expected"
                problem = difference(result[0], loss, "the loss", self.loss_tolerance)
                if problem := problem or difference(result[1], gradient, "the gradient", self.gradient_tolerance):
                    return problem
            return None

        return Timed(exam.module, stacks, wrong, None if shape is FEW_ROWS else PASSES, (REG,))


def _one_number(exam: Exam, part: str, results) -> bool:
    """Whether each loss is a number, of whatever kind, and no array of several axes; if not, the part is failed."""
    for loss, _ in results:
        array, problem = real_array(loss)
        if not problem and array.shape != ():
            return exam.require(part, False, f"the loss: an array of shape {array.shape} comes back, not one number")
    return True


def _regularisation_mistakes(W: np.ndarray, rows: int) -> list[tuple]:
    """What typical mistakes give instead of the gradient of REG * sum(W**2)."""
    itself = "this is the regularisation itself; its derivative is asked for"
    return [
        (0 * W, "nothing; the regularisation depends on W, too"),
        (REG * W, "a factor 2 is missing; what is the derivative of W²?"),
        (REG * W**2, itself),
        (np.full(W.shape, REG * (W**2).sum()), itself),
        (2 * REG * np.vstack([W[:-1], 0 * W[-1:]]), "the last row of W is left out; here it counts, too"),
        (2 * REG * W / rows, "it is divided by the number of rows; it belongs after the mean"),
        (2 * REG * W * rows, "it is added once for each row; it belongs after the loop"),
        (-2 * REG * W, "it is subtracted"),
    ]
