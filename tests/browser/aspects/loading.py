"""What a page asks for and how it takes what comes."""

from __future__ import annotations

from tests.browser.visit import Visit

HEAVIEST_PAGE = 260_000  # bytes over the wire, everything counted, nothing cached


def weight(visit: Visit) -> list[str]:
    """A page is light enough for a slow line."""
    if visit.weight < HEAVIEST_PAGE:
        return []
    return [f"{visit.weight / 1000:.0f} kB, more than {HEAVIEST_PAGE / 1000:.0f} kB"]


def no_complaints(visit: Visit) -> list[str]:
    """The console stays silent, and everything asked for is there."""
    return visit.complaints


def no_third_parties(visit: Visit) -> list[str]:
    """Nothing comes from another host."""
    return [url for url in visit.requested if not url.startswith((visit.address, "data:", "blob:"))]
