"""A chapter with records becomes a page: numbers, ticks, anchors, drawings in both themes, captions with formulas."""

import html
import json
import re
from io import StringIO

import pytest
from bs4 import BeautifulSoup
from nbformat import v4
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from utils import rendering
from utils.records import OF_EQUATIONS
from utils.rendering import THEMES, tick

CHECK = {"kind": "check", "subject": "eq-b", "sides": ["by_hand", "scipy"], "error": 2e-16, "tolerance": 1e-8}
CLAIM = {"kind": "claim", "subject": 'it isn\'t "more" than 1 -- or <2>', "found": [["the_order", "2.988"]]}
SVG = '<svg width="8" height="6" viewBox="0 0 6 4.5" xmlns="http://www.w3.org/2000/svg"><path style="fill: {}"/></svg>'
MARKDOWN = """# One

$$
a = b
$$ (eq-a)

$$
c = d
$$ (eq-b)

$$
e = f
$$

See {eq}`eq-b`.
"""


def drawing(name, label=None):
    svg = SVG.format(rendering.PALETTE[name])
    return {"svg": svg, "width": 8, "height": 6, "alt": f'a path in "{name}" & more', "label": label}


FIGURE = {"kind": "figure", "caption": 'Where $a < b$, it\'s "so"; $c$ too.', "drawings": [drawing("blue")]}
FRAMES = {"kind": "figure", "caption": None, "drawings": [drawing("gold", "<0>"), drawing("sky", "1")]}
CONFIG = {
    "extensions": ["myst_nb", *(f"website.extensions.{name}" for name in ("katex_math", "records", "equations"))],
    "html_math_renderer": "katex",
    "html_theme": "basic",
    "nb_execution_mode": "off",
    "myst_enable_extensions": ["dollarmath", "amsmath"],
    "numfig": True,
    "root_doc": "one",
}


def build(folder, *records, markdown=MARKDOWN):
    """The page of a notebook whose cells left these records, and what Sphinx complained of."""
    nb = v4.new_notebook(cells=[v4.new_markdown_cell(markdown)])
    nb.metadata["language_info"] = {"name": "python", "pygments_lexer": "ipython3"}
    for record in records:
        output = v4.new_output("display_data", data=rendering.bundle(record))
        nb.cells.append(v4.new_code_cell("run()", outputs=[output]))
    (folder / "one.ipynb").write_text(v4.writes(nb))
    (folder / "index.rst").write_text("T\n=\n\n.. toctree::\n   :numbered:\n\n   one\n")
    complaints = StringIO()
    with docutils_namespace():
        config = CONFIG | {"root_doc": "index"}
        app = Sphinx(folder, None, folder / "html", folder / "trees", "html", config, StringIO(), complaints)
        ticks = {record["subject"]: tick(record) for record in reversed(records) if record["kind"] in OF_EQUATIONS}
        app.env.eer_facts = {"one": {"ticks": ticks}}
        app.build()
    return BeautifulSoup((folder / "html" / "one.html").read_text("utf-8"), "html.parser"), complaints.getvalue()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="module")
def page(site):
    soup, complaints = build(site, CHECK, CHECK | {"error": 1e-9}, CLAIM, FIGURE, FRAMES)
    assert complaints == ""
    return soup


def test_the_checked_equation_has_a_tick_that_leads_to_its_first_check(page):
    unchecked, checked = page.select("div.math.eer-equation")
    assert unchecked["id"] == "equation-eq-a"
    assert unchecked.select("a.eer-checked") == []
    (tick,) = checked.select(".eqno > a.eer-checked")
    title = "Code of the formula checked on this page: by hand = scipy, relative error 2e-16"
    assert (tick["title"], tick["aria-label"], tick["href"]) == (title, title, "#check-eq-b")
    first, again, _ = page.select(".eer-line")
    assert first["id"] == "check-eq-b"
    assert not again.has_attr("id")


def test_the_tick_of_a_printed_formula_has_another_form_and_other_words(tmp_path):
    bound = {"kind": "bound", "subject": "eq-a", "sides": ["value", "upper"], "cases": 20, "tightness": {"upper": 0.1}}
    printed = {"parts": ["c", "d"], "trials": 2, "values": [["d", "[1 2]"]], "value": "3", "error": 0.0}
    soup, complaints = build(tmp_path, bound, CHECK | {"printed": printed})
    assert complaints == ""
    code, printed = soup.select(".eqno > a.eer-checked")
    assert (code.get_text(), printed.get_text()) == ("✓", "✓✓")
    assert code["class"] == ["eer-checked", "eer-code"]
    assert printed["class"] == ["eer-checked", "eer-print"]
    assert code["title"].startswith("Code of the formula checked on this page: value ≤ upper")
    assert printed["title"].startswith("Printed formula evaluated on this page, on 2 inputs: ")
    assert printed["title"].endswith("For example d = [1 2] gives 3")
    assert soup.select_one(".eer-line.eer-bound")["id"] == "check-eq-a"


