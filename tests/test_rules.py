"""Each rule is broken once, alone; what only looks like a violation passes; and every chapter of the book obeys."""

import json
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from book import rules
from book.chapter import Chapter
from book.order import ROOT, chapter_files, notebooks
from book.rules import collisions, violations
from book.rules.__main__ import main

CHAPTERS = chapter_files()

EXERCISE = "```{exercise}\n:label: ex-demo-%s\nShow that $n! > 0$.\n```"
SOLUTION = "```{solution-start} ex-demo-%s\n:class: dropdown\n```"
END = "```{solution-end}\n```"

#: A small chapter that breaks no rule; names that start with "code" are code cells.
GOOD = {
    "title": "# Demonstration\n\nYou will see a rule.\n\n"
    ":::{admonition} What you will be able to do\n:class: objectives\n- derive it\n:::\n\n"
    ":::{admonition} What you need first\n:class: prerequisites\n- nothing\n:::",
    "code imports": "import matplotlib.pyplot as plt\nimport numpy as np\nfrom myst_nb import glue\n\n"
    "from utils.checks import check, claim\nfrom utils.plotting import show, use_style\n\nuse_style()\n"
    "rng = np.random.default_rng(0)",
    "code figure": 'fig, ax = plt.subplots()\nax.plot([0, 1])\nshow(fig, alt="A line from zero to one")',
    "derivation": "## Derivation\n\n$$\n(a + b)^2 = a^2 + 2ab + b^2\n$$ (eq-demo-square)\n\nSee {eq}`eq-demo-square`.",
    "code check": "a, b = rng.normal(size=2)\n"
    'check("eq-demo-square", printed={"a": a, "b": b}, square=(a + b) ** 2, sum=a**2 + 2 * a * b + b**2)',
    "code claim": 'glue("demo-a", a, display=False)\nclaim("The number is small", abs(a) < 9, a=a)',
    "number": "The number is {glue:text}`demo-a:.2f`.",
    "exercises": "## Exercises",
    **{
        f"{kind} {i}": text
        for i in "abc"
        for kind, text in {
            "exercise": EXERCISE % i,
            "solution": SOLUTION % i,
            "code solution": 'claim("Two is even", 2 % 2 == 0, remainder=2 % 2)',
            "end": END,
        }.items()
    },
    "summary": "## Summary\n\n| result | equation |\n|---|---|\n| square | {eq}`eq-demo-square` |",
    "references": "## References\n\n{cite:p}`somebody2020`.",
}


@pytest.fixture
def broken(tmp_path):
    """Write the good chapter with some cells replaced (None leaves one out), and return what it breaks."""

    def write(changes=None, name="demo", edit=lambda nb: None):
        assert (changes or {}).keys() <= GOOD.keys(), "no such cell"
        cells = {key: text for key, text in (GOOD | (changes or {})).items() if text is not None}
        make = {True: new_code_cell, False: new_markdown_cell}
        nb = new_notebook(cells=[make[key.startswith("code")](text, id=key.replace(" ", "-"))
                                 for key, text in cells.items()])  # fmt: skip
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.metadata["jupyter"] = {"source_hidden": True}
        edit(nb)
        path = tmp_path / f"{name}.ipynb"
        path.parent.mkdir(exist_ok=True)
        path.write_text(nbformat.writes(nb), "utf-8")
        return violations(path)

    return write


def number(key: str) -> int:
    return list(GOOD).index(key) + 1


def only(found, cell, *parts):
    """There is one violation, which names file, cell, fault and remedy."""
    assert len(found) == 1, [str(violation) for violation in found]
    text = str(found[0])
    assert "demo.ipynb" in text
    assert (f"cell {number(cell)}:" if cell else "notebook:") in text
    assert found[0].message
    assert found[0].remedy[0].isupper()
    for part in parts:
        assert part in text, text


def test_the_good_chapter_breaks_no_rule(broken):
    assert broken() == []


