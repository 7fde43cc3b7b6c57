"""What stands in a chapter is read as the website reads it, each thing with its cell and line."""

import ast
import json

import pytest
from jupyter_book.config import get_final_config
from myst_parser.config.main import MdParserConfig
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from book import markdown
from book.chapter import Chapter
from book.order import ROOT, chapter_files


@pytest.fixture
def chapter(tmp_path):
    """A chapter of cells of Markdown, then cells of code."""

    def make(*cells, code=()):
        nb = new_notebook(cells=[new_markdown_cell(c) for c in cells] + [new_code_cell(c) for c in code])
        return Chapter.of(nb, tmp_path / "demo.ipynb")

    return make


# the parser


def test_settings_are_those_that_jupyter_book_gives_to_the_website():
    config, _ = get_final_config(user_yaml=ROOT / "_config.yml", cli_config={"latex_individualpages": False})
    fields = [name for name, _, field in MdParserConfig().as_triple() if "sphinx" not in field.metadata.get("omit", [])]
    of_the_site = MdParserConfig(**{name: config[f"myst_{name}"] for name in fields if f"myst_{name}" in config})
    ours = MdParserConfig(**markdown.settings())
    differing = {name for name in fields if getattr(ours, name) != getattr(of_the_site, name)}
    assert differing <= {"url_schemes"}  # which only says what counts as an outside link
    assert "dollarmath" in ours.enable_extensions


def test_a_link_may_be_defined_in_a_later_cell(chapter):
    (link,) = chapter("See [the book][b].", "[b]: https://example.org/b").links
    assert (link.address, link.cell) == ("https://example.org/b", 1)


# equations

LABELLED = {
    "in lines of its own": ("$$\na\n$$ (eq-a)", 1),
    "in one line": ("Text.\n\n$$ a $$ (eq-a)", 3),
    "in a directive": ("```{prf:proof}\nText.\n\n$$\na\n$$ (eq-a)\n```", 4),
    "after the options of a directive": ("```{prf:theorem} Name\n:label: thm-a\n:class: b\n\n$$ a $$ (eq-a)\n```", 5),
    "in nested colons": ("::::{note}\n:::{tip}\n$$\na\n$$ (eq-a)\n:::\n::::", 3),
    "in a container": (":::name\n$$ a $$ (eq-a)\n:::", 2),
    "in a longer fence": ("`````{note}\n```{tip}\n$$ a $$ (eq-a)\n```\n`````", 3),
    "in a list": ("- Text\n\n  $$ a $$ (eq-a)", 3),
    "in a quotation": ("> $$ a $$ (eq-a)", 1),
    "in a directive in a list": ("1. Text\n\n   ```{note}\n   $$ a $$ (eq-a)\n   ```", 4),
    "by directive": ("```{math}\n:label: eq-a\na\n```", 1),
    "by directive with YAML": ("```{math}\n---\nlabel: eq-a\n---\na\n```", 1),
    "by directive with a name": ("Text.\n\n:::{math}\n:name: eq-a\na\n:::", 3),
    "in a fence that is not closed": ("```{note}\n$$ a $$ (eq-a)", 2),
}


@pytest.mark.parametrize("case", LABELLED)
def test_labelled_equations(chapter, case):
    text, line = LABELLED[case]
    found = chapter("Text.", text)
    (equation,) = found.equations
    assert (equation.label, equation.tex.strip(), equation.cell, equation.line) == ("eq-a", "a", 2, line)
    assert found.labels == {"eq-a": 2}


@pytest.mark.parametrize(
    "text",
    ["Text:\n\n    $$ a $$ (eq-a)", "```\n$$ a $$ (eq-a)\n```", "````text\n```\n$$ a $$ (eq-a)\n```\n````",
     "```{code-block} markdown\n$$ a $$ (eq-a)\n```", "`$$ a $$ (eq-a)`", "<!-- $$ a $$ (eq-a) -->",
     "% $$ a $$ (eq-a)", "Text\n$$ a $$ (eq-a)", "\\$$ a \\$$ (eq-a)", "```{note}x\n$$ a $$ (eq-a)\n```"],
)  # fmt: skip
def test_what_the_website_does_not_label(chapter, text):
    assert chapter(text).labels == {}


def test_equations_and_formulas_come_in_order(chapter):
    found = chapter(
        "$a$ and\n$b$\n\n$$ c $$\n\n- {math}`d`\n\n\\begin{align}\ne\n\\end{align}", "It costs \\$5, or \\$6."
    )
    assert [(f.tex, f.line) for f in found.formulas] == [("a", 1), ("b", 2), ("d", 6)]
    assert [(e.label, e.line) for e in found.equations] == [(None, 4), (None, 8)]


