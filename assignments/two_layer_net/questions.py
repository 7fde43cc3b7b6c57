"""Assignment two_layer_net: what is asked, and how answers are judged. Runs outside the box; see `grading.judging`.

The net itself (q4) may be written in either of two variants: in one piece (`neural_net.py`) or from layers
(`fc_net.py`). The one that is written is judged; where both are, a part counts when it holds in both.
"""

import numpy as np

from grading.box.sandbox import Limits
from grading.box.session import Remote, SubmissionError
from grading.judging.comparison import difference, minus, numbers, real_array, several
from grading.judging.draws import draw_labels
from grading.judging.exam import Exam
from grading.judging.questions import Part, Question
from grading.judging.selection import instead, judge_accuracies
from utils.data import images

ORDER, TITLE, MINUTES = 4, "A two-layer net", 240
#: `layer_utils` belongs to solutions of the layered variant that have it; nothing is asked about it.
MODULES = {
    "layers": ("affine_forward", "affine_backward", "relu_forward", "relu_backward", "softmax_loss"),
    "neural_net": ("TwoLayerNet",),
    "fc_net": (),
    "search": ("search", "good_setting"),
    "layer_utils": (),
}
LIMITS = Limits(seconds=20, cpu_seconds=40)
VARIANTS = ("neural_net", "fc_net")
NAMES = ("W1", "b1", "W2", "b2")
#: What good_setting has to reach on pictures that were not seen, on CIFAR-10 and on shapes32.
ACCURACY = 0.40
#: Bounds of what good_setting may ask for.
LARGEST = {"hidden_size": 200, "num_iters": 4000, "batch_size": 5000}
SAMPLES = 400_000


def prepare():
    """Pictures of 8 × 8 pixels as rows, the mean subtracted, and labels: for training, and held out."""
    data = images("auto", num_train=5000, num_val=1000, num_test=3000)
    train, test = (
        pictures.reshape(len(pictures), 8, 4, 8, 4, 3).mean(axis=(2, 4)).reshape(len(pictures), -1)
        for pictures in (data.X_train, data.X_test[1000:])
    )
    mean = train.mean(axis=0)
    return train - mean, data.y_train, test - mean, data.y_test[1000:]


def _forward(exam: Exam, name: str, published_cache, *arguments):
    """Output and cache (which stays in the box) of a forward pass; the published cache where the pass fails."""
    try:
        result = exam.module.make(name, *arguments)
        return result.item(0).fetch(), result.item(1), None
    except SubmissionError as problem:
        return None, exam.session.put(published_cache), problem


def affine(exam: Exam) -> None:
    rng = exam.rng
    flat = rng.normal(size=(9, 6)), rng.normal(size=(6, 4)), rng.normal(size=4)
    x, w, b = rng.normal(size=(5, 2, 3, 2)), rng.normal(size=(12, 4)), rng.normal(size=4)
    dout = rng.normal(size=(5, 4))
    problem = None
    for arguments, kind in ((flat, "x of shape (N, D)"), ((x, w, b), "x of shape (N, d_1, d_2, d_3)")):
        out, cache, failure = _forward(exam, "affine_forward", arguments, *arguments)
        problem = problem or failure
        none, minus = exam.expect("other_affine", *arguments)
        if failure or not exam.matches(
            "forward",
            out,
            exam.expect("affine", *arguments),
            what=f"the output for {kind}",
            mistakes=[(none, "the bias b is missing"), (minus, "the bias b is subtracted")],
            hint="Each row of the output is a flattened row of x times w, plus b.",
        ):
            exam.passed.discard("forward")
            _, cache, _ = _forward(exam, "affine_forward", (x, w, b), x, w, b)
            break
    found = exam.module.call("affine_backward", dout, cache)
    dx, dw, db = exam.expect("affine_gradients", x, w, b, dout)
    found = found if several(found, 3) else (None, None, None)
    exam.matches(
        "dx",
        found[0],
        dx,
        what="dx",
        mistakes=[(np.ones_like(dx) * dout.mean(), "this is a mean of dout; w has a part in it")],
        hint="Which matrix carries x to the output, and how must it stand for dout to come back through it?",
    )
    exam.matches(
        "dw",
        found[1],
        dw,
        what="dw",
        mistakes=[(dw / len(x), "it is divided by N; the mean is taken in the loss, and dout has it already")],
        hint="Each entry of w meets one feature of every sample and has a share in one output: sum over the samples.",
    )
    exam.matches(
        "db",
        found[2],
        db,
        what="db",
        mistakes=[(db / len(x), "it is divided by N; the mean is taken in the loss, and dout has it already")],
        hint="b is added to every sample, so dout is summed over the samples: which axis is that?",
    )
    if problem:
        raise problem


