"""Assignment softmax: the cross-entropy loss of a linear classifier and its gradient.

Shapes: W (D, C), X (N, D), y (N,) with whole numbers 0 ≤ y[i] < C; the gradient dW has the shape of W.
The scores s = X[i] @ W of one row become probabilities p_j = exp(s_j) / sum_k exp(s_k); its loss is −log p_y[i].
The loss of the whole is the mean over the rows plus reg * sum(W**2).
"""

import numpy as np


def softmax_loss_naive(W, X, y, reg):
    """Loss (a number) and gradient dW (D, C), with loops over rows and classes."""
    num_train, num_classes = X.shape[0], W.shape[1]
    loss = 0.0
    dW = np.zeros(W.shape)
    # TODO (q1): compute the loss with a loop over the rows.
    # TODO (q4): scores of 1e4 must not overflow. Adding one number to all scores of a row changes no probability.
    # BEGIN SOLUTION
    for i in range(num_train):
        scores = X[i] @ W
        scores = scores - np.max(scores)
        loss += (np.log(np.sum(np.exp(scores))) - scores[y[i]]) / num_train
    loss += reg * np.sum(W**2)
    # END SOLUTION
    # TODO (q2): compute the gradient. How does the loss of one row depend on each of its scores, and a score on a
    # column of W? You may do it in the same loop.
    # BEGIN SOLUTION
    for i in range(num_train):
        scores = X[i] @ W
        p = np.exp(scores - np.max(scores))
        p = p / np.sum(p)
        for j in range(num_classes):
            dW[:, j] += (p[j] - (j == y[i])) * X[i] / num_train
    dW += 2 * reg * W
    # END SOLUTION
    return loss, dW


def softmax_loss_vectorized(W, X, y, reg):
    """The same loss and gradient without a loop over the rows."""
    loss = 0.0
    dW = np.zeros(W.shape)
    # TODO (q3): compute the loss and the gradient from the array of all scores, shape (N, C).
    # TODO (q4): as above.
    # BEGIN SOLUTION
    num_train, rows = X.shape[0], np.arange(X.shape[0])
    scores = X @ W
    scores = scores - scores.max(axis=1, keepdims=True)
    log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    loss = -log_p[rows, y].mean() + reg * np.sum(W**2)
    slopes = np.exp(log_p)
    slopes[rows, y] -= 1
    dW = X.T @ slopes / num_train + 2 * reg * W
    # END SOLUTION
    return loss, dW
