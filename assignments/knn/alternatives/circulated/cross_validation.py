import numpy as np
from cs231n.classifiers import KNearestNeighbor


def cross_validate(X, y, k_choices, num_folds=5):
    X_train_folds = np.array_split(X, num_folds)
    y_train_folds = np.array_split(y, num_folds)
    k_to_accuracies = {}
    for k in k_choices:
        for i in range(num_folds):
            train = np.vstack([f for j, f in enumerate(X_train_folds) if j != i])
            labels = np.hstack([f for j, f in enumerate(y_train_folds) if j != i])
            classifier = KNearestNeighbor()
            classifier.train(train, labels)
            y_pred = classifier.predict(X_train_folds[i], k=k, num_loops=0)
            accuracy = float(np.sum(y_pred == y_train_folds[i])) / len(y_train_folds[i])
            k_to_accuracies.setdefault(k, []).append(accuracy)
    return k_to_accuracies
