"""Figures of the executed chapters become files of the site, one for light pages and one for dark ones.

In a notebook a figure is inline SVG whose colours are CSS variables (utils/plotting.py). On the website it is a pair of
images that the browser loads when the reader comes near, and only the one of the theme in use.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
from pathlib import Path

from PIL import Image

from utils.plotting import THEMES
from website.extensions.katex_math import inline_dollars

FOLDER = "_static/figures"
DRAWING = re.compile(r"(?s)<svg [^>]*?width=\"(?P<width>\d+)\" height=\"(?P<height>\d+)\".*?</svg>")
PICTURE = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=\s]+)")
VARIABLE = re.compile(r"var\(--eer-([a-z]+), (?:var\([^()]*, )?#[0-9a-f]{6}\)?\)")


def resolve(svg: str, theme: str) -> str:
    """The drawing with the colours of one theme, as a file of its own."""
    return VARIABLE.sub(lambda found: THEMES[theme][found[1]], svg)


def grey(found: re.Match) -> str:
    """An embedded picture that is grey and opaque, in one channel instead of four; any other as it is."""
    content = base64.b64decode(found[1])
    channels = Image.open(io.BytesIO(content)).convert("RGBA").split()
    if len({channel.tobytes() for channel in channels[:3]}) > 1 or channels[3].getextrema() != (255, 255):
        return found[0]
    smaller = io.BytesIO()
    channels[0].save(smaller, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(smaller.getvalue()).decode()}"


def store(markup: str, folder: Path, up: str, document: str) -> str:
    """Write the drawings of one output to `folder` and put images in their place; set the formulas of its caption.

    Parameters
    ----------
    markup : str
        What `show` or `show_frames` put into the notebook.
    folder : Path
        The site's folder.
    up : str
        The way from the page to the site's folder, such as "../../".
    """

    def image(found: re.Match) -> str:
        svg, size = PICTURE.sub(grey, found[0]), f'width="{found["width"]}" height="{found["height"]}"'
        alt = re.search(r'aria-label="([^"]*)"', svg)[1]
        name = hashlib.sha256(svg.encode()).hexdigest()[:16]
        images = []
        for theme in THEMES:
            path = folder / FOLDER / f"{name}-{theme}.svg"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(resolve(svg, theme), "utf-8")
            source = f'src="{up}{FOLDER}/{path.name}" alt="{alt}"'
            images.append(f'<img class="only-{theme}" {source} {size} loading="lazy" decoding="async">')
        return f'<div class="eer-drawing">{"".join(images)}</div>'

    markup = DRAWING.sub(image, markup)
    caption = re.compile(r"(?s)(<figcaption>)(.*?)(</figcaption>)")
    return caption.sub(lambda m: m[1] + inline_dollars(m[2], document) + m[3], markup)
