"""Pictures on which trained classifiers are judged: CIFAR-10 where it is there, else the drawn set."""

from __future__ import annotations

import numpy as np

from utils.data import images

__all__ = ["rows_with_bias"]


def rows_with_bias(num_train: int = 4000, num_val: int = 1000, num_test: int = 2000) -> tuple[np.ndarray, ...]:
    """Rows with the mean picture subtracted and a 1 appended, and labels: for training, validation, and held out."""
    data = images("auto", num_train=num_train, num_val=num_val, num_test=num_test)
    mean = data.X_train.reshape(num_train, -1).mean(axis=0)

    def rows(pictures):
        flat = pictures.reshape(len(pictures), -1) - mean
        return np.hstack([flat, np.ones((len(flat), 1))]).astype(np.float32)

    return rows(data.X_train), data.y_train, rows(data.X_val), data.y_val, rows(data.X_test), data.y_test
