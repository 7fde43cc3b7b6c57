"""python -m book.rules [NOTEBOOK …]: what is broken, with file, cell and remedy."""

from __future__ import annotations

import sys
from pathlib import Path

from book.order import chapter_files
from book.rules import collisions, violations


def main(arguments: list[str]) -> int:
    paths = [Path(a).resolve() for a in arguments] or chapter_files()
    found = [v for path in paths for v in violations(path)] + collisions(paths)
    print("\n".join(map(str, found)) or f"{len(paths)} notebooks, no rule broken")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
