"""What a page asks for and how it takes what comes."""

from __future__ import annotations

from book.budget import PAGE_BYTES, remember_weight
from tests.browser.visit import Visit

FEWEST_REQUESTS = 4  # a page, its stylesheet, a script, a font


def weight(visit: Visit) -> list[str]:
    """A page is light enough for a slow line: bytes over the wire, everything counted, nothing cached."""
    if len(visit.requested) < FEWEST_REQUESTS or not visit.weight:
        return ["not all of it was weighed"]
    remember_weight(visit.path, visit.weight)
    if visit.weight < PAGE_BYTES:
        return []
    return [f"{visit.weight / 1000:.0f} kB, more than {PAGE_BYTES / 1000:.0f} kB"]


def no_complaints(visit: Visit) -> list[str]:
    """The console stays silent, and everything asked for is there."""
    return visit.complaints


def no_third_parties(visit: Visit) -> list[str]:
    """Nothing comes from another host."""
    return [url for url in visit.requested if not url.startswith((f"{visit.address}/", "data:", "blob:"))]
