"""Layers that take the place of the submission's own where the net is judged by itself: slow, without any formula for
a backward pass. Derivatives are taken by a complex step."""

import numpy as np
from scipy.special import logsumexp


def _backward(f, inputs, dout):
    found = []
    for k, a in enumerate(inputs):
        steps = 1e-30j * np.eye(a.size).reshape(a.size, *a.shape)
        slopes = [np.sum(dout * f(*inputs[:k], a + step, *inputs[k + 1 :])).imag / 1e-30 for step in steps]
        found.append(np.reshape(slopes, a.shape))
    return tuple(found)


def _affine(x, w, b):
    return np.tensordot(x.reshape(len(x), -1), w, 1) + b


def affine_forward(x, w, b):
    x, w, b = np.asarray(x), np.asarray(w), np.asarray(b)
    return _affine(x, w, b), (x, w, b)


def affine_backward(dout, cache):
    return _backward(_affine, cache, dout)


def _relu(x):
    return np.where(x.real > 0, x, 0)


def relu_forward(x):
    x = np.asarray(x)
    return _relu(x), x


def relu_backward(dout, cache):
    return _backward(_relu, (cache,), dout)[0]


def softmax_loss(x, y):
    x = np.asarray(x)
    if y is None:  # asked before anybody looks whether there are labels
        return 0.0, np.zeros(x.shape)
    y = np.asarray(y).astype(int).reshape(-1)

    def loss(x):
        return np.mean(logsumexp(x, axis=1) - x[np.arange(len(y)), y])

    return loss(x), _backward(loss, (x,), 1.0)[0]
