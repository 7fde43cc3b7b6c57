import numpy as np
from past.builtins import xrange


def gradients(image):
    im = image.astype('float64')
    gx, gy = np.zeros_like(im), np.zeros_like(im)
    gx[:, :-1] = np.diff(im, n=1, axis=1)
    gy[:-1, :] = np.diff(im, n=1, axis=0)
    return gx, gy


def cell_histograms(gx, gy, cell=8, bins=9):
    mag = np.hypot(gx, gy)
    ori = np.rad2deg(np.arctan2(gy, gx)) + 90
    ori[ori < 0] += 180
    ori[ori >= 180] -= 180
    rows, cols = gx.shape[0] // cell, gx.shape[1] // cell
    hist = np.zeros((rows, cols, bins))
    width = 180.0 / bins
    for r in xrange(rows):
        for c in xrange(cols):
            window = (slice(r * cell, (r + 1) * cell), slice(c * cell, (c + 1) * cell))
            hist[r, c] = np.histogram(ori[window], bins=bins, range=(0, width * bins), weights=mag[window])[0]
    return hist / (cell * cell)
