"""Functions that readers take away, on data that are not the chapter's: the right value or one clear error."""

from __future__ import annotations

import argparse
import ast
import copy
import gzip
import hashlib
import io
import itertools
import json
import os
import random
import re
import struct
import subprocess
import sys
import tarfile
import threading
import xml.etree.ElementTree as ET
import zipfile
import zlib
from importlib import metadata

import numpy as np
import pandas as pd
import pytest
import torch
from matplotlib.colors import rgb_to_hsv
from PIL import Image
from scipy.spatial.distance import cdist
from scipy.special import expit
from scipy.stats import entropy, multivariate_normal
from skimage.feature import hog as skimage_hog
from sklearn.cluster import KMeans
from sklearn.metrics import mutual_info_score, silhouette_samples
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier
from tensorboard.backend.event_processing.reservoir import _ReservoirBucket
from torch import nn
from torch.utils.tensorboard import SummaryWriter

from book.chapter import Chapter
from book.definitions import definitions
from book.order import ROOT
from utils.loopback import Answer, Clock, Sites
from utils.missing import NotRun
from utils.typeset import graph, layout, tex


def test_nearest_neighbours():
    chapter = definitions(ROOT / "chapters/classical/knn.ipynb")
    rng = np.random.default_rng(0)
    X, y = rng.integers(0, 256, (12, 7)).astype(np.uint8), np.arange(12) % 3

    numbers = X.astype(float)
    np.testing.assert_allclose(chapter["minkowski"](X, X, 1), cdist(numbers, numbers, "cityblock"))
    np.testing.assert_array_equal(chapter["squared_distances"](X, X), cdist(numbers, numbers, "sqeuclidean"))
    large = 10**6 * rng.integers(1, 9, (4, 3))
    np.testing.assert_array_equal(chapter["squared_distances"](large, large), cdist(large, large, "sqeuclidean"))

    D = cdist(numbers, numbers)
    assert chapter["votes"](D, y, 12, 3).tolist() == [[4, 4, 4]] * 12
    assert chapter["predict"](D, np.zeros(12, int), 5, 1).tolist() == [0] * 12  # one class
    assert chapter["predict"](np.ones((1, 4)), np.array([2, 2, 0, 1]), 3, 3).tolist() == [2]  # all equally far
    assert chapter["leave_one_out"](D, np.repeat([0, 1], [11, 1]), 11, 2) == 11 / 12
    for wrong in (
        lambda: chapter["votes"](D, y, 13, 3),
        lambda: chapter["votes"](D, y, 0, 3),
        lambda: chapter["votes"](D, y, 5, 2),
        lambda: chapter["leave_one_out"](D, y, 12, 3),
        lambda: chapter["accuracies_by_fold"](D, y, np.arange(12) % 2, [1, 7], 3),
    ):
        with pytest.raises(ValueError, match=r"k = |samples|class"):
            wrong()


def test_singular_values():
    svd_by_spectrum = definitions(ROOT / "chapters/foundations/symmetric_matrices.ipynb")["svd_by_spectrum"]
    rng = np.random.default_rng(0)
    for A in (rng.normal(size=(5, 3)), 1e-9 * rng.normal(size=(3, 7)), np.outer([1, -2, 0], [3, 4]), np.array([[-2]])):
        U, sigma, V = svd_by_spectrum(A)
        np.testing.assert_allclose(sigma, np.linalg.svd(A, compute_uv=False)[: np.linalg.matrix_rank(A)])
        np.testing.assert_allclose(U * sigma @ V.T, A, atol=1e-12 * np.abs(A).max())
        for Q in (U, V):
            np.testing.assert_allclose(Q.T @ Q, np.eye(len(sigma)), atol=1e-12)
    U, sigma, V = svd_by_spectrum(np.zeros((2, 3)))
    assert (U.shape, sigma.shape, V.shape) == ((2, 0), (0,), (3, 0))


def test_bayes_decision():
    chapter = definitions(ROOT / "chapters/classical/bayes_decision.ipynb")
    sure = np.array([[1.0, 0.0], [0.0, 1.0]])  # forecasts of exactly 0 and 1
    loss = np.array([[0, 1], [0.25, 0.25], [20, 0]])
    np.testing.assert_array_equal(chapter["conditional_risk"](sure, loss), loss.T)
    np.testing.assert_array_equal(chapter["decide"](sure, 10**6 * np.array([[0, 1], [20, 0]])), [0, 1])
    assert chapter["decide"](np.array([[0.5, 0.5]]), 1 - np.eye(2)).tolist() == [0]  # a tie: the first action

    old, new = np.array([0.5, 0.5]), np.array([0.02, 0.98])
    np.testing.assert_array_equal(chapter["shifted"](sure, old, new), sure)
    with pytest.raises(ValueError, match="without cases"):
        chapter["shifted"](sure, np.array([0.0, 1.0]), new)

    p_1, p_2 = np.array([0.2, 0.3, 0.0, 0.5]), np.array([0.0, 0.3, 0.7, 0.0])  # values that one class never has
    phi, tau = chapter["most_powerful"](p_1, p_2, 0.15)
    np.testing.assert_allclose(phi, [1, 0.5, 0, 1])
    assert tau == 1
    np.testing.assert_allclose(chapter["most_powerful"](p_1, p_2, 1)[0], 1)  # everybody may be alarmed
    tied, _ = chapter["most_powerful"](p_2, p_2, 0.4)
    np.testing.assert_allclose(tied @ p_2, 0.4)
    with pytest.raises(ValueError, match="positive"):
        chapter["most_powerful"](p_1, p_2, 0)


def test_lda():
    chapter = definitions(ROOT / "chapters/classical/lda.ipynb")
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 4)), np.arange(60) % 3
    direction, discriminants = chapter["fisher_direction"], chapter["discriminants"]

    for labels in (y, np.zeros(60, int)):  # three classes, one class
        with pytest.raises(ValueError, match="two classes are needed"):
            direction(X, labels)
    constant = np.column_stack([X, np.full(60, 0.1)])
    twice = np.column_stack([X, X[:, 0] + X[:, 1]])
    for data, labels in ((constant, y), (twice, y), (X[:5], y[:5]), (rng.normal(size=(8, 20)), y[:8])):
        with pytest.raises(ValueError, match="S_W is singular"):
            direction(data, labels % 2)
        with pytest.raises(ValueError, match="S_W is singular"):
            discriminants(data, labels)

    large = np.round(1e4 * X).astype(int)  # integers of the size 10⁴, and classes that are not 0 and 1
    expected = chapter["fisher_direction"](X, y % 2)
    found = 1e4 * chapter["fisher_direction"](large, np.where(y % 2 == 0, -3, 8))
    np.testing.assert_allclose(found, expected, rtol=0.05, atol=0.01)
    with np.errstate(all="raise"):
        eigenvalues, W = discriminants(large, y)
    np.testing.assert_allclose(W.T @ chapter["scatter_matrices"](large, y)[0] @ W, np.eye(4), atol=1e-9)
    assert np.sum(eigenvalues > 1e-10) == 2


def test_gaussian_kl():
    chapter = definitions(ROOT / "chapters/foundations/gaussian_kl.ipynb")
    p, q = np.array([0.5, 0.5, 0.0]), np.array([0.25, 0.5, 0.25])
    assert np.isclose(chapter["kl_discrete"](p, q), entropy(p, q))
    assert chapter["kl_discrete"](q, p) == np.inf == chapter["H"](q, p)
    assert chapter["kl_discrete"](p, p) == 0
    single = np.full(1000, 1e-3, dtype="float32")  # its sum is 1 up to its own rounding
    assert chapter["kl_discrete"](single, single) == 0
    assert chapter["H"](np.array([1.0, 0.0])) == 0  # a forecast of exactly 0 and 1
    assert np.isclose(chapter["H"](p, q), entropy(p) + entropy(p, q))
    for wrong in (np.array([3, 5, 2]), np.array([0.5, 0.5]), np.array([1.5, -0.5, 0.0])):
        with pytest.raises(ValueError, match="probabilities"):
            chapter["kl_discrete"](wrong, q)

    rng = np.random.default_rng(0)
    kl = chapter["kl_cholesky"]
    for d, scale in ((1, 1.0), (3, 1e4), (200, 1e-4)):
        A = scale * rng.standard_normal((d, 2 * d))
        mean, Sigma = scale * rng.standard_normal(d), A @ A.T / d
        assert abs(kl(mean, Sigma, mean, Sigma)) < 1e-9
        assert np.isclose(
            kl(mean, Sigma, 0 * mean, 4 * Sigma), chapter["kl_gaussians"](mean, Sigma, 0 * mean, 4 * Sigma)
        )
    millions = np.array([10**6, -(10**6)])
    assert np.isclose(kl(millions, np.eye(2), 0 * millions, np.eye(2)), 1e12)
    constant = np.diag([1.0, 0.0])  # a feature without variance
    with pytest.raises(ValueError, match="positive definite"):
        kl(np.zeros(2), np.eye(2), np.zeros(2), constant)

    assert chapter["kl_to_standard"](np.zeros(4), np.zeros(4)) == 0
    assert chapter["kl_to_standard"](np.array([1e4]), np.zeros(1)) == 5e7
    assert np.isclose(chapter["kl_to_standard"](np.zeros(1), np.array([-1e4])), 4999.5)
    close = np.zeros(2), np.eye(2), np.full(2, 1e-9), np.eye(2)
    assert (chapter["estimators"](close, 50, rng)[:, 1] >= 0).all()


def test_rayleigh_quotient():
    chapter = definitions(ROOT / "chapters/foundations/rayleigh_quotient.ipynb")
    spectrum, generalised = chapter["spectrum"], chapter["generalised_eigh"]
    for M in (np.zeros((3, 3)), np.eye(2), np.diag([10**6, -(10**6)]), np.array([[4.0]])):
        values, V = spectrum(M)
        np.testing.assert_allclose(V * values @ V.T, M, atol=1e-9)
        assert (np.diff(values) <= 0).all()
    for size in (1e-9, 1.0, 1e9):
        with pytest.raises(ValueError, match="not symmetric"):
            spectrum(size * np.array([[1.0, 2.0], [0.0, 1.0]]))

    rng = np.random.default_rng(1)
    X = rng.standard_normal((5, 9))  # fewer samples than features
    scatter, rest = np.cov(X.T), np.cov(rng.standard_normal((30, 9)).T)
    values, W = generalised(scatter, rest)
    np.testing.assert_allclose(W.T @ rest @ W, np.eye(9), atol=1e-8)
    np.testing.assert_allclose(values[4:], 0, atol=1e-8)
    with pytest.raises(ValueError, match="positive definite"):
        generalised(rest, scatter)

    power, step = chapter["power_iteration"], chapter["rqi_step"]
    M = np.array([[2, 1], [1, 2]])
    np.testing.assert_allclose(np.abs(power(10**6 * M, np.array([10**6, 0]), 60)[-1]), 0.5**0.5)
    np.testing.assert_allclose(power(1e-4 * M, np.array([1e4, 0]), 60), power(M, np.array([1, 0]), 60))
    np.testing.assert_allclose(np.abs(step(M, np.array([2, 1]) / 5**0.5)), np.array([13, 14]) / 365**0.5)
    for start, matrix in ((np.zeros(2), M), (np.ones(2), 0 * M), (np.array([1, np.nan]), M)):
        with pytest.raises(ValueError, match="no direction"):
            power(matrix, start, 3)


def test_backpropagation():
    chapter = definitions(ROOT / "chapters/foundations/backpropagation.ipynb")
    s = np.array([-1e4, -800.0, -1.0, 0.0, 1.0, 800.0, 1e4])
    np.testing.assert_allclose(chapter["sigmoid"](s), expit(s))

    np.testing.assert_array_equal(chapter["sum_to"](np.ones((4, 2, 3)), (1, 3)), np.full((1, 3), 8.0))

    rng = np.random.default_rng(2)
    by_hand, zeros = chapter["two_layer_by_hand"], np.zeros
    for n, d, m, c in ((1, 1, 1, 1), (3, 9, 2, 5)):  # one sample, one class; fewer samples than features
        X, G = rng.integers(0, 256, (n, d)), rng.standard_normal((n, c))
        parameters = rng.standard_normal((d, m)), zeros(m), rng.standard_normal((m, c)), zeros(c)
        for slope, parameter in zip(by_hand(X, *parameters, G), parameters, strict=True):
            assert slope.shape == parameter.shape
    dead = by_hand(np.ones((2, 3)), -np.ones((3, 4)), zeros(4), np.ones((4, 2)), zeros(2), np.ones((2, 2)))
    assert [np.abs(slope).max() for slope in dead] == [0, 0, 0, 2]  # no unit is on

    Node = chapter["Node"]
    chapter["install"](Node, *(chapter[k] for k in ("add", "multiply", "matmul", "power")))
    a = Node(np.array([3, 4]))  # integers
    total = chapter["total"](a * a)
    total.backward()
    assert a.gradient.tolist() == [6, 8]
    total.backward()  # a second sweep begins at zero
    assert a.gradient.tolist() == [6, 8]
    tie = Node([1e4, 1e4, -1e4])
    chapter["amax"](tie, axis=0).backward()
    assert tie.gradient.tolist() == [0.5, 0.5, 0]
    with pytest.raises(ValueError, match="two matrices"):  # a vector, whose gradient would have the wrong shape
        Node(np.ones(3)) @ Node(np.ones((3, 3)))


def test_least_squares():
    chapter = definitions(ROOT / "chapters/foundations/least_squares.ipynb")
    rng = np.random.default_rng(3)
    solve, fit = chapter["solve_by_qr"], chapter["fit_with_intercept"]
    for scale in (1e-4, 1.0, 1e4):
        A, b = scale * rng.standard_normal((20, 4)), rng.standard_normal(20)
        A[:, 2] *= 1e-8  # columns of very different sizes
        np.testing.assert_allclose(A @ solve(A, b), A @ np.linalg.lstsq(A / 1e4, b)[0] / 1e4, rtol=1e-6, atol=1e-9)
    integers = rng.integers(-(10**6), 10**6, (9, 3))
    np.testing.assert_allclose(solve(integers, integers @ [1, 2, 3]), [1, 2, 3])
    for wrong in (np.ones((2, 3)), np.ones((5, 2)), np.zeros((4, 1)), np.arange(12.0).reshape(4, 3)):
        with pytest.raises(ValueError, match=r"columns"):
            solve(wrong, np.ones(len(wrong)))

    constant = np.column_stack([rng.standard_normal(8), np.full(8, 0.1)])
    w = fit(constant, 2 + 3 * constant[:, 0])
    np.testing.assert_allclose(w, [2, 3, 0], atol=1e-12)
    wide = rng.standard_normal((3, 7))  # fewer samples than features
    targets = rng.standard_normal(3)
    intercept, *slopes = fit(wide, targets)
    np.testing.assert_allclose(intercept + wide @ slopes, targets)

    for A in (wide, np.zeros((3, 2)), np.ones((4, 2)), integers):
        np.testing.assert_allclose(chapter["pseudo_inverse"](A), np.linalg.pinv(A), atol=1e-12)
    np.testing.assert_allclose(chapter["ridge"](wide, targets, 1e-9), np.linalg.pinv(wide) @ targets, atol=1e-6)
    with pytest.raises(ValueError, match="noise"):
        chapter["standard_errors"](wide[:, :3], targets)
    with pytest.raises(ValueError, match="without one"):
        chapter["left_out_errors"](np.eye(3)[:, :2] + 0.0, targets)

    many = rng.standard_normal((100_000, 3))  # a matrix of shape (n, n) would not fit into memory
    Q, R = chapter["householder_qr"](many)
    np.testing.assert_allclose(Q @ R, many, atol=1e-12)
    np.testing.assert_allclose(Q.T @ Q, np.eye(3), atol=1e-12)
    twice = np.column_stack([np.ones(8), np.arange(8.0), 2 * np.arange(8.0)])
    with pytest.raises(ValueError, match="columns"):
        chapter["standard_errors"](twice, rng.standard_normal(8))
    with pytest.raises(ValueError, match="no fit"):
        chapter["left_out_errors"](twice, rng.standard_normal(8))


def test_two_layer_network():
    chapter = definitions(ROOT / "chapters/networks/two_layer_network.ipynb")
    rng = np.random.default_rng(0)
    sure = np.array([[10**4, -(10**4)], [-(10**4), 10**4]])  # forecasts of exactly 0 and 1
    assert chapter["cross_entropy"](sure, [0, 1]) == 0
    assert chapter["cross_entropy"](sure, [1, 0]) == 2 * 10**4
    for n, d, m, c in ((1, 1, 1, 1), (3, 9, 2, 5)):  # one class; fewer samples than features
        theta, X = chapter["start"](rng, d, m, c), 10**4 * rng.integers(-9, 9, (n, d))
        loss, gradients = chapter["network"](theta, X, np.zeros(n, int), 0.1)
        assert np.isfinite(loss)
        for gradient, parameter in zip(gradients, theta, strict=True):
            assert gradient.shape == parameter.shape
            assert np.isfinite(gradient).all()
    blank = np.zeros((5, 3))
    assert chapter["dead_units"](chapter["start"](rng, 3, 4, 2), blank) == 4

    polygon, on_line = chapter["polygon_network"], chapter["on_line"]
    t, f = np.array([0, 1, 10**6]), np.array([0, 2, -1])
    places = np.array([0.0, 0.25, 1.0, 10.0**6])
    np.testing.assert_allclose(on_line(polygon(t, f), places), np.interp(places, t, f), atol=1e-9)
    for wrong in (t[::-1], np.array([0, 1, 1])):
        with pytest.raises(ValueError, match="increase"):
            polygon(wrong, f)


def test_classification_metrics():
    chapter = definitions(ROOT / "chapters/evaluation/classification_metrics.ipynb")
    for m in (1, 10**5, 10**6, 10**12):
        assert chapter["mcc_two"](3 * m, m, m, 3 * m) == pytest.approx(0.5, rel=1e-12)
        assert chapter["kappa_two"](3 * m, m, m, 3 * m) == pytest.approx(0.5, rel=1e-12)
        C = np.array([[3 * m, m, 0], [m, 3 * m, 0], [0, 0, 4 * m]])
        assert chapter["mcc"](C) == pytest.approx(chapter["mcc"](C / m), rel=1e-12)
        assert chapter["kappa"](C) == pytest.approx(chapter["kappa"](C / m), rel=1e-12)
    thirds = 50_000, 50_000 // 3, 50_000 // 3, 50_000
    assert chapter["mcc_two"](*thirds) == pytest.approx(0.5, abs=1e-4)

    sure = np.array([0.0, 1.0, 1.0])
    assert chapter["log_loss"](sure, sure) == 0
    assert chapter["log_loss"](1 - sure, sure) == np.inf
    assert chapter["ece"](sure, sure, 10) == 0
    assert chapter["ece_when_perfect"]([4, 5], [0.0, 1.0]) == 0
    assert chapter["ece_when_perfect"]([10**6], [0.5]) == pytest.approx(np.sqrt(0.5 / np.pi) / 1000, rel=1e-5)
    assert chapter["precision_at"](0.0, 0.9, 0.0) == 0

    y, tied = np.array([0, 1, 1, 0]), np.full(4, 7)
    for auc in ("auc_trapezoids", "auc_pairs", "auc_ranks"):
        assert chapter[auc](y, tied) == 0.5
        assert chapter[auc](y, 10**4 * y - 10**4) == 1
        with pytest.raises(ValueError, match="both classes"):
            chapter[auc](np.ones(4, int), tied)
        with pytest.raises(ValueError, match="scores that are numbers"):
            chapter[auc](y, np.array([0.1, np.nan, 0.3, 0.4]))


def test_prompting():
    chapter = definitions(ROOT / "chapters/evaluation/prompt_hateful_memes.ipynb")
    certain = np.array([[0.3, 0.7], [0.0, 0.0]])  # one class
    assert chapter["best_accuracy"](certain) == 1
    assert chapter["information"](certain) == pytest.approx(0, abs=1e-15)
    assert chapter["information"](np.array([[0.5, 0.0, 0.0], [0.0, 0.25, 0.25]])) == pytest.approx(np.log(2))
    assert chapter["information"](np.full((2, 10**6), 5e-7)) == pytest.approx(0, abs=1e-9)

    rng = np.random.default_rng(0)
    Q, K, V = (torch.tensor(rng.standard_normal((2, 5, 4))) for _ in range(3))
    torch.testing.assert_close(chapter["attention"](Q, K, V), nn.functional.scaled_dot_product_attention(Q, K, V))
    nearest = (Q @ K.transpose(-1, -2)).argmax(dim=-1, keepdim=True).expand(-1, -1, 4)
    torch.testing.assert_close(chapter["attention"](10**4 * Q, 10**4 * K, V), V.gather(1, nearest))  # no overflow
    torch.testing.assert_close(chapter["attention"](Q[:, :1], K[:, :1], V[:, :1]), V[:, :1])  # one word

    of_mean, mean_of = chapter["ensemble_losses"](np.array([[0.0, 1.0, 0.5], [1.0, 1.0, 0.5]]))
    np.testing.assert_allclose(of_mean, [np.log(2), 0, np.log(2)])
    np.testing.assert_allclose(mean_of, [np.inf, 0, np.log(2)])

    chapter["ID"] = {"[MASK]": 0, "wet": 1, "sky": 2, "want": 3}
    hidden = chapter["hide"](torch.full((3, 16), 9), "text")  # two posts a prompt
    assert (hidden != 9).nonzero()[:, 1].tolist() == [2, 3, 10, 11] * 3
    with pytest.raises(KeyError, match="txt"):  # a misspelt modality would hide nothing
        chapter["hide"](hidden, "txt")
    with pytest.raises(KeyError, match="“雨”"):
        chapter["encode"](["wet sky want “雨”"])


