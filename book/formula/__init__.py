"""The printed formula, evaluated: TeX of a displayed equation → tree → numbers and arrays.

    >>> from book.formula import compare
    >>> names = {"A": A, r"\\mathbf{x}": x}
    >>> compare(r"\\nabla_{\\mathbf{x}}\\, \\mathbf{x}^\\top A\\mathbf{x} = (A + A^\\top)\\,\\mathbf{x}", names)

`layout` reads what is seen, `names` finds the bound quantities in it, `display` divides it into statements, `grammar`
and `operators` say what stands for what, `meaning` computes (letters in `ranges`, derivatives and integrals in
`analysis`), `evaluation` compares. What is not understood is refused, with its place; nothing is guessed.
"""

from book.formula.errors import FormulaError
from book.formula.evaluation import Disagreement, Evaluation, Formula, FormulaDisagrees, compare, evaluate, parse
from utils.printed import Depending, Distribution, Indexed, Measure, Optimum, Outcomes, PlusMinus, Range, Terms

__all__ = [
    "Depending",
    "Disagreement",
    "Distribution",
    "Evaluation",
    "Formula",
    "FormulaDisagrees",
    "FormulaError",
    "Indexed",
    "Measure",
    "Optimum",
    "Outcomes",
    "PlusMinus",
    "Range",
    "Terms",
    "compare",
    "evaluate",
    "parse",
]
