"""TeX and Graphviz draw in the book's colours, say what is wrong, and may be missing."""

import re
import xml.etree.ElementTree as ET

import pytest

from utils import plotting, typeset
from utils.missing import NotRun
from utils.palette import PALETTE
from utils.rendering import as_text, in_theme
from utils.typeset import GraphError, KatexError, TexError, graph, katex, layout, tex

SVG = "{http://www.w3.org/2000/svg}"
TWO_LINES = r"""\begin{tikzpicture}
\draw[blue] (0, 0) -- (2, 0);
\node[orange] at (0, 1) {$x$};
\end{tikzpicture}"""


def parts(picture, name):
    return list(ET.fromstring(picture.svg).iter(SVG + name))


def test_a_drawing_is_tex_s_own_in_the_colours_of_the_book():
    drawn = tex(TWO_LINES, scale=1)
    assert (drawn.width, drawn.height) == tuple(round(4 / 3 * side) for side in (63.3, 34.3))
    assert "Output written on input.dvi" in drawn.log
    (line,) = [path for path in parts(drawn, "path") if "id" not in path.attrib]
    assert [float(number) for number in re.findall(r"[\d.]+", line.get("d"))] == [0, 0, 56.91, 0]
    assert {PALETTE[name] for name in ("blue", "orange", "ink")} == set(re.findall("#[0-9a-f]{6}", drawn.svg))
    assert PALETTE["blue"] not in in_theme(drawn.svg, "dark")


def test_letters_become_shapes_where_tex_puts_them():
    drawn = tex(r"$a\alpha$ fi \"a")
    assert parts(drawn, "text") == []
    shapes = {shape.get("id") for shape in parts(drawn, "path")}
    used = [use.get("{http://www.w3.org/1999/xlink}href")[1:] for use in parts(drawn, "use")]
    assert set(used) == shapes
    assert [name.split("-")[0] for name in used][:2] == ["cmmi10", "cmmi10"]
    left = [float(re.search(r"translate\((\S+)", use.get("transform"))[1]) for use in parts(drawn, "use")]
    assert left[:3] == sorted(left[:3])


@pytest.mark.parametrize(("body", "letters"), [
    (r"\texttt{<a>}", "<a>"),
    (r"$x_{i<n}$", "xi<n"),
    (r"\texttt{x<a b}", "x<ab"),
    (r"\texttt{\&lt; \&\#60;}", "&lt;&#60;"),
])  # fmt: skip
def test_letters_that_html_means_something_by_are_letters(body, letters):
    used = [use.get("{http://www.w3.org/1999/xlink}href") for use in parts(tex(body), "use")]
    assert "".join(chr(int(name.rpartition("-")[2], 16)) for name in used) == letters


def test_katex_sets_a_formula_twice():
    formula = katex(r"\frac{1}{2}")
    assert ET.fromstring(formula.html).get("class") == "katex-display"
    assert "<math" not in formula.html
    names = [element.tag.rpartition("}")[2] for element in ET.fromstring(formula.mathml).iter()]
    assert names[-4:] == ["mfrac", "mn", "mn", "annotation"]
    line = katex("x", display=False)
    assert ET.fromstring(line.html).get("class") == "katex"
    assert 'display="block"' in formula.mathml
    assert 'display="block"' not in line.mathml


@pytest.mark.parametrize(("formula", "said", "position"), [
    (r"\alhpa", r"Undefined control sequence: \alhpa", 0),
    ("x^2^3", "Double superscript", 3),
    (r"\frac{1}{2", "Unexpected end of input in a macro argument, expected '}'", 10),
    ("a & b", "Expected 'EOF', got '&'", 2),
])  # fmt: skip
def test_an_error_of_katex_names_the_place(formula, said, position):
    with pytest.raises(KatexError) as error:
        katex(formula)
    assert (str(error.value), error.value.position) == (said, position)
    assert katex("")  # the next one is not hurt


@pytest.mark.parametrize(("body", "said", "line"), [
    (TWO_LINES.replace("--", r"-- \nonsense"), "Undefined control sequence", 2),
    (TWO_LINES.replace("$x$", "x_1"), "Missing $ inserted", 3),
    ("$x", "Extra }, or forgotten $", 1),
])  # fmt: skip
def test_an_error_is_tex_s_own_with_the_line_of_the_source(body, said, line):
    with pytest.raises(TexError) as error:
        tex(body)
    assert (error.value.said, error.value.line) == (said, line)
    assert str(error.value).startswith(f"! {said}.")
    assert f"l.{line} " in str(error.value)
    assert tex(TWO_LINES)  # the next one is not hurt