def test_wasserstein_gan():
    chapter = definitions(ROOT / "chapters/generative/wgan.ipynb")
    x, y = np.array([[0.0], [1.0]]), np.array([[2.0], [3.0], [4.0]])
    assert chapter["matching"](x, x + 10**4)[0] == 10**4
    assert chapter["matching"](x, x)[0] == 0
    cost = np.abs(x - y.T)
    half, third = np.full(2, 1 / 2), np.full(3, 1 / 3)
    assert chapter["transport"](cost, half, third)[0] == pytest.approx(2.5)
    assert chapter["dual_prices"](cost, half, third)[2] == pytest.approx(2.5)
    assert chapter["w1_sorted"]([3, 1], [2, 2]) == 1
    assert chapter["w1_gaussians"](10**4, 1, -(10**4), 1) == 2 * 10**4
    assert chapter["w1_gaussians"](0, 0, 0, 0) == 0
    for wrong in (
        lambda: chapter["matching"](x, y),
        lambda: chapter["transport"](cost, half, 2 * third),
        lambda: chapter["dual_prices"](cost, half, 2 * third),
        lambda: chapter["w1_sorted"]([1, 2], [1, 2, 3]),
        lambda: chapter["w1_sorted"]([], []),
    ):
        with pytest.raises(ValueError, match=r"size|sum"):
            wrong()

    certain = np.array([1.0, 0.0])  # probabilities of exactly 0 and 1
    assert chapter["js"](certain, certain) == 0
    assert chapter["js"](certain, certain[::-1]) == pytest.approx(np.log(2))
    assert chapter["power_iteration"](np.diag([10**6, 1]), 50)[0] == pytest.approx(10**6)
    for no_direction in (np.zeros((2, 3)), np.array([[1, -1], [-1, 1]])):  # the start is sent to zero
        with pytest.raises(ValueError, match="zero"):
            chapter["power_iteration"](no_direction)
    with pytest.raises(ValueError, match="zero"):
        chapter["penalty_gradient"](np.zeros(2), np.ones((2, 3)), np.zeros(2), np.zeros(3))


def test_adversarial_networks():
    chapter = definitions(ROOT / "chapters/generative/gan.ipynb")
    assert chapter["score"](np.eye(10)) == pytest.approx(10)
    assert chapter["score"](np.eye(10)[[3] * 7]) == 1  # one class only
    assert chapter["best_D"](np.array([0.0, 2.0]), np.array([3.0, 0.0])).tolist() == [0, 1]
    assert chapter["score"](np.ones((1, 4)) / 4) == 1

    extreme = chapter["h"](torch.tensor([-1e4, 1e4]), 1.0, 1.0)  # log D and log(1 − D) without overflow
    assert extreme.tolist() == [-1e4, -1e4]


def test_gan_training_tricks():
    chapter = definitions(ROOT / "chapters/generative/gan_training_tricks.ipynb")
    best_logit = chapter["best_logit"]
    far = np.array([-1e4, 0.0, 1e4])
    np.testing.assert_allclose(best_logit(far, 1, 0), far)  # hard labels: the log ratio, without overflow
    assert expit(best_logit(far, 0.9, 0.1)).round(12).tolist() == [0.1, 0.5, 0.9]
    assert best_logit(far, 0.9, 0)[0] == pytest.approx(-1e4 + np.log(0.9))
    for wrong in ((0.1, 0.9), (0.5, 0.5), (1.1, 0), (0.9, -0.1)):
        with pytest.raises(ValueError, match="labels"):
            best_logit(0.0, *wrong)
    extreme = torch.tensor([[1e4, -1e4]])
    assert torch.isfinite(chapter["smoothed"](extreme, extreme, 0.9, 0.1)).all()
    assert chapter["hinge"](extreme[:, :1], extreme[:, 1:]).tolist() == [0]

    closeness = chapter["closeness"]
    m = torch.randn(32, 3)
    assert torch.allclose(closeness(m + 1e4, 8), closeness(m, 8), atol=1e-2)  # 32-bit numbers near 10⁴
    assert torch.equal(closeness(torch.ones(5, 4, 2), 2), torch.ones(5, 4, 2))  # all alike
    assert torch.equal(closeness(m[:1], group=1), torch.ones(1, 3))  # n = 1
    assert torch.allclose(closeness(1e4 * torch.arange(4.0)[:, None], 4), torch.full((4, 1), 0.25))
    with pytest.raises(ValueError, match="groups"):
        closeness(m, 5)

    sweep = chapter["sweep"]
    wide, u = torch.randn(2, 3, 7).double(), torch.ones(2, 3, 1).double()
    for _ in range(500):
        sigma, u = sweep(wide, u)
    assert torch.allclose(sigma[:, 0, 0], torch.linalg.matrix_norm(wide, 2))
    sent_to_zero = torch.tensor([[1.0, 2.0], [-1.0, -2.0]])
    assert sweep(sent_to_zero, torch.ones(2, 1))[0].item() == pytest.approx(10**0.5)
    nothing = torch.zeros(2, 2)
    assert torch.equal(nothing / sweep(nothing, torch.ones(2, 1))[0], nothing)

    averages = chapter["averages"]
    assert averages([3, 4, 4], 0.5).tolist() == [3, 3.5, 3.75]  # integers
    assert averages([[1e4, -1e4]], 0.9).tolist() == [[1e4, -1e4]]  # one step
    assert averages([1.0, 2.0], 0).tolist() == [1, 2]
    for keep in (1, -0.1):
        with pytest.raises(ValueError, match="keep"):
            averages([1.0, 2.0], keep)

    ring = np.linspace(0, 2 * np.pi, 8, endpoint=False)
    chapter["centres"] = torch.tensor(np.c_[np.cos(ring), np.sin(ring)])
    assert chapter["overlap"](chapter["centres"]).item() == 1
    assert chapter["overlap"](chapter["centres"][:1]).item() == 1 / 8
    assert chapter["overlap"](1e4 + chapter["centres"]).item() == 0
    with pytest.raises(ValueError, match="samples"):
        chapter["overlap"](torch.zeros(0, 2))


def test_variational_lower_bound():
    here = definitions(ROOT / "chapters/generative/variational_lower_bound.ipynb")
    rng = np.random.default_rng(0)
    for d, k in ((1, 1), (2, 5), (40, 3)):  # more codes than pixels, too
        W, b = rng.standard_normal((d, k)), rng.standard_normal(d)
        for scale in (1e-3, 1.0, 1e4):
            model, x = (scale * W, scale * b, scale**2 * 0.5), scale * rng.standard_normal(d)
            C = scale**2 * (W @ W.T + 0.5 * np.eye(d))
            truth = multivariate_normal(scale * b, C).logpdf(x)
            assert np.isclose(here["log_marginal"](x, *model), truth)
            q = here["posterior"](x, *model)
            assert np.isclose(here["elbo"](*q, x, *model), truth)
            assert here["mean_field"](x, *model)[2] > -1e-9
        zero = here["posterior"](x, 0 * W, b, 0.5)  # a decoder that ignores the code
        assert np.allclose(zero[0], 0)
        assert np.allclose(zero[1], np.eye(k))
    rows = rng.standard_normal((7, 40))
    assert np.allclose(here["log_marginal"](rows, W, b, 0.5), [here["log_marginal"](x, W, b, 0.5) for x in rows])

    x, standard = rows[0], (np.zeros(3), np.eye(3))
    mean, Sigma = here["posterior"](x, W, b, 5.0)
    assert here["second_moment"](mean, Sigma, x, W, b, 5.0) == pytest.approx(1)
    assert here["second_moment"](mean, 0.4 * Sigma, x, W, b, 5.0) == np.inf  # narrower than half
    assert np.log(here["second_moment"](*standard, x, W, b, 5.0)) == pytest.approx(here["naive_draws"](x, W, b, 5.0))
    few = rows - rows.mean(axis=0)  # fewer samples than pixels, one of them constant
    few[:, 0] = 0
    values, noise = [], 1.0
    for _ in range(20):
        values.append(here["log_marginal"](few, W, 0 * b, noise).mean())
        W, noise = here["em_step"](few, W, noise)
    assert (np.diff(values) > -1e-9).all()
    assert (W[0] == 0).all()


def test_vae():
    here = definitions(ROOT / "chapters/generative/vae.ipynb")
    sure = np.array([1e4, -1e4])  # logits of forecasts that are 1 and 0
    assert here["log_bernoulli"](np.array([1.0, 0.0]), sure) == 0
    assert here["log_bernoulli"](np.array([0.0, 1.0]), sure) == -2e4
    assert here["kl_standard"](np.zeros(3), np.zeros(3)) == 0
    certain = np.eye(10)[np.arange(20) % 10]
    assert np.isclose(here["score"](certain), 10)
    assert np.isclose(here["score"](certain[:1]), 1)
    threshold, rng = here["threshold"], np.random.default_rng(0)
    coins = (rng.random((50, 4)) < 0.5).astype(float)
    assert np.isclose(threshold(np.column_stack([coins, np.ones(50)])), threshold(coins))
    assert np.isclose(threshold(np.repeat(coins[:, :1], 7, axis=1)), 7)
    for wrong in (np.ones((5, 3)), 2 * coins, coins[0], np.full((2, 2), np.nan)):
        with pytest.raises(ValueError, match="threshold"):
            threshold(wrong)


def test_inception_score_and_fid():
    here, rng = definitions(ROOT / "chapters/generative/inception_score_and_fid.ipynb"), np.random.default_rng(0)
    score, fid, kid = here["inception_score"], here["fid"], here["kid"]
    assert np.isclose(score(np.eye(3)[[0, 1, 2, 0, 1, 2]]), 3)
    assert np.isclose(score(np.ones((5, 1))), 1)
    for wrong in ([0.5, 0.5], [[0.5, 0.6]], [[1.5, -0.5]], [[np.nan, 1]]):
        with pytest.raises(ValueError, match="inception_score"):
            score(wrong)
    for scale in (1e-4, 1.0, 1e4):
        few, many = scale * rng.standard_normal((5, 20)), scale * rng.standard_normal((300, 20))
        many[:, 3] = 7 * scale  # a constant feature, and fewer pictures than features
        assert fid(few, many) > 0
        assert np.isclose(fid(few, many), fid(many, few))
        assert abs(fid(many, many)) < 1e-9 * scale**2 * 20
    integers = rng.integers(0, 255, size=(40, 3))
    assert np.isclose(fid(integers, integers + 2), 12)
    assert np.isfinite(kid(few, many))
    for wrong in (few[:1], few[0], np.full((3, 2), np.nan)):
        with pytest.raises(ValueError, match="fid"):
            fid(wrong, many)
    with pytest.raises(ValueError, match="kid"):
        kid(few[:1], many)

    certain = np.eye(3)[[0, 0, 1, 1]]  # the third class never occurs
    assert np.isclose(here["score_bias"](certain, 50), -1 / 100)
    assert here["coverage"](np.zeros((5, 2)), np.ones((4, 2))) == 0  # copies
    assert here["coverage"](10**4 * np.eye(5), np.zeros((4, 5))) == 1
    with pytest.raises(ValueError, match="coverage"):
        here["coverage"](np.eye(3), np.eye(3))
    same = np.ones((4, 2)), np.zeros((2, 2))  # covariances that are zero
    assert np.isclose(here["frechet"](same[0][0], same[1], np.zeros(2), np.eye(2)), 4)


def test_matrix_calculus():
    chapter = definitions(ROOT / "chapters/foundations/matrix_calculus.ipynb")
    assert chapter["softmax"](np, np.array([-1e4, 1e4, 1e4])).tolist() == [0, 0.5, 0.5]
    assert chapter["softmax"](np, np.array([3])).tolist() == [1]
    np.testing.assert_array_equal(chapter["softmax_jacobian"](np.array([-1e4, 1e4])), np.zeros((2, 2)))

    X, W = np.array([[1e4, 0.0], [0.0, 1e4]]), np.eye(2)
    sure = np.eye(2)  # forecasts of exactly 0 and 1
    assert chapter["probabilities"](X @ W).tolist() == sure.tolist()
    assert chapter["softmax_loss"](np, X, sure, 0.0, W) == 0
    assert chapter["softmax_loss"](np, X, 1 - sure, 0.0, W) == 1e4
    np.testing.assert_array_equal(chapter["softmax_loss_gradient"](X, sure, 0.5, W), W)

    class Table:
        data, target = np.array([[1.0, 5.0], [3.0, 5.0]]), np.array([0, 0])  # a constant feature, one class

    X, Y = chapter["prepare"](Table)
    assert X.tolist() == [[-1, 0], [1, 0]]
    assert Y.tolist() == [[1], [1]]


def test_broadcasting():
    chapter = definitions(ROOT / "chapters/foundations/broadcasting.ipynb")
    rng = np.random.default_rng(0)
    for numbers in (rng.integers(0, 256, (5, 9)).astype("uint8"), 10**6 * rng.integers(1, 9, (5, 2))):
        truth = cdist(numbers, numbers, "sqeuclidean")
        for way in ("squared_distances_direct", "squared_distances_expanded"):
            np.testing.assert_array_equal(chapter[way](numbers, numbers), truth)
        np.testing.assert_array_equal(chapter["city_block"](numbers, numbers, 1), cdist(numbers, numbers, "cityblock"))

    A = rng.normal(size=(2, 1, 3))
    assert chapter["stretch"](A, (4, 2, 5, 3)).strides == np.broadcast_to(A, (4, 2, 5, 3)).strides
    assert chapter["sum_to"](np.ones((4, 2, 5, 3)), (2, 1, 3)).tolist() == [[[20] * 3]] * 2
    assert chapter["result_shape"]((1,), (0,)) == (0,)
    assert chapter["expect"]("n d, n", np.ones((3, 2)), np.ones(3)) == {"n": 3, "d": 2}
    two = np.ones(2)
    for wrong in (
        lambda: chapter["result_shape"]((2, 3), (2,)),
        lambda: chapter["stretch"](A, (2, 2, 2)),
        lambda: chapter["einsum_by_loops"]("ik,kj->ij", np.ones((2, 4)), np.ones((3, 2))),
        lambda: chapter["r_squared_typed"](two, two),
        lambda: chapter["windows"](two, 4),
    ):
        with pytest.raises(ValueError, match=r"sizes|stretched|is \d|constant|negative"):
            wrong()
    with pytest.raises(TypeError, match="expected"):
        chapter["r_squared_typed"](two[:, None], two)


def test_gradient_checking():
    chapter = definitions(ROOT / "chapters/foundations/gradient_checking.ipynb")
    for x in ([[3, -4], [1, 0]], [10**4, -(10**4)], 7):  # whole numbers, of any shape
        found = chapter["numerical_gradient"](lambda X: (X**2).sum(), x)
        np.testing.assert_allclose(found, 2 * np.array(x), rtol=1e-8, atol=1e-8)
    assert chapter["r"](np.zeros(3), np.zeros(3)) == 0
    assert chapter["cs231n_error"](np.zeros(3), np.zeros(3)) == 0

    X, y = np.array([[1e4], [-1e4]]), np.array([1.0, -1.0])
    for w, value in ((1.0, 0.0), (-1.0, 1e4)):  # margins of ±10⁴: forecasts of exactly 0 and 1
        assert chapter["loss"](np, X, y, 0.0, np.array([w])) == value
        assert chapter["loss_gradient"](X, y, 0.0, np.array([w])).tolist() == [-value]
        np.testing.assert_array_equal(chapter["torch_loss_gradient"](X, y, 0.0, np.array([w])), [-value])

    assert chapter["miss"](4, 1, 2) == 0.5
    assert chapter["miss"](10**6, 10, 10) == pytest.approx(1 - 1e-4, rel=1e-6)
    assert chapter["miss"](5, 3, 4) == 0
    with pytest.raises(ValueError, match="drawn"):
        chapter["miss"](5, 3, 6)


def test_fourier_series():
    chapter = definitions(ROOT / "chapters/foundations/fourier_series.ipynb")
    a, b = chapter["coefficients"](lambda x: 3.0, 2)  # a function that does not look at x
    np.testing.assert_allclose((a, b), ([6, 0, 0], [0, 0, 0]), atol=1e-14)
    a, b = chapter["coefficients"](lambda x: 1e4 * np.cos(x) - 1e4, 0)
    np.testing.assert_allclose((a, b), ([-2e4], [0]))
    np.testing.assert_allclose(chapter["partial_sum"](np.array([4.0, 1.0]), np.array([0.0, 2.0]), 0.0), 3.0)
    with pytest.raises(ValueError, match="takes more than 8192 points"):
        chapter["coefficients"](np.cos, 4096)

    for y in ([7], [1, 2, 3, 4], 10**6 * np.arange(8), np.exp(1j * np.arange(16))):
        np.testing.assert_allclose(chapter["fft"](y), np.fft.fft(y), atol=1e-8)
    for y in ([], np.arange(6), np.ones((4, 2)), 7):
        with pytest.raises(ValueError, match="power of two"):
            chapter["fft"](y)