def test_equations_are_numbered_and_can_be_linked(page):
    for number, equation in enumerate(page.select("div.eer-equation"), 1):
        assert equation.select_one(".eqno").get_text().strip("✓#¶") == f"(1.{number})"
        assert equation.select_one("a.headerlink")["href"] == f"#{equation['id']}"
        assert len(equation.select(".katex-display")) == 1


def test_a_formula_without_a_label_stays_alone(page):
    (plain,) = page.select("div.math:not(.eer-equation)")
    assert plain.select(".katex-display")
    assert plain.select(".eqno") == []


def test_the_line_of_a_check_leads_to_its_equation_by_number(page):
    line = page.select_one(".eer-line.eer-check")
    link = line.select_one("a.eer-eq")
    assert (link.get_text(), link["href"]) == ("Equation (1.2)", "#equation-eq-b")
    assert line.get_text() == f"✓ Equation (1.2) {rendering.detail(CHECK)}"
    assert line.select_one(".eer-detail").get_text() == rendering.detail(CHECK)


def test_a_claim_is_shown_as_it_was_made(page):
    assert page.select_one(".eer-claim").get_text() == f"✓ {CLAIM['subject']} the order = 2.988"


def test_a_check_of_nothing_is_a_warning(tmp_path):
    _, complaints = build(tmp_path, CHECK | {"subject": "eq-none"})
    assert "check of eq-none, which is no equation of this page" in complaints


def test_a_figure_has_a_drawing_for_each_theme(page, site):
    figure = page.select_one("figure.eer-figure")
    images = figure.select(".eer-drawing > img")
    assert [image["class"] for image in images] == [["only-light"], ["only-dark"]]
    for image, theme in zip(images, THEMES, strict=True):
        assert image["alt"] == 'a path in "blue" & more'
        assert (image["width"], image["height"], image["loading"]) == ("8", "6", "lazy")
        assert THEMES[theme]["blue"] in (site / "html" / image["src"]).read_text()


def test_a_caption_sets_its_formulas_and_leaves_its_text_alone(page):
    caption = page.select_one("figure.eer-figure figcaption")
    assert len(caption.select(".katex")) == 2
    for formula in caption.select(".math"):
        formula.replace_with("F")
    assert caption.get_text() == 'Where F, it\'s "so"; F too.'
    assert len(page.select("figcaption")) == 1


def test_frames_stand_under_a_slider(page):
    frames = page.select_one(".eer-frames")
    slider = frames.select_one(".eer-slider input")
    assert (slider["max"], slider["aria-valuetext"]) == ("1", "<0>")
    shown = frames.select(".eer-frame")
    assert [frame["data-label"] for frame in shown] == ["<0>", "1"]
    assert [frame.has_attr("hidden") for frame in shown] == [False, True]
    assert [frame.select_one("img")["alt"] for frame in shown] == ['a path in "gold" & more', 'a path in "sky" & more']


def test_only_the_record_is_shown(page):
    assert page.select("svg") == []
    assert "var(--" not in html.unescape(str(page.select_one("div.body")))
    assert len(page.select(".cell_output")) == 5
    assert not re.search(r"eq-b\s+by hand", page.get_text())


def test_formulas_of_the_page_are_kept_for_the_next_build(page, site):
    _, answers = json.loads((site / "kept/formulas/one.json").read_text())
    kept = [(tex.strip(), display) for tex, display, _ in answers]
    assert kept == [("a = b", True), ("c = d", True), ("e = f", True), ("a < b", False), ("c", False)]


def test_transcripts_show_commands_apart_from_what_they_wrote(tmp_path):
    commands = [["# it isn't\necho '<a>' && \\\n  echo --", "<a>\n--\n", 0], ["false", "", 1]]
    records = [
        {"kind": "terminal", "commands": commands},
        {"kind": "missing", "tools": ["xz"], "packages": ["xz-utils"], "otherwise": "It isn't <here>."},
        {"kind": "untried", "subject": "It isn't so.", "tools": ["xz"]},
    ]
    page, _ = build(tmp_path, *records)
    transcript = page.select_one("pre.eer-transcript")
    assert transcript.text == "$ # it isn't\n$ echo '<a>' && \\\n>   echo --\n<a>\n--\n$ false\n[exit status 1]"
    assert [part["class"] for part in transcript.select("span")] == [
        ["eer-typed"],
        ["eer-output"],
        ["eer-typed"],
        ["eer-status"],
    ]
    assert page.select_one(".eer-missing").text.endswith("apt-get install xz-utils. It isn't <here>.")
    assert page.select_one(".eer-untried").text == "– It isn't so. not tried: xz is not on this machine"


def test_a_source_stands_beside_its_drawing(tmp_path):
    source = "\\draw[->] (0, 0) -- (1, 1); % it isn't a < b & c\n  \\draw (0, 0);"
    page, complaints = build(tmp_path, FIGURE | {"source": source}, FIGURE)
    assert complaints == ""
    beside, plain = page.select("figure.eer-figure")
    assert beside.select_one(".eer-beside > pre.eer-source").text == source
    assert len(beside.select(".eer-beside > .eer-drawing > img")) == 2
    assert len(beside.select(":scope > figcaption")) == 1
    assert plain.select("pre, .eer-beside") == []
