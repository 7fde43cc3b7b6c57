"""The rules that every chapter obeys. Each violation names the file, the cell and the remedy.

python -m tests.notebook_rules [NOTEBOOK …]        all of chapters/ when none is named
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
LONGEST_CELL = 30
FILLER = re.compile(
    r"\b(simply|obviously|clearly|trivially|of course|it is easy to see|basically|needless to say)\b", re.I
)
LABEL = re.compile(r"\$\$\s*\(([\w:.-]+)\)|^\s*:label:\s*([\w:.-]+)\s*$", re.M)
NETWORK_MODULES = {"urllib", "requests", "http", "socket", "httpx", "aiohttp", "ftplib"}
FIGURE_MAKERS = {"subplots", "figure", "subplot_mosaic", "image_grid"}


@dataclass(frozen=True)
class Violation:
    """One broken rule: where, what, and what to do about it. `cell` counts from 1; 0 is the notebook as a whole."""

    notebook: Path
    cell: int
    message: str
    remedy: str

    def __str__(self) -> str:
        where = f"cell {self.cell}" if self.cell else "notebook"
        return f"{self.notebook}, {where}: {self.message}. {self.remedy}"


class Chapter:
    """A notebook, parsed once for all rules."""

    def __init__(self, path: Path):
        self.path = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
        self.nb = nbformat.read(path, as_version=4)
        self.cells = list(enumerate(self.nb.cells, 1))
        self.markdown = [(n, _without_code(cell.source)) for n, cell in self.cells if cell.cell_type == "markdown"]
        self.code = [(n, cell.source) for n, cell in self.cells if cell.cell_type == "code"]
        self.text = "\n\n".join(source for _, source in self.markdown)
        self.trees = [(n, _parse(source)) for n, source in self.code]

    def labels(self) -> dict[str, int]:
        """Labelled equations and the cells they stand in."""
        found = {}
        for n, source in self.markdown:
            for match in LABEL.finditer(source):
                label = match[1] or match[2]
                if match[1] or label.startswith("eq-"):
                    found.setdefault(label, n)
        return found

    def checks(self) -> dict[str, int]:
        """Labels that a `check` names, and the cells that do."""
        found = {}
        for n, tree in self.trees:
            for call in _calls(tree, {"check"}):
                if call.args and isinstance(call.args[0], ast.Constant):
                    found.setdefault(call.args[0].value, n)
        return found

    def at(self, cell: int, message: str, remedy: str) -> Violation:
        return Violation(self.path, cell, message, remedy)


def _without_code(source: str) -> str:
    """Markdown without fenced program text, which is no prose and labels nothing."""
    return re.sub(r"^(```+|~~~+)(python|bash|text|ipython3|console)\b.*?^\1\s*$", "", source, flags=re.M | re.S)


def _parse(source: str) -> ast.Module:
    plain = "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in source.splitlines())
    try:
        return ast.parse(plain)
    except SyntaxError:
        return ast.Module(body=[], type_ignores=[])


def _calls(tree: ast.AST, names: set[str]) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in names:
            yield node


def _name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def stored_without_outputs(chapter: Chapter) -> Iterator[Violation]:
    for n, cell in chapter.cells:
        if cell.cell_type == "code" and (cell.outputs or cell.execution_count is not None):
            yield chapter.at(n, "has stored outputs or an execution count", "Clear them: `make clear-outputs`")


def equations_are_checked(chapter: Chapter) -> Iterator[Violation]:
    labels, checks = chapter.labels(), chapter.checks()
    for label, n in labels.items():
        if not label.startswith("eq-"):
            yield chapter.at(n, f"equation label '{label}' does not start with 'eq-'", f"Name it 'eq-{label}'")
        if label not in checks:
            yield chapter.at(
                n, f"equation '{label}' has no check", f'Add check("{label}", …) with two independent computations'
            )
    for label, n in checks.items():
        if label not in labels:
            yield chapter.at(
                n, f"check names '{label}', which no equation has", f"Label the equation: $$ … $$ ({label})"
            )
    if not labels:
        yield chapter.at(0, "no labelled equation", "Label each display equation that states a result")


def figures_have_alt_text(chapter: Chapter) -> Iterator[Violation]:
    remedy = "End the cell with show(fig, alt=…) from utils.plotting"
    for n, tree in chapter.trees:
        outside = ast.Module([s for s in tree.body if not isinstance(s, (ast.FunctionDef, ast.ClassDef))], [])
        shows = list(_calls(outside, {"show", "show_frames"}))
        makers = list(_calls(outside, FIGURE_MAKERS))
        if makers and not shows:
            yield chapter.at(n, "makes a figure that is not shown with alt text", remedy)
        for call in shows:
            if isinstance(call.func, ast.Attribute) and _name(call.func.value) == "plt":
                yield chapter.at(n, "calls plt.show(), which has no alt text", remedy)
            elif len(call.args) < 2 and not {"alt", "alts"} & {k.arg for k in call.keywords}:
                yield chapter.at(n, "shows a figure without alt text", remedy)


def parts_are_present(chapter: Chapter) -> Iterator[Violation]:
    text = chapter.text
    for kind, title in (("objectives", "What you will be able to do"), ("prerequisites", "What you need first")):
        if not re.search(rf"^:class: {kind}\s*$", text, re.M):
            yield chapter.at(
                0, f"no card of {kind}", f"Add :::{{admonition}} {title} with :class: {kind} after the title"
            )
    for heading in ("Exercises", "Summary", "References"):
        if not re.search(rf"^## .*\b{heading}\b", text, re.M):
            yield chapter.at(0, f"no section '{heading}'", f"Add a heading '## {heading}'")
    if not re.search(r"\{cite(:\w+)?\}`", text):
        yield chapter.at(0, "cites nothing", "Cite the sources with {cite}`key` and add them to references.bib")


def headings_in_order(chapter: Chapter) -> Iterator[Violation]:
    previous = 0
    for n, source in chapter.markdown:
        for match in re.finditer(r"^(#+) ", source, re.M):
            level = len(match[1])
            if previous == 0 and level != 1:
                yield chapter.at(n, "the first heading is not the title", "Begin with '# Title'")
            if previous and level == 1:
                yield chapter.at(n, "a second title", "Use '##' for sections")
            if previous and level > previous + 1:
                yield chapter.at(n, f"heading level jumps from {previous} to {level}", "Go down one level at a time")
            previous = level


def exercises_have_solutions(chapter: Chapter) -> Iterator[Violation]:
    exercises, solutions, open_solution = {}, {}, None
    for n, cell in chapter.cells:
        source = cell.source if cell.cell_type == "markdown" else ""
        for match in re.finditer(r"\{exercise(?:-start)?\}.*?\n((?::\w[\w-]*:.*\n)*)", source):
            label = re.search(r":label: *(\S+)", match[1])
            if label:
                exercises[label[1]] = n
            else:
                yield chapter.at(n, "an exercise without a label", "Give it ':label: ex-…'")
        for match in re.finditer(r"\{solution(?:-start)?\} *(\S+)\s*\n((?::\w[\w-]*:.*\n?)*)", source):
            solutions[match[1]] = 0
            open_solution = match[1] if "{solution-start}" in match[0] else None
            if "dropdown" not in match[2]:
                yield chapter.at(n, f"the solution of '{match[1]}' is not folded", "Add ':class: dropdown'")
        if open_solution and cell.cell_type == "code":
            solutions[open_solution] += 1
        if "{solution-end}" in source:
            open_solution = None
    if len(exercises) < 3:
        yield chapter.at(0, f"{len(exercises)} exercises, at least 3 are needed", "Add ```{exercise} with a label")
    for label, n in exercises.items():
        if label not in solutions:
            yield chapter.at(n, f"exercise '{label}' has no solution", f"Add ```{{solution-start}} {label}")
        elif not solutions[label]:
            yield chapter.at(
                n,
                f"the solution of '{label}' runs nothing",
                "Put code cells between {solution-start} and {solution-end}",
            )


def cells_are_short(chapter: Chapter) -> Iterator[Violation]:
    for n, source in chapter.code:
        lines = len(source.splitlines())
        if lines > LONGEST_CELL:
            yield chapter.at(
                n, f"{lines} lines of code", f"Split it; {LONGEST_CELL} lines is the most, 5–10 reads best"
            )


def runs_anywhere(chapter: Chapter) -> Iterator[Violation]:
    for n, source in chapter.code:
        if "sys.path" in source:
            yield chapter.at(n, "touches sys.path", "Import from `utils`, which is installed")
        if re.search(r"""["'](/(home|root|tmp|usr|Users|mnt|work)\b|[A-Za-z]:\\)""", source):
            yield chapter.at(n, "holds an absolute path", "Use tempfile or a path relative to the notebook")
        if re.search(r"https?://|download=True|^\s*[!%]\s*(pip|wget|curl)|torch\.hub", source, re.M):
            yield chapter.at(n, "uses the network", "Use the data in utils.data; real data come from DATA_ROOT")
    for n, tree in chapter.trees:
        for node in ast.walk(tree):
            modules = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for module in modules:
                if module.split(".")[0] in NETWORK_MODULES and not module.startswith("urllib.parse"):
                    yield chapter.at(n, f"imports {module}, a network module", "Use the data in utils.data")


