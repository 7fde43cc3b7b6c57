"""Pages show the outputs of the executed copies (book/execute.py), never those of a notebook in the repository.

Also here, because they come from the same copies: the line of facts under each title, the links between checks and
equations, the numbers of the front page, and the executed notebook as the download.
"""

from __future__ import annotations

import html
import re
from pathlib import Path

import nbformat
from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.util import logging

from book.copies import executed_path, is_fresh
from book.order import ROOT, notebooks
from utils.checks import RECORD_MIME
from website.extensions import figures
from website.extensions.book_assets import repository

LOG = logging.getLogger(__name__)
GLUE_MIME = "application/papermill.record/text/plain"
WORDS_PER_MINUTE = 180  # slower than for a novel: there is mathematics


def merged(notebook: Path) -> nbformat.NotebookNode:
    """Today's prose and code of `notebook` (relative to the root) with the outputs of its executed copy."""
    nb = nbformat.read(ROOT / notebook, as_version=4)
    copy = nbformat.read(executed_path(notebook), as_version=4)
    pairs = zip(_code(nb), _code(copy), strict=True)
    for cell, ran in pairs:
        cell.outputs, cell.execution_count = ran.outputs, ran.execution_count
    nb.metadata["eer"] = copy.metadata["eer"]
    return nb


def _code(nb):
    return [cell for cell in nb.cells if cell.cell_type == "code"]


def collect(app):
    """Read every executed copy once: what was checked, claimed and asked, and how long it took."""
    env = app.env
    env.eer_facts, env.eer_checks = {}, {}
    for notebook in notebooks():
        document = notebook.with_suffix("").as_posix()
        if not is_fresh(notebook):
            raise ExtensionError(f"{notebook} has no executed copy of its present state; run `make book`")
        nb = merged(notebook)
        records = [o.data[RECORD_MIME] for c in _code(nb) for o in c.outputs if RECORD_MIME in o.get("data", {})]
        text = "\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")
        checks = [record for record in records if record["kind"] == "check"]
        for record in checks:
            env.eer_checks.setdefault(record["subject"], {"document": document, "detail": _summary(record)})
        env.eer_facts[document] = {
            "fingerprint": nb.metadata["eer"]["fingerprint"],
            "seconds": nb.metadata["eer"]["seconds"],
            "cores": nb.metadata["eer"]["cores"],
            "minutes": max(
                1, round(len(re.sub(r"\$\$.*?\$\$", " x " * 20, text, flags=re.S).split()) / WORDS_PER_MINUTE)
            ),
            "equations": len({record["subject"] for record in checks}),
            "checks": len(checks),
            "claims": sum(record["kind"] == "claim" for record in records),
            "exercises": len(re.findall(r"^`{3,}\{exercise(?:-start)?\}", text, re.M)),
        }


def _summary(record) -> str:
    sides = " = ".join(record["sides"]).replace("_", " ")
    if "error" in record:
        return f"{sides}, relative error {record['error']:.0e}"
    return f"{sides}, {record['standard_errors']:.1f} standard errors apart"


def totals(env) -> dict[str, int]:
    """The numbers of the front page."""
    facts = env.eer_facts.values()
    return {"chapters": len(facts)} | {
        k: sum(f[k] for f in facts) for k in ("equations", "checks", "claims", "exercises")
    }


def outdated(app, env, added, changed, removed):
    """Pages to read again though their files did not change: their outputs did, or the front page's numbers."""
    before = getattr(env, "eer_fingerprints", {})
    now = {document: facts["fingerprint"] for document, facts in env.eer_facts.items()}
    env.eer_fingerprints = now
    stale = [document for document in now if before.get(document) != now[document]]
    if getattr(env, "eer_totals", None) != totals(env) or stale:
        env.eer_totals = totals(env)
        stale.append(app.config.root_doc)
    return [document for document in stale if document in env.found_docs]


def source_read(app, document, source):
    if document not in app.env.eer_facts:
        return
    nb = merged(Path(document).with_suffix(".ipynb"))
    fold_drawing_code(nb)
    for cell in _code(nb):  # notes for book/mutants.py and tests/test_repetition.py, not for readers
        cell.source = re.sub(r" *# (?:no mutant|repeated on purpose):.*", "", cell.source)
    seen: set[str] = set()
    glued: dict[str, str] = {}
    for cell in _code(nb):
        for output in cell.outputs:
            data = output.get("data", {})
            if GLUE_MIME in data:  # np.float64(0.5), as NumPy prints it since 2.0, is no number for {glue}
                data[GLUE_MIME] = re.sub(r"^np\.\w+\((.*)\)$", r"\1", data[GLUE_MIME])
                glued[output["metadata"]["scrapbook"]["name"]] = data[GLUE_MIME]
            if RECORD_MIME in data:
                data["text/html"] = _anchored(data["text/html"], data.pop(RECORD_MIME), seen)
            if "eer-figure" in data.get("text/html", ""):
                data["text/html"] = figures.store(
                    data["text/html"], Path(app.outdir), "../" * document.count("/"), document
                )
    _check_glue(document, nb, glued)
    source[0] = nbformat.writes(nb)


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


