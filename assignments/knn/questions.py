"""Assignment knn: what is asked, and how answers are judged. Runs outside the box; see `grading.judging`."""

import itertools

import numpy as np

from grading.box.sandbox import Limits
from grading.judging.comparison import difference, numbers, real_array
from grading.judging.draws import draw_labels
from grading.judging.exam import Exam
from grading.judging.questions import Part, Question
from grading.judging.speed import CALLS, Timed, judge_speed

ORDER, TITLE, MINUTES = 1, "k nearest neighbours", 120
MODULES = {"k_nearest_neighbor": ("KNearestNeighbor",), "cross_validation": ("cross_validate",)}
CLASSES = 4
#: Distances that are looked at where there are too many for all.
PAIRS = 400
LIMITS = Limits(seconds=10, cpu_seconds=20)
#: Of the question about loops and memory: loops of every kind end far within its time; arrays of three axes, 1.34 GB,
#: do not fit, and what a file may import, PyTorch with 0.9 GB, does.
WIDE = Limits(seconds=50, cpu_seconds=100, memory_bytes=5 << 28)
#: Test rows, training rows and features of the call whose memory is judged.
LARGE = (150, 1000, 1200)


def _trained(exam: Exam, X, y):
    """A classifier of the submission that has seen X and y; both stay in the box."""
    classifier = exam.module.make("KNearestNeighbor")
    X, y = exam.session.put(X), exam.session.put(y)
    classifier.call("train", X, y)
    return classifier, X


