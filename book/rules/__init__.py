"""The rules that every chapter obeys. Each violation names the file, the cell and the remedy.

python -m book.rules [NOTEBOOK …]        all of chapters/ when none is named
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from IPython.core.inputtransformer2 import TransformerManager

from book.order import ROOT, chapter_files

LONGEST_CELL = 30
FILLER = re.compile(
    r"\b(simply|obviously|clearly|trivially|of course|it is easy to see|basically|needless to say)\b", re.I
)
#: A display equation, with its label if it has one.
DISPLAY = re.compile(r"(?<!\\)\$\$(?P<tex>.+?)(?<!\\)\$\$(?:[ \t]*\((?P<label>[^)$\r\n]+)\))?", re.S)
#: A directive's first line and its options; the options of a fence inside a fence are found as well.
DIRECTIVE = re.compile(
    r"^[ \t]*(?P<fence>`{3,}|~{3,}|:{3,})\{(?P<name>[\w:-]+)\}[ \t]*(?P<argument>.*)"
    r"(?P<options>(?:\n[ \t]*:[\w-]+:.*)*)",
    re.M,
)
#: Directives whose content is program text.
CODE_DIRECTIVES = {"code", "code-block", "code-cell", "literalinclude", "raw", "parsed-literal"}
NETWORK_MODULES = {"urllib", "requests", "http", "socket", "httpx", "aiohttp", "ftplib"}
FIGURE_MAKERS = {"subplots", "figure", "subplot_mosaic", "image_grid"}
#: Functions of pyplot that make a figure when there is none.
IMPLICIT_MAKERS = {
    "plot", "scatter", "hist", "bar", "barh", "imshow", "matshow", "contour", "contourf", "pcolormesh", "semilogx",
    "semilogy", "loglog", "errorbar", "stem", "boxplot", "fill_between",
}  # fmt: skip
#: What numpy.random offers besides functions that use its global state.
SEEDED_NUMPY = {"default_rng", "Generator", "SeedSequence", "BitGenerator", "PCG64", "PCG64DXSM", "MT19937", "Philox"}
TORCH_RANDOM = {"rand", "randn", "randint", "randperm", "normal", "bernoulli", "multinomial", "rand_like", "randn_like"}


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
        self.nb = _read(path)
        self.cells = list(enumerate(self.nb.cells, 1))
        self.markdown = [(n, _without_code(cell.source)) for n, cell in self.cells if cell.cell_type == "markdown"]
        self.code = [(n, cell.source) for n, cell in self.cells if cell.cell_type == "code"]
        self.text = "\n\n".join(source for _, source in self.markdown)
        self.trees = [(n, _parse(source)) for n, source in self.code]

    def labels(self) -> dict[str, int]:
        """Labelled equations and the cells they stand in."""
        found = {}
        for n, source in self.markdown:
            for label in _equation_labels(source):
                found.setdefault(label, n)
        return found

    def checks(self) -> list[tuple[int, ast.expr | None]]:
        """What each `check` names as its label, and the cell it stands in."""
        return [(n, _argument(call, 0, "label")) for n, tree in self.trees for call in _calls_of(tree, "check")]

    def at(self, cell: int, message: str, remedy: str) -> Violation:
        return Violation(self.path, cell, message, remedy)


def _read(path: Path) -> nbformat.NotebookNode:
    """The notebook as it is stored: nbformat.read would give repeated cell ids new names on the way."""
    try:
        return nbformat.reader.reads(path.read_text("utf-8"))
    except Exception as problem:
        raise ValueError(f"cannot be read as a notebook: {type(problem).__name__}") from problem


def _without_code(source: str) -> str:
    """Markdown without program text, which is no prose and labels nothing. Lines keep their numbers."""
    kept, closing = [], None
    for line in source.splitlines():
        fence = re.match(r"[ \t]*(`{3,}|~{3,})[ \t]*(?:\{([\w:-]+)\})?", line)
        if closing:
            if re.fullmatch(rf"[ \t]*{closing[0]}{{{len(closing)},}}[ \t]*", line):
                closing = None
            line = ""
        elif fence and not _ends_directive(line, kept) and (fence[2] is None or fence[2] in CODE_DIRECTIVES):
            closing, line = fence[1], ""
        kept.append(line)
    text = re.sub(r"<!--.*?-->", "", "\n".join(kept), flags=re.S)
    # `code`, but not the argument of a role, as in {eq}`eq-a`
    return re.sub(r"(\{[\w:.-]+\}`[^`]*`)|(`+)(?!`)([^\n]+?)(?<!`)\2(?!`)", lambda m: m[1] or " ", text)


def _ends_directive(line: str, above: list[str]) -> bool:
    """Whether a bare fence closes a directive that is open in the lines above, and so opens no program text."""
    if not re.fullmatch(r"[ \t]*(`{3,}|~{3,})[ \t]*", line):
        return False
    stack = []
    for earlier in [*above, line]:
        fence = re.match(r"[ \t]*(`{3,}|~{3,})[ \t]*(\{)?", earlier)
        if fence and fence[2]:
            stack.append(fence[1])
        elif fence and stack and fence[1].startswith(stack[-1]):
            stack.pop()
            if earlier is line:
                return True
    return False


def _equation_labels(source: str) -> Iterator[str]:
    yield from (match["label"] for match in DISPLAY.finditer(source) if match["label"])
    for directive in DIRECTIVE.finditer(source):
        label = _options(directive).get("label", "")
        if label and (directive["name"] == "math" or label.startswith("eq-")):
            yield label


def _options(directive: re.Match) -> dict[str, str]:
    return {key: value.strip() for key, value in re.findall(r"^[ \t]*:([\w-]+):(.*)$", directive["options"], re.M)}


def _parse(source: str) -> ast.Module:
    try:
        return ast.parse(TransformerManager().transform_cell(source))
    except SyntaxError:  # reported by code_is_python
        return ast.Module(body=[], type_ignores=[])


def _argument(call: ast.Call, position: int, name: str) -> ast.expr | None:
    """An argument of a call, given by position or by name."""
    named = [keyword.value for keyword in call.keywords if keyword.arg == name]
    return call.args[position] if len(call.args) > position else named[0] if named else None


def _calls_of(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    """Calls of functions of `utils`: check(…) or checks.check(…), but not another object's method of that name."""
    for call in _calls(tree, set(names)):
        if isinstance(call.func, ast.Name) or _name(call.func.value) in {"checks", "plotting"}:
            yield call


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


