"""Drawings of the executed chapters become files of the site, one in the colours of each theme.

The browser loads them when the reader comes near, and only those of the theme in use.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
from pathlib import Path

from PIL import Image

from utils.rendering import THEMES, in_theme

FOLDER = "_static/figures"
PICTURE = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=\s]+)")


def write(svg: str, site: Path) -> dict[str, str]:
    """Put a drawing into the site's folder, and say where it lies there for each theme."""
    svg = PICTURE.sub(smaller, svg)
    name = hashlib.sha256(svg.encode()).hexdigest()[:16]
    paths = {theme: f"{FOLDER}/{name}-{theme}.svg" for theme in THEMES}
    (site / FOLDER).mkdir(parents=True, exist_ok=True)
    for theme, path in paths.items():
        (site / path).write_text(in_theme(svg, theme), "utf-8")
    return paths


def smaller(found: re.Match) -> str:
    """An embedded picture as lossless WebP, half of what it is as PNG; no pixel changes."""
    picture = Image.open(io.BytesIO(base64.b64decode(found[1]))).convert("RGBA")
    file = io.BytesIO()
    picture.save(file, "WEBP", lossless=True, exact=True, method=6)
    return f"data:image/webp;base64,{base64.b64encode(file.getvalue()).decode()}"
