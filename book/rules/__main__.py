"""python -m book.rules [NOTEBOOK …]: what is broken, with file, cell and remedy."""

from __future__ import annotations

import sys
from pathlib import Path

from book.order import chapter_files, notebook_named
from book.rules import collisions, violations


def main(arguments: list[str]) -> int:
    try:
        paths = [_notebook(name) for name in arguments] or chapter_files()
    except ValueError as problem:
        print(problem, file=sys.stderr)
        return 2
    found = [v for path in paths for v in violations(path)] + collisions(paths)
    print("\n".join(map(str, found)) or f"{len(paths)} notebooks, no rule broken")
    return bool(found)


def _notebook(name: str) -> Path:
    """Any notebook that is there, in the book or not yet; else the one of the book that is meant."""
    return Path(name).resolve() if Path(name).is_file() else notebook_named(name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
