import numpy as np
from matplotlib.colors import rgb_to_hsv
from orientations import *


def rgb2gray(rgb):
    r, g, b = (rgb[..., c].astype(float) for c in range(3))
    return .299 * r + .587 * g + .114 * b


def color_histogram_hsv(im, nbin=10, xmin=0, xmax=255, normalized=True):
    edges = np.linspace(0, 1, nbin + 1)
    h = rgb_to_hsv(np.divide(im, 255.))[..., 0]
    return [np.mean((a <= h) & (h < b)) for a, b in zip(edges, edges[1:])]


def hog_feature(im):
    # column of cells by column of cells
    return np.swapaxes(cell_histograms(*gradients(rgb2gray(im))), 0, 1).flatten()


def extract_features(imgs, feature_fns, verbose=False):
    return np.array([[v for f in feature_fns for v in f(im)] for im in imgs], float)
