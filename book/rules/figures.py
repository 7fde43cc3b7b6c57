"""Every figure is shown with a text that says what is to be seen in it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from book.chapter import Chapter, called, calls_function_of_utils, name_of
from book.rules.violation import Violation

FIGURE_MAKERS = {"subplots", "figure", "subplot_mosaic", "image_grid"}
#: Functions of pyplot that make a figure when there is none.
IMPLICIT_MAKERS = {
    "plot", "scatter", "hist", "bar", "barh", "imshow", "matshow", "contour", "contourf", "pcolormesh", "semilogx",
    "semilogy", "loglog", "errorbar", "stem", "boxplot", "fill_between",
}  # fmt: skip
REMEDY = "End the cell with show(fig, alt=…) from utils.plotting"


def figures_have_alt_text(chapter: Chapter) -> Iterator[Violation]:
    functions = [f for tree in chapter.trees.values() for f in ast.walk(tree) if isinstance(f, ast.FunctionDef)]
    makers = {f.name for f in functions if _makes_figure(f, FIGURE_MAKERS) and not _shows(f, "show")}
    for n, tree in chapter.trees.items():
        outside = ast.Module([s for s in tree.body if not isinstance(s, (ast.FunctionDef, ast.ClassDef))], [])
        if _makes_figure(outside, FIGURE_MAKERS | makers) and not _shows(outside, "show", "show_frames"):
            yield Violation(chapter.path, n, "makes a figure that is not shown with alt text", REMEDY)
    for n, call in chapter.calls:
        if called(call) == "show" and not calls_function_of_utils(call, "show"):
            yield Violation(chapter.path, n, f"calls {ast.unparse(call.func)}(), which has no alt text", REMEDY)
    for figure in chapter.figures:
        if figure.alt is None:
            yield Violation(chapter.path, figure.cell, "shows a figure without alt text", REMEDY)


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _shows(tree: ast.AST, *names: str) -> bool:
    return any(calls_function_of_utils(call, *names) for call in _calls(tree))


def _makes_figure(tree: ast.AST, makers: set[str]) -> bool:
    for call in _calls(tree):
        of_pyplot = isinstance(call.func, ast.Attribute) and name_of(call.func.value) == "plt"
        if called(call) in makers or (of_pyplot and called(call) in IMPLICIT_MAKERS):
            return True
    return False
