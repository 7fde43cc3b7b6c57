"""Wrong answers to this assignment: changes to the solution, what each must cost, and the hint it must draw."""

from grading.course.selftest import Wrong

FEATURES, ORIENTATIONS, SCALING, SEARCH = "features.py", "orientations.py", "scaling.py", "search.py"
GREY, HUE = {"q1": ("grey", "bytes")}, {"q1": ("hue", "bytes")}
SLOPES, HISTOGRAM, FOLD = {"q2": ("gradients", "bytes")}, {"q2": ("values", "fold")}, {"q2": ("fold",)}
HOG, HOG_FLAT = {"q3": ("values",)}, {"q3": ("values", "flat")}
MANY = {"q4": ("values", "inputs")}
SCALED = {"q5": ("train", "others", "inputs")}
OTHERS, CONSTANT = {"q5": ("others",)}, {"q5": ("constant",)}
ACCURACIES, BEST, LINEAR = {"q6": ("accuracies",)}, {"q6": ("best",)}, {"q6": ("held_out", "setting")}
NET = {"q7": ("held_out", "setting")}

GRAY = "gray = rgb @ np.array([0.299, 0.587, 0.114])"
SHARE = "imhist = imhist / hue.size"
COUNTED = "imhist, _ = np.histogram(hue, bins=nbin, range=(xmin, xmax))"
HUES = "hue = xmax * matplotlib.colors.rgb_to_hsv(im / xmax)[:, :, 0]"
FLOAT = "image = np.asarray(image, dtype=float)\n    gx, gy"
RIGHT = "gx[:, :-1] = image[:, 1:] - image[:, :-1]"
BELOW = "gy[:-1] = image[1:] - image[:-1]"
BOTH = f"{RIGHT}\n    {BELOW}"
LENGTH = "length = np.sqrt(gx**2 + gy**2)"
DIRECTION = "direction = (np.degrees(np.arctan2(gy, gx)) + 90) % 180"
MEAN = "histograms[:, :, i] = parts.mean(axis=(1, 3))"
CELLS = "feature = cell_histograms(gx, gy).ravel()"
SLOPE = "gx, gy = gradients(rgb2gray(im))"
ROW = "rows.append(np.concatenate([feature_fn(im) for feature_fn in feature_fns]))"
ALL_ROWS = "features = np.array(rows, dtype=float)"
STATISTICS = "mean, deviation = F_train.mean(axis=0), F_train.std(axis=0)"
GUARD = "deviation = np.where(deviation < 1e-12, 1, deviation)"
SCALE = "scaled = [(F - mean) / deviation for F in (F_train, *others)]"
EACH = "accuracy = np.mean(classifier.predict(F_val) == y_val)"
BETTER = "if best is None or accuracy > max(accuracies):"
LINEAR_SETTINGS = 'settings = [{"learning_rate": 0.01, "reg": reg, "epochs": 20} for reg in (1e-3, 1e-2)]'
NET_SETTINGS = (
    'settings = [{"hidden_size": 200, "learning_rate": 0.03, "reg": reg, "epochs": 20} for reg in (3e-3, 6e-3)]'
)
RETURN = "return best, setting"
LINEAR_END = f"search(LinearClassifier, settings, F_train, y_train, F_val, y_val)\n    {RETURN}"
NET_END = f"search(TwoLayerNet, settings, F_train, y_train, F_val, y_val)\n    {RETURN}"
IN_PLACE = "for F in (F_train, *others):\n        F -= mean\n        F /= deviation\n    scaled = [F_train, *others]"


def one(text: str) -> str:
    """Settings with only this one."""
    return f"settings = [{{{text}}}]"


