"""Wrong answers to this assignment: changes to the solution, what each must cost, and the hint it must draw."""

from grading.course.selftest import Wrong

TWO = "dists[i, j] = np.sqrt(np.sum((X[i] - self.X_train[j]) ** 2))"
ONE = "dists[i] = np.sqrt(np.sum((self.X_train - X[i]) ** 2, axis=1))"
SQUARES = "squares = np.sum(X**2, axis=1)[:, None] + np.sum(self.X_train**2, axis=1) - 2 * X @ self.X_train.T"
NONE = "dists = np.sqrt(np.maximum(squares, 0))"
NEAREST = "nearest = self.y_train[np.argsort(dists[i])[:k]]"
VOTE = "y_pred[i] = np.bincount(nearest).argmax()"
LABELS = ("nearest", "vote", "ties")
CLASSIFIER, FOLDS = "k_nearest_neighbor.py", "cross_validation.py"

WRONG = [
    # q1: distances with two loops
    Wrong("no root", CLASSIFIER, TWO, TWO.replace("np.sqrt", ""), {"q1": ("values", "inputs")}, "the root is missing"),
    Wrong(
        "L1",
        CLASSIFIER,
        TWO,
        "dists[i, j] = np.sum(np.abs(X[i] - self.X_train[j]))",
        {"q1": ("values", "inputs")},
        "the Euclidean distance is asked for",
    ),
    Wrong(
        "last feature left out",
        CLASSIFIER,
        TWO,
        "dists[i, j] = np.sqrt(np.sum((X[i, :-1] - self.X_train[j, :-1]) ** 2))",
        {"q1": ("values", "inputs")},
        "the last feature is left out",
    ),
    Wrong(
        "exchanged axes",
        CLASSIFIER,
        "                dists[i, j] = np.sqrt(np.sum((X[i] - self.X_train[j]) ** 2))\n",
        "                dists[i, j] = np.sqrt(np.sum((X[i] - self.X_train[j]) ** 2))\n        dists = dists.T\n",
        {"q1": ("values", "inputs")},
        "rows and columns are exchanged",
    ),
    Wrong(
        "input changed",
        CLASSIFIER,
        "        for i in range(num_test):\n            for j in range(num_train):\n",
        "        X -= X.mean(axis=0)\n        self.X_train -= 0\n        X += 0\n"
        "        for i in range(num_test):\n            for j in range(num_train):\n",
        {"q1": ("values", "inputs")},
        "the values are wrong",
    ),
    Wrong(
        "input rounded after use",
        CLASSIFIER,
        "                dists[i, j] = np.sqrt(np.sum((X[i] - self.X_train[j]) ** 2))\n",
        "                dists[i, j] = np.sqrt(np.sum((X[i] - self.X_train[j]) ** 2))\n        X *= 2\n",
        {"q1": ("inputs",)},
        "changes its input X",
    ),
    Wrong(
        "stops one short",
        CLASSIFIER,
        "            for j in range(num_train):",
        "            for j in range(num_train - 1):",
        {"q1": ("values", "inputs")},
        "values are wrong",
    ),
    # q2: votes of the neighbours
    Wrong(
        "farthest",
        CLASSIFIER,
        NEAREST,
        "nearest = self.y_train[np.argsort(-dists[i])[:k]]",
        {"q2": LABELS},
        "labels of the farthest rows",
    ),
    Wrong(
        "row numbers",
        CLASSIFIER,
        NEAREST,
        "nearest = np.argsort(dists[i])[:k]",
        {"q2": LABELS},
        "numbers of training rows",
    ),
    Wrong(
        "one vote", CLASSIFIER, VOTE, "y_pred[i] = nearest[0]", {"q2": ("vote", "ties")}, "only the nearest neighbour"
    ),
    Wrong(
        "one too many",
        CLASSIFIER,
        NEAREST,
        "nearest = self.y_train[np.argsort(dists[i])[: k + (k > 1)]]",
        {"q2": ("vote", "ties")},
        "k + 1 neighbours vote",
    ),
    Wrong(
        "one too few",
        CLASSIFIER,
        NEAREST,
        "nearest = self.y_train[np.argsort(dists[i])[: k - (k > 1)]]",
        {"q2": ("vote", "ties")},
        "k − 1 neighbours vote",
    ),
    Wrong(
        "median",
        CLASSIFIER,
        VOTE,
        "y_pred[i] = np.sort(nearest)[k // 2]",
        {"q2": ("vote", "ties")},
        "the median of the labels",
    ),
    Wrong(
        "first of the ties",
        CLASSIFIER,
        VOTE,
        "y_pred[i] = max(list(nearest), key=list(nearest).count)",
        {"q2": ("ties",)},
        "the smallest is asked for",
    ),
    Wrong(
        "largest of the ties",
        CLASSIFIER,
        VOTE,
        "y_pred[i] = len(np.bincount(nearest)) - 1 - np.bincount(nearest)[::-1].argmax()",
        {"q2": ("ties",)},
        "the smallest is asked for",
    ),
    # q3: distances with one loop
    Wrong("no root", CLASSIFIER, ONE, ONE.replace("np.sqrt", ""), {"q3": ("values", "speed")}, "the root is missing"),
    Wrong(
        "wrong axis",
        CLASSIFIER,
        ONE,
        "dists[i] = np.sqrt(np.sum((self.X_train - X[i]) ** 2, axis=0))",
        {"q3": ("values", "speed")},
        "your code raised ValueError",
    ),
    Wrong(
        "summed over everything",
        CLASSIFIER,
        ONE,
        "dists[i] = np.sqrt(np.sum((self.X_train - X[i]) ** 2))",
        {"q3": ("values", "speed")},
        "values are wrong",
    ),
    Wrong(
        "a second loop",
        CLASSIFIER,
        ONE,
        "dists[i] = [np.sqrt(np.sum((row - X[i]) ** 2)) for row in self.X_train]",
        {"q3": ("speed",)},
        "a loop over the training rows",
    ),
    Wrong(
        "L1",
        CLASSIFIER,
        ONE,
        "dists[i] = np.sum(np.abs(self.X_train - X[i]), axis=1)",
        {"q3": ("values", "speed")},
        "the Euclidean distance is asked for",
    ),
    Wrong(
        "nothing returned",
        CLASSIFIER,
        f"{ONE}\n",
        f"{ONE}\n        return None\n",
        {"q3": ("values", "speed")},
        "returns None",
    ),
    # q4: distances without a loop
    Wrong(
        "sign of the product",
        CLASSIFIER,
        SQUARES,
        SQUARES.replace("- 2 * X", "+ 2 * X"),
        {"q4": ("values", "speed", "memory")},
        "values are wrong",
    ),
    Wrong(
        "2 forgotten",
        CLASSIFIER,
        SQUARES,
        SQUARES.replace("2 * X", "X"),
        {"q4": ("values", "speed", "memory")},
        "values are wrong",
    ),
    Wrong("no root", CLASSIFIER, NONE, "dists = squares", {"q4": ("values", "speed", "memory")}, "the root is missing"),
    Wrong(
        "a loop",
        CLASSIFIER,
        NONE,
        "dists = self.compute_distances_one_loop(X)",
        {"q4": ("speed",)},
        "a loop over the test rows",
    ),
    Wrong(
        "three axes",
        CLASSIFIER,
        NONE,
        "dists = np.sqrt(np.sum((X[:, None] - self.X_train) ** 2, axis=2))",
        {"q4": ("memory",)},
        "MemoryError",
    ),
    Wrong(
        "rows and columns",
        CLASSIFIER,
        NONE,
        "dists = np.sqrt(np.maximum(squares, 0)).T",
        {"q4": ("values", "speed", "memory")},
        "rows and columns are exchanged",
    ),
    # q5: cross-validation
    Wrong(
        "validation data in training",
        FOLDS,
        "classifier.train(\n                np.concatenate(X_folds[:fold] + X_folds[fold + 1 :]),\n"
        "                np.concatenate(y_folds[:fold] + y_folds[fold + 1 :]),\n            )",
        "classifier.train(X, y)",
        {"q5": ("values",)},
        "the validation part is also trained on",
    ),
    Wrong(
        "trained on the part",
        FOLDS,
        "classifier.train(\n                np.concatenate(X_folds[:fold] + X_folds[fold + 1 :]),\n"
        "                np.concatenate(y_folds[:fold] + y_folds[fold + 1 :]),\n            )",
        "classifier.train(X_folds[fold], y_folds[fold])",
        {"q5": ("values",)},
        "you train on the part that you validate on",
    ),
    Wrong(
        "off by one",
        FOLDS,
        "y_pred = classifier.predict(X_folds[fold], k=k)\n"
        "            k_to_accuracies[k].append(np.mean(y_pred == y_folds[fold]))",
        "y_pred = classifier.predict(X_folds[fold - 1], k=k)\n"
        "            k_to_accuracies[k].append(np.mean(y_pred == y_folds[fold - 1]))",
        {"q5": ("values",)},
        "accuracies:",
    ),
    Wrong(
        "mean instead of list",
        FOLDS,
        "    # END SOLUTION\n    return",
        "    # END SOLUTION\n    k_to_accuracies = {k: np.mean(v) for k, v in k_to_accuracies.items()}\n    return",
        {"q5": ("lists", "values")},
        "accuracies for each",
    ),
    Wrong(
        "counts, not shares",
        FOLDS,
        "np.mean(y_pred == y_folds[fold])",
        "np.sum(y_pred == y_folds[fold])",
        {"q5": ("values",)},
        "the size of the validation part",
    ),
    Wrong(
        "one k for all",
        FOLDS,
        "classifier.predict(X_folds[fold], k=k)",
        "classifier.predict(X_folds[fold])",
        {"q5": ("values",)},
        "accuracies:",
    ),
    Wrong(
        "shuffled labels",
        FOLDS,
        "X_folds, y_folds = np.array_split(X, num_folds), np.array_split(y, num_folds)",
        "X_folds, y_folds = np.array_split(X, num_folds), np.array_split(np.sort(y), num_folds)",
        {"q5": ("values",)},
        "accuracies:",
    ),
]
