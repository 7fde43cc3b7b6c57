import numpy as np
from k_nearest_neighbor import KNearestNeighbor


def accuracy(X, y, part, k):
    classifier = KNearestNeighbor()
    classifier.train(np.delete(X, part, axis=0), np.delete(y, part))
    return np.mean(classifier.predict(X[part], k=k) == y[part])


def cross_validate(X, y, k_choices, num_folds=5):
    parts = np.array_split(np.arange(len(y)), num_folds)
    return {k: [accuracy(X, y, part, k) for part in parts] for k in k_choices}
