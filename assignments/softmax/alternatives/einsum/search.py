import numpy as np
from linear_classifier import Softmax


def sample_settings(num, learning_rates, regs, seed=0):
    low, high = np.log2([learning_rates, regs]).T
    return 2.0 ** np.random.default_rng(seed).uniform(low, high, size=(num, 2))


def accuracy(model, X, y):
    return float((model.predict(X) == y).mean())


def random_search(X_train, y_train, X_val, y_val, settings, num_iters=100, progress=list):
    models = {}
    for rate, reg in progress(settings):
        models[rate, reg] = Softmax()
        models[rate, reg].train(X_train, y_train, learning_rate=rate, reg=reg, num_iters=num_iters)
    results = {k: [accuracy(m, X_train, y_train), accuracy(m, X_val, y_val)] for k, m in models.items()}
    return results, models[max(results, key=lambda pair: results[pair][1])]


def best_classifier(X_train, y_train, X_val, y_val):
    settings = sample_settings(4, (1e-6, 4e-6), (8e2, 4e3), seed=3)
    return random_search(X_train, y_train, X_val, y_val, settings, num_iters=400)[1]
