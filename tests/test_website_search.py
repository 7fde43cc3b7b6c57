"""What the search finds on a page, how its index is made, and what it makes of words."""

import json
import random
import subprocess

import pytest

from book.order import parts
from utils.node import node_program
from website.common import WEBSITE
from website.finishing import search
from website.finishing.units import units

PAGE = """<html><body><nav><h1>Contents</h1>print contents</nav><article class="bd-article"><section id="k-means">
<h1><span class="section-number">2.9. </span>K-means<a class="headerlink" href="#k-means">#</a></h1>
<p>Move <span class="math"><span class="katex"><span class="base"><span class="mord">k</span></span></span></span>
centres, <em>again</em>.</p><p class="eer-facts">21 min for the core</p>
<div class="cell"><div class="cell_input"><pre>import numpy</pre></div><div class="cell_output"><pre>3.14</pre>
<figure><figcaption>Eight colours.</figcaption></figure><div class="eer-line">✓ agree</div></div></div>
<div class="prerequisites admonition"><p>Softmax</p></div>
<div class="objectives admonition"><p class="admonition-title">What you learn</p>
<ul><li><p>to move</p></li><li>to stop</li>
</ul></div>
<section id="halves"><h2><span class="section-number">2.9.1. </span>Two halves<a class="headerlink" href="#">#</a></h2>
<p>What it lowers is</p>
<div class="math eer-equation" id="equation-eq-km-objective"><span class="katex-mathml"><math><mi>J</mi><mo>=</mo>
<munderover><mo>∑</mo><mi>i</mi><mi>n</mi></munderover><msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup></math></span>
<span class="katex-html">J=...</span>
<span class="eqno"><a class="eer-checked">✓✓</a>(2.9.1)<a class="headerlink">#</a></span>
</div>
<p>over both.</p>
<div class="proof theorem admonition" id="thm-km-stops"><p class="admonition-title">
<span class="caption-number">Theorem 2.9.1 </span> (It stops)</p>
<section><p>After finitely many steps.</p></section></div>
<details class="eer-harness"><summary>how this was checked</summary><p>hidden</p></details>
<section id="inner"><h3>Inner</h3>
<details class="eer-further"><summary>Further: 4 min</summary><p>Off the path.</p></details></section>
</section>
<section id="exercises"><h2>Exercises</h2><div class="exercise admonition" id="ex-km-line">
<p class="admonition-title"><span class="caption-number">Exercise 2.9.1 </span></p>
<section><p>Run it by hand.</p></section></div>
<div class="solution dropdown admonition"><p>The answer</p></div></section>
<section id="references"><h2>References</h2><p>Lloyd, 1982</p></section>
</section></article></body></html>"""
GLOSSARY = """<article><section id="glossary"><h1>Glossary</h1><dl class="simple glossary">
<dt id="term-k-means">k-means<a class="headerlink">#</a></dt><dd><p>Groups of samples.</p></dd>
<dt id="term-kernel">kernel</dt><dt id="term-kernel-function">kernel function</dt><dd><p>An inner product.</p></dd>
</dl></section></article>"""


