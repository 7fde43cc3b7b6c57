"""Mathematics is set by KaTeX while the site is built: pages need no script for it, and a TeX error fails the build."""

from __future__ import annotations

import hashlib
import html
import json
import os
import subprocess
from pathlib import Path

from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from utils.node import node_program
from website.common import WEBSITE
from website.extensions import line_ends
from website.kept import KEPT

LOG = logging.getLogger(__name__)
#: What answers depend on besides the formula.
SETTER = (WEBSITE / "katex.mjs", WEBSITE / "package-lock.json")


class Formula(nodes.General, nodes.FixedTextElement):
    """A display formula that stands in something else, which gives it its place."""


class Typesetter:
    """A KaTeX process, started when the first formula is set; what is set once is known from then on."""

    def __init__(self):
        self._process, self._owner = None, None
        self._known: dict[tuple[str, bool], dict] = {}

    def set(self, tex: str, display: bool) -> dict:
        """{"html": …} or {"error": …} for one formula."""
        return self.set_all([(tex, display)])[0]

    def set_all(self, formulas: list[tuple[str, bool]]) -> list[dict]:
        """The same for several, each with whether it is displayed."""
        new = [formula for formula in dict.fromkeys(formulas) if formula not in self._known]
        if new:
            process = self._running()
            process.stdin.write(json.dumps([{"tex": tex, "display": display} for tex, display in new]) + "\n")
            process.stdin.flush()
            answer = process.stdout.readline()
            if not answer:
                raise ExtensionError("KaTeX stopped; run `npm ci` in website/ (the Makefile does) and build again")
            self._known.update(zip(new, json.loads(answer), strict=True))
        return [self._known[formula] for formula in formulas]

    def close(self, *_):
        if self._process is not None and self._owner == os.getpid():
            self._process.stdin.close()
            self._process.wait(timeout=10)
        self._process = None

    # what one page needs, kept from build to build

    def recall(self, kept: Path) -> None:
        """Know again what `remember` put into a file, if it was set by the same KaTeX."""
        try:
            state, answers = json.loads(kept.read_text("utf-8"))
        except (OSError, ValueError):
            return
        if state == self.state():
            self._known.update(((tex, display), {"html": markup}) for tex, display, markup in answers)

    def remember(self, kept: Path, formulas: list[tuple[str, bool]]) -> None:
        """Keep the answers to `formulas` in a file, and no others."""
        answers = [(*formula, self._known[formula].get("html")) for formula in dict.fromkeys(formulas)]
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps([self.state(), [answer for answer in answers if answer[2] is not None]]), "utf-8")

    @staticmethod
    def state() -> str:
        return hashlib.sha256(b"".join(path.read_bytes() for path in SETTER)).hexdigest()

    def _running(self) -> subprocess.Popen:
        if self._process is None or self._owner != os.getpid():  # a process that Sphinx forked needs one of its own
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "encoding": "utf-8"}
            self._process = subprocess.Popen([node_program("katex"), str(WEBSITE / "katex.mjs")], cwd=WEBSITE, **pipes)
            self._owner = os.getpid()
        return self._process


TYPESETTER = Typesetter()


def math_html(tex: str, display: bool, location=None) -> str:
    """HTML of one formula; a TeX error becomes a warning, which the build treats as an error."""
    answer = TYPESETTER.set(tex, display)
    if "error" in answer:
        LOG.warning("%s in formula %r", answer["error"], tex[:80], location=location, type="katex")
        return f"<code>{html.escape(tex)}</code>"
    return answer["html"]


class SetFormulas(SphinxPostTransform):
    """Set all formulas of a page at once, before any of them is written."""

    default_priority = 900
    formats = ("html",)

    def run(self, **kwargs):
        found = self.document.findall(lambda node: isinstance(node, (nodes.math, nodes.math_block, Formula)))
        formulas = [(node.astext(), not isinstance(node, nodes.math)) for node in found]
        kept = Path(self.app.outdir).parent / KEPT / "formulas" / f"{self.env.docname}.json"
        TYPESETTER.recall(kept)
        TYPESETTER.set_all(formulas)
        TYPESETTER.remember(kept, formulas)


def visit_inline(translator, node):
    markup = math_html(node.astext(), False, node)
    if line_ends.UNBROKEN in node.parent.get("classes", ()):
        markup = line_ends.breakable_before_its_end(markup)
    translator.body.append(f'<span class="math">{markup}</span>')
    raise nodes.SkipNode


def visit_block(translator, node):
    translator.body.append(translator.starttag(node, "div", CLASS="math"))
    translator.body.append(math_html(node.astext(), True, node))
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def visit_formula(translator, node):
    translator.body.append(math_html(node.astext(), True, node))
    raise nodes.SkipNode


def setup(app):
    app.add_node(Formula, html=(visit_formula, None))
    app.add_html_math_renderer("katex", (visit_inline, None), (visit_block, None))
    app.add_post_transform(SetFormulas)
    app.add_css_file("katex/katex.css")
    app.connect("build-finished", TYPESETTER.close, priority=999)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