def test_covariance_matrix():
    chapter = definitions(ROOT / "chapters/foundations/covariance_matrix.ipynb")
    covariance, correlation = chapter["covariance"], chapter["correlation"]
    rng = np.random.default_rng(0)
    for X in (rng.normal(size=(2, 5)), rng.normal(size=(9, 2)) + 1e6, rng.integers(0, 256, (7, 3)).astype(np.uint8)):
        np.testing.assert_allclose(covariance(X), np.cov(X, rowvar=False), rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(correlation(X), np.corrcoef(X, rowvar=False), rtol=1e-9)
        running = chapter["RunningCovariance"](X.shape[1])
        running.merge(chapter["RunningCovariance"](X.shape[1]))  # nothing merged with nothing
        other = chapter["RunningCovariance"](X.shape[1])
        for x in X[1:]:
            other.add(x)
        running.merge(other)
        running.add(X[0])
        np.testing.assert_allclose(running.covariance(), np.cov(X, rowvar=False), rtol=1e-6, atol=1e-12)
    assert covariance([[1.0], [4.0]]) == [[4.5]]
    for wrong in (lambda: covariance(np.ones((1, 3))), lambda: chapter["RunningCovariance"](2).covariance()):
        with pytest.raises(ValueError, match="two samples are the least"):
            wrong()
    for constant in (1, 0.1, 1e4 + 0.1):  # the mean of equal numbers may be off by a rounding error
        with pytest.raises(ValueError, match="does not vary"):
            correlation([[constant, k] for k in range(6)])


def test_gaussian_ellipses():
    chapter = definitions(ROOT / "chapters/foundations/gaussian_ellipses.ipynb")
    ellipse, conditional = chapter["ellipse"], chapter["conditional"]
    large = 1e8 * np.array([[5, 2], [2, 2]])
    for Sigma in (np.eye(2, dtype=int), [[5, 2], [2, 2]], large, large / 1e16, [[4, 2], [2, 1]], np.zeros((2, 2))):
        reach = np.abs(ellipse([0, 0], Sigma, k=3, points=4001)).max(axis=0)
        np.testing.assert_allclose(reach, 3 * np.sqrt(np.diag(Sigma)), rtol=1e-5, atol=1e-12)
    for wrong in (np.eye(3), [[1, 2], [0, 1]], 1e-9 * np.array([[1, 2], [0, 1]]), [[1, 2], [2, 1]], -np.eye(2)):
        with pytest.raises(ValueError, match=r"symmetric matrix|no covariance matrix"):
            ellipse([0, 0], wrong)
    np.testing.assert_allclose(chapter["mass"](np.array([0.0, 1e-9, 40.0])), [0, 0, 1], atol=1e-15)
    assert conditional([1, 2], [[4, 2], [2, 1]], 3) == (3, 0)  # on a line
    assert conditional([10**6, 0], [[4, 0], [0, 9]], 0) == (0, 9)
    assert conditional([1, 2], [[0, 0], [0, 9]], 1) == (2, 9)  # a constant first coordinate
    with pytest.raises(ValueError, match="without variance"):
        chapter["contact"](np.array([[1, 1], [1, 1]]), np.array([1, -1]))


def test_probability_inequalities():
    chapter = definitions(ROOT / "chapters/foundations/probability_inequalities.ipynb")
    chebyshev, cantelli, promise = chapter["chebyshev"], chapter["cantelli"], chapter["promise"]
    assert (chebyshev(0, 1), chebyshev(1e4, 1), cantelli(0, 1)) == (0, 1, 0)
    np.testing.assert_allclose(promise(10**6, models=10**9), 0.00349, rtol=1e-2)
    np.testing.assert_allclose(promise(np.array([1, 4])), [1.3581, 0.67905], rtol=1e-4)
    np.testing.assert_allclose(chapter["hoeffding"](np.array([0, 10**6]), 1.0), [1, 0])
    for wrong in (
        lambda: chebyshev(1, 0),
        lambda: cantelli(1, -1),
        lambda: cantelli(-1, 1),
        lambda: chapter["hoeffding"](10, -0.1),  # e^(-2nt²) would be no bound there
        lambda: promise(0),
        lambda: promise(10, delta=1),
        lambda: promise(10, models=0),
    ):
        with pytest.raises(ValueError, match=r"positive|1 or more"):
            wrong()


def test_lagrange_duality():
    chapter = definitions(ROOT / "chapters/foundations/lagrange_duality.ipynb")
    by_corners, by_prices, dual = (chapter[name] for name in ("solve_by_corners", "raise_prices", "dual"))
    Q, c = np.diag([1e4, 1.0]), np.array([-1e4, -1.0])
    for G, h, expected in (
        (np.array([[1.0, 1.0]]), np.array([1.0]), [1 - 1 / 10001, 1 / 10001]),
        (np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([0.5, 0.5]), [0.5, 1.0]),  # one wall twice
        (np.array([[1.0, 0.0]]), np.array([7.0]), [1.0, 1.0]),  # a wall far away
    ):
        x, prices = by_corners(Q, c, G, h)
        np.testing.assert_allclose(x, expected, atol=1e-8)
        np.testing.assert_allclose(by_prices(Q, c, G, h)[0], expected, atol=1e-6)
        np.testing.assert_allclose(dual(prices, Q, c, G, h)[0], x @ Q @ x / 2 + c @ x)
    with pytest.raises(ValueError, match="no feasible place"):
        by_corners(Q, c, np.array([[1.0, 0.0], [-1.0, 0.0]]), np.array([-1.0, -1.0]))
    with pytest.raises(ValueError, match="positive semidefinite"):  # a saddle satisfies the conditions too
        by_corners(np.diag([1.0, -1.0]), np.zeros(2), np.eye(2), np.ones(2))
    rng = np.random.default_rng(5)
    for scale in (1e-6, 1.0, 1e7):  # the units of the data do not matter
        for _ in range(20):
            G, h, c = rng.normal(size=(5, 3)), rng.uniform(0.1, 1, 5), rng.normal(size=3)
            x, prices = by_corners(np.eye(3), scale * c, G, scale * h)
            np.testing.assert_allclose(x + scale * c + G.T @ prices, 0, atol=1e-12 * scale)
    np.testing.assert_allclose(by_prices(np.eye(1), np.ones(1), np.zeros((1, 1)), np.ones(1))[0], [-1])  # no wall


def test_python_numpy():
    chapter = definitions(ROOT / "chapters/foundations/python_numpy.ipynb")
    assert chapter["rescale"]([10**6, 3, -4], low=-1, high=1) == [1, -1 + 14 / 1000004, -1]
    with pytest.raises(ValueError, match="all values are equal"):
        chapter["rescale"]([2, 2])
    mean = chapter["RunningMean"]()
    for value in (1e4, -1e4, 3):
        mean.add(value)
    assert mean.mean == pytest.approx(1)
    given = np.array([1.0, 2.0])
    assert chapter["noisy"](given, np.random.default_rng(0)).shape == (2,)
    rows = chapter["noisy"](np.zeros((3, 3)), np.random.default_rng(0))
    assert len(np.unique(rows)) == 9  # not one row of noise three times
    assert given.tolist() == [1, 2]


def test_regularization():
    chapter = definitions(ROOT / "chapters/classical/regularization.ipynb")
    lasso, guarantee = chapter["lasso"], chapter["guarantee"]
    rng = np.random.default_rng(0)
    np.testing.assert_array_equal(chapter["soft_threshold"](np.array([3.0, -1.0, 0.4]), 1), [2, 0, 0])
    for n, d in ((5, 12), (1, 3), (40, 4)):
        A, b = rng.normal(size=(n, d)), rng.normal(size=n)
        w = lasso(A, b, 0.1)
        assert guarantee(A, b, 0.1, w) < 1e-10
        np.testing.assert_array_equal(lasso(A, b, np.abs(A.T @ b).max() * 1.001), np.zeros(d))
    A, b = rng.normal(size=(20, 3)), rng.normal(size=20)
    twins = np.column_stack([A[:, 0], A, np.zeros(20)])  # a column twice, and one of zeros
    w = lasso(twins, b, 0.5)
    assert w[-1] == 0
    assert guarantee(twins, b, 0.5, w) < 1e-10
    np.testing.assert_allclose(w[0] + w[1], lasso(A, b, 0.5)[0], atol=1e-6)
    np.testing.assert_array_equal(lasso(A, np.zeros(20), 0.5), np.zeros(3))
    np.testing.assert_allclose(lasso(A, 1e4 * b, 5e3), 1e4 * lasso(A, b, 0.5), rtol=1e-5, atol=1e-2)
    np.testing.assert_array_equal(lasso(np.array([[1, 0], [0, 1]]), [3, 1], 1), [2, 0])  # integers, a list
    for wrong in ((A, b, 0.0), (A, b, np.inf), (A * np.nan, b, 1.0), (A, b[:-1], 1.0), (A[0], b, 1.0)):
        with pytest.raises(ValueError, match="λ > 0"):
            lasso(*wrong)
    assert chapter["degrees_of_freedom"](np.ones((4, 2)), 0) == 1  # of two equal columns
    assert chapter["degrees_of_freedom"](np.zeros((4, 2)), 1.0) == 0


def test_genetic_algorithm():
    chapter = definitions(ROOT / "chapters/classical/genetic_algorithm.ipynb")
    rng = np.random.default_rng(0)
    assert set(chapter["select"]([0, 5, 0], 50, rng)) == {1}
    for wrong in ([1.0, -1.0], [0.0, 0.0]):
        with pytest.raises(ValueError, match="fitness ≥ 0"):
            chapter["select"](wrong, 3, rng)
    assert chapter["tournament"](np.array([3.0]), 4, 2, rng).tolist() == [0, 0, 0, 0]
    assert len(set(chapter["tournament"](np.zeros(5), 500, 3, rng))) == 5  # ties: any of them
    assert set(chapter["tournament"]([1, 5, 2], 500, 9, rng)) >= {1}  # a list will do
    assert chapter["order_and_length"]("***") == (0, 0)

    def bowl(X):
        return ((X - 1e4) ** 2).sum(axis=1)

    x, value = chapter["genetic_algorithm"](bowl, [9_990], [10_010], 3000, rng)
    assert abs(x[0] - 1e4) < 0.1
    assert value == bowl(x[None])[0]
    x, _ = chapter["genetic_algorithm"](bowl, np.full(3, 2e4), np.full(3, 3e4), 3000, rng)  # the minimum is outside
    np.testing.assert_allclose(x, 2e4)
    for box in (([1.0], [1.0], 3000), ([0.0], [1.0], 20)):
        with pytest.raises(ValueError, match="low < high"):
            chapter["genetic_algorithm"](bowl, *box, rng)
    for cities in (rng.random((2, 2)), np.zeros((5, 2)), 1e4 + rng.random((3, 2))):
        tour, length = chapter["genetic_tour"](cities, 300, rng)
        assert sorted(tour) == list(range(len(cities)))
        np.testing.assert_allclose(length, chapter["lengths_of"](tour[None], cities)[0])
    circle = np.column_stack([f(2 * np.pi * np.arange(12) / 12) for f in (np.cos, np.sin)])
    _, length = chapter["genetic_tour"](circle[rng.permutation(12)], 6000, rng)
    np.testing.assert_allclose(length, 24 * np.sin(np.pi / 12))  # the polygon itself


def test_decision_tree():
    chapter = definitions(ROOT / "chapters/classical/decision_tree.ipynb")
    grow, predict, best_split = chapter["grow"], chapter["predict"], chapter["best_split"]
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 3)), np.arange(40) % 3

    for data in (X, X + 1e4, X - 1e4, np.round(1e6 * X).astype(int), 1e-9 * X, 1e300 * X, X[:, :1]):
        tree = grow(data, y)
        np.testing.assert_array_equal(predict(tree, data), y)
        assert (np.count_nonzero(tree.counts[tree.left < 0], axis=1) == 1).all()
        np.testing.assert_array_equal(tree.counts[tree.left >= 0].shape[0], (tree.left < 0).sum() - 1)
    np.testing.assert_array_equal(
        predict(grow(X[:4].repeat(9, axis=1), y[:4]), X[:4].repeat(9, axis=1)), y[:4]
    )  # n < d
    words = np.array(["no", "yes", "perhaps"])[y]
    np.testing.assert_array_equal(predict(grow(X, words), X), words)

    for data, labels in ((X, np.zeros(40, int)), (X[:1], y[:1]), (np.ones((40, 2)), y)):  # nothing to ask
        tree = grow(data, labels)
        assert tree.left.tolist() == [-1]
        assert predict(tree, data).tolist() == [0] * len(data)
        assert chapter["prune"](tree.left, tree.right, np.array([0.0]))[1].tolist() == [[0, 1, 0]]
    assert best_split(np.ones((5, 2)), np.arange(5)) is None
    twice = np.vstack([X, X, X])  # samples that differ in their class only
    mixed = grow(twice, np.concatenate([y, y, (y + 1) % 3]))
    assert (mixed.left < 0).sum() == 40
    np.testing.assert_array_equal(predict(mixed, X), y)

    neighbours = np.array([[1.0], [np.nextafter(1, 2)]])  # no number lies between them
    assert predict(grow(neighbours, [0, 1]), neighbours).tolist() == [0, 1]
    chain = np.arange(3000)  # one long branch: deeper than Python's recursion
    deep = grow(chain[:, None], chain % 2)
    np.testing.assert_array_equal(predict(deep, chain[:, None]), chain % 2)
    for wrong in ((X, y[:-1]), (X[0], y[:3]), (X[:0], y[:0]), (np.where(X > 2, np.nan, X), y), (X[:, :0], y)):
        with pytest.raises(ValueError, match=r"\(n, d\)"):
            grow(*wrong)
    with pytest.raises(ValueError, match="more features"):
        predict(grow(X, y), X[:, :1])

    large = rng.normal(size=(100_000, 2)).round(2)
    stump = grow(large, large[:, 1] > 0.505, max_depth=1)
    assert stump.feature[0] == 1
    assert np.isclose(stump.threshold[0], 0.505)


def test_pruning_a_decision_tree():
    chapter = definitions(ROOT / "chapters/classical/decision_tree.ipynb")
    rng = np.random.default_rng(0)
    for classes, levels in ((2, 4), (5, 30)):  # few values: many cuts of equal gain
        X, y = rng.integers(0, levels, size=(300, 4)), rng.integers(0, classes, size=300)
        library = DecisionTreeClassifier(random_state=0)
        found = library.cost_complexity_pruning_path(X, y)
        tree = library.fit(X, y).tree_
        risk = tree.weighted_n_node_samples / 300 * tree.impurity
        price, path = chapter["prune"](tree.children_left, tree.children_right, risk)
        prices = np.linspace(0, 0.02, 40)
        ours = [path[path[:, 0] <= a + 1e-12][-1, 2] for a in prices]
        theirs = [found.impurities[found.ccp_alphas <= a + 1e-12][-1] for a in prices]
        np.testing.assert_allclose(ours, theirs, atol=1e-10)
        assert np.isinf(price[tree.children_left < 0]).all()
        assert path[-1, 1] == 1


def test_information_gain():
    chapter = definitions(ROOT / "chapters/classical/decision_tree.ipynb")
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"a": rng.integers(0, 3, 30), "b": "x", "c": rng.integers(0, 2, 30)})
    table["d"] = table.a * table.c > 1
    for name in ("a", "c", "d"):
        expected = mutual_info_score(table[name], table.d) / np.log(2)
        assert np.isclose(chapter["gain"](table[name], table.d), expected)
        assert np.isclose(chapter["gain"](table[name].tolist(), table.d.tolist()), expected)
    assert chapter["gain"](table.b, table.d) == chapter["gain_ratio"](table.b, table.d) == 0
    assert chapter["gain"](table.a, table.b) == 0  # one class
    missing = table.a.where(table.a > 0)
    assert np.isclose(chapter["gain"](missing, table.d), chapter["gain"](table.a, table.d))
    assert np.isclose(chapter["gain_ratio"](missing, table.d), chapter["gain_ratio"](table.a, table.d))
    assert chapter["bits"]([None, None, "a", "a"]) == 1

    drawn = table.sample(30, replace=True, random_state=0)  # rows with one index
    tree = chapter["id3"](drawn, "d")

    def answer(tree, row):
        while isinstance(tree, tuple):
            tree = tree[1][row[tree[0]]]
        return tree

    assert all(answer(tree, row) == row["d"] for _, row in drawn.iterrows())
    assert chapter["id3"](table[["d"]], "d") == table.d.mode()[0]
    assert not chapter["id3"](table[table.d < 1], "d")


def test_hidden_markov_models():
    chapter = definitions(ROOT / "chapters/classical/hmm.ipynb")
    logs, posterior = chapter["logs"], chapter["posterior"]
    viterbi, baum_welch = chapter["viterbi"], chapter["baum_welch"]
    rng = np.random.default_rng(0)

    def model(k, m):
        return rng.dirichlet(np.ones(k)), rng.dirichlet(np.ones(k), k), rng.dirichlet(np.ones(m), k)

    with np.errstate(all="raise"):
        for k, m, T in ((1, 1, 1), (1, 4, 3), (4, 1, 6), (3, 5, 1), (5, 2, 7)):  # one state, one symbol, one time
            pi, A, B = model(k, m)
            o = rng.integers(0, m, T)
            every = chapter["all_paths"](pi, A, B.T[o])
            log_P, gamma, moves = posterior(*logs(pi, A, B, o))
            path, log_best = viterbi(*logs(pi, A, B, o))
            np.testing.assert_allclose([np.exp(log_P), np.exp(log_best)], [every.sum(), every.max()])
            np.testing.assert_allclose(every[tuple(path)], every.max())
            np.testing.assert_allclose([*gamma.sum(axis=1), moves.sum() + 1], [1] * T + [T])

        pi, A, B = (
            np.array([1, 0, 0]),
            np.array([[0, 1, 0], [0, 0, 1], [1, 0, 0]]),
            np.eye(3),
        )  # nothing but zeros and ones
        long = np.arange(100_000) % 3
        log_P, gamma, moves = posterior(*logs(pi, A, B, long))
        assert log_P == 0
        np.testing.assert_array_equal(viterbi(*logs(pi, A, B, long))[0], long)
        np.testing.assert_array_equal(moves, A * [[0, 33333, 0], [0, 0, 33333], [33333, 0, 0]])
        for function in (posterior, viterbi):
            with pytest.raises(ValueError, match=r"probability 0|no path"):
                function(*logs(pi, A, B, np.array([0, 2])))

        same = model(2, 3)
        *again, history = baum_welch([np.array([1]), np.array([1] * 50)], *same, 40)  # one symbol only
        assert (np.diff(history) > -1e-9).all()
        np.testing.assert_allclose(again[2][:, 1] @ posterior(*logs(*again, np.array([1] * 50)))[1].T, 1, atol=1e-3)
        lost = np.array([1.0, 0.0]), np.array([[1.0, 0.0], [0.3, 0.7]]), np.array([[0.5, 0.5], [0.9, 0.1]])
        *kept, _ = baum_welch([np.array([0, 1, 1])], *lost, 3)  # a state that is never visited keeps its rows
        np.testing.assert_array_equal([kept[1][1], kept[2][1]], [lost[1][1], lost[2][1]])

    pi, A, B = model(3, 4)
    for wrong in (
        lambda: logs(pi, A, B, np.array([], dtype=int)),
        lambda: logs(pi, A, B, np.array([0, 4])),
        lambda: logs(pi, A, B, np.array([0, -1])),
        lambda: logs(pi, A, B, np.array([0.0, 1.0])),
        lambda: logs(pi, A.T, B, np.array([0])),
        lambda: logs(pi[:2] / pi[:2].sum(), A, B, np.array([0])),
        lambda: logs(pi, A, B * np.nan, np.array([0])),
        lambda: logs(2 * pi, A, B, np.array([0])),
    ):
        with pytest.raises(ValueError, match=r"shapes|rows|symbols|integers"):
            wrong()


def test_support_vector_machines():
    chapter = definitions(ROOT / "chapters/classical/svm.ipynb")
    machine, linear, rbf = (chapter[name] for name in ("SupportVectorMachine", "linear", "rbf"))
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 3)), np.where(np.arange(40) % 3 == 0, 1, 0)
    X[:, 0] += y
    few, wide = X[:2], rng.normal(size=(9, 50))  # n = 2; n < d
    hard = [
        (X, y, linear, 1.0),
        (X + 1e4, y, linear, 1.0),
        (X - 1e4, y, rbf, 1.0),
        (1e4 * X, y, rbf, 1.0),  # every sample far from every other
        (few, y[:2], linear, 1.0),
        (wide, y[:9], linear, 10.0),
        (np.repeat(X, 3, axis=0), np.repeat(y, 3), rbf, 1.0),
        (np.vstack([X, X]), np.hstack([y, 1 - y]), rbf, 1.0),  # each sample in both classes
        (np.zeros_like(X), y, linear, 1.0),
        (X, y, rbf, 1e-8),
        (rng.integers(0, 3, (40, 3)), y, linear, 1.0),  # ties
    ]
    for data, labels, kernel, C in hard:
        ours = machine(kernel, C, tolerance=1e-5).fit(data, labels)
        name = {"kernel": "linear"} if kernel is linear else {"gamma": 1.0}
        theirs = SVC(C=C, tol=1e-5, **name).fit(data - data.mean(axis=0), labels)
        expected = theirs.decision_function(data - data.mean(axis=0))
        np.testing.assert_allclose(ours.decision(data), expected, atol=2e-3)
        assert np.all(ours.alpha > 0)
        assert np.all(ours.alpha <= C)
        assert ours.path[-1][0] <= 1e-5
        assert abs(ours.coefficients.sum()) < 1e-9 * max(1, len(labels) * C)
    names = np.where(y > 0, "yes", "no")
    assert set(machine(rbf).fit(X, names).predict(X)) == {"yes", "no"}
    separable = machine(linear, np.inf).fit([[3.0, 3], [4, 3], [1, 1]], [1, 1, -1])
    np.testing.assert_allclose(separable.alpha, 0.25)

    for data, labels in ((X, np.zeros(40)), (X, np.arange(40)), (np.full_like(X, np.nan), y), (X, y[:7]), (X[0], y)):
        with pytest.raises(ValueError, match=r"two classes|finite numbers"):
            machine().fit(data, labels)
    for price in (0.0, -1.0, np.nan):
        with pytest.raises(ValueError, match="C must be positive"):
            machine(C=price)
    with pytest.raises(ValueError, match="no kernel"):
        machine(lambda A, B: -(A @ B.T)).fit(X, y)

    n = 100_000
    many, sides = rng.normal(size=(n, 2)), np.arange(n) % 2
    many[:, 0] += 20 * sides
    large = machine(linear, tolerance=1e-3).fit(many, sides)
    assert np.array_equal(large.predict(many), sides)
    assert len(large.support) < 10


def test_kmeans():
    chapter = definitions(ROOT / "chapters/classical/kmeans.ipynb")
    lloyd, plus_plus, kmeans, silhouettes = (chapter[name] for name in ("lloyd", "plus_plus", "kmeans", "silhouettes"))
    rng = np.random.default_rng(0)

    wide = rng.normal(size=(4, 30))  # fewer samples than features
    for X in (wide, wide + 1e4, 1e4 * wide, np.repeat(wide, 5, axis=0)):
        C, z, history = kmeans(X, 4, rng, starts=20)
        assert history[-1] < 1e-12 * np.abs(X).max() ** 2
        assert len(np.unique(z)) == 4
        np.testing.assert_allclose(C[z], X)
    colours = rng.integers(0, 256, (500, 3)).astype(np.uint8)  # differences that bytes cannot hold
    starts = colours[:5]
    C, z, history = lloyd(colours, starts)
    reference = KMeans(5, init=starts.astype(float), n_init=1, tol=0, max_iter=1000).fit(colours.astype(float))
    np.testing.assert_allclose(history[-1], reference.inertia_)
    np.testing.assert_allclose(C, reference.cluster_centers_)
    assert starts.dtype == np.uint8

    same = np.full((6, 2), 0.1)  # one place, more centres than places
    C, z, history = kmeans(same, 3, rng)
    assert z.tolist() == [0] * 6
    assert history[-1] < 1e-30
    assert plus_plus(same, 3, rng).shape == (3, 2)
    assert np.all(np.diff(lloyd([[0.0], [2.0], [4.0]], [[0.0], [4.0]])[2]) < 0)  # a tie in the middle
    C, z, history = lloyd([[7.0, -1.0]], [[0.0, 0.0]])  # one sample
    assert (C.tolist(), z.tolist(), history.tolist()) == ([[7.0, -1.0]], [0], [50.0, 0.0])
    many = rng.normal(size=(100_000, 2)) + 1e4
    assert np.isclose(lloyd(many, many[:1])[2][-1], len(many) * many.var(axis=0).sum())
    empty = np.r_[wide[:2], np.full((2, 30), 1e4)]
    assert len(np.unique(lloyd(wide, chapter["refill"](wide, empty))[1])) == 4
    assert chapter["refill"](same, np.r_[same[:1], [[5.0, 5.0]]]).tolist() == [[0.1, 0.1], [5.0, 5.0]]
    for trial in range(300):  # ties and duplicates, with which rounding can pretend a gain
        X = 0.1 * rng.integers(0, 4, (rng.integers(3, 20), rng.integers(1, 3))) + 1e4 * (trial % 2)
        z, moves = rng.integers(3, size=len(X)), 0
        while (following := chapter["best_single_move"](X, z)) is not None:
            z, moves = following, moves + 1
            assert moves < 200
    for wrong in (
        lambda: lloyd(wide, wide[:, :2]),
        lambda: lloyd(wide[0], wide[0]),
        lambda: lloyd(wide, wide[:0]),
        lambda: lloyd(wide[:0], wide),
        lambda: lloyd(wide, np.nan * wide),
        lambda: plus_plus(wide, 5, rng),
        lambda: plus_plus(wide, 0, rng),
        lambda: plus_plus(wide[0], 1, rng),
        lambda: kmeans(np.inf * np.ones((3, 1)), 2, rng),
        lambda: silhouettes(wide, np.zeros(4)),
    ):
        with pytest.raises(ValueError, match=r"shapes|samples|need|only one"):
            wrong()

    for X, labels in (
        (wide, np.array([0, 0, 1, 1])),
        (wide + 1e4, np.array([3, 3, 3, 8])),  # one sample alone, labels that are not 0, 1, …
        (same, np.arange(6) % 2),  # all distances 0
        (rng.normal(size=(60, 2)), np.arange(60) % 4),
    ):
        np.testing.assert_allclose(silhouettes(X, labels), silhouette_samples(X, labels), atol=1e-8)

    z = np.array([0, 1, 2])
    assert chapter["best_single_move"](np.zeros((3, 1)), z) is None


def test_em():
    chapter = definitions(ROOT / "chapters/classical/em.ipynb")
    responsibilities, maximise, fit = chapter["responsibilities"], chapter["maximise"], chapter["fit"]
    rng = np.random.default_rng(0)
    A = rng.normal(size=(3, 4, 4))
    mixture = rng.dirichlet(np.ones(3)), rng.normal(size=(3, 4)), A @ A.transpose(0, 2, 1) + np.eye(4)
    X = rng.normal(size=(50, 4))
    P = np.column_stack([w * multivariate_normal(m, S).pdf(X) for w, m, S in zip(*mixture, strict=True)])
    np.testing.assert_allclose(responsibilities(X, *mixture), P / P.sum(axis=1, keepdims=True))
    for offset in (-1e4, 1e4):  # a shift of everything changes nothing
        moved = mixture[0], mixture[1] + offset, mixture[2]
        np.testing.assert_allclose(responsibilities(X + offset, *moved), responsibilities(X, *mixture), atol=1e-8)
    far = responsibilities(np.full((1, 4), 1e4), *mixture)
    assert np.all(np.isfinite(far))
    assert np.isclose(far.sum(), 1)
    assert np.all(responsibilities(X, np.array([0.5, 0.5, 0.0]), *mixture[1:])[:, 2] == 0)
    one = responsibilities(X[:1], np.ones(1), X[:1], np.eye(4)[None])  # one sample, one component
    np.testing.assert_array_equal(one, [[1.0]])

    integers = rng.integers(0, 9, (100_000, 2)).astype(np.uint8)
    weights, means, covariances = maximise(integers, np.full((100_000, 2), 0.5))
    np.testing.assert_allclose(weights, 0.5)
    np.testing.assert_allclose(means[0], integers.mean(axis=0))
    np.testing.assert_allclose(covariances[1], np.cov(integers.T.astype(float), bias=True))
    np.testing.assert_allclose(maximise(X[:1], np.ones((1, 1)), ridge=0.5)[2], 0.5 * np.eye(4)[None])

    flat = np.column_stack([X, np.full(50, 0.1)])  # a constant feature
    twice = np.column_stack([X, X[:, 0] + X[:, 1] + 1e4])
    for data in (X[:3], flat, flat + 1e4, twice, np.repeat(X[:3], 20, axis=0)):
        theta = maximise(data, np.full((len(data), 2), 0.5))
        with pytest.raises(ValueError, match="collapsed"):
            responsibilities(data, *theta)
        wide = maximise(data, np.full((len(data), 2), 0.5), ridge=0.1)
        np.testing.assert_allclose(responsibilities(data, *wide), 0.5, atol=1e-6)
    with pytest.raises(ValueError, match="no samples"):
        maximise(X, np.column_stack([np.ones(50), np.zeros(50)]))
    with pytest.raises(ValueError, match="one row a sample"):
        maximise(X, np.ones((49, 1)))

    (weights, means, covariances), history = fit(X, (np.ones(1), X[:1], np.eye(4)[None]))
    np.testing.assert_allclose(means[0], X.mean(axis=0))
    np.testing.assert_allclose(covariances[0], np.cov(X.T, bias=True))
    assert np.isclose(history[-1], multivariate_normal(means[0], covariances[0]).logpdf(X).sum())


