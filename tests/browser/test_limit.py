"""What waits for ever is ended, and the tests after it have a browser again."""

import time

import pytest
from playwright.sync_api import Error

from tests.browser.limit import limited
from tests.browser.visit import opening


class Item:
    def __init__(self):
        self.said = []

    def add_report_section(self, when, key, content):
        self.said.append(content)


@pytest.mark.parametrize("waiting", ["new Promise(() => {})", "for (;;);"])
def test_a_script_that_waits_for_ever_fails_and_the_next_test_has_a_browser(browser, waiting):
    item = Item()
    with opening(browser) as context:
        page = context.new_page()
        with limited(item, 2), pytest.raises(Error, match="closed"):
            page.evaluate(waiting)
    assert len(item.said) == 1
    with opening(browser) as context:
        assert context.new_page().evaluate("1 + 1") == 2


def test_what_ends_in_time_is_left_alone(browser):
    item = Item()
    with opening(browser) as context:
        page = context.new_page()
        with limited(item, 1):
            pass
        time.sleep(1.5)
        assert page.evaluate("1 + 1") == 2
    assert item.said == []
