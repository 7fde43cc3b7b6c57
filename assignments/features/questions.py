"""Assignment features: what is asked, and how answers are judged. Runs outside the box; see `grading.judging`.

What CS231n's own features.py and this assignment do differently is not judged in features.py: the weight of blue may be
0.114 or 0.144, cells may come row by row or column by column, and HOG is compared on pictures that grow brighter from
left to right, since the original leaves out all other gradients. `orientations` is judged by what its docstrings say.
"""

import colorsys
import itertools

import numpy as np
from scipy import ndimage

from grading.box.sandbox import Limits
from grading.box.session import Remote, SubmissionError
from grading.judging.comparison import difference, numbers, several, with_hints
from grading.judging.draws import draw_labels
from grading.judging.exam import Exam
from grading.judging.questions import Part, Question
from grading.judging.selection import instead, judge_accuracies, never_seen
from utils.data import images

ORDER, TITLE, MINUTES = 5, "Image features", 150
MODULES = {
    "features": ("rgb2gray", "color_histogram_hsv", "hog_feature", "extract_features"),
    "orientations": ("gradients", "cell_histograms"),
    "scaling": ("standardize",),
    "search": ("linear_on_features", "net_on_features"),
}
LIMITS = Limits(seconds=20, cpu_seconds=40)
TRAINING = Limits(seconds=120, cpu_seconds=120)
#: Share of held-out pictures that the classifiers must get right, by set: linear, two layers.
THRESHOLDS = {"shapes32": (0.52, 0.61), "cifar10": (0.46, 0.51)}
SIZES = {"num_train": 3000, "num_val": 500, "num_test": 2000}
GREY_HINTS = (
    "this is the mean of the three colours; green looks brighter than blue, the docstring has the weights",
    "the weights of red and blue are exchanged; the colours come in the order red, green, blue",
    "this is the sum of the three colours; each has its weight",
    "this is the red alone",
)
HUE_HINTS = (
    "these are numbers of pixels; shares of all pixels are asked for",
    "this is a density, which depends on the width of the bins; divide the numbers by the number of pixels",
    "this is a density, which depends on the width of the bins; divide the numbers by the number of pixels",
    "this is the histogram of the saturation; the hue is the first of the three",
    "this is the histogram of the value; the hue is the first of the three",
    "the bins reach from the smallest to the largest hue of the picture; they cover all hues there are",
    "red and blue are exchanged",
    "these are numbers times the width of a bin; shares of all pixels are asked for",
)
SLOPE_HINTS = (
    "gx and gy are exchanged: x runs along a row, which is axis 1",
    "each pixel is compared with the one before it; the next one is asked for",
    "these are halves of differences between both neighbours; the next pixel minus this one is asked for",
    "the border is compared with the opposite border; there is no next pixel, so the difference is 0",
    "the sign is lost",
    "",
)
HISTOGRAM_HINTS = (
    "these are sums; divide by the number of pixels of a cell",
    "the bins cover 360°; directions are folded into 180°",
    "the directions are those of the gradient; the edge is at right angles to it, 90° further",
    "the directions are mirrored; is it arctan2(gy, gx), with gy first?",
    "edges whose brighter side is on the left are left out; fold their directions, do not drop them",
    "each pixel counts 1 (or its share of a cell); it adds the length of its gradient",
    "the squares of the lengths are added; take the root",
    "|gx| + |gy| is added; the length is the root of the sum of squares",
    "each cell is scaled to the sum 1; here nothing is scaled",
    "the cells are in the wrong order; the first axis is the row of cells",
)
HOG_HINTS = (
    "these are 64 times too large: sums; cell_histograms has divided by the number of pixels",
    "only the red is looked at; make the picture grey first",
    "only the green is looked at; make the picture grey first",
    "the picture was divided by 255; it is taken as it is",
    "each cell is scaled to the sum 1; here nothing is scaled",
    "each cell is scaled to the length 1; here nothing is scaled",
    "everything is scaled to the length 1; here nothing is scaled",
    "gx and gy are exchanged",
    "the bins of each cell are in reverse order",
)
SCALE_HINTS = (
    "",
    "its mean or deviation comes from all sets together; only the training set may be asked",
    "the mean is subtracted, but nothing is divided",
    "it is divided, but the mean is not subtracted",
    "it is divided by the variance; its root is the standard deviation",
    "one mean and one deviation for all columns; each column has its own (axis=0)",
)


