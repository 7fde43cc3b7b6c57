"""Assignment softmax: what is asked, and how answers are judged. Runs outside the box; see `grading.judging`."""

import numpy as np

from grading.box.sandbox import Limits
from grading.box.session import SubmissionError
from grading.judging.comparison import difference, numbers, real_array
from grading.judging.draws import draw_labels
from grading.judging.exam import Exam
from grading.judging.linear_losses import REG, LinearLoss, returns_loss_and_gradient
from grading.judging.pictures import rows_with_bias
from grading.judging.questions import Part, Question
from grading.judging.selection import PAIRS, STEPS, judge_held_out, judge_search_of_pairs

ORDER, TITLE, MINUTES = 3, "Softmax classifier", 150
MODULES = {
    "softmax": ("softmax_loss_naive", "softmax_loss_vectorized"),
    "linear_classifier": ("LinearClassifier", "Softmax"),
    "search": ("sample_settings", "random_search", "best_classifier"),
}
LIMITS = Limits(seconds=20, cpu_seconds=40)
#: What the mistakes of `reference.other_losses` are, in its order.
LOSS_HINTS = (
    "this is the sum over the rows; the mean is asked for",
    "this is the mean of −s_y alone; the logarithm of the sum of all exponentials is missing",
    "the probability itself is averaged; its logarithm is asked for",
    "the probabilities are normalised over the rows; those of one row add up to 1",
    "the logarithms of all classes are added; only the correct class counts",
    "it is also divided by the number of classes; only the rows are averaged",
    "the sum in the denominator lacks the correct class; it runs over all classes",
)
GRADIENT_HINTS = (
    "this is the sum over the rows; the mean is asked for",
    "",
    "this is the gradient of the probability; that of its logarithm is asked for",
    "the probabilities are normalised over the rows; those of one row add up to 1",
    "this is the gradient of the sum over all classes; only the correct class counts",
    "it is also divided by the number of classes; only the rows are averaged",
    "the sum in the denominator lacks the correct class; it runs over all classes",
    "the term of the correct class is missing; the score s_y also stands outside of the sum of exponentials",
    "only the term of the correct class is there; every score stands in the sum of exponentials",
    "the term of the correct class is not averaged over the rows",
    "only the columns of the correct classes are filled; every class has a probability",
)
#: Wide enough for those who add 1e-8 to a probability before they take its logarithm.
TOLERANCE = 1e-5
#: Share of held-out pictures that the best classifier must get right, on shapes32 and on CIFAR-10 alike.
THRESHOLD = 0.28
CROSS_ENTROPY = LinearLoss(
    "softmax_loss_naive",
    "softmax_loss_vectorized",
    LOSS_HINTS,
    GRADIENT_HINTS,
    steps="scores, exponentials, their sums",
    loss_tolerance=TOLERANCE,
    gradient_tolerance=TOLERANCE,
    scale=np.sqrt,  # scores of about 1
)
prepare = rows_with_bias


def stability(exam: Exam) -> None:
    """Judged by the submission's own results for small scores, so that other mistakes are not paid for twice."""
    stable = []
    for part, function in (("naive", "softmax_loss_naive"), ("vectorised", "softmax_loss_vectorized")):
        moved = [_moved(CROSS_ENTROPY.draw(exam.rng, (9, 6, 5))) for _ in range(4)]
        spread = [_spread(CROSS_ENTROPY.draw(exam.rng, (9, 6, 5))) for _ in range(2)]
        try:
            results = [[exam.module.call(function, *problem, 0.0) for problem in row] for row in moved + spread]
        except SubmissionError as problem:
            exam.fail_all(exam.raised(problem), (part, "gradients"))
            continue
        if not all(returns_loss_and_gradient(pair, exam, (part, "gradients")) for row in results for pair in row):
            continue
        for place in (0, 1):
            what = f"{function}: the {'gradient' if place else 'loss'} for scores "
            own = [[pair[place] for pair in row] for row in results]
            right = [[_reference(exam, place, problem) for problem in row] for row in spread]
            problem = _problem_of_moved(own[:4], what) or _problem_of_spread(own[4:], right, what, not place)
            if place:
                stable.append(problem)
            else:
                exam.require(part, not problem, problem)
    if len(stable) == 2:
        exam.without("gradients", stable)


def _moved(problem) -> list[tuple]:
    """The problem, and with all scores larger and smaller by 10000: the last feature is 1."""
    W, X, y = problem
    rows = []
    for shift in (0.0, 1e4, -1e4):
        weights = W.copy()
        weights[-1] += shift
        rows.append((weights, X, y))
    return rows


