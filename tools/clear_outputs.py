"""Store notebooks as their authors wrote them: without outputs, counts or the traces of an editor.

    python -m tools.clear_outputs [NOTEBOOK …]        all of chapters/ when none is named

Every cell keeps its id, or gets one where it has none or one that another cell of the book has already. Files that are
clean are not touched.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import sys
from pathlib import Path

from book.layers import FURTHER, HARNESS, goes_further, is_harness
from book.order import ROOT, chapter_files
from book.room import said
from book.stored import parsed, text_of
from utils.files import write_atomically

KERNELSPEC = {"name": "python3", "display_name": "Python 3", "language": "python"}
#: Metadata of a cell that change what readers see.
KEPT = ("tags", "mystnb")


def cleared(text: str, name: str, taken: set[str]) -> str:
    """The notebook `text` without what a run or an editor left in it.

    Parameters
    ----------
    text : str
        A notebook of format 4, as stored.
    name : str
        Its name in the book, from which new ids are made.
    taken : set of str
        Ids of other cells of the book; those of this notebook are added.

    Raises
    ------
    ValueError
        `text` is no notebook of format 4.
    """
    nb = parsed(text)
    cells = []
    for number, cell in enumerate(nb["cells"], 1):
        kind, source = cell["cell_type"], cell.get("source", "")
        metadata = _kept(kind, cell.get("metadata", {}))
        clean = {"cell_type": kind}
        if kind == "code":
            clean["execution_count"] = None
        clean |= {"id": _id(cell.get("id"), name, number, taken), "metadata": metadata}
        if cell.get("attachments"):
            clean["attachments"] = cell["attachments"]
        if kind == "code":
            clean["outputs"] = []
        source = "".join(source) if isinstance(source, list) else source
        cells.append(clean | {"source": source.rstrip("\n").splitlines(keepends=True)})
    spec = nb.get("metadata", {}).get("kernelspec", {})
    metadata = {
        "kernelspec": {key: spec.get(key, KERNELSPEC[key]) for key in sorted(KERNELSPEC)},
        "language_info": {"name": nb.get("metadata", {}).get("language_info", {}).get("name", "python")},
    }
    clean = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(clean, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _kept(kind: str, metadata: dict) -> dict:
    kept = {key: metadata[key] for key in KEPT if metadata.get(key)}
    if kind == "code" and is_harness(metadata):
        kept[HARNESS] = {"source_hidden": True}
    if kind == "markdown" and goes_further(metadata):
        kept[FURTHER] = True
    return kept


def _id(present, name: str, number: int, taken: set[str]) -> str:
    """The present id if it is valid and free, else one made from the place of the cell: the same on each machine."""
    found, attempt = present, 0
    while not (isinstance(found, str) and 1 <= len(found) <= 64 and _is_plain(found)) or found in taken:
        found = hashlib.sha1(f"{name} {number} {attempt}".encode()).hexdigest()[:8]
        attempt += 1
    taken.add(found)
    return found


def _is_plain(text: str) -> bool:
    return text.isascii() and all(letter.isalnum() or letter in "-_" for letter in text)


def clear(paths: list[Path], others: list[Path] = ()) -> list[Path]:
    """Clear notebooks in place; ids of `others` are avoided. Returns the ones that changed.

    Raises
    ------
    ValueError
        A file is no notebook; nothing is written then.
    """
    taken, new = set(), {}
    for path in others:
        if path not in paths:
            with contextlib.suppress(ValueError):  # a broken one has no ids that anybody could keep clear of
                taken |= {str(cell.get("id")) for cell in parsed(text_of(path))["cells"]}
    for path in paths:
        name = str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path.name)
        try:
            text = text_of(path)
            clean = cleared(text, name, taken)
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            raise ValueError(f"{path}: {problem}") from problem
        if clean.encode() != path.read_bytes():
            new[path] = clean
    for path, text in new.items():
        write_atomically(path, text)
    return list(new)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: all of chapters/")
    options = parser.parse_args(argv)
    book = chapter_files(ROOT)
    paths = [path.resolve() for path in options.notebooks] or book
    missing = [path for path in paths if not path.is_file()]
    if missing:
        parser.error(f"{missing[0]} is not a file")
    try:
        changed = clear(paths, [path for path in book if path not in paths])
    except ValueError as problem:
        print(f"{problem}. Nothing was changed", file=sys.stderr)
        return 1
    except OSError as problem:
        print(f"not everything was cleared: {said(problem)}", file=sys.stderr)
        return 1
    for path in changed:
        print(f"cleared {path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}")
    print(f"{len(paths)} notebooks, {len(changed)} changed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