def test_convolutions():
    grouped = definitions(ROOT / "chapters/networks/grouped_convolution.ipynb")
    transposed = definitions(ROOT / "chapters/networks/transposed_convolution.ipynb")
    rng = np.random.default_rng(0)
    bytes_, W = (
        rng.integers(0, 256, (4, 5, 6)).astype(np.uint8),
        rng.normal(size=(2, 2, 3, 3)),
    )  # a picture as it is read
    x = torch.tensor(bytes_, dtype=torch.float64, requires_grad=True)
    kernel = torch.tensor(W, requires_grad=True)
    out = torch.nn.functional.conv2d(x[None], kernel, groups=2, stride=2, padding=1)[0]
    np.testing.assert_allclose(grouped["convolve"](bytes_, W, groups=2, stride=2, padding=1), out.detach())
    G = rng.normal(size=out.shape)
    back = torch.autograd.grad(out, (x, kernel), torch.tensor(G))
    for ours, theirs in zip(grouped["convolve_backward"](G, bytes_, W, 2, 2, 1), back, strict=True):
        np.testing.assert_allclose(ours, theirs)
    far = 1e4 + rng.normal(size=(3, 1, 1))  # a picture of one pixel
    np.testing.assert_allclose(grouped["convolve"](far, np.ones((1, 3, 1, 1))), far.sum(keepdims=True))
    for wrong in ((bytes_, W, 3), (bytes_, rng.normal(size=(2, 3, 3, 3)), 1)):
        with pytest.raises(ValueError, match="groups"):
            grouped["convolve"](*wrong)
    with pytest.raises(ValueError, match="does not fit"):
        grouped["output_size"](2, 3)
    with pytest.raises(ValueError, match="divide"):
        grouped["shuffle"](np.arange(7), 2)

    y, W = rng.integers(0, 9, (2, 1, 3)), rng.normal(size=(2, 3, 2, 2))
    expected = torch.nn.functional.conv_transpose2d(torch.tensor(y).double()[None], torch.tensor(W), stride=3)[0]
    np.testing.assert_allclose(transposed["transposed_convolve"](y, W, stride=3), expected)
    with pytest.raises(ValueError, match="leaves nothing"):
        transposed["transposed_convolve"](y[:, :, :1], W, padding=1)
    with pytest.raises(ValueError, match="groups"):
        transposed["transposed_convolve"](y, W[:1])


def test_activation_functions():
    chapter = definitions(ROOT / "chapters/networks/activation_functions.ipynb")
    far = np.array([-1e4, -745.0, 0.0, 745.0, 1e4])
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_allclose(chapter["sigmoid"](far), expit(far), atol=1e-300)
        np.testing.assert_allclose(chapter["softplus"](far), np.logaddexp(0, far))
        for name, function in (("elu", "elu"), ("gelu", "gelu"), ("swish", "silu"), ("leaky_relu", "leaky_relu")):
            theirs = getattr(torch.nn.functional, function)(torch.tensor(far))
            np.testing.assert_allclose(chapter[name](far), theirs, atol=1e-300, err_msg=name)
    for name in ("sigmoid_slope", "elu_slope", "gelu_slope", "swish_slope"):
        assert np.isfinite(chapter[name](far)).all(), name
    np.testing.assert_allclose(chapter["softplus"](np.array([3])), np.log(1 + np.exp(3)))  # whole numbers


def test_normalisation():
    chapter = definitions(ROOT / "chapters/networks/initialization_and_normalization.ipynb")
    rng = np.random.default_rng(0)
    for shape in ((1, 4, 3, 3), (2, 4, 1, 1), (5, 6, 2, 3)):
        X, G = 1e4 + rng.normal(size=shape), rng.normal(size=shape)
        x = torch.tensor(X, requires_grad=True)
        out = torch.nn.functional.group_norm(x, 2)
        ours = chapter["norm_layer"](X, G, "group", groups=2)
        np.testing.assert_allclose(ours[0], out.detach(), atol=1e-6)
        np.testing.assert_allclose(ours[1], torch.autograd.grad(out, x, torch.tensor(G))[0], atol=1e-6)
    constant, back = chapter["norm_layer"](np.ones((3, 2, 2, 2)), np.ones((3, 2, 2, 2)), "batch")  # no variance
    assert not constant.any()
    assert not back.any()
    with pytest.raises(ValueError, match="divide"):
        chapter["norm_layer"](np.ones((1, 5, 2, 2)), np.ones((1, 5, 2, 2)), "group", groups=2)


def test_optimizers():
    chapter = definitions(ROOT / "chapters/networks/optimizers.ipynb")
    rng = np.random.default_rng(0)
    for make in (
        lambda: chapter["SGD"](0.1, momentum=0.9, nesterov=True),
        lambda: chapter["AdaGrad"](0.1),
        lambda: chapter["RMSProp"](0.1),
        lambda: chapter["Adam"](0.1, amsgrad=True),
        lambda: chapter["Adam"](0.1, weight_decay=0.1, decoupled=True),
    ):
        w = np.arange(3)  # whole numbers, which must not be changed in place
        optimizer = make()
        with np.errstate(all="raise", under="ignore"):
            for g in (np.zeros(3), 1e4 * np.ones(3), -1e-4 * np.ones(3)):
                assert np.isfinite(optimizer.step(w, g)).all()
            np.testing.assert_array_equal(w, [0, 1, 2])
            assert np.isfinite(make().step(5.0, 3.0))  # one weight
        for wrong in (np.zeros(2), np.zeros((3, 1)), 0.0):
            with pytest.raises(ValueError, match="shapes differ"):
                optimizer.step(w, wrong)
            with pytest.raises(ValueError, match="shapes differ"):
                optimizer.step(wrong, wrong)  # another vector than before
    with pytest.raises(ValueError, match="Nesterov"):
        chapter["SGD"](0.1, nesterov=True)

    solve = chapter["conjugate_gradients"]
    for d in (1, 2, 7):
        A = rng.normal(size=(d, d))
        H, b = A @ A.T + np.eye(d), 1e4 + rng.normal(size=d)
        path = solve(lambda w, H=H: H @ w, b, np.zeros(d), steps=3 * d, tolerance=1e-9)
        np.testing.assert_allclose(H @ path[-1], b, rtol=1e-9)
        assert len(solve(lambda w, H=H: H @ w, b, np.linalg.solve(H, b), tolerance=1e-6)) == 1
    assert len(solve(lambda w: w, np.ones(4), np.ones(4))) == 1  # already there
    assert len(solve(lambda w: 2 * w, np.ones(4), np.zeros(4))) == 2  # one eigenvalue
    for H in (np.diag([1.0, -2.0]), np.zeros((2, 2))):
        with pytest.raises(ValueError, match="not positive definite"):
            solve(lambda w, H=H: H @ w, np.ones(2), np.zeros(2))

    for scale in (1e-20, 1.0, 1e20):  # far more steps than needed
        path = solve(lambda w, c=scale: c * np.array([1.0, 100.0]) * w, np.ones(2), np.zeros(2), steps=2000)
        np.testing.assert_allclose(path[-1], np.array([1, 0.01]) / scale)

    wide = rng.normal(size=(3, 8))  # fewer samples than weights
    w, _ = chapter["lbfgs"](lambda w: (np.sum((wide @ w - 1e4) ** 2), 2 * wide.T @ (wide @ w - 1e4)), np.zeros(8))
    np.testing.assert_allclose(wide @ w, 1e4, rtol=1e-8)
    assert chapter["lbfgs"](lambda w: (0.0, np.zeros(2)), np.ones(2))[1] == 0
    with pytest.raises(ValueError, match="memory"):
        chapter["lbfgs"](lambda w: (w @ w, 2 * w), np.ones(2), memory=0)
    np.testing.assert_allclose(chapter["lbfgs"](lambda w: (w @ w, 2 * w), np.array([3.0]))[0], 0, atol=1e-8)
    assert chapter["cosine"](0, 1) == chapter["constant"](0, 1) == chapter["warmed_cosine"](0, 1) == 1


def test_image_features():
    chapter = definitions(ROOT / "chapters/networks/image_features.ipynb")
    hog, hues, boxes = chapter["hog"], chapter["hues"], chapter["boxes"]
    rng = np.random.default_rng(0)
    bytes_ = rng.integers(0, 256, (3, 21, 34)).astype(np.uint8)  # sides that cells do not divide
    expected = [skimage_hog(U.astype(float), 5, (4, 4), (2, 2), block_norm="L2") for U in bytes_]
    np.testing.assert_allclose(hog(bytes_, s=4, K=5, soft=False), expected, atol=1e-6)
    np.testing.assert_allclose(hog(1e4 + 3.0 * bytes_), hog(bytes_), atol=1e-9)
    np.testing.assert_allclose(hog(-1e4 - bytes_.astype(float)), hog(bytes_), atol=1e-9)
    many = np.repeat(bytes_[:1, :16, :16], 501, axis=0)  # more than one piece; all alike
    assert np.ptp(hog(many), axis=0).max() < 1e-12
    for eps in (1e-5, 0):
        assert not hog(np.full((2, 16, 16), 7), eps=eps).any()  # no edge anywhere
    for wrong, message in (
        (bytes_[:0], "n, H, W"),
        (bytes_[0], "n, H, W"),
        (bytes_[:, :15], "n, H, W"),
        (np.full((1, 16, 16), np.nan), "NaN"),
    ):
        with pytest.raises(ValueError, match=message):
            hog(wrong)
    with pytest.raises(ValueError, match="two bins"):
        hog(bytes_, K=1)

    colours = rng.integers(0, 256, (4, 5, 6, 3)).astype(np.uint8)
    np.testing.assert_allclose(chapter["hue_and_chroma"](colours)[0] / 360, rgb_to_hsv(colours / 255)[..., 0])
    np.testing.assert_allclose(hues(colours).sum(axis=1), 1)
    assert not hues(np.full((2, 3, 3, 3), 128)).any()  # grey has no hue
    assert boxes(colours).sum(axis=1).tolist() == pytest.approx([1] * 4)
    assert boxes(np.full((1, 1, 1, 3), 255))[0, 63] == 1
    for wrong in (colours - 300.0, np.full((1, 2, 2, 3), 256), np.full((1, 2, 2, 3), np.nan)):
        with pytest.raises(ValueError, match="0 … 255"):
            boxes(wrong)


def test_batch_size_and_learning_rate():
    chapter = definitions(ROOT / "chapters/networks/batch_size_and_learning_rate.ipynb")
    rng = np.random.default_rng(0)
    covariance = chapter["batch_covariance"]
    for shape in ((1, 3), (2, 5), (7, 2)):  # one sample, fewer samples than parameters
        G = 1e4 + rng.integers(-3, 4, shape)
        Sigma = np.cov(G.T.astype(float), ddof=0)
        np.testing.assert_allclose(covariance(G, 3), Sigma / 3, atol=1e-9)
        assert not covariance(G, len(G), replace=False).any()  # the whole set has no noise
    for wrong in (lambda: covariance(G, 0), lambda: covariance(G, 8, replace=False)):
        with pytest.raises(ValueError, match="no batch"):
            wrong()

    settled = chapter["settled"]
    np.testing.assert_allclose(settled(0.1, 4, 2.0, 3.0), 0.1 / 4 * 3 / (2 * 1.8))
    assert settled(2, 10) == settled(3, 10) == np.inf
    with pytest.raises(ValueError, match="positive"):
        settled(0, 4)

    scale = chapter["noise_scale"]
    np.testing.assert_allclose(scale([3.0], [2.0], 1, 2), (1, 2, 2))
    assert scale([4.0], [4.0], 2, 10)[2] == 0  # all samples agree
    for wrong in (lambda: scale([1], [1], 4, 4), lambda: scale([1], [1], 0, 4), lambda: scale([1.0], [0.1], 1, 2)):
        with pytest.raises(ValueError, match=r"need 1|negative"):
            wrong()

    X, y = torch.tensor(rng.normal(size=(6, 5))), torch.zeros(6, dtype=torch.int64)  # one class
    P = [torch.tensor(rng.normal(size=shape)) for shape in ((5, 3), (1, 3), (3, 4), (1, 4))]
    for factor in (0.0, 1.0, 1e4):
        rows = chapter["sample_gradients"](P, factor * X, y)
        found = chapter["squared_lengths"](P, factor * X, y)
        np.testing.assert_allclose(found, (rows**2).sum(dim=1), atol=1e-12)

    flat = chapter["largest_curvature"](lambda P: P[0].sum() * 0 + (P[0] ** 2).sum() * 0, [torch.ones(3)])
    assert flat == 0
    down = chapter["largest_curvature"](lambda P: -(P[0] ** 4).sum(), [torch.ones(3).double()])
    np.testing.assert_allclose(down, -12)


def test_git(tmp_path):
    chapter = definitions(ROOT / "chapters/practice/git.ipynb")
    tiny_git = type("TinyGit", (chapter["TinyGit"],), {name: chapter[name] for name in ("tree", "commit")})
    who = "Reader <reader@example.org>"
    empty = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"  # Git's name of the tree without entries
    (tmp_path / "nothing/in/here").mkdir(parents=True)
    assert tiny_git(tmp_path).tree(tmp_path) == empty
    (tmp_path / "nowhere").symlink_to("missing")
    assert tiny_git(tmp_path).tree(tmp_path) != empty

    git = tmp_path / ".git"
    (git / "HEAD").write_text("ref: refs/heads/other\n")
    first = tiny_git(tmp_path).commit(tmp_path, "one", who, 1, branch="a/b")
    assert tiny_git(tmp_path).commit(tmp_path, "one", who, 1, branch="a/b") != first  # it has a parent
    assert (git / "HEAD").read_text() == "ref: refs/heads/other\n"  # a repository's own HEAD stays
    (git / "packed-refs").write_text("")
    with pytest.raises(ValueError, match="packed"):
        tiny_git(tmp_path).commit(tmp_path, "two", who, 2)


def test_a_tiny_tikz():
    chapter = definitions(ROOT / "chapters/practice/tikz.ipynb")
    cm = 72.27 / 2.54
    chapter["UNITS"] = {None: cm, "cm": cm, "mm": cm / 10, "pt": 1}
    tiny = type("TinyTikz", (chapter["TinyTikz"],), {name: chapter[name] for name in ("name", "draw")})
    assert tiny("").paths == []
    (path,) = tiny("\\draw (-1pt,.5) -- ( 2cm , 3mm )\n  -- cycle;").paths
    assert [step[0] for step in path] == ["M", "L", "Z"]
    np.testing.assert_allclose(path[0][1:] + path[1][1:], [-1, cm / 2, 2 * cm, 0.3 * cm])
    (path,) = tiny(r"\coordinate (my P) at (10000,-10000); \draw[blue, dashed] (my P) -- +(1,0) -- +(0,1);").paths
    np.testing.assert_allclose([step[1:] for step in path[1:]], [[10001 * cm, -1e4 * cm], [1e4 * cm, -9999 * cm]])
    for source, said in (
        (r"\draw (0,0) -- (1,1)", "no semicolon"),
        (r"\Draw (0,0) -- (1,1);", "cannot read"),
        (r"\draw (0,0) - (1,1);", "cannot read"),
        (r"\draw (0,0) -- (1.1);", "no shape named"),
        (r"\draw (0,0) -- (1,1em);", "cannot read"),
        (r"\draw -- (1,1);", "begins with a coordinate"),
        (r"\draw cycle;", "begins with a coordinate"),
        (r"\node (a.1) at (0,0) {};", "cannot read"),
        (r"\node (a) at (0,0) {text};", "cannot read"),
        (r"\coordinate (A) at (1,1); \draw (0,0) -- ($(A)!(0,0)!(A)$);", "one point twice"),
        (r"\draw (0,0) -- ($(1,1)*2$);", "cannot read"),
        (r"\coordinate (A) at (1,1); \draw (0,0) -- ($(A)!3mm!(A)$);", "one point twice"),
        (r"\draw (0,0) -- ($(1,1)! !(2,2)$);", "cannot read"),
        (r"\draw (0,0) -- ($(1,1)!1e1!(2,2)$);", "cannot read"),
        (r"\draw (0,0) -- ($(1,1)!(12,34!(2,2)$);", "cannot read"),
        (r"\draw (0,0) -- (1,2,3);", "cannot read"),
        (r"\draw (0,0) -- -- (1,1);", "cannot follow"),
        (r"\draw (0,0) -- (1,1) cycle;", "cannot follow"),
        (r"\draw (0,0) --;", "nothing follows"),
        (r"\draw (0,0) circle (2 and 5mm);", "no sizes"),
        (r"\draw (0,0) ellipse (2 and 5mm);", "no sizes"),
        (r"\draw (0,0) circle +(2);", "no sizes"),
        (r"\draw[scale=2] (0,0) -- (1,1);", "cannot read"),  # would move the path
        (r"\node[draw, thick] (a) at (0,0) {};", "cannot read"),  # would move the border
        (r"\node[minimum width=2] (a) at (0,0) {};", "cannot read"),  # two points in TikZ
        (r"\node (a ) at (0,0) {};", "cannot read"),
        (r"\node (a) at (0,0) {}; \draw ( a) -- (3,0);", "no shape named ' a'"),
        ("\\draw (0,0) % a comment\n-- (1,1);", "cannot read"),
        (r"\draw (点) -- (1,1);", "no shape named '点'"),
    ):
        with pytest.raises(ValueError, match=said):
            tiny(source)

    two = tiny("\\coordinate (点) at (1,\n2);\\coordinate (点) at (2,2);\\draw(点)--+(0,-1) (0,0) -- (1,0);").paths
    np.testing.assert_allclose([step[1:] for step in two[0]], cm * np.array([[2, 2], [2, 1], [0, 0], [1, 0]]))
    wide = r"\node[draw, minimum width=2cm, minimum height=1cm] (a) at (0,0) {};"
    np.testing.assert_allclose(tiny(wide + r"\draw (4,0) -- (a);").paths[1][-1][1:], [cm + 0.2, 0])
    path = tiny(wide + r"\draw (0,3) -- (a) -- cycle;").paths[1]
    assert [step[0] for step in path] == ["M", "L", "M", "Z"]
    (*_, left_at, end) = tiny(wide + r"\draw (a) circle (1) -- (0,5);").paths[1]  # the pen has left the node
    np.testing.assert_allclose([left_at[1:], end[1:]], [[0, 0], [0, 5 * cm]])
    for beyond in ("(4,0) -- +(a)", "(4,0) -- ++(a)", "(4,0) rectangle (a)"):
        with pytest.raises(ValueError, match="a node with a size"):
            tiny(wide + rf"\draw {beyond};")

    border = chapter["border"]
    np.testing.assert_array_equal(border((1, 2, 0, 0), (5, 5)), [1, 2])  # a coordinate has no border
    np.testing.assert_array_equal(border((1, 2, 3, 4), (1, 2)), [4, 2])  # no direction: TikZ goes to the right
    np.testing.assert_allclose(border((0, 0, 2, 1), (0, -7)), [0, -1])
    np.testing.assert_allclose(border((0, 0, 2, 1), (-6, 3)), [-2, 1])  # a corner
    large = 10**6 * np.array([[0, 0], [1, 4], [4, 2]])
    np.testing.assert_allclose(chapter["foot"](*large), [2.4e6, 1.2e6])
    for same in ((0, 0), (1e4, -1e4)):
        with pytest.raises(ValueError, match="one point twice"):
            chapter["foot"](same, (1, 2), same)
    np.testing.assert_allclose(chapter["cubic"]([(0, 0), (1, 1), (2, 2), (3, 3)], [0, 0.5, 1])[:, 0], [0, 1.5, 3])
    np.testing.assert_allclose(chapter["cubic"]([(0, 0), (1, 1), (2, 2), (3, 3)], 0.5), [1.5, 1.5])


def test_graph_drawing():
    chapter = definitions(ROOT / "chapters/practice/graph_drawing.ipynb")
    text, source = chapter["text"], chapter["dot_source"]
    assert text("") == '""'
    assert text('a\\"b\n&lt;') == '"a\\\\\\"b\\n&amp;lt;"'
    for wrong in ("a\0b", "\x01", "\r", "\x1f", "\ud800", "\ufffe", "\uffff"):
        with pytest.raises(ValueError, match="control"):
            text(wrong)
    hard = ['"]; evil [label="', "end\\", r"\N \\", "<b>", "&#34;", "node", "R & D"]
    hard += ["图 'q'", "// no comment", "/* nor */", "# this", "x" * 20_000]
    drawn = graph(source(dict(enumerate(hard)), []))
    letters = ET.fromstring(drawn.svg).iter("{http://www.w3.org/2000/svg}text")
    assert [letter.text for letter in letters] == hard
    assert "n0 -- n1" in source({("a", 1): "a", None: "b"}, [(("a", 1), None)], directed=False)
    assert "objects" not in layout(source({}, []))
    with pytest.raises(KeyError):
        source({1: "a"}, [(1, 2)])

    longest_path = chapter["longest_path"]
    assert longest_path([]) == {}
    assert longest_path([(3, 1), (1, 2), (3, 2), (3, 2)]) == {3: 0, 1: 1, 2: 2}
    chain = [(i, i + 1) for i in range(400)]
    assert longest_path(chain[::-1]) == {i: i for i in range(401)}  # the order of edges that needs most rounds
    for cycle in ([(1, 1)], [(1, 2), (2, 3), (3, 1)]):
        with pytest.raises(ValueError, match="cycle"):
            longest_path(cycle)


