from neural_net import TwoLayerNet


def search(X_train, y_train, X_val, y_val, settings):
    tried = []
    for number, setting in enumerate(settings):
        rest = {**setting}
        hidden = rest.pop("hidden_size")
        net = TwoLayerNet(X_train.shape[1], hidden, len(set(y_train.tolist())))
        net.train(X_train, y_train, X_val, y_val, **rest)
        guesses = net.predict(X_val)
        tried.append((sum(g == label for g, label in zip(guesses, y_val, strict=True)) / len(y_val), -number, net))
    return max(tried, key=lambda entry: entry[:2])[2], [accuracy for accuracy, *_ in tried]


def good_setting():
    setting = {"hidden_size": 120, "learning_rate": 0.01, "learning_rate_decay": 0.95}
    return setting | {"num_iters": 1000, "reg": 0.15, "batch_size": 150}