def code_is_python(chapter: Chapter) -> Iterator[Violation]:
    for n, source in chapter.code:
        try:
            ast.parse(TransformerManager().transform_cell(source))
        except SyntaxError as problem:
            yield chapter.at(n, f"is not valid Python: {problem.msg}, line {problem.lineno}", "Mend the code")


def equations_are_checked(chapter: Chapter) -> Iterator[Violation]:
    labels, checks = chapter.labels(), {}
    for n, label in chapter.checks():
        if isinstance(label, ast.Constant):
            checks.setdefault(label.value, n)
        else:
            yield chapter.at(n, "a check whose label is computed", 'Write the label out: check("eq-…", …)')
    for label, n in labels.items():
        if not re.fullmatch(r"eq-[\w:.-]+", label):
            remedy = f"Name it 'eq-{re.sub('[^a-z0-9]+', '-', label.lower()).strip('-')}'"
            yield chapter.at(n, f"equation label '{label}' is not eq- and a name without spaces", remedy)
        elif label not in checks:
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


def claims_show_values(chapter: Chapter) -> Iterator[Violation]:
    for n, tree in chapter.trees:
        for call in _calls_of(tree, "claim"):
            if not [keyword for keyword in call.keywords if keyword.arg not in {"sentence", "holds"}]:
                yield chapter.at(n, "a claim without a measured value", "Pass it by name: claim(…, order=order)")


