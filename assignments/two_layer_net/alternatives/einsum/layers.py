import numpy as np
from scipy.special import log_softmax


def affine_forward(x, w, b):
    return np.einsum("nd,dm->nm", x.reshape(len(x), -1), w) + b[None], {"x": x, "w": w}


def affine_backward(dout, cache):
    x, w = cache["x"], cache["w"]
    flat = x.reshape(len(x), -1)
    dx = np.einsum("nm,dm->nd", dout, w)
    return [dx.reshape(x.shape), np.einsum("nd,nm->dm", flat, dout), np.einsum("nm->m", dout)]


def relu_forward(x):
    mask = x > 0
    return np.where(mask, x, 0.0), mask


def relu_backward(dout, cache):
    return np.where(cache, dout, 0.0)


def softmax_loss(x, y):
    onehot = np.eye(x.shape[1])[y]
    log_p = log_softmax(x, axis=1)
    return -np.einsum("nc,nc->", onehot, log_p) / len(x), (np.exp(log_p) - onehot) / len(x)
