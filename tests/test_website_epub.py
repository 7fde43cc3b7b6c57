"""Pages of the site as an EPUB: it holds together, formulas are MathML, links lead on, and each fault is found."""

import base64
import io
import json
import re
import sys
import xml.etree.ElementTree as ET
import zipfile

import pytest
from PIL import Image

from tools import epub
from website.epub import checking, formulas
from website.extensions.katex_math import TYPESETTER
from website.finishing.pages import apart

MATH = "{http://www.w3.org/1998/Math/MathML}"
NAMES = ["part/index.html", "part/first.html", "part/second.html", "last.html"]
BEGINS = {"part/index.html": "Basics", "last.html": "Reference"}
#: What takes KaTeX, and MathML of two standards, some care.
TEX = {
    "inline": r"d_{\max} = k \bmod W",
    "letters": r"\mathbb{E}[\mathbf{x}] \in \mathbb{R}, \mathcal{N}, a < b",
    "plain": "xy",
    "room": r"(-1, -a) = a - \lVert b\rVert_2 + n \log n \log (n) + \cdots + c",
    "displayed": r"\begin{aligned} a &= b \\ &= \frac{c}{n_{\min}^2} \end{aligned}",
}


def formula(name):
    return TYPESETTER.set(TEX[name], name == "displayed")["html"]


def first():
    return f"""<section id="top"><h1>1.1. First {formula("plain")}<a class="headerlink" href="#top">#</a></h1>
<p class="eer-facts">5 min · 3 checked · <a href="../_sources/first.ipynb" download="first.ipynb">notebook</a></p>
<p id="same">Caf&eacute;&nbsp;&amp; {formula("inline")}, {formula("letters")}<br>{formula("room")}
<a href="#same">here</a> <a href="second.html#same">there</a> <a href="second.html">all of it</a>
<a href="../missing.html#x" aria-label="gone">gone</a> <a href="#no-such">nowhere</a>
<a href="https://example.org/a?b=c&amp;d#e">away</a> <a class="eer-state" href="?preset=a#demo-knn">a state</a></p>
<div class="math eer-equation" id="equation-1">{formula("displayed")}<span class="eqno"><a class="eer-checked"
href="#check-1" title="found" aria-label="found">✓</a>(1)</span></div>
<div class="cell docutils container"><div class="cell_output"><div class="eer-line" id="check-1">✓ (1)</div></div>
<details class="eer-harness"><summary>how</summary><p id="hidden-code">import numpy</p></details></div>
<div class="cell tag_eer-harness"><details class="eer-harness"><summary>how</summary><p>import scipy</p></details></div>
<figure><div class="eer-drawing"><img class="only-light" src="../_static/figures/a-light.svg" alt="a line" width="9"
height="9" loading="lazy" decoding="async"><img class="only-dark" src="../_static/figures/a-dark.svg" alt="dark"></div>
<figcaption>A.</figcaption></figure>
<div class="eer-frames"><div class="eer-slider"><input type="range"><output>one</output></div>
<div class="eer-frame" hidden data-label="two">B</div></div>
<eer-knn id="demo-knn" class="eer-demo"><p>Points of two classes.</p></eer-knn>
<details class="eer-further"><summary>Further: another 3 min</summary><p>more</p></details>
<div class="solution dropdown admonition" id="s/1"><p class="admonition-title">Solution to <a href="#same">1</a></p>
<section><p>Because.</p></section></div>
<table><tr><th><p></p></th><th>k</th></tr><tr><td>error</td><td>0.1</td></tr></table>
<style>td {{ color: red; }}</style><script>if (a < b) alert("x")</script></section>"""


SECOND = """<section id="other"><h1>1.2. Second</h1>
<p id="same">See <a href="first.html#equation-1">(1)</a>.</p></section>"""
MAP = """<section id="map"><h1>The map</h1><svg viewBox="0 0 9 9" width="9" height="9"><a href="part/first.html"><rect
width="9" height="9"/><text>First <tspan>one</tspan></text></a><a href="gone.html"><text>Gone</text></a>
</svg></section>"""