def test_label_as_written_and_as_the_website_has_it(chapter):
    (equation,) = chapter("$$ a $$ (eq-a b)").equations
    assert (equation.label, equation.written) == ("eq-a-b", "eq-a b")


def test_a_label_stands_where_it_stands_first(chapter):
    assert chapter("$$ a $$ (eq-a)", "$$ a $$ (eq-a)\n\n$$ b $$ (eq-b)").labels == {"eq-a": 1, "eq-b": 2}


# other Markdown


def test_directives(chapter):
    found = chapter(
        "Text.\n\n:::{admonition} A {term}`title`\n:class: objectives dropdown\n:name: x\n\nText.\n\n"
        "```{note}\nMore.\n```\n:::"
    )
    outer, inner = found.directives
    assert (outer.name, outer.argument, outer.options["name"]) == ("admonition", "A {term}`title`", "x")
    assert outer.classes == ["objectives", "dropdown"]
    assert (outer.line, inner.line, inner.body) == (3, 9, "More.")
    assert outer.body.startswith("Text.\n\n```{note}")
    assert found.terms == ["title"]


def test_an_unknown_directive_and_options_that_cannot_be_read(chapter):
    first, second = chapter("```{none}\n:a: b\n$x$ {eq}`eq-a`\n```", '```{note}\n:a: "b\n{term}`x`\n```').directives
    assert (first.name, first.options) == ("none", {"a": "b"})
    assert (second.name, second.options) == ("note", {})


def test_directives_in_directives_end_somewhere(chapter):
    deep = "$$ a $$ (eq-a)"
    for colons in range(3, 100):
        deep = f"{':' * colons}{{note}}\n{deep}\n{':' * colons}"
    assert chapter(deep).labels == {}


def test_roles_citations_terms_and_links(chapter):
    found = chapter(
        "A {term}`vector space <space>` of {term}`rank`, by {cite:p}`a2020, b2021` and {cite}`a2020`, in {eq}`eq-a`.\n"
        "See [it](../b.ipynb) and {ref}`the end <sec-end>`.\n\n(sec-end)=\n## End"
    )
    assert found.terms == ["space", "rank"]
    assert found.citations == ["a2020", "b2021", "a2020"]
    assert [(link.address, link.line) for link in found.links] == [("../b.ipynb", 2)]
    assert [(role.name, role.title, role.target) for role in found.roles[-2:]] == [
        ("eq", None, "eq-a"), ("ref", "the end", "sec-end")]  # fmt: skip
    assert [(target.name, target.line) for target in found.targets] == [("sec-end", 4)]


def test_headings(chapter):
    found = chapter("# A $x$ title\n\nText\n----\n\n```\n# no\n```\n\n```{note}\n### inside\n```\n\n> # quoted")
    assert [(h.level, h.text, h.line, h.inside) for h in found.headings] == [
        (1, "A  title", 1, None),
        (2, "Text", 3, None),
        (3, "inside", 11, "{note}"),
        (1, "quoted", 14, "a block"),
    ]


def test_pasted_values(chapter):
    found = chapter("{glue:text}`a-b:.2f` {glue}`a-c`", "```{glue:figure} a-d\n:figwidth: 3\n```")
    assert [(p.key, p.format, p.cell) for p in found.pasted] == [("a-b", ".2f", 1), ("a-c", "", 1), ("a-d", "", 2)]


def test_exercises_with_the_cells_of_their_solutions(chapter):
    found = chapter(
        "```{exercise} Name\n:label: ex-a\n```", "```{solution-start} ex-a\n:class: dropdown\n```", "Text.", "More.",
        "```{solution-end}\n```", ":::{exercise}\n:label: ex-b\n:::", "````{solution} ex-b\nText.\n````",
        "```{exercise}\nText.\n```",
        "```{solution-start} ex-c\n```", "Text.",
    )  # fmt: skip
    assert [(e.label, e.cell, e.solution) for e in found.exercises] == [
        ("ex-a", 1, (3, 4)), ("ex-b", 6, ()), (None, 8, None)]  # fmt: skip
    assert [(s.exercise, s.cell, s.end, s.folded) for s in found.solutions] == [
        ("ex-a", 2, 5, True), ("ex-b", 7, 7, False), ("ex-c", 9, None, False)]  # fmt: skip


