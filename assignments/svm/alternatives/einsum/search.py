from itertools import product

import numpy as np
from linear_classifier import LinearSVM


def accuracy(model, X, y):
    return float((model.predict(X) == y).mean())


def grid_search(X_train, y_train, X_val, y_val, learning_rates, regs, num_iters=100, progress=list):
    models = {}
    for rate, reg in progress(list(product(learning_rates, regs))):
        models[rate, reg] = LinearSVM()
        models[rate, reg].train(X_train, y_train, learning_rate=rate, reg=reg, num_iters=num_iters)
    results = {k: [accuracy(m, X_train, y_train), accuracy(m, X_val, y_val)] for k, m in models.items()}
    return results, models[max(results, key=lambda pair: results[pair][1])]


def best_classifier(X_train, y_train, X_val, y_val):
    settings = np.array([2.5e-7, 4e-7]), (1e4, 2e4)
    return grid_search(X_train, y_train, X_val, y_val, *settings, num_iters=500)[1]
