"""The order of chapters, read from its one place, `_toc.yml`."""

from __future__ import annotations

from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent


def documents(root: Path = ROOT) -> list[str]:
    """Every page of the book in reading order, as paths without suffix, relative to `root`."""
    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    return [document.removesuffix(".ipynb").removesuffix(".md") for document in (toc["root"], *_files(toc))]


def notebooks(root: Path = ROOT) -> list[Path]:
    """The notebooks of the book in reading order, relative to `root`.

    Raises
    ------
    FileNotFoundError
        `_toc.yml` names a page that does not exist.
    """
    found = []
    for document in documents(root):
        path = Path(f"{document}.ipynb")
        if (root / path).is_file():
            found.append(path)
        elif not (root / f"{document}.md").is_file():
            raise FileNotFoundError(
                f"_toc.yml names {document}, but there is neither {document}.ipynb nor {document}.md"
            )
    return found


def chapter_files(root: Path = ROOT) -> list[Path]:
    """Every notebook under `chapters/`, in the table of contents or not; not the copies that JupyterLab keeps."""
    found = sorted((root / "chapters").rglob("*.ipynb"))
    return [path for path in found if not any(part.startswith(".") for part in path.relative_to(root).parts)]


def parts(root: Path = ROOT) -> dict[str, str]:
    """The caption of the part that each page stands in; the first page stands in none."""
    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    files = {part["caption"]: _files(part) for part in toc.get("parts", [])}
    return {d.removesuffix(".ipynb").removesuffix(".md"): caption for caption, found in files.items() for d in found}


def _files(node) -> list[str]:
    if isinstance(node, list):
        return [document for item in node for document in _files(item)]
    if not isinstance(node, dict):
        return []
    own = [node["file"]] if "file" in node else []
    return own + [d for key in ("parts", "chapters", "sections") for d in _files(node.get(key))]
