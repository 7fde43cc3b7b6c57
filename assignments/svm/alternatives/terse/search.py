import copy

import linear_classifier


def grid_search(X_train, y_train, X_val, y_val, learning_rates, regs, num_iters=100, progress=list):
    results, best, top = {}, None, -1.0
    for pair in progress([(a, b) for a in learning_rates for b in regs]):
        svm = linear_classifier.LinearSVM()
        svm.train(X_train, y_train, *pair, num_iters=num_iters, verbose=True)
        results[pair] = sum(svm.predict(X_train) == y_train) / len(y_train), sum(svm.predict(X_val) == y_val) / len(y_val)
        if results[pair][1] > top:
            top, best = results[pair][1], copy.deepcopy(svm)
    return results, best


def best_classifier(X_train, y_train, X_val, y_val):
    return grid_search(X_train, y_train, X_val, y_val, [3e-7], [1e4, 2e4, 3e4], 450)[1]
