import numpy as np
from k_nearest_neighbor import KNearestNeighbor


def cross_validate(X, y, k_choices, num_folds=5):
    parts = np.array_split(np.arange(len(X)), num_folds)
    result = {}
    for k in k_choices:
        accuracies = np.empty(num_folds)
        for i, part in enumerate(parts):
            mask = np.ones(len(X), dtype=bool)
            mask[part] = False
            knn = KNearestNeighbor()
            knn.train(X[mask], y[mask])
            accuracies[i] = (knn.predict(X[part], k) == y[part]).mean()
        result[k] = accuracies
    return result
