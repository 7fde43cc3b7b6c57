"""Sources, terms and symbols: written by part, each once and in order, used, and shown to the reader."""

import json

import docutils.core
import pytest
from docutils import nodes
from sphinx.addnodes import glossary

from book.registers import Registers, alphabetical, part_of, problems, symbols_in
from website.extensions.glossary import one_list

FILES = {
    "_toc.yml": "format: jb-book\nroot: index\n"
    "parts:\n  - chapters:\n      - file: chapters/one/a\n      - file: chapters/two/b\n",
    "_config.yml": "bibtex_bibfiles: [registers/one/references.bib, registers/two/references.bib]\n",
    "index.md": "# Front page\n",
    "chapters/one/a": "{cite}`gauss1809` {cite:t}`euler1736,gauss1809` {term}`Graphs <graph>` {term}`Residual`",
    "chapters/two/b": "{cite:p}`euler1736` {cite}`noether1918` {term}`graph` {term}`Noether\ncharge`",
    "registers/one/references.bib": (
        "@book{euler1736,\n  title = {Bridges},\n}\n\n@article{gauss1809,\n  doi = {10.1/a}\n}\n"
    ),
    "registers/two/references.bib": "@article{noether1918,\n  title = {Invariants},\n  doi   = {10.1/b},\n}\n",
    "registers/one/glossary.md": (
        "```{glossary}\ngraph\n    Nodes and edges.\n\nresidual\n    What is left of a {term}`graph`.\n```\n"
    ),
    "registers/two/glossary.md": "```{glossary}\nNoether charge\n    What stays.\n```\n",
    "glossary.md": "```{include} registers/one/glossary.md\n```\n```{include} registers/two/glossary.md\n```\n",
    "registers/one/notation.md": (
        "| symbol | meaning |\n|---|---|\n| $A$, $B=A^2$ | matrices |\n| $R(x)$ | risk |\n\n"
        "| symbol | meaning |\n|---|---|\n| $R(x, y)$ | quotient |\n| $B$ | batch |\n\n"
        "% two meanings: $B$: a matrix of numbers in theorems, a number of samples in training\n"
    ),
    "registers/two/notation.md": "| symbol | meaning |\n|---|---|\n| $A$ | area, in this part |\n",
    "notation.md": "```{include} registers/one/notation.md\n```\n```{include} registers/two/notation.md\n```\n",
}


def write(root, files):
    for name, text in files.items():
        path = root / (f"{name}.ipynb" if name.startswith("chapters/") else name)
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".ipynb":
            cell = {"cell_type": "markdown", "metadata": {}, "source": text}
            text = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]})
        path.write_text(text, "utf-8")
    return root


def test_the_registers_of_the_book():
    registers = Registers()
    assert list(problems(registers)) == []
    assert min(len(found) for found in (registers.sources, registers.terms, registers.symbols)) > 100


def test_registers_in_order(tmp_path):
    registers = Registers(write(tmp_path, FILES))
    assert list(problems(registers)) == []
    assert [entry.name for entry in registers.sources] == ["euler1736", "gauss1809", "noether1918"]
    assert [(entry.name, entry.place) for entry in registers.terms] == [
        ("graph", "registers/one/glossary.md:2"),
        ("residual", "registers/one/glossary.md:5"),
        ("Noether charge", "registers/two/glossary.md:2"),
    ]
    assert registers.cited["euler1736"] == ["chapters/one/a", "chapters/two/b"]