def test_a_chapter_of_commands_states_no_equation_and_claims_what_they_do(broken):
    without = {"derivation": "## D", "code check": "a = 1", "summary": "## Summary\n\nWords."}
    assert broken(without, "practice/demo") == []
    claims = {
        key: "a = 1" for key in GOOD if key.startswith("code") and "claim(" in GOOD[key] and key != "code imports"
    }
    found = [violation.message for violation in broken(without | claims | {"number": "Text"}, "practice/demo")]
    assert "nothing is asserted" in found


#: what is broken: (cells replaced, cell named, words of the message and of the remedy)
BREAKS = {
    "syntax": ({"code figure": "fig = ("}, "code figure", "not valid Python", "Mend"),
    "label without eq-": (
        {"derivation": "## Derivation\n\n$$ a $$ (eq-demo-square)\n\n$$ b $$ (demo-other)"},
        "derivation", "'demo-other'", "Name it 'eq-demo-other'"),
    "label with a space": (
        {"derivation": "## D\n\n$$ a $$ (eq-demo-square)\n\n$$ b $$ (eq-demo other)"},
        "derivation", "'eq-demo other'", "Name it"),
    "label of a math directive": (
        {"derivation": "## D\n\n$$ a $$ (eq-demo-square)\n\n```{math}\n:label: energy\nE\n```"},
        "derivation", "'energy'", "Name it 'eq-energy'"),
    "equation in a directive in a directive": (
        {"number": "::::{note}\n:::{tip}\n$$\na\n$$ (eq-other)\n:::\n::::"},
        "number", "'eq-other' has no check", "Add check"),
    "equation in a directive in a list": (
        {"number": "- Item\n\n  ```{math}\n  ---\n  label: eq-other\n  ---\n  a\n  ```"},
        "number", "'eq-other' has no check", "Add check"),
    "equation in a line": (
        {"number": "Text\n$$\na\n$$ (eq-other)"}, "number", "'eq-other' labels no equation", "between blank lines"),
    "label of an equation at a theorem": (
        {"number": "```{prf:theorem}\n:label: eq-other\nText\n```"},
        "number", "'eq-other' of {prf:theorem}", "Begin it otherwise"),
    "no check": ({"code check": "a = 1"}, "derivation", "'eq-demo-square' has no check", 'Add check("eq-demo-square"'),
    "directive without check": (
        {"derivation": "## D\n\n$$ a $$ (eq-demo-square)\n\n```{math}\n:label: eq-energy\nE\n```"},
        "derivation", "'eq-energy' has no check", "Add check"),
    "check of another object": (
        {"code check": 'a = 1\ngrader.check("eq-demo-square")'}, "derivation", "has no check", "Add check"),
    "check without equation": (
        {"code check": GOOD["code check"] + '\ncheck("eq-other", one=1.0, two=a)'},
        "code check", "'eq-other', which no equation has", "Label the equation"),
    "computed label": (
        {"code check": GOOD["code check"] + '\nfor k in "ab":\n    check(f"eq-{k}", one=1.0, two=a)'},
        "code check", "label is computed", "Write the label out"),
    "no equation": ({"derivation": "## D", "code check": "a = 1"}, None, "no labelled equation", "Label each"),
    "computed bindings": (
        {"code check": GOOD["code check"].replace('{"a": a, "b": b}', "dict(a=a, b=b)")},
        "code check", "bindings of 'eq-demo-square' are computed", "Write them out"),
    "computed reason": (
        {"code check": GOOD["code check"].replace('printed={"a": a, "b": b}', 'not_printed="a" + "b"')},
        "code check", "why 'eq-demo-square' is not printed is computed", "Write it out"),
    "neither evaluated nor said why": (
        {"code check": GOOD["code check"].replace('printed={"a": a, "b": b}, ', "")},
        "derivation", "'eq-demo-square' is not evaluated as it is printed", "or say why not"),
    "too few evaluated": (
        {"number": "$$\na\n$$ (eq-other)\n\nThe number is {glue:text}`demo-a:.2f`.",
         "code check": GOOD["code check"].replace('printed={"a": a, "b": b}', 'not_printed="a limit"')
         + '\ncheck("eq-other", not_printed="a law", one=a + b, two=b + a)'},
        "derivation", "2 of 2 labelled equations are not evaluated", "Bind the names of more of them: 80%"),
    "claim without value": (
        {"code claim": GOOD["code claim"].replace(", a=a)", ")")}, "code claim", "claim without", "Pass it by name"),
    "claim with holds= only": (
        {"code claim": GOOD["code claim"].replace("abs(a) < 9, a=a", "holds=abs(a) < 9")},
        "code claim", "claim without", "Pass it by name"),
    "figure not shown": (
        {"code figure": "fig, ax = plt.subplots()"}, "code figure", "not shown with alt text", "show(fig, alt=…)"),
    "figure of pyplot": ({"code figure": "plt.plot([1, 2])"}, "code figure", "not shown with alt text", "End the cell"),
    "figure in a loop": (
        {"code figure": "for k in range(2):\n    fig = plt.figure()"}, "code figure", "not shown", "End the cell"),
    "figure of a helper": (
        {"code imports": GOOD["code imports"] + "\n\n\ndef draw():\n    fig, ax = plt.subplots()\n    return fig",
         "code figure": "draw()"},
        "code figure", "not shown with alt text", "End the cell"),
    "plt.show": (
        {"code figure": GOOD["code figure"] + "\nplt.show()"}, "code figure", "plt.show(), which has no alt", "show("),
    "fig.show": (
        {"code figure": GOOD["code figure"] + "\nfig.show()"}, "code figure", "fig.show(), which has no alt", "show("),
    "no alt": ({"code figure": "fig, ax = plt.subplots()\nshow(fig)"}, "code figure", "without alt text", "alt=…"),
    "only caption": (
        {"code figure": 'fig, ax = plt.subplots()\nshow(fig, caption="c")'}, "code figure", "without alt", "alt=…"),
    "frames without alts": (
        {"code figure": 'figs = [plt.figure()]\nshow_frames(figs, ["a"])'}, "code figure", "without alt", "alt=…"),
    "no objectives": (
        {"title": GOOD["title"].replace(":class: objectives\n", "")}, None, "no card of objectives", "Add :::"),
    "no prerequisites": (
        {"title": GOOD["title"].replace(":class: prerequisites\n", "")}, None, "no card of prerequisites", "Add :::"),
    "no exercises heading": ({"exercises": "Exercises"}, None, "no section 'Exercises'", "## Exercises"),
    "no summary": ({"summary": "Summary"}, None, "no section 'Summary'", "## Summary"),
    "no references": ({"references": "{cite}`a`"}, None, "no section 'References'", "## References"),
    "no citation": ({"references": "## References\n\nNone."}, None, "cites nothing", "{cite}`key`"),
    "first heading no title": (
        {"title": GOOD["title"].replace("# Dem", "## Dem")}, "title", "not the title", "Begin with"),
    "second title": ({"summary": "# Other\n\n" + GOOD["summary"]}, "summary", "a second title", "Use '##'"),
    "second title, underlined": (
        {"summary": "Other\n=====\n\n" + GOOD["summary"]}, "summary", "a second title", "Use '##'"),
    "heading in a directive": (
        {"number": "```{note}\n### Deep\n```"}, "number", "inside {note}, where it begins no section", "outside"),
    "heading in a quotation": (
        {"number": "> ### Deep"}, "number", "inside a block, where it begins no section", "outside"),
    "jump": ({"number": "#### Deep\n\n" + GOOD["number"]}, "number", "jumps from 2 to 4", "one level at a time"),
    "two exercises": (
        {"exercise a": None, "solution a": None, "code solution a": None, "end a": None},
        None, "2 exercises, at least 3", "Add ```{exercise}"),
    "no solution": (
        {"solution a": "A solution.", "end a": "Its end."}, "exercise a", "'ex-demo-a' has no solution",
        "{solution-start} ex-demo-a"),
    "not folded": (
        {"solution a": SOLUTION.replace(":class: dropdown\n", "") % "a"}, "solution a", "not folded", "dropdown"),
    "solution runs nothing": ({"code solution a": None}, "exercise a", "runs nothing", "Put code cells between"),
    "solution verifies nothing": ({"code solution a": "1 + 1"}, "exercise a", "verifies nothing", "Add a check"),
    "solution not ended": ({"end c": "Text."}, None, "'ex-demo-c' does not end", "{solution-end}"),
    "solution inside another": ({"end a": "Text."}, "solution b", "'ex-demo-a' is still open", "{solution-end}"),
    "text after a solution's start": (
        {"solution a": SOLUTION % "a" + "\n\nText."}, "solution a", "other text beside {solution-start}", "own"),
    "text before a solution's end": ({"end a": "Text.\n\n" + END}, "end a", "beside {solution-end}", "cell of its own"),
    "exercise in a list": (
        {"exercise a": "- " + (EXERCISE % "a").replace("\n", "\n  ")},
        "exercise a", "beside {exercise}", "cell of its own"),
    "text after an exercise": (
        {"exercise a": EXERCISE % "a" + "\n\nMore."}, "exercise a", "beside {exercise}", "cell of its own"),
    "foreign glue key": (
        {"code claim": GOOD["code claim"] + '\nglue("other-a", a)'},
        "code claim", "'other-a' is not this", 'glue("demo-'),
    "glue key computed throughout": (
        {"code claim": GOOD["code claim"] + "\nglue(key, a)"}, "code claim", "key is not this chapter's", "Begin"),
    "glue that nothing glued": (
        {"number": "{glue:text}`demo-b:.2f`"}, "number", "'demo-b', which no cell glues", 'Add glue("demo-b"'),
    "glued figure that nothing glued": (
        {"number": "```{glue:figure} demo-b\n```"}, "number", "'demo-b', which no cell glues", "Add glue"),
    "long cell": ({"code figure": "x = 1\n" * 31}, "code figure", "31 lines of code", "Split it"),
    "sys.path": ({"code figure": "import sys\nsys.path.append('.')"}, "code figure", "touches sys.path", "Import from"),
    "absolute path": ({"code figure": "open('/tmp/x')"}, "code figure", "absolute path", "Use tempfile"),
    "drive letter": ({"code figure": r"open('C:\\x')"}, "code figure", "absolute path", "Use tempfile"),
    "URL": ({"code figure": "pd.read_csv('https://a.org/b.csv')"}, "code figure", "uses the network", "utils.data"),
    "download": ({"code figure": "MNIST('.', download=True)"}, "code figure", "uses the network", "utils.data"),
    "URL like a test's": (
        {"code figure": "read('http://a.test.org')"}, "code figure", "uses the network", "utils.data"),
    "socket beside own sites": (
        {"code figure": "import socket\nfrom utils.loopback import Sites"}, "code figure", "socket", "utils.data"),
    "fetch": ({"code figure": "fetch_openml('mnist')"}, "code figure", "uses the network", "utils.data"),
    "pip": ({"code figure": "%pip install x"}, "code figure", "uses the network", "utils.data"),
    "shell": ({"code figure": "!wget x"}, "code figure", "uses the network", "utils.data"),
    "requests": ({"code figure": "import requests"}, "code figure", "imports requests", "utils.data"),
    "urllib": ({"code figure": "from urllib import request"}, "code figure", "urllib.request", "utils.data"),
    "urllib.request": ({"code figure": "import urllib.request"}, "code figure", "urllib.request", "utils.data"),
    "unseeded": ({"code figure": "np.random.default_rng()"}, "code figure", "without a seed", "Pass a seed"),
    "seeded with None": ({"code figure": "default_rng(None)"}, "code figure", "without a seed", "Pass a seed"),
    "global seed": ({"code figure": "np.random.seed(0)"}, "code figure", "sets a global seed", "Pass a generator"),
    "global generator": ({"code figure": "np.random.randn(3)"}, "code figure", "np.random.randn draws", "generator"),
    "random": ({"code figure": "import random\nrandom.random()"}, "code figure", "random.random draws", "generator"),
    "torch unseeded": ({"code figure": "torch.randn(3)"}, "code figure", "torch.randn is not seeded", "manual_seed"),
    "scipy unseeded": ({"code figure": "norm.rvs(3)"}, "code figure", "norm.rvs is not seeded", "random_state"),
    "filler": ({"number": GOOD["number"] + " This is Obviously so."}, "number", "filler: 'obviously'", "Delete it"),
    "exclamation mark": ({"number": GOOD["number"] + " Look!"}, "number", "exclamation mark", "full stop"),
    "exclamation mark in quotes": ({"number": GOOD["number"] + ' "Look!"'}, "number", "exclamation", "full stop"),
    "filler in the title of a directive": (
        {"number": "```{admonition} Clearly so\nText.\n```"}, "number", "filler: 'clearly'", "Delete it"),
    "filler in a table": (
        {"number": "| a | b |\n|---|---|\n| 1 | basically |"}, "number", "filler: 'basically'", "Delete it"),
    "filler in HTML": ({"number": "<div>\nOf course.\n</div>"}, "number", "filler: 'of course'", "Delete it"),
    "exclamation mark after math": ({"number": GOOD["number"] + " It is (so)!"}, "number", "exclamation", "full stop"),
    "align without dollars": (
        {"number": "\\begin{align}\na\n\\end{align}"}, "number", "align or equation inside $$", "aligned"),
    "align": (
        {"number": "$$\n\\begin{align} a \\end{align}\n$$"}, "number", "align or equation inside $$", "aligned"),
    "TeX label": ({"number": "$$ a \\label{b} $$"}, "number", "a label inside TeX", "after the closing $$"),
    "macro": ({"number": "$\\newcommand{\\R}{R}$"}, "number", "defines a TeX macro", "Write it out"),
}  # fmt: skip