def relu(exam: Exam) -> None:
    x, dout = exam.rng.normal(size=(6, 3, 4)), exam.rng.normal(size=(6, 3, 4))
    remote = exam.session.put(x)
    out, cache, problem = _forward(exam, "relu_forward", x, remote)
    size, negative, leaky = exam.expect("other_relu", x)
    right = not problem and exam.matches(
        "forward",
        out,
        exam.expect("relu", x),
        what="the output",
        mistakes=[
            (size, "negative entries come out as their size; they should become 0"),
            (negative, "the negative entries are kept; the positive ones should be"),
            (leaky, "negative entries are made smaller; they should become 0"),
            (x, "this is the input"),
        ],
        hint="Positive entries stay, the others become 0.",
    )
    passed, mask, masked, other, product = exam.expect("other_relu_gradient", x, dout)
    above = exam.session.put(dout)
    back = exam.module.call("relu_backward", above, cache)
    if right:
        exam.unchanged("inputs", [("x", remote, x), ("dout", above, dout)])
    exam.matches(
        "backward",
        back,
        exam.expect("relu_gradient", x, dout),
        what="dx",
        mistakes=[
            (passed, "this is dout as it came; where the unit was off, nothing comes through"),
            (mask, "this is the slope alone; it multiplies dout"),
            (masked, "dout decides what comes through; the input x of the forward pass should"),
            (other, "it comes through where x is negative; it should where x is positive"),
            (product, "dout is multiplied by the output; it should be multiplied by the slope"),
        ],
        hint="The slope of the unit is 1 where x is positive and 0 elsewhere.",
    )
    if problem:
        raise problem


def softmax_loss(exam: Exam) -> None:
    x, y = 2 * exam.rng.normal(size=(11, 5)), draw_labels(exam.rng, 11, 5)
    loss, dx = _pair(exam.module.call("softmax_loss", x, y))
    expected, gradient = exam.expect("softmax", x, y)
    total, minus, plain, error, dtotal, mean_p, p = exam.expect("other_softmax", x, y)
    exam.matches(
        "loss",
        loss,
        expected,
        what="the loss",
        mistakes=[
            (total, "this is the sum over the samples; the mean is asked for (1/N)"),
            (minus, "the sign is wrong; a loss is never negative"),
            (plain, "the logarithm is missing"),
            (error, "the logarithm is missing"),
        ],
        hint="The mean over the samples of minus the logarithm of the probability of the right class.",
    )
    right = exam.matches(
        "gradient",
        dx,
        gradient,
        what="dx",
        mistakes=[
            (dtotal, "this is the gradient of the sum over the samples; the factor 1/N is missing"),
            (mean_p, "the right class needs a term of its own: its score stands in the loss twice"),
            (p, "these are the probabilities; the term of the right class and 1/N are missing"),
        ],
        hint="Each row of dx sums to 0; only the entry of the right class is negative.",
    )
    if not (right and "loss" in exam.passed):
        return
    large = x + 2000
    loss, dx = _pair(exam.module.call("softmax_loss", large, y))
    expected, gradient = exam.expect("softmax", large, y)
    problem = difference(loss, expected, "the loss for scores near 2000", 1e-6)
    problem = problem or difference(dx, gradient, "dx for scores near 2000", 1e-6)
    exam.require("stable", problem is None, problem or "")