def test_orders_of_layers():
    chapter = definitions(ROOT / "chapters/practice/graph_drawing.ipynb")
    crossings, ordered = chapter["crossings"], chapter["ordered"]
    square = [["a", "b"], ["x", "y"]]
    assert crossings(square, [("a", "y"), ("b", "x")]) == 1
    assert crossings(square, [("a", "y"), ("a", "y"), ("b", "x")]) == 2  # an edge that is there twice
    assert crossings(square, []) == crossings([], []) == 0
    complete = [(a, b) for a in "ab" for b in "xy"]
    assert crossings(ordered(square, complete), complete) == 1  # none can be avoided
    with pytest.raises(ValueError, match="next layer"):
        crossings(square, [("x", "a")])
    with pytest.raises(ValueError, match="twice"):
        crossings([["a", "a"], ["x"]], [])

    rng = np.random.default_rng(0)
    for _ in range(20):
        layers = [[f"{k}{i}" for i in range(n)] for k, n in enumerate(rng.integers(1, 5, 3))]
        edges = [(a, b) for row, below in itertools.pairwise(layers) for a in row for b in below if rng.random() < 0.4]
        kept = [list(row) for row in layers]
        found = ordered(layers, edges)
        assert layers == kept  # what is given is not changed
        assert [sorted(row) for row in found] == [sorted(row) for row in layers]
        best = min(crossings(rows, edges) for rows in itertools.product(*(itertools.permutations(r) for r in layers)))
        assert best <= crossings(found, edges) <= min(crossings(layers, edges), best + 2)
    assert chapter["inversions"]([(0, 1), (0, 0), (1, 0), (1, 1)]) == 1
    assert chapter["inversions"]([]) == 0
    assert ordered([], []) == []
    assert ordered([[], ["图"]], []) == [[], ["图"]]
    for seed in (11, 12, 13):
        pairs = np.random.default_rng(seed).integers(0, 9, (80, 2)).tolist()
        rows = [[("u", i) for i in range(9)], [("l", i) for i in range(9)]]
        assert chapter["inversions"](pairs) == crossings(rows, [(("u", a), ("l", b)) for a, b in pairs])


def test_springs():
    chapter = definitions(ROOT / "chapters/practice/graph_drawing.ipynb")
    stress, gradient, majorised = (chapter[name] for name in ("stress", "stress_gradient", "majorised"))
    path = np.abs(np.subtract.outer(np.arange(4), np.arange(4)))  # whole numbers
    line = np.column_stack([np.arange(4), np.zeros(4)])
    assert stress(line, path) == 0
    np.testing.assert_allclose(gradient(line, path), 0)
    np.testing.assert_allclose(majorised(line, path), line - line.mean(axis=0), atol=1e-12)
    assert stress(np.zeros((1, 2)), np.zeros((1, 1))) == 0
    one_point = np.zeros((4, 2))
    assert np.isfinite(gradient(one_point, path)).all()
    assert np.isfinite(majorised(one_point, path)).all()
    far = np.random.default_rng(0).normal(size=(4, 3)) * 1e6  # three dimensions
    for _ in range(50):
        after = majorised(far, path)
        assert stress(after, path) <= stress(far, path) * (1 + 1e-12)
        far = after
    for wrong in (np.array([[0, np.inf], [np.inf, 0]]), np.zeros((2, 2)), np.ones((2, 2)), np.triu(path), path[:3]):
        with pytest.raises(ValueError, match=r"symmetric|several parts"):
            chapter["springs"](wrong)


def test_comparing_graphs_in_dot():
    differences = definitions(ROOT / "chapters/practice/graph_drawing.ipynb")["differences"]
    chain = 'digraph { 1 [label=a]; 2 [label=b]; 1 -> 2 [label="x"] }'
    assert differences(chain, 'digraph { q -> p [label="x"]; q [label=a]; p [label=b] }') == []
    assert differences("graph { a -- b }", "graph { b -- a }") == []
    assert differences("graph { a -- b }", "digraph { a -> b }") == ["one has arrows, the other lines"]
    assert differences("digraph { a -> b; a -> b }", "digraph { a -> b }") == ["edge too many: ('a', 'b', '')"]
    assert differences("digraph {}", "digraph {}") == []
    assert differences("digraph {}", "digraph { a }") == ["node missing: a"]
    one = "digraph { node [label=v]; a -> b -> c -> a; d -> e -> f -> d }"  # two rings of three, one of six
    six = "digraph { node [label=v]; a -> b -> c -> d -> e -> f -> a }"
    assert differences(one, six) == ["the same labels, joined otherwise"]
    assert differences(six, "digraph { node [label=v]; z -> y -> x -> w -> v -> u -> z }") == []
    framed = "digraph { subgraph cluster_x { label=frame; a } a -> b }"
    assert differences(framed, "digraph { a -> b }") == []


def test_the_graph_of_a_gradient():
    walk = definitions(ROOT / "chapters/practice/graph_drawing.ipynb")["gradient_graph"]
    w = torch.ones(2, requires_grad=True)
    labels, edges = walk((w * w).sum(), {"w": w})
    assert len(labels) == 3  # a leaf used twice is one node
    assert len(edges) == 3
    assert sum(label.endswith("\nw") for label in labels.values()) == 1
    assert [label.endswith("\n?") for label in walk((2 * w).sum(), {})[0].values()].count(True) == 1
    deep = w
    for _ in range(3000):  # more steps than Python's stack has places
        deep = deep + 1
    assert len(walk(deep.sum(), {"w": w})[0]) == 3002
    with pytest.raises(ValueError, match="no gradient"):
        walk(torch.ones(1), {})


