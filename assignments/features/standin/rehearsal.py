"""What the judges put beside a submission: functions of pictures, and a classifier that learns nothing."""

import numpy as np


def named(name):
    """One of the functions and classes below."""
    return globals()[name]


def grey(rgb):
    return np.einsum("...c,c->...", np.asarray(rgb, dtype=float), [0.299, 0.587, 0.114])


def counts(im):
    """Whole numbers: of bright and of dark pixels."""
    bright = int((np.asarray(im) > 127).sum())
    return np.array([bright, np.size(im) - bright])


def means(im):
    return np.asarray(im, dtype=float).mean(axis=(0, 1))


def diagonal(im):
    return np.asarray(im, dtype=float)[np.arange(4), np.arange(4), 0]


class Pupil:
    """Is right on the rows that its numbers say: columns of F are a draw, the true label, and 1 for validation."""

    def __init__(self, number, seen, unseen):
        self.number, self.skills, self.lessons = number, (seen, unseen), []

    def train(self, F, y):
        self.lessons.append((len(F), float(F[:, 2].sum())))

    def predict(self, F):
        if not self.lessons:
            raise RuntimeError("this classifier has not been trained")
        label = F[:, 1].astype(int)
        return np.where(F[:, 0] < np.where(F[:, 2] > 0, self.skills[1], self.skills[0]), label, 3 - label)
