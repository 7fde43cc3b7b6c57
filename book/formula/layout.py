"""TeX of a display as a tree of what is seen: symbols, accents, scripts, fractions, brackets, rows.

The reader is written here rather than taken from a library: the pages use some forty commands whose arguments TeX's own
rules delimit in a few lines each, and what costs thought is what the marks mean, which begins where every TeX parser
stops. KaTeX's tree would need Node and a second process wherever a formula is evaluated, in a chapter's kernel too; and
the place of every mark, which an error points to, is kept here for the whole way.

Nothing in this module knows what a symbol stands for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from book.formula.errors import FormulaError

__all__ = ["Node", "layout"]

MAX_LENGTH = 6_000  # characters; the longest display of the book has some 500
MAX_DEPTH = 30  # groups within groups; the deepest display of the book has 7
TOO_DEEP = f"more than {MAX_DEPTH} levels of brackets and braces"

TOKEN = re.compile(r"\\(?:[A-Za-z]+\*?|.)|\s+|.", re.DOTALL)
SPACES = {r"\,", r"\;", r"\:", r"\ ", r"\>", "~", r"\enspace", r"\thinspace"}
GAPS = {r"\quad", r"\qquad"}
IGNORED = {
    r"\!",
    r"\displaystyle",
    r"\textstyle",
    r"\scriptstyle",
    r"\limits",
    r"\nolimits",
    r"\allowbreak",
    r"\nonumber",
}
ALIASES = {
    r"\leq": r"\le",
    r"\geq": r"\ge",
    r"\neq": r"\ne",
    r"\lt": "<",
    r"\gt": ">",
    r"\ast": "*",
    r"\vert": "|",
    r"\|": r"\Vert",
    r"\lbrace": r"\{",
    r"\rbrace": r"\}",
    r"\lbrack": "[",
    r"\rbrack": "]",
    r"\ldots": r"\dots",
    r"\cdots": r"\dots",
    r"\dotsc": r"\dots",
    r"\dotsb": r"\dots",
    r"\dotsm": r"\dots",
    r"\dfrac": r"\frac",
    r"\tfrac": r"\frac",
    r"\cfrac": r"\frac",
    r"\dbinom": r"\binom",
    r"\tbinom": r"\binom",
    r"\bm": r"\boldsymbol",
    r"\pmb": r"\boldsymbol",
    r"\widehat": r"\hat",
    r"\widetilde": r"\tilde",
    r"\overline": r"\bar",
    r"\middle": "",
    r"\Longleftrightarrow": r"\iff",
    r"\gets": r"\leftarrow",
    r"\colon": ":",
    r"\land": r"\wedge",
}
STYLES = {
    r"\mathbf",
    r"\boldsymbol",
    r"\mathrm",
    r"\mathit",
    r"\mathcal",
    r"\mathbb",
    r"\mathsf",
    r"\mathtt",
    r"\mathfrak",
}
ACCENTS = {
    r"\hat",
    r"\tilde",
    r"\bar",
    r"\dot",
    r"\ddot",
    r"\vec",
    r"\check",
    r"\breve",
    r"\acute",
    r"\grave",
    r"\mathring",
}
WORDS = {r"\text", r"\textrm", r"\textit", r"\textbf", r"\mbox"}
BRACES = {r"\underbrace", r"\overbrace"}
OPENERS = {
    "(": ")",
    "[": "]",
    r"\{": r"\}",
    r"\lvert": r"\rvert",
    r"\lVert": r"\rVert",
    r"\langle": r"\rangle",
    r"\lfloor": r"\rfloor",
    r"\lceil": r"\rceil",
}
CLOSERS = set(OPENERS.values())
SIZE = re.compile(r"\\(?:left|right|[bB]igg?(?P<side>[lrm]?))\Z")
FLAT = {"aligned", "gathered", "split", "align", "align*", "gather", "gather*"}
TABLES = {"pmatrix", "bmatrix", "matrix", "vmatrix", "cases", "smallmatrix"}
OPERATORS = set("+-=<>,;:/") | {
    r"\le",
    r"\ge",
    r"\ne",
    r"\pm",
    r"\mp",
    r"\cdot",
    r"\times",
    r"\odot",
    r"\otimes",
    r"\mid",
    r"\in",
}


@dataclass
class Node:
    """One thing seen in the print.

    Attributes
    ----------
    kind : str
        ``symbol``, ``styled``, ``accent``, ``operator`` (\\operatorname), ``words``, ``group``, ``fence``,
        ``script``, ``frac``, ``binom``, ``sqrt``, ``table``, ``gap`` (\\quad), ``break`` (the end of a row).
    text : str
        The symbol, command, words; the two brackets of a fence; the primes of a script.
    parts : tuple of lists of nodes
        What it is made of: (inside,) · (numerator, denominator) · (index, body) of a root · (base, subscript,
        superscript).
    rows : list
        The cells of a table, each a list of nodes.
    start, end : int
        Where it stands in the TeX.
    spaced : bool
        Whether a space that shows stands before it.
    """

    kind: str
    start: int
    end: int
    text: str = ""
    parts: tuple = ()
    rows: list = field(default_factory=list)
    spaced: bool = False

    @property
    def key(self) -> str:
        """A text that two nodes share when they look the same, whatever braces, spaces and sizes they are written
        with."""
        if self.kind == "symbol":
            return self.text
        if self.kind == "words":
            return rf"\text{{{' '.join(self.text.split())}}}"
        if self.kind == "operator":
            return rf"\operatorname{{{self.text}}}"
        if self.kind == "script":
            base, sub, sup = self.parts
            return (
                key_of(base)
                + self.text
                + (f"_{{{key_of(sub)}}}" if sub else "")
                + (f"^{{{key_of(sup)}}}" if sup else "")
            )
        if self.kind == "fence":
            opening, closing = self.text.split(" ")
            return f"{opening} {key_of(self.parts[0])}{closing} "
        if self.kind == "table":
            return f"{self.text}{[[key_of(cell) for cell in row] for row in self.rows]}"
        names = {"frac": r"\frac", "binom": r"\binom", "sqrt": r"\sqrt"}
        return names.get(self.kind, self.text) + "".join(f"{{{key_of(part)}}}" for part in self.parts)


def key_of(nodes) -> str:
    """The keys of a row of nodes, one after another; commands stay apart from letters that follow."""
    return " ".join(node.key for node in nodes if node.kind not in ("gap", "break"))


def layout(tex: str) -> list[Node]:
    """Read TeX into a row of nodes.

    Raises
    ------
    FormulaError
        A bracket without its partner, an unknown environment, a command without its argument, more than `MAX_LENGTH`
        characters or `MAX_DEPTH` levels.
    """
    if not isinstance(tex, str):
        raise TypeError(f"TeX is text, found {type(tex).__name__}")
    if len(tex) > MAX_LENGTH:
        raise FormulaError(f"a formula of {len(tex)} characters; at most {MAX_LENGTH} are read")
    return _Reader(tex).read_all()


class _Reader:
    def __init__(self, tex: str):
        self.tex, self.place, self.depth = tex, 0, 0
        self.lone_bars: set[int] = set()  # bars that were tried as opening ones and have no partner
        self.tokens = []
        for match in TOKEN.finditer(tex):
            token = match.group()
            if token.isspace():
                continue
            token = ALIASES.get(token, token)
            if token and token not in IGNORED:
                self.tokens.append((token, match.start(), match.end()))

    def fail(self, problem: str, position: int | None = None):
        if position is None:
            position = self.tokens[self.place][1] if self.place < len(self.tokens) else len(self.tex)
        raise FormulaError(problem, self.tex, position)

    def peek(self, ahead: int = 0) -> str:
        index = self.place + ahead
        return self.tokens[index][0] if index < len(self.tokens) else ""

    def take(self) -> tuple[str, int, int]:
        if self.place >= len(self.tokens):
            self.fail("the formula ends where something must follow")
        self.place += 1
        return self.tokens[self.place - 1]

    def read_all(self) -> list[Node]:
        nodes = self.sequence(stop=None)
        if self.place < len(self.tokens):
            self.fail(f"{self.peek()} closes nothing")
        return nodes

    def sequence(self, stop: str | None) -> list[Node]:
        """Nodes up to the closing token `stop`, which stays; up to the end where it is None."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail(TOO_DEEP)
        nodes: list[Node] = []
        spaced = False
        while self.place < len(self.tokens):
            token, start, end = self.tokens[self.place]
            size = SIZE.match(token)
            mark = self.peek(1) if size else token
            closing = self.closes(token, size, mark, stop, nodes)
            if closing:
                break
            if token in SPACES or token == "&":
                self.place += 1
                spaced = spaced or token != "&"
                continue
            if token in GAPS:
                self.place += 1
                nodes.append(Node("gap", start, end, token))
                continue
            if token in (r"\\", r"\cr"):
                self.place += 1
                if self.peek() == "[" and re.match(r"\s*\[[^\]]*(ex|em|pt|mm)\]", self.tex[end:]):
                    while self.take()[0] != "]":
                        pass
                nodes.append(Node("break", start, end, token))
                continue
            if token in ("'", "^", "_"):
                if not nodes or nodes[-1].kind in ("gap", "break"):
                    self.fail(f"{token} stands on nothing")
                nodes.append(self.scripts(nodes.pop()))
                continue
            if token in BRACES:
                nodes += self.braced()
                continue
            node = self.atom()
            if node is None:
                continue
            node.spaced, spaced = spaced, False
            nodes.append(node)
        self.depth -= 1
        return nodes

    def closes(self, token, size, mark, stop, nodes) -> bool:
        if token in ("}", r"\end"):
            return True
        if mark in CLOSERS:
            return True
        if size and token == r"\right":
            return True
        if mark in ("|", r"\Vert") and size and size["side"] == "r":
            return True
        if mark in ("|", r"\Vert") and mark == stop:
            last = nodes[-1] if nodes else None
            return last is not None and not (last.kind == "symbol" and last.text in OPERATORS)
        return False

    def braced(self) -> list[Node]:
        """What stands over or under a brace, as if there were none; what is written at the brace is a remark."""
        token, start, _ = self.take()
        nodes = self.argument(token, start)
        if self.peek() in ("_", "^"):
            self.take()
            self.argument(token, start)
        return nodes

    def atom(self) -> Node | None:
        """One node without its scripts."""
        size = SIZE.match(self.peek())
        if size:
            first = self.place
            self.take()
            node = self.fence_or_bar(self.tokens[first][1], sized=size["side"] != "")
            return node
        token, start, end = self.tokens[self.place]
        if token in OPENERS or token in ("|", r"\Vert"):
            return self.fence_or_bar(start)
        self.place += 1
        if token == "{":
            inside = self.sequence("}")
            self.expect("}", start)
            if not inside:
                return None
            if len(inside) == 1:
                return replace(inside[0], start=start, end=self.tokens[self.place - 1][2])
            return Node("group", start, self.tokens[self.place - 1][2], "", (inside,))
        if token in WORDS:
            return Node("words", start, *self.verbatim())
        if token in (r"\operatorname", r"\operatorname*"):
            _, name = self.verbatim()
            return Node("operator", start, self.tokens[self.place - 1][2], re.sub(r"\\[,;:! ]|\s", "", name))
        if token in STYLES or token in ACCENTS:
            argument = self.argument(token, start)
            kind = "styled" if token in STYLES else "accent"
            return Node(kind, start, self.tokens[self.place - 1][2], token, (argument,))
        if token in (r"\frac", r"\binom"):
            parts = self.argument(token, start), self.argument(token, start)
            return Node(token[1:], start, self.tokens[self.place - 1][2], "", parts)
        if token == r"\sqrt":
            index = []
            if self.peek() == "[":
                self.take()
                index = self.sequence("]")
                self.expect("]", start)
            return Node("sqrt", start, *self.last_end(self.argument(token, start), index))
        if token == r"\begin":
            return self.environment(start)
        if token == r"\not":
            if self.peek() != "=":
                self.fail(r"\not is read before = only", start)
            return Node("symbol", start, self.take()[2], r"\ne")
        if token in ("$", "%", "#", r"\def", r"\newcommand", r"\let", r"\input", r"\csname", r"\verb"):
            self.fail(f"{token} is not read", start)
        return Node("symbol", start, end, token)

    def last_end(self, body, index):
        return self.tokens[self.place - 1][2], "", (index, body)

    def expect(self, closing: str, start: int):
        if self.peek() != closing:
            found = self.peek() or "the end of the formula"
            opening = self.tex[start : start + 1]
            self.fail(f"{opening} is not closed by {closing} but met {found}", start)
        self.place += 1

    def argument(self, command: str, start: int) -> list[Node]:
        """What a command takes: a group in braces, or the one thing that follows, as in TeX."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail(TOO_DEEP)
        while self.peek() in SPACES:
            self.place += 1
        if not self.peek() or self.peek() in ("}", "&", r"\\", "^", "_"):
            self.fail(f"{command} lacks what it stands before", start)
        if self.peek() == "{":
            opening = self.take()[1]
            nodes = self.sequence("}")
            self.expect("}", opening)
        elif self.peek() in CLOSERS or self.peek() in OPENERS or self.peek() == "|":
            token, begin, end = self.take()
            nodes = [Node("symbol", begin, end, token)]
        else:
            node = self.atom()
            nodes = [node] if node else []
        self.depth -= 1
        return nodes

    def verbatim(self) -> tuple[int, str]:
        """The text of a group that is words, and where it ends."""
        if self.peek() != "{":
            token, _, end = self.take()
            return end, token
        opening, level = self.take()[2], 1
        while level:
            token, begin, end = self.take()
            level += {"{": 1, "}": -1}.get(token, 0)
        return end, self.tex[opening:begin].replace("~", " ")

    def fence_or_bar(self, start: int, sized: bool = False) -> Node:
        first = self.place
        token, _, end = self.take()
        if token in OPENERS:
            return self.close_fence(token, OPENERS[token], start)
        if token not in ("|", r"\Vert"):
            if token == ".":
                self.fail("a bracket that is not printed (\\left.) is not read", start)
            return Node("symbol", start, end, token)  # a size on a slash
        if self.peek() == "_" and token == "|":
            return Node("symbol", start, end, r"\at")
        if start not in self.lone_bars:
            depth = self.depth
            try:
                return self.close_fence(token, token, start)
            except FormulaError as problem:
                if problem.problem == TOO_DEEP:
                    raise
                self.place, self.depth = first + 1, depth
                self.lone_bars.add(start)
        return Node("symbol", start, end, r"\mid" if token == "|" else r"\Vert")

    def close_fence(self, opening: str, closing: str, start: int) -> Node:
        inside = [node for node in self.sequence(closing) if node.kind != "break"]
        if SIZE.match(self.peek()):
            self.place += 1
        if self.peek() != closing:
            found = self.peek() or "the end of the formula"
            self.fail(f"the bracket {opening} meets {found} where {closing} was expected", start)
        end = self.take()[2]
        pair = {"|": r"\lvert \rvert", r"\Vert": r"\lVert \rVert"}.get(opening, f"{opening} {closing}")
        return Node("fence", start, end, pair, (inside,))

    def scripts(self, base: Node) -> Node:
        """`base` with all primes, subscripts and superscripts that follow it."""
        primes, sub, sup = "", [], []
        while self.peek() in ("'", "^", "_"):
            token, start, _ = self.take()
            if token == "'":
                primes += "'"
                continue
            found = self.argument(token, start)
            if token == "_":
                if sub:
                    self.fail("a second subscript", start)
                sub = found
            else:
                if sup:
                    self.fail("a second superscript", start)
                primes += "'" * sum(node.key == r"\prime" for node in found)
                sup = [node for node in found if node.key != r"\prime"]
        end = self.tokens[self.place - 1][2]
        return Node("script", base.start, end, primes, ([base], sub, sup), spaced=base.spaced)

    def environment(self, start: int) -> Node | None:
        name = self.verbatim()[1]
        if name in FLAT:
            nodes = self.sequence(stop=None)
            self.end_environment(name, start)
            return Node("group", start, self.tokens[self.place - 1][2], name, (nodes,))
        if name not in TABLES:
            self.fail(f"the environment {name} is not read", start)
        rows, row = [], []
        while True:
            row.append(self.cell())
            token = self.peek()
            if token == "&":
                self.take()
                continue
            rows.append(row)
            row = []
            if token in (r"\\", r"\cr"):
                self.take()
                if self.peek() != r"\end":
                    continue
            self.end_environment(name, start)
            return Node("table", start, self.tokens[self.place - 1][2], name, rows=rows)

    def cell(self) -> list[Node]:
        """Nodes of one cell of a table: up to & or \\\\ that belong to it."""
        level, last = 0, self.place
        while last < len(self.tokens):
            token = self.tokens[last][0]
            level += {r"\begin": 1, "{": 1, r"\end": -1, "}": -1}.get(token, 0)
            if level < 0 or (level == 0 and token in ("&", r"\\", r"\cr")):
                break
            last += 1
        rest, self.tokens = self.tokens, self.tokens[:last]
        try:
            nodes = self.sequence(stop=None)
            if self.place < last:
                self.fail(f"{self.peek()} closes nothing")
        finally:
            self.tokens = rest
        return nodes

    def end_environment(self, name: str, start: int):
        if self.peek() != r"\end":
            self.fail(rf"\begin{{{name}}} has no \end", start)
        self.take()
        if self.verbatim()[1] != name:
            self.fail(rf"\begin{{{name}}} ends with another name", start)