def _pair(found):
    return found if several(found, 2) else (None, None)


class _Net:
    """The submission's net in one of the variants; which it is shows in the names of its arguments."""

    def __init__(self, module: Remote, sizes, scale: float = 1e-2):
        self.module, self.sizes, self.scale = module, sizes, scale
        try:
            self.layered, self.net = True, self._layered(0.0)
        except SubmissionError as problem:
            if problem.type != "TypeError":
                raise
            self.layered, self.net = False, module.make("TwoLayerNet", *sizes, std=scale)

    def _layered(self, reg: float) -> Remote:
        names = dict(zip(("input_dim", "hidden_dim", "num_classes"), self.sizes, strict=True))
        return self.module.make("TwoLayerNet", **names, weight_scale=self.scale, reg=reg)

    def loss(self, parameters, X, y, reg: float):
        """Loss and gradients at given parameters."""
        if self.layered:
            self.net = self._layered(reg)
        self.net.set("params", parameters)
        found = self.net.call("loss", X, y) if self.layered else self.net.call("loss", X, y, reg)
        return _pair(found)

    def scores(self, parameters, X):
        self.net.set("params", parameters)
        return self.net.call("loss", X)


def _parameters(rng, inputs: int, hidden: int, classes: int) -> dict[str, np.ndarray]:
    shapes = {"W1": (inputs, hidden), "b1": hidden, "W2": (hidden, classes), "b2": classes}
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


def _written(module: Remote) -> bool | None:
    """Whether there is a forward pass; None where there are only first parameters."""
    try:
        net = _Net(module, (3, 4, 2))
        begun = bool(net.net.get("params"))
        parameters = {"W1": np.ones((3, 4)), "b1": np.ones(4), "W2": np.ones((4, 2)), "b2": np.ones(2)}
        return True if net.scores(parameters, np.ones((2, 3))) is not None else None if begun else False
    except SubmissionError as problem:
        return problem.type not in ("NotImplementedError", "ModuleNotFoundError")


def network(exam: Exam) -> None:
    rng = exam.rng
    X, y = rng.normal(size=(7, 6)), draw_labels(rng, 7, 4)
    parameters, reg = _parameters(rng, 6, 5, 4), float(rng.uniform(0.3, 0.7))
    states, files = {}, {}
    for name in VARIANTS:
        files[name] = exam.files.get(name, f"{name}.py")
        if files[name] in list(files.values())[:-1]:  # one file that was taken for both
            states[name] = False
            continue
        try:
            states[name] = _written(exam.session.load(name))
        except SubmissionError as problem:  # a file that is missing, or one that cannot be imported
            states[name] = problem.type != "ModuleNotFoundError"
    chosen = [name for name in VARIANTS if states[name]] or [name for name in VARIANTS if states[name] is None]
    everywhere = {part.name for part in exam.question.parts}
    for name in chosen or [name for name in VARIANTS if name in exam.files] or VARIANTS[:1]:
        exam.passed = set()
        try:
            _judge_network(exam, name, files[name], X, y, parameters, reg)
        finally:  # whatever ends it: a part counts where it holds in every variant
            everywhere &= exam.passed
            exam.passed = set(everywhere)


def _judge_network(exam: Exam, name: str, file: str, X, y, parameters, reg: float) -> None:
    """Mark the parts by one variant; what it raises costs what is not passed by then."""
    try:
        module = exam.session.load(name)
        _judge_initial(exam, file, module)
        net = _Net(module, (6, 5, 4))
        _judge_scores(exam, file, net, X, parameters)
        _judge_loss(exam, file, net, X, y, parameters, reg)
    except SubmissionError as problem:
        rest = [part.name for part in exam.question.parts if part.name not in exam.passed]
        exam.fail_all(f"{file}: {exam.raised(problem)}", rest)


