from __future__ import print_function

from builtins import object, range

import numpy as np
from past.builtins import xrange


class KNearestNeighbor(object):
    """a kNN classifier with L2 distance"""

    def __init__(self):
        pass

    def train(self, X, y):
        self.X_train = X
        self.y_train = y

    def predict(self, X, k=1, num_loops=0):
        if num_loops == 0:
            dists = self.compute_distances_no_loops(X)
        elif num_loops == 1:
            dists = self.compute_distances_one_loop(X)
        else:
            dists = self.compute_distances_two_loops(X)
        return self.predict_labels(dists, k=k)

    def compute_distances_two_loops(self, X):
        num_test, num_train = X.shape[0], self.X_train.shape[0]
        dists = np.zeros((num_test, num_train))
        for i in xrange(num_test):
            for j in range(num_train):
                dists[i][j] = np.sqrt(np.sum(np.square(self.X_train[j, :] - X[i, :])))
        return dists

    def compute_distances_one_loop(self, X):
        num_test, num_train = X.shape[0], self.X_train.shape[0]
        dists = np.zeros((num_test, num_train))
        for i in range(num_test):
            dists[i, :] = np.sqrt(np.sum(np.square(self.X_train - X[i, :]), axis=1))
        return dists

    def compute_distances_no_loops(self, X):
        test_sum = np.sum(np.square(X), axis=1, keepdims=True)
        train_sum = np.sum(np.square(self.X_train), axis=1)
        inner = np.dot(X, self.X_train.T)
        return np.sqrt(-2 * inner + test_sum + train_sum)

    def predict_labels(self, dists, k=1):
        num_test = dists.shape[0]
        y_pred = np.zeros(num_test)
        for i in range(num_test):
            closest_y = list(self.y_train[np.argsort(dists[i, :])[0:k]])
            best, count = None, 0
            for label in sorted(set(closest_y)):
                if closest_y.count(label) > count:
                    best, count = label, closest_y.count(label)
            y_pred[i] = best
        return y_pred
