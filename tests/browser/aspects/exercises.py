"""Exercises and what belongs to them."""

from __future__ import annotations

from tests.browser.visit import Visit

FEWEST = 3


def solutions_fold(visit: Visit) -> list[str]:
    """Solutions are folded; a click opens one, and another folds it again."""
    count, solutions = visit.page.locator("div.solution").count(), visit.page.locator("div.solution.dropdown")
    folded = solutions.count()
    problems = [f"{count - folded} of {count} is not folded"] if folded < count else []
    problems += [f"{count} solutions, fewer than {FEWEST}"] if count < FEWEST else []
    if not folded:
        return problems
    body, button = solutions.first.locator("section").first, solutions.first.locator("button, .admonition-title").first
    problems += ["the first is open from the start"] if body.is_visible() else []
    button.click()
    problems += [] if body.is_visible() else ["a click does not open the first"]
    button.click()
    return [*problems, "another click does not fold the first"] if body.is_visible() else problems
