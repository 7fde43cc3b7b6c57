"""Records (utils/records.py) on the website: lines of checks and claims, transcripts, figures in both themes' colours.

MyST-NB hands each record to `RecordPlugin`, which makes it nodes of the page; what they need to know of the whole book,
the numbers of equations, is filled in when the page is written.
"""

from __future__ import annotations

import html
import re
from pathlib import Path

from docutils import nodes
from myst_nb.core.render import load_mime_renders
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from utils import rendering
from utils.records import OF_EQUATIONS, RECORD_MIME
from website.extensions import drawings

LOG = logging.getLogger(__name__)


class Line(nodes.General, nodes.Element):
    """What a check, bound or claim found; `kind` says which of them, `subject` of what."""


class Figure(nodes.General, nodes.Element):
    """Drawings, or frames of them under a slider, with a caption."""


class Transcript(nodes.General, nodes.Element):
    """Commands with what they wrote."""


class Missing(nodes.General, nodes.TextElement):
    """Which programs are missing, and what would be seen."""


class Frames(nodes.General, nodes.Element):
    """Several drawings of which one is seen at a time."""


class Frame(nodes.General, nodes.Element):
    """One of them, with its `label`; the first is seen before the reader moves the slider."""


class Drawing(nodes.General, nodes.Element):
    """A drawing (utils/records.py)."""


class Beside(nodes.General, nodes.Element):
    """A drawing and, in `source`, what it was drawn from; below each other where there is no room."""


class Caption(nodes.General, nodes.TextElement):
    """What to look for in a figure."""


class RecordPlugin:
    """What MyST-NB asks for the nodes of an output."""

    mime_priority_overrides = (("*", RECORD_MIME, 1),)

    @staticmethod
    def handle_mime(renderer, data, inline):
        if data.mime_type != RECORD_MIME:
            return None
        record = data.content
        makers = {"figure": figure, "terminal": transcript, "missing": missing}
        node = makers.get(record["kind"], line)(record)
        node["support_smartquotes"] = False  # what was measured is shown as it was measured
        return [node]


def line(record: dict) -> Line:
    subject, label = nodes.inline("", "", classes=["eer-subject"]), record["subject"]
    if record["kind"] in OF_EQUATIONS:
        target = nodes.make_id(f"equation-{label}")
        subject += nodes.reference("", label, refid=target, equation=label, internal=True, classes=["eer-eq"])
    else:
        subject += nodes.Text(label)
    detail = nodes.inline("", rendering.detail(record), classes=["eer-detail"])
    return Line(
        "",
        nodes.Text(f"{rendering.mark(record)} "),
        subject,
        nodes.Text(" "),
        detail,
        kind=record["kind"],
        subject=label,
    )


def transcript(record: dict) -> Transcript:
    pieces = [rendering.transcript(*command) for command in record["commands"]]
    parts = [
        nodes.inline("", text, classes=[f"eer-{part}"]) for piece in pieces for part, text in piece.items() if text
    ]
    return Transcript("", *parts)


def missing(record: dict) -> Missing:
    return Missing("", rendering.missing(record))


def figure(record: dict) -> Figure:
    drawn = [Drawing("", **drawing) for drawing in record["drawings"]]
    if len(drawn) > 1:
        drawn = [Frames("", *(Frame("", drawing, label=drawing["label"]) for drawing in drawn))]
    if "source" in record:
        drawn = [Beside("", *drawn, source=record["source"])]
    node = Figure("", *drawn)
    if record["caption"]:
        node += Caption("", "", *with_formulas(record["caption"]))
    return node


def with_formulas(text: str) -> list[nodes.Node]:
    """Plain text whose $…$ are formulas."""
    pieces = re.split(r"\$([^$]+)\$", text)
    return [nodes.math("", piece) if i % 2 else nodes.Text(piece) for i, piece in enumerate(pieces) if piece]