def prepare():
    """Standardised features and labels: for training, validation, held out; and the name of the set of pictures.

    The judge's own features, so that nobody's are needed: answers of eight oriented filters, and a small blurred
    picture. They are not those of the assignment, and about as good.
    """
    data = images("auto", **SIZES)
    parts = [_filtered(pictures) for pictures in (data.X_train, data.X_val, data.X_test)]
    centre, spread = parts[0].mean(axis=0), parts[0].std(axis=0)
    F_train, F_val, F_test = ((part - centre) / spread for part in parts)
    return F_train, data.y_train, F_val, data.y_val, F_test, data.y_test, data.name


def _filtered(pictures: np.ndarray) -> np.ndarray:
    pixels = pictures.astype(np.float32) / 255
    grey = pixels.mean(axis=-1)
    across, down = (ndimage.gaussian_filter1d(grey, 0.7, axis=axis, order=1) for axis in (2, 1))
    energy = across**2 + down**2 + np.float32(1e-6)
    strength = np.sqrt(energy)
    window = np.exp(-((np.arange(32) - np.arange(3.5, 32, 8)[:, None]) ** 2) / 18).astype(np.float32)
    window /= window.sum(axis=1, keepdims=True)
    columns = []
    for angle in np.arange(8) * np.pi / 8:
        share = (np.float32(np.cos(angle)) * across + np.float32(np.sin(angle)) * down) ** 2 / energy
        columns.append(window @ (strength * share * share * share) @ window.T)
    columns += [np.repeat(window[::2] @ pixels[..., c] @ window[::2].T, 2, axis=1)[:, ::2] for c in range(3)]
    return np.hstack([column.reshape(len(pictures), -1) for column in columns])


def _either(exam: Exam, part: str, found, right, what: str, mistakes=(), hint: str = "") -> bool:
    """Mark a part by comparing with several arrays that are all right; the hint comes from the first."""
    problems = [difference(found, expected, what, 1e-6, mistakes, hint) for expected in right]
    return exam.require(part, None in problems, problems[0] or "")


def _picture(rng, rows: int, columns: int, bytes_only: bool = False) -> np.ndarray:
    """Colours whose hue is not at the edge of a bin, however many bins of those that are asked for there are."""
    picture = rng.uniform(1, 254, (rows, columns, 3))
    picture = np.rint(picture) if bytes_only else picture
    for place in itertools.product(range(rows), range(columns)):
        while not _clear(picture[place]):
            picture[place] = rng.integers(1, 255, 3)
    return picture.astype(np.uint8) if bytes_only else picture


def _clear(colour) -> bool:
    hue, saturation, _ = colorsys.rgb_to_hsv(*(colour / 255))
    return saturation > 0.05 and all(abs(hue * bins - round(hue * bins)) > 1e-6 for bins in (4, 7, 10, 25))


