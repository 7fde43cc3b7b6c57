"""Assignment features: the settings of a classifier on features, chosen on the validation set."""

import numpy as np
from classifiers import LinearClassifier, TwoLayerNet


def search(make, settings, F_train, y_train, F_val, y_val, progress=list):
    """Train a classifier with each of the settings and keep the one that is best in validation.

    settings is a list of dicts. make(**setting) gives a new classifier, which has train(F, y) and predict(F), as those
    in classifiers.py. progress wraps the list of settings and may show how far the search is, as tqdm does.

    Returns (best, setting, accuracies): the trained classifier, its dict, and a list with the share of right labels on
    the validation set for each of the settings, in their order. Where several are equally good, the first is kept.
    """
    best, best_setting, accuracies = None, None, []
    for setting in progress(settings):
        # TODO (q6): make a classifier, train it, note its accuracy, and keep it if it is the best so far.
        # BEGIN SOLUTION
        classifier = make(**setting)
        classifier.train(F_train, y_train)
        accuracy = np.mean(classifier.predict(F_val) == y_val)
        if best is None or accuracy > max(accuracies):
            best, best_setting = classifier, setting
        accuracies.append(accuracy)
        # END SOLUTION
    return best, best_setting, accuracies


def linear_on_features(F_train, y_train, F_val, y_val):
    """The linear classifier that you would hand in, for standardised features, and its setting as a dict.

    It is judged on pictures that neither you nor it have seen; LinearClassifier(**setting) must do as well.
    """
    settings = []
    # TODO (q6): put in a few dicts that did well in the notebook: learning_rate, reg, epochs …
    # BEGIN SOLUTION
    settings = [{"learning_rate": 0.01, "reg": reg, "epochs": 20} for reg in (1e-3, 1e-2)]
    # END SOLUTION
    best, setting, _ = search(LinearClassifier, settings, F_train, y_train, F_val, y_val)
    return best, setting


def net_on_features(F_train, y_train, F_val, y_val):
    """The two-layer net that you would hand in, for standardised features, and its setting as a dict.

    It is judged on pictures that neither you nor it have seen; TwoLayerNet(**setting) must do as well.
    """
    settings = []
    # TODO (q7): put in a few dicts that did well in the notebook: hidden_size, learning_rate, reg, epochs …
    # BEGIN SOLUTION
    settings = [{"hidden_size": 200, "learning_rate": 0.03, "reg": reg, "epochs": 20} for reg in (3e-3, 6e-3)]
    # END SOLUTION
    best, setting, _ = search(TwoLayerNet, settings, F_train, y_train, F_val, y_val)
    return best, setting
