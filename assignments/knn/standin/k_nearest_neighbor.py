"""A classifier that takes the place of the submission's own where cross-validation is judged by itself."""

import numpy as np
from scipy.spatial import cKDTree
from scipy.stats import mode


class KNearestNeighbor:
    def train(self, X, y):
        self.tree, self.labels = cKDTree(X), np.asarray(y)

    def predict(self, X, k=1, num_loops=0):
        _, rows = self.tree.query(X, k=[*range(1, k + 1)])
        return mode(self.labels[rows], axis=1).mode
