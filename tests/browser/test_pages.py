"""Every page, loaded once in light and once in dark; what is asserted there stands in `aspects/`."""

from __future__ import annotations

import pytest

from tests.browser.aspects import PAGES, problems_in_each_scheme


@pytest.mark.parametrize("path", PAGES)
def test_page(browser, address, path):
    found = problems_in_each_scheme(browser, address, path)
    if found:
        pytest.fail("\n  ".join([f"{path}:", *found]), pytrace=False)
