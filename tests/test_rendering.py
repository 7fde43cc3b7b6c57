"""Words and markup come from the record alone: what a cell displayed can be made again without running it."""

import json
import re

import pytest

from utils import rendering
from utils.records import RECORD_MIME, records

CHECK = {"kind": "check", "subject": "eq-a", "sides": ["by_hand", "scipy"], "error": 2e-16, "tolerance": 1e-8}
ESTIMATE = {"kind": "check", "subject": "eq-b", "sides": ["exact", "trial"], "standard_errors": 1.234, "allowed": 3.0}
ALONE = {"kind": "check", "subject": "eq-c", "sides": ["by_hand"]}
BOUND = {"kind": "bound", "subject": "eq-d", "sides": ["value", "upper"], "cases": 40, "tightness": {"upper": 0.012}}
VALUES = [[r"\mathbf{x}", "0.3"], [r"\lambda_{\max}", "[1. 2.]"]]
PRINTED = {"printed": {"parts": ["a", "b"], "trials": 3, "values": VALUES, "value": "1.2", "error": 1e-15}}
CLAIM = {"kind": "claim", "subject": "1 < 2", "found": [["the_order", "2.988"], ["steps", "7"]]}
SVG = '<svg width="8" height="6"><g id="a" style="fill: #0072b2; stroke: #fefefe"/><use href="#a"/></svg>'


def drawing(number, label=None):
    return {"svg": SVG, "width": 8, "height": 6, "alt": f'drawing <{number}> of "x"', "label": label}


FIGURE = {"kind": "figure", "caption": "Look at $a < b$.", "drawings": [drawing(0)]}
SOURCED = FIGURE | {"source": "\\draw[->] (0, 0) -- (1, 1); % a < b & c\n\\draw (0, 0);"}
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
        (
            CHECK | PRINTED,
            "✓ eq-a   by hand = scipy · largest relative error 2.0e-16 (tolerance 1e-08) · "
            "formula evaluated as printed, on 3 inputs",
        ),
        (ALONE | PRINTED, "✓ eq-c   by hand · formula evaluated as printed, on 3 inputs, relative error 1e-15"),
        (ALONE, "✓ eq-c   by hand · compared with the printed formula where the book is built"),
        (
            CHECK | {"not_printed": "a limit"},
            "✓ eq-a   by hand = scipy · largest relative error 2.0e-16 (tolerance 1e-08) · "
            "not evaluated as printed: a limit",
        ),
        (BOUND, "✓ eq-d   value ≤ upper · 40 cases, nearest to its bound: upper 1.2e-02 (relative)"),
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
        (CHECK | ESTIMATE, "Code of the formula checked on this page: exact = trial, relative error 2e-16"),
        (ESTIMATE, "Code of the formula checked on this page: exact = trial, 1.2 standard errors apart"),
        (BOUND, "Code of the formula checked on this page: value ≤ upper, 40 cases"),
        (
            CHECK | PRINTED,
            "Printed formula evaluated on this page, on 3 inputs: by hand = scipy, relative error 2e-16. "
            "For example x = 0.3, λ_max = [1. 2.] gives 1.2",
        ),
        (
            ALONE | {"printed": {"parts": ["a"], "trials": 1, "values": [], "value": "", "error": 3e-16}},
            "Printed formula evaluated on this page, on 1 input: by hand, relative error 3e-16",
        ),
    ],
)
def test_tick(record, title):
    kind = "print" if "printed" in record else "code"
    assert rendering.tick(record) == {"kind": kind, "glyph": rendering.TICKS[kind], "title": title}


def test_the_two_kinds_of_ticks_differ_in_form():
    assert len(set(rendering.TICKS.values())) == 2


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"\mathbf{x}", "x"),
        (r"\lambda_{\max}", "λ_max"),
        (r"\mathrm{d}X", "dX"),
        (r"\operatorname{KL}(p\,\|\,q)", "KL(p‖q)"),
    ],
)
def test_names_are_spoken(tex, text):
    assert rendering.spoken(tex) == text


def test_lines_are_escaped_and_a_check_leads_to_its_equation():
    assert '<a href="#equation-eq-a">eq-a</a>' in rendering.as_html(CHECK, "0")
    assert '<a href="#equation-eq-d">eq-d</a>' in rendering.as_html(BOUND, "0")
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
    for record in (CHECK, CHECK | PRINTED, BOUND, ESTIMATE, CLAIM, FIGURE, SOURCED, FRAMES):
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


def test_what_was_drawn_stands_beside_its_source():
    markup = rendering.as_html(SOURCED, "0")
    assert ">\\draw[-&gt;] (0, 0) -- (1, 1); % a &lt; b &amp; c\n\\draw (0, 0);</pre>" in markup
    assert markup.index("</pre>") < markup.index("<svg") < markup.index("<figcaption>")
    assert "<pre" not in rendering.as_html(FIGURE, "0")
