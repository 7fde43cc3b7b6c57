"""Assignment softmax: what is asked, and how answers are judged. Runs outside the box; see `grading.marking`."""

import functools

import numpy as np

from grading.marking import Exam, Part, Question, difference
from grading.sandbox import Limits
from utils.data import images

ORDER, TITLE, MINUTES = 3, "Softmax classifier", 150
MODULES = {
    "softmax": ("softmax_loss_naive", "softmax_loss_vectorized"),
    "linear_classifier": ("LinearClassifier", "Softmax"),
    "search": ("sample_settings", "random_search", "best_classifier"),
}
LIMITS = Limits(seconds=20, cpu_seconds=40)
#: (N, D, C) of the problems on which losses and gradients are compared.
SHAPES = ((7, 5, 3), (12, 4, 6), (10, 9, 10), (1, 6, 2), (40, 3, 4))
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
REG = 0.7
#: Wide enough for those who add 1e-8 to a probability before they take its logarithm.
TOLERANCE = 1e-5
#: Share of held-out pictures that the best classifier must get right, on shapes32 and on CIFAR-10 alike.
THRESHOLD = 0.28


def prepare():
    """The pictures, loaded when they are first asked for."""
    return functools.cache(_pictures)


def _pictures() -> tuple[np.ndarray, ...]:
    """Rows with the mean picture subtracted and a 1 appended, and labels: for training, validation, and held out."""
    data = images("auto", num_train=4000, num_val=1000, num_test=2000)
    mean = data.X_train.reshape(4000, -1).mean(axis=0)

    def rows(pictures):
        flat = pictures.reshape(len(pictures), -1) - mean
        return np.hstack([flat, np.ones((len(flat), 1))]).astype(np.float32)

    return rows(data.X_train), data.y_train, rows(data.X_val), data.y_val, rows(data.X_test), data.y_test


def _problem(rng, shape):
    """W, X, y with scores of about 1; the last feature is 1."""
    n, d, c = shape
    X = rng.normal(size=(n, d))
    X[:, -1] = 1
    return rng.normal(size=(d, c)) / np.sqrt(d), X, rng.integers(0, c, n)


def _two(found, exam: Exam, parts) -> bool:
    """Whether a loss function returned a loss and a gradient; if not, the parts are failed."""
    if isinstance(found, (tuple, list)) and len(found) == 2:
        return True
    for part in parts:
        exam.failed(part, "the function should return two things, loss and dW, in this order")
    return False


def _all_match(exam: Exam, part: str, cases, **about) -> bool:
    """Mark a part by several comparisons, of which each has to hold: (found, expected, mistakes)."""
    for found, expected, mistakes in cases:
        if problem := difference(found, expected, about["what"], TOLERANCE, mistakes, about["hint"]):
            exam.failed(part, problem)
            return False
    exam.passed(part)
    return True


def _stacked(losses) -> np.ndarray | object:
    """Losses of several problems as one array; where one of them is no number, that one."""
    for loss in losses:
        if not isinstance(loss, (int, float, np.number)) and np.shape(loss) != ():
            return loss
    return np.array(losses) if None not in losses else None


def _mistakes(arrays, hints):
    return [(array, hint) for array, hint in zip(arrays, hints, strict=True) if hint]


def naive_loss(exam: Exam) -> None:
    problems = [_problem(exam.rng, shape) for shape in SHAPES]
    found, ruled, kept = [], [], []
    for W, X, y in problems:
        arrays = {name: (exam.session.put(array), array) for name, array in zip("WXy", (W, X, y), strict=True)}
        remotes = [remote for remote, _ in arrays.values()]
        result = exam.module.call("softmax_loss_naive", *remotes, 0.0)
        if not _two(result, exam, ("data", "inputs", "regularisation")):
            return
        found.append(result[0])
        kept.append(arrays)
        ruled.append(exam.module.call("softmax_loss_naive", W, X, y, REG)[0])
    others = np.stack([exam.expect("other_losses", *problem) for problem in problems], axis=1)
    expected = np.array([exam.expect("loss", *problem, 0.0) for problem in problems])
    right = exam.matches(
        "data",
        _stacked(found),
        expected,
        what="the loss for reg = 0",
        tolerance=TOLERANCE,
        mistakes=_mistakes(others, LOSS_HINTS),
        hint="Compute one row with three classes on paper and compare.",
    )
    _regularisation_of_loss(exam, "regularisation", problems, found, ruled)
    if right:
        for arrays in kept:
            exam.outcome.passed.discard("inputs")
            if not exam.unchanged("inputs", arrays):
                break


