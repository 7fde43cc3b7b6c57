"""The page for a class: it lists who wants a look and nobody else, and counts a mistake once however it was told."""

import re

import pytest

from grading.course.grades import Grade, PartGrade, QuestionGrade, Row
from grading.course.report import write_results
from tests.handed_in import KNN


def row(name, status="ok", *, hint=None, refused=False, notes=(), more=(), **shown) -> Row:
    """Somebody with a part that is passed, unless `more` has others, and one that is lost for what `hint` says."""
    parts = [PartGrade("values", 3, True, "the values are right"), *more]
    if hint is not None:
        parts.append(PartGrade("speed", 2, False, f"speed: {hint}"))
    grade = Grade(status, "", refused, (QuestionGrade("q1", "One", tuple(parts)),), notes, (), 1.0)
    return Row(name, name, grade, **shown)


def section(tmp_path, rows, heading) -> list[list[str]]:
    """The cells of one table of the page."""
    assert write_results(KNN, tmp_path, rows) == []
    page = (tmp_path / "summary.html").read_text("utf-8")
    text = page.split(f"<h2>{heading}</h2>")[1].split("<h2>")[0]
    return [re.findall(r"<td>(.*?)</td>", line) for line in re.findall(r"<tr>(.*?)</tr>", text)]


def without_points(name, status) -> Row:
    grade = Grade(
        status, "", False, (QuestionGrade("q1", "One", (PartGrade("values", 3, False, "values: no"),)),), (), (), 1
    )
    return Row(name, name, grade)


#: Whose work is only unfinished or wrong, which the own page says: files of the original course are not all there is.
USUAL = [row("all"), row("half", "missing", hint="not graded"), row("raises", "error"), row("slow", "time")]
USUAL += [without_points("untouched", "ok"), row("notes", notes=("a.py was taken for knn.py",))]
WANTED = [
    row("ended", "crash"),
    row("lied", "protocol"),
    row("fault", "grader error"),
    row("locked", "unreadable", refused=True),
    without_points("nothing found", "missing"),
    without_points("raises everywhere", "error"),
    row("same", duplicate=("other",), shared=("knn",)),
    row("two", remarks=("this student has also handed in two.zip",)),
    row("old and new", notes=("several versions of knn.py",)),
]


def test_who_wants_a_look_is_listed_and_nobody_else(tmp_path):
    listed = section(tmp_path, USUAL + WANTED, "To look at")
    assert [name for name, *_ in listed] == [one.submission for one in WANTED]
    assert dict(zip([name for name, *_ in listed], listed, strict=True))["same"][2] == "same work as other (knn)"


@pytest.mark.parametrize("cause", ["", ": this is Python 2; run 2to3 -w on the file"])
@pytest.mark.parametrize("where", ["line {} of knn.py", "line {} of code cell {} of a.ipynb", "a{}.py"])
def test_one_mistake_in_different_lines_counts_as_one(tmp_path, where, cause):
    rows = [
        row(f"s{i}", "error", hint=f"your code raised NameError in {where.format(i, i)}{cause}") for i in (7, 9, 12)
    ]
    rows += [row("other", "error", hint="your code raised KeyError in line 7 of knn.py")]
    assert section(tmp_path, rows, "Lost most often") == [
        ["q1", f"speed: your code raised NameError{cause}", "3"],
        ["q1", "speed: your code raised KeyError", "1"],
    ]


def test_what_nobody_looked_at_is_no_mistake(tmp_path):
    unseen = PartGrade("memory", 1, False, "memory: not looked at, because of what is said above")
    rows = [row(f"s{i}", hint="there still is a loop", more=[unseen]) for i in range(2)]
    rows += [row(f"refused{i}", "empty", refused=True, hint="not graded") for i in range(5)]
    assert section(tmp_path, rows, "Lost most often") == [["q1", "speed: there still is a loop", "2"]]