def node(script: str, data=None):
    """What a script of the search, with its modules at hand, writes as JSON."""
    modules = f"""
    import {{ readFileSync }} from "node:fs";
    const data = JSON.parse(readFileSync(0, "utf8"));
    const at = {json.dumps((WEBSITE / "search").as_uri())};
    const [words, format, encode, engine] =
      await Promise.all(["words", "format", "encode", "engine"].map((name) => import(`${{at}}/${{name}}.mjs`)));
    const answer = (value) => process.stdout.write(JSON.stringify(value));
    """
    command = [node_program("minisearch"), "--input-type=module", "-e", modules + script]
    result = subprocess.run(command, input=json.dumps(data), capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


# --- what a page holds ------------------------------------------------------------------------------------------------


def test_a_page_is_read_in_its_units():
    found = {(unit.kind, unit.anchor): unit for unit in units(PAGE)}
    assert list(found) == [
        ("page", ""),
        ("section", "halves"),
        ("equation", "equation-eq-km-objective"),
        ("theorem", "thm-km-stops"),
        ("section", "inner"),
        ("section", "exercises"),
        ("exercise", "ex-km-line"),
    ]
    page, halves = found["page", ""], found["section", "halves"]
    assert (page.title, page.number) == ("K-means", "2.9")
    assert page.text == "Move k centres, again. Eight colours. What you learn: to move; to stop;"
    assert halves.text == "What it lowers is … over both. Theorem 2.9.1 (It stops). After finitely many steps."
    assert found["section", "inner"].path == ("Two halves",)
    assert found["section", "inner"].text == "Off the path."
    equation = found["equation", "equation-eq-km-objective"]
    assert (equation.title, equation.number, equation.path) == ("objective", "(2.9.1)", ("Two halves",))
    assert equation.text == "J = ∑ᵢⁿxᵢ²"
    assert found["theorem", "thm-km-stops"].title == "Theorem 2.9.1 (It stops)"
    assert found["exercise", "ex-km-line"].text == "Run it by hand."


@pytest.mark.parametrize(
    "hidden",
    ["Contents", "21 min", "import", "3.14", "agree", "Softmax", "hidden", "Further", "answer", "Lloyd, 1982", "#"],
)
def test_what_is_no_prose_is_not_found(hidden):
    assert hidden in PAGE
    assert not any(hidden in unit.text or hidden in unit.title for unit in units(PAGE))


def test_terms_of_a_glossary_are_units():
    found = [(unit.title, unit.anchor, unit.text) for unit in units(GLOSSARY) if unit.kind == "term"]
    assert found == [
        ("k-means", "term-k-means", "Groups of samples."),
        ("kernel", "term-kernel", "kernel function. An inner product."),
    ]


def test_a_page_without_an_article_holds_nothing():
    assert units("<html><body><p>x</p></body></html>") == []


@pytest.mark.parametrize(
    ("mathml", "text"),
    [
        ("<mfrac><mn>1</mn><mi>n</mi></mfrac>", "1/n"),
        ("<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></mfrac>", "(a + b)/2"),
        ("<msup><mi>A</mi><mrow><mo>−</mo><mn>1</mn></mrow></msup>", "A⁻¹"),
        ("<msub><mi>x</mi><mi>θ</mi></msub>", "x_θ"),
        ("<msub><mi>x</mi><mrow><mi>θ</mi><mi>A</mi></mrow></msub>", "x_(θA)"),
        ("<mover><mi>x</mi><mo>^</mo></mover>", "x\u0302"),
        ("<msqrt><mi>n</mi></msqrt>", "√n"),
        ("<mi>" + "x" * 40 + "</mi>", "…"),
    ],
)
def test_formulas_become_a_line(mathml, text):
    page = f'<article><section><h1>T</h1><p>is <span class="math"><math>{mathml}</math></span></p></section></article>'
    assert units(page)[0].text == f"is {text}"


# --- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ways",
    [
        ["k-means", "kmeans", "K means"],
        ["KNN", "k-NN", "k nearest neighbours", "nearest neighbors"],
        ["SVM", "support vector machine", "Support-vector machines"],
        ["PCA", "principal component analysis"],
        ["EM", "expectation maximization", "expectation–maximisation"],
        ["BN", "batchnorm", "batch norm", "batch normalization"],
        ["VAE", "variational autoencoders", "Variational Autoencoder"],
        ["GAN", "GANs", "generative adversarial network"],
        ["colour", "colors", "Color"],
        ["matrix", "matrices"],
        ["saturates", "saturating", "saturation"],
        ["Fréchet", "frechet"],
        ["normalise", "normalized", "normalizing"],
    ],
)
def test_one_thing_is_one_word_however_it_is_written(ways):
    asked = node("answer(data.map((way) => words.asked(way).map(({ alternatives }) => alternatives[0])))", ways)
    assert all(words == asked[0] for words in asked), asked
    indexed = node("answer(data.map((way) => words.indexed(`the ${way} of it`)))", ways)
    assert all(set(asked[0]) <= set(words) for words in indexed), indexed


def test_small_words_ask_for_nothing_unless_they_are_all_there_is():
    asked = "answer(data.map((query) => words.asked(query).map(({ typed }) => typed)))"
    assert node(asked, ["why does a gan saturate", "what is it", "  ", "k"]) == [
        ["gan", "saturate"],
        ["what", "is", "it"],
        [],
        ["k"],
    ]


def test_no_name_stands_in_two_lines():
    names = node(
        f"const {{ SYNONYMS }} = await import({json.dumps((WEBSITE / 'search/synonyms.mjs').as_uri())});"
        "answer(SYNONYMS.map((line) => line.map((name) => name.split(' ').map(words.stem).join(' '))))"
    )
    flat = [name for line in names for name in set(line)]
    assert len(flat) == len(set(flat))


# --- the index --------------------------------------------------------------------------------------------------------


def test_numbers_survive_their_packing():
    rng = random.Random(0)
    lists = [sorted(rng.sample(range(most), min(most, 40))) for most in (1, 5, 60, 3000, 200_000) for _ in range(20)]
    assert node("answer(data.map((numbers) => format.unpacked(format.packed(numbers))))", lists) == lists


def _unit(kind, title, text="", anchor="", path=(), number=""):
    return {"kind": kind, "title": title, "text": text, "anchor": anchor, "path": list(path), "number": number}


