"""One look for every figure of the book: readable on light and dark pages, safe for colour-blind readers, never mute.

A figure leaves a chapter through `show` (or `show_frames`), which demands a text alternative and keeps the drawing as
a record (utils/records.py) in the colours of a light page; whoever shows it puts those of its theme in their place.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from IPython.display import display
from matplotlib.figure import Figure

from utils.missing import NotRun, packages
from utils.palette import PALETTE
from utils.pictures import Picture
from utils.rendering import bundle

__all__ = ["COLORS", "DIVERGING", "INK", "MUTED", "SEQUENTIAL", "image_grid", "show", "show_frames", "use_style"]

COLORS = [PALETTE[name] for name in ("blue", "orange", "green", "purple", "gold", "sky")]
INK, MUTED, PAGE = PALETTE["ink"], PALETTE["muted"], PALETTE["page"]
SEQUENTIAL, DIVERGING = "viridis", "RdBu_r"

#: Letters as shapes, which look alike everywhere, and the same ids for the same drawing.
_SVG = {"svg.fonttype": "path", "svg.hashsalt": "every-equation-runs"}


def use_style() -> None:
    """Set Matplotlib's defaults for the book; call it once, in the cell of imports."""
    plt.rcParams.update(
        {
            "figure.figsize": (6.4, 3.6),
            "figure.facecolor": "none",
            "figure.constrained_layout.use": True,
            "savefig.facecolor": "none",
            "axes.facecolor": "none",
            "axes.prop_cycle": cycler(color=COLORS),
            "axes.edgecolor": INK,
            "axes.labelcolor": INK,
            "axes.grid": True,
            "axes.axisbelow": True,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "grid.color": MUTED,
            "grid.alpha": 0.25,
            "grid.linewidth": 0.6,
            "text.color": INK,
            "xtick.color": INK,
            "ytick.color": INK,
            "font.size": 11,
            "legend.frameon": False,
            "lines.linewidth": 1.8,
            "image.cmap": SEQUENTIAL,
            "image.interpolation": "none",
        }
        | _SVG
    )


def show(fig: Figure, alt: str, caption: str | None = None, *, source: bool = False) -> None:
    """Show a figure with its text alternative, and close it.

    Parameters
    ----------
    fig : matplotlib Figure, or Picture (utils/typeset)
        Where a program that draws is missing, a `NotRun` says so in its place.
    alt : str
        What the figure shows, for a reader who does not see it: at least four words; quote computed values.
    caption : str, optional
        What to look for, as printed below the figure. Plain text, with $…$ for formulas.
    source : bool
        Show beside a picture what it was drawn from.

    Raises
    ------
    ValueError
        `alt` says too little, the figure has no axes, or nobody knows what it was drawn from.
    TypeError
        `fig` is not a figure.
    """
    if isinstance(fig, NotRun):
        record = {"kind": "missing", "tools": fig.tools, "packages": packages(fig.tools), "otherwise": alt}
        display(bundle(record), raw=True)
    else:
        drawing = _drawing(fig, alt)
        if source and not getattr(fig, "source", ""):
            raise ValueError("show: only pictures drawn from source (utils/typeset) have one to show")
        _display([drawing], caption, {"source": fig.source} if source else {})


def show_frames(figs: Sequence[Figure], labels: Sequence[str], alts: Sequence[str], caption: str | None = None) -> None:
    """Show several figures of one size as frames under a slider that works without a kernel, and close them.

    Parameters
    ----------
    figs, labels, alts : sequences of one length, at least two
        The frames in order, a short name for each (shown beside the slider) and a text alternative for each.
    caption : str, optional
        As in `show`.

    Raises
    ------
    ValueError
        Lengths differ, there are fewer than two frames, one figure comes twice, or as in `show`.
    """
    figs, labels, alts = list(figs), [str(label) for label in labels], list(alts)
    if not (len(figs) == len(labels) == len(alts) >= 2):
        raise ValueError(f"show_frames: {len(figs)} figures, {len(labels)} labels, {len(alts)} alts; need equal, ≥ 2")
    if len(set(map(id, figs))) < len(figs):
        raise ValueError("show_frames: one figure comes twice; make a new one for each frame")
    _display([_drawing(*frame) for frame in zip(figs, alts, labels, strict=True)], caption)


