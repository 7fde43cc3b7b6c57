r"""Drawings from source: TeX with TikZ, and Graphviz, both as WebAssembly from npm; and formulas as KaTeX sets them.

    show(tex(r"\begin{tikzpicture} \draw[blue, ->] (0, 0) -- (2, 1); \end{tikzpicture}"), alt="…")
    show(graph("digraph { a -> b }"), alt="…")
    katex(r"\frac{1}{2}").mathml

Both draw in the book's colours and no other, so that a drawing follows the page into the dark: blue, orange, green,
purple, gold, sky, ink (what is black otherwise), muted and page (white). Letters become shapes in TeX's drawings. One
process of Node serves a kernel; the first drawing takes two or three seconds, others a few tenths.

Sources: node-tikzjax (https://github.com/prinsss/node-tikzjax), viz-js (https://github.com/mdaines/viz-js) and KaTeX
(https://katex.org), pinned in website/package-lock.json.
"""

from __future__ import annotations

import atexit
import json
import re
import subprocess
import textwrap
import threading
from dataclasses import dataclass, replace
from pathlib import Path

from utils.missing import NotRun
from utils.node import PACKAGE, node_program
from utils.palette import PALETTE
from utils.pictures import Picture
from utils.typeset.svg import in_palette, letters_as_shapes, picture

__all__ = ["GraphError", "KatexError", "KatexFormula", "TexError", "graph", "katex", "layout", "tex"]

#: The file that speaks with both programs, and the packages that they are.
ENGINE = Path(__file__).with_name("engine.mjs")
TEX, GRAPHVIZ, KATEX = "node-tikzjax", "@viz-js/viz", "katex"
#: Lines before the body in what TeX reads.
LINES_BEFORE = 3
#: Fonts of graphs: Graphviz knows how wide the letters of Arial are.
LETTERS = {"fontname": "Arial"}


class TexError(ValueError):
    """TeX stopped. The message is TeX's own, with the lines round the place.

    Attributes
    ----------
    said : str
        The line of TeX's that begins with an exclamation mark, without it.
    line : int or None
        Line of the given source at which TeX stopped, counted from 1.
    log : str
        All that TeX said.
    """

    def __init__(self, said: str, line: int | None, around: str, log: str):
        super().__init__(around)
        self.said, self.line, self.log = said, line, log


class GraphError(ValueError):
    """Graphviz cannot read the source; the message is its own."""


class KatexError(ValueError):
    """KaTeX cannot read a formula; the message is its own.

    Attributes
    ----------
    position : int or None
        How many characters of the formula stand before the place, where KaTeX names one.
    """

    def __init__(self, said: str, position: int | None):
        super().__init__(said)
        self.position = position


@dataclass(frozen=True)
class KatexFormula:
    """A formula as KaTeX sets it.

    Attributes
    ----------
    html : str
        What is seen, with KaTeX's stylesheet.
    mathml : str
        What a screen reader is given.
    """

    html: str
    mathml: str


def tex(
    body: str,
    *,
    packages: tuple[str, ...] = (),
    libraries: tuple[str, ...] = (),
    preamble: str = "",
    scale: float = 1.35,
) -> Picture | NotRun:
    """Typeset a picture with TeX.

    Parameters
    ----------
    body : str
        What stands in the document, and is kept as the picture's `source`. Text and formulas outside of a
        `tikzpicture` become the text of one node; give them a width by `\\parbox`.
    packages, libraries : tuples of str
        LaTeX's packages (amsmath, amssymb, tikz-cd, pgfplots, circuitikz, chemfig, …) and TikZ's libraries.
    preamble : str
        What else comes before the document, in one line, such as definitions of macros.
    scale : float
        Size of the drawing on the page against TeX's.

    Returns
    -------
    Picture, or NotRun where the packages of npm are not installed

    Raises
    ------
    TexError
        TeX stopped.
    ValueError
        The drawing has a colour that is not the book's, or is empty.
    """
    if "\n" in preamble:
        raise ValueError("tex: the preamble stands in one line, so that TeX's line numbers are those of the body")
    given = textwrap.dedent(body).strip("\n")
    if r"\begin{tikzpicture}" not in body and r"\begin{tikzcd}" not in body:
        body = rf"\begin{{tikzpicture}}\node[inner sep=2pt]{{{body}}};\end{{tikzpicture}}"
    colours = "".join(rf"\definecolor{{{name}}}{{HTML}}{{{value[1:].upper()}}}" for name, value in PALETTE.items())
    used = "".join(rf"\usepackage{{{package}}}" for package in packages)
    source = f"{used}{colours}\n{preamble}\\begin{{document}}\n{body}\n\\end{{document}}\n"
    answer = _ask(TEX, {"tex": source, "libraries": ",".join(libraries)})
    if isinstance(answer, NotRun):
        return answer
    log = answer["log"].partition("**entering")[2]
    if "error" in answer:
        raise _tex_error(answer["error"], log)
    return replace(picture(in_palette(letters_as_shapes(answer["svg"], _fonts())), scale, log), source=given)


