"""What each chapter costs, from its last run and the last look at the site: python -m book.budget.

Prints tables and judges nothing: what is over its budget bears a star, and the exit status is 0. The second table says
how many equations are evaluated as they are printed.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from book.chapter import Chapter
from book.contents import ContentsError
from book.copies import remembered
from book.order import ROOT, notebooks

#: Where the tests in the browser leave what a page weighs over the wire, in bytes.
WEIGHTS = Path("_build/page_weights")
#: Processor seconds of a chapter beyond its imports; of one that trains a generative model.
CPU_SECONDS, CPU_SECONDS_GENERATIVE = 12, 60
MEMORY_BYTES = 1.5e9
PAGE_BYTES = 260_000
WORDS, LINES = 3500, 700
CORE_MINUTES = 20


@dataclass(frozen=True)
class Cost:
    """One chapter's row; None where it is not known because it was not run, or not looked at."""

    notebook: Path
    cpu_seconds: float | None
    import_seconds: float | None
    memory_bytes: int | None
    page_bytes: int | None
    formulas: int
    words: int
    open_lines: int
    folded_lines: int
    core_minutes: int
    minutes: int


def cost(notebook: Path, root: Path = ROOT) -> Cost:
    """What the chapter `notebook` (relative to `root`) costs."""
    run, chapter = remembered(notebook, root), Chapter(root / notebook)
    weight = root / WEIGHTS / notebook.with_suffix(".json")
    page_bytes = json.loads(weight.read_text("utf-8")) if weight.is_file() else None
    code = sum(len(source.splitlines()) for _, source in chapter.code)
    open_lines = sum(len(source.splitlines()) for _, source in chapter.open_code)
    return Cost(
        notebook,
        run.get("cpu_seconds"),
        run.get("import_seconds"),
        run.get("memory_bytes"),
        page_bytes,
        len(chapter.equations) + len(chapter.formulas),
        chapter.words,
        open_lines,
        code - open_lines,
        chapter.core_minutes,
        chapter.reading_minutes,
    )


def remember_weight(page: str, weight: int, root: Path = ROOT) -> None:
    """Keep what a page (such as chapters/classical/pca.html) was found to weigh, in bytes over the wire."""
    path = (root / WEIGHTS / page).with_suffix(".json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(weight))


def table(costs: list[Cost]) -> str:
    """The rows, with their totals; a star where a row is over its budget."""
    heads = ("chapter", "CPU s", "imports s", "memory MB", "page kB", "formulas", "words", "lines open", "folded",
             "core min", "all min")  # fmt: skip
    limits = (f"{CPU_SECONDS} or {CPU_SECONDS_GENERATIVE}", "", f"{MEMORY_BYTES / 1e6:.0f}", f"{PAGE_BYTES / 1000:.0f}",
              "", f"{WORDS}", f"{LINES} together", "", f"{CORE_MINUTES}", "")  # fmt: skip
    rows = [heads, ("at most", *limits)]
    for c in costs:
        cpu = CPU_SECONDS_GENERATIVE if "generative" in c.notebook.parts else CPU_SECONDS
        lines = c.open_lines + c.folded_lines
        rows.append(
            (
                c.notebook.with_suffix("").relative_to("chapters").as_posix(),
                _entry(c.cpu_seconds, ".1f", cpu),
                _entry(c.import_seconds, ".1f"),
                _entry(c.memory_bytes, ".0f", MEMORY_BYTES, 1e6),
                _entry(c.page_bytes, ".0f", PAGE_BYTES, 1000),
                _entry(c.formulas, "d"),
                _entry(c.words, "d", WORDS),
                _entry(c.open_lines, "d").rstrip() + ("*" if lines > LINES else " "),
                _entry(c.folded_lines, "d"),
                _entry(c.core_minutes, "d", CORE_MINUTES),
                _entry(c.minutes, "d"),
            )
        )
    known = [c.cpu_seconds + c.import_seconds for c in costs if c.cpu_seconds is not None]
    widths = [max(len(row[i]) for row in rows) for i in range(len(heads))]
    lines = ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip() for row in rows]
    total = f"{len(known)} of {len(costs)} chapters have run: {sum(known):.0f} s of processor time together"
    return "\n".join([*lines, total, "* over the budget; – not known: `make test` runs chapters and weighs pages"])


def prints(chapters: list[Chapter]) -> str:
    """How many labelled equations each chapter evaluates as they are printed, and why it does not evaluate others."""
    rows, reasons = [("chapter", "equations", "evaluated", "not printed", "not yet said")], Counter()
    for chapter in chapters:
        said = list(chapter.prints.values())
        reasons.update(reason for reason in said if reason)
        counts = len(said), said.count(""), sum(bool(reason) for reason in said), said.count(None)
        rows.append((chapter.path.stem, *map(str, counts)))
    total = [sum(int(row[column]) for row in rows[1:]) for column in range(1, 5)]
    rows.append(("together", *map(str, total)))
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows]
    return "\n".join([*lines, *(f"{count} not printed: {reason}" for reason, count in reasons.most_common())])


def _entry(value: float | None, spec: str, limit: float | None = None, unit: float = 1) -> str:
    if value is None:
        return "– "
    return f"{value / unit if unit != 1 else value:{spec}}{'*' if limit is not None and value > limit else ' '}"


def main(root: Path = ROOT) -> int:
    """Print both tables; a chapter that cannot be read is named below them, and the exit status is 1."""
    costs, chapters, problems = [], [], []
    try:
        named = notebooks(root)
    except ContentsError as problem:
        print(problem, file=sys.stderr)
        return 2
    for notebook in named:
        try:
            costs.append(cost(notebook, root))
            chapters.append(Chapter(root / notebook))
        except ValueError as problem:
            problems.append(f"{notebook}: {problem}")
    print(table(costs))
    print(f"\n{prints(chapters)}")
    print("\n".join(problems), end="\n" if problems else "", file=sys.stderr)
    return int(bool(problems))


if __name__ == "__main__":
    raise SystemExit(main())
