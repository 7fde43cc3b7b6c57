"""The words and the look of a record (utils/records.py), made from the record alone.

Here are the words in which readers meet checks, bounds, claims and figures, on the website and in JupyterLab, the
colours of both themes, and the simple HTML that JupyterLab shows. Nothing here changes what a chapter computes: after a
change no chapter runs again.
"""

from __future__ import annotations

import hashlib
import html
import itertools
import re

from utils.palette import PALETTE
from utils.records import OF_EQUATIONS, RECORD_MIME

#: What readers read, in one place for whoever translates it.
WORDS = {
    "relative error": "largest relative error {error:.1e} (tolerance {tolerance:g})",
    "scaled error": "largest error in units of {scale:g}: {error:.1e} (tolerance {tolerance:g})",
    "standard errors": "{standard_errors:.2f} standard errors apart (allowed {allowed:g})",
    "tightness": "{cases} cases, nearest to its bound: {nearest} (relative)",
    "on print": "formula evaluated as printed, on {trials} {inputs}{found}",
    "input": "input",
    "inputs": "inputs",
    "not on print": "not evaluated as printed: {not_printed}",
    "print alone": "compared with the printed formula where the book is built",
    "tick, code": "Code of the formula checked on this page: {sides}{found}",
    "tick, print": "Printed formula evaluated on this page, on {trials} {inputs}: {sides}{found}",
    "tick, exact": ", relative error {error:.0e}",
    "tick, estimated": ", {standard_errors:.1f} standard errors apart",
    "tick, bound": ", {cases} cases",
    "tick, trial": ". For example {values} gives {value}",
    "equation": "Equation ({number})",
    "frame": "Frame",
    "prompt": "$ ",
    "prompt, continued": "> ",
    "status": "[exit status {status}]",
    "missing": "Not on this machine: {tools}.",
    "remedy, packages": "On Debian or Ubuntu: apt-get install {packages}.",
    "remedy, environment": "`make environment` brings it.",
    "untried": "not tried: {tools} is not on this machine",
    "fold, check": "how this was checked",
    "fold, figure": "code of the figure",
    "fold, other": "preparation",
    "fold, line": "1 line",
    "fold, lines": "{lines} lines",
    "further": "Further: another {minutes} min",
    "reading time": "{core} min for the core, {all} min for everything",
    "zip": "the same with all it needs (zip)",
    "way": "Before and behind this chapter",
    "needs": "This chapter needs",
    "needs, nothing": "no other chapter",
    "leads to": "It leads to",
    "leads to, nothing": "no other chapter so directly",
    "map": "The map of all chapters",
}

#: The tick of an equation whose printed formula was evaluated, and of one whose code was checked.
TICKS = {"print": "✓✓", "code": "✓"}

#: The colours of each theme by name; the website draws every figure once in each.
THEMES = {
    "light": PALETTE | {"page": "#ffffff"},
    "dark": {
        "blue": "#5ab4ee",
        "orange": "#ff8c42",
        "green": "#2fc79f",
        "purple": "#e39cc9",
        "gold": "#e8b93a",
        "sky": "#8ad3f2",
        "ink": "#e6edf3",
        "muted": "#9aa4af",
        "page": "#121212",
    },
}

#: JupyterLab's own colours, for where the website's are not defined.
_JUPYTERLAB = {"ink": "--jp-ui-font-color1", "muted": "--jp-ui-font-color2", "page": "--jp-layout-color0"}
_DRAWN = {colour: name for name, colour in PALETTE.items()}
_NUMBER = itertools.count()

#: Names of so many characters are spoken in a title; longer ones are whole expressions.
LONGEST = 10
#: Greek letters and other signs by their names in TeX, for where there is plain text only.
SIGNS = {
    **dict(alpha="α", beta="β", gamma="γ", delta="δ", epsilon="ε", varepsilon="ε", zeta="ζ", eta="η", theta="θ"),
    **dict(kappa="κ", mu="μ", nu="ν", xi="ξ", pi="π", rho="ρ", sigma="σ", tau="τ", phi="φ", varphi="φ"),
    **dict(chi="χ", psi="ψ", omega="ω", Gamma="Γ", Delta="Δ", Theta="Θ", Lambda="Λ", Xi="Ξ", Pi="Π", Sigma="Σ"),
    **dict(Phi="Φ", Psi="Ψ", Omega="Ω", nabla="∇", partial="∂", top="⊤", cdot="·", star="*", mid="|"),
    "lambda": "λ",
}


def bundle(record: dict) -> dict:
    """What a cell displays: the record, the same as text, and as HTML for JupyterLab."""
    return {RECORD_MIME: record, "text/plain": as_text(record), "text/html": as_html(record, f"{next(_NUMBER)}")}


