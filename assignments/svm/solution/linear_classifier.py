"""Assignment svm: linear classifiers trained by stochastic gradient descent.

Shapes: X (N, D), y (N,), W (D, C). The scores of a row are X[i] @ W; the last feature of each row is 1, so that the
last row of W is the bias.
"""

import numpy as np
from linear_svm import svm_loss_vectorized


class LinearClassifier:
    """What all linear classifiers share: training and prediction. The loss belongs to the subclasses."""

    def __init__(self):
        self.W = None

    def train(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
        """Take num_iters steps of stochastic gradient descent.

        A classifier that was trained before goes on from its W. Returns the list of the num_iters losses, each as it
        was before its step.
        """
        num_train, dim = X.shape
        num_classes = np.max(y) + 1  # the classes are 0 … num_classes − 1
        if self.W is None:
            self.W = 0.001 * np.random.randn(dim, num_classes)  # noqa: NPY002 - as in CS231n
        loss_history = []
        for it in range(num_iters):
            # TODO (q4): draw batch_size rows at random (np.random.choice; with repetitions is fine and faster) with
            # their labels; get the loss and the gradient of this batch from self.loss; remember the loss; take a step.
            # BEGIN SOLUTION
            rows = np.random.choice(num_train, batch_size)  # noqa: NPY002
            loss, gradient = self.loss(X[rows], y[rows], reg)
            loss_history.append(loss)
            self.W = self.W - learning_rate * gradient
            # END SOLUTION
            if verbose and it % 100 == 0 and loss_history:
                print(f"step {it} of {num_iters}: loss {loss_history[-1]:.4g}")
        return loss_history

    def predict(self, X):
        """Labels, shape (N,), of the rows of X: for each the class with the highest score."""
        y_pred = np.zeros(X.shape[0], dtype=int)
        # TODO (q5): compute the labels.
        # BEGIN SOLUTION
        y_pred = np.argmax(X @ self.W, axis=1)
        # END SOLUTION
        return y_pred

    def loss(self, X_batch, y_batch, reg):
        """Loss and gradient of self.W on a batch."""
        raise NotImplementedError("each subclass has its own loss")


class LinearSVM(LinearClassifier):
    """A linear classifier with the multi-class hinge loss."""

    def loss(self, X_batch, y_batch, reg):
        return svm_loss_vectorized(self.W, X_batch, y_batch, reg)
