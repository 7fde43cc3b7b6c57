"""Results that take long to make, kept from build to build by what they are made of."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

#: The folder beside the site in which they lie.
KEPT = "kept"


def kept(site: Path, kind: str, ingredients: list[bytes | str], make: Callable[[], bytes]) -> bytes:
    """What `make` returns, made only when one of the `ingredients` is new; `kind` names it, with its suffix.

    One result of a kind is kept at a time.
    """
    digest = hashlib.sha256()
    for part in ingredients:
        part = part.encode() if isinstance(part, str) else part
        digest.update(b"%d:" % len(part) + part)
    result, mark = (site.parent / KEPT / name for name in (kind, f"{kind}.fingerprint"))
    if result.is_file() and mark.is_file() and mark.read_text() == digest.hexdigest():
        return result.read_bytes()
    content = make()
    result.parent.mkdir(parents=True, exist_ok=True)
    mark.unlink(missing_ok=True)
    result.write_bytes(content)
    mark.write_text(digest.hexdigest())
    return content
