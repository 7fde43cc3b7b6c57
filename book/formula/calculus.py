"""Derivatives of functions that are only known by their values, with an estimate of the error."""

from __future__ import annotations

import numpy as np

__all__ = ["complex_step", "extrapolated_difference"]

STEP = 1e-30  # of the complex step: its square is below every rounding error
ROWS = 9  # of the extrapolation table
SHRINK = 1.8  # from one step to the next


def complex_step(function):
    """Derivative at 0 of a function of one number that is computed by holomorphic operations only.

    Exact to rounding: there is no difference whose digits could cancel.
    """
    return np.imag(function(1j * STEP)) / STEP


def extrapolated_difference(function, first: float):
    """Derivative at 0 by Ridders' extrapolation of central differences, and its error estimate.

    Parameters
    ----------
    function : callable
        Of one real number; returns a number or an array.
    first : float
        First step; smaller ones follow.
    """
    table: list[list] = []
    best, smallest = None, np.inf
    for row in range(ROWS):
        step = first / SHRINK**row
        entries = [(np.asarray(function(step)) - np.asarray(function(-step))) / (2 * step)]
        factor = SHRINK**2
        for column in range(1, row + 1):
            entries.append((factor * entries[-1] - table[-1][column - 1]) / (factor - 1))
            factor *= SHRINK**2
            error = max(
                np.abs(entries[-1] - entries[-2]).max(initial=0.0),
                np.abs(entries[-1] - table[-1][column - 1]).max(initial=0.0),
            )
            if error <= smallest:
                best, smallest = entries[-1], error
        if table and smallest < np.inf and np.abs(entries[-1] - table[-1][-1]).max(initial=0.0) >= 2 * smallest:
            break
        table.append(entries)
    return best, float(smallest)
