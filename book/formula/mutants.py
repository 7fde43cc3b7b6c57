"""Mistakes planted in the print: TeX of a formula → the same with one sign, factor, index, transpose … changed.

An evaluated formula is worth what it catches: each mutant must end in a disagreement or an error. One whose parts
still agree would have been printed unnoticed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from book.formula.errors import FormulaError
from book.formula.layout import TOKEN, key_of, layout

__all__ = ["KINDS", "PrintMutant", "mutants"]

KINDS = ("sign", "transpose", "index", "factor", "fraction", "count", "power", "inequality")
VERBATIM = {r"\text", r"\operatorname", r"\mathrm", r"\begin", r"\end", r"\mbox"}
TURNED = {r"\le": r"\ge", r"\ge": r"\le", r"\leq": r"\ge", r"\geq": r"\le", "<": ">", ">": "<"}
FRACTIONS = {r"\frac", r"\tfrac", r"\dfrac"}
#: A sign before a term: what may stand in front of it if it is no sign between two terms.
OPENING = {
    "(",
    "[",
    "{",
    "=",
    "&",
    ",",
    r"\\",
    r"\bigl",
    r"\Bigl",
    r"\left",
    "",
    r"\le",
    r"\ge",
    "<",
    ">",
    r"\qquad",
    r"\quad",
}


@dataclass(frozen=True)
class PrintMutant:
    """The formula with one mistake in it: `before` at `position` became `after`."""

    kind: str
    position: int
    before: str
    after: str
    tex: str


@dataclass(frozen=True)
class _Token:
    text: str
    start: int
    end: int
    script: str  # "_", "^" or "": where it stands
    verbatim: bool


def mutants(tex: str) -> list[PrintMutant]:
    """All mutants of a displayed formula that still can be read, each once."""
    original = key_of(layout(tex))
    found: dict[str, PrintMutant] = {}
    for kind, start, end, after in _changes(tex):
        broken = tex[:start] + after + tex[end:]
        try:
            key = key_of(layout(broken))
        except FormulaError:
            continue
        if key != original and key not in found:
            found[key] = PrintMutant(kind, start, tex[start:end], after, broken)
    return list(found.values())


def _tokens(tex: str) -> list[_Token]:
    """Tokens without spaces, each with the script that it stands in."""
    raw = [(m.group(), m.start(), m.end()) for m in TOKEN.finditer(tex) if not m.group().isspace()]
    found: list[_Token] = []
    stack: list[tuple[str, bool]] = [("", False)]
    script, verbatim = "", False
    for text, start, end in raw:
        if text == "{":
            stack.append((script or stack[-1][0], verbatim or stack[-1][1]))
            found.append(_Token(text, start, end, *stack[-1]))
            script, verbatim = "", False
            continue
        if text == "}":
            found.append(_Token(text, start, end, *stack[-1]))
            stack = stack[:-1] or [("", False)]
            continue
        found.append(_Token(text, start, end, script or stack[-1][0], verbatim or stack[-1][1]))
        script = text if text in ("_", "^") else ""
        verbatim = text in VERBATIM
    return found


def _changes(tex: str) -> Iterator[tuple[str, int, int, str]]:
    """(kind, start, end, what to put there)."""
    tokens = _tokens(tex)
    for place, token in enumerate(tokens):
        if token.verbatim:
            continue
        before = tokens[place - 1] if place else _Token("", 0, 0, "", False)
        yield from _signs(tokens, place, before)
        if token.text in TURNED and not token.script:
            yield "inequality", token.start, token.end, TURNED[token.text] + " "
        if token.text == "^":
            yield from _raised(tex, tokens, place)
        if token.text == "_":
            yield from _lowered(tex, tokens, place)
        if token.text in FRACTIONS:
            yield from _fractions(tex, tokens, place)
        if (
            token.text == "2"
            and not token.script
            and before.text not in FRACTIONS | {"^", "_"}
            and not before.text.isdigit()
        ):
            yield "factor", token.start, token.end, "4"
        if token.text == "=" and not token.script:
            following = tokens[place + 1].text if place + 1 < len(tokens) else ""
            if following not in {"+", "-", "&", "0", r"\mathbf", "{", r"\begin", r"\quad"} and following:
                yield "factor", token.end, token.end, "2\\,"


def _signs(tokens, place, before):
    token = tokens[place]
    if token.text not in ("+", "-") or place + 1 == len(tokens) or tokens[place + 1].text in ("}", r"\top"):
        return
    if before.text in ("^", "_") or token.script == "_":
        return
    if before.text in OPENING and before.text != "}":
        if token.text == "-":
            yield "sign", token.start, token.end, ""
        return
    yield "sign", token.start, token.end, "-" if token.text == "+" else "+"


def _argument(tokens, place) -> tuple[int, int]:
    """First token and the one after the last of the argument at a place."""
    if place >= len(tokens):
        return place, place
    if tokens[place].text != "{":
        ends = place + 1
        if tokens[place].text in FRACTIONS:
            ends = _argument(tokens, _argument(tokens, ends)[1])[1]
        elif tokens[place].text in (
            r"\mathbf",
            r"\boldsymbol",
            r"\hat",
            r"\bar",
            r"\tilde",
            r"\sqrt",
            r"\text",
            r"\mathrm",
        ):
            ends = _argument(tokens, ends)[1]
        return place, ends
    level, end = 0, place
    while end < len(tokens):
        level += {"{": 1, "}": -1}.get(tokens[end].text, 0)
        end += 1
        if level == 0:
            break
    return place, end


def _raised(tex, tokens, place):
    first, after = _argument(tokens, place + 1)
    if first >= len(tokens):
        return
    inside = [t.text for t in tokens[first:after] if t.text not in ("{", "}", r"\,")]
    end = tokens[after - 1].end
    gone = " " if tex[end : end + 1].isalpha() and re.search(r"\\[A-Za-z]+$", tex[: tokens[place].start]) else ""
    if inside == [r"\top"]:
        yield "transpose", tokens[place].start, end, gone
    if inside == ["-", r"\top"]:
        yield "transpose", tokens[place].start, end, "^{-1}"
    if inside == ["2"]:
        yield "power", tokens[place].start, end, gone
    if inside == ["-", "1"]:
        yield "power", tokens[place].start, end, gone


def _lowered(tex, tokens, place):
    first, after = _argument(tokens, place + 1)
    if first >= len(tokens):
        return
    operator = tokens[place - 1].text in (r"\sum", r"\prod") if place else False
    inside = tokens[first:after]
    letters = [t for t in inside if len(t.text) == 1 and t.text in "ijklt"]
    if operator:
        digits = [t for t in inside if t.text == "1"]
        if digits and "=" in {t.text for t in inside}:
            yield "index", digits[0].start, digits[0].end, "2"
        return
    for letter in letters:
        if len(inside) == 1:
            yield "index", letter.start, letter.end, f"{{{letter.text}+1}}"
        elif len(inside) <= 4:
            others = [t for t in letters if t.text != letter.text]
            for other in others[:1]:  # A_{ij} for A_{ji}
                yield "index", letter.start, letter.end, other.text
            if not others:
                following = next((t.text for t in inside if t.start >= letter.end), "")
                preceding = next((t.text for t in reversed(inside) if t.end <= letter.start), "")
                before, after = ("," if text.isalnum() else "" for text in (preceding, following))  # A_{i+1,i}
                yield "index", letter.start, letter.end, f"{before}{letter.text}+1{after}"


def _fractions(tex, tokens, place):
    first, between = _argument(tokens, place + 1)
    _, after = _argument(tokens, between)
    if between >= len(tokens) or after > len(tokens):
        return
    above = tex[tokens[first].start : tokens[between - 1].end]
    below = tex[tokens[between].start : tokens[after - 1].end]
    start, end = tokens[place].start, tokens[after - 1].end
    bare = [text.strip("{} ") for text in (above, below)]
    if bare[0].startswith((r"\partial", r"\mathrm{d}", r"\mathrm d")):
        return
    name = tokens[place].text
    braced = [text if text.startswith("{") else f"{{{text}}}" for text in (above, below)]
    if bare == ["1", "2"]:
        yield "factor", start, end, " "
        return
    yield "fraction", start, end, name + braced[1] + braced[0]
    if bare[1] == "n":
        yield "count", start, end, f"{name}{braced[0]}{{n-1}}"
    if bare[1].replace(" ", "") == "n-1":
        yield "count", start, end, f"{name}{braced[0]}{{n}}"