BROKEN = {
    "a source that nobody cites": (
        "registers/two/references.bib", "\n@book{zermelo1908,\n}", "two/references.bib:6: no page uses zermelo1908"),
    "a source of another part": (
        "registers/one/references.bib", "\n@book{noether1919,\n}",
        "one/references.bib:9: noether1919 is used elsewhere only; move it to registers/two/references.bib"),
    "a citation without a source": (
        "chapters/two/b", "{cite}`nobody1900`",
        "chapters/two/b: nobody1900 has no entry; add it to registers/two/references.bib"),
    "a citation in other letters": ("chapters/two/b", "{cite}`Euler1736`", "chapters/two/b: Euler1736 has no entry"),
    "a key in two files": (
        "registers/two/references.bib", "\n@book{euler1736,\n}",
        "two/references.bib:6: euler1736 stands in registers/one/references.bib:1 already"),
    "a work under two keys, by its number": (
        "registers/two/references.bib", "\n@book{gauss1810,\n  doi={10.1/A}\n}",
        "two/references.bib:6: gauss1810 has the doi of gauss1809 in registers/one/references.bib:5"),
    "a work under two keys, by its title": (
        "registers/two/references.bib", "\n@book{euler1737,\n  title = {{B}ridges}\n}",
        "two/references.bib:6: euler1737 has the title of euler1736 in registers/one/references.bib:1"),
    "sources out of order": (
        "registers/two/references.bib", "\n@book{abel1824,\n}",
        "two/references.bib:6: abel1824 comes before noether1918"),
    "a term that nobody uses": (
        "registers/two/glossary.md", "\nzeta\n    A letter.", "two/glossary.md:5: no page uses zeta"),
    "a term of another part": (
        "registers/two/glossary.md", "\nresidue\n    Of a pole.",
        "two/glossary.md:5: residue is used elsewhere only; move it to registers/one/glossary.md"),
    "a term without an entry": (
        "chapters/one/a", "{term}`words <Wonder>`",
        "chapters/one/a: wonder has no entry; add it to registers/one/glossary.md"),
    "a term without an entry in a definition": (
        "registers/two/glossary.md", "{term}`wonder`", "registers/two/glossary.md: wonder has no entry"),
    "a term in two files": (
        "registers/two/glossary.md", "\nResidual\n    Again.",
        "two/glossary.md:5: Residual stands in registers/one/glossary.md:5 already"),
    "a term twice in a file": (
        "registers/two/glossary.md", "\nNoether charge\n    Again.",
        "two/glossary.md:5: Noether charge stands in registers/two/glossary.md:2 already"),
    "terms out of order": (
        "registers/two/glossary.md", "\nÉclair\n    A cake.", "two/glossary.md:5: Éclair comes before Noether charge"),
    "a symbol with two meanings": (
        "registers/two/notation.md", "| $A$ | anything |", "two/notation.md:4: A means something else in line 3"),
    "a symbol with two meanings in two tables": (
        "registers/one/notation.md", "\n| symbol | meaning |\n|---|---|\n| $R(z)$ | radius |",
        r"one/notation.md:15: R(·) means something else in line 4"),
    "a reason that is none": (
        "registers/two/notation.md", "| $A$ | anything |\n\n% two meanings: $A$: yes",
        "two/notation.md:6: say where A means what"),
    "a reason that is needed no longer": (
        "registers/two/notation.md", "\n% two meanings: $A$: an area in one chapter, a matrix in the next",
        "two/notation.md:5: A has one meaning here; remove the comment"),
    "sources of a new part": (
        "registers/six/references.bib", "", "six/references.bib: no reader sees it; name it in _config.yml"),
    "terms of a new part": (
        "registers/six/glossary.md", "", "six/glossary.md: no reader sees it; name it in glossary.md"),
    "symbols of a new part": (
        "registers/six/notation.md", "", "six/notation.md: no reader sees it; name it in notation.md"),
}  # fmt: skip
#: What an example needs besides, lest something else be wrong with it too.
BESIDES = {
    "a source of another part": ("chapters/two/b", "{cite}`noether1919`"),
    "a term of another part": ("chapters/one/a", "{term}`residue`"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_wrong_is_said(tmp_path, what):
    file, added, message = BROKEN[what]
    files = dict(FILES)
    for name, text in filter(None, [(file, added), BESIDES.get(what)]):
        files[name] = files.get(name, "").removesuffix("```\n") + f"{text}\n"
    found = list(problems(Registers(write(tmp_path, files))))
    assert any(message in problem for problem in found), found


@pytest.mark.parametrize(
    ("cell", "symbols"),
    [
        (r"$a, b$, $\lambda_1 \ge \lambda_2 \ge \dots$", ["a", "b", r"\lambda_1"]),
        (r"$\theta=(W_1,\mathbf{b}_1)$; $G$", [r"\theta", "G"]),
        (r"$\gamma\in\Gamma(p,q)$", [r"\gamma"]),
        (r"$R(M, \mathbf{x})$ $R(\alpha_i\mid\mathbf{x})$ $R[\alpha]$ $R$", ["R(·,·)", r"R(·\mid·)", "R[·]", "R"]),
        (r"$\mathbf{v}_j$, $v_j(\mathbf{x}_i)$, $\lambda_{ij}$", [r"\mathbf{v}_i", "v_i(·)", r"\lambda_{ij}"]),
        (r"$p_{i,j}$, $p_{k=1}$, $A \succ 0$, $\operatorname{KL}(p\,\Vert\,q)$", ["p_{i,j}", "p_{k=1}", r"A\succ0",
                                                                               r"\operatorname{KL}(·\Vert·)"]),
        (r"$[\,\cdot\,]$, $\lVert A\rVert_F$, $d_\infty$", ["[·]", r"\lVert A\rVert_F", r"d_\infty"]),
        (r"$\omega_1,\dots,\omega_c$ or $\hat y_i$", [r"\omega_1", r"\omega_c", r"\hat y_i"]),
        ("word", []),
    ],
)  # fmt: skip
def test_symbols_are_told_apart_by_what_a_reader_sees(cell, symbols):
    assert symbols_in(cell) == symbols


def test_parts_of_pages():
    pages = ["chapters/one/a", "registers/two/glossary.md", "assignments/knn/index", "index"]
    assert [part_of(page) for page in pages] == ["one", "two", "assignments", "shared"]


def test_alphabetical():
    terms = ["zeta", "Fréchet", "free", "AUC", "auto", "log loss", "log-sum-exp", "logit", "freeze"]
    assert sorted(terms, key=alphabetical) == [
        "AUC", "auto", "free", "freeze", "Fréchet", "log loss", "log-sum-exp", "logit", "zeta"]  # fmt: skip


def test_the_reader_sees_one_list():
    doctree = docutils.core.publish_doctree("d\n  4\n\nb\n  2\n\n.. x\n\nE\n  5\n\na\n  1\n\n.. y\n\nC\n  3\n")
    for entries in list(doctree.findall(nodes.definition_list)):
        entries.replace_self(glossary("", entries.deepcopy()))
    assert len(list(doctree.findall(glossary))) == 3
    one_list(None, doctree)
    (only,) = doctree.findall(glossary)
    assert only.astext().split() == ["a", "1", "b", "2", "C", "3", "d", "4", "E", "5"]


def test_a_page_without_a_glossary_stays_as_it_is():
    doctree = docutils.core.publish_doctree("b\n  2\n\na\n  1\n")
    before = doctree.pformat()
    one_list(None, doctree)
    assert doctree.pformat() == before
