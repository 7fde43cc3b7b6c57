"""What somebody may have meant who named something that is not there."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["did_you_mean", "nearest"]


def nearest(name: str, names: Iterable[str], most: int = 3) -> list[str]:
    """Those of `names` that resemble `name`, the most alike first.

    Upper and lower case, hyphens and underscores are the same. Of a path the last piece counts as much as the whole,
    so that neither a wrong folder hides the right file nor a right one makes all of its files alike.
    """
    wanted, scores = _plain(name), {}
    for known in names:
        text = _plain(known)
        last = _likeness(wanted.rpartition("/")[2], text.rpartition("/")[2])
        scores[known] = (last + _likeness(wanted, text)) / 2 if "/" in wanted else last
    enough = max(0.6, max(scores.values(), default=0) - 0.15)  # beside a good guess, poor ones only distract
    return sorted((known for known, score in scores.items() if score >= enough), key=lambda n: -scores[n])[:most]


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """`; do you mean …?`, or nothing where no name resembles this one."""
    found = nearest(name, names)
    return f"; do you mean {' or '.join(found)}?" if found else ""


def _plain(text: str) -> str:
    return text.lower().replace("-", "_").replace("\\", "/")


def _likeness(one: str, other: str) -> float:
    if not one or not other:
        return 0.0
    ratio = difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()
    return max(ratio, 0.8) if len(one) > 3 and other.startswith(one) else ratio
