"""What the judges of this assignment expect, computed by other means than the solution: pixel by pixel."""

import cmath
import colorsys
import math

import numpy as np
from scipy.stats import zmap

WEIGHTS = (0.299, 0.587, 0.114)


def grey(picture, weights=WEIGHTS):
    """Weighted sum of the three colours."""
    return np.array(
        [[math.fsum(w * float(c) for w, c in zip(weights, p, strict=True)) for p in row] for row in picture]
    )


def other_greys(picture):
    """What is accepted, too: the blue weight of CS231n's own file. Then mistakes: plain mean, blue first, the sum."""
    return tuple(
        grey(picture, weights) for weights in ((0.299, 0.587, 0.144), (1 / 3,) * 3, WEIGHTS[::-1], (1, 1, 1), (1, 0, 0))
    )


def hues(picture, bins):
    """Share of the pixels in each range of hues."""
    return _shares(_hsv(picture)[:, 0], bins)


def other_hues(picture, bins):
    """What mistakes give: numbers, a density, saturation, value, bins between extremes, blue first, too few bins."""
    hsv, mirrored = _hsv(picture), _hsv(np.asarray(picture)[:, :, ::-1])
    shares = hues(picture, bins)
    lowest, highest = hsv[:, 0].min(), hsv[:, 0].max()
    return (
        shares * len(hsv),
        shares * bins / 255,
        shares * bins,
        _shares(hsv[:, 1], bins),
        _shares(hsv[:, 2], bins),
        _shares((hsv[:, 0] - lowest) / (highest - lowest), bins),
        _shares(mirrored[:, 0], bins),
        shares * len(hsv) * 255 / bins,
    )


def _hsv(picture):
    return np.array([colorsys.rgb_to_hsv(*(float(c) / 255 for c in p)) for row in picture for p in row])


def _shares(values, bins):
    places = [min(int(value * bins), bins - 1) for value in values]
    return np.array([places.count(b) / len(places) for b in range(bins)])


def slopes(image):
    """gx and gy, stacked: shape (2, H, W)."""
    image = np.asarray(image, dtype=float)
    padded = np.pad(image, ((0, 1), (0, 1)), mode="edge")
    return np.stack([padded[:-1, 1:] - image, padded[1:, :-1] - image])


def other_slopes(image):
    """What mistakes give: exchanged, the neighbour before, halves of both, around the border, bytes that wrap."""
    image = np.asarray(image)
    exact = image.astype(float)
    padded = np.pad(exact, ((1, 0), (1, 0)), mode="edge")
    wrapped = np.stack([np.roll(exact, -1, axis=1) - exact, np.roll(exact, -1, axis=0) - exact])
    return (
        slopes(image)[::-1],
        np.stack([exact - padded[1:, :-1], exact - padded[:-1, 1:]]),
        np.stack(np.gradient(exact)[::-1]),
        wrapped,
        np.abs(slopes(image)),
        slopes(image) % 256,
    )


def histograms(gx, gy, cell, bins):
    """Lengths of gradients by cell and direction of the edge, divided by the pixels of a cell."""
    return _histograms(gx, gy, cell, bins, lambda z: (cmath.phase(z) + math.pi / 2) % math.pi / math.pi)


def other_histograms(gx, gy, cell, bins):
    """What mistakes give, in the order of `questions.HISTOGRAM_HINTS`."""
    right = histograms(gx, gy, cell, bins)
    around = _histograms(gx, gy, cell, bins, lambda z: (cmath.phase(z) + math.pi / 2) % (2 * math.pi) / (2 * math.pi))
    gradient = _histograms(gx, gy, cell, bins, lambda z: cmath.phase(z) % math.pi / math.pi)
    mirrored = _histograms(gy, gx, cell, bins, lambda z: (cmath.phase(z) + math.pi / 2) % math.pi / math.pi)
    half = gx > 0
    one_side = histograms(gx * half, gy * half, cell, bins)
    length = np.hypot(gx, gy)
    safe = np.where(length > 0, length, 1)
    counts = histograms(gx / safe, gy / safe, cell, bins)
    squares = histograms(gx * length, gy * length, cell, bins)
    sums = (np.abs(gx) + np.abs(gy)) / safe
    taxi = histograms(gx * sums, gy * sums, cell, bins)
    total = right.sum(axis=-1, keepdims=True)
    turned = right.transpose(1, 0, 2)
    return (
        right * cell**2,
        around,
        gradient,
        mirrored,
        one_side,
        counts,
        squares,
        taxi,
        right / np.where(total > 0, total, 1),
        turned.reshape(right.shape),
    )


def _histograms(gx, gy, cell, bins, place):
    rows, columns = np.shape(gx)
    found = np.zeros((rows // cell, columns // cell, bins))
    for i in range(rows):
        for j in range(columns):
            z = complex(gx[i, j], gy[i, j])
            found[i // cell, j // cell, min(int(place(z) * bins), bins - 1)] += abs(z) / cell**2
    return found


def hog(picture):
    """Histograms of the cells of 8 × 8 pixels, 9 bins each, shape (rows, columns, 9)."""
    return histograms(*slopes(grey(picture)), 8, 9)


def other_hogs(picture):
    """What mistakes give, as arrays like that of `hog`: sums, one colour each, pictures from 0 to 1, each cell to 1."""
    right = hog(picture)
    red, green = (histograms(*slopes(np.asarray(picture, dtype=float)[:, :, c]), 8, 9) for c in (0, 1))
    length = np.sqrt((right**2).sum(axis=-1, keepdims=True))
    return (
        right * 64,
        red,
        green,
        right / 255,
        right / right.sum(axis=-1, keepdims=True),
        right / length,
        right / np.sqrt((right**2).sum()),
        histograms(*slopes(grey(picture))[::-1], 8, 9),
        histograms(*slopes(grey(picture)), 8, 9)[..., ::-1],
    )


def scaled(F, F_train):
    """The columns of F by the mean and the standard deviation of those of F_train."""
    return zmap(F, F_train, axis=0)


def other_scaled(F, F_train, everything):
    """What mistakes give: own statistics, those of all sets, only moved, only scaled, variance, one mean, to 0 … 1."""
    low, high = F_train.min(axis=0), F_train.max(axis=0)
    return (
        zmap(F, F, axis=0),
        zmap(F, everything, axis=0),
        F - F_train.mean(axis=0),
        F / F_train.std(axis=0),
        (F - F_train.mean(axis=0)) / F_train.var(axis=0),
        zmap(F, F_train, axis=None),
        zmap(F, F_train, axis=0, ddof=1),
        (F - low) / (high - low),
        F,
    )
