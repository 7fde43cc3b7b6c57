import math

import numpy as np


def affine_forward(x, w, b):
    return np.array([sample.ravel() @ w + b for sample in x]), (x, w, b)


def affine_backward(dout, cache):
    x, w, b = cache
    dx = np.array([(w @ row).reshape(x.shape[1:]) for row in dout])
    dw = sum(np.outer(sample.ravel(), row) for sample, row in zip(x, dout, strict=True))
    return dx, dw, sum(dout)


def relu_forward(x):
    return (x + abs(x)) / 2, x


def relu_backward(dout, cache):
    return dout * np.heaviside(cache, 0)


def softmax_loss(x, y):
    loss, dx = 0, np.zeros_like(x)
    for i, (row, label) in enumerate(zip(x, y, strict=True)):
        top = max(row)
        p = [math.exp(s - top) for s in row]
        p = [q / sum(p) for q in p]
        loss -= math.log(p[label]) / len(x)
        dx[i] = [(q - (c == label)) / len(x) for c, q in enumerate(p)]
    return loss, dx
