"""Every page, loaded once in light and once in dark; what is asserted there stands in `aspects/`."""

from __future__ import annotations

import pytest

from tests.browser.aspects import PAGES, SCHEMES, problems
from tests.browser.visit import visiting


@pytest.mark.parametrize("path", PAGES)
def test_page(browser, address, path):
    found = []
    for scheme in SCHEMES:
        with visiting(browser, address, path, scheme=scheme, hurry=True) as visit:
            found += problems(visit)
    if found:
        pytest.fail("\n  ".join([f"{path}:", *found]), pytrace=False)
