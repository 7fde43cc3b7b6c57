"""Build the website from the executed chapters; every warning is an error.

python -m tools.build_site
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from book.order import ROOT

BUILD = Path("_build")


def build(root: Path = ROOT) -> int:
    """Run Jupyter Book on the book at `root`; print its warnings, if any, and where the site is.

    Sphinx repeats the warnings of a page only when it reads the page again: a second build would hide what the first
    complained of. So a build with warnings forgets what it has read.
    """
    start = time.perf_counter()
    command = [str(Path(sys.executable).with_name("jupyter-book")), "build", "-W", "-n", "--keep-going", str(root)]
    result = subprocess.run(command, cwd=root, capture_output=True, text=True, errors="replace")
    output = re.sub(r"\x1b\[[0-9;]*m", "", result.stdout + result.stderr)
    if result.returncode:
        shutil.rmtree(root / BUILD / ".doctrees", ignore_errors=True)
        output = re.sub(r"(\S+\.ipynb):(\d+)\d{4}:", r"\1, cell \2:", output)  # MyST-NB counts 10,000 lines a cell
        lines = dict.fromkeys(line for line in output.splitlines() if re.search(r"WARNING|ERROR|[Ee]rror:", line))
        print("\n".join(lines) or output, file=sys.stderr)
        print("the website was not built: mend the lines above", file=sys.stderr)
        return 1
    page = root / BUILD / "html" / "index.html"
    print(f"website built in {time.perf_counter() - start:.0f} s: {page.relative_to(root)}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(build())
