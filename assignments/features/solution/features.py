"""Assignment features: numbers that say what a picture looks like, better than its pixels do.

A picture has the shape (H, W, 3), red, green and blue, from 0 to 255, of the type uint8 or of floating-point numbers.
"""

import matplotlib.colors
import numpy as np
from orientations import cell_histograms, gradients


def rgb2gray(rgb):
    """Brightness of each pixel, shape (H, W): 0.299 red + 0.587 green + 0.114 blue."""
    gray = None
    # TODO (q1): fill gray. A product of matrices does it: what are the shapes?
    # BEGIN SOLUTION
    gray = rgb @ np.array([0.299, 0.587, 0.114])
    # END SOLUTION
    return gray


def color_histogram_hsv(im, nbin=10, xmin=0, xmax=255, normalized=True):
    """Histogram of the hues of a picture, shape (nbin,): for each bin the share of the pixels whose hue lies in it.

    matplotlib.colors.rgb_to_hsv takes colours from 0 to 1 and returns hue, saturation and value from 0 to 1. The bins
    are of equal width and cover the hues from 0 to 1, scaled to xmin … xmax (0 … 255, as the pixels are). With
    normalized=False the numbers of pixels are returned instead of their shares (not judged).
    """
    imhist = None
    # TODO (q1): fill imhist. np.histogram counts.
    # BEGIN SOLUTION
    hue = xmax * matplotlib.colors.rgb_to_hsv(im / xmax)[:, :, 0]
    imhist, _ = np.histogram(hue, bins=nbin, range=(xmin, xmax))
    if normalized:
        imhist = imhist / hue.size
    # END SOLUTION
    return imhist


def hog_feature(im):
    """Histogram of oriented gradients of a picture: the histograms of all its cells of 8 × 8 pixels, 9 bins each.

    The picture is made grey first. Returns an array with one axis; for 32 × 32 pixels it has 4 · 4 · 9 = 144 entries.
    The 9 entries of a cell stand side by side; the cells may follow each other row by row or column by column.
    """
    feature = None
    # TODO (q3): fill feature with the help of rgb2gray, gradients and cell_histograms.
    # BEGIN SOLUTION
    gx, gy = gradients(rgb2gray(im))
    feature = cell_histograms(gx, gy).ravel()
    # END SOLUTION
    return feature


def extract_features(imgs, feature_fns, verbose=False):
    """Several features of many pictures: one row a picture.

    imgs has the shape (N, H, W, C). feature_fns is a list of functions; each takes one picture (H, W, C) and returns an
    array with one axis, of the length F_1, F_2 … Returns an array of floating-point numbers, shape
    (N, F_1 + F_2 + …), with the features in the order of feature_fns. If verbose, progress may be printed.
    """
    features = None
    # TODO (q4): fill features. How many columns there are, you know when the first picture is done.
    # BEGIN SOLUTION
    rows = []
    for i, im in enumerate(imgs):
        rows.append(np.concatenate([feature_fn(im) for feature_fn in feature_fns]))
        if verbose and (i + 1) % 1000 == 0:
            print(f"{i + 1} of {len(imgs)} pictures")
    features = np.array(rows, dtype=float)
    # END SOLUTION
    return features
