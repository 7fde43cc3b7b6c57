"""Small real data sets that come inside scikit-learn, and how chapters cut a data set up.

Sources: digits, E. Alpaydin and C. Kaynak (1998); iris, R. A. Fisher (1936); wine, M. Forina et al. (1988); breast
cancer, W. H. Wolberg, W. N. Street and O. L. Mangasarian (1995), all from the UCI repository. The photographs are by
danielbuechele and vultilion on Flickr, CC BY 2.0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Split", "Table", "breast_cancer", "digits", "halves", "iris", "photograph", "split", "wine"]


@dataclass(frozen=True)
class Table:
    """A labelled data set: `X` (n, d) float64, `y` (n,) int64 in 0…C−1, and what columns and classes are called."""

    name: str
    X: np.ndarray
    y: np.ndarray
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]


def digits() -> Table:
    """1,797 handwritten digits of 8 × 8 pixels: X (1797, 64), grey values 0…16, row by row; ten classes."""
    return _table("digits")


def iris() -> Table:
    """150 irises: X (150, 4), lengths and widths of sepal and petal in cm; three species."""
    return _table("iris")


def wine() -> Table:
    """178 wines: X (178, 13), results of a chemical analysis in units of very different size; three growers."""
    return _table("wine")


def breast_cancer() -> Table:
    """569 tumours: X (569, 30), measurements of cell nuclei in pictures; class 0 malignant, class 1 benign."""
    return _table("breast_cancer")


def photograph(name: str) -> np.ndarray:
    """A colour photograph, shape (427, 640, 3) uint8: "china" (a temple) or "flower" (a dahlia).

    Raises ValueError for another name.
    """
    from sklearn.datasets import load_sample_image

    if name not in ("china", "flower"):
        raise ValueError(f"there are two photographs, 'china' and 'flower'; found {name!r}")
    return np.array(load_sample_image(f"{name}.jpg"))


@dataclass(frozen=True)
class Split:
    """Training, validation and test set, disjoint; `mean` and `scale`, shape (d,), undo the standardisation."""

    X_train: np.ndarray
    y_train: np.ndarray
    X_val: np.ndarray
    y_val: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray
    mean: np.ndarray
    scale: np.ndarray


def split(X, y, *, val: float = 0.2, test: float = 0.2, seed: int = 0, standardize: bool = False) -> Split:
    """Cut a labelled data set at random into three parts in which every class has its share.

    Parameters
    ----------
    X : array_like, shape (n, d)
        Finite real numbers; not changed.
    y : array_like, shape (n,)
        Integer labels.
    val, test : float
        Shares of the whole, each ≥ 0, together < 1. In each class they are rounded to whole samples.
    seed : int
        Of the random order.
    standardize : bool
        Subtract the mean and divide by the standard deviation of each column **of the training set**, in all three
        parts. A constant column is only centred.

    Returns
    -------
    Split
        Without standardisation `mean` is 0 and `scale` is 1.

    Raises
    ------
    ValueError
        Wrong shapes, an empty array, NaN or infinity, labels that are not integers, shares that leave nothing to train
        on, or a class so small that one of the parts that were asked for would lack it.
    """
    X, y = np.array(X, dtype=float), np.asarray(y)
    if X.ndim != 2 or X.size == 0:
        raise ValueError(f"X must have shape (n, d) with n, d ≥ 1, found {X.shape}")
    if y.shape != X.shape[:1]:
        raise ValueError(f"y must have shape ({len(X)},), one label a row of X; found {y.shape}")
    if not np.issubdtype(y.dtype, np.integer):
        raise ValueError(f"y must hold integer labels, found {y.dtype}")
    if not np.all(np.isfinite(X)):
        raise ValueError("X holds NaN or infinity")
    if not (val >= 0 and test >= 0 and val + test < 1):
        raise ValueError(f"val and test are shares ≥ 0 with a sum < 1, found {val} and {test}")
    rng = np.random.default_rng(seed)
    parts = ([], [], [])
    for label in np.unique(y):
        members = rng.permutation(np.flatnonzero(y == label))
        counts = [round(share * len(members)) for share in (test, val)]
        rest = len(members) - sum(counts)
        if rest < 1 or any(count == 0 < share for count, share in zip(counts, (test, val), strict=True)):
            raise ValueError(f"class {label} has {len(members)} members, too few for a share in every part")
        for part, piece in zip(parts, np.split(members, np.cumsum(counts)), strict=True):
            part.append(piece)
    test_rows, val_rows, train_rows = (rng.permutation(np.concatenate(part)) for part in parts)
    mean, scale = np.zeros(X.shape[1]), np.ones(X.shape[1])
    if standardize:
        mean, deviation = X[train_rows].mean(axis=0), X[train_rows].std(axis=0)
        scale = np.where(deviation > 1e-12 * np.maximum(1, np.abs(mean)), deviation, 1.0)
    X, y = (X - mean) / scale, y.astype(np.int64)
    train, val_part, test_part = ((X[rows], y[rows]) for rows in (train_rows, val_rows, test_rows))
    return Split(*train, *val_part, *test_part, mean, scale)


def halves(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Two disjoint random halves of the indices 0 … n − 1: to fit, to judge. The first is the smaller if n is odd.

    Raises ValueError when n < 2, which leaves nothing to fit on.
    """
    if n < 2:
        raise ValueError(f"halves: n must be at least 2, found {n}")
    order = np.random.default_rng(seed).permutation(n)
    return order[: n // 2], order[n // 2 :]


def _table(name: str) -> Table:
    from sklearn import datasets

    bunch = getattr(datasets, f"load_{name}")()
    X, y = np.array(bunch.data, dtype=float), np.array(bunch.target, dtype=np.int64)
    return Table(name, X, y, tuple(map(str, bunch.feature_names)), tuple(map(str, bunch.target_names)))
