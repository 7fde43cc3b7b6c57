"""Assignment svm: what is asked, and how answers are judged. Runs outside the box; see `grading.marking`."""

import functools

import numpy as np

from grading.marking import Exam, Part, Question, difference
from grading.sandbox import Limits
from utils.data import images

ORDER, TITLE, MINUTES = 2, "Support vector machine", 180
MODULES = {
    "linear_svm": ("svm_loss_naive", "svm_loss_vectorized"),
    "linear_classifier": ("LinearClassifier", "LinearSVM"),
    "search": ("grid_search", "best_classifier"),
}
LIMITS = Limits(seconds=20, cpu_seconds=40)
#: (N, D, C) of the problems on which losses and gradients are compared.
SHAPES = ((7, 5, 3), (12, 4, 6), (10, 9, 10), (1, 6, 2), (40, 3, 4))
#: What the mistakes of `reference.other_losses` are, in its order.
LOSS_HINTS = (
    "this is the sum over the rows; the mean is asked for",
    "it is 1 too large: the correct class is counted, whose margin is always 1; leave it out",
    "the margin of 1 is missing in max(0, s_j − s_y + 1)",
    "negative margins are added, too; they count as 0",
    "only the largest margin of each row is counted; all classes but the correct one count",
    "the difference of the scores has the wrong sign; a high score of a wrong class is what costs",
    "the margins are squared",
    "it is also divided by the number of classes; only the rows are averaged",
)
GRADIENT_HINTS = (
    "this is the sum over the rows; the mean is asked for",
    "",
    "the margin of 1 is missing in the condition s_j − s_y + 1 > 0",
    "classes with a negative margin contribute, too; the slope of max(0, …) is 0 there",
    "only the class with the largest margin contributes; all with a positive margin do",
    "the difference of the scores has the wrong sign",
    "this is the gradient of the squared margins; the slope of max(0, m) is 0 or 1",
    "it is also divided by the number of classes; only the rows are averaged",
    "the columns of the correct classes lack their term; each margin also depends on the correct class's score",
    "only the columns of the correct classes are filled; each margin also depends on the other class's score",
    "the correct class gets its term once a row; it has one for each class with a positive margin",
    "the correct class is counted as one that violates the margin; it has no term of its own",
)
REG = 0.7
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
    """W, X, y with margins on both sides of 0; the last feature is 1."""
    n, d, c = shape
    X = rng.normal(size=(n, d))
    X[:, -1] = 1
    return rng.normal(size=(d, c)), X, rng.integers(0, c, n)


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
        if problem := difference(found, expected, about["what"], 1e-7, mistakes, about["hint"]):
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
        result = exam.module.call("svm_loss_naive", *remotes, 0.0)
        if not _two(result, exam, ("data", "inputs", "regularisation")):
            return
        found.append(result[0])
        kept.append(arrays)
        ruled.append(exam.module.call("svm_loss_naive", W, X, y, REG)[0])
    others = np.stack([exam.expect("other_losses", *problem) for problem in problems], axis=1)
    expected = np.array([exam.expect("loss", *problem, 0.0) for problem in problems])
    right = exam.matches(
        "data",
        _stacked(found),
        expected,
        what="the loss for reg = 0",
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
        result = exam.module.call("svm_loss_naive", W, X, y, 0.0)
        ruled = exam.module.call("svm_loss_naive", W, X, y, REG)
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
    function, parts = "svm_loss_vectorized", ("loss", "gradient")
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
        mistakes=[
            *_mistakes(others, LOSS_HINTS),
            (expected - squares, "the regularisation is missing"),
            (expected - squares / 2, "the regularisation has a factor ½ too many; here it is reg * sum(W**2)"),
        ],
        hint="Compare with svm_loss_naive on three rows: scores, margins, sum.",
    )
    hint = "Compare with svm_loss_naive on three rows."
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


def descent(exam: Exam) -> None:
    rows, batch, steps, rate, reg = 120, 30, 50, 0.05, 0.25
    X = exam.rng.integers(0, 9, (rows, 6)).astype(float)
    X[:, 0] = np.arange(rows) / rows  # by which a row is recognised
    y = exam.rng.integers(0, 3, rows)
    y[:3] = 0, 1, 2
    classifier = exam.module.make("LinearSVM")
    keywords = {"learning_rate": rate, "reg": reg, "num_iters": steps, "batch_size": batch}
    history = classifier.call("train", exam.session.put(X), exam.session.put(y), **keywords)
    calls = _calls(exam, batch, steps)
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
    number = np.rint(X_batches[:, :, 0] * rows).astype(int)
    known = (number >= 0) & (number < rows)
    problem = ""
    if not (known.all() and np.array_equal(X[number], X_batches)):
        problem = "the rows of a batch are not rows of X"
    elif not np.array_equal(y[number], y_batches):
        problem = "the labels do not belong to the rows; take both with the same indices"
    elif (number == number[0]).all():
        problem = "every step gets the same batch; draw anew inside the loop"
    elif (np.diff(number, axis=1) % rows == 1).all():
        problem = "the rows come in their order, not at random"
    elif len(np.unique(number)) < 0.8 * rows:
        problem = f"only {len(np.unique(number))} of {rows} rows are ever drawn; draw from all"
    elif not np.allclose(regs, reg):
        problem = "reg does not reach self.loss"
    exam.require("batches", not problem, problem)
    moved, slope = np.diff(weights, axis=0), slopes[:-1]
    last = classifier.get("W")
    shrink = 2 * reg * weights[:-1]
    right = exam.matches(
        "update",
        moved,
        -rate * slope,
        what="the steps of W",
        tolerance=1e-6,
        mistakes=[
            (0 * moved, "W stays as it is; take a step against the gradient"),
            (rate * slope, "the sign is wrong: the loss grows along the gradient"),
            (-slope, "learning_rate is missing"),
            (-rate * slope / batch, "the step is divided by the size of the batch; the loss is a mean already"),
            (-rate * (slope + shrink), "the regularisation is added once more; the gradient contains it"),
            (-rate * np.sign(slope), "only the sign of the gradient is used"),
            (-rate * np.cumsum(slope, axis=0), "the gradients of all steps so far are added up"),
        ],
        hint="One step is learning_rate times the gradient.",
    )
    if right:
        problem = difference(last, weights[-1] - rate * slopes[-1], "W after the last step", 1e-6, (), "")
        if problem:
            exam.outcome.passed.discard("update")
            exam.failed("update", f"{problem}; does the last gradient still make a step?")