@pytest.mark.parametrize("case", BREAKS)
def test_a_broken_rule_is_reported(broken, case):
    changes, cell, *parts = BREAKS[case]
    changed = [key for key, text in GOOD.items() if changes.get(key, text) is not None]
    found = broken(changes)
    assert len(found) == 1, [str(violation) for violation in found]
    text = str(found[0])
    assert "demo.ipynb" in text
    assert (f"cell {changed.index(cell) + 1}:" if cell else "notebook:") in text, text
    assert found[0].remedy[0].isupper()
    for part in parts:
        assert part in text, text


def test_exercise_without_label(broken):
    found = broken({"exercise a": "```{exercise}\nShow.\n```", "solution a": "Text.", "end a": "Text."})
    assert [violation.cell for violation in found] == [number("exercise a"), 0]
    assert "an exercise without a label" in str(found[0])
    assert ":label: ex-…" in found[0].remedy


def test_solution_of_no_exercise_and_end_of_no_solution(broken):
    found = broken({"solution a": SOLUTION % "x"})
    assert [v.message for v in found] == [
        "exercise 'ex-demo-a' has no solution",
        "a solution of 'ex-demo-x', which no exercise has",
    ]
    found = broken({"number": END})
    assert [v.message for v in found] == ["the end of a solution that was not begun"]


