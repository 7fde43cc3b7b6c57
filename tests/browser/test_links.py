"""Every link inside the site leads somewhere, anchors included. Needs no browser."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup

ATTRIBUTES = {"a": "href", "link": "href", "script": "src", "img": "src", "source": "src"}


def test_internal_links(site):
    soups, broken = {}, []
    pages = [p for p in sorted(site.rglob("*.html")) if "_static" not in p.relative_to(site).parts]
    for page in pages:
        soups[page] = BeautifulSoup(page.read_text("utf-8"), "html.parser")
    anchors = {page: {tag["id"] for tag in soup.find_all(id=True)} for page, soup in soups.items()}
    checked = 0
    for page, soup in soups.items():
        for tag in soup.find_all(list(ATTRIBUTES)):
            address = tag.get(ATTRIBUTES[tag.name])
            if address is None or urlsplit(address).scheme or address.startswith("//"):
                continue
            parts = urlsplit(address)
            base = site if parts.path.startswith("/") else page.parent
            target = (base / unquote(parts.path).lstrip("/")).resolve() if parts.path else page
            target = target / "index.html" if target.is_dir() else target
            checked += 1
            fragment = unquote(parts.fragment)
            if not target.is_file():
                broken.append(f"{page.relative_to(site)}: {address} leads nowhere")
            elif fragment and target in anchors and fragment not in anchors[target] | {"top"}:
                broken.append(f"{page.relative_to(site)}: {address} names no anchor of {target.name}")
    assert checked > 100
    assert broken == []


def test_ids_are_unique_on_each_page(site):
    for page in sorted(site.rglob("*.html")):
        if "_static" in page.relative_to(site).parts:
            continue
        ids = [tag["id"] for tag in BeautifulSoup(page.read_text("utf-8"), "html.parser").find_all(id=True)]
        repeated = sorted({i for i in ids if ids.count(i) > 1})
        assert repeated == [], f"{page.relative_to(site)}: {repeated[:5]}"