def fold_drawing_code(nb):
    """Fold the code that only imports or only draws: on the page the picture comes first. One click shows it."""
    for number, cell in enumerate(_code(nb)):
        shows = any("eer-figure" in output.get("data", {}).get("text/html", "") for output in cell.outputs)
        draws = shows or cell.source.startswith(("def draw_", "def plot_"))
        teaches = re.search(r"^(def (?!draw_|plot_)|class )|\b(check|claim)\(", cell.source, re.M)
        if (number == 0 or draws) and not teaches:
            cell.metadata["tags"] = [*cell.metadata.get("tags", []), "hide-input"]


def _anchored(markup: str, record: dict, seen: set[str]) -> str:
    """The first check of an equation is where the equation's tick leads."""
    if record["kind"] != "check" or record["subject"] in seen:
        return markup
    seen.add(record["subject"])
    return markup.replace("<div ", f'<div id="check-{html.escape(record["subject"])}" ', 1)


def number_links(app, pagename, templatename, context, doctree):
    """In the lines of checks, the label of an equation becomes its number."""
    if pagename in app.env.eer_facts and "body" in context:
        numbers = app.env.toc_fignumbers.get(pagename, {}).get("displaymath", {})

        def numbered(match):
            anchor = nodes.make_id(f"equation-{match[1]}")
            number = ".".join(map(str, numbers.get(anchor, ())))
            return f'<a class="eer-eq" href="#{anchor}">Equation ({number})</a>' if number else match[0]

        pattern = r'<a class="eer-eq" data-eq="([^"]+)"[^>]*>[^<]*</a>'
        context["body"] = re.sub(pattern, numbered, context["body"])


def facts_line(app, doctree, document):
    """Put the measured facts below the title and its promise."""
    facts = app.env.eer_facts.get(document)
    if facts is None:
        return
    section = next(doctree.findall(nodes.section))
    position = next((i + 1 for i, node in enumerate(section) if isinstance(node, nodes.paragraph)), 1)
    name, download = Path(document).name, f"{'../' * document.count('/')}_sources/{document}.ipynb"
    parts = [
        f"{facts['minutes']} min read",
        f"ran in {facts['seconds']:.0f} s on {facts['cores']} cores",
        f"{facts['equations']} equations checked",
        f"{facts['claims']} claims asserted",
        f'<a href="{download}" download="{name}.ipynb">executed notebook</a>',
        *(f'<a href="{html.escape(address)}">{title}</a>' for title, address in launch_links(app, document)),
    ]
    markup = f'<p class="eer-facts">{" · ".join(parts)}</p>'
    section.insert(position, nodes.raw("", markup, format="html"))


def launch_links(app, document) -> list[tuple[str, str]]:
    """Where a page can be run without installing anything; nothing while the repository's address is not set."""
    name = repository()
    if name is None:
        return []
    branch = app.config.html_theme_options.get("repository_branch") or "main"
    colab = f"https://colab.research.google.com/github/{name}/blob/gh-pages/_sources/{document}.ipynb"
    binder = f"https://mybinder.org/v2/gh/{name}/{branch}?urlpath=lab/tree/{document}.ipynb"
    return [("Colab", colab), ("Binder", binder)]


def publish_notebooks(app, exception):
    """The download of a page is its executed notebook, which also runs where `utils` is not installed (Colab)."""
    if exception or app.builder.format != "html":
        return
    name = repository()
    for document in app.env.eer_facts:
        nb = merged(Path(document).with_suffix(".ipynb"))
        if name:
            install = f'%pip install -q --no-deps "git+https://github.com/{name}"'
            source = f"try:\n    import utils\nexcept ModuleNotFoundError:\n    {install}"
            nb.cells.insert(0, nbformat.v4.new_code_cell(source, id="install-utils"))
        target = Path(app.outdir) / "_sources" / f"{document}.ipynb"
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(nb, target)


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
    app.connect("html-page-context", number_links)
    app.connect("build-finished", publish_notebooks)
    return {"parallel_read_safe": False, "parallel_write_safe": False}
