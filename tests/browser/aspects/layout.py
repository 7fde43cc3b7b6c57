"""How a page fits the screen."""

from __future__ import annotations

from tests.browser.visit import Visit, resize

PHONE = {"width": 390, "height": 844}


def fits_a_phone(visit: Visit) -> list[str]:
    """A phone needs no sideways scrolling. Leaves the page narrow."""
    resize(visit.page, **PHONE)
    too_wide = visit.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [f"{too_wide} px wider than a phone"] if too_wide > 0 else []