def _archive(rows, form=tarfile.PAX_FORMAT) -> bytes:
    """A tar archive of (name, content) pairs, with times that are no whole seconds."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=form) as archive:
        for name, content in rows:
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o6751
            entry.mtime = 1767603600.25 if form == tarfile.PAX_FORMAT else -1 if form == tarfile.GNU_FORMAT else 7
            archive.addfile(entry, io.BytesIO(content))
    return made.getvalue()


def test_a_tar_reader():
    chapter = definitions(ROOT / "chapters/practice/shell_and_archives.ipynb")
    read_tar = chapter["read_tar"]
    rows = [
        ("a", b""),
        ("a", b"x" * 512),
        ("ä" * 90, b"y" * 513),
        ("d/" * 49 + "e" * 200, b"\0" * 1024),
        ("two\nlines", b"z"),
    ]
    for form in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT):
        data = _archive(rows, form)
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            theirs = [
                (each.name, each.mode, each.size, each.mtime, archive.extractfile(each).read()) for each in archive
            ]
        ours = [(each.name, each.mode, each.size, each.mtime, each.content) for each in read_tar(data)]
        assert ours == theirs
        assert [(name, content) for name, *_, content in ours] == rows
    many = _archive([(f"{i}", b"") for i in range(5000)], tarfile.USTAR_FORMAT)
    assert [each.name for each in read_tar(many)] == [f"{i}" for i in range(5000)]
    assert read_tar(bytes(1024)) == []  # an archive of nothing
    for wrong in (b"", bytes(100), many[:-10_000], many[:700], b"x" * 10_240, gzip.compress(many)):
        with pytest.raises(ValueError, match=r"checksum|blocks of zeros|octal"):
            read_tar(wrong)
    with pytest.raises(ValueError, match="ends within"):
        read_tar(_archive([("a", b"x" * 5000)], tarfile.USTAR_FORMAT)[:1024])
    back = bytearray(_archive([("a", b"x"), ("b", b"y")], tarfile.USTAR_FORMAT))
    back[1148:1160] = b"\xff" + (-1536).to_bytes(11, "big", signed=True)
    back[1172:1178] = f"{sum(back[1024:1536]) - sum(back[1172:1180]) + 256:06o}".encode()
    with pytest.raises(ValueError, match="ends within"):  # would be read from its beginning for ever
        read_tar(bytes(back))
    for text in (b"0 a=b\n", b"99 a=b\n", b"x", b"3 \n"):
        with pytest.raises(ValueError, match="damaged pax"):
            chapter["records"](text)
    assert chapter["number"](b"\x80" + bytes(3) + (10**18).to_bytes(8, "big")) == 10**18
    assert chapter["number"](b"\xff" * 12) == -1
    assert chapter["number"](bytes(8)) == 0


def test_what_an_archive_may_not_hold():
    chapter = definitions(ROOT / "chapters/practice/shell_and_archives.ipynb")

    def refused(name, kind="0", link=""):
        return chapter["refusal"](chapter["Member"](name, 0o644, 0, 0, kind, link, b"")) != ""

    assert not any(map(refused, ("a", "a/b", "./a", "a..b", "...", "..a/b", "a\n..", "-rf")))
    assert all(map(refused, ("..", "../a", "a/..", "a/../b", "/a", "//a", "./../a")))
    assert refused("a", "2", "..")
    assert refused("a", "1", "/etc/passwd")
    assert not refused("a", "2", "b/c")
    assert not refused("a", "0", "..")  # no link: the field says nothing
    assert all(refused("a", kind) for kind in "346")


def test_reading_with_a_limit():
    read_within = definitions(ROOT / "chapters/practice/shell_and_archives.ipynb")["read_within"]
    for size in (0, 1, 65_536, 65_537, 300_000):
        with gzip.open(io.BytesIO(gzip.compress(bytes(size)))) as stream:
            assert read_within(stream, size) == bytes(size)
        with (
            gzip.open(io.BytesIO(gzip.compress(bytes(size + 1)))) as stream,
            pytest.raises(ValueError, match="more than"),
        ):
            read_within(stream, size)


def test_command_lines(tmp_path):
    chapter = definitions(ROOT / "chapters/practice/argparse.ipynb")
    letters, parse, called = chapter["letters"], chapter["parse"], chapter["called"]
    assert letters([], set()) == ""
    assert letters(["", "-", "--", "--", "-v", "-x"], {"-v"}) == "AA-AAA"
    assert letters(["-1", "-.5", "-1.", "-v=1", "-x=1", "-1"], {"-v"}) == "AAOOOA"
    assert letters(["-1", "-2", "-a b"], {"-1"}) == "OOA"
    assert letters(["-1\n", "-1\n2", "--é", "数", "it's", "-it's 2", "-\ta", "="], {"-v"}) == "AOOAAAOA"

    assert parse({}, []) == {}
    assert parse({"x": "?", "y": "*", "-v": 0, "-n": None}, []) == {"x": None, "y": [], "-v": False, "-n": None}
    assert parse({"x": "*", "y": 2}, list("abcd")) == {"x": ["a", "b"], "y": ["c", "d"]}
    assert parse({"x": None, "y": "+", "-n": "*"}, ["a", "-n", "b", "--", "-c", "--"]) == {
        "x": "a",
        "y": ["-c", "--"],
        "-n": ["b"],
    }
    assert parse({"x": None, "y": "*", "-v": 0}, ["a", "-v", "b"])["y"] == ["b"]
    assert parse({"-n": None}, ["-n=a=b c", "-n="]) == {"-n": ""}
    odd = ["", "数", "it's", '"q"', "a\nb", "-1\n"]
    assert parse({"x": "*", "-n": "+"}, ["-n", *odd, "--", *odd]) == {"x": odd, "-n": odd}
    assert parse({"x": "+", "y": None}, ["a"] * 5000)["x"] == ["a"] * 4999
    for words in (["a"], ["-x"], ["-n"], ["-n", "-v"], ["-v=1"], ["--", "-n", "a"]):
        with pytest.raises(ValueError, match=r"unrecognized|expected"):
            parse({"-n": None, "-v": 0}, words)
    with pytest.raises(ValueError, match="required"):
        parse({"x": 2}, [])

    assert called(lambda argv: None, []) == (0, "", "")
    assert called(lambda argv: sys.exit("no"), []) == (1, "", "no\n")
    assert called(lambda argv: sys.exit(), []) == (0, "", "")
    assert called(lambda argv: sys.exit([1]), []) == (1, "", "[1]\n")
    assert called(lambda argv: sys.exit(2.5), []) == (1, "", "2.5\n")

    answer, parser = chapter["answer"], argparse.ArgumentParser("job")
    parser.add_argument("x")
    assert answer(parser, "'it is' ") == {"x": "it is"}
    assert answer(parser, "数") == {"x": "数"}
    assert answer(parser, "-h") == "status 0: "
    assert answer(parser, "") == "status 2: the following arguments are required: x"
    assert called(lambda argv: print(*argv) or 3, ["a", "b"]) == (3, "a b\n", "")

    rungs, settle = chapter["rungs"], chapter["settle"]
    file = tmp_path / "settings.json"
    file.write_text('{"rate": "0.1", "shuffle": false, "epochs": 3}')
    values, origin = settle(rungs({"epochs": 5, "data": "x"}, file, {"TRAIN_RATE": "2", "TRAIN_SHUFFLE": "TRUE"}))
    assert (values["rate"], values["shuffle"], values["epochs"], values["batch"]) == (2.0, True, 5, 32)
    assert (origin["rate"], origin["epochs"], origin["batch"]) == ("environment", "command line", "default")
    assert "data" not in values
    deep = '{"rate":' * 100_000
    for wrong in (
        deep,
        "\ufeff{}",
        '{"数": 1}',
        '{"epochs": 1e400}',
        '{"rate": null}',
        '{"shuffle": "no"}',
        '{"rte": 1}',
        '{"rate": NaN}',
        '{"epochs": 2.5}',
        '{"epochs": true}',
        '{"optimizer": []}',
        "[]",
        "{",
    ):
        file.write_text(wrong)
        with pytest.raises(argparse.ArgumentTypeError, match=r"settings\.json"):
            rungs({}, file, {})
    X, y = np.ones((5, 3)), np.array([0, 1, 1, 1, 1.0])
    w = chapter["fit"](1e6 * X, y, 0.5, 2, 3, 0, "momentum", True)
    assert np.isfinite(w).all()
    assert chapter["fit"](X, y, 0.5, 1, 100, 0, "sgd", False).shape == (3,)
    with pytest.raises(ValueError, match="not finite"):
        chapter["fit"](X, y, 1e308, 50, 2, 0, "momentum", True)

    read = chapter["read_points"]
    file = tmp_path / '数 "q" it\'s.csv'
    file.write_text("1,2,0\r\n\r\n-1e300,.5,1", "utf-8")
    X, y = read(file)
    assert X.tolist() == [[1, 1, 2], [1, -1e300, 0.5]]
    assert y.tolist() == [0, 1]
    wrongs = ("", "\n\n", "1,2\n", "1,2,0\n1,2\n", "x,y,label\n", "一,二,0\n", "nan,1,0\n", "1,-inf,0\n", "1,2,3\n")
    for wrong in wrongs:
        file.write_text(wrong, "utf-8")
        with pytest.raises(ValueError, match=r"it's\.csv: "):
            read(file)
        assert called(chapter["main"], ["train", str(file), "-o", str(tmp_path / "run")])[0] == 1
    assert not (tmp_path / "run").exists()


def test_spaces_in_a_formula():
    chapter = definitions(ROOT / "chapters/practice/latex_math.ipynb")
    spaces, classes = chapter["spaces"], chapter["CLASSES"]
    assert spaces([]) == spaces(["bin"]) == []
    assert spaces(["bin", "bin"]) == spaces(["ord", "bin"]) == spaces(("bin", "ord")) == [0]  # nothing to bind
    assert spaces(["ord", "bin", "rel", "ord"]) == [0, 5, 5]
    assert spaces(["ord", "bin", "bin", "bin", "ord"]) == [4, 4, 4, 4]  # the one in the middle is an ord
    assert spaces(["ord"] * 100_000) == [0] * 99_999
    given = ["bin", "ord"]
    spaces(given)
    assert given == ["bin", "ord"]
    for wrong in (["ord", "mid"], ["Ord"], "bin", ["变", "ord"], [None]):
        with pytest.raises(ValueError, match="is no class: ord, op"):
            spaces(wrong)

    for seed in (11, 12, 13):
        rng = np.random.default_rng(seed)
        formulas = [list(rng.choice(classes, 7)) for _ in range(20)]
        sources = [
            "$" + "".join(rf"\math{k}{{{x}}}" for k, x in zip(kinds, "abcdegh", strict=True)) + "$"
            for kinds in formulas
        ]
        boxes = "".join(rf"\hbox{{{source}}}" for source in sources)
        nothing = r"\thinmuskip0mu\medmuskip0mu\thickmuskip0mu"
        drawn = tex(rf"\vbox{{\vbox{{{boxes}}}\vbox{{{nothing}{boxes}}}}}")
        if isinstance(drawn, NotRun):
            pytest.skip("node-tikzjax is not installed")
        places = re.findall(r'href="#\S+" transform="translate\((\S+) ', drawn.svg)
        spaced, tight = np.diff(np.array(places, float).reshape(2, 20, 7))
        np.testing.assert_allclose([spaces(kinds) for kinds in formulas], 1.8 * (spaced - tight), atol=0.1)


@pytest.mark.parametrize(("word", "latex"), [
    ("", ""),
    ("  ", ""),
    ("a/b/c", r"\frac{\frac{a}{b}}{c}"),
    ("1/2x", r"\frac{1}{2x}"),
    ("x^10", "x^{10}"),
    ("x^1.5", "x^{1.5}"),
    ("x^-1", "x^{-1}"),
    ("x^(-1)", "x^{-1}"),
    ("x_1^2", "x_{1}^{2}"),
    ("x^2_1", "x^{2}_{1}"),
    ("((a))", r"\left(\left(a\right)\right)"),
    ("√√x", r"\sqrt{\sqrt{x}}"),
    ("√(n&x/y)", r"\sqrt[n]{\frac{x}{y}}"),
    ("{a}", r"\left\{a\right\}"),
    ("|x|", "|x|"),
    ("𝑥−𝟏′", "x-1'"),
    ("5%", r"5\%"),
    ('"50% of {x_1} \\ #1 & ~"', r"\text{50\% of \{x\_1\} \textbackslash{} \#1 \& \textasciitilde{}}"),
    ('"变, é"', r"\text{变, é}"),
    ('""', r"\text{}"),
    ("a\nb", "a b"),
    ("■()", r"\begin{matrix}\end{matrix}"),
])  # fmt: skip
def test_from_word(word, latex):
    from_word = definitions(ROOT / "chapters/practice/latex_math.ipynb")["from_word"]
    assert from_word(word) == latex


def test_from_word_names_greek_letters_as_unicode_math_does():
    from_word = definitions(ROOT / "chapters/practice/latex_math.ipynb")["from_word"]
    names = ["lambda", "Lambda", "varepsilon", "epsilon", "varphi", "phi", "Upsilon", "pi"]
    assert from_word("λ Λ ε ϵ φ ϕ Υ π").split() == ["\\" + name for name in names]
    assert from_word("𝜆/𝜀").replace(" ", "") == r"\frac{\lambda}{\varepsilon}"


def test_from_word_is_as_long_as_what_it_is_given():
    from_word = definitions(ROOT / "chapters/practice/latex_math.ipynb")["from_word"]
    assert from_word("+".join(["x_1"] * 20_000)) == "+".join(["x_{1}"] * 20_000)
    assert from_word("(" * 50 + "x" + ")" * 50).count(r"\left(") == 50


@pytest.mark.parametrize(("word", "said"), [
    ("/2", "no item where '/' stands"),
    ("a/", "no item where 'the end' stands"),
    ("a/ b", "no item where ' ' stands"),
    ("x^", "no item where 'the end' stands"),
    ("^2", r"no item where '\^' stands"),
    ("x^2^3", r"two \^ at one item"),
    ("(a", r"\( without \)"),
    ("[0,1)", r"no item where '\)' stands"),
    ("a)", r"no item where '\)' stands"),
    ("√(3&x", r"√\( without \)"),
    ("√(a@b)", "takes one & and no @"),
    ("√(a&b&c)", "takes one & and no @"),
    ("a&b", "no item where '&' stands"),
    ('"if', "no LaTeX for '\"'"),
    ("变", "no LaTeX for '变'"),
    ("x²", "no LaTeX for '²'"),
    ("x⊗y", "no LaTeX for '⊗'"),
    (r"\alpha", r"no LaTeX for '\\\\'"),
    ("a~b", "no LaTeX for '~'"),
    ("(" * 5_000 + "x" + ")" * 5_000, "too deep"),
])  # fmt: skip
def test_from_word_refuses_what_it_cannot_build(word, said):
    from_word = definitions(ROOT / "chapters/practice/latex_math.ipynb")["from_word"]
    with pytest.raises(ValueError, match=said):
        from_word(word)


def test_a_module_from_scratch():
    path = ROOT / "chapters/practice/pytorch_model_definition.ipynb"
    chapter = definitions(path)
    bases = chapter["Module"], nn.Module
    lines = [
        line
        for base in ("unusable", "Tables", "Registered", "Tree", "Module")
        for line in _source(path, base)
        if line.strip()
    ]
    assert 40 < len(lines) < 80

    def parts(Base):
        class Part(Base):
            def __init__(self, shape=(2, 3)):
                super().__init__()
                self.w = nn.Parameter(torch.ones(shape))
                self.register_buffer("seen", torch.tensor(0))
                self.register_buffer("nothing", None)
                self.empty = None

            @property
            def doubled(self):
                return 2 * self._single

            @doubled.setter
            def doubled(self, value):
                self._single = value

            def forward(self, x, scale=1):
                return x * scale

        whole = Part()
        whole.left, whole.right = Part(()), Part((0, 4))
        whole.right.left, whole.gone = whole.left, Part()
        whole.gone = None
        whole.left.seen = torch.tensor(7)
        whole.seen = nn.Parameter(torch.ones(1))  # a buffer becomes a parameter
        whole.right.note = torch.ones(3)  # nothing knows it
        whole.right.seen = Part()  # a buffer becomes a module
        return Part, whole

    (own, ours), (other, theirs) = map(parts, bases)
    assert [n for n, _ in ours.named_parameters()] == [n for n, _ in theirs.named_parameters()]
    assert list(ours.state_dict()) == list(theirs.state_dict())
    for whole in (ours, theirs):
        before = [id(p) for p in whole.parameters()]
        state = {name: t.double() + 1 for name, t in whole.state_dict().items()}
        whole.load_state_dict(state)
        assert [id(p) for p in whole.parameters()] == before  # an optimiser still knows them
        assert whole.w.dtype == torch.float32
        assert whole.left.seen.item() == 8
        state |= {"w": torch.zeros(3, 2), "left.w": torch.tensor(5.0), "right.left.w": torch.tensor(5.0)}
        for strict in (True, False):
            with pytest.raises(RuntimeError, match="w"):
                whole.load_state_dict(state, strict=strict)
        assert whole.left.w.item() == 5  # what fits has been taken
        with pytest.raises(RuntimeError, match=r"right\.w"):
            whole.load_state_dict({})
        assert len(whole.load_state_dict({}, strict=False)[0]) == len(whole.state_dict())
        for name, value in (("w", torch.ones(2, 3)), ("w", whole.left), ("left", 3), ("left", torch.ones(1))):
            with pytest.raises(TypeError):
                setattr(whole, name, value)
        with pytest.raises(AttributeError, match="nowhere"):
            whole.nowhere  # noqa: B018
        twin = copy.deepcopy(whole)
        with torch.no_grad():
            twin.w.add_(1)
        assert list(twin.state_dict()) == list(whole.state_dict())
        assert not torch.equal(twin.w, whole.w)
        named = nn.Parameter(torch.ones(1))
        whole.größe, whole.层 = named, named
        assert {"größe", "层"} <= whole.state_dict().keys()
        for name in ("a.b", "", "eval", "forward"):
            with pytest.raises(KeyError):
                setattr(whole, name, named)
            with pytest.raises(KeyError):
                whole.register_buffer(name, torch.ones(1))
        with pytest.raises(KeyError):
            whole.register_buffer("w", torch.ones(1))
        with pytest.raises(TypeError):
            whole.register_buffer("three", 3)
        whole.doubled = 3  # a property sets what it likes
        assert whole.doubled == 6
        assert whole(2, scale=5) == 10
        whole.left.eval()
        assert not whole.right.left.training
        assert whole.train() is whole
        assert whole.right.left.training
    for Part in (own, other):

        class Hasty(Part):
            def __init__(self):
                self.w = nn.Parameter(torch.ones(1))

        with pytest.raises(AttributeError, match="init"):
            Hasty()


def _source(path, name):
    for tree in Chapter(path).trees.values():
        for node in tree.body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == name:
                return ast.unparse(node).splitlines()
    raise AssertionError(f"{name} is not defined")


def test_what_a_model_does_not_register():
    chapter = definitions(ROOT / "chapters/practice/pytorch_model_definition.ipynb")
    strays, summary, graph_bytes = chapter["strays"], chapter["summary"], chapter["graph_bytes"]
    for fine in (nn.LSTM(2, 3), nn.Transformer(8, 2, 1, 1, 8, batch_first=True), nn.BatchNorm1d(3), nn.Module()):
        assert strays(fine) == []
    model = nn.Sequential(nn.Linear(2, 2), nn.Module())
    ring = [1, "text", np.ones(3)]
    ring.append(ring)
    model[1].ring, model[1].seen = ring, [model[0]]  # nothing in it; registered elsewhere
    assert strays(model) == []
    model[1]._hidden = ({"a": [None, {nn.Linear(1, 1)}]},)
    ring.append(torch.ones(1))
    model.top = torch.ones(2)
    assert sorted(strays(model)) == ["1._hidden", "1.ring", "top"]

    table = summary(nn.ModuleDict({"a": nn.LSTM(2, 3)})["a"], torch.ones(4, 2))
    assert table["output"].tolist() == [None]
    broken = nn.Sequential(nn.Linear(2, 3), nn.Linear(2, 3))
    with pytest.raises(RuntimeError):
        summary(broken, torch.ones(1, 2))
    assert not any(module._forward_hooks for module in broken.modules())

    mixed = nn.Sequential(nn.BatchNorm1d(2), nn.Dropout())
    mixed[1].eval()
    state = copy.deepcopy(mixed.state_dict())
    summary(mixed, torch.randn(1, 2))  # one row would be refused in training
    assert all(torch.equal(value, state[name]) for name, value in mixed.state_dict().items())
    assert [module.training for module in mixed.modules()] == [True, True, False]
    assert len(summary(nn.Sequential(), torch.ones(1))) == 1

    w = torch.ones(1000, requires_grad=True)
    assert graph_bytes(lambda: w + 2) == 0
    assert graph_bytes(lambda: w.exp()) == 4000
    assert graph_bytes(lambda: (w[:10] * w[10:20]).sum()) == 4000  # views of one memory
    with torch.no_grad():
        assert graph_bytes(lambda: w.exp()) == 0


def test_a_wheel_by_hand(tmp_path):
    chapter = definitions(ROOT / "chapters/practice/environments.ipynb")
    build_wheel, changed = chapter["build_wheel"], chapter["changed"]
    modules = {"a,b.py": "x = 'é'\n", "tea_pot.py": "", 'q"uoted.py': "\n"}
    wheel = build_wheel(tmp_path, "tea_pot", "1!2.0rc1.post2+cu132", modules, ["kettle <2,>=1 ; python_version > '3'"])
    assert wheel.name == "tea_pot-1!2.0rc1.post2+cu132-py3-none-any.whl"
    first = wheel.read_bytes()
    build_wheel(tmp_path, "tea_pot", "1!2.0rc1.post2+cu132", modules, ["kettle>=1,<2; python_version > '3'"])
    assert wheel.read_bytes() == first

    place = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(place)
    (package,) = metadata.distributions(path=[str(place)])
    assert (package.metadata["Name"], package.version) == ("tea_pot", "1!2.0rc1.post2+cu132")
    assert package.requires == ['kettle<2,>=1; python_version > "3"']
    assert {*modules} < {file.as_posix() for file in package.files}
    assert changed(place) == []
    (place / "tea_pot.py").write_text("edited = 1\n")
    (place / "a,b.py").unlink()
    assert changed(place) == ["a,b.py", "tea_pot.py"]
    assert changed(tmp_path / "nowhere") == []

    for name, version, needs in (
        ("Tea", "1", []),
        ("tea-pot", "1", []),
        ("a__b", "1", []),
        ("a", "1.0-RC1", []),
        ("a", "x", []),
        ("a", "1", ["b\nName: c"]),
        ("a", "1", [""]),
    ):
        with pytest.raises(ValueError, match=r"lower case|write|Invalid|Expected|requirement"):
            build_wheel(tmp_path, name, version, {}, needs)
    assert chapter["locked"](tmp_path, {}) == ""
    with pytest.raises(ValueError, match="no wheel"):
        chapter["locked"](tmp_path, {"tea_pot": "1.0"})
    assert chapter["locked"](tmp_path, {"tea_pot": "1!2.0rc1.post2+cu132"}).count("--hash=sha256:") == 1
    assert "--hash" in chapter["locked"](tmp_path, {"Tea-Pot": "1!2.0rc1.post2+cu132"})
    for path in ("", "/x.py", "../x.py", "a/./b.py"):
        with pytest.raises(ValueError, match="no path"):
            build_wheel(tmp_path, "a", "1", {path: ""})


def test_versions_and_their_conditions():
    chapter = definitions(ROOT / "chapters/practice/environments.ipynb")
    key, meets = chapter["key"], chapter["meets"]
    assert key("0") == key("0.0.0") < key("0.0.1") < key(f"{10**30}") < key("1!0")
    assert key("1+a") < key("1+1") < key("1+1.a") < key("1+2") < key("1+10") < key("1.post0.dev1")
    for wrong in ("", "1.", "1..0", "1.0-1", "v1", "1_0", "1.0rc", "٣", "1.0\n", " 1", "1.0+A"):
        with pytest.raises(ValueError, match="no version"):
            key(wrong)
    assert meets("1.0", "")
    assert meets("1.0", ",")
    assert meets("1.0+cpu", "==1")
    assert not meets("1.0", "==1+cpu")
    assert meets("1.9.3", "~=1.9.0.0") is False
    assert meets("1.9.0.7", " ~= 1.9.0.0 , != 1.9.0.5 ")
    assert meets("1!1.0", ">9")
    assert not meets("1!1.0", "~=1.0")
    for wrong in ("1.0", "=1.0", "===1", ">=", "~=1", ">=1.*", "==1.0.post0.*", "==*", ">=1+cpu", ">=1;<2", "<2,oops"):
        with pytest.raises(ValueError, match=r"condition|no version|last number|local label"):
            meets("1.0", wrong)


def test_a_resolver():
    resolve = definitions(ROOT / "chapters/practice/environments.ipynb")["resolve"]
    assert resolve({}, {}) == {}
    circle = {"a": {"1": {"b": ">=1"}}, "b": {"2": {"a": "<2"}, "1": {"a": ">1"}}}
    assert resolve(circle, {"b": ""}) == {"b": "2", "a": "1"}
    own = {"a": {"2": {"a": "<2"}, "1": {"a": ">=1"}}}
    assert resolve(own, {"a": ""}) == {"a": "1"}
    early = {"a": {"1.0": {}, "2.0rc1": {}, "2.0.dev1": {}}}
    assert resolve(early, {"a": ""}) == {"a": "1.0"}
    assert resolve(early, {"a": ">1"}) == {"a": "2.0rc1"}
    long = {f"p{i}": {"1": {f"p{i + 1}": "==1"}} for i in range(1500)} | {"p1500": {"1": {}}}
    assert len(resolve(long, {"p0": ""})) == 1501
    for index, wanted, said in (
        ({}, {"a": ">=1"}, "you wants a>=1"),
        ({"a": {}}, {"a": ""}, "a"),
        ({"a": {"1": {"b": ""}}}, {"a": ""}, "a 1 wants b"),
        ({"a": {"1": {"a": ">1"}}}, {"a": ""}, "a 1 wants a>1, not 1"),
    ):
        with pytest.raises(ValueError, match=said):
            resolve(index, wanted)


def test_reading_a_graphics_processor():
    chapter = definitions(ROOT / "chapters/practice/environments.ipynb")
    read_smi, driver_runs = chapter["read_smi"], chapter["driver_runs"]
    text = (
        "index, power.draw [W], driver_version, memory.used [MiB]\n0, 60.5 W, 610.88, [Not Supported]\n1, N/A, 1, 0 MiB"
    )
    assert read_smi(text) == [
        {"index": "0", "power.draw": 60.5, "driver_version": "610.88", "memory.used": None},
        {"index": "1", "power.draw": None, "driver_version": "1", "memory.used": 0.0},
    ]
    assert read_smi("pid, used_gpu_memory [MiB]\n") == []
    assert read_smi("name, used [MiB]\nA,\n") == [{"name": "A", "used": None}]
    for wrong in ("", "a, b\n1"):
        with pytest.raises(ValueError, match=r"heading|shorter"):
            read_smi(wrong)
    assert [driver_runs("525.60.13", cuda) for cuda in ("11.0", "12.9", "13.0")] == [True, True, False]
    assert driver_runs("580", "13.2")
    assert not driver_runs("450.51.06", "11.8")
    for cuda in ("10.2", "14.0", None, ""):
        with pytest.raises(ValueError, match=r"no driver|invalid literal"):
            driver_runs("580", cuda)


def test_slurm():
    chapter = definitions(ROOT / "chapters/practice/slurm.ipynb")
    Job, schedule, minutes, faults = (chapter[name] for name in ("Job", "schedule", "minutes", "faults"))
    for backfill in (False, True):
        assert schedule([], 4, backfill) == ({}, {})
        same = [Job(name, 10**6, 4, 3) for name in "ab"]  # a tie: in the order given
        assert schedule(same, 4, backfill) == ({"a": 10**6, "b": 10**6 + 3}, {"b": 10**6 + 3})
        unsorted = [Job("late", 5, 1, 1), Job("early", 0, 1, 100)]
        assert schedule(unsorted, 1, backfill)[0] == {"early": 0, "late": 100}
        for wrong, said in (
            ([Job("a", 0, 5, 1)], "more than the machine"),
            ([Job("a", 0, 0, 1)], "nothing"),
            ([Job("a", 0, 1, 1, 0)], "nothing"),
            ([Job("a", 0, 1, 1), Job("a", 1, 1, 1)], "one name"),
        ):
            with pytest.raises(ValueError, match=said):
                schedule(wrong, 4, backfill)
    beyond = [Job("a", 0, 2, 1, 9), Job("b", 1, 2, 1)]  # nobody stops it at its limit
    assert schedule(beyond, 2, True) == ({"a": 0, "b": 9}, {"b": 2})
    two = [Job("a", 0, 1, 4), Job("b", 0, 1, 4), Job("c", 1, 2, 1), Job("d", 1, 1, 1)]
    assert schedule(two, 3, True)[0] == {"a": 0, "b": 0, "c": 4, "d": 1}  # two end in one minute

    rng = np.random.default_rng(0)
    for _ in range(30):  # nobody has more than there is, at any minute
        jobs = [
            Job(str(k), int(rng.integers(0, 30)), int(rng.integers(1, 5)), int(rng.integers(1, 9))) for k in range(20)
        ]
        for backfill in (False, True):
            start, _ = schedule(jobs, 4, backfill)
            assert all(start[job.name] >= job.arrives for job in jobs)
            used = [sum(j.cpus for j in jobs if start[j.name] <= t < start[j.name] + j.limit) for t in range(300)]
            assert max(used) <= 4

    assert [minutes(text) for text in ("0:01", "59:59", "1-0", "1-0:0:1", "100:00:00")] == [
        1,
        60,
        1440,
        1441,
        6000,
    ]
    for wrong in ("", "1h", "-1", "1:2:3:4", "1-2:3:4:5", "1.5", "1-", " 5", "٣", "5\n"):
        with pytest.raises(ValueError, match="no time limit"):
            minutes(wrong)
    for endless in ("0", "0:0", "0-0:0:0"):  # Slurm sets no limit then
        with pytest.raises(ValueError, match="no limit"):
            minutes(endless)

    start = "#!/bin/bash\n#SBATCH -t 5\n"
    for clean in (
        'cd "$A"\n',
        "x=$A\n",
        "[[ -e $A ]]\n",
        "echo '$A' \\$A \"${A}b\" # $A\n",
        "\n# $A\n",
        "echo $((1 + 2))\n",
        "export A=$B\n",  # none of these is split
        'A="x y$B" C=$D\n',
        "A=$B true\n",
        "if [[ $A == b ]]; then\n",
        "((A = $B))\n",
        "for x in $A; do\n",
        "#SBATCH -J x # not $A\n",
        "echo \u2028#SBATCH\n",  # one line for bash
        'echo 数据 "$A"\n',
    ):
        assert faults(start + clean) == [], clean
    for broken, said in (
        ("cp $A ${B} 'x'$C\n", ["line 3: $A", "line 3: $B", "line 3: $C"]),
        ("true\n#SBATCH -n 2\n", ["line 4: #SBATCH below"]),
        ("# SBATCH -n 2\n", ["line 3: a comment"]),
        ("#SBATCH -o $A/x\n", ["line 3: variables"]),
        ("echo $((2 * $A))\n", ["line 3: $A"]),  # said in the page: no need for quotes, and yet told
        ("true\r\n", ["line ends"]),
        ("for x in $A; do rm $x; done\n", ["line 3: $x"]),
        ("X=1 python a.py $B\n", ["line 3: $B"]),
        ("x=$(cat $A)\n", ["line 3: $A"]),
    ):
        assert [told[: len(text)] for told, text in zip(faults(start + broken), said, strict=True)] == said
    assert faults("") == ["line 1 does not begin with #!", "no --time: the limit is the partition's"]
    assert faults("#!/bin/sh\n#SBATCH --time-min=1 -J x-t\n") == ["no --time: the limit is the partition's"]
    assert faults("#!/bin/sh\n#SBATCH -N1 -tUNLIMITED\n") == []
    rng = np.random.default_rng(1)  # a shorter limit never brings a later start
    for _ in range(30):
        runs = rng.integers(1, 9, 15)
        jobs = [Job(str(k), k, int(rng.integers(1, 5)), int(3 * runs[k]), int(runs[k])) for k in range(15)]
        before = schedule(jobs, 4, True)[0]
        for k, job in enumerate(jobs):
            shorter = [*jobs[:k], job._replace(limit=job.runs + 1), *jobs[k + 1 :]]
            assert schedule(shorter, 4, True)[0][job.name] <= before[job.name]


MEMORY = "chapters/practice/pytorch_memory.ipynb"


def test_what_a_graph_keeps():
    kept = definitions(ROOT / MEMORY)["kept"]
    x = torch.rand(3, 4, requires_grad=True)
    odd = {'größe "x"\n内存': [x]}

    assert kept(lambda: x * x, **odd) == {'größe "x"\n内存': 48, "output": 0, "other": 0}
    assert kept(lambda: x * x) == {"output": 0, "other": 48}  # once, though it is kept twice
    assert kept(lambda: x.exp(), first=[x], second=[x]) == {"first": 0, "second": 0, "output": 48, "other": 0}
    assert kept(lambda: x[1:2] * x[1:2], input=[x])["input"] == 48  # a row holds all of it
    assert kept(lambda: x[:0].tanh()) == kept(lambda: x + 1) == {"output": 0, "other": 0}
    assert kept(lambda: (x.tanh().sum(), x.detach().sum())[1]) == {"output": 0, "other": 0}  # the graph is dropped
    assert kept(lambda: (x.tanh() + x.exp()).sum()) == {"output": 0, "other": 96}
    with torch.no_grad():
        assert kept(lambda: x * x) == {"output": 0, "other": 0}
    with pytest.raises(ZeroDivisionError):
        kept(lambda: 1 / 0)
    with pytest.raises(TypeError):
        kept(lambda: (x, x))
    x.exp().sum().backward()  # nothing is left installed
    assert torch.equal(x.grad, x.exp())


@pytest.mark.parametrize("seed", [3, 14, 159])
def test_a_part_of_a_network_computed_again(seed):
    chapter = definitions(ROOT / MEMORY)
    torch.manual_seed(seed)
    net = nn.Sequential(*(layer for _ in range(5) for layer in (nn.Linear(4, 4), nn.Tanh()))).double()
    x = torch.rand(6, 4, dtype=torch.float64, requires_grad=True)

    def gradients(how, m):
        net.zero_grad()
        x.grad = None
        chapter["in_stretches"](net, x, m, how).square().sum().backward()
        return [x.grad, *(p.grad.clone() for p in net.parameters())]

    right = gradients(lambda run, x: run(x), 10)
    for how in (chapter["by_ours"], chapter["by_torch"]):
        for m in (1, 3, 10, 99):  # also where m does not divide, or exceeds, the layers
            assert all(torch.equal(a, b) for a, b in zip(gradients(how, m), right, strict=True))
    assert chapter["in_stretches"](net[:0], x, 3, chapter["by_ours"]) is x

    again = chapter["Again"].apply
    first = torch.autograd.grad(again(lambda x: x**3, x).square().sum(), x, create_graph=True)[0].sum()
    with pytest.raises(RuntimeError, match="once_differentiable"):
        first.backward()
    assert not again(torch.exp, torch.ones(3)).requires_grad
    inner = torch.ones(3, requires_grad=True) * 1
    y = again(torch.exp, inner)
    with torch.no_grad():
        inner.add_(1)
    with pytest.raises(RuntimeError, match="inplace"):
        y.sum().backward()


def test_gradients_of_a_batch_in_parts():
    accumulate = definitions(ROOT / MEMORY)["accumulate"]
    torch.manual_seed(8)
    net = nn.Linear(4, 3).double()
    x, y = torch.rand(10, 4, dtype=torch.float64), torch.arange(10) % 3
    nn.functional.cross_entropy(net(x), y).backward()
    right = net.weight.grad.clone()
    for q in (1, 3, 4, 10, 99):  # unequal parts, and more parts than samples
        net.zero_grad()
        accumulate(net, x, y, q)
        torch.testing.assert_close(net.weight.grad, right)
    with pytest.raises(ValueError, match="batch_size"):
        accumulate(net, x, y[:8], 4)
    with pytest.raises(RuntimeError):
        accumulate(net, x, y, 0)


@pytest.mark.parametrize("seed", [3, 14, 159])
def test_a_caching_allocator(seed):
    chapter = definitions(ROOT / MEMORY)
    MiB, rng = chapter["MIB"], np.random.default_rng(seed)
    card, live, full = chapter["CachingAllocator"](capacity=300 * MiB), [], 0
    for _ in range(400):
        size = int(rng.choice([1, 512, 700, MiB, MiB + 1, 9 * MiB, 10 * MiB, 31 * MiB]) * rng.integers(1, 3))
        before = {id(b): b.size for b in card.blocks() if b.free}
        reserved = card.reserved
        if live and rng.random() < 0.45:
            card.release(live.pop(rng.integers(len(live))))
        elif rng.random() < 0.02:
            card.empty_cache()
            assert all(any(not b.free for b in row) for row in card.segments.values())
        else:
            wanted = chapter["rounded"](size)
            fits = [b.size for b in card.blocks() if b.free and b.small == (wanted <= MiB) and b.size >= wanted]
            try:
                block = card.allocate(size)
            except MemoryError:
                full += 1
                assert not fits
                assert all(any(not b.free for b in row) for row in card.segments.values())
                continue
            live.append(block)
            assert wanted <= block.size <= wanted + MiB
            assert block.small == (wanted <= MiB)
            assert not fits or (before[id(block)] == min(fits) and card.reserved == reserved)
        for row in card.segments.values():
            assert [b.start for b in row] == [0, *np.cumsum([b.size for b in row])[:-1]]
            assert not any(a.free and b.free for a, b in itertools.pairwise(row))
            assert all(b.size % 512 == 0 for b in row)
        assert {id(b) for b in card.blocks() if not b.free} == {id(b) for b in live}
        assert card.allocated == sum(b.size for b in live) <= card.reserved <= card.capacity
    assert full > 0
    while live:
        card.release(live.pop())
    card.empty_cache()
    assert (card.allocated, card.reserved, card.segments) == (0, 0, {})


def test_what_an_allocator_refuses_and_its_scripts():
    chapter = definitions(ROOT / MEMORY)
    MiB, new = chapter["MIB"], chapter["CachingAllocator"]
    card, other = new(), new()
    for size in (0, -1):
        with pytest.raises(ValueError, match=f"^{size} bytes"):
            card.allocate(size)
    block, foreign = card.allocate(1), other.allocate(1)
    with pytest.raises(ValueError, match="not from here"):
        card.release(foreign)
    assert not foreign.free
    card.release(block)
    with pytest.raises(ValueError, match="free already"):
        card.release(block)
    assert new().allocate(2**50).size == 2**50
    with pytest.raises(MemoryError, match=r"^1 MiB wanted; of 1 MiB, 0 are allocated, 0 reserved and free$"):
        new(capacity=MiB).allocate(MiB)  # the smallest segment has two

    played = chapter["played"]
    assert len(played("", new())) == len(played("\n \n", new())) == 0
    table = played('größe "内存" = 3\r\n  del größe "内存"  \nempty_cache()', new())
    assert table["allocated"].tolist() == [3, 0, 0]
    assert table["reserved"].tolist() == [20, 20, 0]
    assert played("a = 1\na = 2", new())["allocated"].tolist() == [1, 2]  # as in Python, the first one dies
    assert played("a = 513B", new())["allocated"].tolist() == [1024 / MiB]
    for wrong, error in (("del a", KeyError), ("a = 1\ndel a\ndel a", KeyError), ("a = much", ValueError)):
        with pytest.raises(error):
            played(wrong, new())


def test_image_reading(tmp_path):
    chapter = definitions(ROOT / "chapters/practice/image_reading.ipynb")
    read, write, chunk = chapter["read_png"], chapter["write_png"], chapter["chunk"]
    rng = np.random.default_rng(0)

    def file(width, height, bits, colour, rows, *extra, interlaced=0, pieces=1):
        stream = zlib.compress(bytes(rows))
        cut = [len(stream) * k // pieces for k in range(pieces + 1)]
        return b"".join(
            [
                chapter["SIGNATURE"],
                chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, interlaced)),
                *extra,
                *(chunk(b"IDAT", stream[a:b]) for a, b in itertools.pairwise(cut)),
                chunk(b"IEND", b""),
            ]
        )

    def pillow(data, mode=None):
        with Image.open(io.BytesIO(data)) as image:
            return np.asarray(image.convert(mode) if mode else image)

    for height, width in ((1, 1), (1, 9), (7, 1), (5, 13)):
        for bits, colour, channels in ((8, 0, 1), (8, 2, 3), (8, 4, 2), (8, 6, 4), (16, 0, 1)):
            stride = width * channels * bits // 8
            for kind in range(5):
                rows = rng.integers(0, 256, (height, stride + 1), dtype=np.uint8)
                rows[:, 0] = kind if kind else rng.integers(0, 5, height)
                data = file(width, height, bits, colour, rows.tobytes(), pieces=3)
                np.testing.assert_array_equal(read(data), pillow(data))
        for bits in (1, 2, 4):
            rows = rng.integers(0, 256, (height, (width * bits + 7) // 8 + 1), dtype=np.uint8)
            rows[:, 0] = rng.integers(0, 5, height)
            data = file(width, height, bits, 0, rows.tobytes())
            np.testing.assert_array_equal(read(data), pillow(data, "L"))
            palette = rng.integers(0, 256, 3 * 2**bits, dtype=np.uint8).tobytes()
            data = file(width, height, bits, 3, rows.tobytes(), chunk(b"PLTE", palette))
            np.testing.assert_array_equal(read(data), pillow(data, "RGB"))
            data = file(width, height, bits, 3, rows.tobytes(), chunk(b"PLTE", palette), chunk(b"tRNS", b"\0"))
            np.testing.assert_array_equal(read(data), pillow(data, "RGBA"))
        pixels = rng.integers(0, 256, (height, width), dtype=np.uint8)
        np.testing.assert_array_equal(read(write(pixels)), pixels)
        np.testing.assert_array_equal(pillow(write(pixels)), pixels)
    deep = file(1, 2, 16, 2, b"\0\1\2\3\4\5\6" + b"\2\0\0\0\0\0\1")
    assert read(deep).tolist() == [[[258, 772, 1286]], [[258, 772, 1287]]]

    plain = file(2, 1, 8, 0, b"\0\1\2")
    assert read(plain + b"after the end").tolist() == [[1, 2]]
    broken = bytearray(plain)
    broken[-20] ^= 1
    for data, words in (
        (b"", "not a PNG"),
        (b"\xff\xd8\xff", "not a PNG"),
        (plain[:-1], "cut short"),
        (plain[:40], "cut short"),
        (bytes(broken), "checksum"),
        (chapter["SIGNATURE"] + chunk(b"IEND", b""), "IHDR and IDAT"),
        (file(2, 1, 8, 0, b"\0\1"), "cut short, or too many"),
        (file(2, 1, 8, 0, b"\5\1\2"), "filter 5"),
        (file(2, 1, 8, 0, b"\0\1\2", interlaced=1), r"rest=\[0, 0, 1\]"),
        (plain[:8] + chunk(b"IHDR", plain[16:28]) + plain[33:], r"rest=\[0, 0, 255\]"),
        (file(2, 1, 8, 3, b"\0\0\0"), "PLTE is shorter"),
        (file(2, 1, 8, 3, b"\0\0\0", chunk(b"PLTE", b"ab")), "PLTE is shorter"),
        (file(2, 1, 8, 3, b"\0\0\0", chunk(b"PLTE", b"abc"), chunk(b"tRNS", b"ab")), "PLTE is shorter"),
        (file(2, 1, 8, 5, b"\0\1\2"), "colour=5"),
        (file(2, 1, 4, 2, b"\0\1\2\3"), "bits=4"),
        (file(0, 1, 8, 0, b"\0"), "width=0"),
        (file(2, 1, 8, 3, b"\0\0\1", chunk(b"PLTE", b"abc")), "PLTE is shorter"),
    ):
        with pytest.raises(ValueError, match=words):
            read(data)

    (tmp_path / "a.png").write_bytes(file(3, 70000, 8, 0, b""))
    assert chapter["png_size"](tmp_path / "a.png") == (3, 70000)
    (tmp_path / "b.png").write_bytes(plain[:20])
    with pytest.raises(zlib.error):
        read(chapter["SIGNATURE"] + plain[8:33] + chunk(b"IDAT", b"no stream") + chunk(b"IEND", b""))
    with pytest.raises(ValueError, match="does not begin"):
        chapter["png_size"](tmp_path / "b.png")

    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
        Image.new(mode, (4, 3)).save(tmp_path / "c.png")
        array = chapter["read_rgb"](tmp_path / "c.png")
        assert array.shape == (3, 4, 3)
        assert array.dtype == np.uint8
        assert array.flags.writeable
        assert (array == (255 if "A" in mode else 0)).all()  # transparent parts are white

    odd = tmp_path / "a 'b' \"c\"\n文.png"
    for seed in (11, 12, 13):
        rng = np.random.default_rng(seed)
        pixels = rng.integers(0, 256, (9, 5, 3), dtype=np.uint8)
        for number in range(1, 9):
            note = Image.Exif()
            note[0x0112] = number
            Image.fromarray(pixels).save(odd, exif=note)
            arrays = chapter["four_ways"](odd)
            assert arrays[0].shape == ((9, 5, 3) if number < 5 else (5, 9, 3))
            for array in (*arrays[1:], chapter["read_rgb"](odd)):
                np.testing.assert_array_equal(array, arrays[0])
            assert chapter["png_size"](odd) == (5, 9)
        np.testing.assert_array_equal(read(odd.read_bytes()), pixels)
        padded = np.pad(pixels.astype(int), ((1, 0), (1, 0), (0, 0)))
        for kind, (y, x, c) in itertools.product(range(5), np.ndindex(*pixels.shape)):
            known = padded[y + 1, x, c], padded[y, x + 1, c], padded[y, x, c]
            assert chapter["predicted"](pixels, kind)[y, x, c] == chapter["guess"](kind, *known)
    for pixels in (np.zeros((0, 3), np.uint8), np.zeros((2, 2)), np.zeros((2, 2, 3), np.uint8)):
        with pytest.raises(ValueError, match="not grey bytes"):
            write(pixels)
    counted = chapter["Counted"](b"0123456789")
    assert [counted.read(4), counted.read(), counted.read(3), counted.count] == [b"0123", b"456789", b"", 10]


@pytest.fixture(scope="module")
def reading():
    return definitions(ROOT / "chapters/practice/read_image_errors.ipynb")


def encoded(picture, kind, **settings):
    file = io.BytesIO()
    picture.save(file, kind, **settings)
    return file.getvalue()


def test_the_chunks_of_a_png(reading):
    damage = reading["png_damage"]
    rng = np.random.default_rng(0)
    png = encoded(Image.fromarray(rng.integers(0, 256, (9, 7, 4)).astype(np.uint8)), "PNG")
    assert damage(png) == damage(png + b"what follows the end") == ""
    assert damage(encoded(Image.new("1", (1, 1)), "PNG")) == ""
    for end in range(len(png)):
        assert damage(png[:end]), end
    for place in range(len(png)):
        for step in (1, 128, 255):
            assert damage(png[:place] + bytes([png[place] ^ step]) + png[place + 1 :]), place
    huge = png[:8] + b"\xff\xff\xff\xffIDAT" + png[16:]
    for other in (b"", b"\x89PNG\r\n\x1a\n", huge, encoded(Image.new("RGB", (2, 2)), "JPEG"), bytes(1000)):
        assert damage(other)


def test_robust_read(reading, tmp_path):
    read, Bad = reading["robust_read"], reading["BadImage"]
    rng = np.random.default_rng(0)
    colours = Image.fromarray(rng.integers(0, 256, (13, 10, 4)).astype(np.uint8))
    path = tmp_path / "ein Bild 图.x"
    pictures = [colours, *(colours.convert(mode) for mode in ("RGB", "L", "LA", "1"))]
    pictures += [colours.convert("RGB").quantize(colors) for colors in (2, 3, 16, 256)]
    settings = [{}] * len(pictures)
    pictures += [colours.convert("RGB").quantize(200)]
    settings += [{"transparency": bytes(range(len(pictures[-1].palette.colors)))}]
    for picture, more in zip(pictures, settings, strict=True):
        path.write_bytes(encoded(picture, "PNG", **more))
        full = np.array(Image.open(path).convert("RGBA")).astype(float)
        share = full[..., 3:] / 255
        wanted = full[..., :3] * share + 255 * (1 - share)
        found = read(str(path))
        assert found.dtype == torch.uint8
        assert np.abs(found.permute(1, 2, 0).numpy() - wanted).max() <= 0.5 + 1e-9, (picture.mode, more)
    for height, width in ((1, 1), (1, 300), (200, 1)):
        for kind in ("PNG", "JPEG", "GIF", "WEBP"):
            path.write_bytes(encoded(Image.new("RGB", (width, height), "red"), kind))
            assert read(path).shape == (3, height, width)
    path.write_bytes(encoded(Image.fromarray(np.array([[0, 128, 129, 65535]], np.uint16)), "PNG"))
    assert read(path)[1].tolist() == [[0, 0, 1, 255]]

    path.write_bytes(encoded(Image.new("RGB", (30, 20)), "PNG"))
    name = hashlib.sha256(path.read_bytes()).hexdigest()
    assert read(path, name).sum() == 0
    (tmp_path / "folder").mkdir()
    frames = {"save_all": True, "append_images": [Image.new("RGB", (5, 5), "red")]}
    for content, more, why in (
        (None, {}, "No such file"),
        (b"", {}, "empty"),
        (b"<html>", {}, "no picture"),
        (path.read_bytes(), {"sha256": "0" * 64}, "manifest"),
        (path.read_bytes(), {"most": 599}, "600|30 × 20"),
        (path.read_bytes()[:-30], {}, "no picture|cut short"),
        (encoded(Image.new("RGB", (5, 5)), "BMP"), {}, "BMP"),
        (encoded(Image.new("L", (5, 5)), "PNG", transparency=3), {}, "transparency"),
        (encoded(Image.new("1", (5, 5)), "PNG", transparency=1), {}, "transparency"),
        (encoded(Image.new("RGB", (5, 5), (1, 2, 3)), "PNG", transparency=(1, 2, 3)), {}, "transparency"),
        (encoded(Image.new("P", (5, 5)), "GIF", transparency=0), {}, "transparency"),
        (encoded(Image.new("RGB", (5, 5)), "GIF", **frames), {}, "2 frames"),
        (encoded(Image.new("RGB", (5, 5)), "PNG", **frames), {}, "2 frames"),
        (encoded(Image.new("RGB", (64, 64)), "JPEG")[:-40], {}, "truncated"),
    ):
        path.unlink(missing_ok=True)
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(Bad, match=why) as error:
            read(path, **more)
        assert str(error.value) == f"{path}: {error.value.why}"
    os.mkfifo(tmp_path / "pipe")  # whoever opened it would get an end at once, and without this writer wait for ever
    writer = threading.Thread(target=lambda: (tmp_path / "pipe").open("wb").close(), daemon=True)
    writer.start()
    for name in (tmp_path / "folder", tmp_path / "pipe", "/dev/null"):
        with pytest.raises(Bad, match="no regular file"):
            read(name)
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    writer.join(60)
    os.close(reader)
    with pytest.raises(Bad, match="null"):
        read("a\0b")
    again = copy.copy(error.value)  # made anew from its arguments, as in a pool of processes
    assert (type(again), str(again), again.why) == (Bad, str(error.value), error.value.why)


def test_an_error_without_words_is_one(reading, tmp_path, monkeypatch):
    path = tmp_path / "x.png"
    path.write_bytes(encoded(Image.new("RGB", (2, 2)), "PNG"))

    def failing(raw, mode):
        raise MemoryError

    monkeypatch.setitem(reading["robust_read"].__globals__, "decode_image", failing)
    assert reading["answer"](path) == "MemoryError"


def test_files_that_end_the_process(tmp_path):
    wanted = {"apart", "answer", "scan", "BadImage"}
    trees = Chapter(ROOT / "chapters/practice/read_image_errors.ipynb").trees.values()
    parts = [node for tree in trees for node in tree.body if getattr(node, "name", None) in wanted]
    program = """
