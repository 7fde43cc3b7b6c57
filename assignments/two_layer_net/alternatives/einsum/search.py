import neural_net
import numpy as np


def _run(X_train, y_train, X_val, y_val, hidden_size, **how):
    net = neural_net.TwoLayerNet(X_train.shape[1], hidden_size, 1 + max(y_train))
    net.train(X_train, y_train, X_val, y_val, **how)
    return net


def search(X_train, y_train, X_val, y_val, settings):
    nets = [_run(X_train, y_train, X_val, y_val, **s) for s in settings]
    accuracies = [float(np.mean(net.predict(X_val) == y_val)) for net in nets]
    return nets[int(np.argmax(accuracies))], accuracies


def good_setting():
    return {"hidden_size": 200, "learning_rate": 0.008, "learning_rate_decay": 0.96, "reg": 0.2, "num_iters": 1000}
