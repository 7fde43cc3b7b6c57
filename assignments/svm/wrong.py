"""Wrong answers to this assignment: changes to the solution, what each must cost, and the hint it must draw."""

from grading.course.selftest import Wrong

LOSS, CLASSIFIER, SEARCH = "linear_svm.py", "linear_classifier.py", "search.py"
TERM = "            if j != y[i] and margin > 0:\n                loss += margin / num_train\n"
RULE = "    loss += reg * np.sum(W**2)\n"
SLOPE = (
    "                dW[:, j] += X[i] / num_train\n"
    "                dW[:, y[i]] -= X[i] / num_train\n"
    "    dW += 2 * reg * W\n"
)
CONDITION = "            if j != y[i] and scores[j] - scores[y[i]] + 1 > 0:\n"
MARGINS = "    margins = np.maximum(0, scores - scores[rows, y][:, None] + 1)\n    margins[rows, y] = 0\n"
TOTAL = "    loss = margins.sum() / num_train + reg * np.sum(W**2)\n"
SLOPES = "    slopes = (margins > 0).astype(float)\n    slopes[rows, y] = -slopes.sum(axis=1)\n"
PRODUCT = "    dW = X.T @ slopes / num_train + 2 * reg * W\n"
DRAW = "            rows = np.random.choice(num_train, batch_size)  # noqa: NPY002\n"
ASK = "            loss, gradient = self.loss(X[rows], y[rows], reg)\n"
NOTE = "            loss_history.append(loss)\n"
STEP = "            self.W = self.W - learning_rate * gradient\n"
LABELS = "        y_pred = np.argmax(X @ self.W, axis=1)\n"
NEW = "        svm = LinearSVM()\n"
ACCURACIES = "np.mean(svm.predict(X_train) == y_train), np.mean(svm.predict(X_val) == y_val)"
BETTER = (
    "        if best is None or accuracies[1] > max(validation for _, validation in results.values()):\n"
    "            best = svm\n"
)
NOTED = "        results[learning_rate, reg] = accuracies\n"
GRID = "LEARNING_RATES = [2e-7, 5e-7]\nREGS = [1e4, 3e4]\n"

Q1 = {"q1": ("data", "inputs")}
RULED = {"q1": ("regularisation",)}
Q2 = {"q2": ("data",)}
BOTH = {"q3": ("loss", "gradient", "speed")}
GRADIENT = {"q3": ("gradient", "speed")}


