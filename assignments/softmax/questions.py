"""Assignment softmax: what is asked, and how answers are judged. Runs outside the box; see `grading.judging`."""

import numpy as np

from grading.box.sandbox import Limits
from grading.judging.comparison import difference
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
    gradients = []
    for part, function in (("naive", "softmax_loss_naive"), ("vectorised", "softmax_loss_vectorized")):
        small, large = [], []
        for _ in range(4):
            W, X, y = CROSS_ENTROPY.draw(exam.rng, (9, 6, 5))
            results = []
            for shift in (0.0, 1e4, -1e4):
                weights = W.copy()
                weights[-1] += shift  # the last feature is 1: every score of every row moves by as much
                result = exam.module.call(function, weights, X, y, 0.0)
                if not returns_loss_and_gradient(result, exam, ("naive", "vectorised", "gradients")):
                    return
                results.append(result)
            small += [results[0]] * 2
            large += results[1:]
        _stable(exam, part, [s[0] for s in small], [s[0] for s in large], function)
        gradients.append(([s[1] for s in small], [s[1] for s in large], function))
    for gradient in gradients:
        if not _stable(exam, "gradients", *gradient):
            break


def _stable(exam: Exam, part: str, small, large, function: str) -> bool:
    """Whether results for large scores are those for small ones."""
    what = f"{function}: {'the gradient' if part == 'gradients' else 'the loss'} for scores of ±10000"
    try:
        small, large = np.array(small, dtype=float), np.array(large, dtype=float)
    except (TypeError, ValueError):
        exam.fail(part, f"{what} is no number or array of numbers")
        return False
    if not np.ptp(small, axis=0).any():
        exam.fail(part, f"{function}: {'the gradient' if part == 'gradients' else 'the loss'} is not written yet")
        return False
    if not np.isfinite(large).all():
        text = "is NaN or infinite; exp(710) is too large for a float, and exp(−750) is 0, whose logarithm is −inf. "
        exam.fail(part, f"{what} {text}Which number may you add to all scores of a row?")
        return False
    near = np.abs(small - large).max() <= TOLERANCE * np.abs(small).max()
    text = "is finite but not what scores around 0 with the same differences give; cutting scores off changes them"
    return exam.require(part, near, f"{what} {text}")


def classifier(exam: Exam) -> None:
    W, X, y = CROSS_ENTROPY.draw(exam.rng, (30, 5, 4))
    y[:4] = 0, 1, 2, 3
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
    history = exam.module.make("Softmax").call("train", X, y, learning_rate=0.1, reg=0.0, num_iters=60, batch_size=30)
    falls = isinstance(history, (list, np.ndarray)) and len(history) == 60
    falls = falls and np.mean(history[-10:]) < 0.9 * np.mean(history[:2])
    exam.require("training", falls, "the losses do not fall during training; do loss and gradient come in this order?")


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
    try:
        first, again, other = (np.array(pairs, dtype=float) for pairs in (first, again, other))
    except (TypeError, ValueError):
        return False, "sample_settings should return a list of pairs of numbers"
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
