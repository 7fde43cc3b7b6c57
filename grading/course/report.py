"""What submissions earned: as text for a terminal, as a page for a student, as a table and a page for a class."""

from __future__ import annotations

import csv
import hashlib
import html
import io
import os
import re
import textwrap
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from grading.course.assignment import Assignment
from grading.course.grades import Row
from grading.judging.questions import Outcome, QuestionOutcome
from utils.files import write_atomically

__all__ = [
    "feedback_page",
    "number",
    "page_names",
    "printable",
    "table",
    "total_line",
    "write_grades",
    "write_results",
]

WIDTH = 100
#: Names that every system takes as names of files.
USUAL = re.compile(r"[A-Za-z0-9ÄÖÜäöüß_][A-Za-z0-9ÄÖÜäöüß_ .()+,@-]{0,99}")
STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1f2328;background:#fff}
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.35rem .6rem;
border-bottom:1px solid #d0d7de}td.points{white-space:nowrap;text-align:right}.yes{color:#1a7f37}.no{color:#b35900}
@media (prefers-color-scheme:dark){body{color:#e6edf3;background:#121212}td,th{border-color:#444}
.yes{color:#56d364}.no{color:#ffa657}}
"""


def number(points: float) -> str:
    """Points without a needless ".0"."""
    return f"{points:g}"


def table(outcomes: Sequence[QuestionOutcome], width: int = WIDTH) -> str:
    """One block a question: its points, then a line for each part, with the hint where it was not passed."""
    lines = []
    longest = max((len(part.name) for outcome in outcomes for part in outcome.question.parts), default=0)
    for outcome in outcomes:
        question = outcome.question
        points = f"{number(outcome.earned)} / {number(question.points)}"
        lines.append(f"{question.name:4} {question.title:40} {points:>8}")
        for part in question.parts:
            passed = part.name in outcome.passed
            text = part.says if passed else outcome.hints.get(part.name, "")
            head = f"     {'✓' if passed else '✗'} {part.name:{longest}} "
            lines += textwrap.wrap(text, width, initial_indent=head, subsequent_indent=" " * len(head)) or [
                head.rstrip()
            ]
        if outcome.status in ("error", "grader error"):
            lines += textwrap.wrap(outcome.message, width, initial_indent="     ! ", subsequent_indent="       ")
        if outcome.printed.strip() and outcome.earned < question.points:
            last = outcome.printed.strip().splitlines()[-3:]
            lines += [f"       printed: {line[: width - 16]}" for line in last]
    return "\n".join(lines)


def total_line(outcome: Outcome) -> str:
    """Points in all, and the share they are."""
    share = 100 * outcome.earned / outcome.possible
    return f"{'total':45} {number(outcome.earned) + ' / ' + number(outcome.possible):>8}   {share:.0f} %"


def write_grades(assignment: Assignment, out: Path, rows: Sequence[Row]) -> None:
    """Write `grades.csv` into `out`."""
    write_atomically(out / "grades.csv", b"\xef\xbb\xbf" + _bytes(_csv(assignment, rows)))  # so that Excel sees UTF-8


def write_results(assignment: Assignment, out: Path, rows: Sequence[Row]) -> list[str]:
    """Write `grades.csv`, a page for each student in `feedback/`, and `summary.html` into `out`.

    Pages of submissions that are no longer there are taken away.

    Returns
    -------
    list of str
        What could not be written, apart from the grades: that raises.
    """
    write_grades(assignment, out, rows)
    feedback, troubles = out / "feedback", []
    pages = page_names([row.submission for row in rows])
    try:
        feedback.mkdir(exist_ok=True)
        for old in feedback.glob("*.html"):
            if old.name not in pages.values():
                old.unlink()
    except OSError as problem:
        troubles.append(f"feedback/: {problem.strerror}")
    for row in rows:
        try:
            write_atomically(feedback / pages[row.submission], _bytes(feedback_page(assignment.title, row)))
        except Exception as problem:
            troubles.append(f"no page for {printable(row.submission)}: {type(problem).__name__}: {problem}")
    try:
        write_atomically(out / "summary.html", _bytes(_summary(assignment, rows)))
    except Exception as problem:
        troubles.append(f"no summary.html: {type(problem).__name__}: {problem}")
    return troubles


def page_names(submissions: Sequence[str]) -> dict[str, str]:
    """The name of each submission's page: its own, with a hash where that is no name that every system takes."""
    found = {name: f"{name}.html" for name in submissions if USUAL.fullmatch(name)}
    taken = {page.lower() for page in found.values()}
    for name in submissions:
        if name not in found:
            digest = hashlib.sha256(os.fsencode(name)).hexdigest()
            stem = "".join(c if c.isalnum() else "_" for c in printable(name))[:40]
            page = next(page for n in range(8, 65) if (page := f"{stem}-{digest[:n]}.html").lower() not in taken)
            found[name] = page
            taken.add(page.lower())
    return found


def printable(text: str) -> str:
    """The text, and written out in it what no terminal and no page should get: a line break as \\n, a stray byte."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "backslashreplace").decode() for c in text)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


def _escape(text: str) -> str:
    return html.escape(printable(text))


def _csv(assignment: Assignment, rows: Sequence[Row]) -> str:
    names = [question.name for question in assignment.questions]
    rest = ("total", "possible", "duplicate", "seconds", "message", "notes", "walls", "feedback")
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(("submission", "student", "status", *names, *rest))
    pages = page_names([row.submission for row in rows])
    for row in rows:
        grade = row.grade
        entries = [row.submission, row.student, grade.status]
        entries += [number(question.earned) for question in grade.questions]
        entries += [number(grade.total), number(grade.possible), ", ".join(row.duplicate), grade.seconds]
        entries += [grade.message, "; ".join(row.notes), grade.walls, pages[row.submission]]
        writer.writerow([_cell(entry) for entry in entries])
    return text.getvalue()


def _cell(value):
    """No cell begins with what a spreadsheet would run as a formula, wide letters among it."""
    if not isinstance(value, str):
        return value
    text = printable(value)
    begins = unicodedata.normalize("NFKC", text.lstrip())[:1]
    numeric = text.lstrip("+-").replace(".", "", 1).isdecimal() and text.isascii()
    return f"'{text}" if begins in tuple("=+-@|") and begins and not numeric else text


def feedback_page(title: str, row: Row) -> str:
    """A page for one student: parts, points and hints; no inputs, no expected values, nothing the submission said.

    `title` is the assignment's.
    """
    grade = row.grade
    body = [f"<h1>{_escape(title)}</h1>"]
    body.append(f"<p>{_escape(row.student)}: <strong>{number(grade.total)}</strong> of ")
    body.append(f"{number(grade.possible)} points.</p>")
    if grade.refused:
        body.append(f"<p class=no>{_escape(grade.status)}: {_escape(grade.message)}</p>")
    for note in row.notes:
        body.append(f"<p>{_escape(note)}</p>")
    for question in grade.questions:
        points = f"{number(question.earned)} / {number(question.points)}"
        body.append(f"<h2>{_escape(question.name)} · {_escape(question.title)} ({points})</h2><table>")
        for part in question.parts:
            mark, kind = ("✓", "yes") if part.passed else ("✗", "no")
            earned = f"{number(part.points if part.passed else 0)} / {number(part.points)}"
            text = _escape(part.text)
            body.append(f"<tr><td class={kind}>{mark}</td><td>{text}</td><td class=points>{earned}</td></tr>")
        body.append("</table>")
    return _page(title, "".join(body))


def _summary(assignment: Assignment, rows: Sequence[Row]) -> str:
    """Counts, a histogram of totals, what was lost most often, and what wants a look."""
    totals = [row.grade.total for row in rows]
    bins = 10
    counts = [0] * bins
    for total in totals:
        counts[min(int(bins * total / assignment.points), bins - 1)] += 1
    top = max(counts, default=0) or 1
    bars = []
    for i, count in enumerate(counts):
        label = f"{number(assignment.points * i / bins)}–{number(assignment.points * (i + 1) / bins)}"
        bar = f'<div style="background:#0072b2;height:1em;width:{100 * count / top:.0f}%"></div>'
        bars.append(f"<tr><td class=points>{label}</td><td style='width:70%'>{bar}</td><td>{count}</td></tr>")
    lost = Counter(
        (question.name, _mistake(part.text))
        for row in rows
        for question in row.grade.questions
        for part in question.parts
        if not part.passed and "not looked at" not in part.text and not row.grade.refused
    )
    mean = sum(totals) / len(totals) if totals else 0.0
    seconds = sum(row.grade.seconds for row in rows) / max(len(rows), 1)
    body = [f"<h1>{_escape(assignment.title)}</h1>"]
    body.append(
        f"<p>{len(rows)} submissions, mean {mean:.2f} of {number(assignment.points)} points, {seconds:.1f} s each.</p>"
    )
    body.append(f"<h2>Totals</h2><table>{''.join(bars)}</table><h2>Lost most often</h2><table>")
    body += [_table_row(name, text, n) for (name, text), n in lost.most_common(12)]
    body.append("</table>")
    if weaker := sorted({row.grade.walls for row in rows if row.grade.walls}):
        count = sum(bool(row.grade.walls) for row in rows)
        body.append(f"<p class=no>{count} submissions ran with less of a wall: {_escape('; '.join(weaker))}</p>")
    body.append("<h2>To look at</h2><table>")
    for row in rows:
        if _wants_a_look(row):
            modules = f" ({', '.join(row.shared)})" if row.shared else ""
            same = f"same work as {', '.join(row.duplicate)}{modules}" if row.duplicate else ""
            text = "; ".join(filter(None, [row.grade.message, same, *row.notes]))
            body.append(_table_row(row.submission, row.grade.status, text))
    return _page(assignment.title, "".join(body) + "</table>")


def _mistake(text: str) -> str:
    """A hint without the line and the file, so that one mistake of many counts as one; its cause stays."""
    return re.sub(r"(your code raised \w+) in .*?(?=: |$)", r"\1", text)


def _wants_a_look(row: Row) -> bool:
    """Whether a person should look at a row: what is only wrong or missing is told on its page."""
    grade = row.grade
    usual = grade.status in ("ok", "error", "missing", "time") and (grade.total > 0 or grade.status == "ok")
    return not usual or bool(row.duplicate or row.remarks) or any("several versions" in note for note in grade.notes)


def _table_row(*cells) -> str:
    return f"<tr>{''.join(f'<td>{_escape(str(cell))}</td>' for cell in cells)}</tr>"


def _page(title: str, body: str) -> str:
    """A complete page that needs nothing from anywhere."""
    name = _escape(title)
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{name}</title>'
    return f'<!doctype html><html lang="en"><head>{head}<style>{STYLE}</style></head><body>{body}</body></html>\n'
