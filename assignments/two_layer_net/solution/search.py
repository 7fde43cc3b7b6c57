"""Assignment two_layer_net: the settings of a net, found by validation. Our addition to CS231n's interfaces."""

import numpy as np
from neural_net import TwoLayerNet


def search(X_train, y_train, X_val, y_val, settings):
    """Train a net with each of the settings and keep the one that is best in validation.

    X_train (N, D), y_train (N,), X_val (n, D), y_val (n,). settings is a list of dicts. A dict has the key hidden_size;
    whatever else is in it are keyword arguments of TwoLayerNet.train (learning_rate, reg, num_iters …). The dicts stay
    as they are. The net has as many inputs as X_train has columns, and a class for each label from 0 to the largest.

    Returns (best_net, accuracies): the trained net, and a list with the accuracy in validation of each setting, in
    the order of settings. Where several are equally good, the first is kept.
    """
    best_net, accuracies = None, []
    # TODO (q6): for each of the settings make a new net, train it, and let it predict the labels of X_val.
    # BEGIN SOLUTION
    for setting in settings:
        how = dict(setting)
        net = TwoLayerNet(X_train.shape[1], how.pop("hidden_size"), int(y_train.max()) + 1)
        net.train(X_train, y_train, X_val, y_val, **how)
        accuracies.append(np.mean(net.predict(X_val) == y_val))
        if accuracies[-1] == max(accuracies) and accuracies.count(accuracies[-1]) == 1:
            best_net = net
    # END SOLUTION
    return best_net, accuracies


def good_setting():
    """The setting that your search found, as a dict like those that `search` takes.

    With it a net is trained on small pictures (8 × 8 × 3, the mean picture subtracted) and tested on pictures that
    neither you nor the net have seen. hidden_size is at most 200, num_iters at most 4,000, num_iters * batch_size
    at most 400,000.
    """
    setting = {}
    # TODO (q6): put in what you found: hidden_size, learning_rate, learning_rate_decay, reg, num_iters, batch_size.
    # BEGIN SOLUTION
    setting = {
        "hidden_size": 100,
        "learning_rate": 1e-2,
        "learning_rate_decay": 0.95,
        "reg": 0.2,
        "num_iters": 800,
        "batch_size": 200,
    }
    # END SOLUTION
    return setting
