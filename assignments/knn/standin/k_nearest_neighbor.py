"""A classifier that takes the place of the submission's own where cross-validation is judged by itself."""

import numpy as np
from scipy.spatial import cKDTree, distance_matrix
from scipy.stats import mode


class KNearestNeighbor:
    def train(self, X, y):
        self.X_train, self.y_train = np.asarray(X), np.asarray(y)
        self.tree = cKDTree(self.X_train)

    def predict(self, X, k=1, num_loops=0):
        _, rows = self.tree.query(X, k=[*range(1, k + 1)])
        return mode(self.y_train[rows], axis=1).mode

    def compute_distances_no_loops(self, X):
        return distance_matrix(X, self.X_train)

    compute_distances_one_loop = compute_distances_two_loops = compute_distances_no_loops

    def predict_labels(self, dists, k=1):
        return mode(self.y_train[np.argsort(dists, axis=1, kind="stable")[:, :k]], axis=1).mode
