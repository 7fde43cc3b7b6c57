"""Many stylesheets become one, without the rules that no page needs."""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Iterable
from pathlib import Path

import tinycss2

from website.kept import kept

URL = re.compile(r"url\(\s*(['\"]?)(?!data:|https?:|/|#)([^)'\"]+)\1\s*\)")
IMPORT = re.compile(r"@import\s+(?:url\()?['\"]?([^'\")]+)['\"]?\)?\s*;")
CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")


def bundle(static: Path, pages: Iterable[dict], scripts: str) -> dict[tuple[str, ...], str]:
    """Write one stylesheet for each set of them that pages load, and remove those that no page loads any more.

    Parameters
    ----------
    static : Path
        The folder in which they lie.
    pages : iterable of dict
        What each page names (website/finishing/pages.py).
    scripts : str
        The text of all scripts.

    Returns
    -------
    dict
        The name of the file for each set of stylesheets.
    """
    pages = list(pages)
    words = {word for page in pages for word in page["words"]} | set(re.findall(r"[\w-]+", scripts))
    stems = tuple(sorted({word for word in re.findall(r"[A-Za-z][\w-]*-(?=[\"'`$])", scripts) if len(word) > 2}))
    bundles = {}
    for number, names in enumerate(sorted({tuple(page["stylesheets"]) for page in pages if page["stylesheets"]})):
        whole = flat(static, names)
        used = {name for name in CLASS.findall(whole) if name in words or name.startswith(stems)}
        ingredients = [whole, repr((sorted(used), stems)), Path(__file__).read_bytes()]
        css = kept(static.parent, f"bundle-{number}.css", ingredients, lambda: purge(whole, used, stems).encode())  # noqa: B023
        bundles[names] = f"book-{hashlib.sha256(css).hexdigest()[:10]}.css"
        (static / bundles[names]).write_bytes(css)
    for path in static.glob("book-*.css"):
        if path.name not in bundles.values():
            path.unlink()
    return bundles


def flat(static: Path, names: Iterable[str]) -> str:
    """Several stylesheets as one, with what they import."""
    done: set[str] = set()
    return "\n".join(_flat(static, name, done) for name in names)


def purge(css: str, words: set[str], stems: tuple[str, ...]) -> str:
    """Drop rules that need a class which is no word of a page or a script, nor begins with one of the `stems`."""

    def possible(selector: str) -> bool:
        needed = CLASS.findall(re.sub(r":not\([^)]*\)|\\.", "", selector))
        return all(name in words or name.startswith(stems) for name in needed)

    def left(rules) -> str:
        parts = []
        for rule in rules:
            if rule.type == "at-rule" and rule.lower_at_keyword in {"media", "supports"} and rule.content:
                inner = left(tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True))
                if inner:
                    parts.append(f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{inner}}}")
            elif rule.type == "qualified-rule":
                selectors = _split_at_commas(rule.prelude)
                needed = [selector for selector in selectors if possible(selector)]
                if needed:
                    parts.append(f"{','.join(needed)}{{{tinycss2.serialize(rule.content)}}}")
            else:
                parts.append(rule.serialize())
        return "".join(parts)

    return left(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True))


def _split_at_commas(prelude) -> list[str]:
    """The selectors of a rule; commas inside :is(…) belong to one selector."""
    selectors, current = [], []
    for token in prelude:
        if token.type == "literal" and token.value == ",":
            selectors.append(tinycss2.serialize(current).strip())
            current = []
        else:
            current.append(token)
    return [*selectors, tinycss2.serialize(current).strip()]


def _flat(static: Path, name: str, done: set[str]) -> str:
    """One stylesheet with its imports put in and its url()s relative to _static/."""
    name = posixpath.normpath(name)
    if name in done:
        return ""
    done.add(name)
    css = re.sub(r"/\*.*?\*/", "", (static / name).read_text("utf-8"), flags=re.S)
    folder = posixpath.dirname(name)
    imports = [imported for imported in IMPORT.findall(css) if not imported.startswith("http")]
    css = URL.sub(lambda m: f"url({posixpath.normpath(posixpath.join(folder, m[2]))})", IMPORT.sub("", css))
    return "".join(_flat(static, posixpath.join(folder, imported), done) for imported in imports) + css
