"""One submission never ends the run of a class: whatever it is called, holds or is, all others keep their rows."""

import csv
import gzip
import io
import json
import os
import resource
import struct
import subprocess
import sys
import tarfile
import time
import zipfile
from pathlib import Path

import pytest

from grading.box.sandbox import choose_sandbox
from grading.course import classroom, report
from grading.course.classroom import grade_all
from grading.course.grades import Grade, PartGrade, QuestionGrade, Row
from grading.course.submission import SubmissionRefused, collect
from grading.judging.questions import Outcome, QuestionOutcome
from tests.fuzz_grading import FUZZERS
from tests.handed_in import FOLDS, KNN, MODULE, SOLUTION, notebook, zipped


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """Who has handed in all modules gets all points: what is tested here comes before the boxes and after them."""

    def mark(self, submission, sandbox, **options):
        parts = [
            frozenset(p.name for p in q.parts) if q.module in submission.modules else frozenset()
            for q in self.questions
        ]
        outcomes = [QuestionOutcome(q, passed) for q, passed in zip(self.questions, parts, strict=True)]
        return Outcome(tuple(outcomes), tuple(submission.notes))

    monkeypatch.setattr("grading.course.assignment.Assignment.mark", mark)


@pytest.fixture
def submissions(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


def damaged(name: str) -> bytes:
    """The solution in a zip, with bytes of one compressed file changed."""
    content = bytearray(zipped(SOLUTION))
    at = content.index(name.encode()) + len(name) + 40
    content[at : at + 20] = bytes(20)
    return bytes(content)


def many_entries(count: int) -> bytes:
    return zipped({f"{i}": "" for i in range(count)}, zipfile.ZIP_STORED)


def tape(*entries, repeat: int = 0) -> bytes:
    """A compressed tar: the solution, then entries that are (name, kind, size as claimed, content), then zeros."""
    stream = io.BytesIO()
    with gzip.GzipFile(fileobj=stream, mode="wb", compresslevel=1) as file:
        for name, kind, size, content in (
            *((n, b"0", len(t.encode()), t.encode()) for n, t in SOLUTION.items()),
            *entries,
        ):
            entry = tarfile.TarInfo(name)
            entry.type, entry.size = kind, size
            file.write(entry.tobuf(tarfile.GNU_FORMAT) + content + bytes(-len(content) % 512))
        for _ in range(repeat):
            file.write(bytes(1 << 20))
    return stream.getvalue()


LONG = "x = " + "+".join("1" * 100_000) + "\n"
INNER_BOMB = tape(("huge.py", b"0", 400 << 20, b""), repeat=400)
#: What is handed in under a usual name, and the points that it gets.
CONTENTS: dict[str, tuple[bytes | str, float]] = {
    "nul.zip": (zipped(SOLUTION | {"\0secret.py": "x = 1"}), 20),
    "newline.zip": (zipped(SOLUTION | {"new\nline.py": "x = 1", "tab\t.py": "x", "\x1b[31m.py": ""}), 20),
    "damaged.zip": (damaged(MODULE), 4),
    "damaged_other.zip": (zipped(SOLUTION) + b"rest", 20),
    "folder_called_py.zip": (
        zipped(SOLUTION | {"x.py/": "", "y.py/z.txt": "", "from_notebook_cross_validation.py/a.txt": ""}),
        20,
    ),
    "folder_called_module.zip": (
        zipped({f"{MODULE}/a.txt": "", f"deep/{MODULE}": SOLUTION[MODULE], FOLDS: SOLUTION[FOLDS]}),
        20,
    ),
    "only_a_folder_called_module.zip": (zipped({f"{MODULE}/a.txt": "", FOLDS: SOLUTION[FOLDS]}), 4),
    "notebook_folder.zip": (
        zipped({"from_notebook_cross_validation.py/a.txt": "", "a.ipynb": notebook(*SOLUTION.values())}),
        20,
    ),
    "long_expression.zip": (zipped(SOLUTION | {"long.py": LONG}), 20),
    "long_expression_in_module.zip": (zipped(SOLUTION | {MODULE: SOLUTION[MODULE] + LONG}), 20),
    "long_expression.ipynb": (
        notebook(SOLUTION[MODULE], LONG, "x = " + "(" * 50_000, "-" * 100_000 + "1", SOLUTION[FOLDS]),
        20,
    ),
    "magics.ipynb": (notebook("!ls\n%time x\n" * 20_000 + "def broken(:", *SOLUTION.values()), 20),
    "strings.ipynb": (notebook("'''" * 20_001 + "!ls\n" * 20_000, *SOLUTION.values()), 20),
    "brackets.ipynb": ("[" * 5_000_000, 0),
    "lists.ipynb": ('{"cells": [' + "[]," * 6_000_000 + "[]]}", 0),
    "odd_cells.ipynb": (json.dumps({"cells": [3, None, {"cell_type": "code", "source": {"a": 1}}]}), 0),
    "surrogates.ipynb": (notebook("x = '\ud800'", *SOLUTION.values()), 20),
    "nul_in_source.zip": (zipped({MODULE: "\0" + SOLUTION[MODULE], FOLDS: SOLUTION[FOLDS]}), 20),
    "entries.zip": (many_entries(30_000), 0),
    "lzma.zip": (zipped(SOLUTION, zipfile.ZIP_LZMA), 0),
    "bomb_in_zip.zip": (zipped(SOLUTION | {"more.zip": zipped({"a.py": bytes(200 << 20)})}), 20),
    "recursive.zip": (zipped({"a.zip": zipped({"b.zip": zipped({"c.zip": zipped(SOLUTION)})})}), 0),
    "deep.zip": (zipped(SOLUTION | {"d/" * 1500 + "x.py": "x = 1"}), 20),
    "long_names.zip": (zipped(SOLUTION | {"n" * 60_000 + ".py": "x = 1", "n" * 250 + ".py": "x = 1"}), 20),
    "tape.tar.gz": (tape(), 20),
    "bomb.tar.gz": (tape(("huge.bin", b"0", 1 << 40, b""), repeat=400), 0),
    "bomb_of_python.tgz": (tape(("huge.py", b"0", 400 << 20, b""), repeat=400), 0),
    "bomb_of_names.tgz": (tape(("huge", b"L", 290 << 20, b""), repeat=291), 20),
    "bomb_of_settings.tgz": (tape(("huge", b"x", 200 << 20, b""), repeat=201), 20),
    "many.tgz": (tape(*((f"{i}", b"0", 0, b"") for i in range(21_000))), 0),
    "negative.tar.gz": (tape(("x.py", b"0", -1024, b""), ("y.py", b"0", 0, b"")), 20),
    "odd_entries.tgz": (tape(*(("x.py", bytes([kind]), 0, b"") for kind in range(256))), 20),
    "bomb_in_tar.tgz": (tape(("a.tgz", b"0", len(INNER_BOMB), INNER_BOMB)), 20),
    "only.zip": (struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 65535, 65535, 0, 0, 0), 0),
}