import json, os, signal, sys
from pathlib import Path
def robust_read(path, sha256=None):
    if path == "kill": os.kill(os.getpid(), signal.SIGKILL)
    if path == "leave": os._exit(3)
    if path == "raise": raise LookupError
    if path == "wait": signal.pause()
    if path == "bad" or sha256 == "": raise BadImage(path, "bad\\nfile \u2028 图")
kinds = ["kill", "good", "kill", "leave", "bad", "raise", "a\\nb", "good", "kill"]
found = [list(apart(answer, kinds)), list(apart(len, [])),
    list(apart(answer, ["good", "wait", "good"], seconds=1)),
    list(apart(lambda path: path * 10**6, ["ab"]))[0][1] == "ab" * 10**6,
    scan(map(Path, ["good", "kill", "new"]), {Path("good"): "1", "gone": "2"})]
started = apart(answer, ["good", "good"])
next(started)
started.close()  # leaves no child behind
try:
    os.waitpid(-1, os.WNOHANG)
    found.append("a child is left")
except ChildProcessError:
    found.append("no child")
print(json.dumps(found))
"""
    code = "\n".join(map(ast.unparse, parts))
    (tmp_path / "program.py").write_text(code + program, "utf-8")
    ran = subprocess.run(
        [sys.executable, tmp_path / "program.py"], capture_output=True, text=True, check=True, timeout=120
    )
    found, nothing, waited, whole, scanned, left = json.loads(ran.stdout)
    assert left == "no child"
    bad = "bad\nfile \u2028 图"
    ends = [{"ended": -9}, "", {"ended": -9}, {"ended": 3}, bad, {"ended": 1}, "", "", {"ended": -9}]
    assert [said for _, said in found] == ends
    assert nothing == []
    assert whole is True
    assert waited == [["good", ""], ["wait", {"ended": -14}], ["good", ""]]
    assert scanned == {"gone": "", "good": "", "kill": "ends the process (-9)", "new": bad}


def test_data_pipelines():
    chapter = definitions(ROOT / "chapters/practice/data_pipelines.ipynb")
    batches, flow, augment = chapter["batches"], chapter["Flow"], chapter["augment"]

    assert batches([], 3) == []
    assert batches([1, 2], 3) == [[1, 2]]
    assert batches([1, 2], 3, drop_last=True) == []
    assert batches(range(6), 3, drop_last=True) == batches(range(6), 3) == [range(3), range(3, 6)]
    for size in (0, -2):
        with pytest.raises(ValueError, match=f"batches of {size}"):
            batches([1, 2], size)

    X = np.random.default_rng(0).integers(0, 256, (7, 5, 9, 3)).astype(np.uint8)
    y = np.arange(7)
    for size, drop, sizes in ((3, False, [3, 3, 1]), (3, True, [3, 3]), (7, True, [7]), (1, False, [1] * 7)):
        rounds = flow(X, y, size, augment=augment, drop_last=drop, seed=5)
        for epoch in (0, 1, 1000):
            labels = [labels for _, labels in rounds.epoch(epoch)]
            assert [len(each) for each in labels] == sizes
            assert len({*np.concatenate(labels)}) == sum(sizes)
        endless = list(itertools.islice(rounds, 2 * len(sizes) + 1))
        np.testing.assert_array_equal(endless[-1][0], next(rounds.epoch(2))[0])
    in_order = flow(X, y, 4, shuffle=False)
    assert [labels.tolist() for _, labels in in_order.epoch(3, start=1)] == [[4, 5, 6]]
    names = ["ä", "样本", 'a "b"', "line\nline", "", "ä", "z"]  # a list of labels, with ties
    named = flow(X, names, 3, augment=augment, seed=11)
    found = np.concatenate([labels for _, labels in named.epoch(1)])
    assert found.tolist() == [names[i] for i in named.order(1)]
    assert list(named.epoch(1, start=9)) == []
    with pytest.raises(ValueError, match="islice"):
        list(named.epoch(1, start=-1))
    for seed in (7, 12345, 2**40):  # grey pictures are moved as those with channels are
        grey = [augment(X[0][:, :, 1], rng) for rng in map(np.random.default_rng, (seed, seed + 1))]
        colour = [augment(X[0], rng) for rng in map(np.random.default_rng, (seed, seed + 1))]
        np.testing.assert_array_equal(grey, [picture[:, :, 1] for picture in colour])
    for wrong in (lambda: flow(X, y[:6], 2), lambda: flow(X, y, 0), lambda: flow(X, y, 8), lambda: flow([], [], 1)):
        with pytest.raises(ValueError, match=r"pictures|batches of"):
            wrong()
    kept = X.copy()
    still = augment(X[0], np.random.default_rng(0), reach=0)
    assert np.array_equal(still, X[0]) or np.array_equal(still, X[0][:, ::-1])
    assert augment(X[0], np.random.default_rng(0), reach=20).shape == X[0].shape
    np.testing.assert_array_equal(X, kept)

    buffered = chapter["buffered"]
    for n, room in ((0, 3), (1, 3), (3, 3), (10, 1), (10, 4), (4, 50)):
        out = list(buffered(iter(range(n)), room, np.random.default_rng(0)))
        assert sorted(out) == list(range(n))
        assert room > 1 or out == list(range(n))
        assert all(item - place < room for place, item in enumerate(out))
    for room in (0, -1):
        with pytest.raises(ValueError, match=f"room for {room}"):
            list(buffered("abc", room, np.random.default_rng(0)))
    first = next(buffered(itertools.count(), 5, np.random.default_rng(0)))  # a stream without an end
    assert first in range(5)

    simulate = chapter["simulate"]
    assert simulate(0, 1, 1, 2).shape == (0, 4)
    for workers, room in ((0, 2), (-1, 2), (2, 0)):
        with pytest.raises(ValueError, match=f"{workers} workers with room for {room}"):
            simulate(5, 1, 1, workers, room)
    assert simulate(5, 2, 0, 1)[-1, 3] == 10
    assert simulate(5, 0, 2, 3)[-1, 3] == 10
    for room in (1, 2, 9):  # what is on the way or ready has a place
        times = simulate(50, 1.0, 3.0, 2, room)
        waiting = [sum((times[:, 0] < now) & (times[:, 2] > now)) for now in times.ravel()]
        assert max(waiting) <= 2 * room


def test_data_pipelines_prefetch():
    prefetch = definitions(ROOT / "chapters/practice/data_pipelines.ipynb")["prefetch"]

    def running() -> list:
        return [thread for thread in threading.enumerate() if thread.name == "prefetch"]

    for room in (1, 2, 100):
        assert list(prefetch(range(300), room)) == list(range(300))
        assert list(prefetch([], room)) == []
        errors = [None, StopIteration(), ValueError()]  # as items they are items
        assert list(prefetch(errors, room)) == errors

    def breaks(error):
        yield 1
        raise error

    for error in (OSError("read"), KeyError("a"), KeyboardInterrupt()):
        ahead = prefetch(breaks(error))
        assert next(ahead) == 1
        with pytest.raises(type(error)) as caught:
            next(ahead)
        assert caught.value is error
    with pytest.raises(TypeError):
        list(prefetch(3))
    for room in (0, -1):  # no place would be waiting without an end
        with pytest.raises(ValueError, match=f"room for {room}"):
            list(prefetch(range(3), room))

    for item in prefetch(itertools.count(), 3):
        if item == 5:
            break
    ahead = prefetch(itertools.count(), 1)
    next(ahead)
    ahead.close()
    del ahead
    prefetch(itertools.count())  # never asked: no thread
    assert running() == []


@pytest.fixture(scope="module")
def training_loops(tmp_path_factory):
    """The chapter's definitions, with Keras on PyTorch and nothing written at home."""
    settings = {"KERAS_BACKEND": "torch", "KERAS_TORCH_DEVICE": "cpu", "KERAS_HOME": str(tmp_path_factory.mktemp("k"))}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(name, value)
        return definitions(ROOT / "chapters/practice/custom_training_loops.ipynb")


def test_custom_training_loops_losses_and_metrics(training_loops):
    chapter, keras = training_loops, training_loops["keras"]
    assert keras.config.backend() == "torch"

    sure = torch.tensor([[1e4, -1e4], [-1e4, 1e4]])  # forecasts of exactly 0 and 1
    labels = torch.tensor([0, 1])
    for share in (0.0, 0.1, 1.0):
        expected = nn.functional.cross_entropy(sure, labels, label_smoothing=share).item()
        assert np.isclose(float(chapter["Smoothed"](share)(labels, sure)), expected)
        assert np.isclose(chapter["smoothed"](sure, labels, share).item(), expected)
    weights = torch.tensor([2.0, 0.0])
    logits = torch.tensor([[0.0, 1.0], [3.0, 0.0]])
    first = nn.functional.cross_entropy(logits[:1], labels[:1], label_smoothing=0.1).item()
    assert np.isclose(float(chapter["Smoothed"]()(labels, logits, sample_weight=weights)), 2 * first / 2)
    for n in (1, 2, 5):  # labels in a column: no table of n × n losses
        forecasts, truth = torch.linspace(-1, 2, 3 * n).reshape(n, 3) ** 2, torch.arange(n) % 3
        column = float(chapter["Smoothed"]()(truth[:, None], forecasts))
        assert np.isclose(column, chapter["smoothed"](forecasts, truth).item())

    metric = chapter["BalancedAccuracy"](3)
    assert float(metric.result()) == 0  # nothing came
    metric.update_state(torch.tensor([1, 1, 1]), torch.eye(3)[[1, 1, 0]])
    assert np.isclose(float(metric.result()), 2 / 3)  # one class, of three
    metric.update_state(torch.tensor([[2]]), torch.eye(3)[[2]])  # a column of labels
    assert np.isclose(float(metric.result()), 5 / 6)
    metric.reset_state()
    weights = torch.tensor([0.5, 0.25])
    metric.update_state(torch.tensor([0, 0]), torch.eye(3)[[0, 2]], sample_weight=weights)
    assert np.isclose(float(metric.result()), 2 / 3)


