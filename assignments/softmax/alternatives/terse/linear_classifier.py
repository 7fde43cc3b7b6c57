import random

import numpy as np
from softmax import softmax_loss_vectorized


class LinearClassifier:
    def __init__(self):
        self.W = None

    def train(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
        self.W = np.random.normal(0, 0.001, (X.shape[1], len(set(y.tolist())))) if self.W is None else self.W
        history, order = [], []
        while len(history) < num_iters:
            if len(order) < batch_size:
                order = random.sample(range(len(X)), len(X))
            batch, order = order[:batch_size], order[batch_size:]
            loss, slope = self.loss(X[batch], y[batch], reg)
            self.W = self.W - learning_rate * slope
            history += [loss]
        return history

    def predict(self, X):
        return np.array([np.argmax(self.W.T @ x) for x in X])


class Softmax(LinearClassifier):
    def loss(self, X_batch, y_batch, reg):
        return softmax_loss_vectorized(self.W, X_batch, y_batch, reg)
