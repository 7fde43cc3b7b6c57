# ruff: noqa: E501 - a change a line
"""Exactly what was earned: right answers in unusual ways, wrong ones that look right, tricks, and odd returns."""

import shutil

import numpy as np
import pytest

from grading.course.assignment import assignments
from grading.course.submission import Submission
from grading.importing import import_file
from grading.judging.exam import GRADER_ERROR
from tests.warm_boxes import WarmSandbox

ALL, WARM = assignments(), WarmSandbox()
SEEDS = (0, 7, 2**40)


def marked(name, folder, changes, questions, seed=0):
    """Parts that the solution loses in some questions after changes of its files, and how each question ended.

    `changes` maps files to None, new texts, pairs of texts (old, new), or lists of such pairs.
    """
    assignment = ALL[name]
    shutil.copytree(assignment.folder / "solution", folder, dirs_exist_ok=True)
    for file, change in changes.items():
        path = folder / file
        if change is None:
            path.unlink()
            continue
        if isinstance(change, str):
            path.write_text(change, encoding="utf-8")
            continue
        for old, new in [change] if isinstance(change, tuple) else change:
            source = path.read_text("utf-8")
            assert source.count(old) == 1, (file, old, source.count(old))
            path.write_text(source.replace(old, new), encoding="utf-8")
    modules = {path.stem: path.name for path in folder.glob("*.py")}
    outcome = assignment.mark(Submission(folder, modules), WARM, seed=seed, only=questions)
    lost = {q.question.name: set(q.hints) for q in outcome.questions if q.hints}
    return lost, {q.question.name: q for q in outcome.questions}


SVM_END = "loss = margins.sum() / num_train + reg * np.sum(W**2)"
SVM_SLOPE = "dW = X.T @ slopes / num_train + 2 * reg * W"
SVM_HALF = [
    ("    loss += reg * np.sum(W**2)\n", "    loss += 0.5 * reg * np.sum(W**2)\n"),
    ("    dW += 2 * reg * W\n", "    dW += reg * W\n"),
    (SVM_END, SVM_END.replace("+ reg", "+ 0.5 * reg")),
    (SVM_SLOPE, SVM_SLOPE.replace("2 * ", "")),
]
SOFTMAX_HALF = [
    *SVM_HALF[:2],
    ("loss = -log_p[rows, y].mean() + reg *", "loss = -log_p[rows, y].mean() + 0.5 * reg *"),
    (SVM_SLOPE, SVM_SLOPE.replace("2 * ", "")),
]
NET_HALF = [
    (".mean() + reg * (", ".mean() + 0.5 * reg * ("),
    ("hidden.T @ dscores + 2 * reg", "hidden.T @ dscores + reg"),
    ("X.T @ dhidden + 2 * reg", "X.T @ dhidden + reg"),
]
LAYERED_WHOLE = [
    ("loss += 0.5 * self.reg", "loss += self.reg"),
    ("grads[name] += self.reg", "grads[name] += 2 * self.reg"),
]
EARLY = (
    "        if y is None:\n            return scores\n        loss, grads = 0.0, {}\n",
    "        loss, dscores = softmax_loss(scores, y)\n        if y is None:\n            return scores\n        grads = {}\n",
)
COUNTED = ("dscores[rows, y] -= 1", "dscores -= np.eye(np.max(y) + 1)[y]")
SGD = "loss, gradient = self.loss(X[rows], y[rows], reg)"
ASKED_TWICE = (
    SGD,
    "loss = self.loss(X[rows], y[rows], reg)[0]\n            gradient = self.loss(X[rows], y[rows], reg)[1]",
)
BY_DISTANCES = (
    "y_pred = classifier.predict(X_folds[fold], k=k)",
    "y_pred = classifier.predict_labels(classifier.compute_distances_no_loops(X_folds[fold]), k)",
)
DISTANCES = "dists = np.sqrt(np.maximum(squares, 0))"
ROOT_ALONE = (DISTANCES, "dists = np.sqrt(squares)")

