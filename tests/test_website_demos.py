"""Demos in pages: links to situations, places named in a chapter, and mistakes in either said plainly."""

from types import SimpleNamespace

import pytest
from docutils import nodes

from website.extensions import demos


class Inliner:
    """Takes what a role reports, as docutils' own does."""

    def __init__(self):
        self.said = []
        self.reporter = SimpleNamespace(error=lambda message, line: self.said.append(message))

    def problematic(self, rawtext, text, message):
        return nodes.problematic(rawtext, rawtext)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("the ties <knn?preset=ties&k=4>", "?preset=ties&amp;k=4#demo-knn"),
        ("the demo <knn>", "#demo-knn"),
        ("a < b <knn?k=1>", "?k=1#demo-knn"),
    ],
)
def test_link_to_a_situation(text, address):
    ((node,), messages) = demos.demo_link("demo", "", text, 1, Inliner())
    assert f'href="{address}"' in node.astext()
    assert messages == []


@pytest.mark.parametrize("text", ["the ties", "the ties <nothing?k=1>", "<knn>", "the ties <knn?a b>"])
def test_malformed_links_are_errors(text):
    inliner = Inliner()
    ((node,), _) = demos.demo_link("demo", text, text, 1, inliner)
    assert isinstance(node, nodes.problematic)
    assert "knn" in inliner.said[0]


def _page(*classes, text="What the demo shows."):
    page = nodes.document("", "")
    container = nodes.container("", nodes.paragraph(text, text), classes=list(classes))
    page += container
    return page


@pytest.fixture
def app():
    return SimpleNamespace(env=SimpleNamespace(docname="page"))


def test_a_place_becomes_a_demo_and_keeps_its_text(app):
    page = _page("eer-demo", "eer-knn")
    demos.place_demos(app, page)
    (demo,) = page.findall(demos.Demo)
    assert demo["name"] == "knn"
    assert demo.astext() == "What the demo shows."
    assert app.env.eer_demos == {"page": ["knn"]}


def test_other_containers_are_left_alone(app):
    page = _page("eer-hero")
    demos.place_demos(app, page)
    assert not list(page.findall(demos.Demo))
    assert app.env.eer_demos == {"page": []}


@pytest.mark.parametrize(
    ("page", "complaint"),
    [
        (_page("eer-demo", "eer-none"), "no demo"),
        (_page("eer-demo"), "no demo"),
        (_page("eer-demo", "eer-knn", text=""), "say in its place"),
    ],
)
def test_wrong_places_are_warnings(app, monkeypatch, page, complaint):
    said = []
    monkeypatch.setattr(demos.LOG, "warning", lambda message, *a, **_: said.append(message % a))
    demos.place_demos(app, page)
    assert len(said) == 1
    assert complaint in said[0]


def test_demos_of_pages_read_by_another_process_are_known(app):
    app.env.eer_demos = {"here": ["knn"], "gone": ["knn"]}
    other = SimpleNamespace(eer_demos={"there": ["linear"], "here": []})
    demos.merge(app, app.env, {"there"}, other)
    demos.forget(app, app.env, "gone")
    assert app.env.eer_demos == {"here": ["knn"], "there": ["linear"]}
