"""Takes the place of the submission's losses where its SGD is judged: another loss, which keeps what it was given."""

import numpy as np

calls = []


def svm_loss_vectorized(W, X, y, reg):
    W, X, y = np.array(W), np.array(X), np.array(y)
    calls.append((W, X, y, float(reg)))
    errors = X @ W - np.eye(W.shape[1])[y]
    return np.mean(errors**2), 2 * X.T @ errors / errors.size


svm_loss_naive = svm_loss_vectorized


def named(name):
    """The function of that name."""
    return globals()[name]


def with_this_loss(module):
    """A classifier made of a module's LinearClassifier, where it has none of a support vector machine."""

    class LinearSVM(module.LinearClassifier):
        def loss(self, X_batch, y_batch, reg):
            return svm_loss_vectorized(self.W, X_batch, y_batch, reg)

    return LinearSVM