def _regularisation_of_loss(exam: Exam, part: str, problems, found, ruled) -> None:
    """What reg adds, judged by itself."""
    weights = [W for W, _, _ in problems]
    squares = REG * np.array([(W**2).sum() for W in weights])
    try:
        added = np.array(ruled, dtype=float) - np.array(found, dtype=float)
    except (TypeError, ValueError):
        exam.failed(part, "the loss should be one number")
        return
    exam.matches(
        part,
        added,
        squares,
        what="what reg = 0.7 adds to the loss",
        tolerance=TOLERANCE,
        mistakes=[
            (0 * squares, "nothing; add the term of the regularisation"),
            (squares / 2, "there is a factor ½ too many; here it is reg * sum(W**2), without ½"),
            (REG * np.array([np.abs(W).sum() for W in weights]), "absolute values are summed; squares are asked for"),
            (REG * np.array([np.linalg.norm(W) for W in weights]), "this is the root of the sum; take the sum"),
            (REG * np.array([(W[:-1] ** 2).sum() for W in weights]), "the last row of W is left out; it counts, too"),
            (squares / [len(y) for *_, y in problems], "it is divided by the number of rows; add it after the mean"),
            (squares * [len(y) for *_, y in problems], "it is added once for each row; it belongs after the loop"),
            (-squares, "it is subtracted"),
        ],
        hint="It should be reg * sum(W**2).",
    )  # fmt: skip


def naive_gradient(exam: Exam) -> None:
    cases, added = [], []
    for shape in SHAPES:
        W, X, y = _problem(exam.rng, shape)
        result = exam.module.call("softmax_loss_naive", W, X, y, 0.0)
        ruled = exam.module.call("softmax_loss_naive", W, X, y, REG)
        if not (_two(result, exam, ("data", "regularisation")) and _two(ruled, exam, ("data", "regularisation"))):
            return
        others = exam.expect("other_gradients", W, X, y)
        cases.append((result[1], exam.expect("gradient", W, X, y, 0.0), _mistakes(others, GRADIENT_HINTS)))
        added.append((_minus(ruled[1], result[1]), 2 * REG * W, _regularisation_mistakes(W, len(y))))
    hint = "Compare with utils.gradcheck.check_gradient on a small problem; which columns are wrong?"
    _all_match(exam, "data", cases, what="the gradient for reg = 0", hint=hint)
    _all_match(exam, "regularisation", added, what="what reg = 0.7 adds to the gradient", hint="")


def _minus(a, b):
    """a − b where both are arrays of one shape, else a, so that the comparison can say what it is."""
    try:
        a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    except (TypeError, ValueError):
        return a
    return a - b if a.shape == b.shape else a


def _regularisation_mistakes(W, n):
    return [
        (0 * W, "nothing; the regularisation depends on W, too"),
        (REG * W, "a factor 2 is missing; what is the derivative of W²?"),
        (REG * W**2, "this is the regularisation itself; its derivative is asked for"),
        (np.full(W.shape, REG * (W**2).sum()), "this is the regularisation itself; its derivative is asked for"),
        (2 * REG * np.vstack([W[:-1], 0 * W[-1:]]), "the last row of W is left out; here it counts, too"),
        (2 * REG * W / n, "it is divided by the number of rows; it belongs after the mean"),
        (2 * REG * W * n, "it is added once for each row; it belongs after the loop"),
        (-2 * REG * W, "it is subtracted"),
    ]


def vectorized(exam: Exam) -> None:
    function, parts = "softmax_loss_vectorized", ("loss", "gradient")
    problems = [_problem(exam.rng, shape) for shape in SHAPES]
    found, cases = [], []
    for W, X, y in problems:
        result = exam.module.call(function, W, X, y, REG)
        if not _two(result, exam, parts):
            return
        found.append(result[0])
        others = [other + 2 * REG * W for other in exam.expect("other_gradients", W, X, y)]
        whole = exam.expect("gradient", W, X, y, REG)
        without = whole - 2 * REG * W
        wrong = [(without + term, f"the regularisation adds: {h}") for term, h in _regularisation_mistakes(W, len(y))]
        cases.append((result[1], whole, _mistakes(others, GRADIENT_HINTS) + wrong))
    squares = REG * np.array([(W**2).sum() for W, _, _ in problems])
    expected = np.array([exam.expect("loss", *problem, REG) for problem in problems])
    others = np.stack([exam.expect("other_losses", *problem) for problem in problems], axis=1) + squares
    right = exam.matches(
        "loss",
        _stacked(found),
        expected,
        what="the loss",
        tolerance=TOLERANCE,
        mistakes=[
            *_mistakes(others, LOSS_HINTS),
            (expected - squares, "the regularisation is missing"),
            (expected - squares / 2, "the regularisation has a factor ½ too many; here it is reg * sum(W**2)"),
        ],
        hint="Compare with softmax_loss_naive on three rows: scores, exponentials, their sums.",
    )
    hint = "Compare with softmax_loss_naive on three rows."
    both = _all_match(exam, "gradient", cases, what="the gradient", hint=hint) and right
    if both:
        _fast(exam, function, "vectorised")


