"""What the judges of this assignment expect, computed by other means than the solution: SciPy's distances."""

import numpy as np
from scipy.spatial.distance import cdist, euclidean


def distances(A, B):
    """Euclidean distances between the rows of A and of B."""
    return cdist(A, B)


def distances_of_pairs(A, B):
    """Euclidean distance of each row of A from the row of B in the same place."""
    return np.array([euclidean(a, b) for a, b in zip(A, B, strict=True)])


def other_distances(A, B):
    """What typical mistakes give: squared distances, city-block distances, distances that forget the last feature."""
    return cdist(A, B, "sqeuclidean"), cdist(A, B, "cityblock"), cdist(A[:, :-1], B[:, :-1])


def labels(dists, y, k):
    """The commonest label among the k nearest; the smallest where several are equally common."""
    nearest = y[np.argsort(dists, axis=1, kind="stable")[:, :k]]
    counts = np.stack([(nearest == label).sum(axis=1) for label in range(y.max() + 1)], axis=1)
    return counts.argmax(axis=1)


def other_labels(dists, y, k):
    """What typical mistakes give: the farthest vote, the single nearest one, a number of the row, the median label."""
    order = np.argsort(dists, axis=1, kind="stable")
    return (
        labels(-dists, y, k),
        y[order[:, 0]],
        order[:, 0],
        labels(dists, y, k + 1),
        labels(dists, y, max(k - 1, 1)),
        np.sort(y[order[:, :k]], axis=1)[:, k // 2],
    )


def folds(X, y, k_choices, num_folds):
    """Accuracies, shape (len(k_choices), num_folds): each part is validated on while the others train."""
    return _accuracies(X, y, k_choices, num_folds, lambda parts, fold: parts != fold)


def other_folds(X, y, k_choices, num_folds):
    """What typical mistakes give: training on everything; on the part itself; validation on a neighbouring part."""
    everything = _accuracies(X, y, k_choices, num_folds, lambda parts, fold: parts >= 0)
    itself = _accuracies(X, y, k_choices, num_folds, lambda parts, fold: parts == fold)
    shifted = _accuracies(X, y, k_choices, num_folds, lambda parts, fold: parts != (fold + 1) % num_folds)
    last = _accuracies(X, y, k_choices, num_folds, lambda parts, fold: (parts != fold) & (parts != num_folds - 1))
    return everything, itself, shifted, last


def _accuracies(X, y, k_choices, num_folds, trains_on):
    parts = np.repeat(np.arange(num_folds), [len(part) for part in np.array_split(y, num_folds)])
    found = np.zeros((len(k_choices), num_folds))
    for fold in range(num_folds):
        training, validation = trains_on(parts, fold), parts == fold
        dists = distances(X[validation], X[training])
        for row, k in enumerate(k_choices):
            found[row, fold] = (labels(dists, y[training], int(k)) == y[validation]).mean()
    return found
