"""Finished pages lack only what they do not need, and what is kept from build to build is what would be made anew."""

import importlib.util
import io
import re
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from website import finishing, kept
from website.common import DEMOS, WEBSITE
from website.finishing import assets, fonts, pages, stylesheets

HEAD = """<html><head>
<link rel="preload" as="script" href="{up}_static/x.js">
<meta name="viewport" content="a">
<link rel="stylesheet" href="{up}_static/one.css?v=1" />
<link href="{up}_static/two.css" rel="stylesheet">
<meta name="viewport" content="b">
<script src="{up}_static/book.js?v=old"></script><script>run("by-script")</script>
</head>
"""
BODY = (
    '<p class="used">x <span class="n">name</span><i class="fa-solid fa-star"></i>'
    '<span class="mord mathbf">α</span></p>'
)


@pytest.fixture
def site(tmp_path, monkeypatch):
    """Two pages as Sphinx writes them, and the files that the book itself adds, in small."""
    site = tmp_path / "html"
    static = site / "_static"
    static.mkdir(parents=True)
    (site / "a").mkdir()
    for path, up in ((site / "index.html", ""), (site / "a/b.html", "../")):
        path.write_text(HEAD.format(up=up) + BODY)
    (static / "one.css").write_text('.used{a:b}.unused{a:b}.fa-star{--fa:"\\f005"}')
    (static / "two.css").write_text(".by-script{c:d}")
    monkeypatch.setattr(assets, "put", lambda static: (static / "book.js").write_text("// script"))
    monkeypatch.setattr(assets, "BUNDLES", {})
    monkeypatch.setattr(fonts, "subset", lambda font, characters: repr(sorted(characters)).encode())
    return site


def test_pages_load_one_stylesheet_with_the_rules_they_need(site):
    finishing.finish(site)
    (bundle,) = (site / "_static").glob("book-*.css")
    assert bundle.read_text().replace("\n", "") == '.used{a:b}.fa-star{--fa:"\uf005"}.by-script{c:d}'
    assert f'<link rel="stylesheet" href="../_static/{bundle.name}">' in (site / "a/b.html").read_text()
    text = (site / "index.html").read_text()
    assert re.findall(r"<link [^>]*>", text) == [f'<link rel="stylesheet" href="_static/{bundle.name}">']
    assert re.findall(r"<meta [^>]*>", text) == ['<meta name="viewport" content="a">']
    assert "x name<i" in text
    (version,) = re.findall(r"book\.js\?v=(\w+)", text)
    assert version != "old"


def test_fonts_are_cut_to_what_pages_show(site):
    finishing.finish(site)
    assert (site / "_static/vendor/fontawesome/webfonts/fa-solid-900.woff2").read_text() == repr([0xF005])
    mathematics = site / "_static/katex/fonts"
    assert (mathematics / "KaTeX_Main-Bold.woff2").read_text() == repr([ord("α")])
    assert (mathematics / "KaTeX_Math-Italic.woff2").read_text() == "[]"
    assert repr(ord("x")) not in (mathematics / "KaTeX_Main-Regular.woff2").read_text()


def test_a_finished_site_is_left_alone(site):
    assert not finishing.is_finished(site)
    finishing.finish(site)
    assert finishing.is_finished(site)
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in site.rglob("*.html")}
    finishing.finish(site)
    assert before == {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in site.rglob("*.html")}
    (site / "index.html").unlink()
    assert not finishing.is_finished(site)


def test_a_page_that_was_written_again_is_finished_again_and_no_other_is_read(site, monkeypatch):
    finishing.finish(site)
    (site / "index.html").write_text(HEAD.format(up="") + BODY.replace("used", "unused"))
    read = []
    monkeypatch.setattr(pages, "finish", lambda site, name, real=pages.finish: read.append(name) or real(site, name))
    finishing.finish(site)
    assert read == ["index.html"]
    (bundle,) = (site / "_static").glob("book-*.css")
    assert ".unused{a:b}" in bundle.read_text()
    assert all(bundle.name in path.read_text() for path in site.rglob("*.html"))


