import numpy as np
from cs231n.classifiers import Softmax


def sample_settings(num, learning_rates, regs, seed=0):
    rng = np.random.RandomState(seed)
    lr = 10 ** rng.uniform(np.log10(learning_rates[0]), np.log10(learning_rates[1]), num)
    reg = 10 ** rng.uniform(np.log10(regs[0]), np.log10(regs[1]), num)
    return list(zip(lr, reg))


def random_search(X_train, y_train, X_val, y_val, settings, num_iters=100, progress=list):
    results = {}
    best_val = -1
    best_softmax = None
    for lr, reg in settings:
        softmax = Softmax()
        softmax.train(X_train, y_train, learning_rate=lr, reg=reg, num_iters=num_iters, verbose=True)
        train_accuracy = np.mean(y_train == softmax.predict(X_train))
        val_accuracy = np.mean(y_val == softmax.predict(X_val))
        results[(lr, reg)] = (train_accuracy, val_accuracy)
        if val_accuracy > best_val:
            best_val = val_accuracy
            best_softmax = softmax
    return results, best_softmax


def best_classifier(X_train, y_train, X_val, y_val):
    settings = [(1e-6, 3e3), (2e-6, 1e3), (2e-6, 2e3)]
    return random_search(X_train, y_train, X_val, y_val, settings, num_iters=500)[1]
