"""No line begins with the comma after a formula, and none ends within a number such as 1e-08.

For browsers a formula is a picture in the line, after which a line may end whatever comes; so it is kept together with
what follows it without a space. A long one may still be broken before its last part: KaTeX sets formulas in parts,
between which lines may end.
"""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

#: Class of what stays on one line, and of what may be broken in it.
UNBROKEN, BREAKABLE = "eer-whole", "eer-breaks"
PART = '<span class="base">'
#: What follows a formula without a space: all of it where that is short ("-means", "’s,"), else its punctuation.
ATTACHED = re.compile(r"[^\s/—–]{1,9}(?=[\s/—–]|$)|[,.;:!?)\]’”%]+")
#: A number whose sign of the exponent looks like a hyphen.
EXPONENT = re.compile(r"\d[\d.]*e-\d+")
#: Whose text is read by programs, or set line by line.
NOT_PROSE = (nodes.FixedTextElement, nodes.literal, nodes.math, nodes.raw, nodes.comment)


class KeepTogether(SphinxPostTransform):
    """Put what must stay on one line into an inline node of the class `UNBROKEN`."""

    default_priority = 500
    formats = ("html",)

    def run(self, **kwargs):
        for formula in list(self.document.findall(nodes.math)):
            parent = formula.parent
            place = parent.index(formula)
            follows = parent[place + 1] if place + 1 < len(parent) else None
            attached = ATTACHED.match(follows) if isinstance(follows, nodes.Text) else None
            if attached:
                rest = follows[attached.end() :]
                parent[place : place + 2] = [
                    nodes.inline("", "", formula, nodes.Text(attached[0]), classes=[UNBROKEN]),
                    *([nodes.Text(rest)] if rest else []),
                ]
        for text in list(self.document.findall(nodes.Text)):
            if not isinstance(text.parent, NOT_PROSE) and EXPONENT.search(text):
                text.parent.replace(text, [piece for piece in in_pieces(text) if piece.astext()])


def in_pieces(text: str) -> list[nodes.Node]:
    """Text with each number in a node of its own."""
    pieces = re.split(f"({EXPONENT.pattern})", text)
    return [
        nodes.inline("", piece, classes=[UNBROKEN]) if i % 2 else nodes.Text(piece) for i, piece in enumerate(pieces)
    ]


def breakable_before_its_end(markup: str) -> str:
    """A formula within something unbroken, in which lines may end before its last part but not after it."""
    first, last = markup.find(PART), markup.rfind(PART)
    if first == last:
        return markup
    return f'{markup[:first]}<span class="{BREAKABLE}">{markup[first:last]}</span>{markup[last:]}'


def setup(app):
    app.add_post_transform(KeepTogether)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
