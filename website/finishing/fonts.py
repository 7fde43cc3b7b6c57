"""Fonts cut down to the characters that some page shows."""

from __future__ import annotations

import importlib.util
import io
import logging
import re
from pathlib import Path

from website.common import WEBSITE
from website.kept import kept

#: KaTeX's class for the symbols that each of its larger fonts sets; the others get every character.
MATH_FONTS = {
    "Main-Bold": r"\bmathbf\b|\bboldsymbol\b|\btextbf\b",
    "Math-BoldItalic": r"\bboldsymbol\b",
    "Math-Italic": r"\bmathnormal\b",
    "AMS-Regular": r"\bamsrm\b|\bmathbb\b|\btextbb\b",
    "Caligraphic-Regular": r"\bmathcal\b",
}


def subset_icons(static: Path, css: str, named: set[str], scripts: str) -> None:
    """Cut Font Awesome down to the icons that pages and scripts name, and to the characters in stylesheets."""
    codes: dict[str, int] = {}
    for selectors, code in re.findall(r'(?<![^{}])([^{}]*)\{(?:--fa:|content:)"([^"]+)"', css):
        code = code.lstrip("\\")
        value = int(code, 16) if re.fullmatch(r"[0-9a-f]{2,5}", code) else ord(code[0])
        for name in re.findall(r"\.fa-([a-z0-9-]+)", selectors):
            codes.setdefault(name, value)
    rest = re.sub(r"\.fa-[^{}]*\{[^{}]*\}", "", css)
    named = named | set(re.findall(r"\bfa-([a-z0-9-]+)", scripts))
    wanted = {codes[name] for name in named if name in codes}
    wanted |= {ord(char) for char in rest if 0xE000 <= ord(char) <= 0xF8FF}
    wanted |= {int(code, 16) for code in re.findall(r'"\\+([ef][0-9a-f]{3})"', rest)}
    theme = Path(importlib.util.find_spec("pydata_sphinx_theme").origin).parent / "theme/pydata_sphinx_theme/static"
    for font in theme.rglob("fa-*.woff2"):
        _put(static.parent, font, static / font.relative_to(theme), wanted)


def subset_mathematics(static: Path, pages: list[dict[str, list[str]]]) -> None:
    """Cut KaTeX's fonts down to the characters that some formula of the book sets in them."""
    for font in sorted(WEBSITE.glob("node_modules/katex/dist/fonts/*.woff2")):
        name = font.stem.removeprefix("KaTeX_")
        characters = {char for page in pages for char in page[name if name in MATH_FONTS else ""]}
        _put(static.parent, font, static / "katex/fonts" / font.name, set(map(ord, characters)))


def _put(site: Path, font: Path, target: Path, characters: set[int]) -> None:
    full = font.read_bytes()
    cut = kept(site, f"fonts/{font.name}", [full, repr(sorted(characters))], lambda: subset(full, characters))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(cut)


def subset(font: bytes, characters: set[int]) -> bytes:
    """A font in WOFF2 with these characters and no others."""
    from fontTools.subset import Options, Subsetter, load_font, save_font  # takes a second, and is rarely needed

    logging.getLogger("fontTools").setLevel(logging.WARNING)
    options = Options()
    options.flavor = "woff2"
    options.layout_features = ["*"]
    loaded = load_font(io.BytesIO(font), options)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(loaded)
    result = io.BytesIO()
    save_font(loaded, result, options)
    return result.getvalue()
