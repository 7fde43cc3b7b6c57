import numpy as np

import linear_svm


class LinearClassifier:
    W = None

    def train(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
        generator = np.random.default_rng(7)
        if self.W is None:
            self.W = generator.normal(scale=1e-3, size=(X.shape[1], y.max() + 1))
        losses = np.zeros(num_iters)
        for step in range(num_iters):
            batch = generator.permutation(len(X))[:batch_size]
            losses[step], slope = self.loss(X[batch], y[batch], reg)
            self.W -= learning_rate * slope
        return losses.tolist()

    def predict(self, X):
        return np.einsum("nd,dc->nc", X, self.W).argmax(axis=-1)


class LinearSVM(LinearClassifier):
    def loss(self, X_batch, y_batch, reg):
        return linear_svm.svm_loss_vectorized(self.W, X_batch, y_batch, reg)
