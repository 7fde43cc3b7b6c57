"""No figure leaves a chapter mute, in fixed colours, or with ids that collide with another figure's."""

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from unittest import mock

import matplotlib as mpl

mpl.use("agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from utils import plotting, rendering
from utils.palette import PALETTE
from utils.plotting import COLORS, INK, MUTED, PAGE, image_grid, show, show_frames, use_style
from utils.records import RECORD_MIME

ALT = 'A line that rises from 0 to 1; "steep" & x < y'


@pytest.fixture(autouse=True)
def fresh_matplotlib():
    with plt.rc_context():
        use_style()
        yield
    plt.close("all")


def line_figure(color=COLORS[0], label=None):
    fig, ax = plt.subplots()
    ax.plot([0, 1, 2], [0, 1, 0.5], color=color, marker="o", label=label)
    ax.set_xlabel(r"step $t$")
    return fig


def shown(function, *arguments, **named):
    """The MIME bundle that the page receives."""
    with mock.patch("utils.plotting.display") as display:
        function(*arguments, **named)
    (call,) = display.call_args_list
    assert call.kwargs == {"raw": True}
    return call.args[0]


def svgs(bundle):
    return re.findall(r"<svg .*?</svg>", bundle["text/html"], re.S)


def ids(svg):
    return re.findall(r'\bid="([^"]*)"', svg)


def references(svg):
    return set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', svg))


class BalancedTags(HTMLParser):
    """Fails on a tag that is closed by another's end."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        self.open += [] if tag == "input" else [tag]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def assert_balanced(markup):
    parser = BalancedTags()
    parser.feed(markup)
    assert parser.open == []


@pytest.mark.parametrize("alt", ["", "   ", "a line", "three words only", None, 5])
def test_alt_text_is_demanded(alt):
    with pytest.raises(ValueError, match="alt text must say what the figure shows"):
        show(line_figure(), alt)
    with pytest.raises(TypeError, match="alt"):
        show(line_figure())


@pytest.mark.parametrize("what", [None, "figure", plt])
def test_only_figures_are_shown(what):
    with pytest.raises(TypeError, match="takes a matplotlib Figure"):
        show(what, ALT)


def test_axes_are_not_a_figure():
    with pytest.raises(TypeError, match="found Axes"):
        show(line_figure().axes[0], ALT)


def test_an_empty_figure_is_refused():
    with pytest.raises(ValueError, match="no axes"):
        show(plt.figure(), ALT)


def test_the_figure_is_closed():
    fig = line_figure()
    assert plt.get_fignums()
    shown(show, fig, ALT)
    assert plt.get_fignums() == []


def test_alt_text_and_caption_reach_the_reader():
    bundle = shown(show, line_figure(), ALT, caption="Look at $t < 1$ & after.")
    assert bundle["text/plain"] == ALT
    root = ET.fromstring(svgs(bundle)[0])
    assert root.get("aria-label") == ALT
    assert root.get("role") == "img"
    assert "<figcaption>Look at $t &lt; 1$ &amp; after.</figcaption>" in bundle["text/html"]
    assert "figcaption" not in shown(show, line_figure(), ALT)["text/html"]
    assert_balanced(bundle["text/html"])


def test_the_record_holds_the_drawing_and_what_belongs_to_it():
    bundle = shown(show, line_figure(), ALT, caption="Look.")
    record = json.loads(json.dumps(bundle[RECORD_MIME]))
    (drawing,) = record["drawings"]
    assert (record["kind"], record["caption"]) == ("figure", "Look.")
    assert (drawing["alt"], drawing["label"]) == (ALT, None)
    root = ET.fromstring(drawing["svg"])
    assert (root.get("width"), root.get("height")) == (str(drawing["width"]), str(drawing["height"]))
    assert root.get("stroke-linejoin") == "round"
    ET.fromstring(svgs(bundle)[0])


def test_colours_follow_the_theme():
    fig, ax = plt.subplots()
    for i, color in enumerate(COLORS):
        ax.plot([0, 1], [i, i + 1], color=color, markeredgecolor=PAGE, marker="o")
    ax.text(0, 0, "label", color=INK)
    svg = svgs(shown(show, fig, ALT))[0]
    for name in PALETTE:
        assert f"var(--eer-{name}, " in svg
    themed = re.sub(r"var\((?:[^()]|\([^()]*\)|var\([^()]*\))*\)", "", svg)
    for color in [*COLORS, INK, MUTED, PAGE]:
        assert color not in themed, f"{color} stays fixed"


def test_the_record_keeps_matplotlibs_colours_and_a_theme_replaces_them():
    svg = shown(show, line_figure(), ALT)[RECORD_MIME]["drawings"][0]["svg"]
    assert COLORS[0] in svg
    assert "var(" not in svg
    for theme, colours in rendering.THEMES.items():
        drawn = rendering.in_theme(svg, theme)
        assert colours["blue"] in drawn
        assert colours["ink"] in drawn
    assert COLORS[0] not in rendering.in_theme(svg, "dark")


def test_light_and_dark_palettes_have_no_colour_in_common():
    light, dark = rendering.THEMES["light"], rendering.THEMES["dark"]
    assert list(light) == list(dark) == list(PALETTE)
    colors = [*PALETTE.values(), *dark.values()]
    assert len(set(colors)) == len(colors)
    assert all(re.fullmatch(r"#[0-9a-f]{6}", color) for color in [*colors, *light.values()])


def test_ids_are_unique_on_the_page_and_all_references_resolve():
    drawings = [svgs(shown(show, line_figure(color), ALT))[0] for color in (COLORS[0], COLORS[1], COLORS[0])]
    everywhere = [name for svg in drawings for name in ids(svg)]
    assert everywhere
    assert len(set(everywhere)) == len(everywhere)
    for svg in drawings:
        wanted = {href or url for href, url in references(svg)}
        assert wanted == set(ids(svg))


def test_clipping_and_images_survive():
    fig, ax = plt.subplots()
    ax.imshow(np.arange(12).reshape(3, 4))
    svg = svgs(shown(show, fig, ALT))[0]
    assert "data:image/png;base64," in svg
    assert "clip-path" in svg or "<image" in svg
    ET.fromstring(svg)


def test_output_is_deterministic():
    program = (
        "import matplotlib as mpl; mpl.use('agg')\n"
        "import matplotlib.pyplot as plt, utils.plotting as p\n"
        "p.display = lambda bundle, raw: print(bundle)\n"
        "fig, ax = plt.subplots(); ax.plot([0, 1], marker='o'); ax.fill_between([0, 1], [0, 1], hatch='/')\n"
        "p.show(fig, 'a line from zero to one')"
    )
    runs = {subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
            for _ in range(2)}  # fmt: skip
    assert len(runs) == 1
    assert RECORD_MIME in runs.pop()


def test_shortened_numbers_stay_close():
    fig, ax = plt.subplots()
    ax.plot(np.linspace(0, 1, 50), np.sin(np.linspace(0, 9, 50)))
    with mock.patch("utils.plotting._clean", side_effect=plotting._clean) as clean:
        record = shown(show, fig, ALT)[RECORD_MIME]

    def longest(svg):
        path = max(re.findall(r' d="([^"]*)"', svg), key=len)
        return np.array(re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", path), dtype=float)

    kept, plain = longest(record["drawings"][0]["svg"]), longest(clean.call_args.args[0])
    np.testing.assert_allclose(kept, plain, atol=0.0051, rtol=0)


@pytest.mark.parametrize(
    ("number", "short"),
    [("10.004", "10"), ("-0.001", "-0"), ("100.000", "100"), ("1.239", "1.24"), ("-12.3456", "-12.35")],
)
def test_two_decimals(number, short):
    assert plotting._two_decimals(re.match(".*", number)) == short


# frames


def test_frames_under_a_slider():
    figs = [line_figure(color) for color in COLORS[:3]]
    bundle = shown(show_frames, figs, ["<0>", "1", 2], [f"{ALT}, frame {i}" for i in range(3)], caption="Drag.")
    markup = bundle["text/html"]
    assert len(svgs(bundle)) == 3
    assert markup.count('class="eer-frame"') == 3
    assert markup.count(" hidden ") == 2
    assert 'max="2"' in markup
    assert 'data-label="&lt;0&gt;"' in markup
    assert 'data-label="2"' in markup
    assert bundle["text/plain"].splitlines() == [f"{ALT}, frame {i}" for i in range(3)]
    drawings = bundle[RECORD_MIME]["drawings"]
    assert [drawing["label"] for drawing in drawings] == ["<0>", "1", "2"]
    assert [drawing["alt"] for drawing in drawings] == [f"{ALT}, frame {i}" for i in range(3)]
    assert plt.get_fignums() == []
    assert_balanced(markup)
    everywhere = [name for svg in svgs(bundle) for name in ids(svg)]
    assert len(set(everywhere)) == len(everywhere)


@pytest.mark.parametrize(("figures", "labels", "alts"), [(0, 0, 0), (1, 1, 1), (2, 1, 2), (2, 2, 1), (1, 2, 2)])
def test_frames_need_equal_lengths(figures, labels, alts):
    figs = [line_figure() for _ in range(figures)]
    with pytest.raises(ValueError, match=f"{figures} figures, {labels} labels, {alts} alts"):
        show_frames(figs, ["a"] * labels, [ALT] * alts)


def test_each_frame_needs_alt_text_and_a_figure_of_its_own():
    with pytest.raises(ValueError, match="alt text"):
        show_frames([line_figure(), line_figure()], ["a", "b"], [ALT, ""])
    fig = line_figure()
    with pytest.raises(ValueError, match="comes twice"):
        show_frames([fig, fig], ["a", "b"], [ALT, ALT])


# grids of images


@pytest.mark.parametrize("shape", [(7, 8, 8), (7, 8, 6, 3), (1, 2, 2)])
@pytest.mark.parametrize("dtype", [np.uint8, float, np.float32, bool])
def test_image_grid(shape, dtype):
    fig = image_grid(np.ones(shape, dtype), columns=3, labels=[f"{i}" for i in range(shape[0])])
    shown_images = [axis for axis in fig.axes if axis.images]
    assert len(shown_images) == shape[0]
    assert [axis.get_title() for axis in shown_images] == [str(i) for i in range(shape[0])]
    assert all(not axis.axison for axis in fig.axes)
    shown(show, fig, ALT)


def test_grey_values_share_one_scale():
    fig = image_grid(np.stack([np.zeros((2, 2)), np.full((2, 2), 5.0)]))
    assert {axis.images[0].get_clim() for axis in fig.axes} == {(0.0, 5.0)}


@pytest.mark.parametrize(
    ("images", "options", "message"),
    [
        (np.ones((0, 4, 4)), {}, "takes"),
        (np.ones((2, 0, 4)), {}, "takes"),
        (np.ones((4, 4)), {}, "takes"),
        (np.ones((2, 4, 4, 4)), {}, "takes"),
        (np.ones((2, 4, 4, 1)), {}, "takes"),
        (np.full((2, 4, 4), np.nan), {}, "NaN"),
        (np.full((2, 4, 4), "a"), {}, "real numbers"),
        (np.full((2, 4, 4), 1j), {}, "real numbers"),
        (np.full((2, 4, 4, 3), 1.5), {}, "found 1.5…1.5"),
        (np.full((2, 4, 4, 3), -0.5), {}, "0…1"),
        (np.full((2, 4, 4, 3), 256), {}, "0…255"),
        (np.ones((2, 4, 4)), {"labels": ["a"]}, "1 labels for 2 images"),
        (np.ones((2, 4, 4)), {"columns": 0}, "positive"),
        (np.ones((2, 4, 4)), {"size": 0}, "positive"),
    ],
)
def test_bad_images(images, options, message):
    with pytest.raises(ValueError, match=message):
        image_grid(images, **options)
    assert plt.get_fignums() == []
