"""A wrong formula cannot be published: the mutation tester says what nothing notices.

That the chapters notice is tested while they run: book/nbval_plugin.py plants a few signs in each.
"""

import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from book.chapter import Chapter
from book.mutants.__main__ import main
from book.mutants.population import mutants, mutate, sample
from book.mutants.print import misprints
from book.order import ROOT

SETUP = (
    "import numpy as np\nfrom utils.checks import check, claim\nrng = np.random.default_rng(0)\nx = rng.normal(size=4)"
)


def changes(*sources, **options):
    """Mutants of a notebook of these cells, as 'before → after'."""
    return [f"{m.before} → {m.after}" for m in mutants(dict(enumerate(sources, 1)), **options)]


# which mutants there are

RULES = {
    "plus": ("a + b", ["a + b → a - b"]),
    "minus": ("a - b", ["a - b → a + b"]),
    "unary minus": ("-a", ["-a → a"]),
    "negative number": ("a[-1] * -1", ["a[-1] * -1 → a[-1]", "-1 → 1"]),
    "negative power": ("a ** -2", ["-2 → 2"]),
    "negative position": ("a.reshape(-1)", []),
    "random inputs": ("mu + 2 * rng.normal(size=3)", []),
    "random samples": ("mu + z", ["mu + z → mu - z"]),
    "factor before": ("2 * a", ["2 * a → a"]),
    "factor after": ("a * 0.5", ["a * 0.5 → a"]),
    "divisor": ("a / 2", ["a / 2 → a"]),
    "transpose": ("a.T @ b", ["a.T → a"]),
    "count": ("a / n", ["a / n → a / (n - 1)"]),
    "count by len": ("a / len(b)", ["a / len(b) → a / (len(b) - 1)"]),
    "count by shape": ("a / b.shape[0]", ["a / b.shape[0] → a / (b.shape[0] - 1)"]),
    "count less one": ("a / (n - 1)", ["a / (n - 1) → a / n", "n - 1 → n + 1"]),
    "lambda": ("f(lambda v: v @ v)", ["lambda v: v @ v → lambda v: -(v @ v)"]),
    "inside a list": ("[a + i for i in b]", ["a + i → a - i"]),
    "positions are no formula": ("a[i + 1]", []),
    "ranges are no formula": ("[a for i in range(n - 1)]", []),
    "conditions are no formula": ("a if b + 1 > 0 else c", []),
    "text is no formula": ("f'{a + b}'", []),
    "axes are no formula": ("a.sum(axis=-n)", []),
}


@pytest.mark.parametrize("case", RULES)
def test_what_is_changed(case):
    side, expected = RULES[case]
    found = changes(f'check("eq-a", one={side}, other=other)')
    assert sorted(found) == sorted(expected)


def test_options_of_a_check_are_no_formula():
    assert changes('check("eq-a", one=a, two=b, tolerance=2 * eps, scale=1 + a, z=2 * z)') == []


def test_functions_and_values_that_some_sides_rest_on():
    cells = (
        "def g(x):\n    return x + 1",
        "def f(x):\n    y = g(x)\n    return 2 * y",
        "value = f(3) - 4\nunused = a + b",
        'check("eq-a", one=value, two=7)',
    )
    assert changes(*cells) == [
        "return x + 1 → return -(x + 1)", "x + 1 → x - 1",
        "return 2 * y → return -(2 * y)", "2 * y → y",
        "f(3) - 4 → f(3) + 4",
    ]  # fmt: skip


def test_what_all_sides_share_is_the_question_and_stays():
    assert changes("x = a + b\nh = lambda x: x - a", 'check("eq-a", one=h(x), two=f(h(x)))') == []


def test_functions_that_make_random_inputs_stay():
    cells = (
        "def random_matrix(rng):\n    return rng.normal() + 2 * np.eye(3)",
        'check("eq-a", one=random_matrix(r), two=c)',
    )
    assert changes(*cells) == []


def test_what_one_check_shares_another_may_verify():
    cells = "x = a + b", 'check("eq-a", one=f(x), two=g(x))', 'check("eq-b", one=f(x), two=c)'
    assert [m.labels for m in mutants(dict(enumerate(cells, 1)))] == [{"eq-b"}]


def test_only_the_definition_in_force_counts():
    cells = "y = a + b", "y = a - b", 'check("eq-a", one=y, two=c)', "y = a + c"
    assert changes(*cells) == ["a - b → a + b"]


