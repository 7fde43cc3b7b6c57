"""Markdown as the website reads it: MyST-Parser's own parser with the extensions of `_config.yml`, into directives.

`read_markdown` takes the cells of a notebook (or one file as the only cell) and says what stands in them: equations,
headings, directives, roles, links, targets and plain words, each with its cell and line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml
from docutils.parsers.rst.directives.misc import TestDirective
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.directives import parse_directive_text
from myst_parser.parsers.mdit import create_md_parser

from book.order import ROOT

#: Directives whose content is no Markdown.
VERBATIM = {
    "bibliography", "code", "code-block", "code-cell", "csv-table", "eval-rst", "image", "literalinclude", "math",
    "mermaid", "parsed-literal", "raw", "sourcecode", "toctree",
}  # fmt: skip
#: Directives whose argument is a name or a class and not a title; those of {glue} as well.
NAMED = {"container", "div", "figure", "grid", "solution", "solution-start"}
#: How deep directives are followed into each other; the parser follows other blocks as deep.
DEEPEST = 20
#: Roles that show something else than the text written in them; those of {cite} and {glue} as well.
POINTERS = {"code", "doc", "eq", "live", "math", "numref", "prf:ref", "raw", "ref"}


@dataclass(frozen=True)
class Equation:
    """A display equation. `label` is the website's name for it, `written` is how the author wrote that."""

    label: str | None
    tex: str
    cell: int
    line: int
    written: str | None = None


@dataclass(frozen=True)
class Formula:
    """Mathematics within a line."""

    tex: str
    cell: int
    line: int


@dataclass(frozen=True)
class Heading:
    """A heading; `inside` names the directive or block around it, in which it makes no section of the page."""

    level: int
    text: str
    cell: int
    line: int
    inside: str | None = None


@dataclass(frozen=True)
class Directive:
    """A directive. `alone` says that nothing else stands in its cell, comments apart."""

    name: str
    argument: str
    options: dict[str, str]
    body: str
    cell: int
    line: int
    alone: bool

    @property
    def classes(self) -> list[str]:
        return self.options.get("class", "").split()


@dataclass(frozen=True)
class Role:
    """A role such as {eq}`eq-a`, with the text between its backticks."""

    name: str
    text: str
    cell: int
    line: int

    @property
    def _parts(self) -> tuple[str | None, str]:
        found = re.fullmatch(r"(.+?)\s*<([^<>]*)>", self.text, re.S)
        return (found[1], found[2]) if found else (None, self.text.strip())

    @property
    def title(self) -> str | None:
        """The words that are shown, where they are written out: {term}`words <target>`."""
        return self._parts[0]

    @property
    def target(self) -> str:
        """What the role points to."""
        return self._parts[1]


@dataclass(frozen=True)
class Link:
    """A link of Markdown, with its address as it stands there."""

    address: str
    cell: int
    line: int


@dataclass(frozen=True)
class Target:
    """A place that can be linked to: (name)= on a line of its own."""

    name: str
    cell: int
    line: int


@dataclass(frozen=True)
class Paragraph:
    """The plain words of a paragraph, heading, list item, cell of a table or title, without mathematics and code."""

    text: str
    cell: int
    line: int


@dataclass(frozen=True)
class Document:
    """What stands in a text, everything in its order."""

    equations: list[Equation] = field(default_factory=list)
    formulas: list[Formula] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    directives: list[Directive] = field(default_factory=list)
    roles: list[Role] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    paragraphs: list[Paragraph] = field(default_factory=list)


def read_markdown(cells: dict[int, str]) -> Document:
    """What stands in the Markdown cells of one page, given by their numbers. Nothing is an error: Markdown has none."""
    parser, links, document = _parser(), {}, Document()
    rules = parser.core.ruler.get_active_rules()
    until = rules.index("inline")
    # As MyST-NB does: the blocks of all cells first, since a cell may use a link that a later one defines.
    with parser.reset_rules():
        parser.core.ruler.enableOnly(rules[:until])
        tokens = {cell: parser.parse(source, links) for cell, source in cells.items()}
    with parser.reset_rules():
        parser.core.ruler.enableOnly(rules[until:])
        for found in tokens.values():
            parser.core.process(StateCore("", parser, links, found))
    for cell, found in tokens.items():
        alone = len([token for token in found if token.level == 0 and token.nesting >= 0 and not _comment(token)]) == 1
        _Reader(parser, links, document, cell, alone).walk(found, _lines(cells[cell]), 1, ())
    return document


@cache
def _parser() -> MarkdownIt:
    """The parser that MyST-NB makes for a page of this book."""
    parser = create_md_parser(MdParserConfig(**settings()), RendererHTML)
    return parser.disable("front_matter", True)  # a notebook keeps that in its metadata


def settings(config: Path = ROOT / "_config.yml") -> dict:
    """The settings of MyST-Parser that Jupyter Book takes from `_config.yml`, without their prefix."""
    book = yaml.safe_load(config.read_text("utf-8"))
    given = book.get("parse", {}) | book.get("sphinx", {}).get("config", {})
    return {name.removeprefix("myst_"): value for name, value in given.items() if name.startswith("myst_")}