@pytest.mark.parametrize("name", CONTENTS)
def test_what_it_holds_costs_nobody_else_his_row(submissions, tmp_path, name):
    content, points = CONTENTS[name]
    (submissions / "good.zip").write_bytes(zipped(SOLUTION))
    (submissions / name).write_bytes(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)
    rows = {row.submission: row for row in grade_all(KNN, submissions, tmp_path / "out")}
    assert rows["good.zip"].grade.total == 20
    grade = rows[name].grade
    assert grade.status != "grader error", grade.message
    assert grade.total == points, (grade.status, grade.message, rows[name].notes)
    assert len(list((tmp_path / "out" / "feedback").iterdir())) == 2


NAMES = [
    b"new\nline.zip",
    "naïve.zip".encode("latin-1"),
    b"n" * 245 + b".zip",
    b".hidden.zip",
    b"=1+1.zip",
    "＝1+1.zip".encode(),
]
NAMES += [
    b" .zip",
    b"...zip",
    b"-rf",
    b'a<b>&".zip',
    b"con.zip",
    b"\x1b[31mred.zip",
    "\u202egpj.zip".encode(),
    b"%s{0}.zip",
    b"x.py",
]


def test_what_it_is_called_costs_nobody_a_row(submissions, tmp_path):
    for name in NAMES:
        with open(os.path.join(os.fsencode(submissions), name), "wb") as file:
            file.write(zipped(SOLUTION))
    for name in (".DS_Store", "Thumbs.db", "._a.zip"):
        (submissions / name).write_bytes(b"x")
    rows = grade_all(KNN, submissions, tmp_path / "out")
    assert sorted(os.fsencode(row.submission) for row in rows) == sorted(NAMES)
    assert {row.grade.total for row in rows} == {20}
    pages = {path.name: path.read_text("utf-8") for path in (tmp_path / "out" / "feedback").iterdir()}
    assert len(pages) == len(NAMES)
    with (tmp_path / "out" / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    assert {row["total"] for row in table} == {"20"}
    assert {row["feedback"] for row in table} == set(pages)
    assert all(value.isprintable() for row in table for value in row.values())
    assert not any(row["submission"].startswith(("=", "＝")) for row in table)
    assert all(c.isprintable() for text in pages.values() for c in text.replace("\n", ""))


def test_pages_of_odd_names_are_nobody_elses():
    odd = "ü\n"
    first = report.page_names([odd])[odd]
    both = report.page_names([odd, first.removesuffix(".html")])
    assert len({page.lower() for page in both.values()}) == 2


@pytest.fixture
def deep(submissions):
    """A folder with others in it, 1500 levels deep, which is more than most programs put away again."""
    yield submissions / "deep"
    subprocess.run(["rm", "-rf", submissions / "deep"], check=True)


def test_folders_of_every_kind(submissions, tmp_path, deep):
    (submissions / "x.py").mkdir()
    (submissions / "x.py" / "x.py").mkdir()
    for name, text in SOLUTION.items():
        (submissions / "x.py" / name).write_text(text)
    deep.mkdir()
    for name, text in SOLUTION.items():
        (deep / name).write_text(text)
    here = os.open(deep, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d" * 50, dir_fd=here)
        below = os.open("d" * 50, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    os.mkfifo(submissions / "x.py" / "pipe.py")
    os.mkfifo(submissions / "pipe.zip")
    (deep / "self").symlink_to(deep)
    (submissions / "secret").mkdir()
    for name, text in SOLUTION.items():
        (submissions / "secret" / name).write_text(text)
    (submissions / "secret" / FOLDS).chmod(0)
    rows = {row.submission: row for row in grade_all(KNN, submissions, tmp_path / "out")}
    assert {name: row.grade.total for name, row in rows.items()} == {
        "x.py": 20,
        "deep": 20,
        "pipe.zip": 0,
        "secret": 20 if os.getuid() == 0 else 16,
    }
    assert not any(row.grade.status == "grader error" for row in rows.values())


def test_grades_are_written_before_anything_that_can_fail(submissions, tmp_path, monkeypatch, capsys):
    (submissions / "good.zip").write_bytes(zipped(SOLUTION))

    def broken(*arguments):
        raise RuntimeError("broken")

    monkeypatch.setattr(classroom, "compared", broken)
    monkeypatch.setattr(report, "feedback_page", broken)
    monkeypatch.setattr(report, "_summary", broken)
    (row,) = grade_all(KNN, submissions, tmp_path / "out")
    assert row.grade.total == 20
    with (tmp_path / "out" / "grades.csv").open(encoding="utf-8-sig") as file:
        assert [row["total"] for row in csv.DictReader(file)] == ["20"]
    said = capsys.readouterr().err
    assert "equal work was not looked for" in said
    assert "no page for good.zip" in said
    assert "no summary.html" in said


def test_pages_of_who_is_no_longer_there_go(submissions, tmp_path):
    for name in ("alice.zip", "bob.zip"):
        (submissions / name).write_bytes(zipped(SOLUTION))
    grade_all(KNN, submissions, tmp_path / "out")
    (submissions / "bob.zip").unlink()
    grade_all(KNN, submissions, tmp_path / "out")
    assert [path.name for path in (tmp_path / "out" / "feedback").iterdir()] == ["alice.zip.html"]


def test_results_in_the_folder_itself_are_no_submission(submissions):
    (submissions / "alice.zip").write_bytes(zipped(SOLUTION))
    for _ in range(2):
        rows = grade_all(KNN, submissions, submissions / "results")
        assert [row.submission for row in rows] == ["alice.zip"]


def test_who_looks_into_a_submission_has_little_memory_and_time(tmp_path, monkeypatch):
    """A process that dies of one is started again, and finds the modules by their names."""
    (tmp_path / "in.zip").write_bytes(zipped(SOLUTION))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    folder = tmp_path / "out"
    folder.mkdir()
    crash = "import sys; sys.path.insert(0, ROOT)\nfrom grading.course import gather, sameness\n"
    crash += "gather.statements_of = lambda text: bytes(8 << 30)\ngather.main()"
    root = str(Path(__file__).resolve().parents[1])
    monkeypatch.setattr("grading.course.submission.START", crash.replace("ROOT", repr(root)))
    submission = collect(tmp_path / "in.zip", KNN.modules, folder)
    assert submission.modules == {"k_nearest_neighbor": MODULE, "cross_validation": FOLDS}
    assert any("MB of memory" in note for note in submission.notes)
    assert time.perf_counter() - start < 120  # it has not hung
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_maxrss <= max(before.ru_maxrss, 1 << 20)


def test_who_asks_too_much_of_it_is_refused(tmp_path, monkeypatch):
    (tmp_path / "in.zip").write_bytes(zipped(SOLUTION))
    for number, crash in enumerate(("import os; os._exit(7)", "print('x')", "import time; time.sleep(60)")):
        monkeypatch.setattr("grading.course.submission.START", crash)
        monkeypatch.setattr("grading.course.submission.SECONDS", 2)
        folder = tmp_path / f"out{number}"
        folder.mkdir()
        with pytest.raises(SubmissionRefused, match="looking into it"):
            collect(tmp_path / "in.zip", KNN.modules, folder)


@pytest.mark.parametrize("fuzzer", FUZZERS)
def test_random_ones_are_taken_or_refused(fuzzer):
    outcomes = fuzzer(5.0, int(time.time()), least=300)  # however slow the machine is
    assert len(outcomes) > 1, outcomes


def row(name: str, work: tuple[str, ...] = (), **given) -> Row:
    questions = (QuestionGrade("q1", "one", (PartGrade("a", 2, True, "fine"),)),)
    return Row(name, name, Grade("ok", "", False, questions, (), work, 1.0, **given))


def test_a_row_with_less_of_a_wall_says_so(tmp_path, submissions):
    (submissions / "a.zip").write_bytes(zipped(SOLUTION))
    (graded,) = grade_all(KNN, submissions, tmp_path / "out", sandbox=choose_sandbox(False))
    assert "no bubblewrap" in graded.grade.walls
    with (tmp_path / "out" / "grades.csv").open(encoding="utf-8-sig") as file:
        assert "no bubblewrap" in next(csv.DictReader(file))["walls"]
    assert "less of a wall" in (tmp_path / "out" / "summary.html").read_text("utf-8")
    assert "wall" not in (tmp_path / "out" / "feedback" / "a.zip.html").read_text("utf-8")


def test_other_machines_do_not_grade_without_a_wall_unless_told_to(tmp_path, submissions, monkeypatch):
    (submissions / "a.zip").write_bytes(zipped(SOLUTION))
    monkeypatch.setattr(classroom, "bubblewrap_problem", lambda: "bubblewrap is not installed")
    with pytest.raises(RuntimeError, match="is not installed"):
        grade_all(KNN, submissions, tmp_path / "out", scheduler="tcp://127.0.0.1:1")


def test_a_spreadsheet_sees_utf8_and_no_formula(tmp_path, submissions):
    (submissions / "Müller.zip").write_bytes(zipped(SOLUTION))
    grade_all(KNN, submissions, tmp_path / "out")
    content = (tmp_path / "out" / "grades.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert "Müller.zip" in content.decode("utf-8-sig")
    for text in ("=1", "＝1+1", " =1", "+x", "＋1", "@a", "－2", "|x"):
        assert report._cell(text).startswith("'"), text
    assert not report._cell("\t=1").startswith(("=", "\t"))
    assert [report._cell(text) for text in ("a", "-2.5", "+3", "")] == ["a", "-2.5", "+3", ""]


if sys.platform != "linux":
    pytestmark = pytest.mark.skip("file names and limits of Linux")
