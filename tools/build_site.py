"""Build the website from the executed chapters; every warning is an error. Nothing is done where nothing has changed.

python -m tools.build_site
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import multiprocessing
import os
import re
import shutil
import sys
import time
from pathlib import Path

import yaml

from book.contents import ContentsError
from book.order import ROOT, documents
from book.room import no_room, said
from book.turns import one_at_a_time
from website import finishing
from website.common import DEMOS
from website.kept import KEPT

BUILD = Path("_build")
#: What the last good build was made of.
MEMORY = BUILD / KEPT / "site.json"
#: Files that a browser gets as they are, or bundled: after a change of these alone no page is made again.
BUNDLED = ("website/static", "website/demos", "website/search", "website/reading", "website/page")
#: What pages are made of, besides the documents in the table of contents.
INGREDIENTS = (
    "_config.yml",
    "_toc.yml",
    "constraints.txt",
    "assignments",
    "book",
    "grading",
    "registers",
    "utils",
    "website",
)
NOT_READ = {"__pycache__", "node_modules"}


def build(root: Path = ROOT) -> int:
    """Bring the website of the book at `root` up to date; print its warnings, if any, and where it is."""
    start, site = time.perf_counter(), root / BUILD / "html"
    try:
        now = ingredients(root)
    except ContentsError as problem:
        print(f"{problem}\nthe website was not built: mend the lines above", file=sys.stderr)
        return 2
    before = _remembered(root)
    page, finished = (site / "index.html").relative_to(root), finishing.is_finished(site)
    if now == before and finished:
        print(f"website is up to date: {page}", flush=True)
        return 0
    if problem := no_room(root / BUILD):
        print(f"the website was not built: {said(problem)}", file=sys.stderr)
        return 1
    (root / MEMORY).unlink(missing_ok=True)  # a build that fails, or is ended, does not count
    if not finished:
        shutil.rmtree(site, ignore_errors=True)  # pages that someone else wrote, or a build that did not end
    if now["pages"] != before.get("pages") or not finished:
        problems = make_pages(root, site)
        if problems:
            print("\n".join(problems), file=sys.stderr)
            print("the website was not built: mend the lines above", file=sys.stderr)
            return 1
    try:
        finishing.finish(site)
    except (RuntimeError, OSError) as problem:  # node is missing, or a demo is no script
        print(f"{problem}\nthe website was not finished", file=sys.stderr)
        return 1
    (root / MEMORY).write_text(json.dumps(now))
    print(f"website built in {time.perf_counter() - start:.0f} s: {page}", flush=True)
    return 0


def make_pages(root: Path, site: Path) -> list[str]:
    """Let Jupyter Book read what changed and write pages under `site`; return what it complains of.

    Sphinx repeats the warnings of a page only when it reads the page again: a second build would hide what the first
    complained of. So a build with warnings forgets what it has read.
    """
    from jupyter_book.sphinx import build_sphinx  # takes seconds, and is needed only when something changed

    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        result = build_sphinx(
            root,
            site,
            path_config=root / "_config.yml",
            noconfig=True,
            confoverrides={
                "external_toc_path": str(root / "_toc.yml"),
                "latex_individualpages": False,
                "nitpicky": True,
            },
            warningiserror=True,
            keep_going=True,
            jobs=os.cpu_count() + 1,  # Sphinx writes with one process less, while this one resolves references
        )
    if result == 0:
        return []
    for child in multiprocessing.active_children():
        child.kill()  # Sphinx leaves the others waiting when one of its processes fails
    shutil.rmtree(root / BUILD / ".doctrees", ignore_errors=True)
    text = re.sub(r"\x1b\[[0-9;]*m", "", output.getvalue())
    text = re.sub(r"(\S+\.ipynb):(\d+)\d{4}:", r"\1, cell \2:", text)  # MyST-NB counts 10,000 lines a cell
    text = re.sub(r"(?m)^(.*[Ee]rror.*:)\n(?=\S)", r"\1 ", text)  # Sphinx says what it is on the next line
    lines = dict.fromkeys(line for line in text.splitlines() if re.search(r"WARNING|ERROR|[Ee]rror:", line))
    return list(lines) or [text]


def ingredients(root: Path) -> dict[str, str]:
    """Hashes of what the site is made of: of its pages, and of what is only bundled."""
    config = yaml.safe_load((root / "_config.yml").read_text("utf-8"))
    roots = [*INGREDIENTS, *config.get("bibtex_bibfiles", [])]
    roots += [f"{document}{suffix}" for document in documents(root) for suffix in (".md", ".ipynb")]
    files = {file for path in roots for file in _files(root / path)}
    bundled = {file for path in BUNDLED for file in _files(root / path)}
    executed = {root / BUILD / "executed" / f"{document}.ipynb" for document in documents(root)}
    zips = set((root / BUILD / "student-zips").glob("*.zip"))
    return {
        "pages": _hash(root, (files - bundled) | executed | zips) + repr(DEMOS),
        "bundled": _hash(root, bundled),
    }


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = []
    for folder, folders, names in os.walk(path):
        folders[:] = [name for name in folders if name not in NOT_READ and not name.startswith(".")]
        found += [Path(folder, name) for name in names]
    return found


def _hash(root: Path, files: set[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        if path.is_file():
            content = path.read_bytes()
            digest.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _remembered(root: Path) -> dict:
    try:
        return json.loads((root / MEMORY).read_text())
    except (OSError, ValueError):
        return {}


def main() -> int:
    """Build once nobody else does, and take Ctrl-C for what it is."""
    try:
        with one_at_a_time(ROOT):
            return build()
    except KeyboardInterrupt:
        print("interrupted; the next make book builds the website", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
