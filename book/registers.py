"""The registers of the book: its sources, terms and symbols, written by part and read as three pages.

    registers/<part>/references.bib   sources, sorted by key
    registers/<part>/glossary.md      terms, one {glossary} in alphabetical order
    registers/<part>/notation.md      tables of symbols

A part is a folder of `chapters/`. A source or a term that several parts use stands once, with one of them; symbols that
several parts use stand in `registers/shared/`. `problems` says what is wrong.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import yaml

from book.chapter import Chapter
from book.order import ROOT, documents

FOLDER = Path("registers")
SHARED = "shared"
IN_BRACES = r"[^{}]*\}"  # what follows a place between { and }, as in an index


@dataclass(frozen=True)
class Entry:
    """What a register says of a source, a term or a symbol; `file` is relative to the root of the repository."""

    name: str
    file: Path
    line: int
    text: str

    @property
    def place(self) -> str:
        return f"{self.file.as_posix()}:{self.line}"


class Registers:
    """The registers of the book at `root` and the pages that use them."""

    def __init__(self, root: Path = ROOT):
        self.root = root

    def lines(self, name: str) -> Iterator[tuple[Path, list[str]]]:
        """Each part's file of that name, relative to the root, and its lines."""
        for path in sorted((self.root / FOLDER).glob(f"*/{name}")):
            yield path.relative_to(self.root), path.read_text("utf-8").splitlines()

    def _entries(self, name: str, begins: str) -> list[Entry]:
        """What begins with a line like `begins`, whose group is the name, and goes on until the next such line."""
        found = []
        for file, lines in self.lines(name):
            starts = [number for number, line in enumerate(lines) if re.match(begins, line)]
            for start, end in zip(starts, [*starts[1:], None], strict=False):
                text = "\n".join(lines[start + 1 : end]).strip()
                found.append(Entry(re.match(begins, lines[start])[1].strip(), file, start + 1, text))
        return found

    @cached_property
    def sources(self) -> list[Entry]:
        return self._entries("references.bib", r"@\w+\{\s*([^,\s]+)")

    @cached_property
    def terms(self) -> list[Entry]:
        return self._entries("glossary.md", r"(?!```|:::|%|\.\. )(\S.*)")

    @cached_property
    def symbols(self) -> list[Entry]:
        """The symbols in the first column of every table, as `symbols_in` reads them; `text` is the rest of the row."""
        found = []
        for file, lines in self.lines("notation.md"):
            for number, line in enumerate(lines, 1):
                cell, _, others = line.removeprefix("|").partition("|")
                if line.startswith("|"):
                    found += [Entry(symbol, file, number, others) for symbol in symbols_in(cell)]
        return found

    @cached_property
    def told_apart(self) -> list[Entry]:
        """Symbols with two meanings and, as `text`, the comment that says why nobody confuses them."""
        found = []
        for file, lines in self.lines("notation.md"):
            for number, line in enumerate(lines, 1):
                comment = re.match(r"% two meanings: (\$[^$]+\$):(.*)", line)
                if comment:
                    found += [Entry(symbol, file, number, comment[2]) for symbol in symbols_in(comment[1])]
        return found

    @cached_property
    def pages(self) -> dict[str, Chapter]:
        """Every page of the book and every register of terms and symbols; Markdown is a chapter of one cell."""
        found = {}
        for document in documents(self.root):
            notebook = self.root / f"{document}.ipynb"
            found[document] = Chapter(notebook) if notebook.is_file() else _page(self.root / f"{document}.md")
        for path in sorted((self.root / FOLDER).glob("*/*.md")):
            found[path.relative_to(self.root).as_posix()] = _page(path)
        return found

    @cached_property
    def cited(self) -> dict[str, list[str]]:
        """Keys of sources, each with the pages that cite it."""
        found = defaultdict(list)
        for document, page in self.pages.items():
            for key in page.citations:
                found[key].append(document)
        return dict(found)

    @cached_property
    def linked(self) -> dict[str, list[str]]:
        """Terms as `alphabetical` writes them, each with the pages that link to it."""
        found = defaultdict(list)
        for document, page in self.pages.items():
            for term in page.terms:
                found[alphabetical(term)].append(document)
        return dict(found)


def _page(path: Path) -> Chapter:
    cell = {"cell_type": "markdown", "metadata": {}, "source": path.read_text("utf-8")}
    return Chapter.of({"nbformat": 4, "cells": [cell]}, path)


def part_of(document: str) -> str:
    """The part of a page: its folder below chapters/ or registers/, else its first folder, else `shared`."""
    folders = Path(document).parts[:-1]
    return folders[1] if folders[:1] in (("chapters",), ("registers",)) else folders[0] if folders else SHARED


def alphabetical(term: str) -> str:
    """What terms are sorted by, and found by: their letters, whatever the case; é follows e."""
    return unicodedata.normalize("NFD", " ".join(term.split()).casefold())


