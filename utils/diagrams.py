"""Diagrams of architectures: boxes with words, joined by arrows, in the book's colours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from utils.plotting import INK, PAGE

__all__ = ["block_diagram"]

#: Inches that one unit of the boxes' positions takes, to the right and upwards.
UNIT = (1.25, 0.75)


def block_diagram(
    boxes: Mapping[str, tuple],
    arrows: Sequence[tuple],
    size: float = 10.0,
) -> Figure:
    """Figure with boxes and arrows between them.

    Parameters
    ----------
    boxes : dict
        Name to `(x, y, text)` or `(x, y, text, color)`; x goes to the right, y upwards, one unit is room for a box of
        about a dozen letters. Without a color the box has no border: a quantity, not something that computes.
    arrows : sequence of tuples
        `(from, to)`, then if wanted the text beside the arrow and a dict of Matplotlib's `arrowprops`, such as
        `{"linestyle": "--", "color": COLORS[1]}`.
    size : float
        Of the letters, in points.

    Raises
    ------
    ValueError
        An arrow begins or ends at a box that is not there.
    """
    unknown = {name for arrow in arrows for name in arrow[:2]} - set(boxes)
    if unknown:
        raise ValueError(f"block_diagram: no box is called {sorted(unknown)}; there are {list(boxes)}")
    across, up = ([box[i] for box in boxes.values()] for i in (0, 1))
    low, high = (min(across) - 0.6, min(up) - 0.5), (max(across) + 0.6, max(up) + 0.5)
    fig, ax = plt.subplots(figsize=[(b - a) * unit for a, b, unit in zip(low, high, UNIT, strict=True)])
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    ax.set_axis_off()
    drawn = {}
    for name, (x, y, text, *color) in boxes.items():
        frame = {"boxstyle": "round,pad=0.4", "facecolor": PAGE, "edgecolor": color[0] if color else PAGE}
        frame["linewidth"] = 1.6
        drawn[name] = ax.text(x, y, text, ha="center", va="center", fontsize=size, bbox=frame, zorder=3)
    for start, end, *rest in arrows:
        text = next((part for part in rest if isinstance(part, str)), "")
        look = {"arrowstyle": "-|>", "color": INK, "shrinkA": 1, "shrinkB": 1}
        look |= next((part for part in rest if isinstance(part, dict)), {})
        ends = {"patchA": drawn[start].get_bbox_patch(), "patchB": drawn[end].get_bbox_patch()}
        a, b = drawn[start].get_position(), drawn[end].get_position()
        ax.annotate("", b, a, arrowprops=look | ends, zorder=2)
        middle = (a[0] + b[0]) / 2, (a[1] + b[1]) / 2
        beside = {"ha": "center", "va": "bottom"} if abs(b[1] - a[1]) < 0.2 else {"ha": "left", "va": "center"}
        shift = (0, 3) if beside["va"] == "bottom" else (6, 0)
        ax.annotate(
            text, middle, shift, textcoords="offset points", fontsize=0.85 * size, color=look["color"], **beside
        )
    return fig