def _spread(problem) -> list[tuple]:
    """The problem with the lowest score for the right class of most rows, and the same with scores of some ±10000.

    In sixty-fourths, so that all machines have the same scores: the record of results is found by what is asked.
    """
    W, X, y = problem
    W, X = np.round(64 * W) / 64, np.round(64 * X) / 64
    y = np.where(np.arange(len(y)) % 3 > 0, (X @ W).argmin(axis=1), y)
    return [(W, X, y), (2.0**13 * W, X, y)]


def _reference(exam: Exam, place: int, problem):
    return exam.expect("gradient" if place else "loss", *problem, 0.0)


def _problem_of_moved(own, what: str) -> str:
    """What is wrong with results for moved scores: they are those for scores around 0."""
    what, arrays = f"{what}of ±10000", []
    for row in own:
        for value in row:
            array, problem = real_array(value)
            if problem or (arrays and array.shape != arrays[0].shape):
                return f"{what}: {problem or 'the shape changes'}"
            arrays.append(array.astype(float))
    arrays = np.array(arrays).reshape(len(own), 3, *arrays[0].shape)
    small, large = arrays[:, :1], arrays[:, 1:]
    if not np.ptp(small, axis=0).any():
        return f"{what}: it is not written yet"
    if not np.isfinite(large).all():
        text = "is NaN or infinite; exp(710) is too large for a float, and exp(−750) is 0, whose logarithm is −inf. "
        return f"{what} {text}Which number may you add to all scores of a row?"
    if np.abs(small - large).max() <= TOLERANCE * np.abs(small).max():
        return ""
    return (
        f"{what} is finite but not what scores around 0 with the same differences give; cutting scores off changes them"
    )


def _problem_of_spread(own, right, what: str, loss: bool) -> str:
    """What is wrong with results for scores far apart: they are as many times the right ones as small ones are."""
    what = f"{what}that lie some 10000 apart"
    (small, large), (right_small, right_large) = zip(*own, strict=True), zip(*right, strict=True)
    small, large, right_small, right_large = (
        np.array(values, dtype=float) for values in (small, large, right_small, right_large)
    )
    if small.shape != right_small.shape:
        return ""  # said where the gradient is judged
    factor = (small * right_small).sum() / (right_small**2).sum()
    if np.abs(small - factor * right_small).max() > 10 * TOLERANCE * np.abs(small).max():
        return ""  # another mistake, paid for where it shows for small scores too
    if not np.isfinite(large).all():
        text = "each row has its own largest score, which is subtracted from that row"
        if loss:
            text = f"where p is 0, its logarithm is −inf; log p is s_y − log Σ exp(s), without p. And {text}"
        return f"{what} is NaN or infinite: {text}"
    if np.abs(large - factor * right_large).max() > 10 * TOLERANCE * np.abs(factor * right_large).max():
        return f"{what} is finite but wrong; cutting off scores or probabilities changes them"
    return ""


def classifier(exam: Exam) -> None:
    W, X, _ = CROSS_ENTROPY.draw(exam.rng, (30, 5, 4))
    y = draw_labels(exam.rng, 30, 4)
    softmax = exam.module.make("Softmax")
    softmax.set("W", W)
    result = softmax.call("loss", X, y, REG)
    if not returns_loss_and_gradient(result, exam, ("loss", "training")):
        return
    loss, gradient = exam.expect("least_squares", W, X, y, REG)
    problem = difference(result[0], loss, "the loss", TOLERANCE, [(loss - REG, "reg is not passed on")], "")
    problem = problem or difference(result[1], gradient, "the gradient", TOLERANCE, (), "")
    problem = problem and problem.replace("right up to a factor: every value", "wrong: it")
    text = "It should be what the function of softmax.py returns for self.W and the batch."
    exam.require("loss", problem is None, f"{problem} {text}")
    learner = exam.module.make("Softmax")
    history = learner.call("train", X, y, learning_rate=0.1, reg=0.0, num_iters=60, batch_size=30)
    problem = _problem_of_training(history, learner.get("W"), X, y)
    exam.require("training", not problem, problem)


def _problem_of_training(history, W, X, y) -> str:
    losses, problem = real_array(history)
    if problem or losses.shape != (60,):
        number = "none" if problem else f"one of the shape {losses.shape}"
        return f"train should return a list with one loss for each of 60 steps; there is {number}"
    falls = np.mean(losses[-10:]) < 0.9 * np.mean(losses[:2])
    if not falls:
        return "the losses do not fall during training; do loss and gradient come in this order?"
    weights = numbers(W)
    if weights.shape != (X.shape[1], 4):
        return f"after training W should have the shape {(X.shape[1], 4)}"
    now = np.mean((X @ weights - np.eye(4)[y]) ** 2)  # the loss of the stand-in; near W = 0 it is 1/4
    if not 0.2 < losses[0] < 0.3 or not now < 0.95 * np.mean(losses[:2]) or not 0.6 < now / np.mean(losses[-10:]) < 1.4:
        return "the list of losses is not that of the classifier, whose loss after training is another one"
    return ""


