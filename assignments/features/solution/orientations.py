"""Assignment features: the gradients of a grey picture, and histograms of the directions of its edges."""

import numpy as np


def gradients(image):
    """How fast a grey picture changes from each pixel to the next.

    image has the shape (H, W). Returns (gx, gy), both of shape (H, W) and of floating-point numbers: gx is the pixel to
    the right minus this pixel, gy is the pixel below minus this pixel. gx is 0 in the last column, gy in the last row.
    """
    gx, gy = None, None
    # TODO (q2): fill gx and gy with differences of neighbours. Think of pictures of the type uint8, whose differences
    # wrap round below 0.
    # BEGIN SOLUTION
    image = np.asarray(image, dtype=float)
    gx, gy = np.zeros(image.shape), np.zeros(image.shape)
    gx[:, :-1] = image[:, 1:] - image[:, :-1]
    gy[:-1] = image[1:] - image[:-1]
    # END SOLUTION
    return gx, gy


def cell_histograms(gx, gy, cell=8, bins=9):
    """For each cell of cell × cell pixels: how much edge there is in each of `bins` ranges of directions.

    gx and gy have the shape (H, W); H and W are multiples of cell. Returns an array of shape
    (H // cell, W // cell, bins).

    The direction of the edge through a pixel is the angle of its gradient, arctan2(gy, gx), plus 90°, since an edge
    runs at right angles to the gradient. It is folded into [0°, 180°), because an edge has no front and no back. Bin b
    holds the directions from b · 180° / bins up to (b + 1) · 180° / bins, the latter excluded. A pixel adds the length
    of its gradient to the one bin in which its direction lies; the sum is divided by the number of pixels of the cell.
    """
    histograms = None
    # TODO (q2): fill histograms. No loop over the pixels is needed: a loop over the bins is short, and
    # reshape(H // cell, cell, W // cell, cell) gives each cell two axes of its own.
    # BEGIN SOLUTION
    H, W = gx.shape
    length = np.sqrt(gx**2 + gy**2)
    direction = (np.degrees(np.arctan2(gy, gx)) + 90) % 180
    b = np.minimum(direction * bins / 180, bins - 1).astype(int)  # never beyond the last bin, whatever is rounded
    histograms = np.zeros((H // cell, W // cell, bins))
    for i in range(bins):
        parts = np.where(b == i, length, 0).reshape(H // cell, cell, W // cell, cell)
        histograms[:, :, i] = parts.mean(axis=(1, 3))
    # END SOLUTION
    return histograms
