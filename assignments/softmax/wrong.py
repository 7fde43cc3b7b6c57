"""Wrong answers to this assignment: changes to the solution, what each must cost, and the hint it must draw."""

from grading.course.selftest import Wrong

LOSS, CLASSIFIER, SEARCH = "softmax.py", "linear_classifier.py", "search.py"
SHIFT = "        scores = scores - np.max(scores)\n"
TERM = "        loss += (np.log(np.sum(np.exp(scores))) - scores[y[i]]) / num_train\n"
RULE = "    loss += reg * np.sum(W**2)\n"
P = "        p = np.exp(scores - np.max(scores))\n        p = p / np.sum(p)\n"
SLOPE = "            dW[:, j] += (p[j] - (j == y[i])) * X[i] / num_train\n"
RULED = "    dW += 2 * reg * W\n"
MAXIMA = "    scores = scores - scores.max(axis=1, keepdims=True)\n"
LOG_P = "    log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))\n"
TOTAL = "    loss = -log_p[rows, y].mean() + reg * np.sum(W**2)\n"
SLOPES = "    slopes = np.exp(log_p)\n    slopes[rows, y] -= 1\n"
PRODUCT = "    dW = X.T @ slopes / num_train + 2 * reg * W\n"
ASK = "        loss, gradient = softmax_loss_vectorized(self.W, X_batch, y_batch, reg)\n"
DRAW = "        rate, reg = (np.exp(rng.uniform(np.log(low), np.log(high))) for low, high in (learning_rates, regs))\n"
NEW = "        softmax = Softmax()\n"
ACCURACIES = "np.mean(softmax.predict(X_train) == y_train), np.mean(softmax.predict(X_val) == y_val)"
BETTER = (
    "        if best is None or accuracies[1] > max(validation for _, validation in results.values()):\n"
    "            best = softmax\n"
)
NOTED = "        results[learning_rate, reg] = accuracies\n"
RANGES = "LEARNING_RATES = (1e-6, 3e-6)\nREGS = (1e3, 6e3)\n"

Q1, R1 = {"q1": ("data", "inputs")}, {"q1": ("regularisation",)}
Q2, R2 = {"q2": ("data",)}, {"q2": ("regularisation",)}
BOTH, LOSS3, GRADIENT3 = (
    {"q3": parts} for parts in (("loss", "gradient", "speed"), ("loss", "speed"), ("gradient", "speed"))
)

