"""Assignment two_layer_net: layers, each a forward and a backward pass.

A forward pass returns its output and a cache, which is all that the backward pass needs to know. A backward pass takes
dout, the gradient of the loss with respect to the output, and returns the gradients with respect to the inputs. Each
gradient has the shape of what it belongs to.
"""

import numpy as np


def affine_forward(x, w, b):
    """An affine layer: every sample, flattened to D numbers, times w plus b.

    x has shape (N, d_1, …, d_k) with d_1 · … · d_k = D, w has shape (D, M), b has shape (M,).

    Returns (out, cache): out has shape (N, M), cache is (x, w, b).
    """
    out = None
    # TODO (q1): flatten each sample of x (not x itself: the cache keeps its shape) and compute all of out at once.
    # BEGIN SOLUTION
    out = x.reshape(x.shape[0], -1) @ w + b
    # END SOLUTION
    cache = (x, w, b)
    return out, cache


def affine_backward(dout, cache):
    """The backward pass of an affine layer.

    dout has shape (N, M); cache is what affine_forward returned.

    Returns (dx, dw, db), of the shapes of x, w and b.
    """
    x, w, _ = cache
    dx, dw, db = None, None, None
    # TODO (q1): three lines, no loop. The shapes say which products there can be; b is added to every sample.
    # BEGIN SOLUTION
    dx = (dout @ w.T).reshape(x.shape)
    dw = x.reshape(x.shape[0], -1).T @ dout
    db = dout.sum(axis=0)
    # END SOLUTION
    return dx, dw, db


def relu_forward(x):
    """A layer of rectified linear units; x has any shape.

    Returns (out, cache): out has the shape of x, cache is x.
    """
    out = None
    # TODO (q2): keep what is positive, put 0 elsewhere. The backward pass needs x as it was: do not change it.
    # BEGIN SOLUTION
    out = np.maximum(x, 0)
    # END SOLUTION
    cache = x
    return out, cache


def relu_backward(dout, cache):
    """The backward pass of a layer of rectified linear units.

    Returns dx, of the shape of x.
    """
    dx, x = None, cache
    # TODO (q2): which entries of x have an influence on the output, and how strong is it?
    # BEGIN SOLUTION
    dx = dout * (x > 0)
    # END SOLUTION
    return dx


def softmax_loss(x, y):
    """Mean cross-entropy of the softmax of scores, and its gradient.

    x has shape (N, C): the scores of each sample for each class. y has shape (N,): labels from 0 to C − 1.

    Returns (loss, dx): a number, and the gradient of it with respect to x, of shape (N, C).
    """
    loss, dx = 0.0, None
    # TODO (q3): both without loops. A constant subtracted from all scores of a sample changes no probability; choose
    # it so that exp cannot overflow.
    # BEGIN SOLUTION
    rows = np.arange(x.shape[0])
    shifted = x - x.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -log_p[rows, y].mean()
    dx = np.exp(log_p)
    dx[rows, y] -= 1
    dx /= x.shape[0]
    # END SOLUTION
    return loss, dx