def search(exam: Exam) -> None:
    _judge_draws(exam)
    judge_search_of_pairs(exam, lambda put: exam.module.make("random_search", *put, list(PAIRS), num_iters=STEPS))
    judge_held_out(exam, THRESHOLD)


def _judge_draws(exam: Exam) -> None:
    rates, regs, num = (1e-8, 1e-4), (0.1, 1e5), 400
    first, again, other = (exam.module.call("sample_settings", num, rates, regs, seed=seed) for seed in (1, 1, 2))
    exam.require("draws", *_drawn_well(first, again, other, rates, regs, num))


def _drawn_well(first, again, other, rates, regs, num) -> tuple[bool, str]:
    """Whether pairs are drawn as they should be, and what is wrong with them."""
    if any(real_array(pairs)[1] for pairs in (first, again, other)):
        return False, "sample_settings should return a list of pairs of numbers"
    first, again, other = (real_array(pairs)[0].astype(float) for pairs in (first, again, other))
    if first.shape != (num, 2) or other.shape != (num, 2):
        return False, f"sample_settings should return {num} pairs when asked for {num}; the shape is {first.shape}"
    if not (np.array_equal(first, again) and not np.array_equal(first, other)):
        return False, "one seed should give one list, and another seed another; draw from rng alone"
    names = ("learning rate", "strength of regularisation")
    uniform = []
    for values, (low, high), name in zip(first.T, (rates, regs), names, strict=True):
        if not (np.all(values >= low * (1 - 1e-9)) and np.all(values <= high * (1 + 1e-9))):
            return False, f"the {name} leaves its range; it lies between {values.min():.2g} and {values.max():.2g}"
        if len(np.unique(values)) < 0.9 * num:
            return False, f"the {name} takes few values; draw each anew"
        uniform.append(np.log(values / low) / np.log(high / low))
        if np.median(values) > 0.3 * high:
            return False, f"the {name} is uniformly distributed; its logarithm should be"
        steps = np.abs(np.sort(uniform[-1]) - (np.arange(num) + 0.5) / num)
        if steps.max() > 0.12:
            return False, f"the logarithm of the {name} is not uniformly distributed over the range"
    if np.abs(np.corrcoef(*uniform)[0, 1]) > 0.3:
        return False, "learning rate and regularisation depend on each other; draw a number for each"
    return True, ""


QUESTIONS = [
    Question("q1", "The loss with loops", "softmax",
             (Part("data", 2, "the loss without regularisation is right"),
              Part("regularisation", 1, "the regularisation is right"),
              Part("inputs", 1, "the inputs are left as they were")),
             CROSS_ENTROPY.judge_naive_loss, LIMITS),
    Question("q2", "The gradient with loops", "softmax",
             (Part("data", 2, "the gradient without regularisation is right"),
              Part("regularisation", 1, "the gradient of the regularisation is right")),
             CROSS_ENTROPY.judge_naive_gradient, LIMITS),
    Question("q3", "Loss and gradient without loops", "softmax",
             (Part("loss", 2, "the loss is right"), Part("gradient", 2, "the gradient is right"),
              Part("speed", 1, "it is as fast as array operations are")), CROSS_ENTROPY.judge_vectorized, LIMITS),
    Question("q4", "Large scores", "softmax",
             (Part("naive", 1, "the loss with loops stands scores of 10000"),
              Part("vectorised", 1, "the loss without loops stands scores of 10000"),
              Part("gradients", 1, "both gradients stand scores of 10000")), stability, LIMITS),
    Question("q5", "The classifier", "linear_classifier",
             (Part("loss", 1, "its loss is that of softmax.py"), Part("training", 1, "training lowers the loss")),
             classifier, LIMITS, ("softmax",)),
    Question("q6", "Random search", "search",
             (Part("draws", 1, "learning rate and regularisation are drawn log-uniformly"),
              Part("results", 1, "each pair has its two accuracies"),
              Part("best", 1, "the validation set chooses the classifier"),
              Part("held_out", 2, f"at least {THRESHOLD:.0%} of held-out pictures are right")), search,
             Limits(seconds=180.0, cpu_seconds=180, memory_bytes=3 << 30), ("softmax", "linear_classifier")),
]  # fmt: skip