def image_grid(images, columns: int = 10, labels: Sequence[str] | None = None, size: float = 0.62) -> Figure:
    """Figure with small images side by side.

    Parameters
    ----------
    images : array_like, shape (n, height, width) or (n, height, width, 3)
        Grey values are stretched over the whole set; colour is uint8 or in [0, 1].
    columns : int
        Images in a row.
    labels : sequence of n strings, optional
        Text above each image.
    size : float
        Width of one image in inches.

    Raises
    ------
    ValueError
        No images, NaN, another shape, colours out of range, more or fewer labels than images, or no column.
    """
    images = np.asarray(images)
    if images.dtype == bool:
        images = images.astype(float)
    if not (np.issubdtype(images.dtype, np.floating) or np.issubdtype(images.dtype, np.integer)):
        raise ValueError(f"image_grid: the images must be real numbers of one shape, found {images.dtype}")
    if images.ndim not in (3, 4) or images.size == 0 or (images.ndim == 4 and images.shape[-1] != 3):
        raise ValueError(f"image_grid takes (n, height, width) or (n, height, width, 3), found {images.shape}")
    if not np.all(np.isfinite(images)):
        raise ValueError("image_grid: the images hold NaN or infinity")
    if images.ndim == 4:
        top = 255 if np.issubdtype(images.dtype, np.integer) else 1
        if images.min() < 0 or images.max() > top:
            raise ValueError(f"image_grid: colours lie in 0…{top} here, found {images.min():g}…{images.max():g}")
    if columns < 1 or not size > 0:
        raise ValueError(f"image_grid: columns and size must be positive, found {columns} and {size}")
    if labels is not None and len(labels) != len(images):
        raise ValueError(f"image_grid: {len(labels)} labels for {len(images)} images")
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    height = size * images.shape[1] / images.shape[2] + (0.22 if labels is not None else 0.0)
    fig, axes = plt.subplots(rows, columns, figsize=(columns * size, rows * height), squeeze=False)
    limits = {} if images.ndim == 4 else {"cmap": "gray", "vmin": images.min(), "vmax": images.max()}
    for axis in axes.flat:
        axis.set_axis_off()
    for i, (axis, image) in enumerate(zip(axes.flat, images, strict=False)):
        axis.imshow(image, **limits)
        if labels is not None:
            axis.set_title(labels[i], fontsize=8, pad=2)
    return fig


def _display(drawings: list[dict], caption: str | None, more: dict | None = None) -> None:
    display(bundle({"kind": "figure", "drawings": drawings, "caption": caption} | (more or {})), raw=True)


def _drawing(fig, alt, label: str | None = None) -> dict:
    """The figure as a drawing for the record; closes the figure."""
    if not isinstance(fig, Figure | Picture):
        raise TypeError(f"show takes a matplotlib Figure or a Picture, found {type(fig).__name__}")
    if not isinstance(alt, str) or len(alt.split()) < 4:
        raise ValueError(f"alt text must say what the figure shows, in at least four words; found {alt!r}")
    if isinstance(fig, Picture):
        return {"svg": fig.svg, "width": fig.width, "height": fig.height, "alt": alt, "label": label}
    if not fig.axes:
        raise ValueError("the figure has no axes; there is nothing to show")
    buffer = io.BytesIO()
    with plt.rc_context(_SVG):
        fig.savefig(buffer, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None})
    plt.close(fig)
    svg = buffer.getvalue().decode()
    points = [float(size) for size in re.search(r'width="([\d.]+)pt" height="([\d.]+)pt"', svg).groups()]
    width, height = (round(size * 4 / 3) for size in points)
    root = (
        f'<svg width="{width}" height="{height}" viewBox="0 0 {points[0]} {points[1]}" '
        'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        'stroke-linejoin="round" stroke-linecap="butt">'
    )
    svg = re.sub(r"<svg [^>]*>", root, _clean(svg), count=1)
    return {"svg": svg, "width": width, "height": height, "alt": alt, "label": label}


def _clean(svg: str) -> str:
    """Matplotlib's SVG without what no reader sees: one element, two decimals, only ids that something refers to."""
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", svg[svg.index("<svg") :], flags=re.S)
    svg = re.sub(r'(?<= d=")[^"]*', lambda path: re.sub(r"-?\d+\.\d{3,}", _two_decimals, path[0]), svg)
    svg = re.sub(r'(?<= [xy]=")[^"]*', lambda number: re.sub(r"-?\d+\.\d{3,}", _two_decimals, number[0]), svg)
    used = set(re.findall(r'(?:href="|url\()#([^")]+)', svg))
    return re.sub(r' id="([^"]*)"', lambda found: found[0] if found[1] in used else "", svg).rstrip()


def _two_decimals(number: re.Match) -> str:
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")
