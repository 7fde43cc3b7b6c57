"""The files that the book puts beside the pages: its stylesheet and scripts, KaTeX's, the demos, less of Bootstrap."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

from utils.node import node_program
from utils.rendering import THEMES
from website.common import DEMOS, WEBSITE
from website.kept import kept

#: Scripts made of several files, by their place in _static without suffix, and where each begins under website/.
BUNDLES = {f"demos/{name}": f"demos/{name}/element.js" for name in DEMOS} | {
    "scripts/bootstrap": "theme/bootstrap.js",
    "search/search": "search/dialog.js",
    "scripts/reading": "reading/index.js",
    "scripts/menu": "reading/menu.js",
    "scripts/places": "reading/places.js",
    "scripts/zoom": "reading/zoom.js",
    "scripts/page": "page/index.js",
    "scripts/cards": "page/cards/cards.js",
}
#: A script that a page names loads others when they are needed, under its own mark: one that changes with them.
LOADS = {
    "scripts/reading.js": ["scripts/menu.js", "scripts/places.js", "scripts/zoom.js"],
    "scripts/page.js": ["scripts/cards.js"],
}

THEME = "scripts/pydata-sphinx-theme.js"
#: Where the theme looks for what scrolls, when a page is read and whenever something in it changes. It lays out the
#: page anew for each place that it finds, seconds on a phone; book.js looks after such places.
SCROLLING = re.compile(
    r'document\.querySelectorAll\(\["pre",[^\]]*\]\.join\(", "\)\)(?=\.forEach\(\w+=>\{\w+\.tabIndex)'
)
NOTHING = "[]"


def put(static: Path) -> None:
    for path in WEBSITE.glob("static/*"):
        shutil.copyfile(path, static / path.name)
    _calm_theme(static / THEME)
    _put_katex(static / "katex")
    _put_bundles(static)
    (static / "demos" / "palette.css").write_text(palette(), "utf-8")


def versions(static: Path) -> dict[str, str]:
    """A mark of the content of each script that the book writes, so that no browser keeps an old one."""
    scripts = ["book.js", *(f"{name}.js" for name in BUNDLES)]
    scripts += [THEME] if (static / THEME).is_file() else []
    files = {name: [name, *LOADS.get(name, [])] for name in scripts}
    content = {name: b"".join((static / file).read_bytes() for file in of) for name, of in files.items()}
    return {name: hashlib.sha256(content[name]).hexdigest()[:8] for name in scripts}


def palette() -> str:
    """The colours of the figures as CSS variables, for both themes."""
    rules = []
    for theme, colours in THEMES.items():
        variables = "".join(f"--eer-{name}:{value};" for name, value in colours.items())
        rules.append(f"html{'' if theme == 'light' else f'[data-theme={theme}]'}{{{variables}}}")
    return "\n".join(rules)


def _calm_theme(script: Path) -> None:
    """Let the theme's script look for nothing that scrolls.

    Raises
    ------
    RuntimeError
        It is written otherwise than the one that this book was made for.
    """
    if not script.is_file():
        return
    text = script.read_text("utf-8")
    calm = SCROLLING.sub(NOTHING, text)
    if f"{NOTHING}.forEach(" not in calm:
        raise RuntimeError(
            f"{script.name} is not the script that website/finishing/assets.py knows: see SCROLLING there"
        )
    if calm != text:
        script.write_text(calm, "utf-8")


def _put_katex(target: Path) -> None:
    """KaTeX's stylesheet, with the one font format that every browser of today reads."""
    target.mkdir(parents=True, exist_ok=True)
    css = (WEBSITE / "node_modules/katex/dist/katex.min.css").read_text("utf-8")
    css = re.sub(r',url\([^)]*\.(?:woff|ttf)\) format\("(?:woff|truetype)"\)', "", css)
    (target / "katex.css").write_text(css, "utf-8")


def _put_bundles(static: Path) -> None:
    folders = ("demos", "page", "reading", "search", "theme")
    sources = sorted(path for folder in folders for path in WEBSITE.glob(f"{folder}/**/*") if path.is_file())
    sources += [WEBSITE / "bundle.mjs", WEBSITE / "package-lock.json"]
    ingredients = [repr(BUNDLES)]
    ingredients += [part for path in sources for part in (str(path.relative_to(WEBSITE)), path.read_bytes())]
    bundled = json.loads(kept(static.parent, "bundles.json", ingredients, lambda: _bundle(static)))
    for name, script in bundled.items():
        (static / name).parent.mkdir(parents=True, exist_ok=True)
        (static / name).write_text(script, "utf-8")


def _bundle(static: Path) -> bytes:
    command = [
        node_program("esbuild"),
        "bundle.mjs",
        str(static.resolve()),
        *(f"{name}={at}" for name, at in BUNDLES.items()),
    ]
    result = subprocess.run(command, cwd=WEBSITE, capture_output=True, text=True)
    if result.returncode:
        raise RuntimeError(f"the site's scripts could not be bundled:\n{result.stderr}")
    return json.dumps({f"{name}.js": (static / f"{name}.js").read_text("utf-8") for name in BUNDLES}).encode()