def test_no_heading_at_all(broken):
    found = broken({"title": GOOD["title"].replace("# Dem", "Dem")})
    assert found[0].message == "the first heading is not the title"
    headings = {key: text.replace("#", "") for key, text in GOOD.items() if "#" in text and "code" not in key}
    assert "no title" in [violation.message for violation in broken(headings)]


@pytest.mark.parametrize("spoil", [{"execution_count": 3}, {"outputs": [new_output("stream", text="a")]}])
def test_stored_outputs(broken, spoil):
    found = broken(edit=lambda nb: nb.cells[number("code check") - 1].update(spoil))
    only(found, "code check", "stored outputs", "make clear-outputs")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cells": []', '{"nbformat": 4}', '{"nbformat": 3}'])
def test_what_is_no_notebook_is_reported(tmp_path, text):
    path = tmp_path / "demo.ipynb"
    path.write_text(text)
    (found,) = violations(path)
    assert "demo.ipynb, notebook: cannot be read" in str(found)
    (missing,) = violations(tmp_path / "missing.ipynb")
    assert "cannot be read" in str(missing)


def test_code_nested_too_deeply_is_reported(broken):
    found = broken({"code figure": "x = 1" + " + 1" * 2000})
    assert {v.remedy for v in found} <= {"Write it in shorter steps", "Mend the code"}  # as deep as Python itself goes
    assert found


