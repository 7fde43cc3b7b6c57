"""Formulas of the site as MathML that readers of books understand: those of MathML 3 and those of MathML Core.

The site shows what KaTeX sets as HTML, with MathML where that says more. A book gets MathML alone, of every formula,
with its TeX for readers that know no MathML. Browsers' engines know less of it than its standard: letters of some
alphabets must stand there as such, and columns say themselves how they are aligned.
"""

from __future__ import annotations

import json
import re
import subprocess
import unicodedata
import xml.etree.ElementTree as ET
from pathlib import Path

from utils.node import node_program
from website.common import WEBSITE

XMLNS = "http://www.w3.org/1998/Math/MathML"
SCRIPT = WEBSITE / "epub" / "mathml.mjs"
#: Alphabets that have letters of their own in Unicode, by the names that both give them.
ALPHABETS = {"double-struck": "DOUBLE-STRUCK", "script": "SCRIPT", "fraktur": "FRAKTUR"}
#: How many parts they have; KaTeX leaves the sign of a function's application among those of an index such as max.
PARTS = {"msub": 2, "msup": 2, "munder": 2, "mover": 2, "mfrac": 2, "mroot": 2, "msubsup": 3, "munderover": 3}
APPLIED = "\u2061"
#: Room beside the name of a function, and what needs none.
THIN, OPENING, CLOSING = "0.1667em", set("([{⟨⌊⌈|∣∥"), set(")]}⟩⌋⌉!")
#: A sign has its number for itself behind these.
SIGNS, BEFORE_A_SIGN = set("−+±∓"), set("([{⟨⌊⌈,;:=<>≤≥≈≠≡∼→↦⇒⇔∈∝×·⋅⊙") | {APPLIED}
#: What stands beside the page (website/finishing/pages.py).
SOURCES = re.compile(r"eerFormulas=(\[.*\])", re.S)


def sources(site: Path, page: str) -> list[str]:
    """The TeX of the formulas of a page in their order; empty where a formula is its own source, or all of them are."""
    file = (site / page).with_suffix(".formulas.js")
    return json.loads(SOURCES.fullmatch(file.read_text("utf-8"))[1]) if file.is_file() else []


def source(formula: ET.Element) -> str:
    """What is read in a formula of the site."""
    seen = next((part for part in formula.iter() if part.get("class") == "katex-html"), formula)
    return "".join(seen.itertext()).strip()


def set_all(formulas: list[tuple[str, bool]]) -> dict[tuple[str, bool], str]:
    """The MathML of each formula, given by its TeX and whether it is displayed.

    Raises
    ------
    RuntimeError
        KaTeX does not understand one of them.
    """
    wanted = sorted(set(formulas))
    if not wanted:
        return {}
    asked = json.dumps([{"tex": tex, "display": display} for tex, display in wanted])
    command = [node_program("katex"), str(SCRIPT)]
    run = subprocess.run(command, cwd=WEBSITE, input=asked, capture_output=True, encoding="utf-8")
    if run.returncode:
        raise RuntimeError(f"KaTeX stopped: {run.stderr.strip()}")
    answers = dict(zip(wanted, json.loads(run.stdout), strict=True))
    refused = [f"{answer['error']} in formula {tex!r}" for (tex, _), answer in answers.items() if "error" in answer]
    if refused:
        raise RuntimeError("\n".join(refused))
    return {formula: answer["mathml"] for formula, answer in answers.items()}


def mathml(markup: str, tex: str) -> ET.Element:
    """What KaTeX made of a formula, as an element of a book's page."""
    found = ET.fromstring(markup.replace(f' xmlns="{XMLNS}"', "")).find("math")
    shown = found.find("semantics")
    found[:] = [shown[0]]
    for element in found.iter():
        _letters(element)
        _parts(element)
        if element.tag not in PARTS:
            _room(element)
        if element.tag == "mo" and element.text == "∥" and r"\parallel" not in tex:  # a norm, where parallels have room
            element.attrib.update(lspace="0em", rspace="0em")
        if element.tag == "mtable":
            _columns(element)
    found.set("xmlns", XMLNS)
    found.set("alttext", tex)
    return found


def _letters(element: ET.Element) -> None:
    alphabet = ALPHABETS.get(element.get("mathvariant"))
    if alphabet and element.text and all(map(str.isalnum, element.text)):
        element.text = "".join(_letter(letter, alphabet) for letter in element.text)
        element.set("mathvariant", "normal")  # it is what it is, and not to be slanted


def _parts(element: ET.Element) -> None:
    """As many as there may be; an operator in letters (mod) is one word."""
    if len(element) > PARTS.get(element.tag, len(element)):
        element[:] = [part for part in element if part.text != APPLIED]
    if element.tag == "mo" and len(element):
        element.text = "".join(element.itertext())
        element[:] = []


def _room(row: ET.Element) -> None:
    """The room that TeX leaves round signs and names of functions, where an engine would leave another."""
    parts = list(row)
    for before, part, after in zip([None, *parts], parts, [*parts[1:], None], strict=False):
        sign = part.text if part.tag == "mo" else None
        earlier = before.text if before is not None and before.tag == "mo" else None
        if sign in SIGNS and earlier in BEFORE_A_SIGN:
            part.set("form", "prefix")
        if sign == APPLIED and after is not None and not (after.tag == "mo" and after.text in OPENING):
            part.attrib.update(lspace="0em", rspace=THIN)
        named = after is not None and after.tag == "mo" and after.text == APPLIED
        beside = before is not None and (before.tag not in ("mo", "mspace", "mtext") or earlier in CLOSING)
        if named and beside:
            row.insert(list(row).index(part), ET.Element("mspace", {"width": THIN}))


def _letter(letter: str, alphabet: str) -> str:
    kind = re.sub(r"LATIN (CAPITAL|SMALL) LETTER", r"\1", unicodedata.name(letter))
    for name in (f"MATHEMATICAL {alphabet} {kind}", f"{alphabet.replace('FRAKTUR', 'BLACK-LETTER')} {kind}"):
        try:
            return unicodedata.lookup(name)
        except KeyError:  # ℝ, ℒ and their like were there before the others
            continue
    return letter


def _columns(table: ET.Element) -> None:
    """Each cell says how it is aligned, and that its column joins the next (book.css)."""
    sides, room = (table.get("columnalign") or "").split(), (table.get("columnspacing") or "").split()
    for row in table.findall("mtr"):
        for i, cell in enumerate(row.findall("mtd")):
            side = sides[min(i, len(sides) - 1)] if sides else "center"
            joins = room and room[min(i, len(room) - 1)] == "0em"
            cell.set("class", f"{side} joins" if joins else side)