@pytest.mark.parametrize(("body", "said"), [
    (TWO_LINES.replace("blue", "blue!20"), "#cce3f0 is none of the book's colours"),
    (r"\begin{tikzpicture}\end{tikzpicture}", "nothing is drawn"),
    ("", "nothing is drawn"),
])  # fmt: skip
def test_drawings_that_would_not_be_seen(body, said):
    with pytest.raises(ValueError, match=said):
        tex(body)
    with pytest.raises(ValueError, match="the preamble stands in one line"):
        tex(body, preamble="a\nb")


def test_packages_libraries_and_macros():
    assert tex(r"$\half$", preamble=r"\newcommand\half{\tfrac12}", packages=("amsmath",))
    assert tex(r"\begin{tikzcd} A \arrow[r, \"f\"] & B \end{tikzcd}".replace(r"\"", '"'), packages=("tikz-cd",))
    assert tex(r"\begin{tikzpicture}\draw[-{Stealth}] (0,0) -- ($(1,1)!0.5!(2,0)$);\end{tikzpicture}",
               libraries=("arrows.meta", "calc"))  # fmt: skip


def test_graphs_are_drawn_and_laid_out():
    drawn = graph('digraph { a -> "<b>" [color="#d55e00"] }')
    assert [text.text for text in parts(drawn, "text")] == ["a", "<b>"]
    assert PALETTE["page"] not in drawn.svg
    assert {PALETTE["orange"], PALETTE["ink"]} == set(re.findall("#[0-9a-f]{6}", drawn.svg))
    found = layout("graph { a -- b -- c -- a }", "circo")
    assert [node["name"] for node in found["objects"]] == ["a", "b", "c"]
    for wrong in (("graph { a -- ",), ("graph { a }", "nope")):
        with pytest.raises(GraphError, match=r"syntax error|not recognized"):
            graph(*wrong)
    with pytest.raises(ValueError, match="none of the book's colours"):
        graph("graph { a [color=red] }")


def test_after_an_error_graphs_are_drawn_as_before():
    wrong, right = r'digraph { n0 [label="say "hi""] }', r'digraph { n0 [label="\nabla f"] }'
    drawn = graph(right).svg
    for _ in range(8):
        with pytest.raises(GraphError, match="syntax error"):
            graph(wrong)
        assert graph(right).svg == drawn


def test_the_same_source_gives_the_same_drawing():
    assert tex(TWO_LINES).svg == tex(TWO_LINES).svg
    assert graph("graph { a -- b -- c -- a }", "neato").svg == graph("graph { a -- b -- c -- a }", "neato").svg


def test_without_the_packages_a_figure_says_so(monkeypatch):
    def no_node(package):
        raise FileNotFoundError

    shown = []
    monkeypatch.setattr(typeset, "node_program", no_node)
    monkeypatch.setattr(typeset, "_engine", None)
    monkeypatch.setattr(plotting, "display", lambda bundle, raw: shown.extend(bundle.values()))
    for missing in (tex(TWO_LINES), graph("graph { a }"), layout("graph { a }")):
        assert isinstance(missing, NotRun)
        plotting.show(missing, alt="Two lines that cross each other.")
    assert (
        as_text(shown[0])
        == "Not on this machine: node-tikzjax. `make environment` brings it. Two lines that cross each other."
    )


def test_pictures_are_shown_like_figures(monkeypatch):
    shown = []
    monkeypatch.setattr(plotting, "display", lambda bundle, raw: shown.extend(bundle.values()))
    drawn = graph("graph { a -- b }")
    plotting.show(drawn, alt="Two nodes joined by a line.", caption="Look.")
    (found,) = shown[0]["drawings"]
    assert (found["svg"], found["width"], found["height"]) == (drawn.svg, drawn.width, drawn.height)
    assert (found["alt"], found["label"], shown[0]["caption"]) == ("Two nodes joined by a line.", None, "Look.")


def test_a_picture_keeps_its_source_for_who_shows_it_beside(monkeypatch):
    shown = []
    monkeypatch.setattr(plotting, "display", lambda bundle, raw: shown.extend(bundle.values()))
    plotting.show(tex("\n    " + TWO_LINES.replace("\n", "\n    ")), alt="A line below a letter.", source=True)
    plotting.show(graph("  graph { a -- b }"), alt="Two nodes joined by a line.", source=True)
    plotting.show(tex("$x$"), alt="The letter x in italics.")
    assert [record.get("source") for record in shown[::3]] == [TWO_LINES, "graph { a -- b }", None]
    fig, _ = plotting.plt.subplots()
    with pytest.raises(ValueError, match="only pictures drawn from source"):
        plotting.show(fig, alt="Axes without any line.", source=True)
