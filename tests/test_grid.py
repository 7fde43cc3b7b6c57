"""Tests of utils.grid: where the points lie, and that sums over them are integrals."""

import numpy as np
import pytest

from utils.grid import even_grid


def test_points_run_through_the_cube_in_order():
    x, volume = even_grid(1, 3, 2)
    assert np.array_equal(x, [[a, b] for a in (-1, 0, 1) for b in (-1, 0, 1)])
    assert volume == 1.0
    x, volume = even_grid(2.0, 5, 1)
    assert np.array_equal(x[:, 0], [-2, -1, 0, 1, 2])
    assert volume == 1.0


@pytest.mark.parametrize("d", [1, 2, 3])
def test_a_gaussian_has_mass_one_and_variance_one(d):
    x, volume = even_grid(9, 61, d)
    density = np.exp(-(x**2).sum(axis=1) / 2) / (2 * np.pi) ** (d / 2)
    assert density.sum() * volume == pytest.approx(1, rel=1e-12)
    assert np.allclose((density * x.T) @ x * volume, np.eye(d), rtol=0, atol=1e-12)


@pytest.mark.parametrize("bad", [(0, 3, 1), (-1, 3, 1), (np.inf, 3, 1), (np.nan, 3, 1), (1, 1, 1), (1, 3, 0)])
def test_refuses(bad):
    with pytest.raises(ValueError, match="even_grid: need"):
        even_grid(*bad)