#: what looks like a violation and is none
INNOCENT = {
    "label in a code sample": {"number": "```markdown\n$$ a $$ (eq-other)\n```\n\n````text\n```{exercise}\n````"},
    "label in an unnamed code sample": {"number": "```\n$$ a $$ (eq-other)\n# Title\n```"},
    "code sample in a directive": {"number": "````{note}\n```python\n# Title!\n```\nText.\n````"},
    "label in an indented code sample": {"number": "So:\n\n    $$ a $$ (eq-other)\n    # Title!"},
    "label in a code sample that is longer": {"number": "````\n```\n$$ a $$ (eq-other)\n```\n`````"},
    "label in a fence that is no directive": {"number": "```{note}x\n$$ a $$ (eq-other)\n```"},
    "label in a line comment": {"number": "% $$ a $$ (eq-other), obviously!"},
    "label in inline code over two lines": {"number": "Write `$$ a\n$$ (eq-other)` there."},
    "escaped dollars around a label": {"number": "It costs \\$\\$ a \\$\\$ and (eq-other) is free."},
    "code sample after a directive": {"number": "```{note}\nText.\n```\n\n```\n# Title!\n```"},
    "exercise in a code sample in a directive": {"number": "````{note}\n```text\n:::{exercise}\n```\n````"},
    "comment beside an exercise": {"exercise a": "% warm-up\n\n" + EXERCISE % "a"},
    "label in inline code": {"number": "Write `$$ a $$ (eq-other)` or ``\\begin{align}`` and `n!` there."},
    "label in a comment": {"number": "<!-- $$ a $$ (eq-other), obviously! -->"},
    "parenthesis after an opening $$": {"number": "$$\n(a)\n$$\n\nand $$(b) + (c)$$"},
    "heading in code": {"number": "```python\n# a comment\n```"},
    "figure made in a function": {
        "code figure": "def draw(a):\n    fig, ax = plt.subplots()\n    return fig\n\n\n"
        'show(draw(1), "A line from zero to one")'},
    "figure function only defined": {"code figure": "def draw(a):\n    return plt.figure()"},
    "function that shows": {
        "code imports": GOOD["code imports"] + "\n\n\ndef draw(alt):\n    fig = plt.figure()\n    show(fig, alt)",
        "code figure": 'draw("A line from zero to one")'},
    "frames by position": {"code figure": "figs = [plt.figure()]\nshow_frames(figs, names, alts)"},
    "axes methods": {"code figure": "ax.plot([1, 2])\nax.set_title('a')"},
    "urllib.parse": {"code figure": "import urllib.parse\nfrom urllib.parse import quote"},
    "own sites": {
        "code figure": "import urllib.request\nfrom http import cookiejar\nfrom utils.loopback import Sites",
        "code claim": GOOD["code claim"] + "\nread('http://kiosk.test/a')",
    },
    "link in a comment": {"code figure": "x = 1  # see https://example.org and sys.path, /tmp"},
    "namespace of SVG": {"code figure": "x = 'http://www.w3.org/2000/svg'"},
    "fraction that looks like a path": {"code figure": "x = 'a/home'\ny = n / work"},
    "not equal in prose": {"number": "In Python a != b, and `a!` is an error."},
    "factorial": {"number": "There are $n!$ orders, $$ n! = 1 $$ and\n\n```{math}\nn! > 1\n```"},
    "image": {"number": "![A line](line.png) and ![](b.png)"},
    "dollars": {"number": "It costs \\$5 or \\$6."},
    "filler inside another word": {"number": "The *oversimplyfied* and the clear case."},
    "aligned": {"number": "$$\n\\begin{aligned} a &= b \\\\ c &= d \\end{aligned}\n$$"},
    "magic": {"code figure": "%matplotlib inline\nx = (3\n     % 2)"},
    "cell magic": {"code figure": "%%time\nx = 1"},
    "seeded": {
        "code figure": "np.random.Generator(np.random.PCG64(1))\nnorm.rvs(3, random_state=rng)\n"
        "torch.randn(3, generator=g)\nrng.random.normal()"},
    "torch seeded for the notebook": {"code figure": "torch.manual_seed(0)\ntorch.randn(3)"},
    "torch seeded by a block": {"code figure": "with seeded(0):\n    torch.randn(3)"},
    "generator called random": {"code figure": "random = np.random.default_rng(0)\nrandom.normal()"},
    "thirty lines": {"code figure": "x = 1\n" * 30},
    "label by name": {"code check": 'a = 1\ncheck(label="eq-demo-square", printed={"a": a}, one=1.0, two=a)'},
    "check through its module": {
        "code check": 'a = 1\nchecks.check("eq-demo-square", printed={"a": a}, one=1.0, two=a)'
    },
    "claim with a dictionary": {"code claim": GOOD["code claim"].replace("a=a)", "**found)")},
    "glue with underscores": {"code claim": GOOD["code claim"] + '\nglue("demo_b", a)'},
    "glue in a loop": {
        "code claim": GOOD["code claim"] + '\nfor k in "ab":\n    glue(f"demo-{k}-x", a)',
        "number": "{glue}`demo-a-x` {glue:text}`demo-b-x:.2f`\n\n```{glue:math} demo-a\n```"},
    "label of a theorem": {"number": ":::{note}\nText\n:::\n\n```{prf:theorem} Name\n:label: thm-demo\nText\n```"},
    "deep exercise": {"exercise a": "````{exercise} A name\n:label: ex-demo-a\n```python\nx\n```\n````"},
    "exercise between colons": {"exercise a": ":::{exercise}\n:label: ex-demo-a\nText.\n:::\n"},
    "heading back up": {"number": "### Deeper\n\nText {glue}`demo-a`."},
}  # fmt: skip


