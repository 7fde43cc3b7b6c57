"""Given: two classifiers to put on top of features. Their training is scikit-learn's; there is nothing to write here.

Both minimise the mean of the softmax loss plus reg times the sum of the squares of all weights, by stochastic gradient
descent with momentum, in mini-batches, drawn anew in each epoch from `seed`. Rows of features should be standardised.
"""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier


class LinearClassifier:
    """Softmax regression: one weight for each feature and class, and one bias for each class.

    After training, `losses` holds the mean loss of each epoch, and `weights` one matrix, shape (d, number of classes).
    """

    def __init__(self, learning_rate, reg=0.0, epochs=20, batch_size=100, seed=0):
        self._prepare((), learning_rate, reg, epochs, batch_size, seed)

    def train(self, F, y):
        """Train on the rows of F, shape (n, d), with labels y, shape (n,). A second call begins anew."""
        with warnings.catch_warnings(), np.errstate(over="ignore", invalid="ignore"):
            warnings.simplefilter("ignore", ConvergenceWarning)  # it ends after so many epochs, as it was told
            warnings.simplefilter("ignore", RuntimeWarning)
            try:
                self.model.fit(np.asarray(F, dtype=np.float32), y)
            except ValueError as problem:
                if "finite" not in str(problem):
                    raise
                raise FloatingPointError("training diverges: the learning rate is too large") from None
        self.losses, self.weights = list(self.model.loss_curve_), self.model.coefs_

    def predict(self, F):
        """Labels, shape (n,), of the rows of F."""
        return self.model.predict(np.asarray(F, dtype=np.float32))

    def _prepare(self, hidden, learning_rate, reg, epochs, batch_size, seed):
        self.model = MLPClassifier(
            hidden,
            solver="sgd",
            learning_rate_init=learning_rate,
            alpha=2 * reg * batch_size,  # scikit-learn halves it and divides by the size of the batch
            max_iter=epochs,
            n_iter_no_change=epochs + 1,
            batch_size=batch_size,
            random_state=seed,
        )


class TwoLayerNet(LinearClassifier):
    """A net with one hidden layer of rectified linear units; `weights` holds two matrices, one for each layer."""

    def __init__(self, hidden_size, learning_rate, reg=0.0, epochs=20, batch_size=100, seed=0):
        self._prepare((hidden_size,), learning_rate, reg, epochs, batch_size, seed)
