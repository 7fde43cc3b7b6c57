import layers
import numpy as np


class TwoLayerNet:
    """The layered variant, which can also train and predict; neural_net.py leads here."""

    def __init__(self, input_dim=3072, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0):
        self.reg = reg
        self.params = {
            "W1": np.random.standard_normal((input_dim, hidden_dim)) * weight_scale,
            "b1": np.zeros((hidden_dim,)),
            "W2": np.random.standard_normal((hidden_dim, num_classes)) * weight_scale,
            "b2": np.zeros((num_classes,)),
        }

    def loss(self, X, y=None):
        caches, out = [], X
        for forward, names in (
            (layers.affine_forward, ("W1", "b1")),
            (layers.relu_forward, ()),
            (layers.affine_forward, ("W2", "b2")),
        ):
            out, cache = forward(out, *(self.params[n] for n in names))
            caches.append(cache)
        if y is None:
            return out
        loss, d = layers.softmax_loss(out, y)
        d, dW2, db2 = layers.affine_backward(d, caches.pop())
        d = layers.relu_backward(d, caches.pop())
        _, dW1, db1 = layers.affine_backward(d, caches.pop())
        W1, W2 = self.params["W1"], self.params["W2"]
        loss += self.reg / 2 * (np.linalg.norm(W1) ** 2 + np.linalg.norm(W2) ** 2)
        return loss, dict(W1=dW1 + self.reg * W1, b1=db1, W2=dW2 + self.reg * W2, b2=db2)