def symbols_in(cell: str) -> list[str]:
    """The symbols that a cell of a table introduces, written so that equal ones are one symbol.

    A symbol is told apart by its letter, font and accent, by its index, and by how many arguments follow it and what
    stands between them; not by the names of the arguments, nor by whether its index is i or j. What follows = or ∈ says
    what the symbol is: `$R(M, x)$; $Z_j=XW_j$` has the symbols `R(·,·)` and `Z_i`.
    """
    found = []
    for formula in re.findall(r"\$([^$]+)\$", cell):
        tex = re.sub(r"([(\[])([^()\[\]]*)([)\]])", _without_names, formula)
        for piece in re.split(rf",(?!·|{IN_BRACES})", tex):
            symbol = re.split(rf"(?:=|\\in\b|\\ge\b|\\le\b)(?!{IN_BRACES})", piece)[0].strip()
            symbol = re.sub(r"\\[,;!]|\s+(?![A-Za-z])|(?<![A-Za-z])\s+", "", symbol)
            if symbol not in ("", r"\dots"):
                found.append(re.sub(r"_[ij]\b", "_i", symbol))
    return found


def _without_names(brackets: re.Match) -> str:
    return brackets[1] + "·".join(["", *re.findall(r"(?<!\\)[,;]|\\mid\b|\\Vert\b", brackets[2]), ""]) + brackets[3]


def problems(registers: Registers) -> Iterator[str]:
    """What is wrong with the registers, each with its place and the remedy."""
    for check in (_shown, _sorted, _once, _used, _known, _one_work_one_key, _one_meaning):
        yield from check(registers)


def _shown(registers: Registers) -> Iterator[str]:
    """Every register is on its page."""
    config = yaml.safe_load((registers.root / "_config.yml").read_text("utf-8"))
    shown = {("_config.yml", file) for file in config["bibtex_bibfiles"]}
    for page in ("glossary", "notation"):
        text = (registers.root / f"{page}.md").read_text("utf-8")
        shown |= {(f"{page}.md", file) for file in re.findall(r"^`{3,}\{include\}\s+(\S+)", text, re.M)}
    for name, where in (("references.bib", "_config.yml"), ("glossary.md",) * 2, ("notation.md",) * 2):
        for file, _ in registers.lines(name):
            if (where, file.as_posix()) not in shown:
                yield f"{file}: no reader sees it; name it in {where}"


def _sorted(registers: Registers) -> Iterator[str]:
    """Sources and terms stand in alphabetical order."""
    for entries in (registers.sources, registers.terms):
        for before, after in pairwise(entries):
            if before.file == after.file and alphabetical(before.name) > alphabetical(after.name):
                yield f"{after.place}: {after.name} comes before {before.name} in the alphabet"


def _once(registers: Registers) -> Iterator[str]:
    """A source or a term has one entry."""
    for entries in (registers.sources, registers.terms):
        first: dict[str, Entry] = {}
        for entry in entries:
            other = first.setdefault(alphabetical(entry.name), entry)
            if other is not entry:
                yield f"{entry.place}: {entry.name} stands in {other.place} already; remove one of them"


def _used(registers: Registers) -> Iterator[str]:
    """A source or a term is used by the part with which it stands."""
    for entries, uses, written in (
        (registers.sources, registers.cited, str),
        (registers.terms, registers.linked, alphabetical),
    ):
        for entry in entries:
            pages = uses.get(written(entry.name), [])
            parts = list(dict.fromkeys(part_of(page) for page in pages))
            if not parts:
                yield f"{entry.place}: no page uses {entry.name}; remove it or use it"
            elif entry.file.parent.name not in parts:
                target = FOLDER / parts[0] / entry.file.name
                yield f"{entry.place}: {entry.name} is used elsewhere only; move it to {target.as_posix()}"


def _known(registers: Registers) -> Iterator[str]:
    """Whatever a page uses has an entry."""
    for kind, entries, uses in (
        ("references.bib", {entry.name for entry in registers.sources}, registers.cited),
        ("glossary.md", {alphabetical(entry.name) for entry in registers.terms}, registers.linked),
    ):
        for name, pages in uses.items():
            if name not in entries:
                file = FOLDER / part_of(pages[0]) / kind
                yield f"{pages[0]}: {name} has no entry; add it to {file.as_posix()}"


def _one_work_one_key(registers: Registers) -> Iterator[str]:
    """Two parts have not entered one work under two keys."""
    first: dict[tuple[str, str], Entry] = {}
    for entry in registers.sources:
        for field in ("doi", "title"):
            value = re.search(rf"^\s*{field}\s*=\s*(.+?),?$", entry.text, re.M)
            if value:
                letters = re.sub(r"[\W_]", "", value[1]).casefold()
                other = first.setdefault((field, letters), entry)
                if other.name != entry.name:
                    yield f"{entry.place}: {entry.name} has the {field} of {other.name} in {other.place}; keep one"
                    break


def _one_meaning(registers: Registers) -> Iterator[str]:
    """Within a register, a symbol has one meaning, or a comment says why its two are not confused."""
    rows = defaultdict(dict)
    for entry in registers.symbols:
        rows[entry.file, entry.name][entry.line] = entry
    reasons = {(entry.file, entry.name): entry for entry in registers.told_apart}
    for (file, symbol), entries in rows.items():
        if len(entries) > 1 and (file, symbol) not in reasons:
            first, second, *_ = entries.values()
            yield (
                f"{second.place}: {symbol} means something else in line {first.line}; write one of them differently, "
                "or below the table why nobody confuses them, as in “% two meanings: $L$: a loss in …, a factor in …”"
            )
    for key, entry in reasons.items():
        if len(rows[key]) < 2:
            yield f"{entry.place}: {entry.name} has one meaning here; remove the comment"
        elif len(entry.text.split()) < 6:
            yield f"{entry.place}: say where {entry.name} means what"
