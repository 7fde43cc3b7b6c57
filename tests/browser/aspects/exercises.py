"""Exercises and what belongs to them."""

from __future__ import annotations

from tests.browser.visit import Visit

FEWEST = 3


def solutions_fold(visit: Visit) -> list[str]:
    """Solutions are folded, and a click opens them. Leaves the first one open."""
    count, solutions = visit.page.locator("div.solution").count(), visit.page.locator("div.solution.dropdown")
    folded = solutions.count()
    problems = [f"{count - folded} of {count} is not folded"] if folded < count else []
    problems += [f"{count} solutions, fewer than {FEWEST}"] if count < FEWEST else []
    if not folded:
        return problems
    body = solutions.first.locator("section").first
    problems += ["the first is open from the start"] if body.is_visible() else []
    solutions.first.locator("button, .admonition-title").first.click()
    return problems if body.is_visible() else [*problems, "a click does not open the first"]