def _fast(exam: Exam, function: str, what: str, rows: int = 20_000) -> None:
    """Compared in this run with a loop that does almost nothing for each fourth row, which any loop is slower than."""
    for _ in range(5):
        W, X, y = (exam.session.put(array) for array in _problem(exam.rng, (rows, 4, 3)))
        exam.module.call(function, W, X, y, REG)
        if fast := exam.session.seconds < exam.loops(rows // 4, 4):
            break
    hint = f"loss and gradient are right, but they take as long as a loop over the rows does; is everything {what}?"
    exam.require("speed", fast, hint)


def stability(exam: Exam) -> None:
    """Judged by the submission's own results for small scores, so that other mistakes are not paid for twice."""
    gradients, complete = [], True
    for part, function in (("naive", "softmax_loss_naive"), ("vectorised", "softmax_loss_vectorized")):
        small, large = [], []
        for _ in range(4):
            W, X, y = _problem(exam.rng, (9, 6, 5))
            results = []
            for shift in (0.0, 1e4, -1e4):
                weights = W.copy()
                weights[-1] += shift  # the last feature is 1: every score of every row moves by as much
                result = exam.module.call(function, weights, X, y, 0.0)
                if not _two(result, exam, ("naive", "vectorised", "gradients")):
                    return
                results.append(result)
            small += [results[0]] * 2
            large += results[1:]
        complete &= _stable(exam, part, [s[0] for s in small], [s[0] for s in large], function)
        gradients.append(([s[1] for s in small], [s[1] for s in large], function))
    if all(_stable(exam, "gradients", *gradient) for gradient in gradients):
        exam.passed("gradients")
    else:
        exam.outcome.passed.discard("gradients")


def _stable(exam: Exam, part: str, small, large, function: str) -> bool:
    """Whether results for large scores are those for small ones."""
    what = f"{function}: {'the gradient' if part == 'gradients' else 'the loss'} for scores of ±10000"
    try:
        small, large = np.array(small, dtype=float), np.array(large, dtype=float)
    except (TypeError, ValueError):
        exam.failed(part, f"{what} is no number or array of numbers")
        return False
    if not np.ptp(small, axis=0).any():
        exam.failed(part, f"{function}: {'the gradient' if part == 'gradients' else 'the loss'} is not written yet")
        return False
    if not np.isfinite(large).all():
        text = "is NaN or infinite; exp(710) is too large for a float, and exp(−750) is 0, whose logarithm is −inf. "
        exam.failed(part, f"{what} {text}Which number may you add to all scores of a row?")
        return False
    near = np.abs(small - large).max() <= TOLERANCE * np.abs(small).max()
    text = "is finite but not what scores around 0 with the same differences give; cutting scores off changes them"
    return exam.require(part, near, f"{what} {text}")


def classifier(exam: Exam) -> None:
    W, X, y = _problem(exam.rng, (30, 5, 4))
    y[:4] = 0, 1, 2, 3
    softmax = exam.module.make("Softmax")
    softmax.set("W", W)
    result = softmax.call("loss", X, y, REG)
    if not _two(result, exam, ("loss", "training")):
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
    _judge_search(exam)
    X, y, X_val, y_val, X_test, y_test = exam.data()
    put = [exam.session.put(array) for array in (X, y, X_val, y_val)]
    best = exam.module.make("best_classifier", *put)
    if best.fetch() is None:
        exam.failed("held_out", "best_classifier returns None; it should return a trained classifier")
        return
    labels = best.call("predict", X_test)
    if np.shape(labels) != y_test.shape:
        exam.failed("held_out", "predict of the classifier that best_classifier returns gives no label for each row")
        return
    share = np.mean(np.asarray(labels) == y_test)
    exam.require(
        "held_out",
        share >= THRESHOLD,
        f"{share:.1%} of the held-out pictures are right; {THRESHOLD:.0%} is asked for. Look at the losses: do "
        "they still fall (more steps, larger learning rate), do they jump or grow (smaller), is the accuracy on the "
        "training set much higher than on the validation set (stronger regularisation)?",
    )


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


def _judge_search(exam: Exam) -> None:
    pairs = [(rate, reg) for rate in (0.003, 0.3) for reg in (0.0, 0.05, 1.0)]
    steps = 40
    for _ in range(100):  # until the choice by validation is clear and differs from other choices
        X, y, X_val, y_val = _overlapping(exam.rng, 60, 60)
        anew, goes_on = exam.expect("search", X, y, X_val, y_val, np.array(pairs), np.array(steps))
        tables = [_accuracies(labels, y, y_val) for labels in (anew, goes_on)]
        table = tables[0]
        ranked = np.sort(table[:, 1])
        if (
            ranked[-1] > ranked[-2]
            and table[:, 1].argmax() not in (0, len(pairs) - 1, table[:, 0].argmax(), table[:, 1].argmin())
            and not np.array_equal(tables[0], tables[1])
        ):
            break
    put = [exam.session.put(array) for array in (X, y, X_val, y_val)]
    answer = exam.module.make("random_search", *put, pairs, num_iters=steps)
    results = answer.item(0).fetch()
    try:
        complete = set(results) == set(pairs) and all(np.size(results[pair]) == 2 for pair in pairs)
    except TypeError:
        complete = False
    if complete:
        swapped = table[:, ::-1]
        exam.matches(
            "results",
            np.array([np.ravel(results[pair]).astype(float) for pair in pairs]),
            table,
            what="the accuracies",
            mistakes=[
                (tables[1], "training goes on from the pair before; begin with a new classifier for each pair"),
                (swapped, "the two accuracies are exchanged; the one on the training set comes first"),
                (table[:, [0, 0]], "both are of the training set"),
                (table[:, [1, 1]], "both are of the validation set"),
                (1 - table, "these are shares of errors"),
                (table * [len(y), len(y_val)], "these are numbers of rows; shares of all rows are asked for"),
                (np.tile(table[0], (len(pairs), 1)), "all pairs have the same accuracies; do they reach train?"),
            ],
            hint="Train with learning_rate, reg and num_iters by name and leave the rest as it is.",
        )  # fmt: skip
    else:
        keys = "a dict is expected, with a pair of accuracies for each pair (learning_rate, reg)"
        exam.failed("results", f"the results: {keys}; are there all {len(pairs)}?")
    best = answer.item(1)
    if best.fetch() is None:
        exam.failed("best", "the best classifier is None")
        return
    labels = np.ravel(best.call("predict", np.concatenate([X, X_val])))
    chosen = [np.array_equal(labels, row) for row in anew]
    wanted = int(table[:, 1].argmax())
    found = chosen.index(True) if True in chosen else None
    text = "it is none of the classifiers, each trained anew with its pair; is it changed afterwards?"
    if found is not None:
        text = "another one is better on the validation set"
    for pair, says in (
        (table[:, 0].argmax(), "it is the best on the training set; the validation set decides"),
        (len(pairs) - 1, "it is the last that was trained; keep the best so far"),
        (0, "it is the first that was trained; replace it when a better one comes"),
        (table[:, 1].argmin(), "it is the worst on the validation set"),
    ):
        if found == pair:
            text = says
            break
    exam.require("best", chosen[wanted], f"the classifier that is returned: {text}")


def _overlapping(rng, n: int, n_val: int):
    """Three classes in two of 12 features, the others noise: easy to learn by heart."""
    y = rng.integers(0, 3, n + n_val)
    y[:3] = 0, 1, 2
    X = rng.normal(size=(n + n_val, 12))
    X[:, :2] += 1.2 * np.array([[0, 1], [1, -1], [-1, -1]])[y]
    X[:, -1] = 1
    return X[:n], y[:n], X[n:], y[n:]


def _accuracies(labels, y, y_val) -> np.ndarray:
    right = labels == np.concatenate([y, y_val])
    return np.stack([right[:, : len(y)].mean(axis=1), right[:, len(y) :].mean(axis=1)], axis=1)


QUESTIONS = [
    Question("q1", "The loss with loops", "softmax",
             (Part("data", 2, "the loss without regularisation is right"),
              Part("regularisation", 1, "the regularisation is right"),
              Part("inputs", 1, "the inputs are left as they were")), naive_loss, LIMITS),
    Question("q2", "The gradient with loops", "softmax",
             (Part("data", 2, "the gradient without regularisation is right"),
              Part("regularisation", 1, "the gradient of the regularisation is right")), naive_gradient, LIMITS),
    Question("q3", "Loss and gradient without loops", "softmax",
             (Part("loss", 2, "the loss is right"), Part("gradient", 2, "the gradient is right"),
              Part("speed", 1, "it is as fast as array operations are")), vectorized, LIMITS),
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
