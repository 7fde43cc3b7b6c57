import copy
import math
import random

import linear_classifier


def sample_settings(num, learning_rates, regs, seed=0):
    draw = random.Random(seed)
    log_uniform = lambda a, b: min(b, max(a, a * math.exp(draw.random() * math.log(b / a))))
    return [(log_uniform(*learning_rates), log_uniform(*regs)) for _ in range(num)]


def random_search(X_train, y_train, X_val, y_val, settings, num_iters=100, progress=list):
    results, best, top = {}, None, -1.0
    for pair in progress(settings):
        model = linear_classifier.Softmax()
        model.train(X_train, y_train, *pair, num_iters=num_iters)
        right = [(model.predict(X) == y).mean() for X, y in ((X_train, y_train), (X_val, y_val))]
        results[tuple(pair)] = right
        if right[1] > top:
            top, best = right[1], copy.copy(model)
    return results, best


def best_classifier(X_train, y_train, X_val, y_val):
    return random_search(X_train, y_train, X_val, y_val, [(2.5e-6, 1.5e3)], 600)[1]