def test_a_solution_in_a_solution_ends_the_first(chapter):
    start = "```{solution-start} ex-%s\n```"
    first, second = chapter(start % "a", "Text.", start % "b", "Text.", "```{solution-end}\n```").solutions
    assert (first.end, first.cells) == (None, (2,))
    assert (second.end, second.cells) == (5, (4,))


# words


def test_prose_is_words_without_mathematics_code_and_comments(chapter):
    found = chapter(
        "# Title\n\nA *plain* [word](x.md), $n!$ `code`, {term}`shown <hidden>` {cite}`key2020`.\n\n% no\n<!-- no -->\n"
        "\n```python\nno\n```\n\n$$ no $$",
        ":::{div} no\nIn a div\n:::\n\n```{prf:theorem} Named\nText\n```\n\n| cell |\n|---|\n| ![alt](a.png) |",
    )
    assert " ".join(found.prose.split()) == "Title A plain word, , shown . In a div Named Text cell alt"
    assert found.words == 14


def test_reading_time_counts_words_formulas_figures_and_open_code(chapter):
    assert chapter("word " * 89).reading_minutes == 1  # never less
    assert chapter("word " * 271).reading_minutes == 2
    assert chapter("word " * 269).reading_minutes == 1
    assert chapter("\n\n".join(["$$\na + b\n$$"] * 14)).reading_minutes == 2
    assert chapter("$x$ " * 136).reading_minutes == 2
    assert chapter("Text.", code=["x = 1\n" * 68]).reading_minutes == 2
    assert chapter("Text.", code=["show(fig)"] * 10).reading_minutes == 2


def test_the_core_is_without_harness_solutions_and_sections_that_go_further(notebook):
    def minutes(**changes):
        found = Chapter.of(notebook(**changes), "a.ipynb")
        return found.core_minutes, found.reading_minutes, [(s.heading.text, s.cells, s.minutes) for s in found.further]

    assert minutes() == (4, 4, [])
    assert minutes(fold=True) == (2, 2, [])
    assert minutes(collapse=True) == (2, 4, [("Aside", (3, 4, 5), 2)])


@pytest.fixture
def notebook():
    """A notebook of 2 minutes of text, of which the second half lies in a section, and of 2 minutes of code there."""

    def made(fold=False, collapse=False):
        code = {"jupyter": {"source_hidden": True}} if fold else {}
        section = {"jp-MarkdownHeadingCollapsed": True} if collapse else {}
        cells = [
            new_markdown_cell("# Title"),
            new_markdown_cell("## First\n\n" + "word " * 360),
            new_markdown_cell("## Aside", metadata=section),
            new_code_cell("x = 1\n" * 90, metadata=code),
            new_markdown_cell("### Below it"),
            new_markdown_cell("## Last"),
        ]
        return new_notebook(cells=cells)

    return made


# code


def test_code_is_read_without_magics(chapter):
    found = chapter("Text.", code=["%matplotlib inline\nx = 1", "!ls", "x = ("])
    assert found.code[0] == (2, "%matplotlib inline\nx = 1")
    assert found.sources[2].startswith("get_ipython().run_line_magic('matplotlib', 'inline')")
    assert isinstance(found.trees[2].body[1], ast.Assign)
    assert found.trees[4].body == []
    assert found.syntax_errors.keys() == {4}
    assert "line 1" in found.syntax_errors[4]


def test_checks_claims_figures_and_glue(chapter):
    found = chapter(
        code=[
            'check("eq-a", one=a, two=b)\nfor k in "ab":\n    claim(f"{k}", True, k=k)',
            'grader.check("q1")\nchecks.check(label="eq-b", one=a, two=b)\ncheck()\ncheck(name)',
            'def draw():\n    show(fig, alt="A")\nplt.show()\nshow_frames(figs, names, alts=alts)\nplotting.show(fig)',
            'glue("demo-a", a, display=False)\nglue(name=f"demo-{k}", variable=a)',
        ]
    )
    assert [(c.label, c.cell) for c in found.checks[:2]] == [("eq-a", 1), ("eq-b", 2)]
    assert found.checks[2].label is None
    assert ast.unparse(found.checks[3].label) == "name"
    assert [ast.unparse(c.sentence) for c in found.claims] == ["f'{k}'"]
    assert [f.alt and ast.unparse(f.alt) for f in found.figures] == ["'A'", "alts", None]
    assert [(ast.unparse(g.key), g.cell) for g in found.glued] == [("'demo-a'", 4), ("f'demo-{k}'", 4)]