def test_custom_training_loops_layer(training_loops):
    layer = training_loops["Centred"](keep=0.5)
    x = torch.tensor([[1e4, 3.0], [1e4, 5.0]])  # a constant feature
    np.testing.assert_allclose(layer(x, training=True).detach(), [[0, -1], [0, 1]])
    np.testing.assert_allclose(layer.running.numpy(), [5e3, 2])
    np.testing.assert_allclose(layer(x).detach(), [[5e3, 1], [5e3, 3]])  # not in training
    assert [weight.trainable for weight in layer.weights] == [True, False]
    theirs = training_loops["CentredTorch"](2, keep=0.5)
    np.testing.assert_allclose(theirs(x).detach(), [[0, -1], [0, 1]])
    np.testing.assert_allclose(theirs.eval()(x[:1]).detach(), [[5e3, 1]])


def test_custom_training_loops_callbacks(training_loops):
    played, Patience, Halving = (training_loops[name] for name in ("played", "Patience", "Halving"))
    assert played(Patience(2), [3, 2, 1]) == ([1, 1, 1], 2)  # the best is the last
    assert played(Patience(1), [3, 3, 1]) == ([1, 1], 0)  # a tie is no improvement
    nan = float("nan")
    assert len(played(Patience(2), [nan, nan, 1])[0]) == 2
    assert played(Patience(2), [2, nan, nan, 1]) == ([1, 1, 1], 0)
    again = Patience(1)
    assert played(again, [1, 2])[1] == played(again, [5, 6])[1] == 0  # used for a second training
    assert played(Halving(1), [1, 1, 1, 0])[0] == [1, 0.5, 0.25, 0.25]
    assert played(Halving(2), [])[0] == []
    for seed in (101, 102, 103):
        values = np.random.default_rng(seed).integers(0, 4, 30).tolist()  # with many ties
        keras = training_loops["keras"].callbacks
        theirs = keras.EarlyStopping("val_loss", patience=4, mode="min", restore_best_weights=True)
        rates, best = played(Patience(4), values)
        expected, kept = played(theirs, values)
        assert (len(rates), best) == (len(expected), kept)
        assert played(Halving(2), values)[0] == training_loops["keras_rates"](values)


def test_custom_training_loops_copies(training_loops):
    """Square matrices are turned over, too; nets that do not fit are refused."""
    keras, copied = training_loops["keras"], training_loops["copied"]
    dense = keras.layers.Dense
    net = nn.Sequential(nn.Linear(3, 3), nn.ReLU(), nn.Linear(3, 2))
    x = torch.linspace(-2, 2, 12).reshape(4, 3)
    model = copied(net, keras.Sequential([keras.Input((3,)), dense(3, activation="relu"), dense(2)]))
    np.testing.assert_allclose(model(x).detach(), net(x).detach(), atol=1e-6)
    for other in ([dense(3)], [dense(4), dense(2)]):
        with pytest.raises(ValueError, match=r"zip\(\)|shape"):
            copied(net, keras.Sequential([keras.Input((3,)), *other]))


def test_custom_training_loops_own_fit(training_loops):
    keras, own_fit = training_loops["keras"], training_loops["own_fit"]
    X, y = np.arange(10, dtype="float32")[:, None], np.arange(10, dtype="float32")[:, None]

    def model():
        made = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        made.set_weights([np.ones((1, 1)), np.ones(1)])
        made.compile(keras.optimizers.SGD(1e-3), "mse")
        return made

    whole = [tuple(torch.tensor(a[rows]) for a in (X, y)) for rows in (slice(0, 4), slice(4, 8), slice(8, 10))]
    theirs = model().fit(X, y, batch_size=4, epochs=3, shuffle=False, validation_data=(X[:3], y[:3]), verbose=0).history
    mine = own_fit(model(), whole, 3, [(torch.tensor(X[:3]), torch.tensor(y[:3]))])
    for name, values in theirs.items():
        np.testing.assert_allclose([logs[name] for logs in mine], values, rtol=1e-5)
    assert own_fit(model(), whole, 0, whole) == []
    for nothing in (([], 2, whole), (whole, 2, [])):
        with pytest.raises(ValueError, match="need batches"):
            own_fit(model(), *nothing)
    worse = [(torch.tensor(X[:3]), torch.tensor(X[:3] + 1))]  # what the model says at first, and less and less
    one, many = model(), model()
    own_fit(one, whole, 1, worse)
    assert len(own_fit(many, whole, 9, worse, [training_loops["Patience"](2)])) == 3
    np.testing.assert_allclose(many.get_weights()[0], one.get_weights()[0])  # those of the best epoch


def test_tensorboard(tmp_path):
    chapter = definitions(ROOT / "chapters/practice/tensorboard.ipynb")
    records, values, smooth = (chapter[name] for name in ("records", "values", "smooth"))
    assert chapter["crc32c"](b"") == 0
    assert chapter["crc32c"](bytes(32)) == 0x8A9136AA  # RFC 3720, B.4
    assert chapter["crc32c"](b"\xff" * 32) == 0x62A8AB43

    for tag in ("", 'a "b"\n', "损失" * 100):  # quotes, ends of lines, a length of two bytes
        assert [t for _, t, *_ in values(chapter["event_file"](tag, [1.0, 2.0]))] == [tag, tag]
    assert list(values(chapter["event_file"]("none", []))) == []
    data = chapter["event_file"]("ä/b", [0.0, -1.5, float("inf")])
    assert [(s, t, k) for s, t, k, _ in values(data)] == [(i, "ä/b", "scalar") for i in range(3)]
    assert [c for *_, c in values(data)] == [0.0, -1.5, float("inf")]
    whole = [len(list(records(data[:cut]))) for cut in range(len(data) + 1)]
    assert whole == sorted(whole)
    assert (whole[0], whole[-2], whole[-1]) == (0, 3, 4)
    for place in range(len(data)):  # one bit, wherever it is, does not go unnoticed
        hurt = bytearray(data)
        hurt[place] ^= 1
        with pytest.raises(ValueError, match="damaged"):
            list(records(bytes(hurt)))
    assert list(records(b"")) == list(values(b"")) == []
    kept = chapter["repaired"](data[:60] + bytes([data[60] ^ 1]) + data[61:])
    assert len(list(records(kept))) == 3
    assert chapter["repaired"](data) == data

    assert chapter["whole_number"](b"\xac\x02", 0) == (300, 2)
    assert chapter["fields"](b"") == {}
    for cut_off in (b"\x08", b"\x08\x80", b"\x09\0", b"\x0a\x05ab", b"\x0b", b"\x80" * 20):
        with pytest.raises(ValueError, match=r"number|field"):
            chapter["fields"](cut_off)
    with SummaryWriter(tmp_path) as writer:
        for step in (-1, 0, 2**40):
            writer.add_scalar("x", 1.0, step)
    (path,) = tmp_path.iterdir()
    assert [step for step, *_ in values(path.read_bytes())] == [-1, 0, 2**40]

    x = np.array([1.0, np.nan, 3.0, np.inf, 2.0])
    np.testing.assert_allclose(smooth(x, 0.5), [1, np.nan, 7 / 3, np.inf, 15 / 7])
    np.testing.assert_array_equal(smooth(x, 0), x)
    assert smooth([0.1] * 3, 0.7).tolist() == [0.1] * 3
    many = np.random.default_rng(7).normal(size=2000)
    np.testing.assert_allclose(smooth(many, 0.999), pd.Series(many).ewm(alpha=1 - 0.999).mean())
    assert x.tolist()[0] == 1  # what was given is left as it was
    assert smooth([], 0.5).tolist() == []
    assert smooth([7], 0.9).tolist() == [7]
    for wrong in (-0.1, 1, 1.1, np.nan):
        with pytest.raises(ValueError, match="slider"):
            smooth([1.0], wrong)
    for seed in (11, 12, 13):
        draw = random.Random(seed)
        kept = chapter["reservoir"](range(500), 20, lambda n, draw=draw: draw.randint(0, n))
        bucket = _ReservoirBucket(20, random.Random(seed))
        for value in range(500):
            bucket.AddItem(value)
        assert kept == bucket.items
    few = [5, 6]
    assert chapter["reservoir"](few, 2, None) == few
    assert chapter["reservoir"](few, 9, None) == few
    assert chapter["reservoir"](iter(range(9)), 1, lambda n: 0) == [8]
    with pytest.raises(ValueError, match="at least one"):
        chapter["reservoir"](few, 0, None)


@pytest.fixture(scope="module")
def scraping():
    return definitions(ROOT / "chapters/practice/web_scraping.ipynb")


def test_html_as_it_comes(scraping):
    parse, elements, text_of = (scraping[name] for name in ("parse", "elements", "text_of"))
    items = elements(parse("<ul><li>a<ul><li>b<li>c</ul><LI CLASS='x y' data-n=3 hidden>d &amp; e</ul>"), "li")
    assert [text_of(item) for item in items] == ["abc", "b", "c", "d & e"]
    assert items[3].attributes == {"class": "x y", "data-n": "3", "hidden": ""}
    assert text_of(parse("")) == ""
    assert text_of(parse("a < b, 3 > 2 & c <")) == "a < b, 3 > 2 & c <"
    assert text_of(parse("a<!-- <b>no</b> -->b<!doctype html>c</p></b>d")) == "abcd"
    (link,) = elements(parse('<a title="1 > 0" href=/x?a=1&amp;b=2>t</a>'), "a")
    assert (link.attributes, text_of(link)) == ({"title": "1 > 0", "href": "/x?a=1&b=2"}, "t")
    (link,) = elements(parse("<a HREF='?a=1&section=2' href=second title=\"it's'\" x=&lt;>"), "a")
    assert link.attributes == {"href": "?a=1&section=2", "title": "it's'", "x": "<"}
    (script,) = elements(parse("<script>if (a < b) '<p>'</SCRIPT><p>x"), "script")
    assert text_of(script) == "if (a < b) '<p>'"
    assert text_of(parse("<script>never closed <p>")) == "never closed <p>"
    assert text_of(parse("<script>a<b;</script><p>x")) == "a<b;x"
    deep = parse("<div>" * 20000 + "x")  # deeper than Python's own stack
    assert text_of(deep) == "x"
    assert len(elements(deep, "div")) == 20000
    assert len(elements(parse("<br>" * 3 + "<p>a<p>b"), "p")) == 2


def test_one_spelling_of_an_address(scraping):
    normal, here = scraping["normal"], "http://kiosk.test/a/b.html?q=1"
    for link, wanted in {
        "": "http://kiosk.test/a/b.html?q=1",
        "?": "http://kiosk.test/a/b.html?q=1",
        "  c d \n": "http://kiosk.test/a/c%20d",
        "../../../x": "http://kiosk.test/x",
        "http://KIOSK.test:080": "http://kiosk.test/",
        "https://kiosk.test:443/./a/../b/..": "https://kiosk.test/",
        "http://kiosk.test:8080/": "http://kiosk.test:8080/",
        "//other.test": "http://other.test/",
        "http://me:secret@kiosk.test/": "http://kiosk.test/",
        "http://[::1]:80/": "http://[::1]/",
        "/%7e%41%2f%e4?x=a b&y=%7E#f": "http://kiosk.test/~A%2F%E4?x=a%20b&y=~",
        "/100%": "http://kiosk.test/100%",
        "http://straße.test/": "http://strasse.test/",
    }.items():
        assert normal(link, here) in ((wanted, "http://kiosk.test/a/b.html") if link == "?" else (wanted,)), link
        again = normal(link, here)
        assert normal(again) == again
    for none in ("mailto:a@b.test", "javascript:x", "data:,x", "tel:1", "http://[x", "http://a:b/", "ftp://a/"):
        assert normal(none, here) is None
    for bad in ("http://a..b.test/", f"http://{'a' * 64}.test/", "/\ud800"):
        assert normal(bad, here) is None


def test_links_of_a_page(scraping):
    def links(html, page="http://kiosk.test/a/b"):
        return scraping["links"](scraping["BeautifulSoup"](html, "html.parser"), page)

    assert links("<a href=c><a href=c#x><a name=y><a href=mailto:z>") == ["http://kiosk.test/a/c"]
    assert links("<base href='/d/'><a href=c>") == ["http://kiosk.test/d/c"]
    assert links("<base href='javascript:0'><a href=c>") == ["http://kiosk.test/a/c"]
    assert links("<base target=x><a href=c>") == ["http://kiosk.test/a/c"]


def test_letters_of_a_body(scraping):
    decoded = scraping["decoded"]
    assert decoded(b"") == ("", "utf-8", "guess")
    assert decoded("é".encode(), "text/html; CHARSET = 'UTF-8'")[1:] == ("utf-8", "header")
    assert decoded("é".encode("latin-1"), "text/html; charset=iso-8859-1") == ("é", "cp1252", "header")
    assert decoded("书".encode("utf-16"))[0] == "书"
    assert decoded("㐀镕".encode("gb18030"), "text/html;charset=GB2312")[0] == "㐀镕"
    for nonsense in ("nonsense", "hex", "rot13", "undefined", "idna"):
        assert decoded("书".encode(), f"text/html; charset={nonsense}") == ("书", "utf-8", "guess")
    assert decoded(b"<meta http-equiv=Content-Type content='text/html; charset=gbk'>" + "书".encode("gbk"))[2] == "meta"
    assert decoded(b"x" * 1024 + b"<meta charset=gbk>" + "书".encode())[2] == "guess"
    assert decoded(b"\x81")[1:] == ("cp1252", "last resort")
    assert decoded(b"<meta charset=utf-16><p>even")[0] == "<meta charset=utf-16><p>even"
    assert decoded("书".encode("utf-16-le"), "text/html; charset=utf-16le") == ("书", "utf-16le", "header")


def test_waits(scraping):
    retry_after = scraping["retry_after"]
    now = 1767603600.0
    for value, wanted in {
        "0": 0,
        " 7 ": 7,
        "-1": 0,
        "1.5": 0,
        "²": 0,
        "": 0,
        "Mon, 05 Jan 2026 09:00:30 GMT": 30,
        "Mon, 05 Jan 2026 09:00:30 -0000": 30,
        "Mon, 05 Jan 2026 08:00:00 GMT": 0,
        "Mon, 45 Jan 2026 08:00:00 GMT": 0,
    }.items():
        assert retry_after(value, now) == wanted, value
    assert retry_after("9" * 5000, now) == float("inf")

    rng = np.random.default_rng(0)
    drawn = [scraping["backoff"](k, rng, 1.0, 20.0) for k in (0, 3, 5, 100, 5000) for _ in range(200)]
    assert min(drawn) >= 0
    assert max(drawn) <= 20
    assert max(drawn[:200]) <= 1
    mean = scraping["mean_waiting"]
    assert (mean(0.0, 9), mean(0.5, 0), mean(1.0, 2)) == (0, 0, 1.5)
    assert mean(1.0, 10, 1.0, 2.0) == 0.5 + 9


def test_rules_of_robots(scraping):
    read, allowed = scraping["read_robots"], scraping["allowed"]

    def may(text, path, agent="Bot/1.0 (x)"):
        return allowed(read(text), agent, "http://kiosk.test" + path)

    everybody = "User-agent: *\n"
    assert may("", "/")
    assert may("no rules: at all\n<html>\n:::", "/")
    assert may("Disallow: /", "/")  # belongs to nobody
    assert may(everybody + "Disallow:", "/a")
    assert not may(everybody + "disallow : /a # why", "/ab")
    assert may(everybody + "Disallow: /a", "/A")
    assert not may("\ufeff" + everybody + "Disallow: /作者", "/%e4%bd%9c%E8%80%85/1")
    assert may(everybody + "Disallow: /a\nAllow: /a", "/a")  # a tie
    assert may(everybody + "Allow: /a/b\nDisallow: /a", "/a/b")
    assert may(everybody + "Disallow: /\nUser-agent: bot\nAllow: /", "/x")
    assert not may("User-agent: bot\nUser-agent: other\nDisallow: /\n" + everybody + "Allow: /", "/x")
    assert not may("User-agent: BOT\nDisallow: /a\n\nUser-agent: bot\nDisallow: /b", "/b")
    for pattern, path, matched in [
        ("/*.pdf$", "/a/b.pdf", True),
        ("/*.pdf$", "/a.pdf.html", False),
        ("/*.pdf", "/a.pdf.html", True),
        ("/a$", "/a", True),
        ("/a$", "/ab", False),
        ("*", "/", True),
        ("$", "/", False),
        ("/*$", "/x", True),
        ("/a*a$", "/a", False),
        ("/**b", "/ab", True),
        ("/?", "/?x", True),
    ]:
        assert scraping["matches"](pattern, path) is matched, (pattern, path)
    for none in ("mailto:a@kiosk.test", "", "/a"):
        with pytest.raises(ValueError, match="no address of a page"):
            allowed({}, "Bot", none)
    hostile = "/" + "*a" * 2000 + "$"
    assert not scraping["matches"](hostile, "/" + "a" * 1999 + "b")


class Body(io.BytesIO):
    """An answer with a body and headers."""

    def __init__(self, body, **headers):
        super().__init__(body)
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def test_bodies_within_limits(scraping):
    read, refused = scraping["read_at_most"], scraping["Refused"]
    packed = gzip.compress(b"x" * 1000, mtime=0)
    assert read(Body(b"x" * 10), 10) == b"x" * 10
    assert read(Body(packed, Content_Encoding="gzip"), 1000) == b"x" * 1000
    assert read(Body(packed), 1000) == packed
    for body, said in (
        (Body(b"x" * 11), "too large"),
        (Body(gzip.compress(bytes(10**6)), Content_Encoding="gzip"), "too large"),
        (Body(packed[:-9], Content_Encoding="GZip"), "not one whole gzip"),
        (Body(packed + packed, Content_Encoding="gzip"), "not one whole gzip"),
        (Body(b"plain", Content_Encoding="x-gzip"), "not gzip"),
        (Body(b"", Content_Encoding="gzip"), "not one whole gzip"),
        (Body(b"x" * 10, Content_Length="11"), "cut off"),
        (Body(b"", Content_Length="999999999"), "cut off"),
    ):
        with pytest.raises(refused, match=said):
            read(body, 1000 if "large" not in said else 10)


def test_tables_and_prices(scraping):
    def cells(html):
        return scraping["cells"](scraping["elements"](scraping["parse"](html), "table")[0])

    assert cells("<table></table>") == []
    assert cells("<table><tr><tr><td>a</table>") == [[""], ["a"]]
    assert cells("<table><tr><th>a<td colspan=2 rowspan=2>b<tr><td>c</table>") == [["a", "b", "b"], ["c", "b", "b"]]
    assert cells("<table><tr><td rowspan=99>a<tr><td colspan=x>b</table>") == [["a", ""], ["a", "b"]]
    assert len(cells("<table><tr><td colspan=999999999>a</table>")[0]) == 1
    number = scraping["number"]
    assert [number("£1,250.00"), number("−3 °C".replace("−", "-")), number("1.250,50 €", ",")] == [1250, -3, 1250.5]
    assert [number(text) for text in ("7", "−£0.50", "£ 12", "1 250 000", "1’250.5")] == [7, -0.5, 12, 1250000, 1250.5]
    assert number("1\u202f250,50 €", ",") == 1250.5
    for text in ("", "free", "1-2", "2 for £5", "1,25", "1.2.3", ".99", "Rs.500", "10 0000", "£4.50 (2nd)"):
        with pytest.raises(ValueError, match="numbers in"):
            number(text)
    with pytest.raises(ValueError, match="table in a table"):
        cells("<table><tr><td><table><tr><td>a</table><td>b</table>")


@pytest.mark.parametrize(
    "trouble", ["robots fails", "robots moved", "asleep", "long wait", "loop", "broken", "ever on", "cut", "marked"]
)
def test_a_crawl_of_a_troubled_site_ends(scraping, trouble):
    clock = Clock()

    def answer(asked):
        if asked.path == "/robots.txt":
            if trouble == "robots fails":
                return Answer(status=503)
            return Answer(status=301, headers={"Location": "/r"}) if trouble == "robots moved" else Answer(status=404)
        if trouble == "long wait":
            return Answer(status=429, headers={"Retry-After": "9" * 400})
        if trouble == "loop":
            return Answer(status=302, headers={"Location": "/b" if asked.path == "/" else "/"})
        if trouble == "ever on":
            return Answer(status=302, headers={"Location": asked.path + "x"})
        if trouble == "cut":
            return Answer("<a href=x>", headers={"Content-Length": "99"})
        if trouble == "marked":
            return Answer("<![x]><a href=/y>")
        if trouble == "broken":
            return Answer(b"\xff", headers={"Content-Type": None, "Content-Encoding": "gzip"})
        return Answer(f"<a href={asked.target}x>")

    sites = Sites({"kiosk.test": answer}, clock)
    try:
        start = "http://nobody.test/" if trouble == "asleep" else "http://kiosk.test/"
        made = scraping["Crawler"](start, clock, np.random.default_rng(0), budget=7)
        found = scraping["crawl"](made)
        asked = [request.path for request, _ in sites.log]
    finally:
        sites.close()
    assert bool(found.pages) is (trouble == "marked" and bool(found.graph))
    assert found.left_out or trouble == "marked"
    if trouble == "ever on":
        assert asked == ["/robots.txt", *("/" + "x" * i for i in range(7))]
        assert list(found.left_out.values()) == ["moved"] * 7 + ["budget"]
    if trouble.startswith("robots"):
        assert set(asked) == {"/robots.txt"}
        assert set(found.left_out.values()) == {"robots.txt"}
    if trouble == "long wait":
        assert "asked to wait" in found.left_out["http://kiosk.test/"]
        assert asked == ["/robots.txt", "/"]


def test_a_crawl_keeps_its_budget_and_its_distance(scraping):
    clock, times = Clock(), []

    def answer(asked):
        times.append(clock.now)
        if asked.path == "/robots.txt":
            return Answer("User-agent: *\nCrawl-delay: 3.5", headers={"Content-Type": "text/plain"})
        return Answer(f"<a href={asked.target}x><a href=/>")

    sites = Sites({"kiosk.test": answer}, clock)
    try:
        found = scraping["crawl"](scraping["Crawler"]("http://kiosk.test", clock, np.random.default_rng(0), budget=7))
    finally:
        sites.close()
    assert list(found.pages) == [f"http://kiosk.test/{'x' * i}" for i in range(7)]
    assert list(found.left_out.values()) == ["budget"]
    with pytest.raises(ValueError, match="no address of a page"):
        scraping["Crawler"]("mailto:a@kiosk.test", clock, np.random.default_rng(0))
    assert min(np.diff(times)) >= 3.5
