"""Drawings that are not Matplotlib's."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Picture:
    """A drawing in the book's colours, for `show`.

    Attributes
    ----------
    svg : str
        One element, whose colours are those of `utils.palette.PALETTE`.
    width, height : int
        In pixels.
    log : str
        What the program that drew it said meanwhile.
    source : str
        What the program was given to draw.
    """

    svg: str
    width: int
    height: int
    log: str = field(default="", repr=False)
    source: str = field(default="", repr=False)