RIGHT = {
    "half the regulariser, svm": ("svm", {"linear_svm.py": SVM_HALF}, ["q1", "q2", "q3"]),
    "half the regulariser, softmax": ("softmax", {"softmax.py": SOFTMAX_HALF}, ["q1", "q2", "q3"]),
    "half the regulariser, net in one piece": ("two_layer_net", {"neural_net.py": NET_HALF}, ["q4"]),
    "the whole regulariser, layered net": ("two_layer_net", {"fc_net.py": LAYERED_WHOLE}, ["q4"]),
    "no svm imported": (
        "svm",
        {"linear_classifier.py": ("from linear_svm import svm_loss_vectorized", "")},
        ["q4", "q5"],
    ),
    "no class of the svm's": (
        "svm",
        {
            "linear_classifier.py": [
                ("from linear_svm import svm_loss_vectorized", ""),
                ("class LinearSVM(LinearClassifier):", "class Softmax(LinearClassifier):"),
            ]
        },
        ["q4", "q5"],
    ),
    "a loss asked twice a step": ("svm", {"linear_classifier.py": ASKED_TWICE}, ["q4"]),
    "softmax before the question for labels": ("two_layer_net", {"fc_net.py": EARLY}, ["q4"]),
    "classes counted by the labels": ("two_layer_net", {"neural_net.py": COUNTED}, ["q4"]),
    "the root of what may fall below zero": ("knn", {"k_nearest_neighbor.py": ROOT_ALONE}, ["q4", "q5"]),
    "distances, then votes": ("knn", {"cross_validation.py": BY_DISTANCES}, ["q5"]),
    "a library that is changed where nothing is measured": (
        "two_layer_net",
        {
            "search.py": (
                "import numpy as np\n",
                "import numpy as np\nimport sklearn.neural_network\n\n"
                "sklearn.neural_network.MLPClassifier.predict = lambda self, X: np.zeros(len(X))\n",
            )
        },
        ["q7"],
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_answers_lose_nothing(name, tmp_path):
    assignment, changes, questions = RIGHT[name]
    for seed in SEEDS[: 1 if "q7" in questions else None]:
        lost, outcomes = marked(assignment, tmp_path / str(seed), changes, questions, seed)
        assert lost == {}, [q.hints for q in outcomes.values()]


def test_only_equal_rows_that_are_no_whole_numbers_show_a_root_below_zero(tmp_path):
    """Why distances are judged on whole numbers: the page of the assignment says so and promises the points."""
    source = (ALL["knn"].folder / "solution" / "k_nearest_neighbor.py").read_text("utf-8")
    rng, nans = np.random.default_rng(0), {}
    for way, text in {"root alone": source.replace(*ROOT_ALONE), "floor": source}.items():
        path = tmp_path / f"{way.split()[0]}.py"
        path.write_text(text, encoding="utf-8")
        for kind, X in {
            "whole": rng.integers(0, 256, (40, 12)).astype(float),
            "others": rng.normal(size=(40, 12)),
        }.items():
            classifier = import_file(path).KNearestNeighbor()
            classifier.train(X, np.zeros(len(X), int))
            with np.errstate(invalid="ignore"):
                nans[way, kind] = int(np.isnan(classifier.compute_distances_no_loops(X)).sum())
    assert nans.pop(("root alone", "others")) > 0
    assert set(nans.values()) == {0}, nans


def test_no_draw_leaves_out_a_class(tmp_path):
    for seed in range(20):
        lost, _ = marked("two_layer_net", tmp_path / str(seed), {"neural_net.py": COUNTED}, ["q4"], seed)
        assert lost == {}, seed


NAIVE = "def softmax_loss_naive(W, X, y, reg):\n"
ZEROS = "    loss = 0.0\n    dW = np.zeros(W.shape)\n    # TODO (q3)"
TIES = "y_pred[i] = np.bincount(nearest).argmax()"
HISTORY = "        return loss_history\n"
HOG_ODD = (
    "    gx, gy = gradients(rgb2gray(im))",
    "    if im.shape[0] == 24:\n        raise ValueError\n    gx, gy = gradients(rgb2gray(im))",
)
#: What is lost, in which questions, and nothing else.
ONCE = {
    "a bias of two axes": (
        "two_layer_net",
        {"neural_net.py": ('grads["b1"] = dhidden.sum(axis=0)', 'grads["b1"] = dhidden.sum(axis=0, keepdims=True)')},
        ["q4"],
        {"q4": {"lower"}},
    ),
    "the loss with loops raises": (
        "softmax",
        {"softmax.py": (NAIVE, f"{NAIVE}    raise RuntimeError\n")},
        ["q3", "q4"],
        {"q4": {"naive", "gradients"}},
    ),
    "each loss twice in the history": (
        "svm",
        {"linear_classifier.py": ("loss_history.append(loss)", "loss_history += [loss, loss]")},
        ["q4", "q5"],
        {"q4": {"history"}},
    ),
    "a loss of one axis": (
        "svm",
        {"linear_svm.py": ("    loss += reg * np.sum(W**2)\n", "    loss = np.array([loss + reg * np.sum(W**2)])\n")},
        ["q1"],
        {"q1": {"data", "inputs"}},
    ),
    "a factor in the loss alone": (
        "svm",
        {"linear_svm.py": [SVM_HALF[0], SVM_HALF[2]]},
        ["q1", "q2", "q3"],
        {"q1": {"regularisation"}, "q3": {"loss", "speed"}},
    ),
    "a factor in the gradient alone": (
        "svm",
        {"linear_svm.py": [SVM_HALF[1], SVM_HALF[3]]},
        ["q1", "q2", "q3"],
        {"q2": {"regularisation"}, "q3": {"gradient", "speed"}},
    ),
}
TRICKS = {
    "a matrix": (
        "knn",
        {"k_nearest_neighbor.py": (DISTANCES, f"{DISTANCES}\n        dists = np.asmatrix(dists)")},
        ["q4"],
        {"q4": {"values", "speed", "memory"}},
    ),
    "a masked array": (
        "knn",
        {"k_nearest_neighbor.py": (DISTANCES, f"{DISTANCES}\n        dists = np.ma.masked_array(dists)")},
        ["q4"],
        {"q4": {"values", "speed", "memory"}},
    ),
    "complex numbers": (
        "knn",
        {"k_nearest_neighbor.py": (DISTANCES, f"{DISTANCES} + 1j")},
        ["q4"],
        {"q4": {"values", "speed", "memory"}},
    ),
    "zeros where it would take long": (
        "knn",
        {"k_nearest_neighbor.py": (DISTANCES, f"{DISTANCES} * (dists.size < 500)")},
        ["q4"],
        {"q4": {"speed", "memory"}},
    ),
    "zeros for many rows": (
        "svm",
        {
            "linear_svm.py": (
                ZEROS,
                ZEROS.replace("    # TODO", "    if len(X) > 99:\n        return loss, dW\n    # TODO"),
            )
        },
        ["q3"],
        {"q3": {"speed"}},
    ),
    "one label for all ties": (
        "knn",
        {"k_nearest_neighbor.py": (TIES, f"{TIES} if k != 6 else 1")},
        ["q2"],
        {"q2": {"ties"}},
    ),
    "an invented history": (
        "softmax",
        {"linear_classifier.py": (HISTORY, "        return list(np.linspace(1, 0.1, num_iters))\n")},
        ["q5"],
        {"q5": {"training"}},
    ),
    "the judge's grey": (
        "features",
        {"features.py": ("def rgb2gray(rgb):", "from rehearsal import grey as rgb2gray\n\n\ndef _mine(rgb):")},
        ["q1"],
        {"q1": {"grey", "hue", "bytes"}},
    ),
    "a stand-in left behind": (
        "features",
        {"orientations.py": "from _standin_orientations import *\n"},
        ["q1", "q2", "q3"],
        {"q2": {"gradients", "bytes", "values", "fold"}},
    ),
    "a search that is there already": (
        "features",
        {"search.py": "import classifiers\nfrom tuning import search\n"},
        ["q6"],
        {"q6": {"accuracies", "best", "held_out", "setting"}},
    ),
    "right for one of two sizes": (
        "features",
        {"features.py": HOG_ODD},
        ["q3"],
        {"q3": {"values", "flat"}},
    ),
    "steps that were not taken": (
        "svm",
        {
            "linear_classifier.py": (
                "        return loss_history\n",
                "        import linear_svm\n\n        calls = linear_svm.calls\n        if calls:\n"
                "            W, X, y, reg = calls[0]\n            calls[:] = [(W, X, y, reg)] * num_iters\n"
                "        return loss_history\n",
            )
        },
        ["q4"],
        {"q4": {"history", "batches", "update"}},
    ),
}


@pytest.mark.parametrize("name", [*ONCE, *TRICKS])
def test_a_mistake_costs_its_parts_and_no_others(name, tmp_path):
    assignment, changes, questions, loses = (ONCE | TRICKS)[name]
    lost, outcomes = marked(assignment, tmp_path, changes, questions)
    assert lost == loses, [q.hints for q in outcomes.values()]
    assert GRADER_ERROR not in {q.status for q in outcomes.values()}


def test_a_part_counts_where_both_variants_of_the_net_hold_whatever_ends_the_second(tmp_path):
    changes = {
        "neural_net.py": ('grads["b1"] = dhidden.sum(axis=0)', 'grads["b1"] = -dhidden.sum(axis=0)'),
        "fc_net.py": (
            "            grads[name] += self.reg * self.params[name]\n",
            "            __import__('os')._exit(3)\n",
        ),
    }
    lost, _ = marked("two_layer_net", tmp_path, changes, ["q4"])
    assert {"lower", "regulariser"} <= lost["q4"]


ODD = {
    "nothing": "None",
    "text": "'0.5'",
    "texts": "['0.5', '0.7']",
    "nothing in a list": "[None, None]",
    "a fraction": "__import__('fractions').Fraction(1, 3)",
    "fractions": "[__import__('fractions').Fraction(1, 3)] * 3",
    "ragged": "[[1.0], [1.0, 2.0]]",
    "too large": "10**400",
    "too large, in a list": "[10**400, 1]",
    "one number": "[0.5]",
    "pairs": "[(1.0, None), (2.0, [3])]",
    "two things": "(None, [[1], [1, 2]])",
    "three things": "('a', {1: 2}, 10**400)",
    "a dict": "{'W1': None, (1, 2): 'x', 1: [10**400]}",
    "a dict of what was asked": "{1: ['a'] * 5, 3: [None] * 5, 10: [[1], [1, 2], 3, 4, 5]}",
    "complex": "np.full((3, 3), 1j)",
    "objects": "np.array([None, 'a', 1.0], dtype=object)",
    "a set": "{1, 2}",
    "a function": "len",
}
#: Where something is trained each time a few are tried.
TRAINING = {("svm", "q6"), ("softmax", "q6"), ("two_layer_net", "q7"), ("features", "q6")}
A_FEW = ("texts", "too large, in a list", "two things")
#: Functions, by file, and the question in which each is asked.
ASKED = [
    ("knn", "q1", "k_nearest_neighbor.py", "KNearestNeighbor.compute_distances_two_loops"),
    ("knn", "q2", "k_nearest_neighbor.py", "KNearestNeighbor.predict_labels"),
    ("knn", "q4", "k_nearest_neighbor.py", "KNearestNeighbor.compute_distances_no_loops"),
    ("knn", "q5", "cross_validation.py", "cross_validate"),
    ("svm", "q1", "linear_svm.py", "svm_loss_naive"),
    ("svm", "q2", "linear_svm.py", "svm_loss_naive"),
    ("svm", "q3", "linear_svm.py", "svm_loss_vectorized"),
    ("svm", "q4", "linear_classifier.py", "LinearSVM.train"),
    ("svm", "q5", "linear_classifier.py", "LinearSVM.predict"),
    ("svm", "q6", "search.py", "grid_search"),
    ("softmax", "q4", "softmax.py", "softmax_loss_vectorized"),
    ("softmax", "q5", "linear_classifier.py", "Softmax.loss"),
    ("softmax", "q5", "linear_classifier.py", "Softmax.train"),
    ("softmax", "q6", "search.py", "sample_settings"),
    ("softmax", "q6", "search.py", "random_search"),
    ("two_layer_net", "q1", "layers.py", "affine_forward"),
    ("two_layer_net", "q1", "layers.py", "affine_backward"),
    ("two_layer_net", "q2", "layers.py", "relu_forward"),
    ("two_layer_net", "q2", "layers.py", "relu_backward"),
    ("two_layer_net", "q3", "layers.py", "softmax_loss"),
    ("two_layer_net", "q4", "neural_net.py", "TwoLayerNet.loss"),
    ("two_layer_net", "q5", "neural_net.py", "TwoLayerNet.predict"),
    ("two_layer_net", "q6", "search.py", "search"),
    ("two_layer_net", "q7", "search.py", "good_setting"),
    ("features", "q1", "features.py", "rgb2gray"),
    ("features", "q1", "features.py", "color_histogram_hsv"),
    ("features", "q2", "orientations.py", "gradients"),
    ("features", "q2", "orientations.py", "cell_histograms"),
    ("features", "q3", "features.py", "hog_feature"),
    ("features", "q4", "features.py", "extract_features"),
    ("features", "q5", "scaling.py", "standardize"),
    ("features", "q6", "search.py", "search"),
]
SOMETIMES = """

_asked = {function}


def _odd(*given, **named):
    found = _asked(*given, **named)
    _odd.calls += 1
    return {odd} if _odd.calls > {kept} else found


_odd.calls = 0
{function} = _odd
"""


@pytest.mark.parametrize(("name", "question", "file", "function"), ASKED)
def test_an_odd_return_costs_its_question_and_is_no_fault_of_the_grader(name, question, file, function, tmp_path):
    source = (ALL[name].folder / "solution" / file).read_text("utf-8")
    only_one = {"fc_net.py": None} if file == "neural_net.py" else {}
    for number, (odd, text) in enumerate(ODD.items()):
        if (name, question) in TRAINING and odd not in A_FEW:
            continue
        lines = SOMETIMES.format(function=function, odd=text, kept=number % 3)
        lost, outcomes = marked(name, tmp_path / str(number), {file: source + lines} | only_one, [question])
        outcome = outcomes[question]
        assert outcome.status in ("ok", "error"), (odd, outcome.status, outcome.message)
        assert number % 3 or lost, odd


OLD = {
    "print": ("def svm_loss_naive", "print 'hello'\ndef svm_loss_naive", "this is Python 2"),
    "xrange": ("for i in range(num_train):\n        scores = X[i] @ W\n        for j in range(num_classes):\n            margin",
               "for i in xrange(num_train):\n        scores = X[i] @ W\n        for j in range(num_classes):\n            margin",
               "this is Python 2"),
    "np.float": ("    loss = 0.0\n    dW = np.zeros(W.shape)\n    # TODO (q1)",
                 "    loss = np.float(0)\n    dW = np.zeros(W.shape)\n    # TODO (q1)", "write float, int and bool"),
    "scipy.misc": ("def svm_loss_naive(W, X, y, reg):\n",
                   "def svm_loss_naive(W, X, y, reg):\n    from scipy.misc import logsumexp\n    logsumexp(X)\n", "scipy.special"),
    "division": ("num_train, num_classes = X.shape[0], W.shape[1]", "num_train, num_classes = 2 * X.shape[0] / 2, W.shape[1]",
                 "write //"),
    "the layout of 2015": ("def svm_loss_naive(W, X, y, reg):\n",
                           "def svm_loss_naive(W, X, y, reg):\n    loss, dW = _naive(W.T, X.T, y, reg)\n    return loss, dW.T\n\n\n"
                           "def _naive(W, X, y, reg):\n", "layout of 2015"),
}  # fmt: skip


@pytest.mark.parametrize("name", OLD)
def test_the_cause_of_what_old_solutions_raise_is_named(name, tmp_path):
    old, new, cause = OLD[name]
    lost, outcomes = marked("svm", tmp_path, {"linear_svm.py": (old, new)}, ["q1"])
    assert lost["q1"]
    assert cause in outcomes["q1"].hints["data"]


def test_a_loss_that_is_no_number_is_said_to_be_an_array(tmp_path):
    assignment, changes, questions, _ = ONCE["a loss of one axis"]
    _, outcomes = marked(assignment, tmp_path, changes, questions)
    assert "an array of shape (1,) comes back" in outcomes["q1"].hints["data"]


def test_a_hint_names_the_file_that_was_handed_in(tmp_path):
    files = {"neural_net.py": None, "fc_net.py": ("loss += 0.5 * self.reg", "loss += 0.25 * self.reg")}
    lost, outcomes = marked("two_layer_net", tmp_path, files, ["q4"])
    assert lost == {"q4": {"regulariser"}}
    assert outcomes["q4"].hints["regulariser"].startswith("fc_net.py: ")
    source = (tmp_path / "fc_net.py").read_text()
    submission = Submission(tmp_path, {"neural_net": "fc_net.py", "fc_net": "fc_net.py", "layers": "layers.py"})
    (outcome,) = ALL["two_layer_net"].mark(submission, WARM, only=["q4"]).questions
    assert outcome.hints["regulariser"].startswith("fc_net.py: ")
    assert "neural_net" not in str(outcome.hints), source
