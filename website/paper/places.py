"""Where named places stand in a PDF that Chromium wrote: the page numbers of the contents.

Chromium writes its objects one after the other, uncompressed but for streams, with a table of where each begins; the
names to which links of the document lead stand in a dictionary of the catalogue.
"""

from __future__ import annotations

import re


class NotRead(ValueError):
    """The file is not written as Chromium writes it."""


class _Objects:
    def __init__(self, pdf: bytes):
        start = re.search(rb"startxref\s+(\d+)\s+%%EOF\s*$", pdf)
        table = start and re.match(rb"xref\s+0 (\d+)\s+", pdf[int(start[1]) :])
        if not table:
            raise NotRead("there is no table of objects")
        self._pdf, first = pdf, int(start[1]) + table.end()
        self._offsets = [int(pdf[at : at + 10]) for at in range(first, first + 20 * int(table[1]), 20)]
        root = re.search(rb"/Root (\d+) 0 R", pdf[first:])
        if not root:
            raise NotRead("there is no catalogue")
        self.root = int(root[1])

    def __getitem__(self, number: int) -> bytes:
        start = self._offsets[number]
        return self._pdf[start : self._pdf.index(b"endobj", start)]


def pages(pdf: bytes) -> list[int]:
    """The objects that are pages, in their order."""
    objects = _Objects(pdf)
    return _leaves(objects, _reference(objects[objects.root], b"Pages"))


def pages_of(pdf: bytes) -> dict[str, int]:
    """The number of the page, from 1, on which each named place stands."""
    objects = _Objects(pdf)
    numbers = {page: i for i, page in enumerate(pages(pdf), 1)}
    named = objects[_reference(objects[objects.root], b"Dests")]
    found = re.findall(rb"/([^\s\[\]<>/]+)\s*\[(\d+) 0 R ", named)
    return {_name(name): numbers[int(page)] for name, page in found}


def _leaves(objects: _Objects, number: int) -> list[int]:
    node = objects[number]
    kids = re.search(rb"/Kids\s*\[([^\]]*)\]", node)
    if not kids:
        return [number]
    return [leaf for kid in re.findall(rb"(\d+) 0 R", kids[1]) for leaf in _leaves(objects, int(kid))]


def _reference(entry: bytes, name: bytes) -> int:
    found = re.search(rb"/%s (\d+) 0 R" % name, entry)
    if not found:
        raise NotRead(f"there is no /{name.decode()}")
    return int(found[1])


def _name(raw: bytes) -> str:
    return re.sub(rb"#([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), raw).decode("utf-8", "replace")
