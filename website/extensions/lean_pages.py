"""Pages without what they do not need: one stylesheet, deferred scripts, no script of a third-party host.

The theme of Jupyter Book 1 sends about 770 kB a page: ten stylesheets, icon fonts twice (as fonts and as a script),
the search index, and the launcher of a service that this book does not use.
"""

from __future__ import annotations

import hashlib
import html
import logging
import posixpath
import re
from pathlib import Path

import tinycss2
from fontTools.subset import Options, Subsetter, load_font, save_font

UNUSED = ("sphinx-thebe", "thebe", "translations.js", "sphinx_comments")
FONT_AWESOME_SCRIPT = re.compile(
    r"\s*(?:<!-- So that users can add custom icons -->\s*)?<script[^>]*fontawesome[^>]*></script>"
)
PRELOAD = re.compile(r'\s*<link rel="preload"[^>]*>|\s*<link rel="modulepreload"[^>]*>')
#: What the extensions write that is not valid or has no name for a screen reader, and what it should be.
CORRECTIONS = [
    (
        re.compile(r'<summary><span class="toctree-toggle"'),
        '<summary aria-label="Chapters"><span class="toctree-toggle"',
    ),
    (re.compile(r' id="(?:(?:proof|exercise|solution)-content|proof)"'), ""),  # the same id for each block of a page
    (re.compile(r' role="(?:doc-biblioentry"|list"(?= class="citation-list"))'), ""),  # deprecated, and no list
]
#: Names, punctuation and blanks of highlighted code have the colour of the text; their marks only cost nodes.
PLAIN_TOKENS = re.compile(r'<span class="(?:n|p|w|nn)">([^<]*)</span>')
VIEWPORT = re.compile(r'<meta name="viewport"[^>]*>\s*')
STYLESHEET = re.compile(r'[ \t]*<link [^>]*?href="((?:\.\./)*)_static/([^"?]+\.css)(?:\?[^"]*)?"[^>]*>\n?')
URL = re.compile(r"url\(\s*(['\"]?)(?!data:|https?:|/|#)([^)'\"]+)\1\s*\)")
IMPORT = re.compile(r"@import\s+(?:url\()?['\"]?([^'\")]+)['\"]?\)?\s*;")


def trim_scripts(app, pagename, templatename, context, doctree):
    """Drop unused and repeated scripts; let the others wait for the page."""
    seen, kept = set(), []
    for script in context.get("script_files", []):
        name, attributes = str(getattr(script, "filename", "") or ""), getattr(script, "attributes", {})
        body = attributes.get("body", "")
        if any(word in name for word in UNUSED) or "THEBE_JS_URL" in body or (body and body in seen):
            continue
        seen.add(body)
        if name and "documentation_options" not in name:
            # the script objects are shared by all pages; the search page calls its scripts while it loads
            if pagename == "search":
                attributes.pop("defer", None)
            else:
                attributes["defer"] = "defer"
        kept.append(script)
    context["script_files"] = kept
    context["css_files"] = [c for c in context.get("css_files", []) if "thebe" not in str(getattr(c, "filename", c))]


def finish(app, exception):
    if exception or app.builder.format != "html":
        return
    out = Path(app.outdir)
    static = out / "_static"
    pages = [page for page in out.rglob("*.html") if "_static" not in page.relative_to(out).parts]
    bundles: dict[tuple[str, ...], str] = {}
    for page in pages:
        before = page.read_text("utf-8")
        text = PRELOAD.sub("", FONT_AWESOME_SCRIPT.sub("", before))
        text = _one_viewport(text)
        text = PLAIN_TOKENS.sub(r"\1", text)
        for wrong, right in CORRECTIONS:
            text = wrong.sub(right, text)
        text = _one_stylesheet(text, static, bundles)
        if text != before:
            page.write_text(text, "utf-8")
    markup = "\n".join(page.read_text("utf-8") for page in pages)
    loaded = [path for path in static.rglob("*.js") if path.relative_to(static).as_posix() in markup]
    scripts = "\n".join(path.read_text("utf-8", errors="ignore") for path in loaded)
    stylesheets = []
    for path in static.glob("book-*.css"):
        if path.name in markup:
            stylesheets.append(path)
        else:
            path.unlink()  # of an earlier build
    subset_icons(static, stylesheets, markup + scripts)
    subset_math_fonts(static, markup)
    for stylesheet in stylesheets:
        stylesheet.write_text(purge(stylesheet.read_text("utf-8"), markup, scripts), "utf-8")
    (out / ".nojekyll").touch()