BOOK = [
    {
        "url": "chapters/a/svm.html",
        "part": "Methods",
        "units": [
            _unit("page", "Support vector machines", "The widest street.", number="2.5"),
            _unit(
                "section", "The hinge loss", "It is zero beyond the margin. The kernel comes later.", "the-hinge-loss"
            ),
            _unit("equation", "kernel", "k(x,y) = …", "equation-eq-svm-kernel", ["The hinge loss"], "(2.5.1)"),
            _unit("section", "Where it breaks", "Gradients of the hinge.", "id1"),
        ],
    },
    {
        "url": "chapters/a/gan.html",
        "part": "Models",
        "units": [
            _unit("page", "Generative adversarial networks", "Two players: the hinge is one of their losses."),
            _unit("section", "Two losses", "One of them saturates.", "two-losses"),
        ],
    },
    {
        "url": "glossary.html",
        "part": "Reference",
        "units": [_unit("page", "Glossary"), _unit("term", "hinge loss", "A loss.", "term-hinge-loss")],
    },
]
ASK = """
let index;
globalThis.eerSearch = { index: (made) => (index = made), texts: () => {} };
eval(encode.encode(data.book)["index.js"]);
const ready = new engine.Engine(index);
answer(data.queries.map((query) => ready.search(query).map(({ unit }) => unit)));
"""


def ask(*queries):
    return node(ASK, {"book": BOOK, "queries": queries})


def test_units_come_back_as_they_were_put_in():
    (found,) = ask("kernel")
    (equation,) = [unit for unit in found if unit["kind"] == "equation"]
    assert equation["address"] == "chapters/a/svm.html#equation-eq-svm-kernel"
    assert (equation["part"], equation["number"]) == ("Methods", "(2.5.1)")
    assert equation["around"] == ["Support vector machines", "The hinge loss"]
    addresses = {unit["address"] for found in ask("hinge", "gan", "losses") for unit in found}
    assert {
        "chapters/a/svm.html#the-hinge-loss",
        "chapters/a/svm.html#id1",
        "chapters/a/gan.html#two-losses",
        "glossary.html#term-hinge-loss",
    } <= addresses


def test_titles_come_before_texts_and_the_own_chapter_before_all():
    firsts = [found[0]["address"] for found in ask("svm", "hinge loss", "gan", "saturated gan", "hinje")]
    assert firsts[0] == "chapters/a/svm.html"
    assert firsts[1] == "chapters/a/svm.html#the-hinge-loss"
    assert firsts[2] == "chapters/a/gan.html"
    assert firsts[3].startswith("chapters/a/gan.html")
    assert "hinge" in firsts[4]


def test_nothing_is_found_of_what_is_nowhere():
    assert ask("qqqqzzzz", "") == [[], []]


def test_a_snippet_marks_the_words_and_begins_at_a_sentence():
    text = "Nothing here. " * 30 + "The hinge loss is zero beyond the margin. " + "More follows. " * 30
    parts = node("answer(engine.snippet(data, ['hing', 'loss']))", text)
    assert [part for part, mark in parts if mark] == ["hinge", "loss"]
    assert "".join(part for part, _ in parts).startswith("… The hinge loss is zero")
    assert len("".join(part for part, _ in parts)) < 180


def test_a_short_text_is_its_own_snippet():
    assert node("answer(engine.snippet('Two losses.', ['x']))") == [["Two losses.", False]]


# --- in the site ------------------------------------------------------------------------------------------------------


def test_pages_stand_in_the_order_of_the_book_with_their_parts(tmp_path):
    (tmp_path / "_toc.yml").write_text(
        "format: jb-book\nroot: index\nparts:\n"
        "- caption: One\n  chapters:\n  - file: a/index\n    sections:\n    - file: a/b.ipynb\n"
    )
    assert parts(tmp_path) == {"a/index": "One", "a/b": "One"}
    found = search.pages(
        {
            "glossary.html": [{"kind": "page"}],
            "index.html": [{"kind": "page"}],
            "404.html": [{"kind": "page"}],
            "map.html": [],
        }
    )
    assert [(page["url"], page["part"]) for page in found] == [("index.html", ""), ("glossary.html", "Reference")]


def test_the_index_is_written_beside_its_scripts_and_its_state_reaches_every_page(tmp_path):
    static = tmp_path / "html" / "_static"
    (static / "scripts").mkdir(parents=True)
    (static / "search" / "texts").mkdir(parents=True)
    (static / "search" / "texts" / "99.js").write_text("of a page that is gone")
    (static.parent / "searchindex.js").write_text("Search.setIndex()")
    opener, states = static / search.OPENER, []
    for title in ("A book", "A book", "Another"):
        opener.write_text(f"search.js?v={search.VERSION}")
        search.put(static, {"index.html": [_unit("page", title, "Its text.")]})
        states.append(opener.read_text())
    assert search.VERSION not in states[0]
    assert states[0] == states[1] != states[2]
    assert [path.name for path in (static / "search" / "texts").iterdir()] == ["0.js"]
    assert (static / "search" / "texts" / "0.js").read_text() == 'eerSearch.texts(0,["Its text."])'
    assert "Another" in (static / "search" / "index.js").read_text()
    assert not (static.parent / "searchindex.js").exists()


def test_an_index_that_cannot_be_made_says_why(tmp_path):
    static = tmp_path / "html" / "_static"
    with pytest.raises(RuntimeError, match="could not be made"):
        search.index(static, [{"url": "a.html", "part": "", "units": [{"kind": "page"}]}])