def graph(source: str, engine: str = "dot", *, scale: float = 1.0) -> Picture | NotRun:
    """Lay out and draw a graph with Graphviz.

    Parameters
    ----------
    source : str
        In the DOT language.
    engine : str
        Who lays it out: dot, neato, fdp, sfdp, circo, twopi, …
    scale : float
        Size of the drawing on the page against Graphviz's.

    Returns
    -------
    Picture, or NotRun where the packages of npm are not installed

    Raises
    ------
    GraphError
        Graphviz cannot read the source, or knows no such engine.
    ValueError
        The drawing has a colour that is not the book's.
    """
    drawn = _graphviz(source, engine, "svg")
    if isinstance(drawn, NotRun):
        return drawn
    return replace(picture(in_palette(drawn), scale), source=textwrap.dedent(source).strip("\n"))


def layout(source: str, engine: str = "dot") -> dict | NotRun:
    """Where Graphviz puts what a graph holds: its own JSON, with `objects` and `edges`; parameters as in `graph`."""
    found = _graphviz(source, engine, "json")
    return found if isinstance(found, NotRun) else json.loads(found)


def katex(formula: str, *, display: bool = True) -> KatexFormula | NotRun:
    """Set a formula with KaTeX.

    Parameters
    ----------
    formula : str
        What stands between the dollars.
    display : bool
        Whether it is displayed, or stands in a line of text.

    Returns
    -------
    KatexFormula, or NotRun where the packages of npm are not installed

    Raises
    ------
    KatexError
        KaTeX cannot read the formula.
    """
    answer = _ask(KATEX, {"katex": formula, "display": display})
    if isinstance(answer, NotRun):
        return answer
    if "error" in answer:
        raise KatexError(answer["error"], answer["position"])
    return KatexFormula(answer["html"], answer["mathml"])


def _graphviz(source: str, engine: str, form: str) -> str | NotRun:
    asked = {"dot": source, "engine": engine, "format": form, "letters": LETTERS}
    answer = _ask(GRAPHVIZ, asked)
    if isinstance(answer, NotRun):
        return answer
    if "error" in answer:
        raise GraphError(answer["error"])
    return answer["text"]


def _tex_error(error: str, log: str) -> TexError:
    found = re.search(r"^! (.*?)$(.*?)(?=^\? |^! |\Z)", log, re.M | re.S)
    if found is None:
        return TexError(error, None, f"nothing was drawn: {error}" if "null" in error else error, log)
    place = re.search(r"^l\.(\d+) ", found[2], re.M)
    line = int(place[1]) - LINES_BEFORE if place else None
    around = re.sub(r"^l\.(\d+) ", lambda at: f"l.{int(at[1]) - LINES_BEFORE} ", found[0].rstrip(), flags=re.M)
    return TexError(found[1].rstrip("."), line, around, log)


def _fonts() -> Path:
    return PACKAGE.parent / "node_modules" / TEX / "css" / "bakoma" / "ttf"


_engine: subprocess.Popen | None = None


def _stop(engine: subprocess.Popen) -> None:
    engine.kill()
    engine.communicate()


def _ask(package: str, question: dict) -> dict | NotRun:
    global _engine
    if _engine is None or _engine.poll() is not None:
        try:
            program = node_program(package)
        except FileNotFoundError:
            return NotRun([package])
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "encoding": "utf-8"}
        _engine = subprocess.Popen([program, str(ENGINE), str(PACKAGE)], **pipes)
        # a kernel that ends stops its children first, and waits for those that nobody has asked how they ended
        threading.Thread(target=_engine.wait, daemon=True).start()
        atexit.register(_stop, _engine)
    _engine.stdin.write(json.dumps(question) + "\n")
    _engine.stdin.flush()
    answer = _engine.stdout.readline()
    if not answer:
        raise RuntimeError(f"Node stopped with status {_engine.wait()} while it drew")
    return json.loads(answer)
