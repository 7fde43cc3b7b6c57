import numpy as np


def svm_loss_naive(W, X, y, reg):
    loss, dW = reg * np.einsum("dc,dc->", W, W), 2 * reg * W
    for x, label in zip(X, y):
        gaps = x @ W - x @ W[:, label] + (np.arange(W.shape[1]) != label)
        active = gaps > 0
        loss += gaps[active].sum() / len(X)
        dW[:, active] += x[:, None] / len(X)
        dW[:, label] -= active.sum() * x / len(X)
    return loss, dW


def svm_loss_vectorized(W, X, y, reg):
    classes = np.arange(W.shape[1])
    correct = y[:, None] == classes
    scores = np.einsum("nd,dc->nc", X, W)
    gaps = scores - np.einsum("nc,nc->n", scores, correct)[:, None] + ~correct
    active = np.where(gaps > 0, 1.0, 0.0)
    slopes = active - correct * np.einsum("nc->n", active)[:, None]
    loss = np.einsum("nc,nc->", gaps, active) / len(y) + reg * np.einsum("dc,dc->", W, W)
    return loss, np.einsum("nd,nc->dc", X, slopes, optimize=True) / len(y) + 2 * reg * W