@pytest.mark.parametrize("case", INNOCENT)
def test_what_only_looks_like_a_violation(broken, case):
    assert [str(violation) for violation in broken(INNOCENT[case])] == []


def test_glue_keys_follow_the_name_of_the_file(broken):
    assert [v.cell for v in broken(name="other")] == [number("code claim")]
    with_underscore = {"code claim": 'glue("two-words-a", a)\nglue("two_words_b", a)', "number": "{glue}`two-words-a`"}
    assert broken(with_underscore, name="two_words") == []


def test_every_rule_is_broken_by_some_test(broken, tmp_path):
    fired = {"stored_without_outputs", "harness_is_folded", "lesson_is_open", "further_begins_with_its_heading"}
    for changes, *_ in BREAKS.values():
        broken(changes)
        chapter = Chapter(tmp_path / "demo.ipynb")
        fired |= {rule.__name__ for rule in rules.RULES if any(rule(chapter))}
    assert fired == {rule.__name__ for rule in rules.RULES}


def test_names_are_unique_in_the_book(tmp_path):
    paths = []
    for name in ("one", "two"):
        cells = [new_markdown_cell("$$ a $$ (eq-same)\n\n(sec-same)=\n", id=f"{name}-a"),
                 new_markdown_cell("```{exercise}\n:label: ex-same\n```", id="same")]  # fmt: skip
        path = tmp_path / f"{name}.ipynb"
        path.write_text(nbformat.writes(new_notebook(cells=cells)))
        paths.append(path)
    assert collisions(paths[:1]) == []
    texts = [str(violation) for violation in collisions(paths)]
    assert len(texts) == 4
    for what in ("label 'eq-same'", "label 'sec-same'", "label 'ex-same'", "cell id 'same'"):
        assert any(what in t and "two.ipynb" in t and "one.ipynb, cell" in t and "name of its own" in t for t in texts)


