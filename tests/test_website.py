"""The website's extensions: errors become errors, and what is removed from a page is only what it does not need."""

import html
import importlib.util
import json
import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from types import SimpleNamespace

import pytest
from docutils import nodes
from IPython.core.inputtransformer2 import TransformerManager
from nbformat import v4
from sphinx.errors import ExtensionError

from book.chapter import Chapter
from book.order import notebooks
from utils import rendering
from utils.records import RECORD_MIME
from utils.typeset import katex
from website import downloads, executed
from website.common import repository
from website.epub.formulas import PARTS
from website.extensions import book_assets, executed_notebooks, katex_math


@pytest.fixture
def typesetter():
    setter = katex_math.Typesetter()
    yield setter
    setter.close()


def test_formulas_are_set_for_eyes_and_for_screen_readers(typesetter):
    answer = typesetter.set(r"\lVert\mathbf{x}\rVert^2", True)
    assert "katex-display" in answer["html"]
    assert "<math" in answer["html"]


def heard(markup: str) -> str:
    """What a screen reader is given of HTML, without spaces and signs that nobody sees."""
    seen = re.sub(r'(?s)<span class="katex-html" aria-hidden="true">.*', "", markup) if "<math" in markup else markup
    return re.sub(r"[\s\u200b\u2061-\u2063]", "", html.unescape(re.sub(r"<[^>]*>", "", seen)))


def test_formulas_read_as_they_are_written(typesetter):
    """All that stand in lines of the book, and some: as KaTeX's own MathML has them."""
    written = {formula.tex for path in notebooks() for formula in Chapter(path).formulas}
    written |= {r"a \ne b", r"x \notin S", r"a \not\le b", r"\not\subset", r"f(x)", r"\sin x", r"\mathbf{x}^\top"}
    for tex, answer in zip(written, typesetter.set_all([(tex, False) for tex in written]), strict=True):
        plain = katex(tex, display=False)
        own = re.sub(r"(?s)<annotation .*?</annotation>", "", plain.mathml)
        assert heard(answer["html"]) == heard(f"<math>{own}"), tex
    assert "≠" in heard(typesetter.set(r"a \ne b", False)["html"])


def test_what_screen_readers_are_given_is_well_formed(typesetter):
    """Every formula of the book: an index has a base and an index, and so on."""
    chapters = [Chapter(path) for path in notebooks()]
    written = {(formula.tex, False) for chapter in chapters for formula in chapter.formulas}
    written |= {(equation.tex, True) for chapter in chapters for equation in chapter.equations}
    written |= {
        (tex, display) for tex in (r"{\max}_x f", r"\max_x^y f", r"{\lim}_{x\to 0}^2") for display in (False, True)
    }
    for formula, answer in zip(written, typesetter.set_all(list(written)), strict=True):
        for found in re.findall(r"(?s)<math.*?</math>", answer["html"]):
            for element in ET.fromstring(found).iter():
                assert len(element) == PARTS.get(element.tag, len(element)), formula


@pytest.mark.parametrize("tex", [r"\frac{1", r"\nosuchcommand", r"\begin{aligned} a", "a_b_c"])
def test_tex_errors_are_reported_and_the_process_survives(typesetter, tex):
    assert "error" in typesetter.set(tex, False)
    assert "html" in typesetter.set("x", False)


def test_formulas_of_a_page_are_kept_and_only_they(typesetter, tmp_path):
    formulas = [("x", False), ("x", True)]
    typesetter.set_all([*formulas, ("y", False)])
    typesetter.remember(tmp_path / "page.json", formulas)
    other = katex_math.Typesetter()
    other.recall(tmp_path / "page.json")
    assert other.set_all([("x", True), ("x", False)]) == typesetter.set_all([("x", True), ("x", False)])
    assert other._process is None
    assert ("y", False) not in other._known


def test_formulas_set_by_another_katex_are_forgotten(typesetter, tmp_path, monkeypatch):
    typesetter.set("x", False)
    typesetter.remember(tmp_path / "page.json", [("x", False)])
    monkeypatch.setattr(katex_math, "SETTER", (katex_math.SETTER[0],))
    other = katex_math.Typesetter()
    other.recall(tmp_path / "page.json")
    assert other._known == {}


