"""Whatever our code imports stands in requirements.txt; the standard library and the book's own packages apart."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from book.chapter import Chapter
from book.order import ROOT

FOLDERS = ("assignments", "benchmarks", "book", "chapters", "grading", "tests", "tools", "utils", "website")
#: Not ours: packages of npm, answers as students wrote them, copies that JupyterLab keeps.
APART = {"node_modules", "alternatives", ".ipynb_checkpoints"}
DISTRIBUTIONS = packages_distributions()


def imported(tree: ast.AST) -> set[str]:
    """Top-level names of the modules that `tree` imports; not those relative to its package."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def same(name: str) -> str:
    """The name of a distribution as the package index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def required(text: str) -> set[str]:
    """Names in a requirements file."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return {same(re.match(r"[\w.-]+", line)[0]) for line in lines if line}


def unlisted(tree: ast.AST, requirements: set[str], own: set[str]) -> dict[str, list[str]]:
    """Modules that `tree` imports from outside `requirements`, each with the distributions it may come from."""
    modules = imported(tree) - set(sys.stdlib_module_names) - own
    sources = {module: [same(name) for name in DISTRIBUTIONS.get(module, [])] for module in modules}
    return {module: names for module, names in sources.items() if not requirements.intersection(names)}


def files(root: Path) -> list[Path]:
    """Our Python and our notebooks, relative to the root."""
    found = [path for folder in FOLDERS for path in _below(root / folder) if path.suffix in (".py", ".ipynb")]
    return [path.relative_to(root) for path in sorted(found)]


def _below(folder: Path) -> list[Path]:
    found = []
    for path in folder.iterdir():
        if path.name not in APART:
            found += _below(path) if path.is_dir() else [path]
    return found


def trees(path: Path) -> list[ast.AST]:
    """The code of a file: of a notebook, one tree for each cell."""
    return list(Chapter(path).trees.values()) if path.suffix == ".ipynb" else [ast.parse(path.read_text("utf-8"))]


def test_every_import_is_required():
    requirements = required((ROOT / "requirements.txt").read_text("utf-8"))
    ours, missing, looked_at = files(ROOT), {}, 0
    for file in ours:
        # a module of an assignment is imported by its bare name, from the folder of the submission
        own = {
            *FOLDERS,
            *(path.stem for path in ours if "assignments" in file.parts and path.parts[:2] == file.parts[:2]),
        }
        for tree in trees(ROOT / file):
            looked_at += 1
            for module, names in unlisted(tree, requirements, own).items():
                missing[module] = f"{file} imports {module}; add {' or '.join(names) or 'its package'} with a reason"
    assert list(missing.values()) == []
    assert looked_at > len(ours) > 100


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import yaml", {"yaml": ["pyyaml"]}),
        ("import yaml.nodes as a, numpy.linalg", {"yaml": ["pyyaml"]}),
        ("from PIL.Image import open", {"PIL": ["pillow"]}),
        (
            "def f():\n    try:\n        import nowhere_to_be_had\n    except ImportError:\n        pass",
            {"nowhere_to_be_had": []},
        ),
        ("import os, sys\nimport importlib.util\nfrom __future__ import annotations", {}),
        ("import numpy as np\nfrom sklearn.svm import SVC\nfrom numpy import fft", {}),
        ("from utils.checks import check\nimport utils", {}),
        ("from . import yaml\nfrom .yaml import x", {}),
    ],
)
def test_what_is_not_listed_is_found(code, expected):
    requirements = required("# first\nNumPy>=2  # arrays\nscikit_learn[extra]<3 # models, not pyyaml\n\n")
    assert requirements == {"numpy", "scikit-learn"}
    assert unlisted(ast.parse(code), requirements, {"utils"}) == expected


def test_where_imports_are_looked_for(tmp_path):
    ours = ["book/a.py", "chapters/one/b.ipynb", "assignments/knn/solution/c.py", "website/extensions/d.py"]
    others = ["website/node_modules/e/f.py", "assignments/knn/alternatives/g/h.py", "data/i.py", "book/j.md"]
    for name in [*ours, *others, *(f"{folder}/k.txt" for folder in FOLDERS)]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert sorted(path.as_posix() for path in files(tmp_path)) == sorted(ours)


def test_what_is_installed_elsewhere_is_whole():
    """Colab installs `utils` from the repository, where no folder lies beside the notebook."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    found = [path.parent for top in ("grading", "utils") for path in (ROOT / top).rglob("__init__.py")]
    assert sorted(settings["packages"]) == sorted(".".join(path.relative_to(ROOT).parts) for path in found)
    held = {
        path for folder in found for path in folder.iterdir() if path.is_file() and path.suffix not in (".py", ".pyc")
    }
    given = {
        path
        for package, patterns in settings["package-data"].items()
        for pattern in patterns
        for path in (ROOT / package.replace(".", "/")).glob(pattern)
    }
    assert held == given
