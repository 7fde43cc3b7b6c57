"""Every aspect notices what it is there for, and one fault hides no other: a chapter with all faults at once."""

from __future__ import annotations

import random
import re

import pytest

from tests.browser.aspects import SCHEMES, aspects, problems_in_each_scheme, title
from tools.serve import serving

CHAPTER = "chapters/classical/pca.html"
END, FACTS, FIGURE = "</article>", r'(<p class="eer-facts">.*?href=")[^"]*', r"figures/(\w+)"
HEAVY = f"<!-- {random.Random(0).randbytes(200_000).hex()} -->"
FAINT = '<p style="color: #888; background: #999">faint</p>'
STRAY = '<div class="cell_output"><img src="../../_static/favicon.svg"></div>'
ELSEWHERE = '<img src="http://127.0.0.2/picture.png" alt="A picture on another host">'

#: What stands in the page, what comes in its place, once, and the words that report it: in light alone,
ONCE = [
    (END, HEAVY + END, "loading, weight: "),
    ('<a class="eer-checked.*?</a>', "", "equations, ticked: no tick beside equation-"),
    ('class="eer-checked[^"]*" href="#', r"\g<0>no-", "✓ leads to #no-check-"),
    (r">Equation \(", ">Formula (", "equations, linked: a check names 'Formula ("),
    (END, '<span class="math">$x$</span>' + END, "equations, mathematics is set: not set: $x$"),
    (END, '<span class="katex-error">y</span>' + END, "equations, mathematics is set: KaTeX failed: y"),
    (FACTS, r"\g<1>absent.ipynb", "downloads, is the executed notebook: absent.ipynb: 404"),
    ('oninput="[^"]*"', "", "figures, sliders work: slider 1 does not show its second frame"),
    ('class="solution dropdown', 'class="solution', "exercises, solutions fold: 1 of 5 is not folded"),
    (END, '<div style="width: 120rem">wide</div>' + END, "layout, fits a phone: "),
]
#: and in light and dark.
ALWAYS = [
    (END, STRAY + END, "figures, follow the theme: 1 figures not shown by show()"),
    ('<img class="only-light"', "<img", "figures/absent.svg () on a page in "),
    (rf"{FIGURE}-light", r"figures/absent", "figures, follow the theme: ../../_static/figures/absent.svg did not load"),
    (rf'({FIGURE}-dark.svg" alt=")[^"]*', r"\g<1>Plot", "-dark.svg: alternative 'Plot'"),
    (rf'{FIGURE}-dark.svg" alt="(?!Plot)', r'figures/\g<1>-light.svg" alt="', "-light.svg serves both themes"),
    (END, FAINT + END, "accessibility, no violations: color-contrast: <p "),
    (STRAY, r"\g<0>", "accessibility, no violations: image-alt: <img "),
    (END, '<script>console.error("planted")</script>' + END, "loading, no complaints: planted"),
    (END, ELSEWHERE + END, "loading, no third parties: http://127.0.0.2/picture.png"),
]


@pytest.fixture(scope="module")
def spoilt(site, tmp_path_factory):
    """Address of a site whose one chapter has every fault."""
    folder, text = tmp_path_factory.mktemp("site"), (site / CHAPTER).read_text("utf-8")
    for there, instead, _ in ONCE + ALWAYS:
        text, found = re.subn(there, instead, text, count=1, flags=re.S)
        assert found, there
    (folder / CHAPTER).parent.mkdir(parents=True)
    (folder / CHAPTER).write_text(text, "utf-8")
    (folder / "_static").symlink_to(site / "_static", target_is_directory=True)
    with serving(folder, follow=True) as url:
        yield url


def test_every_fault_is_reported_in_each_scheme(browser, spoilt):
    every = problems_in_each_scheme(browser, spoilt, CHAPTER)
    for scheme in SCHEMES:
        found = [problem for problem in every if problem.startswith(f"{scheme}: ")]
        for *_, words in ALWAYS + (ONCE if scheme == "light" else []):
            assert any(words in p for p in found), f"nothing in {scheme} says {words!r}; found:\n" + "\n".join(found)
        assert all(any(title(aspect) in problem for problem in found) for aspect in aspects(CHAPTER, scheme))
