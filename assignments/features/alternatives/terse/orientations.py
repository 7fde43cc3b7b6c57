import math

import numpy as np


def gradients(image):
    p = np.pad(image.astype(float), ((0, 1), (0, 1)), mode="edge")
    return p[:-1, 1:] - p[:-1, :-1], p[1:, :-1] - p[:-1, :-1]


def cell_histograms(gx, gy, cell=8, bins=9):
    H, W = gx.shape
    h = np.zeros((H // cell, W // cell, bins))
    for (i, j), x in np.ndenumerate(gx):
        y = gy[i, j]
        angle = math.degrees(math.atan2(y, x)) + 90
        h[i // cell, j // cell, int(angle % 180 // (180 / bins))] += math.hypot(x, y) / cell / cell
    return h
