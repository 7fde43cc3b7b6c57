"""What must stay on one line is put together when a page is written, and nothing else."""

import pytest
from docutils import nodes
from docutils.frontend import get_default_settings
from docutils.utils import new_document

from website.extensions.katex_math import Typesetter
from website.extensions.line_ends import KeepTogether, breakable_before_its_end


def kept(*children: nodes.Node) -> list[str]:
    """A paragraph's pieces, in brackets what stays on one line."""
    document = new_document("page", get_default_settings())
    document += nodes.paragraph("", "", *children)
    KeepTogether(document).run()
    return [f"[{node.astext()}]" if isinstance(node, nodes.inline) else node.astext() for node in document[0]]


@pytest.mark.parametrize(
    ("follows", "pieces"),
    [
        (", and so on", ["[x,]", " and so on"]),
        (").", ["[x).]"]),
        ("-means is", ["[x-means]", " is"]),
        ("’s rows", ["[x’s]", " rows"]),
        (".Withoutaspace", ["[x.]", "Withoutaspace"]),
        (" and", ["x", " and"]),
        ("—and", ["x", "—and"]),
        ("/n", ["x", "/n"]),
    ],
)
def test_a_formula_stays_with_what_follows_it(follows, pieces):
    assert kept(nodes.math("", "x"), nodes.Text(follows)) == pieces


def test_a_number_stays_whole():
    assert kept(nodes.Text("an error of 1.5e-16, within 1e-08")) == [
        "an error of ",
        "[1.5e-16]",
        ", within ",
        "[1e-08]",
    ]
    assert kept(nodes.Text("2026-11 and the-08")) == ["2026-11 and the-08"]


@pytest.mark.parametrize("node", [nodes.literal, nodes.literal_block, nodes.math])
def test_what_programs_read_is_left_as_it_is(node):
    assert kept(node("1e-08", "1e-08")) == ["1e-08"]


@pytest.mark.parametrize(("tex", "parts"), [("x", 1), ("a = b + c", 3), (r"\mathbf{x}_i \le 0", 2)])
def test_a_long_formula_may_be_broken_before_its_last_part(tex, parts):
    setter = Typesetter()
    markup = setter.set(tex, display=False)["html"]
    setter.close()
    assert markup.count('<span class="base">') == parts
    changed = breakable_before_its_end(markup)
    if parts == 1:
        assert changed == markup
    else:
        before, after = changed.split('<span class="eer-breaks">')
        inner, end = after.rsplit('</span><span class="base">', 1)
        assert (inner.count('<span class="base">'), "base" in end) == (parts - 1, False)
        assert inner.count("<span") == inner.count("</span")
        assert f'{before}{inner}<span class="base">{end}' == markup
