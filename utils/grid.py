"""Even grids, on which an integral in one or two dimensions is a sum that can check a formula."""

from __future__ import annotations

import numpy as np

__all__ = ["even_grid"]


def even_grid(limit: float, points: int, d: int) -> tuple[np.ndarray, float]:
    """Points of an even grid over the cube [−limit, limit]^d, and the volume of a cell.

    The integral of a function that is as good as zero at the faces of the cube is the volume times the sum of its
    values.

    Parameters
    ----------
    limit : float
        Positive.
    points : int
        On each axis, at least 2, both ends included.
    d : int
        Number of axes, at least 1.

    Returns
    -------
    (x, volume) : ndarray, shape (points^d, d), the last axis running fastest; float

    Raises
    ------
    ValueError
        One of them is too small, or the limit is infinite or NaN.
    """
    if not (np.isfinite(limit) and limit > 0 and points >= 2 and d >= 1):
        raise ValueError(f"even_grid: need limit > 0, points ≥ 2, d ≥ 1; found {limit}, {points}, {d}")
    axis = np.linspace(-limit, limit, points)
    x = np.stack(np.meshgrid(*[axis] * d, indexing="ij"), axis=-1)
    return x.reshape(-1, d), (axis[1] - axis[0]) ** d