def test_a_new_stylesheet_reaches_pages_without_their_being_made_again(site):
    finishing.finish(site)
    (site / "_static/one.css").write_text(".used{changed:yes}")
    finishing.finish(site)
    (bundle,) = (site / "_static").glob("book-*.css")
    assert "changed:yes" in bundle.read_text()
    assert all(bundle.name in path.read_text() for path in site.rglob("*.html"))


def test_purge_keeps_what_pages_and_scripts_name():
    css = (
        ".used{a:b}.unused{a:b}.used .unused,.used{c:d}@media print{.unused{a:b}.used:hover{a:b}}"
        ".by-script{a:b}.stem-made{a:b}p:not(.unused){a:b}:is(.used,.other){e:f}@font-face{font-family:X}"
    )
    left = stylesheets.purge(css, {"used", "other", "by-script"}, ("stem-",))
    assert left == (
        ".used{a:b}.used{c:d}@media print{.used:hover{a:b}}"
        ".by-script{a:b}.stem-made{a:b}p:not(.unused){a:b}:is(.used,.other){e:f}@font-face{font-family:X}"
    )


def test_classes_that_scripts_name_or_begin_are_kept(site):
    (site / "_static/two.css").write_text(".added{a:b}.stem-made{a:b}.gone{a:b}")
    page = {"words": ["used"], "stylesheets": ["two.css"]}
    bundles = stylesheets.bundle(site / "_static", [page], "x.classList.add('added'); y = 'stem-' + kind")
    assert (site / "_static" / bundles["two.css",]).read_text() == ".added{a:b}.stem-made{a:b}"


def test_words_are_those_of_tags_and_scripts():
    found = pages.named('<p class="a-class">prose</p><script>add("scripted")</script><i class="fa-solid fa-x"></i>')
    assert {"a-class", "scripted"} <= set(found["words"])
    assert "prose" not in found["words"]
    assert found["icons"] == ["solid", "x"]


PART = """<p aria-level="2" class="caption" role="heading"><span class="caption-text">{caption}</span></p>
<ul class="current nav bd-sidenav">
<li class="toctree-l1 has-children"><a class="reference internal" href="index.html">{title}</a></li>
</ul>
"""
SOURCE = '<div class="citation" id="cite-x">\n{label}<p>Somebody. A title. 1999.</p>\n</div>\n'
NUMBER = '<span class="label"><span class="fn-bracket">[</span>17<span class="fn-bracket">]</span></span>\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (PART.format(caption="Networks", title="3. Networks"), PART.partition("\n")[2].format(title="3. Networks")),
        (PART.format(caption="Assignments", title="Assignments"), PART.partition("\n")[2].format(title="Assignments")),
        (PART.format(caption="Reference", title="Map"), PART.format(caption="Reference", title="Map")),
        (SOURCE.format(label=NUMBER), SOURCE.format(label="")),
    ],
)
def test_what_says_nothing_is_left_out(site, before, after):
    page = site / "index.html"
    page.write_text(HEAD.format(up="") + before)
    pages.finish(site, "index.html")
    assert page.read_text().partition("</head>\n")[2] == after


def test_rules_for_what_a_script_adds_later_are_kept(site, monkeypatch):
    monkeypatch.setattr(assets, "LOADS", {"book.js": ["later.js"]})
    (site / "_static/later.js").write_text("x.className = 'by-later'")
    (site / "_static/two.css").write_text(".by-later{c:d}.by-nobody{c:d}")
    finishing.finish(site)
    (bundle,) = (site / "_static").glob("book-*.css")
    assert ".by-later{c:d}" in bundle.read_text()
    assert "by-nobody" not in bundle.read_text()


def test_a_script_has_another_mark_when_one_that_it_loads_has_changed(tmp_path, monkeypatch):
    monkeypatch.setattr(assets, "BUNDLES", {"first": "", "other": "", "later": ""})
    monkeypatch.setattr(assets, "LOADS", {"first.js": ["later.js"]})
    for name in ("book", "first", "other", "later"):
        (tmp_path / f"{name}.js").write_text(name)
    before = assets.versions(tmp_path)
    (tmp_path / "later.js").write_text("changed")
    after = assets.versions(tmp_path)
    assert {name for name in before if before[name] != after[name]} == {"first.js", "later.js"}