def _judge_initial(exam: Exam, file: str, module: Remote) -> None:
    inputs, hidden, classes, scale = 60, 50, 40, 0.02
    found = _Net(module, (inputs, hidden, classes), scale).net.get("params")
    shapes = {"W1": (inputs, hidden), "b1": (hidden,), "W2": (hidden, classes), "b2": (classes,)}
    problem = ""
    if not isinstance(found, dict) or not set(NAMES) <= set(found):
        problem = "self.params has no entries W1, b1, W2, b2 yet"
    for name, shape in shapes.items() if not problem else ():
        value, none = real_array(found[name])
        if none:
            problem = f"{name}: {none}"
        elif value.shape != shape:
            problem = f"{name} has the shape {value.shape}; {shape} is expected"
        elif name[0] == "b" and np.any(value):
            problem = f"{name} does not begin with zeros"
        elif name[0] == "W" and not np.any(value):
            problem = f"{name} begins with zeros; then all hidden units are the same for ever"
        elif name[0] == "W" and abs(value.mean()) > 0.2 * value.std():
            problem = f"the mean of {name} is not near 0; is the distribution normal?"
        elif name[0] == "W" and not 0.9 < value.std() / scale < 1.1:
            problem = f"the standard deviation of {name} is {value.std() / scale:.3g} times what is asked for"
        if problem:
            break
    exam.require("initial", not problem, f"{file}: {problem}")


def _judge_scores(exam: Exam, file: str, net: _Net, X, parameters) -> None:
    values = [parameters[name] for name in NAMES]
    linear, top, first, second, probabilities = exam.expect("other_scores", X, *values)
    exam.matches(
        "scores",
        net.scores(parameters, X),
        exam.expect("scores", X, *values),
        what=f"{file}: the scores",
        mistakes=[
            (linear, "the ReLU between the layers is missing"),
            (top, "there is a ReLU after the second layer; scores may be negative"),
            (first, "b1 is left out"),
            (second, "b2 is left out"),
            (probabilities, "these are probabilities; without labels the scores are asked for"),
        ],
        hint="Affine, ReLU, affine.",
    )


def _judge_loss(exam: Exam, file: str, net: _Net, X, y, parameters, reg: float) -> None:
    values = [parameters[name] for name in NAMES]
    loss, grads = net.loss(parameters, X, y, 0.0)
    expected, *gradients = exam.expect("network", X, y, *values)
    expected, right = float(expected), dict(zip(NAMES, gradients, strict=True))
    exam.matches(
        "loss",
        loss,
        expected,
        what=f"{file}: the loss without regulariser",
        mistakes=[(expected * len(X), "this is the sum over the samples; the mean is asked for (1/N)")],
        hint="The mean cross-entropy of the softmax of the scores.",
    )
    open_W1, open_b1, masked_W1, masked_b1 = exam.expect("other_network", X, y, *values)
    open_hint = "the ReLU is forgotten on the way back: units that were off pass nothing on"
    masked_hint = "the gradient that comes in decides which units pass it on; their own input should"
    other = {
        "W1": [(open_W1, open_hint), (masked_W1, masked_hint)],
        "b1": [(open_b1, open_hint), (masked_b1, masked_hint)],
        "W2": [],
        "b2": [],
    }
    for part, names in (("upper", ("W2", "b2")), ("lower", ("W1", "b1"))):
        problem = ""
        for name in names:
            mistakes = [*other[name], (right[name] * len(X), "the factor 1/N is missing")]
            problem = problem or _gradient_problem(grads, name, right[name], mistakes)
        exam.require(part, not problem, f"{file}: {problem}")
    _judge_regulariser(exam, file, net, X, y, parameters, reg, loss, grads)


def _gradient_problem(grads, name: str, expected, mistakes) -> str:
    if not isinstance(grads, dict) or name not in grads:
        return f"there is no gradient {name} in what loss returns"
    hint = "Compare with a numerical gradient, entry by entry."
    return difference(grads[name], expected, f"the gradient of {name}", 1e-6, mistakes, hint) or ""


