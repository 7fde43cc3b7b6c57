"""What submissions earned: as text for a terminal, as a page for a student, as a table and a page for a class."""

from __future__ import annotations

import csv
import html
import io
import textwrap
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from grading.course.assignment import Assignment
from grading.course.grades import Row
from grading.judging.questions import Outcome, QuestionOutcome
from utils.files import write_atomically

__all__ = ["feedback_page", "number", "table", "total_line", "write_results"]

WIDTH = 100
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


def write_results(assignment: Assignment, out: Path, rows: Sequence[Row]) -> None:
    """Write `grades.csv`, a page for each student in `feedback/`, and `summary.html` into `out`."""
    write_atomically(out / "grades.csv", _csv(assignment, rows))
    feedback = out / "feedback"
    feedback.mkdir(exist_ok=True)
    for row in rows:
        write_atomically(feedback / f"{row.submission}.html", feedback_page(assignment.title, row))
    write_atomically(out / "summary.html", _summary(assignment, rows))


def _csv(assignment: Assignment, rows: Sequence[Row]) -> str:
    names = [question.name for question in assignment.questions]
    rest = ("total", "possible", "duplicate", "seconds", "message", "notes")
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(("submission", "student", "status", *names, *rest))
    for row in rows:
        grade = row.grade
        entries = [row.submission, row.student, grade.status]
        entries += [number(question.earned) for question in grade.questions]
        entries += [number(grade.total), number(grade.possible), ", ".join(row.duplicate), grade.seconds]
        writer.writerow([_cell(entry) for entry in (*entries, grade.message, "; ".join(row.notes))])
    return text.getvalue()


def _cell(value):
    """No cell begins with what a spreadsheet would run as a formula."""
    text = str(value)
    numeric = text.lstrip("+-").replace(".", "", 1).isdigit()
    return f"'{text}" if text.startswith(tuple("=+-@\t\r")) and not numeric else value


def feedback_page(title: str, row: Row) -> str:
    """A page for one student: parts, points and hints; no inputs, no expected values, nothing the submission said.

    `title` is the assignment's.
    """
    grade = row.grade
    body = [f"<h1>{html.escape(title)}</h1>"]
    body.append(f"<p>{html.escape(row.student)}: <strong>{number(grade.total)}</strong> of ")
    body.append(f"{number(grade.possible)} points.</p>")
    if grade.refused:
        body.append(f"<p class=no>{html.escape(grade.status)}: {html.escape(grade.message)}</p>")
    for note in row.notes:
        body.append(f"<p>{html.escape(note)}</p>")
    for question in grade.questions:
        points = f"{number(question.earned)} / {number(question.points)}"
        body.append(f"<h2>{html.escape(question.name)} · {html.escape(question.title)} ({points})</h2><table>")
        for part in question.parts:
            mark, kind = ("✓", "yes") if part.passed else ("✗", "no")
            earned = f"{number(part.points if part.passed else 0)} / {number(part.points)}"
            text = html.escape(part.text)
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
        (question.name, part.text)
        for row in rows
        for question in row.grade.questions
        for part in question.parts
        if not part.passed
    )
    mean = sum(totals) / len(totals) if totals else 0.0
    seconds = sum(row.grade.seconds for row in rows) / max(len(rows), 1)
    body = [f"<h1>{html.escape(assignment.title)}</h1>"]
    body.append(
        f"<p>{len(rows)} submissions, mean {mean:.2f} of {number(assignment.points)} points, {seconds:.1f} s each.</p>"
    )
    body.append(f"<h2>Totals</h2><table>{''.join(bars)}</table><h2>Lost most often</h2><table>")
    body += [_table_row(name, text, n) for (name, text), n in lost.most_common(12)]
    body.append("</table><h2>To look at</h2><table>")
    for row in rows:
        if row.grade.status != "ok" or row.duplicate or row.notes:
            same = f"same work as {', '.join(row.duplicate)}" if row.duplicate else ""
            text = "; ".join(filter(None, [row.grade.message, same, *row.notes]))
            body.append(_table_row(row.submission, row.grade.status, text))
    return _page(assignment.title, "".join(body) + "</table>")


def _table_row(*cells) -> str:
    return f"<tr>{''.join(f'<td>{html.escape(str(cell))}</td>' for cell in cells)}</tr>"


def _page(title: str, body: str) -> str:
    """A complete page that needs nothing from anywhere."""
    name = html.escape(title)
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{name}</title>'
    return f'<!doctype html><html lang="en"><head>{head}<style>{STYLE}</style></head><body>{body}</body></html>\n'