def test_imports_and_paths_of_stylesheets_are_resolved(tmp_path):
    (tmp_path / "styles").mkdir()
    (tmp_path / "base.css").write_text("b{background:url(img/b.png)}")
    (tmp_path / "styles" / "theme.css").write_text('@import "../base.css";i{background:url("./f.woff2")}')
    (tmp_path / "own.css").write_text("u{}")
    css = stylesheets.flat(tmp_path, ["styles/theme.css", "own.css"])
    assert css.index("url(img/b.png)") < css.index("url(styles/f.woff2)") < css.index("u{}")


def test_fonts_keep_the_characters_in_use():
    source = (WEBSITE / "node_modules/katex/dist/fonts/KaTeX_Main-Regular.woff2").read_bytes()
    cut = fonts.subset(source, {ord("x"), ord("+")})
    assert set(TTFont(io.BytesIO(cut)).getBestCmap()) == {ord("x"), ord("+")}
    assert len(cut) < len(source) / 3


def test_what_is_kept_is_made_anew_when_an_ingredient_changes(tmp_path):
    made = []

    def make(*ingredients):
        return kept.kept(tmp_path / "html", "thing.txt", [*ingredients], lambda: made.append(1) or b"%d" % len(made))

    assert [make("a", b"b"), make("a", b"b")] == [b"1", b"1"]
    assert [make("ab", b""), make("a", b"b")] == [b"2", b"3"]


def test_palette_is_the_figures():
    css = assets.palette()
    assert css.startswith(f"html{{--eer-blue:{assets.THEMES['light']['blue']};")
    assert f"html[data-theme=dark]{{--eer-blue:{assets.THEMES['dark']['blue']};" in css


def test_scripts_are_bundled(tmp_path):
    static = tmp_path / "html" / "_static"
    assets._put_bundles(static)
    assert "bs.dropdown" in (static / "scripts" / "bootstrap.js").read_text()
    assert "eer-card-body" in (static / "scripts" / "cards.js").read_text()
    assert "eer-card-body" not in (static / "scripts" / "page.js").read_text(), "only what every page needs"
    for name in DEMOS:
        assert f"eer-{name}" in (static / "demos" / f"{name}.js").read_text()


def test_a_script_has_a_new_mark_when_one_that_it_fetches_changes(tmp_path):
    scripts = ["book.js", *(f"{name}.js" for name in assets.BUNDLES)]
    for name in scripts:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    before = assets.versions(tmp_path)
    (tmp_path / "scripts/cards.js").write_text("changed")
    after = assets.versions(tmp_path)
    assert {name for name in scripts if before[name] != after[name]} == {"scripts/page.js", "scripts/cards.js"}


@pytest.mark.parametrize("root", ["", "../", "../../", "/", "/course/"])
def test_a_page_names_its_stylesheet_from_where_it_named_them(root, tmp_path):
    links = "".join(f'<link rel="stylesheet" href="{root}_static/{name}.css?v=1"/>\n' for name in ("one", "two"))
    text, names = pages.one_stylesheet(f"<head>{links}</head>")
    assert names == ["one.css", "two.css"]
    page = tmp_path / "page.html"
    page.write_text(text, "utf-8")
    pages.link(page, "book-0a.css", {})
    assert page.read_text("utf-8").split('"')[3] == f"{root}_static/book-0a.css"
    assert pages.SCRIPT.findall(f'<script src="{root}_static/book.js"></script>') == ["book.js"]


def test_the_theme_looks_for_nothing_that_scrolls(tmp_path):
    theme = Path(importlib.util.find_spec("pydata_sphinx_theme").origin).parent / "theme/pydata_sphinx_theme/static"
    script, theirs = tmp_path / "theme.js", (theme / assets.THEME).read_text("utf-8")
    script.write_text(theirs, "utf-8")
    for _ in range(2):  # a site that is built again holds the script as it was left
        assets._calm_theme(script)
        calm = script.read_text("utf-8")
        assert '.querySelectorAll(["pre"' in theirs
        assert '.querySelectorAll(["pre"' not in calm
        assert 0 < len(theirs) - len(calm) < 200
    script.write_text(theirs.replace('["pre"', '["code"'), "utf-8")
    with pytest.raises(RuntimeError, match=r"is not the script that website/finishing/assets\.py knows"):
        assets._calm_theme(script)
