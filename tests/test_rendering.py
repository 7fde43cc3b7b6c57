"""Words and markup come from the record alone: what a cell displayed can be made again without running it."""

import json
import re

import pytest

from utils import rendering
from utils.records import RECORD_MIME, records

CHECK = {"kind": "check", "subject": "eq-a", "sides": ["by_hand", "scipy"], "error": 2e-16, "tolerance": 1e-8}
ESTIMATE = {"kind": "check", "subject": "eq-b", "sides": ["exact", "trial"], "standard_errors": 1.234, "allowed": 3.0}
CLAIM = {"kind": "claim", "subject": "1 < 2", "found": [["the_order", "2.988"], ["steps", "7"]]}
SVG = '<svg width="8" height="6"><g id="a" style="fill: #0072b2; stroke: #fefefe"/><use href="#a"/></svg>'


def drawing(number, label=None):
    return {"svg": SVG, "width": 8, "height": 6, "alt": f'drawing <{number}> of "x"', "label": label}


FIGURE = {"kind": "figure", "caption": "Look at $a < b$.", "drawings": [drawing(0)]}
FRAMES = {"kind": "figure", "caption": None, "drawings": [drawing(0, "<0>"), drawing(1, "1")]}


@pytest.mark.parametrize(
    ("record", "text"),
    [
        (CHECK, "✓ eq-a   by hand = scipy · largest relative error 2.0e-16 (tolerance 1e-08)"),
        (CHECK | {"scale": 2.5}, "✓ eq-a   by hand = scipy · largest error in units of 2.5: 2.0e-16 (tolerance 1e-08)"),
        (ESTIMATE, "✓ eq-b   exact = trial · 1.23 standard errors apart (allowed 3)"),
        (
            CHECK | ESTIMATE,
            "✓ eq-b   exact = trial · largest relative error 2.0e-16 (tolerance 1e-08) · "
            "1.23 standard errors apart (allowed 3)",
        ),
        (CLAIM, "✓ 1 < 2   the order = 2.988, steps = 7"),
        (FIGURE, 'drawing <0> of "x"'),
        (FRAMES, 'drawing <0> of "x"\ndrawing <1> of "x"'),
    ],
)
def test_text(record, text):
    assert rendering.as_text(record) == text


@pytest.mark.parametrize(
    ("record", "title"),
    [
        (CHECK | ESTIMATE, "Checked on this page: exact = trial, relative error 2e-16"),
        (ESTIMATE, "Checked on this page: exact = trial, 1.2 standard errors apart"),
    ],
)
def test_tick(record, title):
    assert rendering.tick_title(record) == title


def test_lines_are_escaped_and_a_check_leads_to_its_equation():
    assert '<a href="#equation-eq-a">eq-a</a>' in rendering.as_html(CHECK, "0")
    assert "1 &lt; 2" in rendering.as_html(CLAIM, "0")


def test_drawings_have_their_alternatives_and_ids_of_their_own():
    markup = rendering.as_html(FRAMES, "7")
    assert 'aria-label="drawing &lt;1&gt; of &quot;x&quot;"' in markup
    names = re.findall(r'<g id="([^"]*)"', markup)
    assert len(set(names)) == 2
    assert re.findall(r'href="#([^"]*)"', markup) == names
    assert not set(names) & set(re.findall(r'<g id="([^"]*)"', rendering.as_html(FRAMES, "8")))


def test_a_drawing_takes_the_colours_of_its_place():
    assert "fill: var(--eer-blue, #0072b2)" in rendering.as_html(FIGURE, "0")
    assert f"fill: {rendering.THEMES['dark']['blue']}" in rendering.in_theme(SVG, "dark")
    assert "stroke: #ffffff" in rendering.in_theme(SVG, "light")


def test_what_was_displayed_is_made_again_from_the_record():
    for record in (CHECK, ESTIMATE, CLAIM, FIGURE, FRAMES):
        bundle = rendering.bundle(record)
        assert bundle[RECORD_MIME] == record
        assert bundle["text/plain"] == rendering.as_text(record)
        again = rendering.as_html(record, "again")
        assert re.sub(r"f[0-9a-f]{8}-\w+-", "", bundle["text/html"]) == re.sub(r"f[0-9a-f]{8}-\w+-", "", again)


def test_records_of_a_cell_are_found_among_its_other_outputs():
    outputs = [{"output_type": "stream"}, {"data": rendering.bundle(CLAIM)}, {"data": {"text/plain": "5"}}]
    assert records({"outputs": outputs}) == [CLAIM]
    assert records({}) == []


@pytest.mark.parametrize("record", [CHECK, ESTIMATE, CHECK | ESTIMATE, CLAIM, FIGURE, FRAMES])
def test_a_stored_record_says_the_same(record):
    """Notebooks are written with the keys of objects in alphabetical order."""
    stored = json.loads(json.dumps(record, sort_keys=True))
    assert rendering.as_text(stored) == rendering.as_text(record)
    assert rendering.as_html(stored, "0") == rendering.as_html(record, "0")
