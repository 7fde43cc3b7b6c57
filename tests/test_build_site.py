"""The site is made again exactly as far as something changed, and a build with warnings fails every time."""

import pickle
import re
import shutil
import subprocess
import sys

import pytest
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors.toctree import TocTreeCollector

from tools import build_site
from website import finishing
from website.extensions import kept_citations, numbering

BOOK = {
    "_config.yml": "title: A book\nbibtex_bibfiles: [references.bib]\nonly_build_toc_files: true\n",
    "_toc.yml": "format: jb-book\nroot: index\nchapters: [{file: chapters/a}]\n",
    "index.md": "# A book\n",
    "chapters/a.md": "# A chapter\n\nSee [](#nowhere).\n",
    "references.bib": "",
    "registers/classical/glossary.md": "",
    "utils/checks.py": "",
    "website/static/book.css": "a{}",
    "website/demos/knn/element.js": "",
    "website/page/index.js": "",
    "website/node_modules/katex/katex.js": "",
    "_build/executed/chapters/a.ipynb": "{}",
    "_build/student-zips/knn-student.zip": "",
    "tests/test_a.py": "",
}


@pytest.fixture
def root(tmp_path):
    for name, content in BOOK.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    return tmp_path


@pytest.fixture
def steps(root, monkeypatch):
    """What a build does, in order."""
    taken = []

    def make_pages(root, site):
        taken.append("pages")
        (site / "index.html").parent.mkdir(parents=True, exist_ok=True)
        (site / "index.html").write_text("page")
        return steps.problems

    steps = type("Steps", (), {"problems": [], "taken": taken})
    monkeypatch.setattr(build_site, "make_pages", make_pages)
    monkeypatch.setattr(finishing, "finish", lambda site: taken.append("finish"))
    monkeypatch.setattr(finishing, "is_finished", lambda site: (site / "index.html").is_file())
    (root / "_build/kept").mkdir()
    return steps


def taken(root, steps):
    steps.taken.clear()
    assert build_site.build(root) == 0
    return steps.taken


def test_nothing_is_done_where_nothing_changed(root, steps, capsys):
    assert taken(root, steps) == ["pages", "finish"]
    assert taken(root, steps) == []
    assert "up to date" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("file", "done"),
    [
        ("chapters/a.md", ["pages", "finish"]),
        ("_config.yml", ["pages", "finish"]),
        ("_toc.yml", ["pages", "finish"]),
        ("references.bib", ["pages", "finish"]),
        ("registers/classical/glossary.md", ["pages", "finish"]),
        ("utils/checks.py", ["pages", "finish"]),
        ("_build/executed/chapters/a.ipynb", ["pages", "finish"]),
        ("_build/student-zips/knn-student.zip", ["pages", "finish"]),
        ("website/static/book.css", ["finish"]),
        ("website/demos/knn/element.js", ["finish"]),
        ("website/page/index.js", ["finish"]),
        ("website/node_modules/katex/katex.js", []),
        ("tests/test_a.py", []),
    ],
)
def test_only_what_a_change_reaches_is_made_again(root, steps, file, done):
    taken(root, steps)
    (root / file).write_text(BOOK[file] + "\n# changed")
    assert taken(root, steps) == done
    assert taken(root, steps) == []


def test_a_lost_page_is_made_again(root, steps):
    taken(root, steps)
    (root / "_build/html/index.html").unlink()
    (root / "_build/html/other.html").write_text("finished")
    assert taken(root, steps) == ["pages", "finish"]
    assert not (root / "_build/html/other.html").exists()  # Sphinx writes it again only if it is not there


def test_a_failed_build_is_tried_again(root, steps, capsys):
    taken(root, steps)
    (root / "chapters/a.md").write_text("# Changed\n")
    steps.problems = ["chapters/a.md: WARNING: so it is"]
    assert [build_site.build(root), build_site.build(root)] == [1, 1]
    assert capsys.readouterr().err.count("so it is") == 2
    steps.problems = []
    (root / "chapters/a.md").write_text(BOOK["chapters/a.md"])
    assert taken(root, steps) == ["pages", "finish"]