def _judge_regulariser(exam: Exam, file: str, net: _Net, X, y, parameters, reg: float, loss, grads) -> None:
    """By what the regulariser adds, so that mistakes in the rest do not count again.

    With and without ½: CS231n has had both, in either variant. Loss and gradients have to agree.
    """
    more, more_grads = net.loss(parameters, X, y, reg)
    own, other = (0.5, 1.0) if net.layered else (1.0, 0.5)
    problems = [
        _regulariser_problem(parameters, reg * factor, (loss, more), (grads, more_grads)) for factor in (own, other)
    ]
    if problems[0] and not problems[1]:
        problems[0] = ""
    squares = sum(np.sum(parameters[name] ** 2) for name in ("W1", "W2"))
    if problems[0] and difference(minus(more, loss), other * reg * squares, "", 1e-6) is None:
        wants = "0.5 * reg" if net.layered else "reg, without ½,"
        problems[0] = (
            f"what the regulariser adds to the loss: the factor before the sum of squares is {wants} in this variant; "
            "the other one is accepted where the gradients are its derivatives"
        )
    exam.require("regulariser", not problems[0], f"{file}: {problems[0]}")


def _regulariser_problem(parameters, factor: float, losses, grads) -> str:
    """What is wrong with what a regulariser adds, if its factor before the sum of squares is this one."""
    W1, b1, W2, b2 = (parameters[name] for name in NAMES)
    squares, biases = np.sum(W1**2) + np.sum(W2**2), np.sum(b1**2) + np.sum(b2**2)
    mistakes = [
        (factor * (squares + biases), "the biases are regularised; only the weights should be"),
        (factor * np.sum(W1**2), "W2 is left out"),
        (factor * np.sum(W2**2), "W1 is left out"),
        (factor * (np.abs(W1).sum() + np.abs(W2).sum()), "these are absolute values; squares are asked for"),
    ]
    without, with_reg = losses
    problem = difference(
        minus(with_reg, without), factor * squares, "what the regulariser adds to the loss", 1e-6, mistakes
    )
    if problem:
        return problem
    without, with_reg = grads
    if not all(isinstance(each, dict) and set(NAMES) <= set(each) for each in grads):
        return "loss must return a number and a dict with the gradients W1, b1, W2, b2"
    for name in NAMES:
        added, none = real_array(minus(with_reg[name], without[name]))
        what = f"what the regulariser adds to the gradient of {name}"
        if none:
            return f"{what}: {none}"
        if name[0] == "b":  # of whatever shape: that is judged elsewhere
            if not np.abs(added).max(initial=0) < 1e-9:
                return f"the gradient of {name} has a term of the regulariser; biases have none"
            continue
        expected = 2 * factor * parameters[name]
        mistakes = [(expected / 2, "it is half of the derivative of the term in your loss")]
        if problem := difference(added, expected, what, 1e-6, mistakes):
            return problem
    return ""


def training(exam: Exam) -> None:
    rng, (inputs, hidden, classes) = exam.rng, (4, 5, 3)
    module, helper = exam.module, exam.session.load("rehearsal")
    # every hidden unit is always on, so that the scores are a linear function, whichever way predict gets them
    W1, W2 = rng.uniform(0.1, 1.0, (inputs, hidden)), rng.normal(size=(hidden, classes))
    parameters = {"W1": W1, "b1": np.full(hidden, 30.0), "W2": W2, "b2": rng.normal(size=classes)}
    slope, offset = W1 @ W2, parameters["b1"] @ W2 + parameters["b2"]
    offset -= offset.mean()
    parameters["b2"] = offset - parameters["b1"] @ W2
    gradients = {name: rng.normal(size=value.shape) for name, value in parameters.items()}
    net = module.make("TwoLayerNet", inputs, hidden, classes)
    if absent := [name for name in ("train", "predict") if not net.has(name)]:
        exam.fail_all(f"TwoLayerNet has no {' and no '.join(absent)}; neural_net.py asks for both")
        return
    problem = None
    try:
        _judge_steps(exam, net, helper, parameters, gradients, slope)
    except SubmissionError as raised:
        problem = raised
    net = module.make("TwoLayerNet", inputs, hidden, classes)
    helper.make("attach", net, parameters, gradients, slope, offset, True)
    X = 3 * rng.normal(size=(40, inputs))
    scores = X @ slope + offset
    exam.matches(
        "predict",
        net.call("predict", X),
        scores.argmax(axis=1).astype(float),
        what="the labels",
        mistakes=[
            (scores.argmin(axis=1), "these are the classes with the lowest scores"),
            (scores.max(axis=1), "these are the highest scores; the numbers of their classes are asked for"),
        ],
        hint="For each row the class with the highest score: look at the axis.",
        labels=True,
    )
    if problem:
        raise problem


