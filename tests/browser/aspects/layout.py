"""How a page fits the screen."""

from __future__ import annotations

from tests.browser.visit import Visit

PHONE = {"width": 390, "height": 844}


def fits_a_phone(visit: Visit) -> list[str]:
    """A phone needs no sideways scrolling. Leaves the page narrow."""
    visit.page.set_viewport_size(PHONE)
    visit.page.wait_for_function("width => innerWidth === width", arg=PHONE["width"])
    too_wide = visit.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [f"{too_wide} px wider than a phone"] if too_wide > 0 else []
