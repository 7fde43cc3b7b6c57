"""The zip that a chapter's page offers runs where the book is not installed."""

import os
import zipfile
from importlib.metadata import PackageNotFoundError, packages_distributions, requires

import nbformat
import pytest
from nbclient import NotebookClient
from packaging.requirements import Requirement

from book.order import ROOT

#: What many people have, and what runs notebooks.
HAVE = ("numpy", "scipy", "matplotlib", "scikit-learn", "pandas", "torch", "ipykernel")
#: Makes modules unknown to Python, as if they were not installed; an installed copy of the book among them.
FEWER = """
import sys
from importlib.machinery import PathFinder

REFUSED = {refused!r}


class Fewer(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        found = None if name.partition(".")[0] in REFUSED else super().find_spec(name, path, target)
        return None if name == "utils" and found and not found.origin.startswith({folder!r}) else found


sys.meta_path = [Fewer if finder is PathFinder else finder for finder in sys.meta_path]
sys.meta_path = [finder for finder in sys.meta_path if "editable" not in getattr(finder, "__module__", "")]
"""


def with_all_they_need(names) -> set[str]:
    """Distributions with those that they depend on, here."""
    found, left = set(), [name.lower() for name in names]
    while left:
        name = left.pop()
        if name in found:
            continue
        try:
            needs = map(Requirement, requires(name) or [])
        except PackageNotFoundError:
            continue
        found.add(name)
        left += [need.name.lower().replace("_", "-") for need in needs if not need.marker or need.marker.evaluate()]
    return found


@pytest.mark.parametrize(
    "chapter", ["foundations/symmetric_matrices", "classical/kmeans", "networks/softmax_regression"]
)
def test_a_chapter_runs_with_what_many_people_have(chapter, site, tmp_path):
    with zipfile.ZipFile(site / f"_sources/chapters/{chapter}.zip") as archive:
        archive.extractall(tmp_path)
    name = chapter.partition("/")[2]
    folder = tmp_path / name
    have = with_all_they_need(HAVE)
    modules = packages_distributions().items()
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    ours = {Requirement(line.partition("#")[0]).name for line in lines if line and not line.startswith("#")} - have
    refused = {m for m, names in modules if ours & {n.lower().replace("_", "-") for n in names}}
    assert {"myst_nb", "sphinx", "tqdm"} <= refused
    (tmp_path / "sitecustomize.py").write_text(FEWER.format(refused=refused, folder=str(folder)))
    nb = nbformat.read(folder / f"{name}.ipynb", as_version=4)
    for cell in nb.cells:
        cell.get("outputs", []).clear()
    environment = {
        "PYTHONPATH": str(tmp_path),
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "OMP_NUM_THREADS": "1",
    }
    client = NotebookClient(nb, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(folder)}})
    client.execute(env=environment)
    said = "".join(str(output) for cell in nb.cells if cell.cell_type == "code" for output in cell.outputs)
    assert "✓" in said
