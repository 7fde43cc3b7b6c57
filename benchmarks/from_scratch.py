"""How long the classical chapters' own algorithms take, as a ratio to the library's, side by side in one run.

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


def pairs() -> Iterator[tuple[str, Callable, Callable]]:
    """A name, what the chapter does, what the library does."""
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