def drawing():
    file = io.BytesIO()
    Image.new("RGB", (2, 2), (1, 2, 3)).save(file, "WEBP", lossless=True)
    picture = f"data:image/webp;base64,{base64.b64encode(file.getvalue()).decode()}"
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9">'
        f'<path id="blank"/><path d="M 0 0 L 1 1"/><image width="2" height="2" xlink:href="{picture}"/></svg>'
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site of four pages, as finishing leaves them."""
    site = tmp_path_factory.mktemp("site")
    (site / "part").mkdir()
    (site / "_static/figures").mkdir(parents=True)
    for theme in ("light", "dark"):
        (site / f"_static/figures/a-{theme}.svg").write_text(drawing(), "utf-8")
    bodies = ["<section><h1>1. Basics</h1></section>", first(), SECOND, MAP]
    for name, body in zip(NAMES, bodies, strict=True):
        text, sources = apart(f'<nav>menu</nav><article class="bd-article">{body}</article><footer>foot</footer>')
        (site / name).write_text(text, "utf-8")
        if any(sources):
            (site / name).with_suffix(".formulas.js").write_text(f"eerFormulas={json.dumps(sources)}", "utf-8")
    return site


@pytest.fixture(scope="module")
def book(site):
    return epub.made(site, NAMES, BEGINS)


@pytest.fixture(scope="module")
def files(book):
    archive = zipfile.ZipFile(io.BytesIO(book))
    return {name.removeprefix("book/"): archive.read(name).decode() for name in archive.namelist()}


@pytest.fixture(scope="module")
def page(files):
    return files["part/first.xhtml"]


def test_a_book_holds_together(book):
    assert checking.problems(book) == []


def test_epubcheck_has_nothing_against_it(book):
    found = checking.epubcheck(book)
    if found is None:
        pytest.skip("no epubcheck on this machine (Debian: apt-get install epubcheck)")
    assert found == []


def test_the_same_site_makes_the_same_book(site, book):
    assert epub.made(site, NAMES, BEGINS) == book
    assert {entry.date_time for entry in zipfile.ZipFile(io.BytesIO(book)).infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_every_formula_is_mathml_with_its_tex(page):
    found = list(ET.fromstring(page).iter(f"{MATH}math"))
    wanted = ["plain", "inline", "letters", "room", "displayed"]
    assert [math.get("alttext") for math in found] == [TEX[name] for name in wanted]
    assert [math.get("display") for math in found] == [None, None, None, None, "block"]
    assert "katex" not in page
    assert "annotation" not in page


def test_mathml_is_as_both_standards_want_it(page):
    tree = ET.fromstring(page)
    for index in tree.iter(f"{MATH}msub"):
        assert len(index) == 2
    assert [len(index) for index in tree.iter(f"{MATH}msubsup")] == [3]
    assert "mod" in [sign.text for sign in tree.iter(f"{MATH}mo")]
    letters = {letter.text: letter.get("mathvariant") for letter in tree.iter(f"{MATH}mi")}
    assert letters["x"] == "bold"  # of which the stylesheet knows
    assert {letters[letter] for letter in "𝔼ℝ𝒩"} == {"normal"}
    sides = [cell.get("class") for cell in tree.iter(f"{MATH}mtd")]
    assert sides == ["right joins", "left joins", "right joins", "left joins"]


def test_formulas_have_the_room_that_tex_leaves(page):
    found = next(math for math in ET.fromstring(page).iter(f"{MATH}math") if math.get("alttext") == TEX["room"])
    row = [(part.tag.removeprefix(MATH), part.text, part.get("form"), part.get("rspace")) for part in found[0]]
    assert [form for _, text, form, _ in row if text in ("−", "+")] == ["prefix", "prefix", None, None, None, None]
    assert [bar.get("rspace") for bar in found.iter(f"{MATH}mo") if bar.text == "∥"] == ["0em", "0em"]
    assert [rspace for _, text, _, rspace in row if text == "\u2061"] == ["0.1667em", None]
    names = [i for i, (_, text, _, _) in enumerate(row) if text == "log"]
    assert [row[i - 1][0] for i in names] == ["mspace", "mspace"]


def test_a_formula_that_katex_refuses_is_named():
    with pytest.raises(RuntimeError, match=r"Undefined control sequence.* in formula .*nosuch"):
        formulas.set_all([(r"\nosuch{x}", False)])


def test_a_page_is_without_what_only_a_screen_can_do(page):
    for left_out in ("a-dark", "numpy", "scipy", "range", "headerlink", "menu", "foot", "lazy", "alert", "color: red"):
        assert left_out not in page
    assert "5 min · 3 checked</p>" in page  # and no dot before nothing
    assert page.count('class="cell ') == 1  # that has an output


def test_pages_say_in_words_what_they_show_elsewhere(page):
    assert 'src="../pictures/a.svg"' in page
    assert '<div class="eer-frame" data-label="two">B<p class="eer-label">two</p></div>' in page
    assert '<div id="demo-knn" class="eer-demo"><p class="eer-note">On the website a demo stands here' in page
    assert "<p>Further: another 3 min</p><p>more</p>" in page
    assert re.search(
        r'<details class="solution[^>]*>\s*<summary class="admonition-title">Solution to <span>1</span></summary>', page
    )
    assert "<table><tr><td><p></p></td><th>k</th></tr>" in page


def test_links_lead_within_the_book_or_to_other_sites_or_are_text(page, files):
    assert '<a href="#same">here</a> <a href="second.xhtml#same">there</a> <a href="second.xhtml">all of it</a>' in page
    assert "<span>gone</span> <span>nowhere</span>" in page
    assert '<a href="https://example.org/a?b=c&amp;d#e">away</a> <span class="eer-state">a state</span>' in page
    assert '<a href="first.xhtml#equation-1">(1)</a>' in files["part/second.xhtml"]
    assert '<a xlink:href="part/first.xhtml"><title>First one</title>' in files["last.xhtml"].replace("\n", " ")
    assert "<g><text>Gone</text></g>" in files["last.xhtml"]


def test_pictures_are_what_every_reader_shows(files):
    drawn = files["pictures/a.svg"]
    assert '<path d="M0 0" id="blank"/><path d="M 0 0 L 1 1"/>' in drawn
    picture = Image.open(io.BytesIO(base64.b64decode(re.search(r"data:image/png;base64,([^\"]+)", drawn)[1])))
    assert picture.convert("RGB").getpixel((1, 1)) == (1, 2, 3)


def test_contents_have_parts_and_chapters_and_the_package_their_order(files):
    contents = files["contents.xhtml"]
    lines = [
        '<ol><li><a href="part/index.xhtml">1. Basics</a><ol><li><a href="part/first.xhtml">1.1. First xy</a></li>',
        '<li><a href="part/second.xhtml">1.2. Second</a></li></ol></li>',
        '<li><span>Reference</span><ol><li><a href="last.xhtml">The map</a></li></ol></li></ol></nav>',
    ]
    assert "".join(lines) in contents
    package = files["package.opf"]
    read = [f"page-{i}" for i in range(4)]
    assert re.findall(r'idref="([^"]*)"', package) == ["title", "contents", *read]
    assert 'href="part/first.xhtml" media-type="application/xhtml+xml" properties="mathml"/>' in package
    assert 'href="last.xhtml" media-type="application/xhtml+xml" properties="svg"/>' in package


def test_a_chapter_alone_is_a_book(site):
    alone = epub.made(site, ["part/second.html"], {}, "part/second")
    assert checking.problems(alone) == []
    archive = zipfile.ZipFile(io.BytesIO(alone))
    assert "<dc:title>Every Equation Runs: 1.2. Second</dc:title>" in archive.read("book/package.opf").decode()
    assert "See <span>(1)</span>." in archive.read("book/part/second.xhtml").decode()


def changed(book, name, old, new):
    """The book with another text in one of its files."""
    before, after = zipfile.ZipFile(io.BytesIO(book)), io.BytesIO()
    with zipfile.ZipFile(after, "w") as archive:
        for entry in before.infolist():
            text = before.read(entry)
            if entry.filename == f"book/{name}":
                assert old.encode() in text
                text = text.replace(old.encode(), new.encode(), 1)
            archive.writestr(entry, text)
    return after.getvalue()


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("part/second.xhtml", "</p>", "", "part/second.xhtml: mismatched tag"),
        ("part/second.xhtml", "#equation-1", "#equation-2", "first.xhtml#equation-2 has no place"),
        ("part/second.xhtml", "first.xhtml", "third.xhtml", "third.xhtml#equation-1 is missing"),
        ("part/second.xhtml", 'id="same"', 'id="other"', "id other stands 2 times"),
        ("part/first.xhtml", 'alt="a line"', 'alt=""', "a picture without a text"),
        ("package.opf", "pictures/a.svg", "pictures/b.svg", "pictures/b.svg is named, and missing"),
        ("package.opf", "pictures/a.svg", "pictures/b.svg", "pictures/a.svg is there, and not named"),
        ("package.opf", '<itemref idref="page-2"/>', "", "part/second.xhtml is never read"),
        ("package.opf", "</metadata>", "", "package.opf is missing"),
    ],
)
def test_each_fault_is_found(book, name, old, new, said):
    found = checking.problems(changed(book, name, old, new))
    assert any(said in line for line in found), found


def test_what_epubcheck_says_is_said_with_its_place(book, tmp_path, monkeypatch):
    program = tmp_path / "epubcheck"
    place = {"path": "a.xhtml", "line": 3}
    message = {"ID": "RSC-005", "severity": "ERROR", "message": "no such tag", "locations": [place]}
    answer = json.dumps({"messages": [message, message | {"severity": "USAGE"}]})
    program.write_text(f"#!{sys.executable}\nimport sys\nopen(sys.argv[-1], 'w').write({answer!r})\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert checking.epubcheck(book) == ["error RSC-005: a.xhtml, line 3: no such tag"]
    program.write_text(f"#!{sys.executable}\nraise SystemExit('no Java')\n")
    assert checking.epubcheck(book) == ["epubcheck did not answer: no Java"]
    program.unlink()
    assert checking.epubcheck(book) is None


def test_the_command_writes_a_book_that_holds_together_and_no_other(site, tmp_path, monkeypatch, capsys):
    (site / "index.html").write_text("")
    (site / "chapters").mkdir(exist_ok=True)
    (site / "chapters/one.html").write_text((site / "part/second.html").read_text())
    monkeypatch.setattr(epub, "SITE", site)
    monkeypatch.setattr(epub, "ROOT", site.parent)
    monkeypatch.setattr(epub, "facts", lambda chapter: FACTS)
    monkeypatch.setenv("PATH", str(tmp_path))  # no epubcheck
    assert epub.main(["two"]) == 1
    assert "the website has no chapter two" in capsys.readouterr().err
    assert epub.main(["one"]) == 0
    assert re.search(r"epub/one\.epub: 1 page, 0\.0 MB, .*epubcheck is not on this machine", capsys.readouterr().out)
    target = site.parent / "epub/one.epub"
    assert checking.problems(target.read_bytes()) == []
    target.unlink()
    monkeypatch.setattr(checking, "epubcheck", lambda book: ["error: so"])
    assert epub.main(["one"]) == 1
    assert not target.exists()
    assert "error: so\nmake: the EPUB was not written" in capsys.readouterr().err


FACTS = epub.facts("One")


def test_the_time_of_a_book_is_that_of_its_text(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert epub.modified("2026") == "1970-01-02T00:00:00Z"
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    monkeypatch.setenv("PATH", "")
    assert epub.modified("2026") == "2026-01-01T00:00:00Z"