def test_a_value_rests_on_what_held_when_it_was_computed():
    cells = "s = a + b", "y = f(s)", "s = a - b", 'check("eq-a", one=y, two=c)'
    assert changes(*cells) == ["a + b → a - b"]


def test_checks_in_loops_and_functions():
    assert changes('for i in b:\n    y = a + i\n    check("eq-a", one=y, two=c)') == ["a + i → a - i"]
    assert changes('def verify(a):\n    y = a + 1\n    check("eq-a", one=y, two=a)') == ["a + 1 → a - 1"]


def test_returned_tuples_have_no_one_sign():
    assert changes("def f(x):\n    return x, x", 'check("eq-a", one=f(x)[0], two=c)') == []


def test_an_excuse_on_the_line_leaves_it_out():
    assert changes("def f(x):\n    return (x - 1) ** 2  # no mutant: even\n", 'check("eq-a", one=f(x), two=c + d)') == [
        "c + d → c - d"
    ]


def test_choice_by_label_and_kind():
    cell = 'check("eq-a", one=a + b, two=c.T)\ncheck("eq-b", one=2 * d, two=e)'
    assert changes(cell, label="eq-b") == ["2 * d → d"]
    assert changes(cell, kinds=["sign", "transpose"]) == ["a + b → a - b", "c.T → c"]


def test_magics_are_understood():
    assert changes('%matplotlib inline\ncheck("eq-a", one=a + b, two=c)') == ["a + b → a - b"]


def test_only_the_one_place_is_changed():
    source = 'y = a + b\ncheck("eq-a", one=a + b, two=a + b)'
    places = mutants({1: source})
    assert [mutate(source, m) for m in places] == [
        "y = a + b\ncheck('eq-a', one=a - b, two=a + b)",
        "y = a + b\ncheck('eq-a', one=a + b, two=a - b)",
    ]