def test_an_interrupted_build_does_not_count(root, steps, monkeypatch):
    taken(root, steps)
    (root / "website/static/book.css").write_text("b{}")
    with monkeypatch.context() as patch:
        patch.setattr(finishing, "finish", lambda site: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            build_site.build(root)
    (root / "website/static/book.css").write_text("a{}")
    assert taken(root, steps) == ["pages", "finish"]


def test_warnings_are_errors_every_time(root):
    site = root / "_build/html"
    for _ in range(2):
        (problem,) = build_site.make_pages(root, site)
        assert "chapters/a.md" in problem
        assert "nowhere" in problem
    (root / "chapters/a.md").write_text("# A chapter\n")
    assert build_site.make_pages(root, site) == []
    assert "A chapter" in (site / "chapters/a.html").read_text()


def test_what_an_extension_says_is_passed_on(root):
    with (root / "_config.yml").open("a") as config:
        config.write("sphinx: {extra_extensions: [nowhere.at_all]}\n")
    problems = build_site.make_pages(root, root / "_build/html")
    assert any("nowhere.at_all" in problem for problem in problems), problems


def test_pages_are_read_in_parallel(root):
    """Sphinx warns where an extension forbids it, and stops where a domain cannot be merged."""
    names = [f"p{i}" for i in range(8)]
    for name, other in zip(names, names[1:] + names[:1], strict=True):
        theorem = f"```{{prf:theorem}}\n:label: th-{name}\nSo it is.\n```"
        (root / "chapters" / f"{name}.md").write_text(f"# {name}\n\n{theorem}\n\nSee {{prf:ref}}`th-{other}`.\n")
    files = ", ".join(f"{{file: chapters/{name}}}" for name in names)
    (root / "_toc.yml").write_text(
        f"format: jb-book\nroot: index\nparts: [{{caption: A, numbered: true, chapters: [{files}]}}]\n"
    )
    with (root / "_config.yml").open("a") as config:
        config.write(f"sphinx: {{local_extensions: {{website.extensions.parallel: {str(build_site.ROOT)!r}}}}}\n")
    assert build_site.make_pages(root, root / "_build/html") == []
    assert "Theorem 1.1" in (root / "_build/html/chapters/p7.html").read_text()


CHAPTER = """# Chapter {0}

```{{prf:theorem}}
:label: thm-{0}

Of a first section.
```

## A section

```{{figure}} picture.png
:name: fig-{0}

With a caption.
```

```{{math}}
:label: eq-{0}

a = {0}
```

```{{exercise}}
:label: ex-{0}

Asked.
```

```{{prf:theorem}}
:label: second-{0}

Of a second one.
```

| no | number |
|----|--------|
"""
EXERCISE = "\n```{{exercise}}\n:label: more-{0}\n\nOne more.\n```\n"


def numbers(site):
    """What stands as a number in a site's pages."""
    number = re.compile(r'(?:caption-number|eqno|section-number)">(?:\s*<[^>]*>)*\s*([^<]+)')
    return {path.name: number.findall(path.read_text()) for path in sorted(site.glob("chapters/*.html"))}


def test_numbers_are_those_that_sphinx_gives_and_no_page_is_unpickled_for_them(root, monkeypatch):
    site = root / "_build/html"
    for i in range(4):
        (root / f"chapters/p{i}.md").write_text((CHAPTER + "\n## Further\n" + EXERCISE).format(i))
    (root / "chapters/picture.png").write_bytes(b"")
    entries = ", ".join(f"{{file: chapters/p{i}}}" for i in range(4))
    parts = f"parts: [{{numbered: true, chapters: [{entries}]}}]"
    (root / "_toc.yml").write_text(f"format: jb-book\nroot: index\n{parts}\n")
    config = (root / "_config.yml").read_text()
    extra = "extra_extensions: [sphinx_proof, sphinx_exercise], config: {numfig_secnum_depth: 2}"
    own = f"local_extensions: {{website.extensions.numbering: {str(build_site.ROOT)!r}}}"

    def build(sphinx):
        (root / "_config.yml").write_text(f"{config}sphinx: {{{sphinx}}}\n")
        assert build_site.make_pages(root, site) == []
        return numbers(site)

    first = build(f"{extra}, {own}")
    (root / "chapters/p1.md").write_text(CHAPTER.replace("## A section", f"{EXERCISE}\n## A section").format(1))
    unpickled, count, get_doctree = [], numbering.COUNT, BuildEnvironment.get_doctree

    def watched(collector, env):
        with monkeypatch.context() as patch:
            patch.setattr(
                BuildEnvironment, "get_doctree", lambda e, name: unpickled.append(name) or get_doctree(e, name)
            )
            changed = count(collector, env)
        bones = [node for tree in env.eer_skeletons.values() for node in tree.findall()]
        assert {node.document for node in bones} == {None}
        assert sorted(env.eer_skeletons) == [*(f"chapters/p{i}" for i in range(4)), "index"]
        return changed

    monkeypatch.setattr(numbering, "COUNT", watched)
    second = build(f"{extra}, {own}")
    assert unpickled == []
    monkeypatch.undo()
    TocTreeCollector.assign_figure_numbers = numbering.COUNT
    for folder in (site, root / "_build/.doctrees"):
        shutil.rmtree(folder)
    assert build(extra) == second != first
    assert sum("Exercise" in number for number in second["p1.html"]) == 2


def test_pages_of_documents_that_were_taken_out_go(root):
    site = root / "_build/html"
    with (root / "_config.yml").open("a") as config:
        config.write(f"sphinx: {{local_extensions: {{website.extensions.gone_pages: {str(build_site.ROOT)!r}}}}}\n")
    for name in ("a", "b"):
        (root / f"chapters/{name}.md").write_text("# A chapter\n")
    toc = (root / "_toc.yml").read_text()
    (root / "_toc.yml").write_text(toc.replace("]", ", {file: chapters/b}]"))
    assert build_site.make_pages(root, site) == []
    before = {path.relative_to(site).as_posix() for path in site.rglob("*.html")}
    (root / "_toc.yml").write_text(toc)
    (site / "prf-prf.html").write_text("an index of long ago")
    (site / "_static/part.html").write_text("no page")
    assert build_site.make_pages(root, site) == []
    after = {path.relative_to(site).as_posix() for path in site.rglob("*.html")}
    assert after == before - {"chapters/b.html"} | {"_static/part.html"}
    assert {"index.html", "genindex.html", "search.html", "chapters/a.html"} <= after
    assert build_site.make_pages(root, site) == []  # nothing is written
    assert {path.relative_to(site).as_posix() for path in site.rglob("*.html")} == after


SOLVED = """# Exercises

```{exercise} On $x$
:label: first

What is asked, in {ref}`first` and {ref}`answer`.
```

```{solution} first
:label: answer

What is answered.
```
"""
OTHER = "# Elsewhere\n\nSee {ref}`first`, {numref}`first` and {ref}`answer`.\n"


def test_of_an_exercise_its_name_is_kept_and_not_its_page(root):
    site = root / "_build/html"
    (root / "chapters/a.md").write_text(SOLVED)
    (root / "chapters/b.md").write_text(OTHER)
    toc = (root / "_toc.yml").read_text()
    (root / "_toc.yml").write_text(toc.replace("]", ", {file: chapters/b}]"))
    config, found = (root / "_config.yml").read_text(), {}
    own = f", local_extensions: {{website.extensions.lean_exercises: {str(build_site.ROOT)!r}}}"
    for extension in ("", own):
        (root / "_config.yml").write_text(f"{config}sphinx: {{extra_extensions: [sphinx_exercise]{extension}}}\n")
        for name in ("a", "b"):  # all of it, then each page alone
            assert build_site.make_pages(root, site) == []
            pages = [(site / f"chapters/{page}.html").read_text() for page in ("a", "b")]
            articles = [re.search(r"(?s)<article.*</article>", page)[0] for page in pages]
            found.setdefault(extension, []).append(articles)
            (root / f"chapters/{name}.md").open("a").write("\nOne more sentence.\n")
        assert build_site.make_pages(root, site) == []
        with (root / "_build/.doctrees/environment.pickle").open("rb") as file:
            nodes = [known["node"] for known in pickle.load(file).sphinx_exercise_registry.values()]
        assert any(node.parent for node in nodes) == (extension == "")
        assert {node["type"]: len(node) for node in nodes} == dict.fromkeys(
            ("exercise", "solution"), 2 if extension == "" else 1
        )
        for page, text in (("a", SOLVED), ("b", OTHER)):
            (root / f"chapters/{page}.md").write_text(text)
        shutil.rmtree(root / "_build")
    assert found[""] == found[own]
    assert "Solution to" in found[own][0][1]


def test_an_entry_of_the_bibliography_is_formatted_again_where_it_has_changed(root, monkeypatch):
    site = root / "_build/html"
    entry = "@book{{{0}, author={{An Author}}, title={{{1}}}, publisher={{A house}}, year={{{2}}}}}\n"
    written = [entry.format("one", "The first", 2001), entry.format("two", "The second", 2002)]
    (root / "references.bib").write_text("".join(written))
    (root / "chapters/a.md").write_text("# A chapter\n\n{cite}`one` and {cite}`two`.\n\n```{bibliography}\n```\n")
    with (root / "_config.yml").open("a") as config:
        config.write(f"sphinx: {{local_extensions: {{website.extensions.kept_citations: {str(build_site.ROOT)!r}}}}}\n")
    formatted, really = [], kept_citations.FORMAT
    monkeypatch.setattr(
        kept_citations,
        "FORMAT",
        lambda style, label, entry, data: formatted.append(entry.key) or really(style, label, entry, data),
    )

    def build():
        formatted.clear()
        assert build_site.make_pages(root, site) == []
        return sorted(formatted), (site / "chapters/a.html").read_text()

    made, page = build()
    assert made == ["one", "one", "two", "two"]  # in the list, and over its links
    with (root / "chapters/a.md").open("a") as chapter:
        chapter.write("\nMore.\n")
    made, again = build()
    assert made == []
    assert "More." in again
    assert all(again.count(title) == page.count(title) > 1 for title in ("The first", "The second"))
    (root / "references.bib").write_text(written[0] + written[1].replace("The second", "The other"))
    with (root / "chapters/a.md").open("a") as chapter:
        chapter.write("\nAnd more.\n")
    made, changed = build()
    assert made == ["two", "two"]
    assert "The second" not in changed
    assert changed.count("The other") == page.count("The second")


def test_a_start_does_not_build_grammars():
    program = "import book, sys, nbformat; assert 'lark' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", program], cwd=build_site.ROOT).returncode == 0
