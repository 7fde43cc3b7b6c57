"""The pieces of a display: statements, conditions, ranges of indices, and the words between them."""

from __future__ import annotations

from book.formula.errors import FormulaError
from book.formula.grammar import Row
from book.formula.layout import FLAT, Node, layout
from book.formula.names import Bindings
from book.formula.tree import Chain, Expression, Statement
from book.formula.vocabulary import (
    CONDITIONAL,
    CONNECTING,
    EVERY,
    PLUS,
    RELATIONS,
    UNREAD,
    in_number,
    parts_and_relations,
    split,
)

__all__ = ["read"]


def read(tex: str, bindings: Bindings | None = None, skip: tuple[str, ...] = ()) -> list[Statement]:
    """The statements of a display.

    Parameters
    ----------
    tex : str
        Without the dollar signs and the label.
    bindings : Bindings, optional
        Names with their values. Without them the formula is only read: a letter before a bracket counts as a function.
    skip : tuple of str
        Words of the display, such as ``"X invertible"``, that are to be passed over together with what they qualify.
    """
    return _Display(tex, bindings, skip).statements()


class _Display:
    def __init__(self, tex, bindings, skip):
        self.tex, self.bindings = tex, bindings
        self.skip = {" ".join(words.split()) for words in skip}

    def fail(self, problem: str, node):
        raise FormulaError(problem, self.tex, node.start)

    # pieces of the display ------------------------------------------------------------------------------------------

    def flat(self, nodes):
        for node in nodes:
            if node.kind == "group" and node.text in FLAT:
                yield from self.flat(node.parts[0])
            else:
                yield node

    def pieces(self) -> list[tuple[str, list[Node]]]:
        """(role, nodes) of what commas, wide spaces, ends of rows and words separate."""
        nodes = list(self.flat(layout(self.tex)))
        pieces, current, role = [], [], "statement"

        def flush(next_role="statement"):
            nonlocal current, role
            if current:
                pieces.append((role, current))
            current, role = [], next_role

        for place, node in enumerate(nodes):
            if node.kind in ("gap", "break"):
                following = next((n for n in nodes[place:] if n.kind not in ("gap", "break")), None)
                joins = following is not None and _starts_continuation(following)
                waits = current and current[-1].key in RELATIONS | set(PLUS) | {r"\cdot", r"\odot", "/"}
                if current and not joins and not waits:
                    flush()
            elif _ends_piece(nodes, place):
                flush()
            elif node.kind == "words" and not self.is_name(nodes, place):
                words = " ".join(node.text.split()).strip(" ,.:;")
                if words in self.skip or words in CONNECTING:
                    flush()
                elif words.startswith(EVERY):
                    flush("every")
                elif words in CONDITIONAL:
                    flush("condition")
                else:
                    current.append(node)
            else:
                current.append(node)
        flush()
        return pieces

    def is_name(self, nodes, place) -> bool:
        return self.bindings is not None and self.bindings.find(nodes, place) is not None

    def skipped(self, nodes) -> bool:
        for node in nodes:
            if node.kind == "words" and " ".join(node.text.split()).strip(" ,.:;") in self.skip:
                return True
            if any(self.skipped(part) for part in node.parts):
                return True
        return False

    def statements(self) -> list[Statement]:
        found: list[Statement] = []
        pieces = [(role, nodes) for role, nodes in self.pieces() if not self.skipped(nodes)]
        place = 0
        while place < len(pieces):
            role, nodes = pieces[place]
            place += 1
            if role == "every" and len(nodes) == 1:
                continue
            if (
                place + 1 < len(pieces)
                and pieces[place][1][0].key == r"\dots"
                and len(nodes) >= 3
                and nodes[1].key == "="
                and found
            ):
                last = pieces[place + 1][1]
                found[-1].ranges[nodes[0].key] = self.expression(nodes[2:]), self.expression(last)
                place += 2
                continue
            bracketed = len(nodes) == 1 and nodes[0].kind == "fence" and nodes[0].text == "( )" and found
            inside = nodes[0].parts[0] if bracketed else nodes
            related = any(node.key in RELATIONS for node in inside)
            if bracketed and not related and any(node.key == "," for node in inside):
                items = [part for part in split(inside, {","}) if part]
                found[-1].shape = [self.expression(part) for part in items]
            elif found and (role == "condition" or (bracketed and related)):
                for part in split(inside, {","}):
                    found[-1].conditions.append(self.chain(part))
            else:
                found.append(self.statement(nodes))
        if not found:
            raise FormulaError("there is no formula here", self.tex, 0)
        return found

    def statement(self, nodes) -> Statement:
        parts, relations = parts_and_relations(nodes)
        for relation in relations:
            if relation.key in UNREAD:
                self.fail(UNREAD[relation.key], relation)
        for part, relation in zip(parts, [*relations, nodes[-1]], strict=True):
            if not part:
                self.fail("a relation with nothing on one side", relation)
        return Statement(
            [self.expression(part) for part in parts],
            [(part[0].start, part[-1].end) for part in parts],
            [relation.key for relation in relations],
        )

    def chain(self, nodes) -> Chain:
        """A condition: parts with relations between them."""
        if len(nodes) == 1 and nodes[0].kind == "fence" and nodes[0].text == "( )":
            nodes = nodes[0].parts[0]
        statement = self.statement(nodes)
        if not statement.relations:
            self.fail("a condition needs a relation", nodes[0])
        return Chain(nodes[0].start, statement.parts, statement.relations)

    # expressions ----------------------------------------------------------------------------------------------------

    def expression(self, nodes) -> Expression:
        nodes = [node for node in nodes if node.kind not in ("gap", "break")]
        if not nodes:
            raise FormulaError("something is missing here", self.tex, 0)
        return Row(self, nodes).whole()


def _ends_piece(nodes, place) -> bool:
    key = nodes[place].key
    if key == ".":
        return not in_number(nodes, place)
    return key in (",", ";") or (key == ":" and place == len(nodes) - 1)


def _starts_continuation(node) -> bool:
    return node.key in RELATIONS | set(PLUS) | {r"\odot", r"\otimes", r"\cdot", r"\times"}
