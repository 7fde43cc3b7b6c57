"""Takes the place of a net's loss where training is judged by itself: writes down what it is called with."""

import numpy as np


def attach(net, parameters, gradients, slope, offset, predict):
    """Give `net` these parameters and a loss that always returns these gradients; returns the list of its calls.

    Without labels the loss returns X @ slope + offset, which are the scores of a net with these parameters.
    """
    calls = []

    def loss(X, y=None, reg=0.0):
        if X is None:
            raise NotImplementedError("self.loss got no batch")
        if y is None:
            return X @ slope + offset
        calls.append((np.array(X), np.array(y), float(reg)))
        return 1.0 + len(calls), {name: gradient.copy() for name, gradient in gradients.items()}

    net.params = {name: value.copy() for name, value in parameters.items()}
    net.loss = loss
    if not predict:
        net.predict = lambda X: np.zeros(len(X), dtype=int)
    return calls