def _lines(text: str) -> list[str]:
    """The lines of a text as the parser counts them."""
    return re.split("\r\n|\r|\n", text)


def _comment(token: Token) -> bool:
    return token.type == "myst_line_comment" or (token.type == "html_block" and token.content.startswith("<!--"))


@dataclass(frozen=True)
class _Reader:
    """Walks through the tokens of one cell and writes down in `document` what they are.

    `alone` says that the cell is one block. In its methods, `around` names the directives around a place.
    """

    parser: MarkdownIt
    links: dict
    document: Document
    cell: int
    alone: bool

    def walk(self, tokens: list[Token], lines: list[str], first: int, around: tuple[str, ...]):
        """`tokens` are those of `lines`, the first of which is line `first` of the cell."""
        heading = None
        for token in tokens:
            line = first + (token.map or [0])[0]
            if token.type in ("math_block", "math_block_label", "amsmath"):
                label = token.info or None
                found = label and re.search(r"\$\$\s*\(([^)$]+)\)\s*$", lines[token.map[1] - 1])
                written = found[1] if found else label
                self.document.equations.append(Equation(label, token.content, self.cell, line, written))
            elif token.type in ("fence", "colon_fence"):
                self._fence(token, line, around)
            elif token.type == "heading_open":
                heading = token
            elif token.type == "inline":
                text = self._inline(token.children, line)
                if heading:
                    inside = around[-1] if around else "a block" if heading.level else None
                    self.document.headings.append(Heading(int(heading.tag[1]), text, self.cell, line, inside))
                    heading = None
            elif token.type == "html_block":
                words = re.sub(r"<!--.*?-->|<[^>]*>", " ", token.content, flags=re.S)
                self.document.paragraphs.append(Paragraph(words, self.cell, line))
            elif token.type == "myst_target":
                self.document.targets.append(Target(token.content, self.cell, line))

    def _fence(self, token: Token, line: int, around: tuple[str, ...]):
        name, argument = (*token.info.split(maxsplit=1), "", "")[:2]
        if name.startswith("{") and name.endswith("}"):
            self._directive(name[1:-1], argument.strip(), token, line, around)
        elif token.type == "colon_fence":  # a container
            self._nested(token.content, line + 1, (*around, name or token.markup))

    def _directive(self, name: str, argument: str, token: Token, line: int, around: tuple[str, ...]):
        # as the website does, lest a fence right at the beginning be taken for an option
        shift = token.type == "colon_fence" and token.content.startswith(":::")
        # the class that takes every option; classes of real directives would need all of Sphinx
        parsed = parse_directive_text(TestDirective, argument, "\n" * shift + token.content)
        body = "\n".join(parsed.body)
        alone = self.alone and not around and token.level == 0
        directive = Directive(name, argument, parsed.options, body, self.cell, line, alone)
        self.document.directives.append(directive)
        first = line + 1 + parsed.body_offset - shift
        if name in ("math", "glue:math"):
            label = parsed.options.get("label", parsed.options.get("name"))
            tex = "\n\n".join(part for part in (argument, body) if part)
            self.document.equations.append(Equation(label, tex, self.cell, line, label))
        elif name not in VERBATIM:
            if argument and name not in NAMED and not name.startswith("glue"):
                (title,) = self.parser.parseInline(argument, self.links)
                self._inline(title.children, line)
            self._nested(body, first, (*around, f"{{{name}}}"))

    def _nested(self, text: str, first: int, around: tuple[str, ...]):
        if len(around) <= DEEPEST:
            self.walk(self.parser.parse(text, self.links), _lines(text), first, around)

    def _inline(self, tokens: list[Token], line: int) -> str:
        """Write down what stands in a line of text and return its plain words."""
        words, started = [], line
        for token in tokens:
            if token.type in ("math_inline", "math_inline_double"):
                self._mathematics(token.content, line, display=token.type == "math_inline_double")
            elif token.type == "myst_role":
                role = Role(token.meta["name"], token.content, self.cell, line)
                self.document.roles.append(role)
                if role.name == "math":
                    self._mathematics(role.text, line)
                is_pointer = role.name in POINTERS or role.name.split(":")[0] in ("cite", "glue")
                words.append(role.title or (" " if is_pointer else role.text))
            elif token.type == "link_open":
                self.document.links.append(Link(token.attrs["href"], self.cell, line))
            elif token.type in ("text", "image"):
                words.append(token.content)
            elif token.type in ("softbreak", "hardbreak"):
                words.append("\n")
                line += 1
            elif token.type == "code_inline":
                words.append(" ")
        text = "".join(words)
        self.document.paragraphs.append(Paragraph(text, self.cell, started))
        return text

    def _mathematics(self, tex: str, line: int, display: bool = False):
        if display:
            self.document.equations.append(Equation(None, tex, self.cell, line))
        else:
            self.document.formulas.append(Formula(tex, self.cell, line))