def _judge_steps(exam: Exam, net: Remote, helper: Remote, parameters, gradients, slope) -> None:
    rng, rate, steps, size, num = exam.rng, 0.03, 6, 20, 200
    X, y = rng.normal(size=(num, len(slope))), np.arange(num)  # a row's label is its number
    calls = helper.make("attach", net, parameters, gradients, slope, np.zeros(slope.shape[1]), False)
    arguments = {"learning_rate": rate, "learning_rate_decay": 1.0, "reg": 0.25}
    net.call("train", X, y, X[:5], y[:5], **arguments, num_iters=steps, batch_size=size, verbose=False)
    seen = calls.fetch()
    problem = _batch_problem(seen, X, size, steps) if isinstance(seen, list) else "the loss was not called"
    exam.require("batches", not problem, problem)
    now = net.get("params")
    after = {name: real_array(now.get(name))[0] for name in NAMES} if isinstance(now, dict) else {}
    if not after or any(after[name].shape != parameters[name].shape for name in NAMES):
        exam.fail("update", "after training self.params has no longer its four entries of the same shapes")
        return
    moved = np.concatenate([np.ravel(after[name] - parameters[name]) for name in NAMES])
    step = np.concatenate([gradients[name].ravel() for name in NAMES])
    weight = np.concatenate([np.full(gradients[name].size, name[0] == "W") for name in NAMES])
    expected = -rate * steps * step
    exam.matches(
        "update",
        moved,
        expected,
        what=f"what {steps} steps with one and the same gradient change",
        mistakes=[
            (-expected, "the parameters go up the gradient; the loss falls the other way"),
            (expected * weight, "the biases do not move; they are parameters, too"),
            (expected * ~weight, "the weights do not move"),
            (expected / rate, "the learning rate is missing"),
            (expected / steps, "only one of the steps was taken"),
            (expected / size, "the step is divided by the size of the batch; the mean is taken in the loss"),
        ],
        hint="Each parameter loses learning_rate times its gradient.",
    )


def _batch_problem(seen: list, X, size: int, steps: int) -> str:
    if len(seen) != steps:
        return f"the loss was computed {len(seen)} times in {steps} iterations"
    numbers = []
    for call in seen:
        if not isinstance(call, tuple) or len(call) != 3:
            return "what the loss was called with has been changed"
        rows, labels = (real_array(part)[0] for part in call[:2])
        if rows.shape != (size, X.shape[1]) or labels.shape != (size,):
            return (
                f"a batch has the shapes {rows.shape} and {labels.shape}; {(size, X.shape[1])} and {(size,)} expected"
            )
        if labels.dtype.kind not in "iu":
            return f"the labels of a batch are {labels.dtype}; they should stay integers"
        if not np.isin(labels, np.arange(len(X))).all() or not np.array_equal(X[labels], rows):
            return "the labels of a batch do not belong to its rows; use the same indices for both"
        numbers.append(labels)
    if all(np.array_equal(np.sort(numbers[0]), np.sort(other)) for other in numbers):
        return "every batch consists of the same rows; draw new ones in each iteration"
    if all(np.array_equal(np.diff(np.sort(each)), np.ones(size - 1)) for each in numbers):
        return "the batches are consecutive rows; draw them at random"
    if max(map(max, numbers)) < len(X) // 2:
        return "the batches are drawn from the first rows only"
    return ""


