"""Pictures of the site as books may hold them: embedded ones as PNG, which every reader shows."""

from __future__ import annotations

import base64
import io
import re

from PIL import Image

EMBEDDED = re.compile(r"data:image/webp;base64,([A-Za-z0-9+/=]+)")
#: A glyph without a line, such as a blank, whose path must be one all the same.
NO_LINE = re.compile(r"<path (?=[^<>]*>)(?![^<>]* d=|d=)")
TYPES = {"svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif"}


def for_book(name: str, content: bytes) -> bytes:
    """The file of a picture, valid; no pixel changes."""
    if not name.endswith(".svg"):
        return content
    return NO_LINE.sub('<path d="M0 0" ', EMBEDDED.sub(_as_png, content.decode("utf-8"))).encode()


def type_of(name: str) -> str:
    """Its media type.

    Raises
    ------
    RuntimeError
        Readers of books need not know it.
    """
    suffix = name.rpartition(".")[2].lower()
    if suffix not in TYPES:
        raise RuntimeError(f"a book cannot hold {name}: its readers know {', '.join(TYPES)}")
    return TYPES[suffix]


def _as_png(found: re.Match) -> str:
    file = io.BytesIO()
    Image.open(io.BytesIO(base64.b64decode(found[1]))).save(file, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
