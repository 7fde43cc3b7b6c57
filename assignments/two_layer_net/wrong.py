"""Wrong answers to this assignment: changes to the solution, what each must cost, and the hint it must draw."""

from grading.course.selftest import Wrong

LAYERS, PIECE, LAYERED, SEARCH = "layers.py", "neural_net.py", "fc_net.py", "search.py"
AFFINE = "out = x.reshape(x.shape[0], -1) @ w + b"
DX = "dx = (dout @ w.T).reshape(x.shape)"
DW = "dw = x.reshape(x.shape[0], -1).T @ dout"
DB = "db = dout.sum(axis=0)"
RELU = "out = np.maximum(x, 0)"
DRELU = "dx = dout * (x > 0)"
SHIFTED = "shifted = x - x.max(axis=1, keepdims=True)"
LOSS = "loss = -log_p[rows, y].mean()\n    dx"
DSOFTMAX = "    dx[rows, y] -= 1\n    dx /= x.shape[0]\n"
HIDDEN = "hidden = np.maximum(X @ W1 + b1, 0)"
SCORES = "scores = hidden @ W2 + b2"
MEAN = "loss = -log_p[rows, y].mean() + reg * (np.sum(W1**2) + np.sum(W2**2))"
DSCORES = "        dscores /= X.shape[0]\n"
DHIDDEN = "dhidden = (dscores @ W2.T) * (hidden > 0)"
GRAD_W1 = 'grads["W1"] = X.T @ dhidden + 2 * reg * W1'
DRAW = "rows = np.random.choice(num_train, batch_size)"
BATCH = "X_batch, y_batch = X[rows], y[rows]"
STEP = "self.params[name] -= learning_rate * grads[name]"
LABELS = "y_pred = self.loss(X).argmax(axis=1)"
PENALTY = "loss += 0.5 * self.reg * np.sum(self.params[name] ** 2)"
CHAIN = '_, grads["W1"], grads["b1"] = affine_backward(relu_backward(dactive, relu), first)'
KEPT = "if accuracies[-1] == max(accuracies) and accuracies.count(accuracies[-1]) == 1:"
JUDGED = "accuracies.append(np.mean(net.predict(X_val) == y_val))"
BACK = ("upper", "lower")

