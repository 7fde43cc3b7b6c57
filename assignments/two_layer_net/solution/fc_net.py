"""Assignment two_layer_net, the layered variant: affine – ReLU – affine – softmax, put together from layers.py."""

# ruff: noqa: NPY002 - as CS231n's, it draws from NumPy's global generator
import numpy as np
from layers import affine_backward, affine_forward, relu_backward, relu_forward, softmax_loss


class TwoLayerNet:
    """A net with one hidden layer of rectified linear units, made of layers.

    Its parameters are in the dict self.params: W1 (input_dim, hidden_dim), b1 (hidden_dim,),
    W2 (hidden_dim, num_classes), b2 (num_classes,).
    """

    def __init__(self, input_dim=3 * 32 * 32, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0):
        self.params = {}
        self.reg = reg
        # TODO (q4): weights from a normal distribution with mean 0 and standard deviation weight_scale; biases 0.
        # BEGIN SOLUTION
        self.params["W1"] = weight_scale * np.random.randn(input_dim, hidden_dim)
        self.params["b1"] = np.zeros(hidden_dim)
        self.params["W2"] = weight_scale * np.random.randn(hidden_dim, num_classes)
        self.params["b2"] = np.zeros(num_classes)
        # END SOLUTION

    def loss(self, X, y=None):
        """Scores without labels; loss and gradients with them.

        X has shape (N, d_1, …, d_k), y has shape (N,).

        Without y: returns the scores, shape (N, num_classes). With y: returns (loss, grads), where grads has the keys
        of self.params and the loss has the term 0.5 * self.reg * (sum of all squared weights); biases are left out.
        """
        scores = None
        # TODO (q4): the forward pass. Keep the caches.
        # BEGIN SOLUTION
        hidden, first = affine_forward(X, self.params["W1"], self.params["b1"])
        active, relu = relu_forward(hidden)
        scores, second = affine_forward(active, self.params["W2"], self.params["b2"])
        # END SOLUTION
        if y is None:
            return scores
        loss, grads = 0.0, {}
        # TODO (q4): loss and gradients: the backward passes in reverse order, then the regulariser. Mind the ½.
        # BEGIN SOLUTION
        loss, dscores = softmax_loss(scores, y)
        dactive, grads["W2"], grads["b2"] = affine_backward(dscores, second)
        _, grads["W1"], grads["b1"] = affine_backward(relu_backward(dactive, relu), first)
        for name in ("W1", "W2"):
            loss += 0.5 * self.reg * np.sum(self.params[name] ** 2)
            grads[name] += self.reg * self.params[name]
        # END SOLUTION
        return loss, grads
