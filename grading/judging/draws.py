"""Inputs in which every special case always is, or never: no grade depends on the draw."""

from __future__ import annotations

import numpy as np

__all__ = ["draw_labels"]


def draw_labels(rng, number: int, classes: int) -> np.ndarray:
    """Labels, shape (number,), in random order: every class where there is room, else the last ones, in any case.

    Who counts the classes by np.max(y) + 1 is right on them.
    """
    known = np.arange(classes)[::-1][:number]
    return rng.permutation(np.concatenate([known, rng.integers(0, classes, number - len(known))]))
