import numpy as np
from cs231n.classifiers.neural_net import TwoLayerNet


def search(X_train, y_train, X_val, y_val, settings):
    best_net, best_val = None, -1
    results = []
    for s in settings:
        net = TwoLayerNet(X_train.shape[1], s["hidden_size"], np.max(y_train) + 1)
        net.train(X_train, y_train, X_val, y_val, **{k: v for k, v in s.items() if k != "hidden_size"})
        val = (net.predict(X_val) == y_val).mean()
        if val > best_val:
            best_val, best_net = val, net
        results.append(val)
    return best_net, results


def good_setting():
    return dict(hidden_size=150, learning_rate=5e-3, learning_rate_decay=0.97, reg=0.1, num_iters=1500, batch_size=200)