def randomness_is_seeded(chapter: Chapter) -> Iterator[Violation]:
    for n, tree in chapter.trees:
        for call in _calls(tree, {"default_rng", "seed"}):
            if _name(call.func) == "default_rng" and not (call.args or call.keywords):
                yield chapter.at(n, "default_rng() without a seed", "Pass a seed: default_rng(0)")
            if ast.unparse(call.func) in {"np.random.seed", "random.seed"}:
                yield chapter.at(n, "sets a global seed", "Pass a generator on: rng = np.random.default_rng(0)")


def prose_is_plain(chapter: Chapter) -> Iterator[Violation]:
    for n, source in chapter.markdown:
        prose = re.sub(r"\$\$.*?\$\$|\$[^$]*\$|`[^`]*`|!\[|<!--.*?-->", "", source, flags=re.S)
        for word in sorted({match[0].lower() for match in FILLER.finditer(prose)}):
            yield chapter.at(n, f"filler: '{word}'", "Delete it or give the reason")
        if re.search(r"\w!(\s|$)", prose):
            yield chapter.at(n, "an exclamation mark", "End with a full stop")


def mathematics_is_portable(chapter: Chapter) -> Iterator[Violation]:
    for n, source in chapter.markdown:
        if re.search(r"\\begin\{(align|equation|gather|eqnarray)\*?\}", source):
            yield chapter.at(n, "align or equation inside $$", "Use \\begin{aligned} inside $$ … $$")
        if re.search(r"\\(new|renew)command|\\def\\", source):
            yield chapter.at(n, "defines a TeX macro", "Write it out: macros differ between the site and JupyterLab")


