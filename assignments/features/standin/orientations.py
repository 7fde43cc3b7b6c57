"""Takes the place of the submission's own where what builds on it is judged by itself."""

import numpy as np
from scipy.ndimage import correlate1d


def gradients(image):
    image = np.asarray(image, dtype=float)
    return tuple(correlate1d(image, [0, -1, 1], axis=axis, mode="nearest") for axis in (1, 0))


def cell_histograms(gx, gy, cell=8, bins=9):
    turned = np.angle(-((gx + 1j * gy) ** 2)) % (2 * np.pi)  # squaring makes opposite directions one
    place = [index.ravel() for index in np.indices(gx.shape)]
    cells = [size // cell for size in gx.shape]
    limits = [(0, size) for size in gx.shape] + [(0, 2 * np.pi)]
    sums, _ = np.histogramdd(
        [*place, turned.ravel()], (*cells, bins), limits, weights=np.abs(gx + 1j * gy).ravel() / cell**2
    )
    return sums