WRONG = [
    # q1: grey and hue
    Wrong("plain mean", FEATURES, GRAY, "gray = rgb.mean(axis=2)", GREY, "this is the mean"),
    Wrong("blue first", FEATURES, GRAY, GRAY.replace("0.114])", "0.114][::-1])"), GREY, "red and blue are exchanged"),
    Wrong("sum", FEATURES, GRAY, "gray = rgb.sum(axis=2)", GREY, "the sum of the three"),
    Wrong("red", FEATURES, GRAY, "gray = rgb[:, :, 0]", GREY, "the red alone"),
    Wrong("three axes kept", FEATURES, GRAY, "gray = rgb * np.array([0.299, 0.587, 0.114])", GREY, "shape (9, 14, 3)"),
    Wrong(
        "grey rounded to bytes",
        FEATURES,
        GRAY,
        f"{GRAY.replace('gray = ', 'gray = (')}).astype(rgb.dtype)",
        {"q1": ("bytes",)},
        "type uint8",
    ),
    Wrong("numbers", FEATURES, SHARE, "imhist = imhist", HUE, "these are numbers of pixels"),
    Wrong(
        "density",
        FEATURES,
        COUNTED,
        COUNTED.replace("xmax))", "xmax), density=True)") + "; imhist = imhist * hue.size",
        HUE,
        "this is a density",
    ),
    Wrong("saturation", FEATURES, HUES, HUES.replace(", 0]", ", 1]"), HUE, "histogram of the saturation"),
    Wrong("value", FEATURES, HUES, HUES.replace(", 0]", ", 2]"), HUE, "histogram of the value"),
    Wrong(
        "bins of the picture",
        FEATURES,
        COUNTED,
        COUNTED.replace(", range=(xmin, xmax)", ""),
        HUE,
        "smallest to the largest hue",
    ),
    Wrong("hue from 0 to 1", FEATURES, HUES, HUES.replace("xmax * ", ""), HUE, "values"),
    Wrong("fixed number of bins", FEATURES, COUNTED, COUNTED.replace("bins=nbin", "bins=10"), HUE, "should be (25,)"),
    Wrong(
        "blue first in hue",
        FEATURES,
        HUES,
        HUES.replace("im / xmax", "im[:, :, ::-1] / xmax"),
        HUE,
        "red and blue are exchanged",
    ),
    Wrong(
        "in place", FEATURES, HUES, f"im /= xmax\n    {HUES.replace('im / xmax', 'im')}", {"q1": ("bytes",)}, "raised"
    ),
    Wrong("input changed", FEATURES, HUES, f"{HUES}\n    im[0] = 0", {"q1": ("bytes",)}, "changes its input im"),
    # q2: gradients and directions
    Wrong("exchanged", ORIENTATIONS, "    return gx, gy", "    return gy, gx", SLOPES, "gx and gy are exchanged"),
    Wrong(
        "the one before",
        ORIENTATIONS,
        BOTH,
        "gx[:, 1:] = image[:, 1:] - image[:, :-1]\n    gy[1:] = image[1:] - image[:-1]",
        SLOPES,
        "the one before it",
    ),
    Wrong("central", ORIENTATIONS, BOTH, "gy, gx = np.gradient(image)", SLOPES, "both neighbours"),
    Wrong(
        "around",
        ORIENTATIONS,
        BOTH,
        "gx = np.roll(image, -1, axis=1) - image\n    gy = np.roll(image, -1, axis=0) - image",
        SLOPES,
        "the opposite border",
    ),
    Wrong("sign", ORIENTATIONS, BOTH, f"{BOTH}\n    gx, gy = -gx, -gy", SLOPES, "the sign is wrong"),
    Wrong(
        "no border", ORIENTATIONS, BOTH, "gx = np.diff(image, axis=1)\n    gy = np.diff(image, axis=0)", SLOPES, "shape"
    ),
    Wrong(
        "absolute", ORIENTATIONS, RIGHT, "gx[:, :-1] = np.abs(image[:, 1:] - image[:, :-1])", SLOPES, "the sign is lost"
    ),
    Wrong("wraps", ORIENTATIONS, FLOAT, "gx, gy", {"q2": ("bytes",)}, "uint8 wrap round"),
    Wrong("sums", ORIENTATIONS, MEAN, MEAN.replace("mean", "sum"), HISTOGRAM, "divide by the number of pixels"),
    Wrong("360 degrees", ORIENTATIONS, DIRECTION, DIRECTION.replace("% 180", "% 360 / 2"), HISTOGRAM, "cover 360°"),
    Wrong("gradient, not edge", ORIENTATIONS, DIRECTION, DIRECTION.replace(" + 90", ""), HISTOGRAM, "90° further"),
    Wrong("mirrored", ORIENTATIONS, DIRECTION, DIRECTION.replace("(gy, gx)", "(gx, gy)"), HISTOGRAM, "mirrored"),
    Wrong("each counts one", ORIENTATIONS, LENGTH, "length = np.ones(gx.shape)", HISTOGRAM, "each pixel counts 1"),
    Wrong("squares", ORIENTATIONS, LENGTH, "length = gx**2 + gy**2", HISTOGRAM, "take the root"),
    Wrong(
        "taxi", ORIENTATIONS, LENGTH, "length = np.abs(gx) + np.abs(gy)", HISTOGRAM, "the root of the sum of squares"
    ),
    Wrong("radians", ORIENTATIONS, DIRECTION, DIRECTION.replace("np.degrees", ""), HISTOGRAM, "Take one cell"),
    Wrong(
        "cells exchanged",
        ORIENTATIONS,
        "return histograms",
        "return histograms.transpose(1, 0, 2)",
        HISTOGRAM,
        "should be (3, 2, 9)",
    ),
    Wrong(
        "cells in the wrong order",
        ORIENTATIONS,
        "return histograms",
        "return histograms.transpose(1, 0, 2).reshape(histograms.shape)",
        HISTOGRAM,
        "wrong order",
    ),
    Wrong(
        "each cell to 1",
        ORIENTATIONS,
        "return histograms",
        "return histograms / np.maximum(histograms.sum(axis=2, keepdims=True), 1e-9)",
        HISTOGRAM,
        "scaled to the sum 1",
    ),
    Wrong(
        "size of cells ignored",
        ORIENTATIONS,
        "    H, W = gx.shape\n",
        "    H, W = gx.shape\n    cell = 8\n",
        HISTOGRAM,
        "raised ValueError",
    ),
    Wrong(
        "not folded, dropped",
        ORIENTATIONS,
        MEAN,
        f"{MEAN.replace('parts', '(parts * (gx > 0).reshape(parts.shape))')}",
        FOLD,
        "fold their directions, do not drop them",
    ),
    Wrong("not folded, last bin", ORIENTATIONS, DIRECTION, DIRECTION.replace(" % 180", ""), FOLD, "Look at the angle"),
    Wrong(
        "arctan",
        ORIENTATIONS,
        DIRECTION,
        "direction = np.degrees(np.arctan(gy / (gx + 1e-15))) + 90",
        FOLD,
        "horizontal edge",
    ),
    # q3: HOG of a picture
    Wrong("three axes", FEATURES, CELLS, CELLS.replace(".ravel()", ""), HOG, "should be (144,)"),
    Wrong("red only", FEATURES, SLOPE, "gx, gy = gradients(im[:, :, 0])", HOG, "only the red"),
    Wrong("times 64", FEATURES, CELLS, CELLS.replace("cell_histograms", "64 * cell_histograms"), HOG, "64 times"),
    Wrong("from 0 to 1", FEATURES, SLOPE, "gx, gy = gradients(rgb2gray(im / 255))", HOG, "divided by 255"),
    Wrong("by the brightest", FEATURES, SLOPE, "gx, gy = gradients(rgb2gray(im / im.max()))", HOG_FLAT, "the scale"),
    Wrong(
        "length 1",
        FEATURES,
        CELLS,
        f"{CELLS}\n    feature = feature / np.sqrt((feature**2).sum())",
        HOG_FLAT,
        "scaled to the length 1",
    ),
    Wrong(
        "bins first",
        FEATURES,
        CELLS,
        "feature = np.moveaxis(cell_histograms(gx, gy), 2, 0).ravel()",
        HOG,
        "side by side",
    ),
    Wrong("exchanged", FEATURES, SLOPE, "gy, gx = gradients(rgb2gray(im))", HOG, "gx and gy are exchanged"),
    Wrong("small cells", FEATURES, CELLS, CELLS.replace("gx, gy)", "gx, gy, 4)"), HOG, "should be (144,)"),
    Wrong("brightness, not differences", FEATURES, SLOPE, "gx = gy = rgb2gray(im)", HOG_FLAT, "the values are wrong"),
    Wrong("picture changed", FEATURES, SLOPE, f"{SLOPE}\n    im[:, :, 0] = 0", HOG, "changes its input im"),
    # q4: many pictures
    Wrong("reverse order", FEATURES, ROW, ROW.replace("in feature_fns", "in feature_fns[::-1]"), MANY, "reverse order"),
    Wrong("first picture", FEATURES, ROW, ROW.replace("(im)", "(imgs[0])"), MANY, "those of the first picture"),
    Wrong("last picture", FEATURES, ROW, ROW.replace("(im)", "(imgs[-1])"), MANY, "those of the last picture"),
    Wrong(
        "whole numbers", FEATURES, ALL_ROWS, "features = np.array(rows, dtype=int)", MANY, "after the point are lost"
    ),
    Wrong("transposed", FEATURES, ALL_ROWS, ALL_ROWS + ".T", MANY, "rows and columns are exchanged"),
    Wrong("only one function", FEATURES, ROW, "rows.append(feature_fns[0](im))", MANY, "should be (7, 9)"),
    Wrong("centred", FEATURES, ALL_ROWS, f"{ALL_ROWS}\n    features -= features.mean(axis=0)", MANY, "in standardize"),
    Wrong("one row", FEATURES, ALL_ROWS, "features = np.concatenate(rows)", MANY, "shape"),
    Wrong("one short", FEATURES, "enumerate(imgs)", "enumerate(imgs[:-1])", MANY, "shape"),
    Wrong(
        "pictures changed",
        FEATURES,
        ROW,
        f"{ROW}\n        im -= im.mean()",
        {"q4": ("inputs",)},
        "changes its input imgs",
    ),
    # q5: standardisation
    Wrong(
        "own statistics",
        SCALING,
        SCALE,
        "scaled = [(F - F.mean(axis=0)) / np.maximum(F.std(axis=0), 1e-12) for F in (F_train, *others)]",
        {"q5": ("others", "constant")},
        "its own mean",
    ),
    Wrong(
        "all sets",
        SCALING,
        STATISTICS,
        "both = np.concatenate([F_train, *others])\n    mean, deviation = both.mean(axis=0), both.std(axis=0)",
        {"q5": ("train", "others", "inputs", "constant")},
        "all sets together",
    ),
    Wrong("not divided", SCALING, SCALE, SCALE.replace(" / deviation", ""), SCALED, "nothing is divided"),
    Wrong(
        "not moved",
        SCALING,
        SCALE,
        SCALE.replace("(F - mean)", "F"),
        {"q5": ("train", "others", "inputs", "constant")},
        "not subtracted",
    ),
    Wrong("variance", SCALING, STATISTICS, STATISTICS.replace("std", "var"), SCALED, "divided by the variance"),
    Wrong(
        "one for all",
        SCALING,
        STATISTICS,
        STATISTICS.replace("axis=0", ""),
        {"q5": ("train", "others", "inputs", "constant")},
        "each column has its own",
    ),
    Wrong(
        "rows",
        SCALING,
        STATISTICS,
        STATISTICS.replace("axis=0", "axis=1, keepdims=True"),
        {"q5": ("train", "others", "inputs", "constant")},
        "raised ValueError",
    ),
    Wrong("division by 0", SCALING, GUARD, "", CONSTANT, "NaN"),
    Wrong("tiny number added", SCALING, GUARD, "deviation = deviation + 1e-8", CONSTANT, "a tiny number"),
    Wrong(
        "constant columns dropped to 0",
        SCALING,
        GUARD,
        "deviation = np.where(deviation < 1e-12, np.inf, deviation)",
        CONSTANT,
        "such a column is only moved",
    ),
    Wrong("in place", SCALING, SCALE, IN_PLACE, {"q5": ("inputs",)}, "changes its input F_train"),
    Wrong(
        "training set only",
        SCALING,
        SCALE,
        "scaled = [(F_train - mean) / deviation]",
        {"q5": ("train", "others", "constant", "inputs")},
        "a list of three arrays",
    ),
    # q6: search and linear classifier
    Wrong(
        "on training rows",
        SEARCH,
        EACH,
        EACH.replace("F_val", "F_train").replace("y_val", "y_train"),
        {"q6": ("accuracies", "best")},
        "accuracies on the training set",
    ),
    Wrong(
        "errors",
        SEARCH,
        "        accuracies.append(accuracy)",
        "        accuracies.append(1 - accuracy)",
        {"q6": ("accuracies", "best")},
        "shares of errors",
    ),
    Wrong("numbers", SEARCH, EACH, EACH.replace("np.mean", "np.sum"), ACCURACIES, "divide by the number of rows"),
    Wrong("last kept", SEARCH, BETTER, "if True:", BEST, "it is the last one"),
    Wrong("first kept", SEARCH, BETTER, "if best is None:", BEST, "it is the first one"),
    Wrong("worst kept", SEARCH, BETTER, "if best is None or accuracy < min(accuracies):", BEST, "it is the worst"),
    Wrong("last of the best", SEARCH, BETTER, BETTER.replace("accuracy >", "accuracy >="), BEST, "the first is kept"),
    Wrong(
        "setting of the last",
        SEARCH,
        "return best, best_setting, accuracies",
        "return best, setting, accuracies",
        BEST,
        "the setting is not its own",
    ),
    Wrong(
        "trained on both",
        SEARCH,
        "classifier.train(F_train, y_train)",
        "classifier.train(np.concatenate([F_train, F_val]), np.concatenate([y_train, y_val]))",
        BEST,
        "F_train and nothing else",
    ),
    Wrong(
        "not trained",
        SEARCH,
        "        classifier.train(F_train, y_train)\n",
        "",
        {"q6": ("accuracies", "best", "held_out", "setting")},
        "RuntimeError",
    ),
    Wrong(
        "two things",
        SEARCH,
        "return best, best_setting, accuracies",
        "return best, best_setting",
        {"q6": ("accuracies", "best")},
        "three things",
    ),
    Wrong("slow", SEARCH, LINEAR_SETTINGS, one('"learning_rate": 1e-5, "epochs": 5'), LINEAR, "do they still fall"),
    Wrong("held down", SEARCH, LINEAR_SETTINGS, one('"learning_rate": 0.01, "reg": 5.0'), LINEAR, "held-out pictures"),
    Wrong("diverges", SEARCH, LINEAR_SETTINGS, one('"learning_rate": 1e4, "reg": 1e3'), LINEAR, "diverges"),
    Wrong(
        "no setting",
        SEARCH,
        LINEAR_END,
        LINEAR_END.replace(RETURN, "return best, {}"),
        {"q6": ("setting",)},
        "should be the setting",
    ),
    Wrong(
        "another setting",
        SEARCH,
        LINEAR_END,
        LINEAR_END.replace(RETURN, 'return best, {"learning_rate": 1e-6}'),
        {"q6": ("setting",)},
        "trained anew",
    ),
    Wrong(
        "unknown setting",
        SEARCH,
        LINEAR_END,
        LINEAR_END.replace(RETURN, 'return best, {"rate": 0.01}'),
        {"q6": ("setting",)},
        "does not work",
    ),
    Wrong(
        "setting alone",
        SEARCH,
        LINEAR_END,
        LINEAR_END.replace(RETURN, "return setting"),
        LINEAR,
        "a trained classifier and its setting",
    ),
    # q7: two-layer net
    Wrong("slow", SEARCH, NET_SETTINGS, one('"hidden_size": 100, "learning_rate": 1e-4'), NET, "do they still fall"),
    Wrong(
        "one epoch",
        SEARCH,
        NET_SETTINGS,
        one('"hidden_size": 100, "learning_rate": 0.01, "epochs": 1'),
        NET,
        "held-out pictures",
    ),
    Wrong(
        "held down",
        SEARCH,
        NET_SETTINGS,
        one('"hidden_size": 100, "learning_rate": 0.03, "reg": 1.0'),
        NET,
        "held-out pictures",
    ),
    Wrong("diverges", SEARCH, NET_SETTINGS, one('"hidden_size": 100, "learning_rate": 1e4'), NET, "diverges"),
    Wrong("one unit", SEARCH, NET_SETTINGS, one('"hidden_size": 1, "learning_rate": 0.03'), NET, "nowhere good"),
    Wrong(
        "a linear classifier",
        SEARCH,
        NET_END,
        NET_END.replace("TwoLayerNet, settings", 'LinearClassifier, [{"learning_rate": 0.01}]'),
        NET,
        "held-out pictures",
    ),
    Wrong(
        "setting of another",
        SEARCH,
        NET_END,
        NET_END.replace(RETURN, 'return best, {"learning_rate": 0.01}'),
        {"q7": ("setting",)},
        "does not work",
    ),
    Wrong(
        "classifier alone",
        SEARCH,
        NET_END,
        NET_END.replace(RETURN, "return best"),
        NET,
        "a trained classifier and its setting",
    ),
]
