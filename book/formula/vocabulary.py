"""The words and signs that formulas are written in, and where they divide a row of nodes."""

from __future__ import annotations

from book.formula.layout import Node

__all__ = [
    "BIG",
    "COMPARED",
    "CONDITIONAL",
    "CONNECTING",
    "EVERY",
    "KNOWN",
    "PLUS",
    "RANDOM",
    "RELATIONS",
    "RESULT_POWER",
    "SEPARATORS",
    "UNREAD",
    "WHOLE_POWER",
    "in_number",
    "is_nameable",
    "parts_and_relations",
    "split",
]

COMPARED = {"=", r"\equiv", r"\le", r"\ge", "<", ">", r"\ne", r"\approx", r"\succeq", r"\preceq", r"\in"}
UNREAD = {
    r"\sim": "a law (∼) has no value",
    r"\iff": "an implication has no value",
    r"\implies": "an implication has no value",
    r"\Rightarrow": "an implication has no value",
    r"\Longrightarrow": "an implication has no value",
    r"\to": "an arrow has no value",
    r"\leftarrow": "an assignment has no value",
    r"\propto": "proportionality is not read",
    r"\perp": "orthogonality is not read",
}
RELATIONS = COMPARED | set(UNREAD)
PLUS = {"+": "+", "-": "-", r"\pm": "±", r"\mp": "∓"}
CONNECTING = {"", "and", "or", "where", "with", "then", "hence", "so", "so that", "satisfies", "that is", "of shape"}
CONDITIONAL = (
    "if",
    "for",
    "when",
    "whenever",
    "wherever",
    "at",
    "provided",
    "reached at",
    "attained at",
    "provided that",
)
EVERY = ("for every", "for all", "for each", "for any", "every", "each", "all")
#: Functions that every reader knows, of one argument unless it is said otherwise.
KNOWN = {
    r"\log": "log",
    r"\ln": "log",
    r"\exp": "exp",
    r"\sin": "sin",
    r"\cos": "cos",
    r"\tan": "tan",
    r"\arcsin": "arcsin",
    r"\arccos": "arccos",
    r"\arctan": "arctan",
    r"\sinh": "sinh",
    r"\cosh": "cosh",
    r"\tanh": "tanh",
    r"\det": "det",
    r"\Phi": "Phi",
    r"\max": "max",
    r"\min": "min",
    "tr": "tr",
    "diag": "diag",
    "sign": "sign",
    "rank": "rank",
    "erf": "erf",
    "vec": "vec",
    "atan2": "atan2",
    "softmax": "softmax",
    "softplus": "softplus",
    "Re": "real",
    "Im": "imaginary",
}
WHOLE_POWER = {"tr", "rank", "vec", "diag"}  # \operatorname{tr}(A)^{1/2} is the trace of the root
RESULT_POWER = {"det", "Phi", "max", "min", "exp", "softmax", "sign", "erf", "softplus", "atan2"}
BIG = {r"\sum": "sum", r"\prod": "product", r"\max": "max", r"\min": "min"}
RANDOM = {r"\mathbb{E}": "E", r"\operatorname{E}": "E", r"\operatorname{Var}": "Var", r"\operatorname{Cov}": "Cov"}
SEPARATORS = {",", ";", r"\mid", r"\Vert"}


def in_number(nodes, place) -> bool:
    """Whether a full stop is the point of a number: a digit follows at once."""
    after = nodes[place + 1] if place + 1 < len(nodes) else None
    return after is not None and after.kind == "symbol" and after.text.isdigit() and after.start == nodes[place].end


def split(nodes, separators) -> list[list[Node]]:
    """What separators divide, without the separators and the spaces."""
    parts = [[]]
    for node in nodes:
        if node.kind == "symbol" and node.text in separators:
            parts.append([])
        elif node.kind not in ("gap", "break"):
            parts[-1].append(node)
    return parts


def parts_and_relations(nodes) -> tuple[list[list[Node]], list[Node]]:
    """What relations such as = and ≤ divide, and the relations."""
    parts, relations = [[]], []
    for node in nodes:
        if node.key in RELATIONS:
            relations.append(node)
            parts.append([])
        elif node.kind not in ("gap", "break"):
            parts[-1].append(node)
    return parts, relations


def is_nameable(node) -> bool:
    """Whether a node without scripts can be the name of something."""
    if node.kind == "symbol":
        return node.text[-1].isalpha() and node.text not in SEPARATORS
    return node.kind in ("styled", "accent", "words", "operator")
