import numpy as np
from classifiers import LinearClassifier, TwoLayerNet


def search(make, settings, F_train, y_train, F_val, y_val, progress=list):
    models, scores = [], np.zeros(len(settings))
    for i, setting in enumerate(progress(settings)):
        models.append(make(**setting))
        models[-1].train(F_train, y_train)
        scores[i] = (models[-1].predict(F_val) == y_val).sum() / y_val.size
    i = int(scores.argmax())
    return models[i], settings[i], scores


def linear_on_features(F_train, y_train, F_val, y_val):
    setting = dict(learning_rate=0.01, reg=2e-3, epochs=30, batch_size=50)
    model = LinearClassifier(**setting)
    model.train(F_train, y_train)
    return model, setting


def net_on_features(F_train, y_train, F_val, y_val):
    setting = dict(hidden_size=150, learning_rate=0.04, reg=4e-3, epochs=25)
    model = TwoLayerNet(**setting)
    model.train(F_train, y_train)
    return model, setting
