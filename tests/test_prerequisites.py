"""Which chapter needs which: read from the cards, without circles, and drawn as the site's map."""

from types import SimpleNamespace

import pytest

from book.chapter import Chapter
from book.order import documents, notebooks
from book.prerequisites import leads_to, misplaced, without_detours
from website.extensions import chapter_map

NEEDS = {"a/x": [], "a/y": ["a/x"], "b/z": ["a/x", "a/y"], "b/alone": []}


def cell(source):
    return {"cell_type": "markdown", "source": source, "metadata": {}}


def chapter(text):
    return Chapter.of({"nbformat": 4, "cells": [cell(text)]}, "chapters/a/this.ipynb")


def test_links_in_the_card_are_what_a_chapter_needs():
    card = (
        "# A title: and more\n\nSee [elsewhere](other.ipynb).\n\n:::{admonition} What you need first\n"
        ":class: prerequisites\n- [x](x.ipynb#place), and [](../b/y.ipynb)\n- [x](x.ipynb) again\n"
        "- [symbols](../../notation.md)\n:::\n"
    )
    assert chapter(card).prerequisites == ["chapters/a/x", "chapters/b/y"]
    assert chapter(card).title == "A title: and more"
    assert chapter("Nothing.").prerequisites == []
    assert chapter("Nothing.").title == "this"


def test_what_needs_a_chapter_is_where_it_leads():
    assert leads_to(NEEDS) == {"a/x": ["a/y", "b/z"], "a/y": ["b/z"], "b/z": [], "b/alone": []}


def test_what_follows_from_the_rest_is_left_out():
    assert without_detours(NEEDS) == {"a/x": [], "a/y": ["a/x"], "b/z": ["a/y"], "b/alone": []}
    chain = {"a": [], "b": ["a"], "c": ["b"], "d": ["a", "c"]}
    assert without_detours(chain)["d"] == ["c"]


@pytest.mark.parametrize("wrong", [{"a": ["b"], "b": []}, {"a": ["a"]}, {"a": ["gone"]}, {"a": ["b"], "b": ["a"]}])
def test_what_a_reader_has_not_met_is_no_prerequisite(wrong):
    assert misplaced(wrong)[0][0] == "a"
    with pytest.raises(ValueError, match="a needs"):
        without_detours(wrong)


def test_each_chapter_of_the_book_needs_earlier_ones_only():
    needs = {path.with_suffix("").as_posix(): Chapter(path).prerequisites for path in notebooks()}
    assert misplaced(needs) == []
    assert sum(map(len, needs.values())) > len(needs)


def site(needs):
    facts = {c: {"needs": named, "title": f"Title of {c}, <quoted> & long enough: rest"} for c, named in needs.items()}
    env = SimpleNamespace(eer_facts=facts, found_docs={*facts, chapter_map.MAP}, titles={})
    builder = SimpleNamespace(get_relative_uri=lambda here, there: f"{there}.html")
    return SimpleNamespace(env=env, builder=builder)


def test_the_map_has_each_chapter_as_a_link_and_each_arrow():
    drawn = chapter_map._map(site(NEEDS), "map")
    assert [drawn.count(f'<a href="{name}.html"') for name in NEEDS] == [1, 1, 1, 1]
    assert drawn.count("marker-end") == 2
    assert drawn.count("eer-part-1") == 3  # two nodes, and the legend
    assert drawn.count("&lt;quoted&gt;") == 4
    assert "rest" not in drawn


def test_a_chapter_shows_its_neighbours():
    found = chapter_map._way(site(NEEDS), "a/y")
    assert found.index("a/x.html") < found.index("eer-here") < found.index("b/z.html") < found.index("map.html")
    assert "no other chapter" in chapter_map._way(site(NEEDS), "b/alone")


def test_pages_are_written_again_when_a_neighbour_changes():
    app = site(NEEDS)
    assert chapter_map.outdated(app, app.env, [], [], []) == [*NEEDS, "map"]
    assert chapter_map.outdated(app, app.env, [], [], []) == []
    app.env.eer_facts["b/z"]["needs"] = ["a/y"]
    assert chapter_map.outdated(app, app.env, [], [], []) == ["a/x", "b/z", "map"]


def test_the_map_is_a_page_of_the_book():
    assert chapter_map.MAP in documents()
