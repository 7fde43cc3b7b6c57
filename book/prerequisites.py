"""Which chapter needs which, from the links in the cards “What you need first” (`Chapter.prerequisites`).

All functions take the chapters in reading order, each with those that it names; chapters are paths without suffix.
"""

from __future__ import annotations

__all__ = ["leads_to", "misplaced", "without_detours"]


def leads_to(needs: dict[str, list[str]]) -> dict[str, list[str]]:
    """The chapters that name each, in reading order."""
    return {chapter: [other for other, named in needs.items() if chapter in named] for chapter in needs}


def misplaced(needs: dict[str, list[str]]) -> list[tuple[str, str]]:
    """Pairs of a chapter and one that it names but that a reader has not met by then, or that is not in the book.

    Where there is none, no way leads in a circle.
    """
    place = {chapter: number for number, chapter in enumerate(needs)}
    return [(c, other) for c, named in needs.items() for other in named if place.get(other, len(place)) >= place[c]]


def without_detours(needs: dict[str, list[str]]) -> dict[str, list[str]]:
    """Of what each chapter names, what does not follow from the rest: what is needed by something that it names.

    Raises
    ------
    ValueError
        A chapter names one that stands behind it or is not in the book.
    """
    if wrong := misplaced(needs):
        raise ValueError(f"{wrong[0][0]} needs {wrong[0][1]}, which does not stand before it")
    behind: dict[str, set[str]] = {}
    for chapter, named in needs.items():
        behind[chapter] = set(named).union(*(behind[other] for other in named))
    return {c: [o for o in named if not any(o in behind[other] for other in named)] for c, named in needs.items()}