def colours(exam: Exam) -> None:
    picture = _picture(exam.rng, 9, 14)
    module = exam.module
    grey_right = _grey(exam, "grey", module.call("rgb2gray", picture), picture, "the grey picture")
    cases = [(9, 14, {}, 10), (12, 8, {"nbin": 25}, 25), (5, 6, {"nbin": 4}, 4)]
    pictures = [_picture(exam.rng, rows, columns) for rows, columns, *_ in cases]
    found, problems = [], []
    for image, (*_, keywords, bins) in zip(pictures, cases, strict=True):
        found.append(module.call("color_histogram_hsv", image, **keywords))
        mistakes = with_hints(exam.expect("other_hues", image, bins), HUE_HINTS)
        hint = "Which hue has a pixel that you know, pure green for instance, and in which bin is it?"
        expected = exam.expect("hues", image, bins)
        problems.append(difference(found[-1], expected, f"the histogram with {bins} bins", 1e-6, mistakes, hint))
    if exam.without("hue", problems) and grey_right:
        picture = _picture(exam.rng, 8, 11, bytes_only=True)
        there = exam.session.put(picture)
        text = "of a picture of the type uint8"
        if _grey(exam, "bytes", module.call("rgb2gray", there), picture, f"the grey picture {text}"):
            exam.passed.discard("bytes")
            histogram = module.call("color_histogram_hsv", there)
            hint = "Sums and differences of uint8 wrap round at 0 and 256; make numbers of it first."
            expected = exam.expect("hues", picture, 10)
            if exam.matches("bytes", histogram, expected, what=f"the histogram {text}", hint=hint):
                exam.unchanged("bytes", [("im", there, picture)])


def _grey(exam: Exam, part: str, found, picture, what: str) -> bool:
    accepted, *others = exam.expect("other_greys", picture)
    hint = "Sums of uint8 wrap round at 256; make numbers of it first." if picture.dtype == np.uint8 else ""
    right = exam.expect("grey", picture), accepted
    return _either(exam, part, found, right, what, with_hints(others, GREY_HINTS), hint)


def orientations(exam: Exam) -> None:
    module = exam.module
    pictures = [exam.rng.normal(size=shape) for shape in ((6, 9), (8, 5))]
    of_bytes = [exam.rng.integers(0, 256, shape).astype(np.uint8) for shape in ((7, 5), (4, 9))]
    _judge_slopes(exam, "gradients", pictures)
    if "gradients" in exam.passed:
        _judge_slopes(exam, "bytes", of_bytes)
    problems = []
    for shape, keywords in (((24, 16), {}), ((16, 32), {}), ((12, 8), {"cell": 4, "bins": 6})):
        gx, gy = np.abs(exam.rng.normal(size=shape)) + 0.01, 2 * exam.rng.normal(size=shape)
        problems.append(_histogram_problem(exam, module, gx, gy, keywords, "the histograms of gradients with gx > 0"))
    if not exam.without("values", problems):
        return
    gx, gy = (np.zeros((8, 16)) for _ in range(2))
    for sign in (1, -1):
        for dx, dy, edge in ((3, 0, "vertical"), (0, 3, "horizontal"), (3, 3, "slanting"), (3, -3, "slanting")):
            gx[2, 10], gy[2, 10] = sign * dx, sign * dy
            text = f"a {edge} edge (gx = {sign * dx}, gy = {sign * dy})"
            hint = "Look at the angle that arctan2 gives there, and at what becomes of it, up to the number of the bin."
            if problem := _histogram_problem(exam, module, gx, gy, {}, f"the histograms of {text}", hint):
                exam.fail("fold", problem)
                return
    gx, gy = exam.rng.normal(size=(2, 16, 8))
    text = "the histograms of gradients in all directions"
    exam.without("fold", [_histogram_problem(exam, module, gx, gy, {}, text)])


def _judge_slopes(exam: Exam, part: str, pictures) -> None:
    for image in pictures:
        found = exam.module.call("gradients", image)
        if not several(found, 2, array=True):
            exam.fail(part, "gradients should return two arrays, gx and gy, in this order")
            return
        expected = exam.expect("slopes", image)
        others = exam.expect("other_slopes", image)
        hints = SLOPE_HINTS
        if image.dtype == np.uint8:
            hints = (*SLOPE_HINTS[:-1], "differences of uint8 wrap round below 0; make numbers of the picture first")
        for number, name in enumerate(("gx", "gy")):
            mistakes = with_hints([other[number] for other in others], hints)
            problem = difference(found[number], expected[number], name, 1e-9, mistakes)
            if problem:
                exam.fail(part, problem)
                return
    exam.pass_part(part)


