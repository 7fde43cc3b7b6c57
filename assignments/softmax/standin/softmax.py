"""Takes the place of the submission's losses where its class Softmax is judged: another loss, least squares."""

import numpy as np


def softmax_loss_vectorized(W, X, y, reg):
    errors = X @ W - np.eye(W.shape[1])[y]
    return reg + np.mean(errors**2), 2 * X.T @ errors / errors.size


softmax_loss_naive = softmax_loss_vectorized
