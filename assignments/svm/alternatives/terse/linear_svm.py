import numpy as np


def svm_loss_naive(W, X, y, reg):
    n, (d, c) = len(X), W.shape
    terms = [(i, j) for i in range(n) for j in range(c) if j != y[i] and X[i] @ (W[:, j] - W[:, y[i]]) > -1]
    loss = sum(X[i] @ (W[:, j] - W[:, y[i]]) + 1 for i, j in terms) / n + reg * (W**2).sum()
    columns = np.array([sum([X[i] for i, j in terms if j == k], np.zeros(d)) for k in range(c)])
    correct = np.array([sum([X[i] for i, _ in terms if y[i] == k], np.zeros(d)) for k in range(c)])
    return loss, (columns - correct).T / n + 2 * reg * W


def svm_loss_vectorized(W, X, y, reg):
    dW = 2 * reg * W
    loss = reg * np.linalg.norm(W) ** 2
    scores = X @ W
    own = np.take_along_axis(scores, y[:, None], axis=1)[:, 0]
    for j in range(W.shape[1]):
        hit = (scores[:, j] - own + 1 > 0) & (y != j)
        loss += (scores[hit, j] - own[hit] + 1).sum() / len(y)
        dW[:, j] += X[hit].sum(0) / len(y)
        for k in range(W.shape[1]):
            dW[:, k] -= X[hit & (y == k)].sum(0) / len(y)
    return loss, dW
