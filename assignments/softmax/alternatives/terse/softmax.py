import math

import numpy as np


def softmax_loss_naive(W, X, y, reg):
    n, c = len(X), W.shape[1]
    loss, columns = 0.0, [np.zeros(len(W)) for _ in range(c)]
    for x, label in zip(X, y):
        s = [float(x @ W[:, j]) for j in range(c)]
        top = max(s)
        total = sum(math.exp(v - top) for v in s)
        loss += math.log(total) + top - s[label]
        columns = [w + math.exp(v - top) / total * x for w, v in zip(columns, s)]
        columns[label] = columns[label] - x
    return loss / n + reg * (W**2).sum(), np.stack(columns, axis=1) / n + 2 * reg * W


def softmax_loss_vectorized(W, X, y, reg):
    n, i = len(X), range(len(X))
    S = X @ W
    S -= S.max(1)[:, None]
    E = np.exp(S)
    total = E.sum(1)
    P = E / total[:, None]
    P[i, y] -= 1
    return (np.log(total) - S[i, y]).sum() / n + reg * np.vdot(W, W), (P.T @ X).T / n + 2 * reg * W