def _pixels(rng: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    """Whole numbers as pictures have them, so that every correct way of computing gives the same digits."""
    return rng.integers(0, 256, (rows, columns)).astype(float)


def _judge_distances(exam: Exam, method: str) -> bool:
    X_train, X = _pixels(exam.rng, 23, 12), _pixels(exam.rng, 7, 12)
    classifier, train = _trained(exam, X_train, np.arange(23) % CLASSES)
    test = exam.session.put(X)
    found = classifier.call(method, test)
    squared, city, short = exam.expect("other_distances", X, X_train)
    right = exam.matches(
        "values",
        found,
        exam.expect("distances", X, X_train),
        what="the distances",
        mistakes=[
            (squared, "these are the squares of the distances; the root is missing"),
            (city, "these are sums of absolute differences (L1); the Euclidean distance is asked for"),
            (short, "the last feature is left out; look at the ends of your ranges"),
        ],
        hint="Compute one entry by hand from X[i] and X_train[j] and compare.",
    )
    if right and exam.asks_for("inputs"):
        exam.unchanged("inputs", [("X", test, X), ("X_train", train, X_train)])
    return right


def two_loops(exam: Exam) -> None:
    _judge_distances(exam, "compute_distances_two_loops")


def _decided(row, y, k: int) -> bool:
    """Whether one label is more common than any other among the k nearest."""
    counts = np.sort(np.bincount(y[np.argsort(row)[:k]], minlength=CLASSES))
    return counts[-1] > counts[-2]


def predict_labels(exam: Exam) -> None:
    y = exam.rng.permutation(np.repeat(np.arange(CLASSES), 10))
    dists = exam.rng.permuted(np.tile(np.arange(40.0), (300, 1)), axis=1)  # no two equal: no doubt about the nearest
    dists = dists[[_decided(row, y, 7) for row in dists]][:30]
    classifier, _ = _trained(exam, np.zeros((40, 2)), y)
    farthest, _, row, *_ = exam.expect("other_labels", dists, y, 1)
    first = exam.matches(
        "nearest",
        classifier.call("predict_labels", dists, k=1),
        exam.expect("labels", dists, y, 1).astype(float),
        what="the labels for k = 1",
        mistakes=[
            (farthest, "these are the labels of the farthest rows; small distances are near"),
            (row, "these are numbers of training rows, not their labels"),
        ],
        hint="Row i of dists says how far each training row is; self.y_train has the labels of the training rows.",
        labels=True,
    )
    farthest, nearest, row, more, fewer, middle = exam.expect("other_labels", dists, y, 7)
    vote = first and exam.matches(
        "vote",
        classifier.call("predict_labels", dists, k=7),
        exam.expect("labels", dists, y, 7).astype(float),
        what="the labels for k = 7",
        mistakes=[
            (nearest, "only the nearest neighbour decides; all k have a vote"),
            (more, "k + 1 neighbours vote; look at the end of your slice"),
            (fewer, "k − 1 neighbours vote; look at the end of your slice"),
            (middle, "this is the median of the labels; the commonest is asked for"),
            (farthest, "the farthest rows vote; small distances are near"),
        ],
        hint="Count the labels of the k nearest; np.bincount does it.",
        labels=True,
    )
    if not vote:
        return
    y, dists = _ties(exam.rng)
    classifier, _ = _trained(exam, np.zeros((len(y), 2)), y)
    exam.matches(
        "ties",
        classifier.call("predict_labels", dists, k=6),
        exam.expect("labels", dists, y, 6).astype(float),
        what="the labels where several are equally common among 6",
        hint="When several labels are equally common, the smallest is asked for.",
        labels=True,
    )


def _ties(rng) -> tuple[np.ndarray, np.ndarray]:
    """Labels, and distances: in each row two or three labels are equally common among the nearest six.

    The smallest of them is never that of the nearest row, nor that of the sixth.
    """
    y, rows = rng.permutation(np.repeat(np.arange(CLASSES), 6)), []
    groups = [group for size in (2, 3) for group in itertools.combinations(range(CLASSES), size)]
    for group in rng.permutation(len(groups)):
        labels, order = groups[group], []
        while not order or min(labels) in (y[order[0]], y[order[-1]]):
            chosen = [rng.permutation(np.flatnonzero(y == label))[: 6 // len(labels)] for label in labels]
            order = list(rng.permutation(np.concatenate(chosen)))
        order += list(rng.permutation(np.setdiff1d(np.arange(len(y)), order)))
        row = np.empty(len(y))
        row[order] = np.sort(rng.uniform(1, 100, len(y)))
        rows.append(row)
    return y, np.array(rows)


def one_loop(exam: Exam) -> None:
    method = "compute_distances_one_loop"
    if _judge_distances(exam, method):
        shapes = [((6, 4, 2), None, ""), ((6, 150, 2), 400, "the training rows"), ((2, 16, 1000), 270, "the features")]
        _judge_speed(exam, method, shapes)


def no_loops(exam: Exam) -> None:
    method = "compute_distances_no_loops"
    if not _judge_distances(exam, method):
        return
    shapes = [
        ((4, 4, 2), None, ""),
        ((150, 4, 2), 100, "the test rows"),
        ((4, 150, 2), 100, "the training rows"),
        ((2, 16, 1000), 200, "the features"),
    ]
    _judge_speed(exam, method, shapes)
    tests, trains, features = LARGE
    X, X_train = _pixels(exam.rng, tests, features), _pixels(exam.rng, trains, features)
    rows, columns = exam.rng.integers(0, tests, PAIRS), exam.rng.integers(0, trains, PAIRS)
    expected = exam.expect("distances_of_pairs", X[rows], X_train[columns])
    classifier, _ = _trained(exam, X_train, np.zeros(trains, dtype=int))
    found = numbers(classifier.call(method, X))
    if found.shape != (tests, trains):
        text = "an array of shape (num_test, num_train, D) is too large; use the matrix product X @ X_train.T"
        exam.fail("memory", text)
        return
    exam.matches("memory", found[rows, columns], expected, what="the distances between many rows")


def _judge_speed(exam: Exam, method: str, shapes) -> None:
    """`shapes` are those of the test rows, the training rows and the features; passes that a call may take; a loop."""
    hint = "the result is right, but it takes as long as a loop does: there still is a loop over "
    judge_speed(exam, "speed", method, lambda rng: [_timed(exam, rng, *shape) for shape in shapes], hint)


def _timed(exam: Exam, rng: np.random.Generator, shape: tuple[int, int, int], passes: int | None, loop: str) -> Timed:
    tests, trains, features = shape
    X_train, X = _pixels(rng, trains, features), _pixels(rng, CALLS * tests, features).reshape(CALLS, tests, features)
    # No test row equals a training row: of two equal ones, roundings decide whether a root without a floor is NaN.
    X_train[:, 0], X[..., 0] = X_train[:, 0] // 2 * 2 + 1, X[..., 0] // 2 * 2
    classifier, _ = _trained(exam, X_train, np.zeros(trains, dtype=int))
    calls = np.repeat(np.arange(CALLS), 8)
    rows, columns = rng.integers(0, tests, len(calls)), rng.integers(0, trains, len(calls))
    expected = exam.expect("distances_of_pairs", X[calls, rows], X_train[columns])

    def wrong(found: list) -> str | None:
        arrays = [numbers(result) for result in found]
        if any(array.shape != (tests, trains) for array in arrays):
            return f"the shape should be {(tests, trains)}"
        return difference(np.array(arrays)[calls, rows, columns], expected, "some distances", 1e-6)

    return Timed(classifier, [X], wrong, passes, loop=loop)


def cross_validation(exam: Exam) -> None:
    y = draw_labels(exam.rng, 53, CLASSES)
    X = exam.rng.normal(size=(53, 3)) + 0.7 * y[:, None]  # classes overlap but are not the same
    k_choices, num_folds = [1, 3, 10], 5
    data, labels = exam.session.put(X), exam.session.put(y)
    found = exam.module.call("cross_validate", data, labels, k_choices, num_folds=num_folds)
    complete = (
        isinstance(found, dict)
        and set(found) == set(k_choices)
        and all(not real_array(v)[1] and real_array(v)[0].size == num_folds for v in found.values())
    )
    exam.require(
        "lists",
        complete,
        f"a dict is expected with the keys {k_choices} and {num_folds} accuracies for each, as numbers",
    )
    if not complete:
        return
    everything, itself, shifted, last = exam.expect("other_folds", X, y, np.array(k_choices), num_folds)
    exam.matches(
        "values",
        np.array([real_array(found[k])[0].ravel() for k in k_choices]),
        exam.expect("folds", X, y, np.array(k_choices), num_folds),
        what="the accuracies",
        mistakes=[
            (everything, "the validation part is also trained on; leave it out of training"),
            (itself, "you train on the part that you validate on"),
            (shifted, "training leaves out another part than the one that is validated on; an index is off by one"),
            (last, "the last part never trains; look at the ends of your slices"),
        ],
        hint="Cut with np.array_split, in the given order, and divide by the size of the validation part.",
    )


SPEED = Part("speed", 1, "it is as fast as its loops allow")
VALUES = "the distances are right"
INPUTS = Part("inputs", 1, "the inputs are left as they were")
NEAREST = Part("nearest", 1, "the nearest row decides for k = 1")
VOTE, TIES = Part("vote", 2, "the k nearest vote"), Part("ties", 1, "ties go to the smallest label")
MEMORY = Part("memory", 1, "no array of three axes is built")
LISTS = Part("lists", 1, "each k has its list of accuracies")
FILE = "k_nearest_neighbor"
QUESTIONS = [
    Question("q1", "Distances with two loops", FILE, (Part("values", 3, VALUES), INPUTS), two_loops, LIMITS),
    Question("q2", "Votes of the neighbours", FILE, (NEAREST, VOTE, TIES), predict_labels, LIMITS),
    Question("q3", "Distances with one loop", FILE, (Part("values", 2, VALUES), SPEED), one_loop, LIMITS),
    Question("q4", "Distances without a loop", FILE, (Part("values", 3, VALUES), SPEED, MEMORY), no_loops, WIDE),
    Question(
        "q5",
        "Cross-validation",
        "cross_validation",
        (LISTS, Part("values", 3, "the accuracies are right")),
        cross_validation,
        LIMITS,
        standins=(FILE,),
    ),
]
