"""Assignment knn: a k-nearest-neighbour classifier with the Euclidean distance.

Shapes: X_train (num_train, D), y_train (num_train,), X (num_test, D), dists (num_test, num_train).
"""

import numpy as np


class KNearestNeighbor:
    """A k-nearest-neighbour classifier with the Euclidean distance."""

    def train(self, X, y):
        """Remember the training data; that is all the training there is."""
        self.X_train = X
        self.y_train = y

    def predict(self, X, k=1, num_loops=0):
        """Labels, shape (num_test,), of the rows of X by a vote of their k nearest neighbours."""
        if num_loops == 0:
            dists = self.compute_distances_no_loops(X)
        elif num_loops == 1:
            dists = self.compute_distances_one_loop(X)
        elif num_loops == 2:
            dists = self.compute_distances_two_loops(X)
        else:
            raise ValueError(f"num_loops is 0, 1 or 2, found {num_loops}")
        return self.predict_labels(dists, k=k)

    def compute_distances_two_loops(self, X):
        """Distances between each row of X and each training row, one pair at a time."""
        num_test = X.shape[0]
        num_train = self.X_train.shape[0]
        dists = np.zeros((num_test, num_train))
        # TODO (q1): fill dists[i, j] with the Euclidean distance between X[i] and self.X_train[j],
        # with one loop over the test rows and one over the training rows. Do not use np.linalg.norm.
        # BEGIN SOLUTION
        for i in range(num_test):
            for j in range(num_train):
                dists[i, j] = np.sqrt(np.sum((X[i] - self.X_train[j]) ** 2))
        # END SOLUTION
        return dists

    def compute_distances_one_loop(self, X):
        """The same distances, one row of X at a time."""
        num_test = X.shape[0]
        num_train = self.X_train.shape[0]
        dists = np.zeros((num_test, num_train))
        # TODO (q3): fill the row dists[i] at once; the only loop is the one over the test rows.
        # BEGIN SOLUTION
        for i in range(num_test):
            dists[i] = np.sqrt(np.sum((self.X_train - X[i]) ** 2, axis=1))
        # END SOLUTION
        return dists

    def compute_distances_no_loops(self, X):
        """The same distances without any loop, and without an array of shape (num_test, num_train, D)."""
        num_test = X.shape[0]
        num_train = self.X_train.shape[0]
        dists = np.zeros((num_test, num_train))
        # TODO (q4): compute all distances at once. Expand the square of a difference; a matrix product and two
        # broadcast sums are enough.
        # BEGIN SOLUTION
        squares = np.sum(X**2, axis=1)[:, None] + np.sum(self.X_train**2, axis=1) - 2 * X @ self.X_train.T
        dists = np.sqrt(np.maximum(squares, 0))
        # END SOLUTION
        return dists

    def predict_labels(self, dists, k=1):
        """Labels, shape (num_test,): for each row of dists the commonest label among the k nearest.

        Where several labels are equally common the smallest of them is taken.
        """
        num_test = dists.shape[0]
        y_pred = np.zeros(num_test)
        for i in range(num_test):
            # TODO (q2): find the labels of the k training rows nearest to test row i, and the commonest of them.
            # BEGIN SOLUTION
            nearest = self.y_train[np.argsort(dists[i])[:k]]
            y_pred[i] = np.bincount(nearest).argmax()
            # END SOLUTION
        return y_pred
