"""What the judges of this assignment expect, computed by other means than the solution: SciPy's logsumexp, sums over
indices written out, and derivatives by a complex step, Im f(x + ih) / h, which is exact to rounding."""

import numpy as np
from scipy.special import logsumexp

STEP = 1e-30


def gradients(f, *arguments):
    """Gradient of the scalar function f with respect to each of its arguments."""
    found = []
    for position, argument in enumerate(arguments):
        gradient = np.zeros(argument.shape)
        for index in np.ndindex(argument.shape):
            moved = [np.array(a, dtype=complex) for a in arguments]
            moved[position][index] += 1j * STEP
            gradient[index] = f(*moved).imag / STEP
        found.append(gradient)
    return tuple(found)


def affine(x, w, b):
    """Output of an affine layer."""
    return np.einsum("nd,dm->nm", x.reshape(len(x), -1), w) + b


def affine_gradients(x, w, b, dout):
    """Gradients of the sum of dout times the output: dx, dw, db."""
    return gradients(lambda x, w, b: np.sum(dout * affine(x, w, b)), x, w, b)


def other_affine(x, w, b):
    """What typical mistakes give: no bias, a bias that is subtracted."""
    return affine(x, w, 0 * b), affine(x, w, -b)


def relu(x):
    """Positive entries, zero elsewhere."""
    return np.where(x.real > 0, x, 0)


def relu_gradient(x, dout):
    """Gradient of the sum of dout times the output."""
    return gradients(lambda x: np.sum(dout * relu(x)), x)[0]


def other_relu(x):
    """What typical mistakes give: the size, the negative part, a slope left of zero."""
    return np.abs(x), np.where(x < 0, x, 0), np.where(x > 0, x, 0.01 * x)


def other_relu_gradient(x, dout):
    """What typical mistakes give: dout passed on, the mask alone, a mask of dout, the complement of the mask, the
    output in place of the mask."""
    return (
        dout,
        np.heaviside(x, 0),
        np.where(dout > 0, dout, 0),
        np.where(x < 0, dout, 0),
        dout * np.where(x > 0, x, 0),
    )


def softmax(x, y):
    """Loss and its gradient with respect to the scores."""
    return _cross_entropy(x, y), *gradients(lambda x: _cross_entropy(x, y), x)


def other_softmax(x, y):
    """What typical mistakes give: losses (sum, sign, without the logarithm, errors), then gradients (of the sum,
    probabilities, probabilities of the sum)."""
    p = np.exp(x - logsumexp(x, axis=1, keepdims=True))
    loss, dx = softmax(x, y)
    right = p[np.arange(len(y)), y]
    return loss * len(y), -loss, -right.mean(), 1 - right.mean(), dx * len(y), p / len(y), p


def scores(X, W1, b1, W2, b2):
    """Scores of the net."""
    return affine(relu(affine(X, W1, b1)), W2, b2)


def other_scores(X, W1, b1, W2, b2):
    """What typical mistakes give: no ReLU, a ReLU on top, no b1, no b2, probabilities."""
    right = scores(X, W1, b1, W2, b2)
    return (
        affine(affine(X, W1, b1), W2, b2),
        relu(right),
        scores(X, W1, 0 * b1, W2, b2),
        scores(X, W1, b1, W2, 0 * b2),
        np.exp(right - logsumexp(right, axis=1, keepdims=True)),
    )


def network(X, y, W1, b1, W2, b2):
    """Loss without regulariser, and its gradients with respect to W1, b1, W2, b2."""

    def loss(*parameters):
        return _cross_entropy(scores(X, *parameters), y)

    return loss(W1, b1, W2, b2), *gradients(loss, W1, b1, W2, b2)


def other_network(X, y, W1, b1, W2, b2):
    """What a ReLU that is forgotten on the way back gives for W1 and b1, and a mask made of the incoming gradient."""
    hidden = affine(X, W1, b1)
    up = gradients(lambda h: _cross_entropy(affine(h, W2, b2), y), relu(hidden))[0]
    return *affine_gradients(X, W1, b1, up)[1:], *affine_gradients(X, W1, b1, np.where(up > 0, up, 0))[1:]


def _cross_entropy(x, y):
    return np.mean(logsumexp(x, axis=1) - x[np.arange(len(y)), y])
