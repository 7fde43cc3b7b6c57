"""What a chapter's cells put on record: the facts of a check, claim, figure or command, and nothing of how they look.

`check`, `bound`, `claim`, `show`, `show_frames` and each call of a `Terminal` leave one record each in the executed
notebook, under `RECORD_MIME`. Words and markup are made from it by whoever shows it: utils/rendering.py for JupyterLab,
website/extensions/ for the site.

    {"kind": "check", "subject": "eq-…", "sides": ["by_hand", "autograd"],
     "error": 1e-15, "tolerance": 1e-8 [, "scale": 1.0]}       the largest relative error of its exact sides; and, or
     "standard_errors": 1.2, "allowed": 3.0}                   how far its estimate is from the others
    {"kind": "bound", "subject": "eq-…", "sides": ["lower", "value"], "cases": 40,
     "tightness": {"lower": 1e-3}}                             how near the value came to each bound, relative
    {"kind": "claim", "subject": "the sentence", "found": [["name", "value, as printed"], …]}
    {"kind": "untried", "subject": "the sentence", "tools": ["git"]}      a claim about what could not be run here
    {"kind": "terminal", "commands": [["git status", "what it wrote", exit status], …]}
    {"kind": "missing", "tools": ["git"], "packages": ["git"], "otherwise": "what would be seen"}
    {"kind": "figure", "caption": "…" or None, "drawings": [drawing]       more than one drawing: frames under a slider
     [, "source": "what it was drawn from"]}                               to be shown beside it

A check or bound also says whether its equation was evaluated as it is printed: "not_printed": "a limit", or
"printed": {"parts": ["TeX", "TeX"], "trials": 3, "values": [["TeX of a name", "0.3"]], "value": "1.2",
            "error": 1e-15 and, or "standard_errors": 1.2}     how far the print is from the sides; values of one trial

A drawing is {"svg": "<svg …", "width": pixels, "height": pixels, "alt": "…", "label": "…" or None}. Its colours are
those of `utils.palette.PALETTE`, so that whoever shows it can put another theme's in their place.
"""

from __future__ import annotations

#: The type under which a record travels in the executed notebook.
RECORD_MIME = "application/vnd.every-equation-runs.record+json"


#: Kinds of records whose subject is an equation.
OF_EQUATIONS = frozenset({"check", "bound"})


def records(cell) -> list[dict]:
    """The records among the outputs of one executed code cell, in order."""
    data = (output.get("data", {}) for output in cell.get("outputs", []))
    return [bundle[RECORD_MIME] for bundle in data if RECORD_MIME in bundle]
