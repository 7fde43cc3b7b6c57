from classifiers import *
import numpy as np


def search(make, settings, F_train, y_train, F_val, y_val, progress=list):
    best_val, best, best_setting = -1, None, None
    accuracies = []
    for setting in progress(settings):
        model = make(**setting)
        model.train(F_train, y_train)
        val_accuracy = np.mean(y_val == model.predict(F_val))
        accuracies.append(val_accuracy)
        if val_accuracy > best_val:
            best_val, best, best_setting = val_accuracy, model, setting
    return best, best_setting, accuracies


def linear_on_features(F_train, y_train, F_val, y_val):
    settings = []
    for lr in [5e-3, 2e-2]:
        for reg in [1e-3, 5e-3]:
            settings.append({'learning_rate': lr, 'reg': reg, 'epochs': 20})
    return search(LinearClassifier, settings, F_train, y_train, F_val, y_val)[:2]


def net_on_features(F_train, y_train, F_val, y_val):
    settings = [{'hidden_size': 500, 'learning_rate': lr, 'reg': 4e-3, 'epochs': 20} for lr in [2e-2, 5e-2]]
    return search(TwoLayerNet, settings, F_train, y_train, F_val, y_val)[:2]
