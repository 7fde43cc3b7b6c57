"""Write a small chapter that runs and breaks no rule, to begin from.

python -m tools.new_chapter classical/my_topic
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from book.layers import HARNESS
from book.order import ROOT, chapter_files
from book.registers import FOLDER, Registers
from tools.clear_outputs import cleared

#: The cells of the chapter, "harness" for folded code; NAME is its name with hyphens, TITLE its title, BOOK a source of
#: its part.
CELLS = [
    (
        "markdown",
        """# TITLE

One sentence: what you will be able to do that you could not do before.

A question, in two sentences, that the picture below raises: how fast does a parabola rise, and in which
direction?""",
    ),
    (
        "harness",
        """import matplotlib.pyplot as plt
import numpy as np
import torch
from myst_nb import glue

from utils.checks import check, claim
from utils.gradcheck import central_difference, torch_gradient
from utils.plotting import COLORS, show, use_style

use_style()""",
    ),
    (
        "harness",
        """x_axis = np.linspace(-2, 2, 101)
fig, ax = plt.subplots()
ax.plot(x_axis, x_axis**2, color=COLORS[0])
ax.set(xlabel="$x$", ylabel="$x^2$")
show(
    fig,
    alt=f"A parabola that falls to zero at x = 0 and rises to {np.max(x_axis) ** 2:.0f} at x = 2.",
    caption="What to look for: it is steeper the farther it is from zero.",
)""",
    ),
    (
        "markdown",
        """:::{admonition} What you will be able to do
:class: objectives
- derive the gradient of a quadratic form
- compute it in two independent ways
- recognise the factor that is most often lost
:::

:::{admonition} What you need first
:class: prerequisites
- the product rule
:::""",
    ),
    (
        "markdown",
        """## Derivation

Let $A$ be a matrix of shape $(d, d)$ and $\\mathbf{x}$ a vector of shape $(d,)$.

```{prf:theorem} Gradient of a quadratic form
:label: thm-NAME
The gradient of $\\mathbf{x}^\\top A\\,\\mathbf{x}$ is $(A + A^\\top)\\,\\mathbf{x}$, of shape $(d,)$.
```

```{prf:proof}
By the product rule $\\mathrm{d}(\\mathbf{x}^\\top A\\,\\mathbf{x}) = \\mathrm{d}\\mathbf{x}^\\top A\\,\\mathbf{x} +
\\mathbf{x}^\\top A\\,\\mathrm{d}\\mathbf{x} = \\mathbf{x}^\\top (A^\\top + A)\\,\\mathrm{d}\\mathbf{x}$, and what
stands before $\\mathrm{d}\\mathbf{x}$ is the transposed gradient:

$$
\\nabla_{\\mathbf{x}}\\, \\mathbf{x}^\\top A\\,\\mathbf{x} = (A + A^\\top)\\,\\mathbf{x}
$$ (eq-NAME-gradient)
```""",
    ),
    (
        "code",
        """def quadratic_form(A, x):
    return x @ A @ x


def quadratic_gradient(A, x):
    return (A + A.T) @ x""",
    ),
    (
        "markdown",
        "Three computations that know nothing of each other must agree on {eq}`eq-NAME-gradient`, in any dimension.",
    ),
    (
        "harness",
        """rng = np.random.default_rng(0)
trials = [(rng.normal(size=(d, d)), rng.normal(size=d)) for d in (1, 2, 5)]
check(
    "eq-NAME-gradient",
    printed=[{"A": A, r"\\mathbf{x}": x} for A, x in trials],
    by_hand=[quadratic_gradient(A, x) for A, x in trials],
    autograd=[torch_gradient(lambda v, A=A: quadratic_form(torch.tensor(A), v), x) for A, x in trials],
    difference=[central_difference(lambda v, A=A: quadratic_form(A, v), x) for A, x in trials],
)""",
    ),
    (
        "markdown",
        """## Where it breaks

The common wrong version, $2A\\,\\mathbf{x}$, holds for symmetric matrices only.""",
    ),
    (
        "harness",
        """A, x = trials[-1]