def _histogram_problem(exam: Exam, module: Remote, gx, gy, keywords, what: str, hint: str = "") -> str | None:
    cell, bins = keywords.get("cell", 8), keywords.get("bins", 9)
    found = module.call("cell_histograms", gx, gy, **keywords)
    expected = exam.expect("histograms", gx, gy, cell, bins)
    mistakes = with_hints(exam.expect("other_histograms", gx, gy, cell, bins), HISTOGRAM_HINTS)
    return difference(found, expected, what, 1e-6, mistakes, hint or "Take one cell with one gradient that is not 0.")


def _brighter_to_the_right(rng, side: int) -> np.ndarray:
    """Grey grows along each row, up to one value in the last column; the blue is the same everywhere."""
    picture = np.empty((side, side, 3))
    for channel in (0, 1):
        picture[:, :, channel] = np.sort(rng.uniform(0, 240, (side, side)), axis=1)
        picture[:, -1, channel] = 250
    picture[:, :, 2] = rng.uniform(50, 200)
    return picture


def hog(exam: Exam) -> None:
    module = exam.module
    module.set("rgb2gray", exam.session.load("rehearsal").make("named", "grey"))
    problems, shapes = [], []
    for side in (32, 24):
        picture = _brighter_to_the_right(exam.rng, side)
        there = exam.session.put(picture)
        found = module.call("hog_feature", there)
        histograms = exam.expect("hog", picture)
        orders = histograms, histograms.transpose(1, 0, 2)
        mistakes = []
        for other, text in zip(exam.expect("other_hogs", picture), HOG_HINTS, strict=True):
            mistakes += [(order.ravel(), text) for order in (other, other.transpose(1, 0, 2))]
        text = "all first bins come first; the nine numbers of a cell should stand side by side"
        mistakes += [(np.moveaxis(order, 2, 0).ravel(), text) for order in orders]
        text = f"the feature of a picture of {side} × {side} pixels"
        hint = "Compare with rgb2gray, gradients and cell_histograms, called one after the other."
        wrong = [difference(found, order.ravel(), text, 1e-6, mistakes, hint) for order in orders]
        problems.append(None if None in wrong else wrong[0])
        problems.append(exam.change([("im", there, picture)]))
        shapes.append(numbers(found).shape)
    exam.without("values", problems)
    if not numbers(found).any():
        exam.fail("flat", "hog_feature does not give a feature yet")
        return
    for level in (0.0, float(exam.rng.integers(1, 200))):
        even = numbers(module.call("hog_feature", np.full((32, 32, 3), level)))
        if even.shape != shapes[0]:
            exam.fail("flat", f"the feature of a picture that is {level:g} everywhere has the shape {even.shape}")
            return
        if not np.abs(even).max(initial=0) < 1e-6:  # NaN is no less
            exam.fail("flat", f"a picture that is {level:g} everywhere has no edges; zeros are expected")
            return
    brighter = picture * 0.5
    first, second = (module.call("hog_feature", p) for p in (brighter, brighter + 60))
    hint = "A difference of two pixels does not change when both get brighter by as much."
    exam.matches("flat", second, first, what="the feature of a picture that got brighter by 60", hint=hint)


