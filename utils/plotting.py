"""One look for every figure of the book: readable on light and dark pages, safe for colour-blind readers, never mute.

A figure leaves a chapter through `show` (or `show_frames`), which demands a text alternative and turns Matplotlib's
colours into CSS variables, so that one drawing follows the theme of the website and of JupyterLab.
"""

from __future__ import annotations

import hashlib
import html
import io
import itertools
import re
from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from IPython.display import display
from matplotlib.figure import Figure

__all__ = ["COLORS", "DIVERGING", "INK", "MUTED", "SEQUENTIAL", "image_grid", "show", "show_frames", "use_style"]

#: Series colours on a white page (Okabe and Ito's palette, the bright ones darkened), and their twins on a dark page.
PALETTE = {
    "blue": ("#0072b2", "#5ab4ee"),
    "orange": ("#d55e00", "#ff8c42"),
    "green": ("#00805e", "#2fc79f"),
    "purple": ("#a8508a", "#e39cc9"),
    "gold": ("#946c00", "#e8b93a"),
    "sky": ("#2f7f9e", "#8ad3f2"),
}
COLORS = [light for light, _ in PALETTE.values()]
INK, MUTED = "#24292f", "#6e7781"  # lines and text; grid and secondary marks
PAGE = "#fefefe"  # the colour of the page, for halos round labels and edges of markers
SEQUENTIAL, DIVERGING = "viridis", "RdBu_r"

#: The colours of each theme by name; the website draws every figure once in each.
THEMES = {
    "light": {name: light for name, (light, _) in PALETTE.items()} | {"ink": INK, "muted": MUTED, "page": "#ffffff"},
    "dark": {name: dark for name, (_, dark) in PALETTE.items()}
    | {"ink": "#e6edf3", "muted": "#9aa4af", "page": "#121212"},
}

#: Matplotlib's colour on the left becomes the CSS value on the right.
_THEME = {light: f"var(--eer-{name}, {light})" for name, (light, _) in PALETTE.items()} | {
    INK: f"var(--eer-ink, var(--jp-ui-font-color1, {INK}))",
    MUTED: f"var(--eer-muted, var(--jp-ui-font-color2, {MUTED}))",
    "#fefefe": "var(--eer-page, var(--jp-layout-color0, #fefefe))",
}


#: Letters as shapes, which look alike everywhere, and the same ids for the same drawing.
_SVG = {"svg.fonttype": "path", "svg.hashsalt": "every-equation-runs"}
_drawings = itertools.count()


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


def show(fig: Figure, alt: str, caption: str | None = None) -> None:
    """Show a figure with its text alternative, and close it.

    Parameters
    ----------
    fig : matplotlib Figure
    alt : str
        What the figure shows, for a reader who does not see it: at least four words; quote computed values.
    caption : str, optional
        What to look for, as printed below the figure. Plain text, with $…$ for formulas.

    Raises
    ------
    ValueError
        `alt` says too little, or the figure has no axes.
    TypeError
        `fig` is not a figure.
    """
    markup, svg = _figure_markup(fig, alt)
    display({"text/html": _wrap(markup, caption), "image/svg+xml": svg, "text/plain": alt}, raw=True)


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
    frames = []
    for fig, label, alt in zip(figs, labels, alts, strict=True):
        hidden = " hidden" if frames else ""
        drawing, _ = _figure_markup(fig, alt)
        frames.append(f'<div class="eer-frame"{hidden} data-label="{html.escape(label)}">{drawing}</div>')
    react = (
        "const f=this.closest('.eer-frames'),s=[...f.querySelectorAll('.eer-frame')];"
        "f.querySelectorAll('img').forEach(i=>i.loading='eager');"
        "s.forEach((e,i)=>e.hidden=i!=this.value);const l=s[this.value].dataset.label;"
        "f.querySelector('output').value=l;this.setAttribute('aria-valuetext',l)"
    )
    first = html.escape(labels[0])
    slider = (
        f'<div class="eer-slider"><input type="range" min="0" max="{len(figs) - 1}" value="0" step="1" '
        f'aria-label="Frame" aria-valuetext="{first}" oninput="{html.escape(react)}"><output>{first}</output></div>'
    )
    markup = f'<div class="eer-frames">{slider}{"".join(frames)}</div>'
    display({"text/html": _wrap(markup, caption), "text/plain": "\n".join(alts)}, raw=True)


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


def _figure_markup(fig, alt) -> tuple[str, str]:
    """The figure as themed SVG for a page, and as plain SVG; closes the figure."""
    if not isinstance(fig, Figure):
        raise TypeError(f"show takes a matplotlib Figure, found {type(fig).__name__}")
    if not isinstance(alt, str) or len(alt.split()) < 4:
        raise ValueError(f"alt text must say what the figure shows, in at least four words; found {alt!r}")
    if not fig.axes:
        raise ValueError("the figure has no axes; there is nothing to show")
    buffer = io.BytesIO()
    with plt.rc_context(_SVG):
        fig.savefig(buffer, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None})
    plt.close(fig)
    plain = buffer.getvalue().decode()
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", plain[plain.index("<svg") :], flags=re.S)
    # Matplotlib writes colours in style="…", where var() is allowed
    svg = re.sub("|".join(_THEME), lambda found: _THEME[found[0]], svg)
    svg = re.sub(r'(?<= d=")[^"]*', lambda path: re.sub(r"-?\d+\.\d{3,}", _two_decimals, path[0]), svg)
    svg = re.sub(r'(?<= [xy]=")[^"]*', lambda number: re.sub(r"-?\d+\.\d{3,}", _two_decimals, number[0]), svg)
    svg = _unique_ids(svg)
    width, height = re.search(r'width="([\d.]+)pt" height="([\d.]+)pt"', svg).groups()
    return re.sub(r"<svg [^>]*>", _svg_tag(width, height, alt), svg, count=1), plain


def _two_decimals(number: re.Match) -> str:
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")


def _unique_ids(svg: str) -> str:
    """Several drawings share one page: keep only the ids that something refers to, and make them unlike any other's."""
    prefix = f"f{hashlib.sha1(svg.encode()).hexdigest()[:8]}-{next(_drawings)}"
    used = set(re.findall(r'(?:href="|url\()#([^")]+)', svg))
    svg = re.sub(r' id="([^"]*)"', lambda m: f' id="{prefix}-{m[1]}"' if m[1] in used else "", svg)
    return re.sub(r'(href="|url\()#([^")]+)', rf"\1#{prefix}-\2", svg)


def _svg_tag(width, height, alt) -> str:
    width, height = float(width), float(height)
    size = f'width="{width * 4 / 3:.0f}" height="{height * 4 / 3:.0f}" viewBox="0 0 {width} {height}"'
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    look = "max-width:100%;height:auto;stroke-linejoin:round;stroke-linecap:butt"
    return f'<svg {size} {names} role="img" aria-label="{html.escape(alt)}" style="{look}">'


def _wrap(markup: str, caption: str | None) -> str:
    below = f"<figcaption>{html.escape(caption, quote=False)}</figcaption>" if caption else ""
    return f'<figure class="eer-figure" style="margin:1em 0">{markup}{below}</figure>'