error = np.linalg.norm(2 * A @ x - quadratic_gradient(A, x)) / np.linalg.norm(quadratic_gradient(A, x))
glue("NAME-error", error, display=False)
claim("For a matrix that is not symmetric, 2Ax is not the gradient", error > 0.1, relative_error=error)""",
    ),
    ("markdown", "Here it is off by {glue:text}`NAME-error:.0%`."),
    ("markdown", "## Exercises\n\nFrom warm-up to open-ended."),
]
EXERCISES = {
    "symmetric": (
        "Show that the gradient is $2A\\,\\mathbf{x}$ when $A$ is symmetric.",
        """S = A + A.T
check("eq-NAME-gradient", by_hand=quadratic_gradient(S, x), difference=2 * S @ x)""",
    ),
    "antisymmetric": (
        "For which matrices is the gradient zero everywhere?",
        """K = A - A.T
largest = np.abs(quadratic_gradient(K, x)).max()
claim("An antisymmetric matrix has gradient zero", largest < 1e-12, largest_entry=largest)""",
    ),
    "open": (
        "Which step along the gradient lowers the form the most? Try some and explain what you see.",
        """values = {step: quadratic_form(A, x - step * quadratic_gradient(A, x)) for step in (0.0, 1e-3)}
claim("A short step downhill lowers the form", values[1e-3] < values[0.0], before=values[0.0], after=values[1e-3])""",
    ),
}
LAST = [
    """## Summary

| result | equation |
|---|---|
| gradient of a quadratic form | {eq}`eq-NAME-gradient` |""",
    "## References\n\nSay what each source is good for: {cite:t}`BOOK`.",
]


def chapter(name: str, book: str = "todo") -> nbformat.NotebookNode:
    """The notebook of a new chapter; `name` in lower case with underscores, `book` the key of a source."""
    cells = list(CELLS)
    for key, (task, code) in EXERCISES.items():
        cells += [
            ("markdown", f"```{{exercise}}\n:label: ex-NAME-{key}\n{task}\n```"),
            ("markdown", f"```{{solution-start}} ex-NAME-{key}\n:class: dropdown\n```"),
            ("markdown", "The idea, in a sentence; then the code that verifies it."),
            ("code", code),
            ("markdown", "```{solution-end}\n```"),
        ]
    cells += [("markdown", text) for text in LAST]
    hyphens, title = name.replace("_", "-"), name.replace("_", " ").capitalize()
    make = {"markdown": new_markdown_cell, "code": new_code_cell, "harness": new_code_cell}
    nb = new_notebook()
    for number, (kind, text) in enumerate(cells, 1):
        text = text.replace("NAME", hyphens).replace("TITLE", title).replace("BOOK", book)
        folded = {HARNESS: {"source_hidden": True}} if kind == "harness" else {}
        nb.cells.append(make[kind](text, id=f"{hyphens}-{number:03}", metadata=folded))
    return nb


def main(argv: list[str] | None = None, root: Path = ROOT) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("chapter", help="folder and name below chapters/, such as classical/my_topic")
    name = parser.parse_args(argv).chapter.removesuffix(".ipynb").removeprefix("chapters/")
    if not re.fullmatch(r"[a-z][a-z0-9_]*/[a-z][a-z0-9_]{0,49}", name):
        parser.error(f"{name!r}: give folder/name in lower_case with digits and underscores, as in classical/my_topic")
    path = root / "chapters" / f"{name}.ipynb"
    same_name = [other for other in chapter_files(root) if other.stem == path.stem]
    if same_name:
        print(f"{same_name[0].relative_to(root)} exists already; choose another name", file=sys.stderr)
        return 1
    registers = FOLDER / path.parent.name
    sources = sorted(Registers(root).sources, key=lambda source: source.file.parent != registers)  # of its part first
    keys = [source.name for source in sources[:1]]
    text = cleared(nbformat.writes(chapter(path.stem, *keys)), str(path.relative_to(root)), set())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    print(
        f"wrote {path.relative_to(root)}. Next:\n"
        f"  1. add this line to _toc.yml, where the chapter belongs:\n"
        f"         - file: chapters/{name}\n"
        f"  2. edit it:   make lab\n"
        f"     its sources, terms and symbols go to {registers.as_posix()}/\n"
        f"  3. run it:    make chapter C={name}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