def sides(record: dict) -> str:
    """The sides of a check or bound in words: by hand = autograd, lower ≤ value."""
    return (" ≤ " if record["kind"] == "bound" else " = ").join(record["sides"]).replace("_", " ")


def detail(record: dict) -> str:
    """What a check compared and how well, how near a bound is reached, or what a claim found."""
    if record["kind"] == "untried":
        return WORDS["untried"].format(tools=", ".join(record["tools"]))
    if record["kind"] == "claim":
        return ", ".join(f"{name.replace('_', ' ')} = {value}" for name, value in record["found"])
    parts = [sides(record)]
    if record["kind"] == "bound":
        nearest = ", ".join(f"{name} {gap:.1e}" for name, gap in record["tightness"].items())
        parts.append(WORDS["tightness"].format(**record | {"nearest": nearest}))
    if "error" in record:
        parts.append(WORDS["scaled error" if "scale" in record else "relative error"].format(**record))
    if "standard_errors" in record:
        parts.append(WORDS["standard errors"].format(**record))
    if "printed" in record:
        found = _found(record["printed"]) if len(record["sides"]) < 2 else ""
        parts.append(WORDS["on print"].format(**_trials(record), found=found))
    elif "not_printed" in record:
        parts.append(WORDS["not on print"].format(**record))
    elif len(record["sides"]) < 2:
        parts.append(WORDS["print alone"])
    return " · ".join(parts)


def tick(record: dict) -> dict:
    """The tick of an equation, from the record of its check or bound: its `glyph`, and the `title` that it has."""
    kind, facts = ("print" if "printed" in record else "code"), record | {"sides": sides(record)}
    measured = record if {"error", "standard_errors"} & set(record) else record.get("printed", {})
    found = WORDS["tick, bound"].format(**record) if record["kind"] == "bound" else _found(measured)
    title = WORDS[f"tick, {kind}"].format(**facts, **_trials(record), found=found)
    return {"kind": kind, "glyph": TICKS[kind], "title": title + _one_trial(record)}


def _found(measured: dict) -> str:
    """How far sides are apart."""
    if "error" in measured:
        return WORDS["tick, exact"].format(**measured)
    return WORDS["tick, estimated"].format(**measured) if "standard_errors" in measured else ""


def _trials(record: dict) -> dict:
    trials = record.get("printed", {}).get("trials", 0)
    return {"trials": trials, "inputs": WORDS["input" if trials == 1 else "inputs"]}


def _one_trial(record: dict) -> str:
    """What the printed formula was evaluated on once, and what it gave."""
    printed = record.get("printed", {})
    values = [f"{spoken(name)} = {value}" for name, value in printed.get("values", []) if len(spoken(name)) <= LONGEST]
    if not (values and printed["value"]):
        return ""
    return WORDS["tick, trial"].format(values=", ".join(values[:4]), value=printed["value"])


def spoken(name: str) -> str:
    """A short piece of TeX in plain text: x for \\mathbf{x}, λ_max for \\lambda_{\\max}."""
    name = re.sub(r"\\(?:mathbf|boldsymbol|mathrm|mathbb|mathcal|operatorname|text)\b\*?", "", name)
    name = re.sub(r"\\([A-Za-z]+) ?", lambda found: SIGNS.get(found[1], found[1]), name)
    return re.sub(r"\\[,;:! ]|[{}]", "", name.replace(r"\|", "‖"))


def as_text(record: dict) -> str:
    """A record in plain text: one line for a check, bound or claim, the text alternatives of a figure, a transcript."""
    if record["kind"] == "figure":
        return "\n".join(drawing["alt"] for drawing in record["drawings"])
    if record["kind"] == "terminal":
        return "\n".join(text for command in record["commands"] for text in transcript(*command).values() if text)
    if record["kind"] == "missing":
        return missing(record)
    return f"{mark(record)} {record['subject']}   {detail(record)}"


def mark(record: dict) -> str:
    """What begins the line of a check, bound or claim."""
    return "–" if record["kind"] == "untried" else "✓"


def transcript(command: str, output: str, status: int) -> dict[str, str]:
    """What a terminal shows of one command: its lines behind prompts, what it wrote, its exit status where not 0."""
    typed, begins = [], True
    for line in command.splitlines():
        typed.append(WORDS["prompt" if begins else "prompt, continued"] + line)
        begins = begins and line.startswith("#")
    ended = WORDS["status"].format(status=status) if status else ""
    return {"typed": "\n".join(typed), "output": output.removesuffix("\n"), "status": ended}