def many_pictures(exam: Exam) -> None:
    shelf = exam.session.load("rehearsal")
    own = {
        "counts": lambda p: [(p > 127).sum(), (p <= 127).sum()],
        "means": lambda p: p.mean(axis=(0, 1)),
        "diagonal": lambda p: p[np.arange(4), np.arange(4), 0],
    }
    module = exam.module
    remotes = {name: shelf.make("named", name) for name in own}
    problems, seen = [], []
    for number, names in ((7, ("counts", "means", "diagonal")), (5, ("means", "counts")), (1, ("diagonal",))):
        imgs = exam.rng.uniform(0, 255, (number, 6, 5, 3))
        there = exam.session.put(imgs)
        seen.append((there, imgs))
        found = module.call("extract_features", there, [remotes[name] for name in names])
        columns = [np.array([own[name](p) for p in imgs], dtype=float) for name in names]
        expected = np.hstack(columns)
        mistakes = [
            (np.hstack(columns[::-1]), "the functions come in reverse order"),
            (np.tile(expected[:1], (number, 1)), "all rows are those of the first picture"),
            (np.tile(expected[-1:], (number, 1)), "all rows are those of the last picture"),
            (np.trunc(expected), "the digits after the point are lost; make room for floating-point numbers"),
            (np.vstack([expected[:-1], 0 * expected[-1:]]), "the last picture is left out"),
            (np.vstack([0 * expected[:1], expected[1:]]), "the first picture is left out"),
            (expected[::-1], "the pictures come in reverse order"),
            (expected - expected.mean(axis=0), "the mean is subtracted; that comes later, in standardize"),
        ]
        text = f"the features of {number} pictures by {len(names)} functions"
        hint = "One row a picture: what the functions return, side by side."
        problems.append(difference(found, expected, text, 1e-9, mistakes, hint))
    if exam.without("values", problems):
        exam.unchanged("inputs", [("imgs", there, imgs) for there, imgs in seen])


def standardization(exam: Exam) -> None:
    sizes, columns = (40, 9, 13), 5
    F = [exam.rng.normal(3, 2, (size, columns)) * np.arange(1, 6) + number for number, size in enumerate(sizes)]
    there = [exam.session.put(part) for part in F]
    found = exam.module.call("standardize", *there)
    if not several(found, 3, array=True):
        exam.fail_all("three sets were passed in; standardize should return a list of three arrays")
        return
    everything = np.concatenate(F)
    problems = []
    for number, (part, name) in enumerate(zip(F, ("the training set", "the second set", "the third"), strict=True)):
        others = exam.expect("other_scaled", part, F[0], everything)
        own = "its own mean and deviation are used; those of the training set are asked for" if number else ""
        mistakes = with_hints(
            (others[0], *others[1:6], *others[7:]),
            (own, *SCALE_HINTS[1:], "scaled to the range 0 … 1", "nothing was done"),
        )
        right = exam.expect("scaled", part, F[0]), others[6]  # by n or by n − 1, whichever
        found_problems = [difference(found[number], expected, name, 1e-6, mistakes) for expected in right]
        problems.append(None if None in found_problems else found_problems[0])
    exam.without("others", problems[1:])
    if exam.without("train", problems[:1]):
        names = ("F_train", "the second array", "the third array")
        exam.unchanged("inputs", zip(names, there, F, strict=True))
    _judge_constant(exam, F)


def _judge_constant(exam: Exam, F) -> None:
    """A column that is constant in training: by what it is divided, and nothing else."""
    train, other = F[0].copy(), F[1].copy()
    train[:, 1], train[:, 3] = 0, 3
    found = exam.module.call("standardize", train, other)
    if not several(found, 2, array=True):
        exam.fail("constant", "two sets were passed in; standardize should return two arrays")
        return
    try:
        train_columns, other_columns = (numbers(part).astype(float)[:, [1, 3]] for part in found)
    except (TypeError, ValueError, IndexError):
        exam.fail("constant", "two arrays with the columns that were passed in are expected")
        return
    moved = other[:, [1, 3]] - [0, 3]
    large = [(moved * 10.0**power, "divided by a tiny number; such a column is only moved") for power in range(4, 17)]
    problem = difference(train_columns, 0 * moved[:1] + np.zeros_like(train_columns), "constant columns", 1e-6)
    text = "other sets in columns that are constant in training"
    left = [
        (0 * moved, "they are 0; such a column is only moved, by the mean of the training set"),
        (other[:, [1, 3]], "they are not moved"),
    ]
    problem = problem or difference(other_columns, moved, text, 1e-6, [*large, *left])
    exam.require("constant", not problem, problem or "")