def purge(css: str, markup: str, scripts: str) -> str:
    """Drop rules that need a class which neither a page nor a script ever names."""
    words = set(re.findall(r"[\w-]+", markup)) | set(re.findall(r"[\w-]+", scripts))
    stems = tuple({word for word in re.findall(r"[A-Za-z][\w-]*-(?=[\"'`$])", scripts) if len(word) > 2})

    def possible(selector: str) -> bool:
        needed = re.findall(r"\.(-?[A-Za-z_][\w-]*)", re.sub(r":not\([^)]*\)|\\.", "", selector))
        return all(name in words or name.startswith(stems) for name in needed)

    def kept(rules) -> str:
        parts = []
        for rule in rules:
            if rule.type == "at-rule" and rule.lower_at_keyword in {"media", "supports"} and rule.content:
                inner = kept(tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True))
                if inner:
                    parts.append(f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{inner}}}")
            elif rule.type == "qualified-rule":
                selectors = _split_at_commas(rule.prelude)
                left = [selector for selector in selectors if possible(selector)]
                if left:
                    parts.append(f"{','.join(left)}{{{tinycss2.serialize(rule.content)}}}")
            else:
                parts.append(rule.serialize())
        return "".join(parts)

    return kept(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True))


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


def _one_viewport(text: str) -> str:
    tags = VIEWPORT.findall(text)
    for tag in tags[1:]:
        text = text[::-1].replace(tag[::-1], "", 1)[::-1]
    return text


def _one_stylesheet(text: str, static: Path, bundles: dict) -> str:
    links = list(STYLESHEET.finditer(text))
    if len(links) < 2:
        return text
    names = tuple(dict.fromkeys(link[2] for link in links))
    if names not in bundles:
        done: set[str] = set()
        css = "\n".join(_flat(static, name, done) for name in names)
        bundles[names] = f"book-{hashlib.sha256(css.encode()).hexdigest()[:10]}.css"
        (static / bundles[names]).write_text(css, "utf-8")
    tag = f'<link rel="stylesheet" href="{links[0][1]}_static/{bundles[names]}">\n'
    for i, link in reversed(list(enumerate(links))):
        text = text[: link.start()] + (tag if i == 0 else "") + text[link.end() :]
    return text


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


def subset_icons(static: Path, stylesheets: list[Path], text: str) -> None:
    """Cut Font Awesome down to the icons that the pages, the scripts and the stylesheets name."""
    css = "".join(path.read_text("utf-8") for path in stylesheets)
    codes: dict[str, int] = {}
    for selectors, code in re.findall(r'([^{}]*)\{(?:--fa:|content:)"([^"]+)"', css):
        code = code.lstrip("\\")
        value = int(code, 16) if re.fullmatch(r"[0-9a-f]{2,5}", code) else ord(code[0])
        for name in re.findall(r"\.fa-([a-z0-9-]+)", selectors):
            codes.setdefault(name, value)
    rest = re.sub(r"\.fa-[^{}]*\{[^{}]*\}", "", css)
    wanted = {codes[name] for name in re.findall(r"\bfa-([a-z0-9-]+)", text) if name in codes}
    wanted |= {ord(char) for char in rest if 0xE000 <= ord(char) <= 0xF8FF}
    wanted |= {int(code, 16) for code in re.findall(r'"\\+([ef][0-9a-f]{3})"', rest)}
    for path in static.rglob("fa-*.woff2"):
        subset_font(path, wanted)


#: KaTeX's class for the symbols that each of its larger fonts sets; the others get every character.
MATH_FONTS = {
    "Main-Bold": r"\bmathbf\b|\bboldsymbol\b|\btextbf\b",
    "Math-BoldItalic": r"\bboldsymbol\b",
    "Math-Italic": r"\bmathnormal\b",
    "AMS-Regular": r"\bamsrm\b|\bmathbb\b|\btextbb\b",
    "Caligraphic-Regular": r"\bmathcal\b",
}


def subset_math_fonts(static: Path, markup: str) -> None:
    """Cut KaTeX's fonts down to the characters that some formula of the book sets in them."""
    symbols = set(re.findall(r'<span class="([^"]*)"[^>]*>([^<]+)<', markup))
    for path in static.glob("katex/fonts/*.woff2"):
        family = MATH_FONTS.get(path.stem.removeprefix("KaTeX_"), "")
        texts = [html.unescape(text) for classes, text in symbols if re.search(family, classes)]
        subset_font(path, {ord(char) for text in texts for char in text})


def subset_font(path: Path, characters: set[int]) -> None:
    options = Options()
    options.flavor = "woff2"
    options.layout_features = ["*"]
    font = load_font(str(path), options)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    save_font(font, str(path), options)


def setup(app):
    logging.getLogger("fontTools").setLevel(logging.WARNING)
    app.connect("html-page-context", trim_scripts, priority=900)
    app.connect("build-finished", finish, priority=900)  # after the theme has written its last stylesheet
    return {"parallel_read_safe": True, "parallel_write_safe": True}
