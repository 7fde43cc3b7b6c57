from builtins import range

import numpy as np


def affine_forward(x, w, b):
    N = x.shape[0]
    rows = np.reshape(x, (N, np.prod(x.shape[1:])))
    out = np.dot(rows, w) + b
    return out, (x, w, b)


def affine_backward(dout, cache):
    x, w, b = cache
    rows = np.reshape(x, (x.shape[0], w.shape[0]))
    dx = np.reshape(np.dot(dout, w.T), x.shape)
    dw = np.dot(rows.T, dout)
    db = np.dot(np.ones(x.shape[0]), dout)
    return dx, dw, db


def relu_forward(x):
    out = x * (x > 0)
    return out, x


def relu_backward(dout, cache):
    dx, x = np.array(dout), cache
    dx[x <= 0] = 0
    return dx


def softmax_loss(x, y):
    N = x.shape[0]
    probs = np.exp(x - np.max(x, axis=1, keepdims=True))
    probs /= np.sum(probs, axis=1, keepdims=True)
    loss = 0.0
    for i in range(N):
        loss -= np.log(probs[i, y[i]])
    loss /= N
    dx = probs.copy()
    dx[np.arange(N), y] -= 1
    dx /= N
    return loss, dx