def test_errors_are_not_kept(typesetter, tmp_path):
    typesetter.set_all([(r"\frac{1", False), ("x", False)])
    typesetter.remember(tmp_path / "page.json", [(r"\frac{1", False), ("x", False)])
    other = katex_math.Typesetter()
    other.recall(tmp_path / "page.json")
    assert list(other._known) == [("x", False)]


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
    return v4.new_notebook(cells=list(cells))


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
    executed_notebooks._check_glue("doc", _notebook(v4.new_markdown_cell(source)), glued)
    assert [complaint in message for message in said] == ([True] if complaint else [])


CHECK = {"kind": "check", "subject": "eq-a", "sides": ["by_hand", "scipy"], "error": 2e-16, "tolerance": 1e-8}
FIGURE = {"kind": "figure", "caption": None, "drawings": [{"svg": "<svg />", "alt": "a path", "label": None}]}


def _cell(source, *records):
    return v4.new_code_cell(source, outputs=[v4.new_output("display_data", rendering.bundle(r)) for r in records])


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A book of one chapter, which has an executed copy."""
    (tmp_path / "chapters").mkdir()
    text = "Today's prose.\n\n```{exercise}\n:label: ex-a\n```"
    code = "check('eq-a', a=a, b=b)  # no mutant: the same"
    today = _notebook(v4.new_markdown_cell(text), v4.new_code_cell(code))
    draws = "def draw_line(ax):\n    pass"
    today.cells.append(v4.new_code_cell(draws, metadata={"jupyter": {"source_hidden": True}}))
    copy = _notebook(
        v4.new_markdown_cell("Old prose."), _cell(code, CHECK, CHECK | {"error": 1e-9}), v4.new_code_cell(draws)
    )
    copy.cells[1].outputs[0].data["text/html"] = "as it looked then"
    copy.metadata["eer"] = {"seconds": 2.0, "cores": 2}
    (tmp_path / "chapters/a.ipynb").write_text(v4.writes(today))
    (tmp_path / "copy.ipynb").write_text(v4.writes(copy))
    for module in (executed, executed_notebooks):
        monkeypatch.setattr(module, "executed_path", lambda notebook: tmp_path / "copy.ipynb")
        monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(executed_notebooks, "is_fresh", lambda notebook: True)
    monkeypatch.setattr(executed_notebooks, "notebooks", lambda: [Path("chapters/a.ipynb")])
    for module in (downloads, executed_notebooks):
        monkeypatch.setattr(module, "Chapter", lambda notebook: Chapter(tmp_path / notebook))
    return tmp_path


def _app(**env):
    return SimpleNamespace(
        env=SimpleNamespace(found_docs={"chapters/a", "index"}, **env),
        config=SimpleNamespace(eer_code="code", root_doc="index"),
    )


def test_pages_get_records_alone_and_todays_prose(book):
    app, source = _app(eer_facts={"chapters/a": {"further": {1: 4}}}), [""]
    executed_notebooks.source_read(app, "chapters/a", source)
    nb = json.loads(source[0])
    assert nb["cells"][0]["source"].startswith("Today's prose.\n\n```{further} 4\n```\n\n\n```{exercise}")
    assert nb["cells"][1]["source"] == "check('eq-a', a=a, b=b)"
    assert [cell["metadata"].get("tags") for cell in nb["cells"][1:]] == [None, ["eer-harness"]]
    assert [list(output["data"]) for output in nb["cells"][1]["outputs"]] == [[RECORD_MIME], [RECORD_MIME]]


def test_facts_are_counted_and_only_what_changed_is_read_again(book, monkeypatch):
    app = _app()
    executed_notebooks.collect(app)
    facts = app.env.eer_facts["chapters/a"]
    assert {name: facts[name] for name in ("equations", "checks", "claims", "exercises", "seconds")} == {
        "equations": 1,
        "checks": 2,
        "claims": 0,
        "exercises": 1,
        "seconds": 2.0,
    }
    title = "Code of the formula checked on this page: by hand = scipy, relative error 2e-16"
    assert facts["ticks"] == {"eq-a": {"kind": "code", "glyph": "✓", "title": title}}
    assert (facts["equations"], facts["printed"]) == (1, 0)
    assert executed_notebooks.outdated(app, app.env, set(), set(), set()) == ["chapters/a", "index"]
    executed_notebooks.collect(app)
    assert executed_notebooks.outdated(app, app.env, set(), set(), set()) == []
    copy = v4.reads((book / "copy.ipynb").read_text())
    copy.cells[1].outputs.pop()
    (book / "copy.ipynb").write_text(v4.writes(copy))
    executed_notebooks.collect(app)
    assert app.env.eer_facts["chapters/a"]["checks"] == 1
    assert executed_notebooks.outdated(app, app.env, set(), set(), set()) == ["chapters/a", "index"]


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ((12, 3, 40), ["12 equations checked, 3 as printed", "40 claims asserted"]),
        ((1, 0, 1), ["1 equation checked", "1 claim asserted"]),
        ((0, 0, 2), ["2 claims asserted"]),
        ((0, 0, 0), []),
    ],
)
def test_facts_are_counted_in_words(facts, words):
    assert executed_notebooks._counted(dict(zip(("equations", "printed", "claims"), facts, strict=True))) == words


def test_a_chapter_without_a_fresh_copy_stops_the_build(book, monkeypatch):
    monkeypatch.setattr(executed_notebooks, "is_fresh", lambda notebook: False)
    with pytest.raises(ExtensionError, match=r"chapters/a\.ipynb has no executed copy"):
        executed_notebooks.collect(_app())


@pytest.mark.parametrize("repository", [None, "me/book"])
def test_downloads_look_as_records_look_today(book, repository):
    nb = v4.reads(downloads.download(Path("chapters/a.ipynb"), repository))
    assert ("git+https://github.com/me/book" in nb.cells.pop(0).source) == bool(repository)
    data = nb.cells[1].outputs[0].data
    assert data["text/html"] == rendering.as_html(CHECK, "0")
    assert data["text/plain"] == rendering.as_text(CHECK)


def test_the_first_cell_names_what_is_missing_in_one_line():
    """Where nothing can be installed; and in the zip, where `utils` lies beside."""
    modules = {"numpy": "numpy", "no_such_module": "no-such-package"}
    for beside in (True, False):
        with pytest.raises(ModuleNotFoundError, match=r"^pip install no-such-package$"):
            exec(downloads.first_cell(modules, "a", None, beside), {})
    del modules["no_such_module"]
    exec(downloads.first_cell(modules, "a", None, beside=False), {})
    found = TransformerManager().transform_cell(downloads.first_cell(modules, "a", "me/book", beside=False))
    assert found.count("run_line_magic('pip'") == 2
    compile(found, "first cell", "exec")


def test_the_first_cell_does_without_what_only_the_website_needs(monkeypatch):
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in ("myst_nb", "utils") else real(name))
    monkeypatch.delitem(sys.modules, "myst_nb", raising=False)
    exec(downloads.first_cell({}, "a", None, beside=True), {})
    assert sys.modules["myst_nb"].glue("a", 1, display=False) is None
    with pytest.raises(ModuleNotFoundError, match=r"take the zip from the page of this chapter, a\.zip"):
        exec(downloads.first_cell({}, "a", None, beside=False), {})


def test_pages_are_written_again_when_what_they_share_changed():
    domains = {
        "std": SimpleNamespace(labels={"ex-a": ("a", "ex-a", "Exercise")}, anonlabels={}, objects={}),
        "math": SimpleNamespace(equations={"eq-a": ("a", 1)}),
    }
    env = SimpleNamespace(
        titles={"a": nodes.title("", "One")},
        toc_secnumbers={},
        toc_fignumbers={"a": {"displaymath": {"equation-eq-a": (1, 1)}}},
        found_docs={"a", "index"},
        get_domain=domains.__getitem__,
    )
    assert book_assets.what_pages_share(None, env) == []  # the first build writes them all anyway
    assert book_assets.what_pages_share(None, env) == []
    for change in (
        lambda: env.titles.update(a=nodes.title("", "Two")),
        lambda: env.toc_fignumbers["a"]["displaymath"].update({"equation-eq-a": (1, 2)}),
        lambda: domains["std"].labels.clear(),
        lambda: domains["math"].equations.clear(),
    ):
        change()
        assert sorted(book_assets.what_pages_share(None, env)) == ["a", "index"]
        assert book_assets.what_pages_share(None, env) == []


def test_a_project_site_finds_its_files_from_any_address(monkeypatch):
    """404.html is shown below whatever was asked for."""
    monkeypatch.setattr(book_assets, "repository", lambda: "Owner/course")
    config = SimpleNamespace(templates_path=[], html_static_path=[], html_theme_options={}, html_baseurl="")
    book_assets.configure(None, config)
    assert (config.html_baseurl, config.notfound_urls_prefix) == ("https://owner.github.io/course/", "/course/")
    config.html_baseurl = "https://example.org/"
    book_assets.configure(None, config)
    assert config.notfound_urls_prefix == "/"
