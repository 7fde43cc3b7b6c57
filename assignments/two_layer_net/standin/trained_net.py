"""A two-layer net trained by scikit-learn, as the submission's own would be with the same settings."""

import numpy as np
from sklearn.neural_network import MLPClassifier


def train(X, y, hidden_size, learning_rate, learning_rate_decay, reg, num_iters, batch_size, seed):
    """A net after `num_iters` steps of stochastic gradient descent, with a method `predict`."""
    random, classes, epoch = np.random.RandomState(seed), np.unique(y), max(len(X) // batch_size, 1)
    plain = {"solver": "sgd", "momentum": 0, "nesterovs_momentum": False, "shuffle": False}
    # scikit-learn's regulariser is half of alpha times the sum of squares, divided by the size of the batch
    net = MLPClassifier((hidden_size,), batch_size=batch_size, alpha=2 * reg * batch_size, random_state=0, **plain)
    net.set_params(learning_rate_init=1e-12).partial_fit(X[:batch_size], y[:batch_size], classes=classes)
    net.coefs_ = [1e-4 * random.standard_normal(W.shape) for W in net.coefs_]
    net.intercepts_ = [np.zeros_like(b) for b in net.intercepts_]
    for step in range(num_iters):
        if step % epoch in (0, 1):
            net.set_params(learning_rate_init=learning_rate * learning_rate_decay ** ((step + epoch - 1) // epoch))
            vars(net).pop("_optimizer")  # made anew with the new rate
        rows = random.randint(len(X), size=batch_size)
        net.partial_fit(X[rows], y[rows])
    return net
