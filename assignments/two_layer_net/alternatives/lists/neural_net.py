import fc_net
import numpy as np


class TwoLayerNet(fc_net.TwoLayerNet):
    def __init__(self, input_size, hidden_size, output_size, std=1e-4):
        super().__init__(input_size, hidden_size, output_size, std)

    def loss(self, X, y=None, reg=0.0):
        self.reg = 2 * reg  # this variant has no half
        return super().loss(X, y)

    def train(self, X, y, X_val, y_val, learning_rate=1e-3, learning_rate_decay=0.95, reg=5e-6, num_iters=100,
              batch_size=200, verbose=False):  # fmt: skip
        history = {"loss_history": [], "train_acc_history": [], "val_acc_history": []}
        for it in range(num_iters):
            chosen = np.random.permutation(X.shape[0])[:batch_size]
            loss, grads = self.loss(X[chosen], y[chosen], reg=reg)
            for k, g in grads.items():
                self.params[k] = self.params[k] - g * learning_rate
            history["loss_history"] += [loss]
            if it % max(len(X) // batch_size, 1) == 0:
                history["train_acc_history"] += [np.mean(self.predict(X[chosen]) == y[chosen])]
                history["val_acc_history"] += [np.mean(self.predict(X_val) == y_val)]
                learning_rate *= learning_rate_decay
        return history

    def predict(self, X):
        return [int(np.argsort(scores)[-1]) for scores in self.loss(X)]
