"""Assignment softmax: linear classifiers trained by stochastic gradient descent.

Shapes: X (N, D), y (N,), W (D, C). Training and prediction are those of assignment svm and stand here complete; you may
put your own in their place.
"""

import numpy as np
from softmax import softmax_loss_vectorized


class LinearClassifier:
    """What all linear classifiers share: training and prediction. The loss belongs to the subclasses."""

    def __init__(self):
        self.W = None

    def train(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
        """Take num_iters steps of stochastic gradient descent, from self.W if there is one; returns their losses."""
        if self.W is None:
            self.W = 0.001 * np.random.randn(X.shape[1], np.max(y) + 1)  # noqa: NPY002 - as in CS231n
        loss_history = []
        for it in range(num_iters):
            rows = np.random.choice(X.shape[0], batch_size)  # noqa: NPY002
            loss, gradient = self.loss(X[rows], y[rows], reg)
            loss_history.append(loss)
            self.W = self.W - learning_rate * gradient
            if verbose and it % 100 == 0:
                print(f"step {it} of {num_iters}: loss {loss:.4g}")
        return loss_history

    def predict(self, X):
        """Labels, shape (N,), of the rows of X: for each the class with the highest score."""
        return np.argmax(X @ self.W, axis=1)

    def loss(self, X_batch, y_batch, reg):
        """Loss and gradient of self.W on a batch."""
        raise NotImplementedError("each subclass has its own loss")


class Softmax(LinearClassifier):
    """A linear classifier with the cross-entropy loss."""

    def loss(self, X_batch, y_batch, reg):
        """Loss and gradient of self.W on a batch."""
        # TODO (q5): one line, with a function of softmax.py; choose the fast one. The line below goes.
        loss, gradient = 0.0, np.zeros(self.W.shape)
        # BEGIN SOLUTION
        loss, gradient = softmax_loss_vectorized(self.W, X_batch, y_batch, reg)
        # END SOLUTION
        return loss, gradient