def linear(exam: Exam) -> None:
    _judge_search(exam)
    with exam.apart("classifiers", "tuning"):  # where search itself is judged, there is none beside it
        _judge_classifier(exam, "linear_on_features", "LinearClassifier", 0)


def net(exam: Exam) -> None:
    _judge_classifier(exam, "net_on_features", "TwoLayerNet", 1)


def _rows(rng, number: int, validation: bool):
    """Rows for `rehearsal.Pupil`: a draw, the label, whether the row is for validation."""
    y = draw_labels(rng, number, 4)
    return np.column_stack([rng.permutation(number) / number, y, np.full(number, validation)]).astype(float), y


def _judge_search(exam: Exam) -> None:
    (F, y), (F_val, y_val) = _rows(exam.rng, 50, False), _rows(exam.rng, 20, True)
    seen, unseen = exam.rng.permutation([0.5, 0.62, 0.74, 0.86, 0.98]), np.array([0.4, 0.55, 0.7, 0.85, 0.25])
    while unseen.argmax() in (0, 4, seen.argmax()) or unseen.argmin() in (0, 4):
        unseen = exam.rng.permutation(unseen)
    seen, unseen = (np.insert(skills, int(unseen.argmax()) + 1, skills[unseen.argmax()]) for skills in (seen, unseen))
    settings = [
        {"number": i, "seen": float(s), "unseen": float(u)} for i, (s, u) in enumerate(zip(seen, unseen, strict=True))
    ]
    pupil = exam.session.load("rehearsal").make("named", "Pupil")
    answer = exam.module.make("search", pupil, settings, *(exam.session.put(array) for array in (F, y, F_val, y_val)))
    found = answer.fetch()
    if not several(found, 3):
        text = "search should return three things: the best classifier, its setting, the accuracies"
        exam.fail_all(text, ("accuracies", "best"))
        return
    expected = np.array([np.mean(F_val[:, 0] < skill) for skill in unseen])
    trained = np.array([np.mean(F[:, 0] < skill) for skill in seen])
    judge_accuracies(
        exam,
        found[2],
        expected,
        mistakes=[
            (trained, "these are accuracies on the training set; validation is asked for"),
            (expected * len(y_val), "these are numbers; divide by the number of rows"),
            (100 * expected, "these are percentages; shares are asked for"),
            (np.maximum.accumulate(expected), "each is the best so far; each setting has its own"),
        ],
        hint="For each setting: a new classifier, trained, and its share of right labels on F_val.",
    )
    if found[0] is None:
        exam.fail("best", "search returns None in the place of the best classifier")
        return
    best = answer.item(0)
    if not best.has("lessons"):
        exam.fail("best", "the first thing that search returns is not a classifier that make gave")
        return
    winner, number = int(expected.argmax()), best.get("number")
    known = [
        (0, "it is the first one; replace it when a better one comes"),
        (len(settings) - 1, "it is the last one; keep the best so far"),
        (expected.argmin(), "it is the worst on the validation set"),
        (trained.argmax(), "it is the best on the training set; the validation set decides"),
        (winner + 1, "another one is as good, but comes later; the first is kept"),
    ]
    problem = ""
    if not isinstance(number, (int, np.integer)) or number != winner:
        problem = instead(number, known, "another one is better on the validation set")
    elif str(best.get("lessons")) != str([(len(F), 0.0)]):
        problem = "it was not trained once on F_train and nothing else"
    elif not isinstance(found[1], dict) or str(found[1]) != str(settings[winner]):
        problem = "the classifier is the best one, but the setting is not its own"
    exam.require("best", not problem, f"the classifier that is returned: {problem}")


