"""Pages show the outputs of the executed copies (book/copies.py), never those of a notebook in the repository.

Also here, because they come from the same copies: the line of facts under each title and the numbers of the front page.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from pathlib import Path

from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.util import logging

from book.chapter import Chapter
from book.copies import executed_path, is_fresh
from book.layers import is_harness
from book.order import ROOT, notebooks
from utils import rendering
from utils.records import OF_EQUATIONS, RECORD_MIME, records
from website.common import repository
from website.executed import code_cells, merged
from website.extensions.layers import TAG

LOG = logging.getLogger(__name__)
#: Pages with {live} numbers.
SHOW_TOTALS = ("index", "what_a_tick_means")
GLUE_MIME = "application/papermill.record/text/plain"


def collect(app):
    """What was checked, claimed and asked in each chapter, and how long it took; read anew where something changed."""
    known, app.env.eer_facts = getattr(app.env, "eer_facts", {}), {}
    for notebook in notebooks():
        document = notebook.with_suffix("").as_posix()
        if not is_fresh(notebook):
            raise ExtensionError(f"{notebook} has no executed copy of its present state; run `make book`")
        state = hashlib.sha256(app.config.eer_code.encode())
        for path in (ROOT / notebook, executed_path(notebook)):
            state.update(path.read_bytes())
        facts = known.get(document, {})
        app.env.eer_facts[document] = facts if facts.get("state") == state.hexdigest() else _facts(notebook, state)
    app.eer_changed = [document for document, facts in app.env.eer_facts.items() if facts is not known.get(document)]


def _facts(notebook: Path, state) -> dict:
    chapter, copy = Chapter(notebook), json.loads(executed_path(notebook).read_text("utf-8"))
    found = [record for cell in copy["cells"] for record in records(cell)]
    checks = [record for record in found if record["kind"] in OF_EQUATIONS]
    evaluated = {record["subject"] for record in checks if "printed" in record}
    return {
        "state": state.hexdigest(),
        "title": chapter.title,
        "needs": chapter.prerequisites,
        "seconds": copy["metadata"]["eer"]["seconds"],
        "cores": copy["metadata"]["eer"]["cores"],
        "minutes": chapter.reading_minutes,
        "core_minutes": chapter.core_minutes,
        "further": {section.cell: section.minutes for section in chapter.further},
        "equations": len({record["subject"] for record in checks}),
        "printed": len(evaluated),
        "checks": len(checks),
        "claims": sum(record["kind"] == "claim" for record in found),
        "exercises": len(chapter.exercises),
        "ticks": _ticks(checks),
    }


def _ticks(checks: list[dict]) -> dict[str, dict]:
    """The tick of each equation: of its first check that evaluated the printed formula, or else of its first."""
    ticks: dict[str, dict] = {}
    for record in [*(r for r in checks if "printed" in r), *checks]:
        ticks.setdefault(record["subject"], rendering.tick(record))
    return ticks


def totals(env) -> dict[str, int]:
    """The numbers of the whole book, which {live} shows."""
    facts = env.eer_facts.values()
    return {"chapters": len(facts)} | {
        k: sum(f[k] for f in facts) for k in ("equations", "printed", "checks", "claims", "exercises")
    }


def outdated(app, env, added, changed, removed):
    """Pages to read again though their files did not change: their outputs did, or the numbers of the whole book."""
    stale = list(app.eer_changed)
    if getattr(env, "eer_totals", None) != totals(env):
        env.eer_totals = totals(env)
        stale += SHOW_TOTALS
    return [document for document in stale if document in env.found_docs]


def source_read(app, document, source):
    if document not in app.env.eer_facts:
        return
    nb = merged(Path(document).with_suffix(".ipynb"))
    mark_layers(nb, app.env.eer_facts[document]["further"])
    glued: dict[str, str] = {}
    for cell in code_cells(nb):
        # notes for book/mutants/ and tests/test_repetition.py, not for readers
        cell.source = re.sub(r" *# (?:no mutant|no misprint|repeated on purpose):.*", "", cell.source)
        for output in cell.outputs:
            data = output.get("data", {})
            if GLUE_MIME in data:  # np.float64(0.5), as NumPy prints it since 2.0, is no number for {glue}
                data[GLUE_MIME] = re.sub(r"^np\.\w+\((.*)\)$", r"\1", data[GLUE_MIME])
                glued[output["metadata"]["scrapbook"]["name"]] = data[GLUE_MIME]
            if RECORD_MIME in data:  # the website makes its own of it (records.py)
                output["data"] = {RECORD_MIME: data[RECORD_MIME]}
    _check_glue(document, nb, glued)
    source[0] = json.dumps(nb)


def mark_layers(nb, further: dict[int, int]):
    """Write the layers (book/layers.py) into a notebook as the website reads them (layers.py).

    Parameters
    ----------
    nb : NotebookNode
        Changed in place.
    further : dict of int to int
        The minutes that each section off the core path takes, by the number of its first cell.
    """
    for number, cell in enumerate(nb.cells, 1):
        if cell.cell_type == "code" and is_harness(cell.metadata):
            cell.metadata["tags"] = [*cell.metadata.get("tags", []), TAG]
        if number in further:
            heading, _, rest = cell.source.partition("\n")
            cell.source = f"{heading}\n\n```{{further}} {further[number]}\n```\n\n{rest}"


def _check_glue(document, nb, glued: dict[str, str]):
    """MyST-NB leaves an empty place where a glued value is missing or does not fit its format; say so instead."""
    for cell in nb.cells:
        for key, spec in re.findall(r"\{glue:text\}`([^`:]+):?([^`]*)`", cell.source) * (cell.cell_type == "markdown"):
            try:
                format(glued[key] if spec in ("", "s") else float(glued[key]), spec)
            except KeyError:
                LOG.warning("{glue} of %r, which no cell glues", key, location=document, type="glue")
            except ValueError:
                LOG.warning("{glue} of %r: %s does not fit :%s", key, glued[key], spec, location=document, type="glue")


def facts_line(app, doctree, document):
    """Put the measured facts below the title and its promise."""
    facts = app.env.eer_facts.get(document)
    if facts is None:
        return
    section = next(doctree.findall(nodes.section))
    position = next((i + 1 for i, node in enumerate(section) if isinstance(node, nodes.paragraph)), 1)
    name, offered = Path(document).name, f"{'../' * document.count('/')}_sources/{document}"
    parts = [
        rendering.WORDS["reading time"].format(core=facts["core_minutes"], all=facts["minutes"]),
        f"ran in {facts['seconds']:.0f} s on {facts['cores']} cores",
        *_counted(facts),
        f'<a href="{offered}.ipynb" download="{name}.ipynb">executed notebook</a>',
        f'<a href="{offered}.zip" download="{name}.zip">{rendering.WORDS["zip"]}</a>',
        *(f'<a href="{html.escape(address)}">{title}</a>' for title, address in launch_links(app, document)),
    ]
    markup = f'<p class="eer-facts">{" · ".join(parts)}</p>'
    section.insert(position, nodes.raw("", markup, format="html"))


def _counted(facts: dict) -> list[str]:
    """How many equations and claims there are, in words; nothing of what there is none."""
    found, equations, claims = [], facts["equations"], facts["claims"]
    if equations:
        checked = f"{equations} equation{'s' * (equations > 1)} checked"
        found.append(checked + f", {facts['printed']} as printed" * bool(facts["printed"]))
    return found + [f"{claims} claim{'s' * (claims > 1)} asserted"] * bool(claims)


def launch_links(app, document) -> list[tuple[str, str]]:
    """Where a page can be run without installing anything; nothing while the repository's address is not set."""
    name = repository()
    if name is None:
        return []
    branch = app.config.html_theme_options.get("repository_branch") or "main"
    colab = f"https://colab.research.google.com/github/{name}/blob/gh-pages/_sources/{document}.ipynb"
    binder = f"https://mybinder.org/v2/gh/{name}/{branch}?urlpath=lab/tree/{document}.ipynb"
    return [("Colab", colab), ("Binder", binder)]


def live_number(name, rawtext, text, lineno, inliner, options=None, content=None):
    """{live}`equations`: a number counted from the executed chapters at build time."""
    env = inliner.document.settings.env
    numbers = totals(env)
    if text not in numbers:
        problem = inliner.reporter.error(f"no live number {text!r}; there are {sorted(numbers)}", line=lineno)
        return [inliner.problematic(rawtext, rawtext, problem)], [problem]
    return [nodes.inline(rawtext, f"{numbers[text]:,}", classes=["eer-live"])], []


def setup(app):
    app.add_role("live", live_number)
    app.connect("builder-inited", collect)
    app.connect("env-get-outdated", outdated)
    app.connect("source-read", source_read)
    app.connect("doctree-resolved", facts_line)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
