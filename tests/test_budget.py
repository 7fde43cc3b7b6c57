"""The table of costs says what is known, marks what is over its budget, and judges nothing."""

from pathlib import Path

from book import budget
from book.budget import Cost, cost, table
from book.chapter import Chapter
from book.copies import Run, keep
from book.execute import execute


def row(text, name):
    (line,) = [line for line in text.splitlines() if line.startswith(name)]
    return line.split()[1:]


def test_what_is_over_its_budget_bears_a_star():
    light = Cost(Path("chapters/a/light.ipynb"), 11.9, 3.0, 10**9, 259_000, 300, 3500, 500, 200, 20, 30)
    heavy = Cost(Path("chapters/a/heavy.ipynb"), 12.1, 3.0, 2 * 10**9, 261_000, 300, 3501, 500, 201, 21, 31)
    trains = Cost(Path("chapters/generative/gan.ipynb"), 59.0, 3.0, 10**9, 100_000, 300, 10, 5, 5, 1, 1)
    text = table([light, heavy, trains])
    assert row(text, "a/light") == ["11.9", "3.0", "1000", "259", "300", "3500", "500", "200", "20", "30"]
    assert row(text, "a/heavy") == ["12.1*", "3.0", "2000*", "261*", "300", "3501*", "500*", "201", "21*", "31"]
    assert row(text, "generative/gan")[0] == "59.0"
    assert "3 of 3 chapters have run: 92 s" in text


def test_what_is_not_known_is_said(book):
    path = book.notebook("one", "1", prose="# Title\n\nThree more words.\n\n$$\nx\n$$ (eq-x)\n\nand $y$")
    found = cost(path, book.root)
    assert (found.formulas, found.words) == (2, 5)
    assert found.cpu_seconds is None
    assert row(table([found]), "one")[:4] == ["–", "–", "–", "–"]
    assert "0 of 1 chapters have run" in table([found])


def test_a_run_and_a_look_at_the_page_are_remembered(book, capsys):
    path = book.notebook("one", "import math", "x = 1\ny = 2")
    assert execute(path, book.root)[2] is None
    budget.remember_weight("chapters/one.html", 123_456, book.root)
    found = cost(path, book.root)
    assert found.page_bytes == 123_456
    assert (found.open_lines, found.folded_lines) == (3, 0)
    assert found.memory_bytes > 1 << 24
    assert budget.main(book.root) == 0
    assert row(capsys.readouterr().out.split("\n\n")[0], "one")[3] == "123"


def test_a_copy_of_old_code_is_still_the_last_run(book):
    path = book.notebook("one", "1")
    from nbformat import read

    keep(path, read(book.root / path, 4), Run((), 2.0, 1.5, 1.0, 10**8), book.root)
    book.notebook("one", "2")
    assert cost(path, book.root).cpu_seconds == 1.5


def test_equations_are_counted_by_how_they_are_verified(book):
    prose = "\n\n".join(f"$$\n{name}\n$$ (eq-{name})" for name in "abc")
    path = book.notebook(
        "one", 'check("eq-a", printed={"a": a}, b=1)\ncheck("eq-b", not_printed="a limit")', prose=prose
    )
    text = budget.prints([Chapter(book.root / path)])
    assert row(text, "one") == ["3", "1", "1", "1"]
    assert row(text, "together") == ["3", "1", "1", "1"]
    assert "1 not printed: a limit" in text
