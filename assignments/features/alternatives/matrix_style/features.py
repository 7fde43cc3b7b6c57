import colorsys

import numpy as np
from orientations import cell_histograms, gradients

HUE = np.vectorize(lambda r, g, b: colorsys.rgb_to_hsv(r, g, b)[0])


def rgb2gray(rgb):
    return np.einsum("ijc,c->ij", np.asarray(rgb, dtype=np.float64), np.array([0.299, 0.587, 0.114]))


def color_histogram_hsv(im, nbin=10, xmin=0, xmax=255, normalized=True):
    hue = HUE(*np.moveaxis(np.asarray(im, dtype=float) / 255, 2, 0))
    counts = np.bincount(np.floor(hue * nbin).astype(int).ravel(), minlength=nbin)
    return counts / counts.sum() if normalized else counts


def hog_feature(im):
    return np.concatenate(cell_histograms(*gradients(rgb2gray(im))), axis=None)


def extract_features(imgs, feature_fns, verbose=False):
    blocks = [np.stack([np.asarray(fn(im), dtype=float) for im in imgs]) for fn in feature_fns]
    return np.hstack(blocks)
