"""What waits for ever is ended, and the tests after it have a browser again."""

import time

import pytest
from playwright.sync_api import Error

from tests.browser.limit import limited
from tests.browser.visit import PATIENCE, opening


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


def test_a_page_is_closed_while_another_document_takes_its_place(browser, address):
    item = Item()
    with limited(item, PATIENCE), opening(browser) as context:
        for _ in range(10):
            page = context.new_page()
            page.goto(f"{address}/404.html")
            with pytest.raises(Error, match="navigation"):
                page.evaluate("location.reload(), new Promise(() => {})")
            page.close()
    assert item.said == []


def test_what_ends_in_time_is_left_alone(browser):
    item = Item()
    with opening(browser) as context:
        page = context.new_page()
        with limited(item, 1):
            pass
        time.sleep(1.5)
        assert page.evaluate("1 + 1") == 2
    assert item.said == []