def search(exam: Exam) -> None:
    rng, rows, classes = exam.rng, 400, 4

    def data(validation: float):
        y = rng.integers(0, classes, rows)
        y[:classes] = np.arange(classes)
        return np.column_stack([y, rng.random(rows), np.full(rows, validation), rng.normal(size=rows)]), y

    (X, y), (X_val, y_val) = data(0.0), data(1.0)
    train_skills, skills = rng.permutation([0.5, 0.9, 0.4, 0.7, 0.3]), rng.permutation([0.35, 0.2, 0.75, 0.5, 0.6])
    while skills.argmax() in (0, 4, train_skills.argmax()) or skills.argmin() in (0, 4):
        skills = rng.permutation(skills)
    settings = [
        {
            "hidden_size": 5 + i,
            "learning_rate": float(train_skills[i]),
            "reg": float(skills[i]),
            "num_iters": 7,
            "batch_size": 50,
        }
        for i in range(5)
    ]
    remote = exam.session.put(settings)
    found = exam.module.make("search", X, y, X_val, y_val, remote)
    accuracies = found.item(1).fetch()
    expected = np.array([np.mean(X_val[:, 1] < skill) for skill in skills])
    seen = np.array([np.mean(X[:, 1] < skill) for skill in train_skills])
    early = "val_acc_history was written before training ended; let the net predict at the end"
    judge_accuracies(
        exam,
        accuracies,
        expected,
        mistakes=[
            (seen, "these are accuracies on the training rows; validation is asked for"),
            (skills / 2, early),
            (expected * rows, "these are counts; divide by the number of rows"),
            (np.maximum.accumulate(expected), "each is the best so far; the net's own is asked for"),
        ],
        hint="For each of the settings: a new net, trained with it, and the share of right labels on X_val.",
    )
    _judge_best(exam, found.item(0), X, y, X_val, y_val, settings, seen, expected)
    try:
        same = bool(remote.fetch() == settings)
    except ValueError:  # arrays among them
        same = False
    if numbers(accuracies).shape == (len(settings),):
        exam.require(
            "inputs", same, "your code changes the dicts in settings; take a copy before you take something out"
        )


def _judge_best(exam: Exam, net: Remote, X, y, X_val, y_val, settings, seen, expected) -> None:
    best = int(expected.argmax())
    sizes = net.get("sizes") if net.has("predict") and net.has("sizes") else None
    if not several(sizes, 3) or not all(isinstance(size, (int, np.integer)) for size in sizes):
        exam.fail("best", "the first of the two results is not a net: return (best_net, accuracies)")
        return
    hidden = int(sizes[1])
    labels = numbers(net.call("predict", X_val))
    share = np.mean(labels == y_val) if labels.shape == y_val.shape else -1.0
    known = [
        (0, "the first was kept; the best is asked for"),
        (len(settings) - 1, "the last was kept; the best is asked for"),
        (expected.argmin(), "the worst was kept"),
        (seen.argmax(), "best in training was kept; the best in validation is asked for"),
    ]
    hint = instead(hidden - 5, known, "another net than the best in validation was kept")
    if hidden == 5 + best:
        hint = "the settings are the best ones, but the net is not the one that was trained with them and judged"
    exam.require("best", hidden == 5 + best and abs(share - expected[best]) < 1e-9, hint)