WRONG = [
    # q1: the loss with loops
    Wrong("sum", LOSS, TERM, TERM.replace(" / num_train", ""), Q1, "the mean is asked for"),
    Wrong(
        "no logarithm",
        LOSS,
        TERM,
        "        loss -= np.exp(scores[y[i]]) / np.sum(np.exp(scores)) / num_train\n",
        {"q1": ("data", "inputs")},
        "its logarithm is asked for",
    ),
    Wrong(
        "score alone",
        LOSS,
        TERM,
        "        loss -= (X[i] @ W)[y[i]] / num_train\n",
        {**Q1, "q4": ("naive",)},
        "the logarithm of the sum of all exponentials is missing",
    ),
    Wrong("sign", LOSS, TERM, TERM.replace("+=", "-="), Q1, "the sign is wrong"),
    Wrong(
        "decimal logarithm",
        LOSS,
        TERM,
        TERM.replace(
            "(np.log(np.sum(np.exp(scores))) - scores[y[i]])",
            "(np.log10(np.sum(np.exp(scores))) - scores[y[i]] / np.log(10))",
        ),
        Q1,
        "right up to a factor",
    ),
    Wrong(
        "all classes",
        LOSS,
        TERM,
        "        loss -= np.sum(scores - np.log(np.sum(np.exp(scores)))) / num_train\n",
        Q1,
        "only the correct class counts",
    ),
    Wrong(
        "classes",
        LOSS,
        TERM,
        TERM.replace("/ num_train", "/ num_train / num_classes"),
        Q1,
        "divided by the number of classes",
    ),
    Wrong(
        "others only",
        LOSS,
        TERM,
        TERM.replace("np.exp(scores))", "np.exp(np.delete(scores, y[i])))"),
        Q1,
        "the denominator lacks the correct class",
    ),
    Wrong("half", LOSS, RULE, "    loss += 0.5 * reg * np.sum(W**2)\n", R1, "a factor ½ too many"),
    Wrong("no regularisation", LOSS, RULE, "", R1, "nothing; add the term"),
    Wrong("absolute values", LOSS, RULE, "    loss += reg * np.sum(np.abs(W))\n", R1, "absolute values are summed"),
    Wrong("no bias in it", LOSS, RULE, "    loss += reg * np.sum(W[:-1] ** 2)\n", R1, "the last row of W is left out"),
    Wrong("for each row", LOSS, RULE, "    loss += num_train * reg * np.sum(W**2)\n", R1, "once for each row"),
    Wrong("before the mean", LOSS, RULE, "    loss += reg * np.sum(W**2) / num_train\n", R1, "add it after the mean"),
    Wrong("X changed", LOSS, RULED, RULED + "    X *= 2\n", {"q1": ("inputs",)}, "changes its input X"),
    Wrong("y changed", LOSS, RULED, RULED + "    y[:] = 0\n", {"q1": ("inputs",)}, "changes its input y"),
    # q2: the gradient with loops
    Wrong("sum", LOSS, SLOPE, SLOPE.replace(" / num_train", ""), Q2, "the mean is asked for"),
    Wrong(
        "no correct class",
        LOSS,
        SLOPE,
        SLOPE.replace("(p[j] - (j == y[i]))", "p[j]"),
        Q2,
        "the term of the correct class is missing",
    ),
    Wrong(
        "only the correct class",
        LOSS,
        SLOPE,
        SLOPE.replace("(p[j] - (j == y[i]))", "-1.0 * (j == y[i])"),
        Q2,
        "every score stands in the sum",
    ),
    Wrong(
        "only its column",
        LOSS,
        SLOPE,
        SLOPE.replace("(p[j] - (j == y[i]))", "(j == y[i]) * (p[j] - 1)"),
        Q2,
        "which columns are wrong",
    ),
    Wrong("sign", LOSS, SLOPE, SLOPE.replace("+=", "-="), Q2, "the sign is wrong"),
    Wrong("not normalised", LOSS, P, "        p = np.exp(scores - np.max(scores))\n", Q2, "the gradient for reg = 0"),
    Wrong(
        "correct class not averaged",
        LOSS,
        SLOPE,
        "            dW[:, j] += p[j] * X[i] / num_train - (j == y[i]) * X[i]\n",
        Q2,
        "is not averaged over the rows",
    ),
    Wrong(
        "transposed",
        LOSS,
        RULED,
        RULED + "    dW = dW.T\n",
        {"q2": ("data", "regularisation")},
        "rows and columns are exchanged",
    ),
    Wrong("half", LOSS, RULED, "    dW += reg * W\n", R2, "a factor 2 is missing"),
    Wrong("no regularisation", LOSS, RULED, "", R2, "the regularisation depends on W, too"),
    Wrong("its value", LOSS, RULED, "    dW += reg * np.sum(W**2)\n", R2, "its derivative is asked for"),
    Wrong("no bias in it", LOSS, RULED, "    dW[:-1] += 2 * reg * W[:-1]\n", R2, "the last row of W is left out"),
    Wrong("subtracted", LOSS, RULED, "    dW -= 2 * reg * W\n", R2, "it is subtracted"),
    # q3: without loops
    Wrong(
        "wrong axis",
        LOSS,
        LOG_P,
        "    scores = X @ W - np.max(X @ W, axis=0)\n    log_p = scores - np.log(np.exp(scores).sum(axis=0))\n",
        BOTH,
        "normalised over the rows",
    ),
    Wrong(
        "sum over everything",
        LOSS,
        LOG_P,
        LOG_P.replace("axis=1, keepdims=True", ""),
        BOTH,
        "Compare with softmax_loss_naive",
    ),
    Wrong("sum", LOSS, TOTAL, TOTAL.replace("mean()", "sum()"), LOSS3, "the mean is asked for"),
    Wrong("half", LOSS, TOTAL, TOTAL.replace("+ reg", "+ 0.5 * reg"), LOSS3, "a factor ½ too many"),
    Wrong(
        "no regularisation",
        LOSS,
        TOTAL,
        TOTAL.replace(" + reg * np.sum(W**2)", ""),
        LOSS3,
        "the regularisation is missing",
    ),
    Wrong("every pair of rows", LOSS, TOTAL, TOTAL.replace("[rows, y]", "[:, y]"), LOSS3, "the loss:"),
    Wrong("sign", LOSS, TOTAL, TOTAL.replace("-log_p", "log_p"), LOSS3, "the loss:"),
    Wrong(
        "no correct class",
        LOSS,
        SLOPES,
        SLOPES.replace("-= 1", "-= 0"),
        GRADIENT3,
        "the term of the correct class is missing",
    ),
    Wrong(
        "every pair of rows in the gradient",
        LOSS,
        SLOPES,
        SLOPES.replace("[rows, y]", "[:, y]"),
        GRADIENT3,
        "the gradient:",
    ),
    Wrong(
        "only the correct class",
        LOSS,
        SLOPES,
        SLOPES.replace("np.exp(log_p)", "0 * log_p"),
        GRADIENT3,
        "every score stands in the sum",
    ),
    Wrong("gradient summed", LOSS, PRODUCT, PRODUCT.replace(" / num_train", ""), GRADIENT3, "the mean is asked for"),
    Wrong(
        "half of the derivative", LOSS, PRODUCT, PRODUCT.replace("2 * reg", "reg"), GRADIENT3, "a factor 2 is missing"
    ),
    Wrong("transposed", LOSS, PRODUCT, PRODUCT + "    dW = dW.T\n", GRADIENT3, "rows and columns are exchanged"),
    Wrong(
        "loops",
        LOSS,
        PRODUCT,
        "    loss, dW = softmax_loss_naive(W, X, y, reg)\n",
        {"q3": ("speed",)},
        "as long as a loop",
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
    # q4: large scores
    Wrong("no shift with loops", LOSS, SHIFT, "", {"q4": ("naive",)}, "is NaN or infinite"),
    Wrong(
        "no shift in the gradient with loops",
        LOSS,
        P,
        P.replace(" - np.max(scores)", ""),
        {"q4": ("gradients",)},
        "the gradient for scores",
    ),
    Wrong("no shift without loops", LOSS, MAXIMA, "", {"q4": ("vectorised", "gradients")}, "is NaN or infinite"),
    Wrong(
        "cut off",
        LOSS,
        MAXIMA,
        "    scores = np.clip(scores, -500, 500)\n",
        {"q4": ("vectorised", "gradients")},
        "cutting scores off",
    ),
    Wrong(
        "cut off with loops",
        LOSS,
        SHIFT,
        "        scores = np.clip(scores, -500, 500)\n",
        {"q4": ("naive",)},
        "cutting scores off",
    ),
    Wrong(
        "minimum instead",
        LOSS,
        SHIFT,
        "        scores = scores / max(1.0, np.max(np.abs(scores)) / 100)\n",
        {"q4": ("naive",)},
        "is finite but not what",
    ),
    Wrong(
        "shift of positive scores only",
        LOSS,
        SHIFT,
        "        scores = scores - max(0, np.max(scores))\n",
        {"q4": ("naive",)},
        "is NaN or infinite",
    ),
    Wrong(
        "the logarithm of a probability that is 0, with loops",
        LOSS,
        TERM,
        "        loss -= np.log(np.exp(scores[y[i]]) / np.sum(np.exp(scores))) / num_train\n",
        {"q4": ("naive",)},
        "log p is s_y − log Σ exp(s)",
    ),
    Wrong(
        "the logarithm of a probability that is 0",
        LOSS,
        LOG_P,
        "    log_p = np.log(np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True))\n",
        {"q4": ("vectorised",)},
        "log p is s_y − log Σ exp(s)",
    ),
    Wrong(
        "a tiny number added to the probability",
        LOSS,
        LOG_P,
        "    log_p = np.log(np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True) + 1e-12)\n",
        {"q4": ("vectorised",)},
        "is finite but wrong",
    ),
    Wrong(
        "one maximum for all rows",
        LOSS,
        MAXIMA,
        "    scores = scores - scores.max()\n",
        {"q4": ("vectorised", "gradients")},
        "each row has its own largest score",
    ),
    # q5: the classifier
    Wrong("no reg", CLASSIFIER, ASK, ASK.replace(", reg)", ", 0.0)"), {"q5": ("loss",)}, "reg is not passed on"),
    Wrong(
        "only the loss",
        CLASSIFIER,
        "        return loss, gradient\n",
        "        return loss\n",
        {"q5": ("loss", "training")},
        "should return two things",
    ),
    Wrong(
        "exchanged",
        CLASSIFIER,
        "        return loss, gradient\n",
        "        return gradient, loss\n",
        {"q5": ("loss", "training")},
        "the loss: shape",
    ),
    Wrong(
        "uphill",
        CLASSIFIER,
        "        return loss, gradient\n",
        "        return loss, -gradient\n",
        {"q5": ("loss", "training")},
        "the gradient: the sign is wrong",
    ),
    Wrong(
        "summed",
        CLASSIFIER,
        "        return loss, gradient\n",
        "        return loss * len(y_batch), gradient * len(y_batch)\n",
        {"q5": ("loss", "training")},
        "the loss:",
    ),
    Wrong(
        "gradient forgotten",
        CLASSIFIER,
        ASK,
        ASK.replace("gradient =", "_ ="),
        {"q5": ("loss", "training")},
        "the gradient: every value is 0",
    ),
    Wrong(
        "regularised twice",
        CLASSIFIER,
        "        return loss, gradient\n",
        "        return loss, gradient + 2 * reg * self.W\n",
        {"q5": ("loss",)},
        "the gradient:",
    ),
    # q6: random search
    Wrong(
        "uniform",
        SEARCH,
        DRAW,
        "        rate, reg = (rng.uniform(low, high) for low, high in (learning_rates, regs))\n",
        {"q6": ("draws",)},
        "its logarithm should be",
    ),
    Wrong(
        "one number for both",
        SEARCH,
        DRAW,
        "        u = rng.uniform()\n"
        "        rate, reg = (low * (high / low) ** u for low, high in (learning_rates, regs))\n",
        {"q6": ("draws",)},
        "depend on each other",
    ),
    Wrong(
        "a grid",
        SEARCH,
        DRAW,
        DRAW.replace("rng.uniform(", "rng.choice(np.linspace(").replace("np.log(high))", "np.log(high), 9))"),
        {"q6": ("draws",)},
        "takes few values",
    ),
    Wrong(
        "out of the range",
        SEARCH,
        DRAW,
        DRAW.replace("np.log(high)", "np.log(high * 2)"),
        {"q6": ("draws",)},
        "leaves its range",
    ),
    Wrong(
        "another generator",
        SEARCH,
        DRAW,
        DRAW.replace("rng.uniform", "np.random.uniform"),
        {"q6": ("draws",)},
        "one seed should give",
    ),
    Wrong(
        "one short",
        SEARCH,
        "    for _ in range(num):\n",
        "    for _ in range(num - 1):\n",
        {"q6": ("draws",)},
        "when asked for 400",
    ),
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
    Wrong("the last", SEARCH, BETTER, "        best = softmax\n", {"q6": ("best",)}, "it is the last that was trained"),
    Wrong(
        "the first",
        SEARCH,
        BETTER,
        "        best = best or softmax\n",
        {"q6": ("best",)},
        "it is the first that was trained",
    ),
    Wrong("none", SEARCH, BETTER, "", {"q6": ("best", "held_out")}, "is None"),
    Wrong(
        "one classifier for all",
        SEARCH,
        NEW,
        "        softmax = softmax if results and num_iters < 100 else Softmax()\n",
        {"q6": ("results", "best")},
        "begin with a new classifier",
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
        "on training data only",
        SEARCH,
        ACCURACIES,
        ACCURACIES.replace("X_val) == y_val", "X_train) == y_train"),
        {"q6": ("results", "best")},
        "both are of the training set",
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
        "ranges too small",
        SEARCH,
        RANGES,
        "LEARNING_RATES = (1e-9, 1e-8)\nREGS = (1e2, 1e4)\n",
        {"q6": ("held_out",)},
        "of the held-out pictures",
    ),
    Wrong(
        "ranges that diverge",
        SEARCH,
        RANGES,
        "LEARNING_RATES = (2e-5, 5e-5)\nREGS = (6e4, 1e5)\n",
        {"q6": ("held_out",)},
        "of the held-out pictures",
    ),
]
