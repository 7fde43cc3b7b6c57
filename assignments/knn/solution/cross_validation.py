"""Assignment knn: the number of neighbours, chosen by cross-validation."""

import numpy as np
from k_nearest_neighbor import KNearestNeighbor


def cross_validate(X, y, k_choices, num_folds=5):
    """Accuracies of k-nearest-neighbour classifiers in cross-validation.

    X, shape (n, D), and y, shape (n,), are cut into num_folds parts in their given order (np.array_split). Each part
    serves once for validation while the others train.

    Returns a dict: for each k of k_choices the list of its num_folds accuracies, in the order of the parts.
    """
    k_to_accuracies = {}
    # TODO (q5): fill the dict.
    # BEGIN SOLUTION
    X_folds, y_folds = np.array_split(X, num_folds), np.array_split(y, num_folds)
    for k in k_choices:
        k_to_accuracies[k] = []
        for fold in range(num_folds):
            classifier = KNearestNeighbor()
            classifier.train(
                np.concatenate(X_folds[:fold] + X_folds[fold + 1 :]),
                np.concatenate(y_folds[:fold] + y_folds[fold + 1 :]),
            )
            y_pred = classifier.predict(X_folds[fold], k=k)
            k_to_accuracies[k].append(np.mean(y_pred == y_folds[fold]))
    # END SOLUTION
    return k_to_accuracies
