"""Made of layers, with a net that is an instance of both variants' ideas."""

import numpy as np
from layers import affine_backward, affine_forward, relu_backward, relu_forward, softmax_loss


class TwoLayerNet:
    def __init__(self, input_size, hidden_size, output_size, std=1e-4):
        rng = np.random.default_rng(0)
        sizes = [input_size, hidden_size, output_size]
        self.params = {}
        for i in (1, 2):
            self.params[f"W{i}"] = rng.normal(scale=std, size=sizes[i - 1 : i + 1])
            self.params[f"b{i}"] = np.zeros(sizes[i])
        self.rng = rng

    def loss(self, X, y=None, reg=0.0):
        p = self.params
        h, c1 = affine_forward(X, p["W1"], p["b1"])
        a, cr = relu_forward(h)
        scores, c2 = affine_forward(a, p["W2"], p["b2"])
        if y is None:
            return scores
        loss, d = softmax_loss(scores, y)
        grads = {}
        d, grads["W2"], grads["b2"] = affine_backward(d, c2)
        _, grads["W1"], grads["b1"] = affine_backward(relu_backward(d, cr), c1)
        for k in ("W1", "W2"):
            loss = loss + reg * np.vdot(p[k], p[k])
            grads[k] = grads[k] + 2 * reg * p[k]
        return loss, grads

    def train(self, X, y, X_val, y_val, learning_rate=1e-3, learning_rate_decay=0.95, reg=5e-6, num_iters=100, batch_size=200, verbose=False):
        losses, train_acc, val_acc, order = [], [], [], np.array([], dtype=int)
        for _ in range(num_iters):
            if len(order) < batch_size:  # a new epoch, in a new order
                order = self.rng.permutation(len(X))
                if losses:
                    train_acc.append(np.mean(self.predict(batch[0]) == batch[1]))
                    val_acc.append(np.mean(self.predict(X_val) == y_val))
                    learning_rate = learning_rate * learning_rate_decay
            rows, order = order[:batch_size], order[batch_size:]
            batch = X[rows], y[rows]
            loss, grads = self.loss(*batch, reg)
            self.params = {k: self.params[k] - learning_rate * grads[k] for k in self.params}
            losses.append(loss)
        return {"loss_history": losses, "train_acc_history": train_acc, "val_acc_history": val_acc}

    def predict(self, X):
        return np.array([np.argmax(row) for row in self.loss(X)])
