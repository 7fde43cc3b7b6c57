"""Handwritten digits for the generative models: real MNIST where it is there, scikit-learn's small set elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from utils.data.bundled import digits

__all__ = ["Handwriting", "handwriting"]

#: Pictures of the small set that are kept for testing.
TEST = 297


@dataclass(frozen=True)
class Handwriting:
    """Handwritten digits in two parts, and how to look at them.

    Attributes
    ----------
    name : {"digits", "mnist"}
    side : int
        A picture has side × side pixels: 8 or 28.
    X_train, X_test : ndarray, shape (n, side²), float32
        One picture a row, pixels row by row, from 0 (paper) to 1 (ink).
    y_train, y_test : ndarray, shape (n,), int64
        The digit, 0…9.
    """

    name: str
    side: int
    X_train: np.ndarray
    y_train: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray

    def pictures(self, X) -> np.ndarray:
        """Rows of pixels, shape (n, side²), array or tensor, as pictures of shape (n, side, side) within 0…1."""
        X = X.detach().cpu().numpy() if hasattr(X, "detach") else np.asarray(X)
        return np.clip(X.reshape(-1, self.side, self.side), 0, 1)


def handwriting(name: str = "auto") -> Handwriting:
    """Handwritten digits for training and testing.

    Parameters
    ----------
    name : {"auto", "digits", "mnist"}
        "digits" are 1,797 pictures of 8 × 8 pixels, 1,500 of them for training, in an order drawn once with a fixed
        seed (the set's own order goes writer by writer). "mnist" are 70,000 of 28 × 28, the published 60,000 for
        training. "auto" is MNIST where it is there.

    Raises
    ------
    ValueError
        An unknown name.
    DataError
        MNIST was asked for, or is there, and a file of it is missing or broken.
    """
    if name not in ("auto", "digits", "mnist"):
        raise ValueError(f"handwriting: the name is 'auto', 'digits' or 'mnist', found {name!r}")
    if name != "digits":
        from utils.data import real  # only here: the small set does not depend on what finds and reads the real one
    if name == "auto":
        name = "mnist" if real.is_there("mnist") else "digits"
    if name == "digits":
        table = digits()
        order = np.random.default_rng(0).permutation(len(table.X))
        X, y = (table.X[order] / 16).astype(np.float32), table.y[order]
        return Handwriting(name, 8, X[:-TEST], y[:-TEST], X[-TEST:], y[-TEST:])
    (X, y), (X_test, y_test) = real.mnist()
    return Handwriting(name, 28, _rows(X), y, _rows(X_test), y_test)


def _rows(pictures: np.ndarray) -> np.ndarray:
    return pictures.reshape(len(pictures), -1).astype(np.float32) / 255
