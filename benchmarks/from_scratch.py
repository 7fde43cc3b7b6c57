"""How long the chapters' own algorithms take, as a ratio to the library's, side by side in one run.

    python -m benchmarks.from_scratch [--repeats 5]

Both get the same data, start and stopping rule. Ratios differ between machines; nothing asserts them.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Iterator

import numpy as np

from book.definitions import definitions
from utils.data import breast_cancer, digits, iris

Pairs = Iterator[tuple[str, Callable, Callable]]


def pairs() -> Pairs:
    """A name, what the chapter does, what the library does."""
    yield from classical()
    yield from networks()


def classical() -> Pairs:
    from scipy.optimize import differential_evolution
    from sklearn.cluster import KMeans
    from sklearn.datasets import load_diabetes
    from sklearn.linear_model import Lasso
    from sklearn.mixture import GaussianMixture
    from sklearn.svm import SVC
    from sklearn.tree import DecisionTreeClassifier

    chapter = definitions("chapters/classical/regularization.ipynb")
    A, b = load_diabetes(return_X_y=True)
    A, b = (A - A.mean(axis=0)) / A.std(axis=0), b - b.mean()
    library = Lasso(1.0, fit_intercept=False, tol=1e-12, max_iter=10**6)
    yield (
        "lasso, diabetes",
        lambda: chapter["lasso"](A, b, float(len(b)), tolerance=1e-12),
        lambda: library.fit(A, b),
    )

    chapter = definitions("chapters/classical/svm.ipynb")
    table = digits()
    two = np.isin(table.y, (3, 8))
    X, y = table.X[two] / 16, table.y[two]

    def radial(X, Z, rbf=chapter["rbf"]):
        return rbf(X, Z, 0.5)

    own = chapter["SupportVectorMachine"](radial, C=10.0, tolerance=1e-3)
    yield (
        "support vectors, 3 and 8, radial",
        lambda: own.fit(X, y),
        lambda: SVC(C=10, gamma=0.5, tol=1e-3).fit(X, y),
    )

    grow, cancer = definitions("chapters/classical/decision_tree.ipynb")["grow"], breast_cancer()
    yield (
        "decision tree, breast cancer",
        lambda: grow(cancer.X, cancer.y),
        lambda: DecisionTreeClassifier(random_state=0).fit(cancer.X, cancer.y),
    )

    lloyd, start = definitions("chapters/classical/kmeans.ipynb")["lloyd"], table.X[:10]
    yield (
        "K-means, digits, 10 centres",
        lambda: lloyd(table.X, start),
        lambda: KMeans(10, init=start, n_init=1, tol=0).fit(table.X),
    )

    chapter, flowers = definitions("chapters/classical/em.ipynb"), iris().X
    parameters = chapter["start"](flowers, 3, np.random.default_rng(0))
    weights, means, covariances = parameters
    mixture = GaussianMixture(
        3, reg_covar=1e-6, tol=0, max_iter=50, weights_init=weights, means_init=means,
        precisions_init=np.linalg.inv(covariances), random_state=0,
    )  # fmt: skip
    yield (
        "Gaussian mixture, irises, 50 steps",
        lambda: chapter["fit"](flowers, parameters, steps=50, tolerance=-np.inf, ridge=1e-6),
        lambda: mixture.fit(flowers),
    )

    chapter = definitions("chapters/classical/genetic_algorithm.ipynb")
    low, high = np.full(10, -4.2), np.full(10, 5.0)
    yield (
        "genetic algorithm against differential evolution, 7,500 evaluations",
        lambda: chapter["genetic_algorithm"](chapter["rastrigin"], low, high, 7500, np.random.default_rng(0)),
        lambda: differential_evolution(
            lambda columns: chapter["rastrigin"](columns.T), list(zip(low, high, strict=True)), maxiter=49, tol=0,
            polish=False, vectorized=True, updating="deferred", rng=0,
        ),
    )  # fmt: skip


def networks() -> Pairs:
    import torch
    from skimage.feature import hog
    from torch.nn.functional import conv2d, conv_transpose2d

    rng = np.random.default_rng(0)
    x, W = rng.normal(size=(64, 32, 32)), rng.normal(size=(64, 64, 3, 3))
    picture, weights = torch.tensor(x)[None], torch.tensor(W)
    convolve = definitions("chapters/networks/grouped_convolution.ipynb")["convolve"]
    for groups in (1, 4, 64):
        own, theirs = W[:, : 64 // groups], weights[:, : 64 // groups].contiguous()
        yield (
            f"convolution, 64 channels of 32 × 32, {groups} groups",
            lambda own=own, groups=groups: convolve(x, own, groups, padding=1),
            lambda theirs=theirs, groups=groups: conv2d(picture, theirs, padding=1, groups=groups),
        )
    spread = definitions("chapters/networks/transposed_convolution.ipynb")["transposed_convolve"]
    yield (
        "transposed convolution, 64 channels of 32 × 32, stride 2",
        lambda: spread(x, W, stride=2, padding=1),
        lambda: conv_transpose2d(picture, weights, stride=2, padding=1),
    )

    grey = rng.uniform(size=(500, 32, 32))
    own_hog = definitions("chapters/networks/image_features.ipynb")["hog"]
    settings = {"orientations": 9, "pixels_per_cell": (8, 8), "cells_per_block": (2, 2), "block_norm": "L2"}
    yield (
        "HOG, 500 pictures of 32 × 32",
        lambda: own_hog(grey),
        lambda: [hog(each, **settings) for each in grey],
    )

    w, g = rng.normal(size=(2, 10**5))
    adam = definitions("chapters/networks/optimizers.ipynb")["Adam"](0.001)
    parameter = torch.nn.Parameter(torch.tensor(w))
    parameter.grad = torch.tensor(g)
    yield "Adam, a step of 100,000 numbers", lambda: adam.step(w, g), torch.optim.Adam([parameter], lr=0.001).step


def seconds(call: Callable, repeats: int) -> float:
    """Median time of a call, after one that does not count."""
    times = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # the library says that it was told not to stop early
    print(f"{'':68} {'own':>9} {'library':>9} {'ratio':>7}")
    for name, own, library in pairs():
        mine, theirs = seconds(own, options.repeats), seconds(library, options.repeats)
        print(f"{name:68} {1e3 * mine:6.1f} ms {1e3 * theirs:6.1f} ms {mine / theirs:7.2f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