def missing(record: dict) -> str:
    """Which programs a cell needs that the machine has not got, and what would be seen."""
    remedy = WORDS["remedy, packages" if record["packages"] else "remedy, environment"]
    line = f"{WORDS['missing']} {remedy}".format(
        tools=", ".join(record["tools"]), packages=" ".join(record["packages"])
    )
    return f"{line} {record['otherwise']}".strip()


def as_html(record: dict, name: str) -> str:
    """A record in HTML that needs no stylesheet; `name` is one that no other output of the page has."""
    if record["kind"] == "terminal":
        return _terminal(record)
    if record["kind"] == "missing":
        return f"<div>{html.escape(missing(record))}</div>"
    return _figure(record, name) if record["kind"] == "figure" else _line(record)


def in_theme(svg: str, theme: str) -> str:
    """A drawing in the colours of one theme, "light" or "dark"."""
    return _recoloured(svg, THEMES[theme].__getitem__)


def _recoloured(svg: str, colour) -> str:
    return re.sub("|".join(_DRAWN), lambda found: colour(_DRAWN[found[0]]), svg)


def _variable(name: str) -> str:
    fallback = f"var({_JUPYTERLAB[name]}, {PALETTE[name]})" if name in _JUPYTERLAB else PALETTE[name]
    return f"var(--eer-{name}, {fallback})"


def slider(labels: list[str]) -> str:
    """The control of frames: a range that shows one `.eer-frame` of its `.eer-frames` at a time, and its label."""
    react = (
        "const f=this.closest('.eer-frames'),s=[...f.querySelectorAll('.eer-frame')];"
        "f.querySelectorAll('img').forEach(i=>i.loading='eager');"
        "s.forEach((e,i)=>e.hidden=i!=this.value);const l=s[this.value].dataset.label;"
        "f.querySelector('output').value=l;this.setAttribute('aria-valuetext',l)"
    )
    first = html.escape(labels[0])
    return (
        f'<div class="eer-slider"><input type="range" min="0" max="{len(labels) - 1}" value="0" step="1" '
        f'aria-label="{WORDS["frame"]}" aria-valuetext="{first}" oninput="{html.escape(react)}">'
        f"<output>{first}</output></div>"
    )


def _line(record: dict) -> str:
    subject = html.escape(record["subject"])
    if record["kind"] in OF_EQUATIONS:
        subject = f'<a href="#equation-{subject}">{subject}</a>'
    colour = "" if record["kind"] == "untried" else ' style="color:#1a7f37"'
    return f"<div{colour}>{mark(record)} {subject} {html.escape(detail(record))}</div>"


def _terminal(record: dict) -> str:
    looks = {"typed": "font-weight:bold", "output": "", "status": "font-style:italic"}
    lines = [
        f'<span style="{looks[part]}">{html.escape(text)}</span>'
        for command in record["commands"]
        for part, text in transcript(*command).items()
        if text
    ]
    return f'<pre style="margin:0">{chr(10).join(lines)}</pre>'


def _figure(record: dict, name: str) -> str:
    drawings = record["drawings"]
    markup = [_drawing(drawing, f"{name}-{number}") for number, drawing in enumerate(drawings)]
    if len(drawings) > 1:
        labels = [drawing["label"] for drawing in drawings]
        frames = [
            f'<div class="eer-frame"{" hidden" if number else ""} data-label="{html.escape(label)}">{drawing}</div>'
            for number, (label, drawing) in enumerate(zip(labels, markup, strict=True))
        ]
        markup = ['<div class="eer-frames">', slider(labels), *frames, "</div>"]
    if "source" in record:
        looks = ("margin:0;flex:1 1 22em;overflow:auto;text-align:left", "flex:1 1 14em")
        source = f'<pre style="{looks[0]}">{html.escape(record["source"], quote=False)}</pre>'
        row = "display:flex;flex-wrap:wrap;gap:1em;align-items:center"
        markup = [f'<div style="{row}">{source}<div style="{looks[1]}">', *markup, "</div></div>"]
    if record["caption"]:
        markup.append(f"<figcaption>{html.escape(record['caption'], quote=False)}</figcaption>")
    return f'<figure class="eer-figure" style="margin:1em 0">{"".join(markup)}</figure>'


def _drawing(drawing: dict, name: str) -> str:
    """A drawing inside a page: it follows the theme by CSS variables, and no other drawing has its ids."""
    svg = _recoloured(drawing["svg"], _variable)  # Matplotlib writes colours in style="…", where var() is allowed
    prefix = f"f{hashlib.sha1(drawing['svg'].encode()).hexdigest()[:8]}-{name}"
    svg = re.sub(r'( id="|href="#|url\(#)', rf"\g<1>{prefix}-", svg)
    look = f'role="img" aria-label="{html.escape(drawing["alt"])}" style="max-width:100%;height:auto"'
    return svg.replace("<svg ", f"<svg {look} ", 1)
