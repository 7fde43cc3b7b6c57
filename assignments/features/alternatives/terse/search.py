import numpy as np
from classifiers import LinearClassifier, TwoLayerNet


def fitted(make, setting, F, y):
    classifier = make(**setting)
    classifier.train(F, y)
    return classifier


def search(make, settings, F_train, y_train, F_val, y_val, progress=list):
    all_of_them = [fitted(make, s, F_train, y_train) for s in progress(settings)]
    accuracies = [float(np.mean(c.predict(F_val) == y_val)) for c in all_of_them]
    best = max(range(len(settings)), key=accuracies.__getitem__)
    return [all_of_them[best], settings[best], accuracies]


def linear_on_features(*sets):
    return search(LinearClassifier, [{"learning_rate": .02, "reg": 3e-3}, {"learning_rate": .005}], *sets)[:2]


def net_on_features(*sets):
    grid = [{"hidden_size": h, "learning_rate": .03, "reg": 3e-3} for h in (50, 100, 200)]
    return search(TwoLayerNet, grid, *sets)[:2]
