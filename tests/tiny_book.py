"""A book of a few cells in a folder of its own, for tests of what executes and remembers."""

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from book.copies import Run, is_fresh, keep
from book.order import ROOT


class TinyBook:
    """A tiny book in a folder of its own."""

    def __init__(self, root: Path):
        self.root = root
        self.write("constraints.txt", "numpy==1\n")
        self.write("utils/__init__.py", "")
        self.write("utils/base.py", "base = 1\n")
        self.write("utils/middle.py", "from utils.base import base\n")
        self.write("utils/other.py", "other = 1\n")
        self.write("utils/pack/__init__.py", "")
        self.write("utils/pack/inner.py", "def later():\n    from .deep import deep\n")
        self.write("utils/pack/deep.py", "deep = 1\n")

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def with_checks(self):
        """What `from utils.checks import check`, and what looks into the kernel, need."""
        for name in ("__init__", "checks", "files", "missing", "node", "palette", "printed", "records", "rendering"):
            self.write(f"utils/{name}.py", (ROOT / f"utils/{name}.py").read_text("utf-8"))

    def notebook(self, name, *code, prose="Text.", tags=()):
        cells = [new_markdown_cell(prose), *(new_code_cell(c, metadata={"tags": list(tags)}) for c in code)]
        path = Path("chapters") / f"{name}.ipynb"
        self.write(path, nbformat.writes(new_notebook(cells=cells)))
        names = sorted(p.stem for p in (self.root / "chapters").glob("*.ipynb"))
        toc = "".join(f"  - file: chapters/{name}\n" for name in names)
        self.write("_toc.yml", f"format: jb-book\nroot: index\nchapters:\n{toc}")
        self.write("index.md", "# Book\n")
        return path


def stale(book: TinyBook) -> list[str]:
    found = [p.relative_to(book.root) for p in sorted((book.root / "chapters").glob("*.ipynb"))]
    return [p.stem for p in found if not is_fresh(p, book.root)]


def pretend_executed(book: TinyBook, *modules: str) -> None:
    """Copies as runs would leave them in which these modules were loaded, without the seconds that kernels take."""
    for path in (book.root / "chapters").glob("*.ipynb"):
        nb = nbformat.read(path, as_version=4)
        files = tuple(str(book.root / module) for module in modules)
        keep(path.relative_to(book.root), nb, Run(files, seconds=1.0), book.root)
    assert stale(book) == []