# the file


def test_path_is_relative_to_the_root_where_it_lies_below_it(tmp_path, chapter):
    path = chapter_files()[0]
    assert Chapter(path).path == Chapter(path.relative_to(ROOT)).path == path.relative_to(ROOT)
    assert chapter("Text.").path == tmp_path / "demo.ipynb"


def test_cells_come_with_their_numbers_and_as_a_notebook_node():
    read = Chapter(chapter_files()[0])
    number, cell = read.cells[-1]
    assert number == len(read.cells) == len(read.nb.cells)
    assert isinstance(read.nb, NotebookNode)
    assert (cell.source, cell.id) == (read.nb.cells[-1].source, read.nb.cells[-1].id)


def test_cells_that_the_website_leaves_out_have_no_text(chapter):
    nb = new_notebook(cells=[new_markdown_cell("$$ a $$ (eq-a)", metadata={"tags": ["remove-cell"]})])
    assert Chapter.of(nb, "demo.ipynb").labels == {}


CELL = {"cell_type": "markdown", "source": "Text."}


@pytest.mark.parametrize(
    "stored",
    [b"", b"{", b"[]", b"\xff\xfe{", b"\xfc", b"\xef\xbb\xbf{", b"[" * 100_000,
     *(json.dumps(stored).encode() for stored in (
         {"cells": []}, {"nbformat": 4}, {"nbformat": 3, "worksheets": []}, {"nbformat": 4, "cells": {}},
         *({"nbformat": 4, "cells": [CELL, cell]} for cell in (
             None, {}, {"cell_type": "markdown"}, CELL | {"cell_type": "heading"}, CELL | {"source": 5},
             CELL | {"source": ["a", None]}, CELL | {"metadata": []}, CELL | {"outputs": None},
             CELL | {"metadata": {"tags": 5}}, CELL | {"source": "\ud800"}))))],
)  # fmt: skip
def test_what_is_no_notebook_is_a_value_error_of_one_line(tmp_path, stored):
    path = tmp_path / "demo.ipynb"
    path.write_bytes(stored)
    with pytest.raises(ValueError, match=r"^cannot be read as a notebook: .+$") as refused:
        Chapter(path)
    assert "\n" not in str(refused.value)


def test_a_mark_of_byte_order_is_passed_over(tmp_path):
    (tmp_path / "demo.ipynb").write_bytes(b"\xef\xbb\xbf" + json.dumps({"nbformat": 4, "cells": [CELL]}).encode())
    assert len(Chapter(tmp_path / "demo.ipynb").cells) == 1


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"cannot be read as a notebook: .*demo\.ipynb"):
        Chapter(tmp_path / "demo.ipynb")


# the print


def test_what_is_evaluated_from_print_and_why_the_rest_is_not(chapter):
    equations = [f"$$\n{name} = 1\n$$ (eq-{name})" for name in "abcd"]
    code = ['check("eq-a", printed={"a": 1}, one=1)\ncheck("eq-b", not_printed="a limit", one=1, two=1)',
            'bound("eq-c", value=v, upper=1, printed=[{"c": c} for c in v])\ncheck("eq-d", one=1, two=1)',
            'check("eq-a", one=1, two=1)']  # fmt: skip
    found = chapter(*equations, "$$\ne\n$$", code=code)
    assert found.prints == {"eq-a": "", "eq-b": "a limit", "eq-c": "", "eq-d": None}
    assert found.printed_formulas == {f"eq-{name}": f"{name} = 1" for name in "abcd"}
    assert [check.cell for check in found.checks] == [6, 6, 7, 7, 8]


def test_bindings_may_come_from_what_a_function_of_the_chapter_returns(chapter):
    code = [
        'def ways(f):\n    return {"printed": {"a": f}, "one": f}',
        'check("eq-a", **ways(1))\ncheck("eq-b", **more)',
    ]
    found = chapter("$$\na = 1\n$$ (eq-a)", "$$\nb = 1\n$$ (eq-b)", code=code)
    assert found.prints == {"eq-a": "", "eq-b": None}
    assert [check.printed for check in found.checks] == [True, False]


def test_a_chapter_that_evaluates_nothing_has_no_formulas_to_hand_over(chapter):
    found = chapter("$$\na\n$$ (eq-a)", code=['check("eq-a", not_printed="a limit", one=1, two=1)'])
    assert found.printed_formulas == {}
