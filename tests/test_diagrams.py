"""A diagram shows each box and each arrow, and names a box that is missing."""

import matplotlib as mpl

mpl.use("agg")

import matplotlib.pyplot as plt
import pytest

from utils.diagrams import block_diagram
from utils.plotting import COLORS

BOXES = {"z": (0, 0, "noise"), "G": (1, 0, "generator", COLORS[0]), "y": (2, 1, "sample")}


def test_boxes_and_arrows_are_drawn_where_they_are_wanted():
    fig = block_diagram(BOXES, [("z", "G"), ("G", "y", "a sample", {"linestyle": "--"})])
    (ax,) = fig.axes
    texts = {text.get_text(): text for text in ax.texts}
    assert texts["generator"].get_position() == (1, 0)
    assert texts["generator"].get_bbox_patch().get_edgecolor() == mpl.colors.to_rgba(COLORS[0])
    assert texts["a sample"].xy == (1.5, 0.5)
    arrows = [text.arrow_patch for text in ax.texts if getattr(text, "arrow_patch", None)]
    assert [arrow.get_linestyle() for arrow in arrows] == ["solid", "--"]
    plt.close(fig)


def test_an_arrow_to_nowhere_is_named():
    with pytest.raises(ValueError, match="critic"):
        block_diagram(BOXES, [("G", "critic")])
