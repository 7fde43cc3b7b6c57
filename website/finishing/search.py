"""The index of the search: what all pages hold (units.py), as scripts that a page fetches when its search opens."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from book.order import documents, parts
from utils.node import node_program
from website.common import WEBSITE
from website.kept import kept

ENCODER = WEBSITE / "search" / "encode.mjs"
#: Stands in the script that every page loads for the state of what it fetches, so that no browser keeps an old index.
VERSION = "EER_SEARCH_VERSION"
OPENER = "scripts/bootstrap.js"
#: Of the search that Sphinx brings, below the site; no page loads them.
UNUSED = ("searchindex.js", "_static/searchtools.js", "_static/language_data.js")


def put(static: Path, units: Mapping[str, list[dict]]) -> None:
    """Write the index beside the scripts of the search.

    Parameters
    ----------
    static : Path
        The folder _static of the site, with its scripts.
    units : mapping
        What is found on each page, by the page's path in the site (website/finishing/units.py).
    """
    folder, files = static / "search", index(static, pages(units))
    shutil.rmtree(folder / "texts", ignore_errors=True)
    (folder / "texts").mkdir(parents=True)
    for name, script in files.items():
        (folder / name).write_text(script, "utf-8")
    for name in UNUSED:
        (static.parent / name).unlink(missing_ok=True)
    opener = static / OPENER
    if opener.is_file():
        state = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(folder.rglob("*.js")))).hexdigest()[:8]
        opener.write_text(opener.read_text("utf-8").replace(VERSION, state), "utf-8")


def pages(units: Mapping[str, list[dict]]) -> list[dict]:
    """The pages of the book in its order, each with the part that it belongs to and what is found on it."""
    of = parts()
    found = [(f"{document}.html", of.get(document, "")) for document in documents()]
    return [{"url": url, "part": part, "units": units[url]} for url, part in found if units.get(url)]


def index(static: Path, pages: list[dict]) -> dict[str, str]:
    """The scripts of the index by their names; made anew where pages or the way to make it changed.

    Raises
    ------
    RuntimeError
        Node could not make it.
    """
    content = json.dumps(pages, ensure_ascii=False)
    sources = [*sorted(ENCODER.parent.glob("*.mjs")), WEBSITE / "package-lock.json"]
    ingredients = [content, *(path.read_bytes() for path in sources)]
    return json.loads(kept(static.parent, "search.json", ingredients, lambda: _encoded(content)))


def _encoded(pages: str) -> bytes:
    command = [node_program("minisearch"), str(ENCODER)]
    result = subprocess.run(command, input=pages.encode(), cwd=WEBSITE, capture_output=True)
    if result.returncode:
        raise RuntimeError(f"the index of the search could not be made:\n{result.stderr.decode()}")
    return result.stdout
