"""What a chapter states is verified: every labelled equation by a check, every claim with what was measured."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from book.chapter import Chapter
from book.rules.violation import Violation

#: Share of a chapter's labelled equations that are evaluated as they are printed; one may always be left out.
EVALUATED = 0.8
#: Parts of the book whose chapters may state no equation; they claim what commands do.
WITHOUT_EQUATIONS = frozenset({"practice"})


def equations_are_checked(chapter: Chapter) -> Iterator[Violation]:
    checked: dict[str, int] = {}
    for check in chapter.checks:
        if isinstance(check.label, str):
            checked.setdefault(check.label, check.cell)
        else:
            remedy = 'Write the label out: check("eq-…", …)'
            yield Violation(chapter.path, check.cell, "a check whose label is computed", remedy)
    written = {equation.label: equation.written for equation in reversed(chapter.equations)}
    for label, n in chapter.labels.items():
        if not re.fullmatch(r"eq-[\w:.-]+", written[label]):
            message = f"equation label '{written[label]}' is not eq- and a name without spaces"
            remedy = f"Name it 'eq-{re.sub('[^a-z0-9]+', '-', label.lower()).strip('-')}'"
            yield Violation(chapter.path, n, message, remedy)
        elif label not in checked:
            remedy = f'Add check("{label}", …) with two independent computations'
            yield Violation(chapter.path, n, f"equation '{label}' has no check", remedy)
    for label, n in checked.items():
        if label not in chapter.labels:
            remedy = f"Label the equation: $$ … $$ ({label})"
            yield Violation(chapter.path, n, f"check names '{label}', which no equation has", remedy)
    if not chapter.labels and chapter.path.parent.name in WITHOUT_EQUATIONS:
        if not chapter.claims:
            yield Violation(chapter.path, 0, "nothing is asserted", "Claim what the commands do")
    elif not chapter.labels:
        yield Violation(chapter.path, 0, "no labelled equation", "Label each display equation that states a result")


def equations_are_evaluated(chapter: Chapter) -> Iterator[Violation]:
    """Each labelled equation is evaluated as it is printed, or it says why not; most of them are."""
    checked = {check.label for check in chapter.checks if isinstance(check.label, str)}
    reasons = {label: reason for label, reason in chapter.prints.items() if label in checked}
    for label in (label for label, reason in reasons.items() if reason is None):
        message = f"'{label}' is not evaluated as it is printed, and nothing says why"
        remedy = 'Bind its names, printed={"A": A}, or say why not: not_printed="a limit"'
        yield Violation(chapter.path, chapter.labels[label], message, remedy)
    given = [label for label, reason in reasons.items() if reason]
    if len(given) > 1 and len(chapter.labels) - len(given) < EVALUATED * len(chapter.labels):
        message = f"{len(given)} of {len(chapter.labels)} labelled equations are not evaluated as they are printed"
        remedy = f"Bind the names of more of them: {EVALUATED:.0%} of a chapter's equations are"
        yield Violation(chapter.path, chapter.labels[given[0]], message, remedy)


def bindings_are_literal(chapter: Chapter) -> Iterator[Violation]:
    """The reader sees what the names of a printed formula are bound to, and why one is not evaluated."""
    for check in chapter.checks:
        given = {keyword.arg: keyword.value for keyword in check.call.keywords}
        printed, phrase = given.get("printed"), given.get("not_printed")
        if printed is not None and not isinstance(printed, (ast.Dict, ast.List, ast.ListComp, ast.Name)):
            message = f"the bindings of '{check.label}' are computed: {ast.unparse(printed)[:60]}"
            remedy = 'Write them out: printed={"A": A}, a list of such dicts, or the name of one'
            yield Violation(chapter.path, check.cell, message, remedy)
        if phrase is not None and not (isinstance(phrase, ast.Constant) and isinstance(phrase.value, str)):
            remedy = 'Write it out: not_printed="a limit"'
            yield Violation(chapter.path, check.cell, f"why '{check.label}' is not printed is computed", remedy)


def labels_are_equations(chapter: Chapter) -> Iterator[Violation]:
    """What looks like a labelled equation is one on the website too."""
    for paragraph in chapter.paragraphs:
        for label in re.findall(r"\$\$\s*\(([^)$]+)\)", paragraph.text):
            message = f"'{label}' labels no equation: $$ … $$ stands in a line of text"
            yield Violation(chapter.path, paragraph.cell, message, "Put it between blank lines")
    for directive in chapter.directives:
        label = directive.options.get("label", "")
        if label.startswith("eq-") and label not in chapter.labels:
            message = f"label '{label}' of {{{directive.name}}}, which is no equation"
            yield Violation(chapter.path, directive.cell, message, "Begin it otherwise: thm-…, ex-…")


def claims_show_values(chapter: Chapter) -> Iterator[Violation]:
    for claim in chapter.claims:
        if not [keyword for keyword in claim.call.keywords if keyword.arg not in {"sentence", "holds"}]:
            remedy = "Pass it by name: claim(…, order=order)"
            yield Violation(chapter.path, claim.cell, "a claim without a measured value", remedy)
