"""What a submission earned, as text for a terminal, as a page for a student, as rows for a class."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Sequence

from grading.marking import Outcome, QuestionOutcome

__all__ = ["feedback_page", "number", "page", "table", "total_line"]

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
        if outcome.status == "error":
            lines += textwrap.wrap(outcome.message, width, initial_indent="     ! ", subsequent_indent="       ")
        if outcome.printed.strip() and outcome.earned < question.points:
            last = outcome.printed.strip().splitlines()[-3:]
            lines += [f"       printed: {line[: width - 16]}" for line in last]
    return "\n".join(lines)


def total_line(outcome: Outcome) -> str:
    """Points in all, and the share they are."""
    share = 100 * outcome.earned / outcome.possible
    return f"{'total':45} {number(outcome.earned) + ' / ' + number(outcome.possible):>8}   {share:.0f} %"


def feedback_page(title: str, student: str, row: dict) -> str:
    """A page for one student: parts, points and hints; no inputs, no expected values, nothing the submission said.

    Parameters
    ----------
    title : str
        Of the assignment.
    student : str
    row : dict
        As `grading.classroom.grade_one` returns it.
    """
    body = [f"<h1>{html.escape(title)}</h1>", f"<p>{html.escape(student)}: <strong>{number(row['total'])}</strong> of "]
    body.append(f"{number(row['possible'])} points.</p>")
    if row["refused"]:
        body.append(f"<p class=no>{html.escape(row['status'])}: {html.escape(row['message'])}</p>")
    for note in row["notes"]:
        body.append(f"<p>{html.escape(note)}</p>")
    for question in row["questions"]:
        points = f"{number(question['earned'])} / {number(question['points'])}"
        body.append(f"<h2>{html.escape(question['name'])} · {html.escape(question['title'])} ({points})</h2><table>")
        for part in question["parts"]:
            mark, kind = ("✓", "yes") if part["passed"] else ("✗", "no")
            earned = f"{number(part['points'] if part['passed'] else 0)} / {number(part['points'])}"
            text = html.escape(part["text"])
            body.append(f"<tr><td class={kind}>{mark}</td><td>{text}</td><td class=points>{earned}</td></tr>")
        body.append("</table>")
    return page(title, "".join(body))


def page(title: str, body: str) -> str:
    """A complete page that needs nothing from anywhere."""
    name = html.escape(title)
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{name}</title>'
    return f'<!doctype html><html lang="en"><head>{head}<style>{STYLE}</style></head><body>{body}</body></html>\n'