class AnchorChecks(SphinxTransform):
    """The first check of an equation is where the equation's tick leads."""

    default_priority = 500

    def apply(self, **kwargs):
        seen = set()
        for check in self.document.findall(Line):
            if check["kind"] in OF_EQUATIONS and check["subject"] not in seen:
                seen.add(check["subject"])
                check["ids"].append(f"check-{check['subject']}")


class NumberChecks(SphinxPostTransform):
    """In the lines of checks, the label of an equation becomes its number."""

    default_priority = 400

    def run(self, **kwargs):
        numbers = self.env.toc_fignumbers.get(self.env.docname, {}).get("displaymath", {})
        for link in self.document.findall(lambda node: isinstance(node, nodes.reference) and "equation" in node):
            number = numbers.get(link["refid"])
            if number is None:
                LOG.warning("check of %s, which is no equation of this page", link["equation"], location=link)
                continue
            text = rendering.WORDS["equation"].format(number=".".join(map(str, number)))
            link.children = [nodes.Text(text)]


# how they look in HTML


def visit_line(translator, node):
    translator.body.append(translator.starttag(node, "div", "", CLASS=f"eer-line eer-{node['kind']}"))


def depart_line(translator, node):
    translator.body.append("</div>\n")


def visit_transcript(translator, node):
    lines = [f'<span class="{part["classes"][0]}">{translator.encode(part.astext())}</span>' for part in node]
    translator.body.append(f'<pre class="eer-transcript">{chr(10).join(lines)}</pre>\n')
    raise nodes.SkipNode


def visit_missing(translator, node):
    translator.body.append(translator.starttag(node, "div", "", CLASS="eer-missing"))


def visit_figure(translator, node):
    translator.body.append('<figure class="eer-figure">')


def depart_figure(translator, node):
    translator.body.append("</figure>\n")


def visit_frames(translator, node):
    translator.body.append(f'<div class="eer-frames">{rendering.slider([frame["label"] for frame in node])}')


def visit_frame(translator, node):
    hidden = "" if node.parent.index(node) == 0 else " hidden"
    translator.body.append(f'<div class="eer-frame"{hidden} data-label="{html.escape(node["label"])}">')


def depart_div(translator, node):
    translator.body.append("</div>")


def visit_drawing(translator, node):
    builder = translator.builder
    up = "../" * builder.current_docname.count("/")
    facts = f'alt="{html.escape(node["alt"])}" width="{node["width"]}" height="{node["height"]}"'
    images = [
        f'<img class="only-{theme}" src="{up}{path}" {facts} loading="lazy" decoding="async">'
        for theme, path in drawings.write(node["svg"], Path(builder.outdir)).items()
    ]
    translator.body.append(f'<div class="eer-drawing">{"".join(images)}')


def visit_beside(translator, node):
    source = translator.encode(node["source"])
    translator.body.append(f'<div class="eer-beside"><pre class="eer-source" tabindex="0">{source}</pre>')


def visit_caption(translator, node):
    translator.body.append("<figcaption>")


def depart_caption(translator, node):
    translator.body.append("</figcaption>")


def pass_through(translator, node):
    """Other formats show the words."""


def setup(app):
    # MyST-NB finds plugins among installed packages; the website is none, so it puts its own into the list
    if RecordPlugin not in load_mime_renders():
        load_mime_renders().append(RecordPlugin)
    for node, visitors in {
        Line: (visit_line, depart_line),
        Transcript: (visit_transcript, None),
        Missing: (visit_missing, depart_line),
        Figure: (visit_figure, depart_figure),
        Frames: (visit_frames, depart_div),
        Frame: (visit_frame, depart_div),
        Drawing: (visit_drawing, depart_div),
        Beside: (visit_beside, depart_div),
        Caption: (visit_caption, depart_caption),
    }.items():
        other = (pass_through, pass_through)
        app.add_node(node, html=visitors, latex=other, text=other)
    app.add_transform(AnchorChecks)
    app.add_post_transform(NumberChecks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
