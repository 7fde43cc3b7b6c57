"""What a printed name can be bound to in `check(…, printed=…)`, and the kinds of values that formulas have.

A number, a column (one-dimensional array), a matrix, a family of matrices (three-dimensional array), a dictionary from
indices to values, a callable, anything else that is only handed to callables, or one of the classes here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = [
    "Depending",
    "Distribution",
    "Identity",
    "Indexed",
    "Measure",
    "Optimum",
    "Outcomes",
    "PlusMinus",
    "Range",
    "Row",
]


class Depending:
    """A quantity computed from others, such as a loss L that depends on W: ``Depending(loss, "W", r"\\mathbf{b}")``.

    It is printed without arguments and follows its inputs when the formula differentiates by one of them.

    Parameters
    ----------
    function : callable
        Takes the values bound to `names`, in this order.
    *names : str
        Printed names that are bound beside it.
    """

    def __init__(self, function, *names: str):
        if not callable(function) or not names:
            raise TypeError("Depending takes a callable and the printed names that it depends on")
        self.function, self.names = function, names


@dataclass(frozen=True)
class Indexed:
    """An array whose first entry is printed with another index than 1: ``Indexed(scores, first=0)``."""

    values: Any
    first: int = 0


@dataclass(frozen=True)
class Range:
    """The values that a printed index letter runs over, first and last included."""

    first: int
    last: int


class Optimum:
    """A quantity that runs over a continuum under max or min: ``Optimum(V_k, others)`` for ``\\max_Q``.

    What stands under max or min is evaluated with `at` and with each of `others`, all of which must satisfy the printed
    condition, and the best of these values counts. Several quantities under one max move together. Where the name is
    printed elsewhere (reached at Q = …) it stands for `at`, which must then be the best.

    Parameters
    ----------
    at : number or array
        Where the optimum is attained; where the display prints max and min of one quantity, one of the two.
    others : sequence
        Values that are tried beside it, of the same kind; at least one.
    """

    def __init__(self, at, others):
        self.at, self.others = at, list(others)
        if not self.others:
            raise ValueError("an optimum is one among others: give values that are tried beside it")


@dataclass(frozen=True)
class Outcomes:
    """A random quantity: `values` holds one value for each outcome, on the first axis.

    Under an expectation, all random quantities move through their outcomes together; outside one it is an array.
    """

    values: Any


class Distribution:
    """A finite distribution, for ``\\mathbb{E}_p``: weights of the outcomes, and the printed variable that runs.

    Parameters
    ----------
    weights : array_like, shape (k,)
        Probabilities of the outcomes; they sum to 1.
    points : array_like, shape (k, ...), optional
        Value of the variable for each outcome.
    variable : str, optional
        Printed name that takes the values `points`.
    density : callable, optional
        What ``p(x)`` means when it is printed.
    """

    def __init__(self, weights, points=None, variable: str | None = None, density=None):
        self.weights = np.asarray(weights, dtype=float)
        if self.weights.ndim != 1 or abs(self.weights.sum() - 1) > 1e-9:
            raise ValueError("the weights of a distribution are numbers that sum to 1")
        if points is not None and len(points) != len(self.weights):
            raise ValueError(f"{len(self.weights)} weights but {len(points)} points")
        self.points = None if points is None else np.asarray(points, dtype=float)
        self.variable, self.density = variable, density


class Measure:
    """What ``\\mathrm{d}\\mathbf{x}`` means in an integral: a sum over points with weights, of any dimension."""

    def __init__(self, points, weights):
        self.points, self.weights = np.asarray(points, dtype=float), np.asarray(weights, dtype=float)
        if self.weights.shape != self.points.shape[:1]:
            raise ValueError(f"{len(self.points)} points but weights of shape {self.weights.shape}")


@dataclass(frozen=True)
class PlusMinus:
    """A quantity with two values, such as the roots of a quadratic: one for the upper sign of ±, one for the lower."""

    plus: Any
    minus: Any


class Row:
    """A column transposed."""

    __slots__ = ("array",)

    def __init__(self, array):
        self.array = array


class Identity:
    """A multiple of the identity matrix whose size the formula leaves to the reader."""

    __slots__ = ("scale",)

    def __init__(self, scale=1.0):
        self.scale = scale