def figures_have_alt_text(chapter: Chapter) -> Iterator[Violation]:
    remedy = "End the cell with show(fig, alt=…) from utils.plotting"
    functions = [node for _, tree in chapter.trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    makers = {f.name for f in functions if _makes_figure(f, FIGURE_MAKERS) and not [*_calls_of(f, "show")]}
    for n, tree in chapter.trees:
        outside = ast.Module([s for s in tree.body if not isinstance(s, (ast.FunctionDef, ast.ClassDef))], [])
        shows = list(_calls_of(outside, "show", "show_frames"))
        if _makes_figure(outside, FIGURE_MAKERS | makers) and not shows:
            yield chapter.at(n, "makes a figure that is not shown with alt text", remedy)
        for call in _calls(tree, {"show"}):
            if isinstance(call.func, ast.Attribute) and _name(call.func.value) not in {"plotting"}:
                yield chapter.at(n, f"calls {ast.unparse(call.func)}(), which has no alt text", remedy)
        for call in _calls_of(tree, "show", "show_frames"):
            position, name = (1, "alt") if _name(call.func) == "show" else (2, "alts")
            if _argument(call, position, name) is None:
                yield chapter.at(n, "shows a figure without alt text", remedy)


def _makes_figure(tree: ast.AST, makers: set[str]) -> bool:
    drawn = (call for call in _calls(tree, IMPLICIT_MAKERS) if isinstance(call.func, ast.Attribute))
    return any(_calls(tree, makers)) or any(_name(call.func.value) == "plt" for call in drawn)


def parts_are_present(chapter: Chapter) -> Iterator[Violation]:
    text = chapter.text
    for kind, title in (("objectives", "What you will be able to do"), ("prerequisites", "What you need first")):
        if not re.search(rf"^[ \t]*:class:.*\b{kind}\b", text, re.M):
            yield chapter.at(
                0, f"no card of {kind}", f"Add :::{{admonition}} {title} with :class: {kind} below the first picture"
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
    if not previous:
        yield chapter.at(0, "no title", "Begin with '# Title'")


def exercises_have_solutions(chapter: Chapter) -> Iterator[Violation]:
    exercises: dict[str, int] = {}
    code: dict[str, list[ast.Module]] = {}  # what each solution runs
    open_solution = None
    prose, trees = dict(chapter.markdown), dict(chapter.trees)
    for n, _ in chapter.cells:
        if n in trees and open_solution:
            code[open_solution].append(trees[n])
        for directive in DIRECTIVE.finditer(prose.get(n, "")):
            name, argument, options = directive["name"], directive["argument"].strip(), _options(directive)
            if name in {"exercise", "exercise-start"} and not options.get("label"):
                yield chapter.at(n, "an exercise without a label", "Give it ':label: ex-…'")
            elif name in {"exercise", "exercise-start"}:
                exercises[options["label"]] = n
            elif name in {"solution", "solution-start"}:
                if open_solution:
                    yield chapter.at(n, f"the solution of '{open_solution}' is still open", "Add ```{solution-end}")
                if "dropdown" not in options.get("class", ""):
                    yield chapter.at(n, f"the solution of '{argument}' is not folded", "Add ':class: dropdown'")
                code[argument] = []
                open_solution = argument if name == "solution-start" else None
            elif name == "solution-end":
                if not open_solution:
                    yield chapter.at(n, "the end of a solution that was not begun", "Add ```{solution-start} ex-…")
                open_solution = None
    if open_solution:
        yield chapter.at(0, f"the solution of '{open_solution}' does not end", "Add ```{solution-end}")
    if len(exercises) < 3:
        yield chapter.at(0, f"{len(exercises)} exercises, at least 3 are needed", "Add ```{exercise} with a label")
    for label, n in exercises.items():
        if label not in code:
            yield chapter.at(n, f"exercise '{label}' has no solution", f"Add ```{{solution-start}} {label}")
        elif not code[label]:
            remedy = "Put code cells between {solution-start} and {solution-end}"
            yield chapter.at(n, f"the solution of '{label}' runs nothing", remedy)
        elif not any(any(_calls_of(tree, "check", "claim")) for tree in code[label]):
            yield chapter.at(n, f"the solution of '{label}' verifies nothing", "Add a check or a claim to its code")
    for label in code.keys() - exercises.keys():
        yield chapter.at(0, f"a solution of '{label}', which no exercise has", f"Give the exercise ':label: {label}'")


def exercise_blocks_stand_alone(chapter: Chapter) -> Iterator[Violation]:
    """Jupyter and the site agree on where such a block ends only when it fills its cell."""
    for n, source in chapter.markdown:
        for directive in DIRECTIVE.finditer(source):
            if not re.fullmatch(r"(exercise|solution)(-start|-end)?", directive["name"]):
                continue
            before, after = source[: directive.start()], source[directive.end() :]
            fence = directive["fence"]
            end = re.search(rf"^[ \t]*{fence[0]}{{{len(fence)},}}[ \t]*$", after, re.M)
            if before.strip() or (end and after[end.end() :].strip()):
                remedy = "Give it a cell of its own"
                yield chapter.at(n, f"other text beside {{{directive['name']}}}", remedy)


def glued_values_exist(chapter: Chapter) -> Iterator[Violation]:
    name = chapter.path.stem.replace("_", "-")
    patterns = []
    for n, tree in chapter.trees:
        for call in _calls(tree, {"glue"}):
            key = _argument(call, 0, "name")
            pattern = _key_pattern(key)
            patterns.append(pattern)
            if not pattern.replace("_", "-").startswith(f"{name}-"):
                remedy = f'Begin it with the name of the notebook: glue("{name}-…", …)'
                yield chapter.at(n, f"glue key {ast.unparse(key) if key else ''} is not this chapter's", remedy)
    for n, source in chapter.markdown:
        used = re.findall(r"\{glue(?::\w+)?\}`([^`]+)`", source)
        used += [d["argument"].strip() for d in DIRECTIVE.finditer(source) if d["name"].split(":")[0] == "glue"]
        for key in (text.split(":")[0].strip() for text in used):
            if not any(re.fullmatch(pattern, key) for pattern in patterns):
                yield chapter.at(n, f"{{glue}} of '{key}', which no cell glues", f'Add glue("{key}", …, display=False)')


def _key_pattern(key: ast.expr | None) -> str:
    """A pattern for the keys that an expression can give; what is not written out may be anything."""
    if isinstance(key, ast.Constant):
        return str(key.value)
    if isinstance(key, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else r"[\w.-]+" for part in key.values)
    return ""


def cells_are_short(chapter: Chapter) -> Iterator[Violation]:
    for n, source in chapter.code:
        lines = len(source.splitlines())
        if lines > LONGEST_CELL:
            yield chapter.at(
                n, f"{lines} lines of code", f"Split it; {LONGEST_CELL} lines is the most, 5–10 reads best"
            )


def runs_anywhere(chapter: Chapter) -> Iterator[Violation]:
    network = "Use the data in utils.data; real data come from DATA_ROOT"
    for n, source in chapter.code:
        if re.search(r"^\s*[!%]\s*(pip|conda|wget|curl|git|apt)", source, re.M):
            yield chapter.at(n, "uses the network", network)
    for n, tree in chapter.trees:
        text = ast.unparse(tree)  # without comments
        if re.search(r"\bsys\.path\b", text):
            yield chapter.at(n, "touches sys.path", "Import from `utils`, which is installed")
        if re.search(r"""["'](/(home|root|tmp|usr|Users|mnt|work)\b|[A-Za-z]:\\)""", text):
            yield chapter.at(n, "holds an absolute path", "Use tempfile or a path relative to the notebook")
        if re.search(r"https?://(?!www\.w3\.org)|download=True|torch\.hub|\bfetch_\w+\(", text):
            yield chapter.at(n, "uses the network", network)
        for node in ast.walk(tree):
            modules = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            modules += [f"{node.module}.{a.name}" for a in node.names] if isinstance(node, ast.ImportFrom) else []
            for module in modules:
                if module.split(".")[0] in NETWORK_MODULES and not module.startswith("urllib.parse"):
                    yield chapter.at(n, f"imports {module}, a network module", "Use the data in utils.data")


def randomness_is_seeded(chapter: Chapter) -> Iterator[Violation]:
    seeds_torch = any(any(_calls(tree, {"manual_seed", "seeded", "over_seeds"})) for _, tree in chapter.trees)
    imports_random = any(
        isinstance(node, ast.Import) and any(a.name == "random" and not a.asname for a in node.names)
        for _, tree in chapter.trees
        for node in ast.walk(tree)
    )
    remedy = "Pass a generator on: rng = np.random.default_rng(0)"
    for n, tree in chapter.trees:
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            function = ast.unparse(call.func)
            module, _, name = function.rpartition(".")
            named = {keyword.arg for keyword in call.keywords}
            if name == "default_rng" and (not (call.args or named) or ast.unparse(call).endswith("(None)")):
                yield chapter.at(n, "default_rng() without a seed", "Pass a seed: default_rng(0)")
            elif function in {"np.random.seed", "numpy.random.seed", "random.seed"}:
                yield chapter.at(n, "sets a global seed", remedy)
            elif (module in {"np.random", "numpy.random"} and name not in SEEDED_NUMPY) or (
                module == "random" and imports_random and name != "Random"
            ):
                yield chapter.at(n, f"{function} draws from a global generator", remedy)
            elif module == "torch" and name in TORCH_RANDOM and "generator" not in named and not seeds_torch:
                yield chapter.at(n, f"{function} is not seeded", "Pass generator=torch.Generator().manual_seed(0)")
            elif (name or function) == "rvs" and "random_state" not in named:
                yield chapter.at(n, f"{function} is not seeded", "Pass random_state=rng")


def prose_is_plain(chapter: Chapter) -> Iterator[Violation]:
    for n, source in chapter.markdown:
        prose = _without_mathematics(source)
        for word in sorted({match[0].lower() for match in FILLER.finditer(prose)}):
            yield chapter.at(n, f"filler: '{word}'", "Delete it or give the reason")
        if re.search(r"[\w)*_]!(?=[\s)*_.\"'”’]|$)", prose):
            yield chapter.at(n, "an exclamation mark", "End with a full stop")


def _without_mathematics(source: str) -> str:
    source = re.sub(r"^[ \t]*(`{3,}|:{3,})\{math\}.*?^[ \t]*\1[ \t]*$", "", source, flags=re.M | re.S)
    return re.sub(r"(?<!\\)\$[^$]*?(?<!\\)\$", "", DISPLAY.sub("", source))


def mathematics_is_portable(chapter: Chapter) -> Iterator[Violation]:
    for n, source in chapter.markdown:
        if re.search(r"\\begin\{(align|equation|gather|eqnarray)\*?\}", source):
            yield chapter.at(n, "align or equation inside $$", "Use \\begin{aligned} inside $$ … $$")
        if re.search(r"\\label\{", source):
            yield chapter.at(n, "a label inside TeX", "Label it after the closing $$: $$ … $$ (eq-…)")
        if re.search(r"\\(new|renew)command|\\def\\", source):
            yield chapter.at(n, "defines a TeX macro", "Write it out: macros differ between the site and JupyterLab")


RULES = [
    code_is_python,
    stored_without_outputs,
    equations_are_checked,
    claims_show_values,
    figures_have_alt_text,
    parts_are_present,
    headings_in_order,
    exercises_have_solutions,
    exercise_blocks_stand_alone,
    glued_values_exist,
    cells_are_short,
    runs_anywhere,
    randomness_is_seeded,
    prose_is_plain,
    mathematics_is_portable,
]


def violations(path: Path) -> list[Violation]:
    """Every broken rule of one notebook."""
    try:
        chapter = Chapter(path)
    except ValueError as problem:
        return [Violation(path, 0, str(problem), "Restore the file")]
    return [violation for rule in RULES for violation in rule(chapter)]


def collisions(paths: list[Path]) -> list[Violation]:
    """Cell ids, equation labels and exercise labels that occur more than once in the whole book."""
    seen, found = {}, []
    for path in paths:
        try:
            chapter = Chapter(path)
        except ValueError:  # `violations` says so
            continue
        names = [(n, f"cell id '{cell.get('id')}'") for n, cell in chapter.cells]
        names += [(n, f"label '{label}'") for n, label in _all_labels(chapter)]
        for n, name in names:
            if name in seen:
                found.append(chapter.at(n, f"{name} is also in {seen[name]}", "Choose a name of its own"))
            seen.setdefault(name, f"{chapter.path}, cell {n}")
    return found


def _all_labels(chapter: Chapter) -> Iterator[tuple[int, str]]:
    for n, source in chapter.markdown:
        yield from ((n, match["label"]) for match in DISPLAY.finditer(source) if match["label"])
        yield from ((n, match[1]) for match in re.finditer(r"^[ \t]*:label: *(\S+)", source, re.M))
        yield from ((n, match[1]) for match in re.finditer(r"^\(([\w-]+)\)=\s*$", source, re.M))


def main(arguments: list[str]) -> int:
    paths = [Path(a).resolve() for a in arguments] or chapter_files()
    found = [v for path in paths for v in violations(path)] + collisions(paths)
    print("\n".join(map(str, found)) or f"{len(paths)} notebooks, no rule broken")
    return bool(found)