def test_the_sample_is_spread_and_always_the_same():
    population = mutants({i: f'check("eq-a", one=a{i} + b, two=c)' for i in range(1, 31)})
    chosen = sample(population, 3)
    assert chosen == sample(population, 3)
    assert [(m.cell - 1) // 10 for m in chosen] == [0, 1, 2]
    assert sample(population, 99) == population
    assert len(sample(population, 29)) == 29


# what notices them


@pytest.fixture
def notebook(tmp_path):
    def write(*cells):
        nb = new_notebook(cells=[new_markdown_cell("# Title"), *map(new_code_cell, (SETUP, *cells))])
        path = tmp_path / "tiny.ipynb"
        path.write_text(nbformat.writes(nb), "utf-8")
        return path

    return write


def run_command(*arguments):
    """The command, in a process of its own, as it is used."""
    done = subprocess.run([sys.executable, "-m", "book.mutants", *map(str, arguments)],
                          cwd=ROOT, capture_output=True, text=True, timeout=900)  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout, done.stderr


def test_a_survivor_is_reported(notebook):
    """The second check has x − x on both sides of its error: it cannot tell plus from minus."""
    path = notebook(
        'print("noise")\ncheck("eq-good", one=np.sum(x + 1), two=x.sum() + 4)',
        'y = x + 0 * x\ncheck("eq-blind", one=y, two=np.copy(x))',
    )
    status, out, _ = run_command(path)
    rows = out.splitlines()
    assert status == 1
    assert [row.split()[0] for row in rows[1:-1]] == ["caught", "caught", "SURVIVED", "caught"]
    assert "cell   3" in rows[1]
    assert "x + 1  →  x - 1" in rows[1]
    assert "eq-good: 'one' and 'two' disagree" in rows[1]
    assert "x + 0 * x  →  x - 0 * x" in rows[3]
    assert "noise" not in out
    assert rows[-1].startswith("3 caught, 0 crashed, 1 SURVIVED, 0 TIMED OUT")


def test_all_caught_by_checks_claims_and_errors(notebook):
    path = notebook(
        "def f(x):\n    return np.sqrt(x @ x)",
        'n = 4\nA = np.ones((2, n))\nclaim("It is long", f(x) > 0, length=f(x))',
        'check("eq-a", one=f(x) ** 2, two=np.sum(x**2))',
        'check("eq-b", one=(A.T @ np.ones(2)).sum(), two=8)',
    )
    status, out, _ = run_command(path)
    rows = out.splitlines()
    assert status == 0
    assert "claim failed: It is long" in rows[1]
    assert rows[2].startswith("crashed ")
    assert "ValueError" in rows[2]


def test_later_cells_notice_too(notebook):
    path = notebook("def f(x):\n    return x + 1", "z = f(x)", 'check("eq-far", one=z, two=1 + x)')
    status, out, _ = run_command(path, "--kind", "sign")
    assert status == 0
    assert out.count("eq-far: 'one' and 'two' disagree") == 3


def test_one_that_does_not_end_is_undecided_and_counts(notebook):
    path = notebook('check("eq-a", one=1.0 + (x[0] * 0), two=1)', "import time\ntime.sleep(30 if x[0] else 0)")
    status, out, _ = run_command(path, "--seconds", "2")
    assert status == 1
    assert "TIMED OUT" in out.splitlines()[1]
    assert "no end within 2 s" in out


def test_one_that_kills_the_process_is_a_crash(notebook):
    path = notebook('import os\ny = 1 + x\nif y[0] != 1 + x[0]:\n    os._exit(3)\ncheck("eq-a", one=y, two=x - -1)')
    status, out, _ = run_command(path, "--kind", "sign")
    assert status == 0
    assert "crashed" in out
    assert "the process ended" in out


def test_a_chapter_that_fails_by_itself(notebook):
    path = notebook("undefined", 'check("eq-a", one=1 + x, two=x)')
    status, out, _ = run_command(path)
    assert status == 2
    assert "cell 3 fails unchanged: NameError" in out


def test_options(notebook, capsys):
    path = notebook('check("eq-a", one=1 + x, two=x - -1)\ncheck("eq-b", one=2 * x, two=x + x)')
    assert main([str(path), "--list", "--label", "eq-b"]) == 0
    out = capsys.readouterr().out
    assert "2 mutants, 2 to run" in out
    assert "eq-b" in out
    for bad in (["missing.ipynb"], [str(path), "--limit", "0"], [str(path), "--label", "eq-c"]):
        with pytest.raises(SystemExit) as ended:
            main(bad)
        assert ended.value.code == 2
    assert "nothing to change" in capsys.readouterr().err


# the print


def test_bounds_have_formulas_and_bindings_are_none():
    assert changes('bound("eq-a", value=a + b, upper=c)') == ["a + b → a - b"]
    assert changes('check("eq-a", printed={"a": a + b}, one=c - d)') == ["c - d → c + d"]


def test_what_the_print_rests_on_as_well_is_the_question():
    inputs, side = "v = u + w", 'check("eq-a", printed={"v": v}, one=2 * v)'
    assert changes(inputs, side) == ["2 * v → v"]


PRINT = "# Title\n\n$$\ns = \\sum_i x_i + 0\\cdot2\n$$ (eq-sum)"


@pytest.mark.parametrize("options", [[], ["--misprints"], ["--kind", "factor"]])
def test_misprints_are_tried_where_the_equation_is_checked(notebook, options):
    path = notebook('check("eq-sum", printed={r"\\mathbf{x}": x}, one=x.sum() + 0)')
    nb = nbformat.read(path, 4)
    nb.cells[0].source = PRINT
    path.write_text(nbformat.writes(nb), "utf-8")
    status, out, _ = run_command(path, *options)
    assert status == 1
    in_print = [line for line in out.splitlines() if "print of eq-sum" in line]
    assert {line.split()[0] for line in in_print} >= {"SURVIVED"}  # minus for plus before nothing
    assert any("factor    2  →  4" in line for line in in_print)
    assert ("line  1" in out) == (not options)
    if not options:
        assert any("index     i  →  {i+1}" in line and line.startswith("caught") for line in in_print)


def test_an_excuse_in_the_check_leaves_a_misprint_out():
    text = "$$\ny = \\operatorname{tr} A^\\top\n$$ (eq-trace)"
    places = []
    for excuse in ("", "  # no misprint: 23: a matrix has the trace of its transpose", "  # no misprint: 23:"):
        source = 'check("eq-trace", printed={"A": A}, by_hand=y)'[:-1] + f",{excuse}\n)"
        cells = [new_markdown_cell(text), new_code_cell(source)]
        chapter = Chapter.of(new_notebook(cells=cells), "chapters/one.ipynb")
        places.append({misprint.position for misprint in misprints(chapter)})
    assert places[0] - places[1] == {23}
    assert places[2] == places[0]  # an excuse gives a reason
