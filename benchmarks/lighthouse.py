"""Measure the built site: weight of each page, and Lighthouse's four scores (mobile, median of several runs).

    python -m benchmarks.lighthouse [--runs 5] [PAGE …]

Lighthouse simulates a slow phone on a 4G network. Its performance score moves from run to run with the load of the
machine; hence the median, and hence no test asserts it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

from book.order import ROOT, notebooks
from tools.serve import SITE, find_browser, serving
from utils.node import node_program

CATEGORIES = ["performance", "accessibility", "best-practices", "seo"]
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"


def measure(url: str, browser: str) -> dict:
    """Scores (0–100), bytes over the wire and number of requests of one run of Lighthouse."""
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "report.json")
        program = [node_program("lighthouse"), str(ROOT / "website/node_modules/lighthouse/cli/index.js"), url]
        options = ["--output=json", f"--output-path={report}", "--quiet", f"--chrome-flags={FLAGS}"]
        options += [f"--only-categories={','.join(CATEGORIES)}"]
        subprocess.run(program + options, check=True, env=os.environ | {"CHROME_PATH": browser}, cwd=folder)
        with open(report, encoding="utf-8") as file:
            result = json.load(file)
    requests = result["audits"]["network-requests"]["details"]["items"]
    scores = {name: round(100 * result["categories"][name]["score"]) for name in CATEGORIES}
    lost = [a["id"] for a in result["audits"].values() if a["score"] == 0 and a["scoreDisplayMode"] == "binary"]
    return scores | {"bytes": sum(r["transferSize"] for r in requests), "requests": len(requests), "lost": lost}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    every = ["index.html", *(path.with_suffix(".html").as_posix() for path in notebooks())]
    parser.add_argument("pages", nargs="*", default=every)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    browser = find_browser()
    if browser is None or not (SITE / "index.html").is_file():
        print("needs Chromium (Debian: apt-get install chromium) and a built site (make book)", file=sys.stderr)
        return 1
    print(f"{'page':45} {'kB':>5} {'requests':>8}  " + "  ".join(CATEGORIES) + "   (median; range)")
    with serving() as address:
        for page in options.pages:
            runs = [measure(f"{address}/{page}", browser) for _ in range(options.runs)]
            scores = [f"{statistics.median(r[name] for r in runs):.0f}" for name in CATEGORIES]
            spread = "–".join(str(f(r["performance"] for r in runs)) for f in (min, max))
            lost = sorted({audit for run in runs for audit in run["lost"]})
            weight = f"{page:45} {runs[0]['bytes'] / 1000:5.0f} {runs[0]['requests']:8}"
            print(f"{weight}  {' / '.join(scores)}   performance {spread}", *lost, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