def _calls(exam: Exam, batch: int, steps: int):
    """What `self.loss` was asked, step by step: arrays with the step as first axis; None where that makes no sense."""
    calls = exam.session.load("linear_svm").get("calls")
    if not calls:
        for part in exam.question.parts:
            exam.failed(part.name, "self.loss is never called")
        return None
    try:
        columns = [np.array(column) for column in zip(*calls, strict=True)]
        fits = len(columns) == 6 and columns[1].shape[1:] == (batch, 6) and columns[2].shape[1:] == (batch,)
    except (TypeError, ValueError):
        fits = False
    if not fits:
        size = np.shape(calls[0][1]) if isinstance(calls[0], tuple) and len(calls[0]) == 6 else ()
        for part in exam.question.parts:
            exam.failed(part.name, f"the batches should have the shape ({batch}, 6) here; the first has {size}")
        return None
    if len(calls) != steps:
        for part in exam.question.parts:
            exam.failed(part.name, f"self.loss is called {len(calls)} times in {steps} steps; once a step is expected")
        return None
    return columns


def predict(exam: Exam) -> None:
    cases = []
    for n, d, c in SHAPES:
        W, X, _ = _problem(exam.rng, (n + 9, d, c + 1))
        classifier = exam.module.make("LinearSVM")
        classifier.set("W", W)
        scores = X @ W
        mistakes = [
            (scores.argmin(axis=1), "these are the classes with the lowest score"),
            (np.abs(scores).argmax(axis=1), "the sign of the scores is lost"),
            ((X[:, :-1] @ W[:-1]).argmax(axis=1), "the bias is left out"),
            (scores.argmax(axis=1) + 1, "the classes are counted from 1; they begin with 0"),
            (scores.max(axis=1), "these are the highest scores; the classes that have them are asked for"),
        ]
        cases.append((classifier.call("predict", X), scores.argmax(axis=1).astype(float), mistakes))
    hint = "For each row of X, the class whose score is the highest."
    _all_match(exam, "labels", cases, what="the labels", hint=hint)


def search(exam: Exam) -> None:
    _judge_grid(exam)
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


def _judge_grid(exam: Exam) -> None:
    rates, regs, steps = [0.003, 0.3], [0.0, 0.05, 1.0], 40
    pairs = [(rate, reg) for rate in rates for reg in regs]
    for _ in range(100):  # until the choice by validation is clear and differs from other choices
        X, y, X_val, y_val = _overlapping(exam.rng, 60, 60)
        anew, goes_on = exam.expect("grid", X, y, X_val, y_val, np.array(rates), np.array(regs), np.array(steps))
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
    answer = exam.module.make("grid_search", *put, rates, regs, num_iters=steps)
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
    Question("q1", "The loss with loops", "linear_svm",
             (Part("data", 2, "the loss without regularisation is right"),
              Part("regularisation", 1, "the regularisation is right"),
              Part("inputs", 1, "the inputs are left as they were")), naive_loss, LIMITS),
    Question("q2", "The gradient with loops", "linear_svm",
             (Part("data", 2, "the gradient without regularisation is right"),
              Part("regularisation", 1, "the gradient of the regularisation is right")), naive_gradient, LIMITS),
    Question("q3", "Loss and gradient without loops", "linear_svm",
             (Part("loss", 2, "the loss is right"), Part("gradient", 2, "the gradient is right"),
              Part("speed", 1, "it is as fast as array operations are")), vectorized, LIMITS),
    Question("q4", "Stochastic gradient descent", "linear_classifier",
             (Part("history", 1, "the losses of all steps are returned"),
              Part("batches", 2, "each step sees a random batch with its labels"),
              Part("update", 2, "each step goes down the gradient")), descent, LIMITS, ("linear_svm",)),
    Question("q5", "Prediction", "linear_classifier",
             (Part("labels", 2, "each row gets the class with the highest score"),), predict,
             LIMITS, ("linear_svm",)),
    Question("q6", "Hyper-parameter search", "search",
             (Part("results", 2, "each pair has its two accuracies"),
              Part("best", 1, "the validation set chooses the classifier"),
              Part("held_out", 2, f"at least {THRESHOLD:.0%} of held-out pictures are right")), search,
             Limits(seconds=180.0, cpu_seconds=180, memory_bytes=3 << 30), ("linear_svm", "linear_classifier")),
]  # fmt: skip