def _judge_classifier(exam: Exam, function: str, kind: str, place: int) -> None:
    """Whether what a function of the submission hands in recognises pictures that it has not seen."""
    module = exam.module
    module.set("search", exam.session.load("tuning").make("named", "search"))
    F, y, F_val, y_val, F_test, y_test, name = exam.data()
    threshold, parts = THRESHOLDS[name][place], ("held_out", "setting")
    F_test, y_test = never_seen(exam.rng, F_test, y_test, 0.02)
    put = [exam.session.put(array) for array in (F, y, F_val, y_val)]
    try:
        answer = module.make(function, *put)
    except SubmissionError as problem:
        if problem.type != "FloatingPointError":
            raise
        exam.fail_all("training diverges: the loss becomes infinite; the learning rate is too large", parts)
        return
    found = answer.fetch()
    if not several(found, 2) or found[0] is None:
        exam.fail_all(f"{function} should return a trained classifier and its setting; not written yet?", parts)
        return
    hint = (
        f"of the held-out pictures are right; {threshold:.0%} is asked for. Look at the losses: do they still fall "
        "(more epochs, larger learning rate), do they jump (smaller)? Is it much better in training (larger reg), or "
        "nowhere good (smaller reg)?"
    )
    labels = answer.item(0).call("predict", F_test)
    share = _share(labels, y_test)
    exam.require("held_out", share >= threshold, f"{share:.1%} {hint}")
    setting = found[1]
    if not isinstance(setting, dict) or not setting:
        exam.fail("setting", "the second thing should be the setting, a dict")
        return
    with exam.apart("classifiers", alone=True) as box:
        try:
            again = box.load("classifiers").make(kind, **{str(name): value for name, value in setting.items()})
            again.call("train", F, y)
            share = _share(again.call("predict", F_test), y_test)
        except SubmissionError as problem:
            exam.fail("setting", f"{kind}(**setting) does not work: {problem.type}: {problem.message}"[:200])
            return
    exam.require("setting", share >= threshold, f"{kind}(**setting), trained anew: {share:.1%} {hint}")


def _share(labels, y) -> float:
    labels = numbers(labels)
    return float(np.mean(labels == y)) if labels.shape == y.shape else 0.0


FILE, FUNCTIONS = "features", ("orientations", "rehearsal")
QUESTIONS = [
    Question("q1", "Grey and hue", FILE,
             (Part("grey", 1, "the grey values are right"), Part("hue", 2, "each hue is counted in its bin"),
              Part("bytes", 1, "pictures of bytes give the same and stay as they are")), colours, LIMITS,
             ("orientations",)),
    Question("q2", "Gradients and directions of edges", "orientations",
             (Part("gradients", 1, "the gradients are right"), Part("bytes", 1, "those of bytes do not wrap round"),
              Part("values", 2, "lengths, bins and cells are right"),
              Part("fold", 1, "edges in all directions count, whichever side is brighter")), orientations, LIMITS),
    Question("q3", "Histogram of oriented gradients", FILE,
             (Part("values", 2, "the feature of a picture is right"),
              Part("flat", 1, "what is equally bright everywhere does not matter")), hog, LIMITS, FUNCTIONS),
    Question("q4", "Features of many pictures", FILE,
             (Part("values", 2, "each picture has its row"), Part("inputs", 1, "the pictures are left as they were")),
             many_pictures, LIMITS, FUNCTIONS),
    Question("q5", "One scale for all features", "scaling",
             (Part("train", 1, "the training set has mean 0 and standard deviation 1"),
              Part("others", 1, "other sets are scaled as the training set is, and have no say in it"),
              Part("constant", 1, "constant columns do no harm"),
              Part("inputs", 1, "the inputs are left as they were")), standardization, LIMITS),
    Question("q6", "Search, and a linear classifier", "search",
             (Part("accuracies", 1, "each setting has its accuracy"), Part("best", 1, "the best classifier is kept"),
              Part("held_out", 1, "enough pictures not seen are recognised"),
              Part("setting", 1, "the setting does as well when it is trained anew")), linear, TRAINING,
             ("classifiers", "rehearsal")),
    Question("q7", "A two-layer net", "search",
             (Part("held_out", 1, "enough pictures not seen are recognised"),
              Part("setting", 1, "the setting does as well when it is trained anew")), net, TRAINING,
             ("classifiers", "tuning")),
]  # fmt: skip
