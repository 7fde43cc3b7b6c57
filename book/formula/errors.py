"""What the evaluator says when it cannot read a formula or cannot give it a value."""

from __future__ import annotations

__all__ = ["FormulaError"]


class FormulaError(ValueError):
    """A formula that cannot be read, or has no value on the given inputs; says where in the print.

    Attributes
    ----------
    problem : str
        What is wrong, without the place.
    tex : str
        The formula as printed.
    position : int or None
        Offset into `tex` of what the problem is about.
    """

    def __init__(self, problem: str, tex: str = "", position: int | None = None):
        self.problem, self.tex, self.position = problem, tex, position
        super().__init__(problem)

    def __str__(self) -> str:
        if self.position is None or not self.tex:
            return self.problem
        start = self.tex.rfind("\n", 0, self.position) + 1
        end = self.tex.find("\n", self.position)
        line = self.tex[start : len(self.tex) if end < 0 else end]
        column = self.position - start
        if len(line) > 100:  # a window around the place
            cut = max(0, min(column - 50, len(line) - 100))
            line, column = line[cut : cut + 100], column - cut
        return f"{self.problem}, at position {self.position}:\n  {line}\n  {' ' * column}^"
