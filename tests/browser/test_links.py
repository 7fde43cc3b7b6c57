"""Every link inside the site leads somewhere, anchors included. Needs no browser."""

from __future__ import annotations

import os
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ATTRIBUTES = {"a": "href", "link": "href", "script": "src", "img": "src", "source": "src"}


class Links(HTMLParser):
    """What a page links to, and the ids that it can be linked by."""

    def __init__(self, text: str):
        super().__init__()
        self.addresses: list[str] = []
        self.ids: Counter[str] = Counter()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if "id" in given:
            self.ids[given["id"]] += 1
        address = given.get(ATTRIBUTES.get(tag))
        if address is not None:
            self.addresses.append(address)


@pytest.fixture(scope="module")
def pages(site) -> dict[Path, Links]:
    files = [page for page in sorted(site.rglob("*.html")) if "_static" not in page.relative_to(site).parts]
    return {page: Links(page.read_text("utf-8")) for page in files}


def test_internal_links(site, pages):
    broken, checked = [], 0
    for page, links in pages.items():
        for address in links.addresses:
            parts = urlsplit(address)
            if parts.scheme or address.startswith("//"):
                continue
            base = site if parts.path.startswith("/") else page.parent
            target = Path(os.path.normpath(base / unquote(parts.path).lstrip("/"))) if parts.path else page
            target = target / "index.html" if target.is_dir() else target
            checked += 1
            fragment = unquote(parts.fragment)
            if not target.is_file():
                broken.append(f"{page.relative_to(site)}: {address} leads nowhere")
            elif target in pages and fragment not in ("", "top") and fragment not in pages[target].ids:
                broken.append(f"{page.relative_to(site)}: {address} names no anchor of {target.name}")
    assert checked > 100
    assert broken == []


def test_ids_are_unique_on_each_page(site, pages):
    repeated = [
        f"{page.relative_to(site)}: {name}" for page, links in pages.items() for name, n in links.ids.items() if n > 1
    ]
    assert repeated == []