def good_setting(exam: Exam) -> None:
    setting = exam.module.call("good_setting")
    problem = _setting_problem(setting)
    if problem:
        exam.fail("accuracy", problem)
        return
    X, y, X_test, y_test = exam.data()
    given = {
        "learning_rate": 1e-3,
        "learning_rate_decay": 0.95,
        "reg": 5e-6,
        "num_iters": 100,
        "batch_size": 200,
    } | setting
    whole = {name: int(given.pop(name)) for name in LARGEST}
    rest = {name: float(given[name]) for name in ("learning_rate", "learning_rate_decay", "reg")}
    seed = int(exam.rng.integers(1 << 31))
    with exam.apart("trained_net", alone=True) as box:
        try:
            net = box.load("trained_net").make("train", X, y, **whole, **rest, seed=seed)
            accuracy = np.mean(net.call("predict", X_test) == y_test)
        except SubmissionError:
            exam.fail("accuracy", "training diverges with this setting: the learning rate is too large")
            return
    hint = "too low" if accuracy > 0.15 else "about a guess"
    advice = "look at the loss: does it fall too slowly, or not steadily, or is the net much better in training?"
    exam.require(
        "accuracy",
        bool(accuracy >= ACCURACY),
        f"{accuracy:.1%} on pictures not seen is {hint}; {ACCURACY:.0%} is asked for: {advice}",
    )


def _setting_problem(setting) -> str:
    known = {*LARGEST, "learning_rate", "learning_rate_decay", "reg"}
    if not isinstance(setting, dict) or not setting:
        return "no setting yet: a dict with hidden_size, learning_rate … is expected"
    if "hidden_size" not in setting:
        return "the setting has no hidden_size"
    if unknown := sorted(map(str, set(setting) - known)):
        return f"the setting has keys that are not known: {', '.join(unknown)}"
    if not all(isinstance(v, (int, float, np.integer, np.floating)) and 0 <= v < 1e300 for v in setting.values()):
        return "the values of a setting are finite numbers, none negative"
    for name, most in LARGEST.items():
        if name in setting and not (1 <= setting[name] <= most and setting[name] == int(setting[name])):
            return f"{name} is a whole number from 1 to {most:,}, found {setting[name]}"
    if setting.get("num_iters", 100) * setting.get("batch_size", 200) > SAMPLES:
        return f"num_iters * batch_size is at most {SAMPLES:,}"
    return ""


QUESTIONS = [
    Question("q1", "An affine layer", "layers",
             (Part("forward", 1, "the output is right"), Part("dx", 1, "the gradient with respect to x is right"),
              Part("dw", 1, "the gradient with respect to w is right"),
              Part("db", 1, "the gradient with respect to b is right")), affine, LIMITS),
    Question("q2", "A layer of rectified linear units", "layers",
             (Part("forward", 1, "the output is right"), Part("inputs", 1, "the input is left as it was"),
              Part("backward", 1, "the gradient is right")), relu, LIMITS),
    Question("q3", "The softmax loss", "layers",
             (Part("loss", 1, "the loss is right"), Part("gradient", 1, "the gradient is right"),
              Part("stable", 1, "scores near 2000 do not overflow")), softmax_loss, LIMITS),
    Question("q4", "The net", "neural_net",
             (Part("initial", 1, "the first parameters have the right shapes and spread"),
              Part("scores", 1, "the scores are right"), Part("loss", 1, "the loss is right"),
              Part("upper", 1, "the gradients of W2 and b2 are right"),
              Part("lower", 1, "the gradients of W1 and b1 are right"),
              Part("regulariser", 1, "the regulariser is in the loss and in the gradients")),
             network, LIMITS, ("layers",), ("fc_net",)),
    Question("q5", "Training and prediction", "neural_net",
             (Part("batches", 1, "batches are random rows with their own labels"),
              Part("update", 2, "each step goes down the gradient"), Part("predict", 1, "the labels are right")),
             training, LIMITS, ("layers", "rehearsal")),
    Question("q6", "The search", "search",
             (Part("accuracies", 1, "each of the settings has its accuracy"), Part("best", 1, "the best net is kept"),
              Part("inputs", 1, "the settings are left as they were")), search,
             LIMITS, ("neural_net", "fc_net", "layers")),
    Question("q7", "A good net", "search",
             (Part("accuracy", 2, f"at least {ACCURACY:.0%} of pictures not seen are recognised"),), good_setting,
             standins=("neural_net", "fc_net", "layers")),
]  # fmt: skip
