"""The order of chapters, read from its one place, `_toc.yml`, and the chapters by their names."""

from __future__ import annotations

from pathlib import Path

from book.contents import FILE, ContentsError, pages
from book.nearest import did_you_mean

ROOT = Path(__file__).resolve().parent.parent


def documents(root: Path = ROOT) -> list[str]:
    """Every page of the book in reading order, as paths without suffix, relative to `root`.

    Raises
    ------
    ContentsError
        There is a mistake in `_toc.yml`.
    """
    return [page.document for page in pages(root)]


def notebooks(root: Path = ROOT) -> list[Path]:
    """The notebooks of the book in reading order, relative to `root`.

    Raises
    ------
    ContentsError
        There is a mistake in `_toc.yml`, or it names a page that does not exist.
    """
    found, missing = [], []
    for page in pages(root):
        path = Path(f"{page.document}.ipynb")
        if (root / path).is_file():
            found.append(path)
        elif not (root / f"{page.document}.md").is_file():
            meant = did_you_mean(page.document, _pages_there(root)) or "; remove the line, or write the page"
            there = f"there is neither {page.document}.ipynb nor {page.document}.md"
            missing.append(f"{FILE}, line {page.line}: {there}{meant}")
    if missing:
        raise ContentsError("\n".join(missing))
    return found


def chapter_files(root: Path = ROOT) -> list[Path]:
    """Every notebook under `chapters/`, in the table of contents or not; not the copies that JupyterLab keeps."""
    found = sorted((root / "chapters").rglob("*.ipynb"))
    return [path for path in found if not any(part.startswith(".") for part in path.relative_to(root).parts)]


def parts(root: Path = ROOT) -> dict[str, str]:
    """The caption of the part that each page stands in; the first page stands in none."""
    return {page.document: page.part for page in pages(root) if page.part}


def notebook_named(name: str, root: Path = ROOT) -> Path:
    """The notebook of the book that somebody means by `name`, absolute.

    It may be a path from where they are or from the book's folder, with or without `chapters/` and a suffix, or the
    chapter's name alone.

    Raises
    ------
    ValueError
        There is none; the message is one line and says what the name may have been meant to be.
    """
    path = Path(name).expanduser()
    if path.is_file() and path.suffix == ".ipynb" and path.resolve().is_relative_to(root.resolve()):
        return path.resolve()
    known = {file.relative_to(root / "chapters").with_suffix("").as_posix(): file for file in chapter_files(root)}
    wanted = name.strip().replace("\\", "/").removesuffix("/")
    for suffix in (".ipynb", ".html", ".md", ".py"):
        wanted = wanted.removesuffix(suffix)
    wanted = wanted.rpartition("chapters/")[2].removeprefix("./")
    alike = [known[wanted]] if wanted in known else [file for key, file in known.items() if file.stem == wanted]
    if len(alike) == 1:
        return alike[0].resolve()
    if len(alike) > 1:
        names = " or ".join(file.relative_to(root / "chapters").with_suffix("").as_posix() for file in alike)
        raise ValueError(f"{name} is not a notebook of this book alone; say {names}")
    if (root / "chapters" / f"{wanted}.md").is_file():
        raise ValueError(f"{name} is not a notebook of this book but a page without code: nothing of it runs")
    raise ValueError(f"{name} is not a notebook of this book{did_you_mean(wanted, known) or ''}")


def _pages_there(root: Path) -> list[str]:
    files = [*root.glob("*.md"), *(root / "chapters").rglob("*.md"), *(root / "assignments").rglob("index.md")]
    return [file.relative_to(root).with_suffix("").as_posix() for file in [*files, *chapter_files(root)]]
