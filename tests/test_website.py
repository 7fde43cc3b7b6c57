"""The website's extensions: errors become errors, and what is removed from a page is only what it does not need."""

import nbformat
import pytest
from fontTools.ttLib import TTFont

from website.extensions import executed_notebooks, katex_math, lean_pages
from website.extensions.book_assets import repository


@pytest.fixture
def typesetter():
    setter = katex_math.Typesetter()
    yield setter
    setter.close()


def test_formulas_are_set_for_eyes_and_for_screen_readers(typesetter):
    answer = typesetter.set(r"\lVert\mathbf{x}\rVert^2", True)
    assert "katex-display" in answer["html"]
    assert "<math" in answer["html"]


@pytest.mark.parametrize("tex", [r"\frac{1", r"\nosuchcommand", r"\begin{aligned} a", "a_b_c"])
def test_tex_errors_are_reported_and_the_process_survives(typesetter, tex):
    assert "error" in typesetter.set(tex, False)
    assert "html" in typesetter.set("x", False)


def test_dollars_in_captions(monkeypatch):
    monkeypatch.setattr(katex_math, "math_html", lambda tex, display, location: f"[{tex}]")
    assert katex_math.inline_dollars("from $a &lt; b$ to $c$") == "from [a < b] to [c]"


@pytest.mark.parametrize(
    ("url", "name"),
    [("", None), ("https://github.com/me/book", "me/book"), ("https://github.com/me/my.book/", "me/my.book")],
)
def test_repository_address_stands_in_one_place(tmp_path, url, name):
    config = tmp_path / "_config.yml"
    config.write_text(f'repository: {{url: "{url}"}}\n')
    assert repository(config) == name


def test_wrong_repository_address_is_refused(tmp_path):
    config = tmp_path / "_config.yml"
    config.write_text("repository: {url: 'git@github.com:me/book'}\n")
    with pytest.raises(ValueError, match=r"must look like https://github\.com/OWNER/NAME"):
        repository(config)


def _notebook(*cells):
    return nbformat.v4.new_notebook(cells=list(cells))


@pytest.mark.parametrize(
    ("source", "glued", "complaint"),
    [
        ("{glue:text}`pca-a:.2f`", {}, "no cell glues"),
        ("{glue:text}`pca-a:.2f`", {"pca-a": "'text'"}, "does not fit"),
        ("{glue:text}`pca-a:.2f`", {"pca-a": "0.5"}, None),
        ("{glue:text}`pca-a`", {"pca-a": "'text'"}, None),
    ],
)
def test_empty_places_for_numbers_are_warnings(monkeypatch, source, glued, complaint):
    said = []
    monkeypatch.setattr(executed_notebooks.LOG, "warning", lambda message, *a, **_: said.append(message % a))
    executed_notebooks._check_glue("doc", _notebook(nbformat.v4.new_markdown_cell(source)), glued)
    assert [complaint in message for message in said] == ([True] if complaint else [])


def test_only_the_first_check_of_an_equation_is_its_anchor():
    seen, record = set(), {"kind": "check", "subject": "eq-a"}
    first = executed_notebooks._anchored('<div class="eer-line">', record, seen)
    again = executed_notebooks._anchored('<div class="eer-line">', record, seen)
    assert 'id="check-eq-a"' in first
    assert "id=" not in again


def test_purge_keeps_what_pages_and_scripts_name():
    css = (
        ".used{a:b}.unused{a:b}.used .unused,.used{c:d}@media print{.unused{a:b}.used:hover{a:b}}"
        ".by-script{a:b}.stem-made{a:b}p:not(.unused){a:b}:is(.used,.other){e:f}@font-face{font-family:X}"
    )
    left = lean_pages.purge(css, '<p class="used other">', "x.classList.add('by-script'); y = 'stem-' + kind")
    assert left == (
        ".used{a:b}.used{c:d}@media print{.used:hover{a:b}}"
        ".by-script{a:b}.stem-made{a:b}p:not(.unused){a:b}:is(.used,.other){e:f}@font-face{font-family:X}"
    )


def test_stylesheets_become_one_with_imports_and_paths_resolved(tmp_path):
    (tmp_path / "styles").mkdir()
    (tmp_path / "base.css").write_text("b{background:url(img/b.png)}")
    (tmp_path / "styles" / "theme.css").write_text('@import "../base.css";i{background:url("./f.woff2")}')
    (tmp_path / "own.css").write_text("u{}")
    head = (
        '<link rel="stylesheet" href="../_static/styles/theme.css?v=1" />\n'
        '<link href="../_static/own.css" rel="stylesheet">\n'
    )
    text = lean_pages._one_stylesheet(head, tmp_path, {})
    (bundle,) = tmp_path.glob("book-*.css")
    assert text == f'<link rel="stylesheet" href="../_static/{bundle.name}">\n'
    css = bundle.read_text()
    assert css.index("url(img/b.png)") < css.index("url(styles/f.woff2)") < css.index("u{}")


def test_fonts_keep_the_characters_in_use(tmp_path):
    source = katex_math.WEBSITE / "node_modules/katex/dist/fonts/KaTeX_Main-Regular.woff2"
    font = tmp_path / "KaTeX_Main-Regular.woff2"
    font.write_bytes(source.read_bytes())
    lean_pages.subset_font(font, {ord("x"), ord("+")})
    assert set(TTFont(font).getBestCmap()) == {ord("x"), ord("+")}
    assert font.stat().st_size < source.stat().st_size / 3