WRONG = [
    # q1: an affine layer
    Wrong("no bias", LAYERS, AFFINE, AFFINE.replace(" + b", ""), {"q1": ("forward",)}, "the bias b is missing"),
    Wrong("bias subtracted", LAYERS, AFFINE, AFFINE.replace("+ b", "- b"), {"q1": ("forward",)}, "b is subtracted"),
    Wrong("not flattened", LAYERS, AFFINE, "out = x @ w + b", {"q1": ("forward",)}, "your code raised ValueError"),
    Wrong("dx stays flat", LAYERS, DX, "dx = dout @ w.T", {"q1": ("dx",)}, "shape (5, 12) should be (5, 2, 3, 2)"),
    Wrong("dx negative", LAYERS, DX, DX.replace("(dout", "(-dout"), {"q1": ("dx",)}, "the sign is wrong"),
    Wrong("dw transposed", LAYERS, DW, "dw = dout.T @ x.reshape(x.shape[0], -1)", {"q1": ("dw",)}, "exchanged"),
    Wrong("dw averaged", LAYERS, DW, DW + " / x.shape[0]", {"q1": ("dw",)}, "divided by N"),
    Wrong("db over the outputs", LAYERS, DB, "db = dout.sum(axis=1)", {"q1": ("db",)}, "shape (5,) should be (4,)"),
    Wrong("db averaged", LAYERS, DB, "db = dout.mean(axis=0)", {"q1": ("db",)}, "divided by N"),
    Wrong("db a number", LAYERS, DB, "db = dout.sum()", {"q1": ("db",)}, "should be (4,)"),
    # q2: a layer of rectified linear units
    Wrong("size", LAYERS, RELU, "out = np.abs(x)", {"q2": ("forward", "inputs")}, "come out as their size"),
    Wrong("minimum", LAYERS, RELU, "out = np.minimum(x, 0)", {"q2": ("forward", "inputs")}, "negative entries are"),
    Wrong("leaky", LAYERS, RELU, "out = np.maximum(x, 0.01 * x)", {"q2": ("forward", "inputs")}, "are made smaller"),
    Wrong("in place", LAYERS, RELU, "x[x < 0] = 0\n    out = x", {"q2": ("inputs",)}, "changes its input x"),
    Wrong(
        "dout in place", LAYERS, DRELU, "dout[x <= 0] = 0\n    dx = dout", {"q2": ("inputs",)}, "changes its input dout"
    ),
    Wrong("dout passed on", LAYERS, DRELU, "dx = dout", {"q2": ("backward",)}, "dout as it came"),
    Wrong("slope alone", LAYERS, DRELU, "dx = (x > 0).astype(float)", {"q2": ("backward",)}, "the slope alone"),
    Wrong("mask of dout", LAYERS, DRELU, "dx = dout * (dout > 0)", {"q2": ("backward",)}, "dout decides"),
    Wrong("other half", LAYERS, DRELU, "dx = dout * (x < 0)", {"q2": ("backward",)}, "where x is negative"),
    Wrong("times the output", LAYERS, DRELU, "dx = dout * np.maximum(x, 0)", {"q2": ("backward",)}, "by the output"),
    # q3: the softmax loss
    Wrong("sum", LAYERS, LOSS, LOSS.replace("mean", "sum"), {"q3": ("loss", "stable")}, "the sum over the samples"),
    Wrong("sign", LAYERS, LOSS, LOSS.replace("-log_p", "log_p"), {"q3": ("loss", "stable")}, "the sign is wrong"),
    Wrong(
        "no logarithm",
        LAYERS,
        LOSS,
        LOSS.replace("-log_p[rows, y].mean()", "1 - np.exp(log_p)[rows, y].mean()"),
        {"q3": ("loss", "stable")},
        "the logarithm is missing",
    ),
    Wrong("overflow", LAYERS, SHIFTED, "shifted = x", {"q3": ("stable",)}, "overflow"),
    Wrong(
        "softmax over the samples",
        LAYERS,
        SHIFTED,
        "x = x.T.reshape(x.shape)\n    " + SHIFTED,
        {"q3": ("loss", "gradient", "stable")},
        "the loss: ",
    ),
    Wrong(
        "gradient of the sum",
        LAYERS,
        DSOFTMAX,
        "    dx[rows, y] -= 1\n",
        {"q3": ("gradient", "stable")},
        "the factor 1/N is missing",
    ),
    Wrong(
        "right class forgotten",
        LAYERS,
        DSOFTMAX,
        "    dx /= x.shape[0]\n",
        {"q3": ("gradient", "stable")},
        "the right class needs a term of its own",
    ),
    Wrong(
        "one divided, too late",
        LAYERS,
        DSOFTMAX,
        "    dx /= x.shape[0]\n    dx[rows, y] -= 1\n",
        {"q3": ("gradient", "stable")},
        "dx: ",
    ),
    # q4: the net in one piece
    Wrong(
        "weights of spread one",
        PIECE,
        'self.params["W1"] = std * np',
        'self.params["W1"] = np',
        {"q4": ("initial",)},
        "neural_net.py: the standard deviation of W1",
    ),
    Wrong(
        "uniform weights",
        PIECE,
        'self.params["W2"] = std * np.random.randn(hidden_size, output_size)',
        'self.params["W2"] = std * np.random.rand(hidden_size, output_size)',
        {"q4": ("initial",)},
        "the mean of W2 is not near 0",
    ),
    Wrong(
        "zero weights",
        PIECE,
        'self.params["W2"] = std * np.random.randn(hidden_size, output_size)',
        'self.params["W2"] = np.zeros((hidden_size, output_size))',
        {"q4": ("initial",)},
        "W2 begins with zeros",
    ),
    Wrong("no ReLU", PIECE, HIDDEN, "hidden = X @ W1 + b1", {"q4": ("scores", "loss", *BACK)}, "between the layers"),
    Wrong(
        "ReLU on top",
        PIECE,
        SCORES,
        "scores = np.maximum(hidden @ W2 + b2, 0)",
        {"q4": ("scores", "loss", *BACK)},
        "a ReLU after the second layer",
    ),
    Wrong("b2 left out", PIECE, SCORES, "scores = hidden @ W2", {"q4": ("scores", "loss", *BACK)}, "b2 is left out"),
    Wrong("sum", PIECE, MEAN, MEAN.replace(".mean()", ".sum()"), {"q4": ("loss",)}, "the mean is asked for (1/N)"),
    Wrong("1/N forgotten", PIECE, DSCORES, "", {"q4": BACK}, "the factor 1/N is missing"),
    Wrong("no ReLU on the way back", PIECE, DHIDDEN, "dhidden = dscores @ W2.T", {"q4": ("lower",)}, "on the way back"),
    Wrong(
        "mask of the gradient",
        PIECE,
        DHIDDEN,
        "dhidden = np.maximum(dscores @ W2.T, 0)",
        {"q4": ("lower",)},
        "the gradient that comes in decides",
    ),
    Wrong(
        "gradient transposed",
        PIECE,
        GRAD_W1,
        'grads["W1"] = dhidden.T @ X + 2 * reg * W1.T',
        {"q4": ("lower", "regulariser")},
        "rows and columns are exchanged",
    ),
    Wrong("½", PIECE, MEAN, MEAN.replace("reg *", "0.5 * reg *"), {"q4": ("regulariser",)}, "reg, without ½, in this"),
    Wrong(
        "half of the derivative",
        PIECE,
        GRAD_W1,
        GRAD_W1.replace("2 * reg", "reg"),
        {"q4": ("regulariser",)},
        "half of the derivative",
    ),
    Wrong(
        "biases regularised",
        PIECE,
        MEAN,
        MEAN.replace("np.sum(W2**2)", "np.sum(W2**2) + np.sum(b1**2) + np.sum(b2**2)"),
        {"q4": ("regulariser",)},
        "the biases are regularised",
    ),
    Wrong("W2 not regularised", PIECE, MEAN, MEAN.replace(" + np.sum(W2**2)", ""), {"q4": ("regulariser",)}, "W2 is"),
    # q4: the net made of layers
    Wrong(
        "layered: biases of ones",
        LAYERED,
        'self.params["b1"] = np.zeros',
        'self.params["b1"] = np.ones',
        {"q4": ("initial",)},
        "fc_net.py: b1 does not begin with zeros",
    ),
    Wrong(
        "layered: no ReLU",
        LAYERED,
        "affine_forward(active,",
        "affine_forward(hidden,",
        {"q4": ("scores", "loss", *BACK)},
        "fc_net.py: the scores: the ReLU",
    ),
    Wrong("layered: without ½", LAYERED, PENALTY, PENALTY.replace("0.5 * ", ""), {"q4": ("regulariser",)}, "0.5 * reg"),
    Wrong(
        "layered: gradient not regularised",
        LAYERED,
        "            grads[name] += self.reg * self.params[name]\n",
        "",
        {"q4": ("regulariser",)},
        "what the regulariser adds to the gradient of W1",
    ),
    Wrong(
        "layered: twice the derivative",
        LAYERED,
        "grads[name] += self.reg",
        "grads[name] += 2 * self.reg",
        {"q4": ("regulariser",)},
        "2 times what it should be",
    ),
    Wrong(
        "layered: ReLU forgotten on the way back",
        LAYERED,
        CHAIN,
        CHAIN.replace("relu_backward(dactive, relu)", "dactive"),
        {"q4": ("lower",)},
        "fc_net.py: the gradient of W1: the ReLU is forgotten",
    ),
    Wrong(
        "layered: bias gradients regularised",
        LAYERED,
        '        for name in ("W1", "W2"):\n            loss',
        '        grads["b1"] += self.reg * self.params["b1"]\n        for name in ("W1", "W2"):\n            loss',
        {"q4": ("regulariser",)},
        "biases have none",
    ),
    # q5: training and prediction
    Wrong("uphill", PIECE, STEP, STEP.replace("-=", "+="), {"q5": ("update",)}, "up the gradient"),
    Wrong("no learning rate", PIECE, STEP, STEP.replace("learning_rate * ", ""), {"q5": ("update",)}, "is missing"),
    Wrong(
        "biases stay",
        PIECE,
        "            for name in self.params:\n",
        '            for name in ("W1", "W2"):\n',
        {"q5": ("update",)},
        "the biases do not move",
    ),
    Wrong("divided again", PIECE, STEP, STEP + " / batch_size", {"q5": ("update",)}, "by the size of the batch"),
    Wrong("own labels lost", PIECE, BATCH, "X_batch, y_batch = X[rows], y[:batch_size]",
          {"q5": ("batches",)}, "do not belong"),
    Wrong("first rows", PIECE, DRAW, "rows = np.arange(batch_size)", {"q5": ("batches",)}, "the same rows"),
    Wrong(
        "in order",
        PIECE,
        DRAW,
        "rows = (np.arange(batch_size) + it * batch_size) % num_train",
        {"q5": ("batches",)},
        "consecutive rows",
    ),
    Wrong("everything", PIECE, DRAW, "rows = np.random.permutation(num_train)",
          {"q5": ("batches",)}, "a batch has the shapes"),
    Wrong("half of the rows", PIECE, DRAW, DRAW.replace("num_train", "batch_size * 2"),
          {"q5": ("batches",)}, "first rows only"),
    Wrong("wrong axis", PIECE, LABELS, LABELS.replace("=1", "=0"), {"q5": ("predict",)}, "the labels: shape"),
    Wrong("lowest", PIECE, LABELS, LABELS.replace("argmax", "argmin"), {"q5": ("predict",)}, "the lowest scores"),
    Wrong("scores", PIECE, LABELS, LABELS.replace("argmax", "max"), {"q5": ("predict",)}, "the highest scores"),
    # q6: the search
    Wrong("on training rows", SEARCH, JUDGED, "accuracies.append(np.mean(net.predict(X_train) == y_train))",
          {"q6": ("accuracies", "best")}, "accuracies on the training rows"),
    Wrong("the last", SEARCH, KEPT, "if True:", {"q6": ("best",)}, "the last was kept"),
    Wrong("the first", SEARCH, KEPT, "if len(accuracies) == 1:", {"q6": ("best",)}, "the first was kept"),
    Wrong("the worst", SEARCH, KEPT, "if accuracies[-1] == min(accuracies):", {"q6": ("best",)}, "the worst was kept"),
    Wrong("dict changed", SEARCH, "how = dict(setting)", "how = setting", {"q6": ("inputs",)}, "take a copy"),
    Wrong("errors", SEARCH, JUDGED, JUDGED.replace("==", "!="), {"q6": ("accuracies", "best")}, "shares of errors"),
    Wrong("counts", SEARCH, JUDGED, JUDGED.replace("mean", "sum"), {"q6": ("accuracies",)}, "these are counts"),
    Wrong(
        "history",
        SEARCH,
        "        net.train(X_train, y_train, X_val, y_val, **how)\n        " + JUDGED,
        "        stats = net.train(X_train, y_train, X_val, y_val, **how)\n"
        '        accuracies.append(stats["val_acc_history"][-1])',
        {"q6": ("accuracies",)},
        "val_acc_history was written before",
    ),
    Wrong(
        "only the best accuracy",
        SEARCH,
        "    return best_net, accuracies",
        "    return best_net, accuracies and max(accuracies)",
        {"q6": ("accuracies", "inputs")},
        "should be (5,)",
    ),
    Wrong(
        "order exchanged",
        SEARCH,
        "    return best_net, accuracies",
        "    return accuracies, best_net",
        {"q6": ("accuracies", "best", "inputs")},
        "return (best_net, accuracies)",
    ),
    # q7: a good net
    Wrong("rate too small", SEARCH, "1e-2", "1e-4", {"q7": ("accuracy",)}, "does it fall too slowly"),
    Wrong("rate too large", SEARCH, "1e-2", "1.0", {"q7": ("accuracy",)}, "learning rate is too large"),
    Wrong("too short", SEARCH, '"num_iters": 800', '"num_iters": 100', {"q7": ("accuracy",)}, "on pictures not seen"),
    Wrong("two hidden units", SEARCH, '"hidden_size": 100', '"hidden_size": 2', {"q7": ("accuracy",)}, "not seen"),
    Wrong("regulariser too strong", SEARCH, '"reg": 0.2', '"reg": 20.0', {"q7": ("accuracy",)}, "not seen"),
    Wrong("rate falls too fast", SEARCH, "0.95", "0.5", {"q7": ("accuracy",)}, "does it fall too slowly"),
    Wrong("too large", SEARCH, '"hidden_size": 100', '"hidden_size": 1000', {"q7": ("accuracy",)}, "from 1 to 200"),
    Wrong("too long", SEARCH, '"num_iters": 800', '"num_iters": 4000', {"q7": ("accuracy",)}, "at most 400,000"),
    Wrong("no hidden size", SEARCH, '        "hidden_size": 100,\n', "", {"q7": ("accuracy",)}, "no hidden_size"),
]  # fmt: skip