def test_a_name_that_occurs_twice_in_one_chapter(tmp_path):
    path = tmp_path / "one.ipynb"
    nb = new_notebook()
    nb.cells = [new_markdown_cell("$$ a $$ (eq-same)", id="same")] * 2
    path.write_text(json.dumps(nb))
    assert len(collisions([path])) == 2


def test_command_line(tmp_path, capsys, broken):
    broken()
    assert main([str(tmp_path / "demo.ipynb")]) == 0
    assert "no rule broken" in capsys.readouterr().out
    broken({"summary": "Summary"})
    assert main([str(tmp_path / "demo.ipynb")]) == 1
    assert "demo.ipynb, notebook: no section 'Summary'. Add a heading '## Summary'" in capsys.readouterr().out
    (tmp_path / "bad.ipynb").write_text("{")
    assert main([str(tmp_path / "bad.ipynb")]) == 1


# the book itself


@pytest.mark.parametrize("path", CHAPTERS, ids=[str(path.relative_to(ROOT)) for path in CHAPTERS])
def test_chapter_obeys_every_rule(path):
    assert "\n".join(map(str, violations(path))) == ""


def test_the_book_has_chapters_and_all_their_names_are_unique():
    assert CHAPTERS
    assert "\n".join(map(str, collisions(CHAPTERS))) == ""


