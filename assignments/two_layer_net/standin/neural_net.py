"""Takes the place of the submission's net where the search is judged by itself: it only pretends to learn.

How often it is right is what its settings say: `learning_rate` is the share in training, `reg` in validation. The
columns of its data are the label, a number between 0 and 1, and whether the row is for validation.
"""

import numpy as np


class TwoLayerNet:
    def __init__(self, input_size, hidden_size, output_size, std=1e-4):
        self.sizes, self.std, self.skills = (input_size, hidden_size, output_size), std, (0.0, 0.0)

    def train(self, X, y, X_val, y_val, learning_rate=1e-3, learning_rate_decay=0.95, reg=5e-6, num_iters=100,
              batch_size=200, verbose=False):  # fmt: skip
        self.skills = (learning_rate, reg)
        history = {"train_acc_history": [learning_rate / 2], "val_acc_history": [reg / 2]}
        return {"loss_history": [1.0] * num_iters} | history

    def predict(self, X):
        right = X[:, 1] < np.where(X[:, 2] > 0, self.skills[1], self.skills[0])
        return np.where(right, X[:, 0], (X[:, 0] + 1) % self.sizes[2]).astype(int)