WRONG = [
    # q1: the loss with loops
    Wrong("sum", LOSS, TERM, TERM.replace(" / num_train", ""), Q1, "the mean is asked for"),
    Wrong("own class", LOSS, TERM, TERM.replace("j != y[i] and ", ""), Q1, "the correct class is counted"),
    Wrong(
        "no margin",
        LOSS,
        TERM,
        TERM.replace("margin / num", "max(0, margin - 1) / num"),
        Q1,
        "the margin of 1 is missing",
    ),
    Wrong("no hinge", LOSS, TERM, TERM.replace(" and margin > 0", ""), Q1, "negative margins are added"),
    Wrong("squares", LOSS, TERM, TERM.replace("margin / num", "margin**2 / num"), Q1, "the margins are squared"),
    Wrong(
        "classes",
        LOSS,
        TERM,
        TERM.replace("/ num_train", "/ num_train / num_classes"),
        Q1,
        "divided by the number of classes",
    ),
    Wrong(
        "sign of the difference",
        LOSS,
        "            margin = scores[j] - scores[y[i]] + 1\n",
        "            margin = scores[y[i]] - scores[j] + 1\n",
        Q1,
        "the difference of the scores has the wrong sign",
    ),
    Wrong(
        "largest only",
        LOSS,
        TERM,
        "            worst = 0 if j == 0 else worst\n"
        "            if j != y[i]:\n                worst = max(worst, margin)\n"
        "        loss += worst / num_train\n",
        Q1,
        "only the largest margin",
    ),
    Wrong(
        "one label for all",
        LOSS,
        "    loss = 0.0\n    dW = np.zeros(W.shape)\n    # TODO (q1)",
        "    loss = 0.0\n    dW = np.zeros(W.shape)\n    y = y * 0\n    # TODO (q1)",
        {"q1": ("data", "inputs"), "q2": ("data",)},
        "Compute one row",
    ),
    Wrong("half", LOSS, RULE, "    loss += 0.5 * reg * np.sum(W**2)\n", RULED, "a factor ½ too many"),
    Wrong("no regularisation", LOSS, RULE, "", RULED, "nothing; add the term"),
    Wrong("absolute values", LOSS, RULE, "    loss += reg * np.sum(np.abs(W))\n", RULED, "absolute values are summed"),
    Wrong("norm", LOSS, RULE, "    loss += reg * np.linalg.norm(W)\n", RULED, "this is the root of the sum"),
    Wrong(
        "no bias in it", LOSS, RULE, "    loss += reg * np.sum(W[:-1] ** 2)\n", RULED, "the last row of W is left out"
    ),
    Wrong("for each row", LOSS, RULE, "    loss += num_train * reg * np.sum(W**2)\n", RULED, "once for each row"),
    Wrong(
        "before the mean", LOSS, RULE, "    loss += reg * np.sum(W**2) / num_train\n", RULED, "add it after the mean"
    ),
    Wrong("X changed", LOSS, RULE, RULE + "    X *= 2\n", {"q1": ("inputs",), "q2": ("data",)}, "changes its input X"),
    Wrong(
        "W changed",
        LOSS,
        RULE,
        RULE + "    W -= W.mean(axis=0)\n",
        {"q1": ("inputs",), "q2": ("data", "regularisation")},
        "changes its input W",
    ),
    Wrong(
        "no return",
        LOSS,
        SLOPE + "    # END SOLUTION\n    return loss, dW\n",
        SLOPE + "    # END SOLUTION\n    return loss\n",
        {"q1": ("data", "inputs", "regularisation"), "q2": ("data", "regularisation")},
        "should return two things",
    ),
    # q2: the gradient with loops
    Wrong("sum", LOSS, SLOPE, SLOPE.replace(" / num_train", ""), Q2, "the mean is asked for"),
    Wrong(
        "no correct class",
        LOSS,
        SLOPE,
        SLOPE.replace("                dW[:, y[i]] -= X[i] / num_train\n", ""),
        Q2,
        "the columns of the correct classes lack their term",
    ),
    Wrong(
        "only the correct class",
        LOSS,
        SLOPE,
        SLOPE.replace("                dW[:, j] += X[i] / num_train\n", ""),
        Q2,
        "only the columns of the correct classes are filled",
    ),
    Wrong(
        "own class",
        LOSS,
        SLOPE,
        SLOPE.replace("    dW += 2", "        dW[:, y[i]] += X[i] / num_train\n    dW += 2"),
        Q2,
        "the correct class is counted",
    ),
    Wrong("sign", LOSS, SLOPE, SLOPE.replace("+= X", "-= X").replace("]] -= X", "]] += X"), Q2, "the sign is wrong"),
    Wrong("no margin", LOSS, CONDITION, CONDITION.replace(" + 1", ""), Q2, "the margin of 1 is missing"),
    Wrong(
        "no condition",
        LOSS,
        CONDITION,
        CONDITION.replace(" and scores[j] - scores[y[i]] + 1 > 0", ""),
        Q2,
        "classes with a negative margin contribute",
    ),
    Wrong(
        "transposed",
        LOSS,
        SLOPE,
        SLOPE + "    dW = dW.T\n",
        {"q2": ("data", "regularisation")},
        "rows and columns are exchanged",
    ),
    Wrong("half", LOSS, SLOPE, SLOPE.replace("2 * reg", "reg"), {"q2": ("regularisation",)}, "a factor 2 is missing"),
    Wrong(
        "no regularisation",
        LOSS,
        SLOPE,
        SLOPE.replace("    dW += 2 * reg * W\n", ""),
        {"q2": ("regularisation",)},
        "the regularisation depends on W, too",
    ),
    Wrong(
        "its value",
        LOSS,
        SLOPE,
        SLOPE.replace("2 * reg * W", "reg * np.sum(W**2)"),
        {"q2": ("regularisation",)},
        "its derivative is asked for",
    ),
    Wrong(
        "no bias in it",
        LOSS,
        SLOPE,
        SLOPE.replace("dW += 2 * reg * W", "dW[:-1] += 2 * reg * W[:-1]"),
        {"q2": ("regularisation",)},
        "the last row of W is left out",
    ),
    Wrong(
        "subtracted", LOSS, SLOPE, SLOPE.replace("dW += 2", "dW -= 2"), {"q2": ("regularisation",)}, "it is subtracted"
    ),
    # q3: without loops
    Wrong(
        "own class",
        LOSS,
        MARGINS,
        MARGINS.replace("    margins[rows, y] = 0\n", ""),
        BOTH,
        "the correct class is counted",
    ),
    Wrong("no margin", LOSS, MARGINS, MARGINS.replace(" + 1)", ")"), BOTH, "the margin of 1 is missing"),
    Wrong(
        "sign of the difference",
        LOSS,
        MARGINS,
        MARGINS.replace("scores - scores[rows, y][:, None]", "scores[rows, y][:, None] - scores"),
        BOTH,
        "the difference of the scores has the wrong sign",
    ),
    Wrong(
        "every pair of rows",
        LOSS,
        MARGINS,
        MARGINS.replace("scores[rows, y][:, None]", "scores[:, y].mean(axis=1, keepdims=True)"),
        BOTH,
        "Compare with svm_loss_naive",
    ),
    Wrong("half", LOSS, TOTAL, TOTAL.replace("+ reg", "+ 0.5 * reg"), {"q3": ("loss", "speed")}, "a factor ½ too many"),
    Wrong(
        "no regularisation",
        LOSS,
        TOTAL,
        TOTAL.replace(" + reg * np.sum(W**2)", ""),
        {"q3": ("loss", "speed")},
        "the regularisation is missing",
    ),
    Wrong(
        "mean of everything",
        LOSS,
        TOTAL,
        TOTAL.replace("margins.sum() / num_train", "margins.mean()"),
        {"q3": ("loss", "speed")},
        "divided by the number of classes",
    ),
    Wrong(
        "no correct class",
        LOSS,
        SLOPES,
        SLOPES.replace("-slopes.sum(axis=1)", "0"),
        GRADIENT,
        "the columns of the correct classes lack their term",
    ),
    Wrong(
        "once a row",
        LOSS,
        SLOPES,
        SLOPES.replace("-slopes.sum(axis=1)", "-slopes.max(axis=1)"),
        GRADIENT,
        "one for each class with a positive margin",
    ),
    Wrong(
        "margins, not their signs",
        LOSS,
        SLOPES,
        SLOPES.replace("(margins > 0).astype(float)", "2 * margins"),
        GRADIENT,
        "the slope of max(0, m) is 0 or 1",
    ),
    Wrong("sum", LOSS, PRODUCT, PRODUCT.replace(" / num_train", ""), GRADIENT, "the mean is asked for"),
    Wrong(
        "half of the derivative", LOSS, PRODUCT, PRODUCT.replace("2 * reg", "reg"), GRADIENT, "a factor 2 is missing"
    ),
    Wrong("transposed", LOSS, PRODUCT, PRODUCT + "    dW = dW.T\n", GRADIENT, "rows and columns are exchanged"),
    Wrong(
        "loops", LOSS, PRODUCT, "    loss, dW = svm_loss_naive(W, X, y, reg)\n", {"q3": ("speed",)}, "as long as a loop"
    ),
    Wrong(
        "a loop over the rows",
        LOSS,
        PRODUCT,
        "    for x, slope in zip(X, slopes):\n        dW += np.outer(x, slope)\n"
        "    dW = dW / num_train + 2 * reg * W\n",
        {"q3": ("speed",)},
        "as long as a loop",
    ),
    # q4: stochastic gradient descent
    Wrong(
        "uphill",
        CLASSIFIER,
        STEP,
        STEP.replace("W - l", "W + l"),
        {"q4": ("update",)},
        "the loss grows along the gradient",
    ),
    Wrong(
        "no learning rate",
        CLASSIFIER,
        STEP,
        STEP.replace("learning_rate * ", ""),
        {"q4": ("update",)},
        "learning_rate is missing",
    ),
    Wrong("no step", CLASSIFIER, STEP, "", {"q4": ("update",)}, "W stays as it is"),
    Wrong(
        "regularised twice",
        CLASSIFIER,
        STEP,
        STEP.replace("gradient", "(gradient + 2 * reg * self.W)"),
        {"q4": ("update",)},
        "the regularisation is added once more",
    ),
    Wrong(
        "no last step",
        CLASSIFIER,
        STEP,
        "            if it < num_iters - 1:\n    " + STEP,
        {"q4": ("update",)},
        "does the last gradient still make a step",
    ),
    Wrong(
        "divided by the batch",
        CLASSIFIER,
        STEP,
        STEP.replace("gradient", "gradient / batch_size"),
        {"q4": ("update",)},
        "the loss is a mean already",
    ),
    Wrong(
        "always the first rows",
        CLASSIFIER,
        DRAW,
        "            rows = np.arange(batch_size)\n",
        {"q4": ("batches",)},
        "every step gets the same batch",
    ),
    Wrong(
        "in their order",
        CLASSIFIER,
        DRAW,
        "            rows = (it * batch_size + np.arange(batch_size)) % num_train\n",
        {"q4": ("batches",)},
        "in their order",
    ),
    Wrong(
        "from the beginning only",
        CLASSIFIER,
        DRAW,
        "            rows = np.random.choice(batch_size, batch_size)\n",
        {"q4": ("batches",)},
        "rows are ever drawn",
    ),
    Wrong(
        "labels drawn again",
        CLASSIFIER,
        ASK,
        ASK.replace("y[rows]", "y[np.random.choice(num_train, batch_size)]"),
        {"q4": ("batches",)},
        "the labels do not belong to the rows",
    ),
    Wrong(
        "whole set",
        CLASSIFIER,
        ASK,
        ASK.replace("X[rows], y[rows]", "X, y"),
        {"q4": ("history", "batches", "update")},
        "the batches should have the shape",
    ),
    Wrong("no reg", CLASSIFIER, ASK, ASK.replace(", reg)", ", 0.0)"), {"q4": ("batches",)}, "reg does not reach"),
    Wrong("nothing remembered", CLASSIFIER, NOTE, "", {"q4": ("history",)}, "the list of losses: shape (0,)"),
    Wrong(
        "only now and then",
        CLASSIFIER,
        NOTE,
        "            if it % 10 == 0:\n    " + NOTE,
        {"q4": ("history",)},
        "the list of losses: shape (5,)",
    ),
    Wrong(
        "added up",
        CLASSIFIER,
        NOTE,
        NOTE.replace("(loss)", "(loss + (loss_history[-1] if it else 0))"),
        {"q4": ("history",)},
        "the losses are added up",
    ),
    # q5: prediction
    Wrong("lowest", CLASSIFIER, LABELS, LABELS.replace("argmax", "argmin"), {"q5": ("labels",)}, "the lowest score"),
    Wrong("wrong axis", CLASSIFIER, LABELS, LABELS.replace("axis=1", "axis=0"), {"q5": ("labels",)}, "shape"),
    Wrong("scores", CLASSIFIER, LABELS, LABELS.replace("argmax", "max"), {"q5": ("labels",)}, "the highest scores"),
    Wrong(
        "from one", CLASSIFIER, LABELS, LABELS.replace("axis=1)", "axis=1) + 1"), {"q5": ("labels",)}, "counted from 1"
    ),
    Wrong(
        "no bias",
        CLASSIFIER,
        LABELS,
        LABELS.replace("X @ self.W", "X[:, :-1] @ self.W[:-1]"),
        {"q5": ("labels",)},
        "the bias is left out",
    ),
    Wrong(
        "no sign",
        CLASSIFIER,
        LABELS,
        LABELS.replace("X @ self.W", "np.abs(X @ self.W)"),
        {"q5": ("labels",)},
        "the sign of the scores is lost",
    ),
    Wrong("one label", CLASSIFIER, LABELS, LABELS.replace(", axis=1", ""), {"q5": ("labels",)}, "shape ()"),
    # q6: search
    Wrong(
        "on training data",
        SEARCH,
        BETTER,
        BETTER.replace(
            "accuracies[1] > max(validation for _, validation", "accuracies[0] > max(training for training, _"
        ),
        {"q6": ("best",)},
        "the validation set decides",
    ),
    Wrong("the last", SEARCH, BETTER, "        best = svm\n", {"q6": ("best",)}, "it is the last that was trained"),
    Wrong(
        "the first",
        SEARCH,
        BETTER,
        "        best = best or svm\n",
        {"q6": ("best",)},
        "it is the first that was trained",
    ),
    Wrong("none", SEARCH, BETTER, "", {"q6": ("best", "held_out")}, "is None"),
    Wrong(
        "one classifier for all",
        SEARCH,
        NEW,
        "        svm = svm if results and num_iters < 100 else LinearSVM()\n",
        {"q6": ("results", "best")},
        "begin with a new classifier",
    ),
    Wrong(
        "exchanged",
        SEARCH,
        NOTED,
        NOTED.replace("accuracies\n", "accuracies[::-1]\n"),
        {"q6": ("results", "best")},
        "the two accuracies are exchanged",
    ),
    Wrong(
        "on training data only",
        SEARCH,
        ACCURACIES,
        ACCURACIES.replace("X_val) == y_val", "X_train) == y_train"),
        {"q6": ("results", "best")},
        "both are of the training set",
    ),
    Wrong(
        "errors",
        SEARCH,
        NOTED,
        "        results[learning_rate, reg] = 1 - accuracies[0], 1 - accuracies[1]\n",
        {"q6": ("results", "best")},
        "these are shares of errors",
    ),
    Wrong(
        "keys without reg",
        SEARCH,
        NOTED,
        NOTED.replace("learning_rate, reg", "learning_rate"),
        {"q6": ("results",)},
        "a dict is expected",
    ),
    Wrong(
        "num_iters forgotten",
        SEARCH,
        ", num_iters=num_iters)\n",
        ", num_iters=5)\n",
        {"q6": ("results", "best", "held_out")},
        "the accuracies:",
    ),
    Wrong(
        "settings too small",
        SEARCH,
        GRID,
        "LEARNING_RATES = [1e-9, 1e-8]\nREGS = [1e2, 1e4]\n",
        {"q6": ("held_out",)},
        "of the held-out pictures",
    ),
    Wrong(
        "settings that diverge",
        SEARCH,
        GRID,
        "LEARNING_RATES = [5e-5]\nREGS = [2.5e4, 5e4]\n",
        {"q6": ("held_out",)},
        "of the held-out pictures",
    ),
]
