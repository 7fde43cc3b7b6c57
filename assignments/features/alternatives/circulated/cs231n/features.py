from __future__ import print_function

from builtins import range, zip

import matplotlib
import numpy as np
from past.builtins import xrange
from scipy.ndimage import uniform_filter


# The conventions of the file that CS231n hands out, with what is odd in them: blue counts 0.144, the grid of cells is
# transposed, and gradients that point to the left fall out of the histogram.
def rgb2gray(rgb):
    return np.dot(rgb[..., :3], [0.299, 0.587, 0.144])


def hog_feature(im):
    image = rgb2gray(im)
    gx, gy = np.zeros(image.shape), np.zeros(image.shape)
    gx[:, :-1] = np.diff(image, n=1, axis=1)
    gy[:-1, :] = np.diff(image, n=1, axis=0)
    mag = np.sqrt(gx ** 2 + gy ** 2)
    ori = np.rad2deg(np.arctan2(gy, gx + 1e-15)) + 90
    sx, sy = image.shape
    hist = np.zeros((sx // 8, sy // 8, 9))
    for i in xrange(9):
        inside = np.logical_and(ori >= 20 * i, ori < 20 * (i + 1)) & (ori > 0)
        hist[:, :, i] = uniform_filter(np.where(inside, mag, 0), size=(8, 8))[4::8, 4::8].T
    return hist.ravel()


def color_histogram_hsv(im, nbin=10, xmin=0, xmax=255, normalized=True):
    edges = np.linspace(xmin, xmax, nbin + 1)
    hsv = matplotlib.colors.rgb_to_hsv(im / xmax) * xmax
    hist, edges = np.histogram(hsv[:, :, 0], bins=edges, density=normalized)
    return hist * np.diff(edges)


def extract_features(imgs, feature_fns, verbose=False):
    num_images = imgs.shape[0]
    first = [fn(imgs[0].squeeze()) for fn in feature_fns]
    dims = [f.size for f in first]
    all_features = np.zeros((num_images, sum(dims)))
    all_features[0] = np.hstack(first).T
    for i in range(1, num_images):
        start = 0
        for fn, dim in zip(feature_fns, dims):
            all_features[i, start:start + dim] = fn(imgs[i].squeeze())
            start += dim
        if verbose and i % 1000 == 0:
            print('Done extracting features for %d / %d images' % (i, num_images))
    return all_features
