"""Folded code stands behind what it shows, and a section that goes further is folded with all below it."""

from io import StringIO
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from nbformat import v4
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from utils import rendering
from website.extensions.executed_notebooks import mark_layers

CLAIM = {"kind": "claim", "subject": "it holds", "found": [["x", "1"]]}
DRAWING = {"svg": '<svg xmlns="http://www.w3.org/2000/svg"/>', "width": 8, "height": 6, "alt": "a path", "label": None}
FIGURE = {"kind": "figure", "caption": None, "drawings": [DRAWING]}
FOLD, COLLAPSE = {"jupyter": {"source_hidden": True}}, {"jp-MarkdownHeadingCollapsed": True}


def cell(source, *records, metadata=FOLD):
    outputs = [v4.new_output("display_data", data=rendering.bundle(record)) for record in records]
    return v4.new_code_cell(source, outputs=outputs, metadata=metadata)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    nb = v4.new_notebook(
        cells=[
            v4.new_markdown_cell("# One"),
            cell("import this"),
            cell("import that"),
            v4.new_markdown_cell("## First\n\nText."),
            cell("lesson()", metadata={}),
            cell("prepare()"),
            cell("a\nb\nclaim()", CLAIM, FIGURE),
            cell("show()", FIGURE),
            v4.new_markdown_cell("## Aside\nSome text.", metadata=COLLAPSE),
            cell("more()", metadata={}),
            v4.new_markdown_cell("### Below it\n\nText."),
            v4.new_markdown_cell("## Last"),
        ]
    )
    nb.metadata["language_info"] = {"name": "python", "pygments_lexer": "ipython3"}
    mark_layers(nb, {9: 4})
    (folder / "index.ipynb").write_text(v4.writes(nb))
    config = {"extensions": ["myst_nb", "website.extensions.records", "website.extensions.layers"],
              "html_theme": "basic", "nb_execution_mode": "off"}  # fmt: skip
    complaints = StringIO()
    with docutils_namespace():
        app = Sphinx(folder, None, folder / "html", folder / "trees", "html", config, StringIO(), complaints)
        app.env.eer_facts = {}
        app.build()
    assert complaints.getvalue() == ""
    return SimpleNamespace(
        soup=BeautifulSoup((folder / "html/index.html").read_text("utf-8"), "html.parser"), toc=app.env.tocs["index"]
    )


def test_a_fold_stands_behind_what_it_shows_and_says_what_it_is(page):
    folds = page.soup.select("details.eer-harness")
    assert [fold.summary.get_text() for fold in folds] == [
        "preparation · 2 lines",
        "how this was checked · 4 lines",
        "code of the figure · 1 line",
    ]
    assert all(not fold.has_attr("open") for fold in folds)
    assert [fold.find_previous_sibling(class_="cell_output") is not None for fold in folds] == [False, True, True]
    code = [[pre.get_text() for pre in fold.select("pre")] for fold in folds]
    assert code == [["import this\n", "import that\n"], ["prepare()\n", "a\nb\nclaim()\n"], ["show()\n"]]


def test_the_lesson_is_open(page):
    (lesson,) = [pre for pre in page.soup.select("pre") if "lesson()" in pre.get_text()]
    assert lesson.find_parent("details") is None


def test_a_section_that_goes_further_is_folded_below_its_heading(page):
    (fold,) = page.soup.select("details.eer-further")
    assert fold.summary.get_text() == "Further: another 4 min"
    section = fold.parent
    assert section["id"] == "aside"
    assert [child.name for child in section.find_all(recursive=False)] == ["h2", "details"]
    assert fold.select_one("section#below-it h3")
    assert "Some text." in fold.get_text()
    assert "more()" in fold.get_text()
    assert page.soup.select_one("section#last").find_parent("details") is None


def test_its_sections_stay_in_the_contents(page):
    links = [
        link["anchorname"] for link in page.toc.findall(lambda node: "anchorname" in getattr(node, "attributes", {}))
    ]
    assert links == ["", "#first", "#aside", "#below-it", "#last"]
