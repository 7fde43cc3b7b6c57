"""One set of labelled pictures for chapters that run on real data where it is there and on drawn data elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from utils.data.shapes import CLASS_NAMES, shapes32_splits

__all__ = ["ImageSet", "images"]


@dataclass(frozen=True)
class ImageSet:
    """Labelled pictures in three parts: `X_…` (n, 32, 32, 3) or, for MNIST, (n, 28, 28), uint8; `y_…` (n,) int64."""

    name: str
    class_names: tuple[str, ...]
    X_train: np.ndarray
    y_train: np.ndarray
    X_val: np.ndarray
    y_val: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray


def images(
    name: str = "auto", *, num_train: int = 10_000, num_val: int = 1_000, num_test: int = 1_000, seed: int = 0
) -> ImageSet:
    """Pictures for training, validation and testing.

    Parameters
    ----------
    name : {"auto", "cifar10", "mnist", "shapes32"}
        "auto" is CIFAR-10 where its folder is there, `shapes32` elsewhere.
    num_train, num_val, num_test : int
        Sizes. Of a real set the first `num_train` training pictures are for training, the next `num_val` for
        validation, and the first `num_test` test pictures for testing, as is customary.
    seed : int
        Of `shapes32`.

    Raises
    ------
    ValueError
        An unknown name, or more pictures than there are.
    DataError
        The real set that was asked for is missing or broken; or, with "auto", CIFAR-10 is there but broken, or
        DATA_ROOT names a folder that does not exist.
    """
    if name not in ("auto", "cifar10", "mnist", "shapes32"):
        raise ValueError(f"images: the name is 'auto', 'cifar10', 'mnist' or 'shapes32', found {name!r}")
    if name != "shapes32":
        from utils.data import real  # only here: drawn pictures do not depend on what finds and reads real ones
    if name == "auto":
        name = "cifar10" if real.is_there("cifar10") else "shapes32"
    if name == "shapes32":
        return ImageSet(name, CLASS_NAMES, **shapes32_splits(num_train, num_val, num_test, seed=seed))
    (X, y), (X_test, y_test) = real.cifar10() if name == "cifar10" else real.mnist()
    if min(num_train, num_val, num_test) < 1 or num_train + num_val > len(X) or num_test > len(X_test):
        raise ValueError(
            f"images: {name} has {len(X)} pictures for training and validation and {len(X_test)} for testing; "
            f"found num_train={num_train}, num_val={num_val}, num_test={num_test}"
        )
    train, val = slice(0, num_train), slice(num_train, num_train + num_val)
    names = real.CIFAR10_NAMES if name == "cifar10" else tuple("0123456789")
    # copies, so that the whole set need not stay in memory
    parts = (array.copy() for array in (X[train], y[train], X[val], y[val], X_test[:num_test], y_test[:num_test]))
    return ImageSet(name, names, *parts)
