"""Formulas, and the ticks that say which of them were checked."""

from __future__ import annotations

from pathlib import PurePosixPath

from book.rules.equations import WITHOUT_EQUATIONS
from tests.browser.visit import Visit

WRITTEN_OUT = r"[$\\]"  # what is left in the text where a formula was not set


def ticked(visit: Visit) -> list[str]:
    """Every numbered equation has its tick."""
    equations, bare = visit.page.evaluate(
        """() => [document.querySelectorAll('div.eer-equation').length,
          [...document.querySelectorAll('div.eer-equation:not(:has(a.eer-checked))')].map((e) => e.id)]"""
    )
    none = [] if equations or not _has_equations(visit.path) else ["no numbered equation"]
    return [f"no tick beside {equation}" for equation in bare] + none


def _has_equations(path: str) -> bool:
    """Whether a chapter's page must hold numbered equations, and formulas by the dozen."""
    return PurePosixPath(path).parent.name not in WITHOUT_EQUATIONS


def linked(visit: Visit) -> list[str]:
    """A tick leads to the line of its check, the line back to its equation."""
    links = visit.page.evaluate(
        """() => [...document.querySelectorAll('a.eer-checked, a.eer-eq')].map((a) => ({
          back: a.matches('.eer-eq'), text: a.textContent, href: a.getAttribute('href'),
          leads: !!document.getElementById(a.getAttribute('href').slice(1)) }))"""
    )
    nowhere = [f"{link['text']} leads to {link['href']}, which is not there" for link in links if not link["leads"]]
    names = [link["text"] for link in links if link["back"]]
    return nowhere + [f"a check names {name!r}" for name in names if not name.startswith("Equation (")]


def mathematics_is_set(visit: Visit) -> list[str]:
    """Every formula was set by KaTeX, those of captions too."""
    formulas, wrong, unset = visit.page.evaluate(
        """(written) => [document.querySelectorAll('.katex').length,
          [...document.querySelectorAll('.katex-error')].map((e) => e.textContent),
          [...document.querySelectorAll('.math, figcaption')].filter((e) => !e.querySelector('.katex'))
            .map((e) => e.textContent).filter((text) => RegExp(written).test(text))]""",
        WRITTEN_OUT,
    )
    problems = [f"KaTeX failed: {text[:80]}" for text in wrong] + [f"not set: {text[:80]}" for text in unset]
    enough = formulas > 20 or not _has_equations(visit.path)
    return problems if enough else [*problems, f"only {formulas} formulas"]
