from builtins import range
from random import shuffle

import numpy as np
from past.builtins import xrange


def softmax_loss_naive(W, X, y, reg):
    loss = 0.0
    dW = np.zeros_like(W)
    num_train = X.shape[0]
    num_classes = W.shape[1]
    for i in xrange(num_train):
        f = X[i].dot(W)
        f -= np.max(f)
        sum_exp = np.sum(np.exp(f))
        p = lambda k: np.exp(f[k]) / sum_exp
        loss += np.log(sum_exp) - f[y[i]]
        for k in range(num_classes):
            dW[:, k] += (p(k) - (k == y[i])) * X[i]
    loss /= num_train
    loss += reg * np.sum(W * W)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW


def softmax_loss_vectorized(W, X, y, reg):
    loss = 0.0
    dW = np.zeros_like(W)
    num_train = X.shape[0]
    f = X.dot(W)
    f -= np.max(f, axis=1, keepdims=True)
    exp_f = np.exp(f)
    p = exp_f / np.sum(exp_f, axis=1, keepdims=True)
    loss = np.sum(np.log(np.sum(exp_f, axis=1)) - f[np.arange(num_train), y])
    ind = np.zeros_like(p)
    ind[np.arange(num_train), y] = 1
    dW = X.T.dot(p - ind)
    loss /= num_train
    loss += reg * np.sum(W * W)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW
