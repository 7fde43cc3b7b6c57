"""Drawings of TeX and Graphviz in the book's colours, with TeX's letters as shapes."""

from __future__ import annotations

import logging
import re
import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path

from utils.palette import PALETTE
from utils.pictures import Picture

SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
#: Colours that programs use by themselves, by the names of the book's.
OTHER_NAMES = {"black": "ink", "#000000": "ink", "#000": "ink", "white": "page", "#ffffff": "page", "#fff": "page"}
NO_COLOUR = {"none", "transparent"}
DRAWN = {
    f"{{{SVG}}}{name}" for name in ("path", "polygon", "polyline", "ellipse", "circle", "rect", "text", "use", "line")
}


def in_palette(svg: str) -> ET.Element:
    """A drawing whose colours are the book's.

    Raises
    ------
    ValueError
        It has another colour.
    """
    for space, uri in (("", SVG), ("xlink", XLINK)):
        ET.register_namespace(space, uri)
    root = ET.fromstring(re.sub(r"^.*?(?=<svg)", "", svg, flags=re.S))
    for element in root.iter():
        for name in ("fill", "stroke"):
            if name in element.attrib:
                element.set(name, _of_the_book(element.get(name)))
    if root.get("fill") is None:
        root.set("fill", PALETTE["ink"])
    return root


def _of_the_book(colour: str) -> str:
    colour = colour.lower()
    if re.fullmatch("#[0-9a-f]{3}", colour) and colour not in OTHER_NAMES:
        colour = "#" + "".join(2 * digit for digit in colour[1:])
    found = PALETTE.get(OTHER_NAMES.get(colour, ""), colour)
    if found not in (*PALETTE.values(), *NO_COLOUR):
        raise ValueError(
            f"{colour} is none of the book's colours, which follow the page into the dark: use {', '.join(PALETTE)}; "
            "for a tint, one of them with `fill opacity`"
        )
    return found


def letters_as_shapes(svg: str, fonts: Path) -> str:
    """A drawing whose `text` elements, in TeX's fonts, became outlines of the letters."""
    for space, uri in (("", SVG), ("xlink", XLINK)):
        ET.register_namespace(space, uri)
    root, shapes = ET.fromstring(svg), {}
    for parent in list(root.iter()):
        for text in [child for child in parent if child.tag == f"{{{SVG}}}text"]:
            group = ET.Element(f"{{{SVG}}}g", {"fill": text.get("fill", "black")})
            x, y, size = (float(text.get(name)) for name in ("x", "y", "font-size"))
            for letter in text.text or "":
                family = text.get("font-family")
                outline, advance, em = _outline(fonts / f"{family}.ttf", letter)
                if outline:
                    name = shapes.setdefault((family, letter), (f"{family}-{ord(letter):x}", outline))[0]
                    place = f"translate({x:.2f} {y:.2f}) scale({size / em:.6g} {-size / em:.6g})"
                    ET.SubElement(group, f"{{{SVG}}}use", {f"{{{XLINK}}}href": f"#{name}", "transform": place})
                x += advance * size / em
            parent[list(parent).index(text)] = group
    if shapes:
        defs = ET.Element(f"{{{SVG}}}defs")
        for name, outline in sorted(shapes.values()):
            ET.SubElement(defs, f"{{{SVG}}}path", {"id": name, "d": outline})
        root.insert(0, defs)
    return ET.tostring(root, encoding="unicode")


@cache
def _font(path: Path):
    from fontTools.ttLib import TTFont

    logging.getLogger("fontTools").setLevel(logging.ERROR)  # these fonts were made before 1970, they say
    font = TTFont(path)
    codes = {code: name for table in font["cmap"].tables for code, name in table.cmap.items()}
    return font, codes


@cache
def _outline(path: Path, letter: str) -> tuple[str, float, int]:
    """Outline of a letter, how far the next one stands, and the units of an em."""
    from fontTools.pens.svgPathPen import SVGPathPen

    font, codes = _font(path)
    name = codes.get(ord(letter), codes.get(0xF000 + ord(letter)))
    if name is None:
        raise ValueError(f"{path.stem} has no letter {letter!r}")
    glyphs = font.getGlyphSet()
    pen = SVGPathPen(glyphs)
    glyphs[name].draw(pen)
    return pen.getCommands(), font["hmtx"][name][0], font["head"].unitsPerEm


def picture(root: ET.Element, scale: float, log: str = "") -> Picture:
    """The drawing as one element without what nobody sees.

    Raises
    ------
    ValueError
        Nothing is drawn.
    """
    for parent in list(root.iter()):
        for child in [child for child in parent if child.tag == f"{{{SVG}}}title"]:
            parent.remove(child)
    _drop_empty(root)
    _drop_background(root)
    if not any(element.tag in DRAWN for element in root.iter()):
        raise ValueError("nothing is drawn")
    x, y, width, height = (float(number) for number in root.get("viewBox").split())
    size = [round(side * scale * 4 / 3) for side in (width, height)]
    root.attrib = {name: root.get(name) for name in ("fill",)}
    root.set("viewBox", f"{x:g} {y:g} {width:g} {height:g}")
    for name, side in zip(("width", "height"), size, strict=True):
        root.set(name, str(side))
    svg = ET.tostring(root, encoding="unicode")
    svg = re.sub(r"-?\d+\.\d{3,}(?=[^\d\"]|\")", _shorter, re.sub(r">\s+<", "><", svg))
    svg = svg.replace('font-family="Arial"', 'font-family="Arial, Helvetica, sans-serif"')
    if "xmlns:xlink" not in svg:
        svg = svg.replace("<svg ", f'<svg xmlns:xlink="{XLINK}" ', 1)
    return Picture(svg, *size, log)


def _shorter(number: re.Match) -> str:
    value = float(number[0])
    return f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) >= 1 else f"{value:.3g}"


def _drop_empty(root: ET.Element) -> None:
    for child in list(root):
        _drop_empty(child)
        if child.tag == f"{{{SVG}}}g" and len(child) == 0:
            root.remove(child)


def _drop_background(root: ET.Element) -> None:
    """Graphviz draws a page below all."""
    for parent in root.iter():
        first = parent[0] if len(parent) else None
        if first is not None and first.tag == f"{{{SVG}}}polygon" and first.get("stroke") in NO_COLOUR:
            if first.get("fill") == PALETTE["page"]:
                parent.remove(first)
            return