RULES = [
    stored_without_outputs, equations_are_checked, figures_have_alt_text, parts_are_present, headings_in_order,
    exercises_have_solutions, cells_are_short, runs_anywhere, randomness_is_seeded, prose_is_plain, mathematics_is_portable,
]  # fmt: skip


def violations(path: Path) -> list[Violation]:
    """Every broken rule of one notebook."""
    chapter = Chapter(path)
    return [violation for rule in RULES for violation in rule(chapter)]


def collisions(paths: list[Path]) -> list[Violation]:
    """Cell ids, equation labels and exercise labels that occur more than once in the whole book."""
    seen, found = {}, []
    for path in paths:
        chapter = Chapter(path)
        names = [(n, f"cell id '{cell.get('id')}'") for n, cell in chapter.cells]
        names += [(n, f"label '{label}'") for n, label in _all_labels(chapter)]
        for n, name in names:
            if name in seen:
                found.append(chapter.at(n, f"{name} is also in {seen[name]}", "Choose a name of its own"))
            seen.setdefault(name, f"{chapter.path}, cell {n}")
    return found


def _all_labels(chapter: Chapter) -> Iterator[tuple[int, str]]:
    for n, source in chapter.markdown:
        for match in LABEL.finditer(source):
            yield n, match[1] or match[2]
        for match in re.finditer(r"^\(([\w-]+)\)=\s*$", source, re.M):
            yield n, match[1]


def main(arguments: list[str]) -> int:
    paths = [Path(a).resolve() for a in arguments] or sorted(ROOT.glob("chapters/**/*.ipynb"))
    found = [v for path in paths for v in violations(path)] + collisions(paths)
    print("\n".join(map(str, found)) or f"{len(paths)} notebooks, no rule broken")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
