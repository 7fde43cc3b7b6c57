"""Assignment svm: the multi-class hinge loss and its gradient.

Shapes: W (D, C), X (N, D), y (N,) with whole numbers 0 ≤ y[i] < C; the gradient dW has the shape of W.
The loss of one row is the sum over the classes j ≠ y[i] of max(0, s_j − s_y[i] + 1) with the scores s = X[i] @ W.
The loss of the whole is the mean over the rows plus reg * sum(W**2).
"""

import numpy as np


def svm_loss_naive(W, X, y, reg):
    """Loss (a number) and gradient dW (D, C), with loops over rows and classes."""
    num_train, num_classes = X.shape[0], W.shape[1]
    loss = 0.0
    dW = np.zeros(W.shape)
    # TODO (q1): compute the loss with a loop over the rows and one over the classes. The correct class has no term.
    # BEGIN SOLUTION
    for i in range(num_train):
        scores = X[i] @ W
        for j in range(num_classes):
            margin = scores[j] - scores[y[i]] + 1
            if j != y[i] and margin > 0:
                loss += margin / num_train
    loss += reg * np.sum(W**2)
    # END SOLUTION
    # TODO (q2): compute the gradient. Ask of each term of the sum above which columns of W it depends on, and add its
    # derivative to these columns of dW. You may do it in the same loops.
    # BEGIN SOLUTION
    for i in range(num_train):
        scores = X[i] @ W
        for j in range(num_classes):
            if j != y[i] and scores[j] - scores[y[i]] + 1 > 0:
                dW[:, j] += X[i] / num_train
                dW[:, y[i]] -= X[i] / num_train
    dW += 2 * reg * W
    # END SOLUTION
    return loss, dW


def svm_loss_vectorized(W, X, y, reg):
    """The same loss and gradient without a loop over the rows."""
    loss = 0.0
    dW = np.zeros(W.shape)
    # TODO (q3): compute the loss from the array of all scores, shape (N, C), and the gradient from an array of the
    # same shape that says how the loss depends on each score.
    # BEGIN SOLUTION
    num_train, rows = X.shape[0], np.arange(X.shape[0])
    scores = X @ W
    margins = np.maximum(0, scores - scores[rows, y][:, None] + 1)
    margins[rows, y] = 0
    loss = margins.sum() / num_train + reg * np.sum(W**2)
    slopes = (margins > 0).astype(float)
    slopes[rows, y] = -slopes.sum(axis=1)
    dW = X.T @ slopes / num_train + 2 * reg * W
    # END SOLUTION
    return loss, dW
