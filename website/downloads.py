"""What a chapter's page offers to take away: the executed notebook, and a zip with all of the book that it needs.

Its first cell does nothing in the book's own environment. Elsewhere it says in one line what is missing, or installs it
where the repository's address is known (Colab).
"""

from __future__ import annotations

import ast
import sys
import zipfile
from functools import cache
from importlib.metadata import packages_distributions
from itertools import count
from pathlib import Path

from nbformat import v4

from book.chapter import Chapter
from book.copies import remembered
from book.order import ROOT
from utils import rendering
from utils.records import RECORD_MIME
from website.executed import code_cells, merged

__all__ = ["FIRST", "chapter_zip", "download", "needed"]

#: The id of the first cell.
FIRST = "what-is-missing"
#: What the zip holds of the book, and what the first cell does without.
OWN, SPARED = "utils", "myst_nb"
MADE = (1980, 1, 1, 0, 0, 0)  # the same zip from the same files


def download(notebook: Path, repository: str | None, beside: bool = False) -> str:
    """The executed notebook as readers get it, with today's look of records.

    Parameters
    ----------
    notebook : Path
        Relative to the root.
    repository : str, optional
        owner/name of the book's GitHub repository, from where what is missing is installed; without it it is named.
    beside : bool
        Whether `utils` lies beside it.
    """
    nb, number = merged(notebook), count()
    for cell in code_cells(nb):
        for output in cell.outputs:
            if record := output.get("data", {}).get(RECORD_MIME):
                output.data["text/plain"] = rendering.as_text(record)
                output.data["text/html"] = rendering.as_html(record, f"{next(number)}")
    source = first_cell(needed(notebook), Path(notebook).stem, repository, beside)
    nb.cells.insert(0, v4.new_code_cell(source, id=FIRST, metadata={"jupyter": {"source_hidden": True}}))
    return v4.writes(nb) + "\n"


def first_cell(modules: dict[str, str], name: str, repository: str | None, beside: bool) -> str:
    """The source of the first cell; `modules` are what must be there, each with its name in the package index."""
    zipped = f"`{OWN}` is not here: take the zip from the page of this chapter, {name}.zip"
    own, others = f"raise ModuleNotFoundError({zipped!r})", "raise ModuleNotFoundError(f'pip install {_missing}')"
    if repository:
        own = f'%pip install -q --no-deps "git+https://github.com/{repository}"'
        others = "%pip install -q {_missing}"
    lines = [
        "# In the book's own environment this cell does nothing.",
        "import importlib.util, sys, types",
        "",
        f"_needed = {modules!r}",
        "_missing = ' '.join(name for module, name in _needed.items() if not importlib.util.find_spec(module))",
        "if _missing:",
        f"    {others}",
    ]
    if not beside:
        lines += [f"if not importlib.util.find_spec({OWN!r}):", f"    {own}"]
    lines += [
        f"if not importlib.util.find_spec({SPARED!r}):  # it puts numbers into the sentences of the website",
        f"    sys.modules[{SPARED!r}] = types.SimpleNamespace(glue=lambda name, value, display=True: None)",
    ]
    return "\n".join(lines)


def needed(notebook: Path) -> dict[str, str]:
    """The modules that a chapter and what it loads of the book import, each with its name in the package index."""
    trees = list(Chapter(notebook).trees.values())
    loaded = remembered(notebook).get("depends", {}).get("modules", {})
    files = [ROOT / name for name in loaded if name.startswith(f"{OWN}/")]
    bodies = [ast.Module(ast.parse(file.read_text("utf-8")).body, []) for file in files if file.is_file()]
    names = set().union(*(_imported(ast.walk(tree)) for tree in trees), *(_imported(tree.body) for tree in bodies))
    known = _distributions()
    return {name: known[name] for name in sorted(names - {OWN, SPARED}) if name in known}


def _imported(nodes) -> set[str]:
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names)


@cache
def _distributions() -> dict[str, str]:
    return {module: names[0] for module, names in packages_distributions().items()}


def chapter_zip(notebook: Path, target: Path) -> None:
    """Write a zip with the executed notebook and `utils`, in a folder of the notebook's name."""
    folder = notebook.stem
    held = sorted(path for path in (ROOT / OWN).rglob("*") if path.is_file() and path.suffix in (".py", ".mjs"))
    files = {f"{folder}/{notebook.name}": download(notebook, None, beside=True)}
    files |= {f"{folder}/{path.relative_to(ROOT).as_posix()}": path.read_text("utf-8") for path in held}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, MADE), text, zipfile.ZIP_DEFLATED)
