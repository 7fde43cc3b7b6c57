import numpy as np
from cs231n.classifiers import LinearSVM

LEARNING_RATES = [1e-7, 3e-7]
REGS = [2e4, 2.5e4, 3e4]
NUM_ITERS = 400


def grid_search(X_train, y_train, X_val, y_val, learning_rates, regs, num_iters=100, progress=list):
    results = {}
    best_val = -1
    best_svm = None
    for lr in learning_rates:
        for reg in regs:
            svm = LinearSVM()
            svm.train(X_train, y_train, lr, reg, num_iters)
            train_accuracy = np.mean(y_train == svm.predict(X_train))
            val_accuracy = np.mean(y_val == svm.predict(X_val))
            results[(lr, reg)] = (train_accuracy, val_accuracy)
            if val_accuracy > best_val:
                best_val = val_accuracy
                best_svm = svm
    return results, best_svm


def best_classifier(X_train, y_train, X_val, y_val):
    return grid_search(X_train, y_train, X_val, y_val, LEARNING_RATES, REGS, num_iters=NUM_ITERS)[1]
