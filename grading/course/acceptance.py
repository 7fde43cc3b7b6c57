"""What an assignment's solution obtains on real pictures, at the settings that CS231n published."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from grading.importing import importable
from utils.data import images

__all__ = ["cs231n_accuracies", "drawing_as_in_cs231n"]


@contextmanager
def drawing_as_in_cs231n(seed: int) -> Iterator[None]:
    """Within the block NumPy's global generator, from which solutions draw as CS231n's do, has this seed."""
    state = np.random.get_state()  # noqa: NPY002
    np.random.seed(seed)  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(state)  # noqa: NPY002


def cs231n_accuracies(solution: Path, classifier: str, seed: int = 231) -> dict[str, float]:
    """Accuracies of a linear classifier on 49,000 training, 1,000 validation and 1,000 test pictures of CIFAR-10.

    1500 steps of 200 pictures, learning rate 1e-7, reg 2.5e4; the mean picture is subtracted and a 1 appended.

    Parameters
    ----------
    solution : Path
        The folder with `linear_classifier.py`.
    classifier : str
        The name of the class in it.
    """
    data = images("cifar10", num_train=49_000, num_val=1_000, num_test=1_000)
    mean = data.X_train.reshape(49_000, -1).mean(axis=0)
    X = {part: _rows(getattr(data, f"X_{part}"), mean) for part in ("train", "val", "test")}
    with importable(solution), drawing_as_in_cs231n(seed):
        learner = getattr(importlib.import_module("linear_classifier"), classifier)()
        learner.train(X["train"], data.y_train, learning_rate=1e-7, reg=2.5e4, num_iters=1500)
        return {part: float(np.mean(learner.predict(X[part]) == getattr(data, f"y_{part}"))) for part in X}


def _rows(pictures: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """One row a picture, as float32 to save memory."""
    rows = np.ones((len(pictures), mean.size + 1), dtype=np.float32)
    np.subtract(pictures.reshape(len(pictures), -1), mean, out=rows[:, :-1], casting="same_kind")
    return rows