def test_every_chapter_is_in_the_table_of_contents_and_the_other_way_round():
    listed = {ROOT / notebook for notebook in notebooks(ROOT)}
    assert {str(path) for path in CHAPTERS} == {str(path) for path in listed if "chapters" in Path(path).parts}


# the two layers


def _cell_of(nb, name):
    return next(cell for cell in nb.cells if cell.id == name.replace(" ", "-"))


@pytest.mark.parametrize("name", ["code check", "code claim", "code figure"])
def test_what_proves_or_draws_is_folded(broken, name):
    found = broken(edit=lambda nb: _cell_of(nb, name).metadata.pop("jupyter"))
    only(found, name, "is open")


def test_the_imports_are_folded(broken):
    only(broken(edit=lambda nb: _cell_of(nb, "code imports").metadata.pop("jupyter")), "code imports", "imports")


def test_what_open_code_uses_is_open(broken):
    lesson = "def half(x):\n    return x / 2\n\n\ndef draw_half(ax):\n    ax.plot([0, half(1)])"

    def use(nb):
        nb.cells.insert(4, new_code_cell("half(3)\ndraw_half(ax)", id="use"))

    check = GOOD["code check"]
    only(broken({"code figure": GOOD["code figure"] + "\n\n\n" + lesson}, edit=use), "code figure", "half")
    assert broken({"code check": check + "\n\n\n" + lesson}, edit=use) == []  # what comes later is another half


def test_collapsed_sections_begin_with_their_heading(broken):
    def collapse(name):
        return lambda nb: _cell_of(nb, name).metadata.update({"jp-MarkdownHeadingCollapsed": True})

    assert broken(edit=collapse("derivation")) == []
    only(broken({"derivation": "Text.\n\n" + GOOD["derivation"]}, edit=collapse("derivation")), "derivation", "section")
    only(broken(edit=collapse("number")), "number", "begins no section")
    only(broken(edit=collapse("summary")), "summary", "core path")
