"""What the search finds on a page: the page, its sections, labelled equations, theorems, exercises and glossary terms.

Read from the page as it was written, so that numbers and addresses are those that a reader sees. Prose is what counts:
code, outputs, the cards of prerequisites, solutions and lists of references say little about what a place is about.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
#: What is no prose, by tag and by class.
SKIPPED_TAGS = frozenset({"button", "noscript", "pre", "script", "style", "summary", "svg", "thead"})
SKIPPED = frozenset(
    {
        "cell_input",
        "citation",
        "headerlink",
        "katex-html",
        "prerequisites",
        "section-number",
        "solution",
        "toctree-wrapper",
    }
    | {"text_html", "text_plain", "eer-way"}
    | {f"eer-{name}" for name in ("facts", "harness", "legend", "line", "map", "numbers", "slider", "transcript")}
)
BLOCKS = frozenset({"blockquote", "dd", "details", "div", "dt", "figcaption", "li", "p", "section", "td", "tr"})
#: Sections whose text is a list of links or of sources; what their words lead to stands elsewhere.
LISTS = frozenset({"references"})
#: A longer formula within a line stands as … in a snippet.
LONGEST_FORMULA = 24
#: So much of a displayed formula is kept.
LONGEST_EQUATION = 140
SUBSCRIPTS = dict(zip("0123456789+-−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
SUPERSCRIPTS = dict(zip("0123456789+-−=()niT⊤′*", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱᵀᵀ′*", strict=True))
ACCENTS = {"ˉ": "\u0304", "¯": "\u0304", "‾": "\u0304", "^": "\u0302", "ˆ": "\u0302", "~": "\u0303", "˜": "\u0303"}
INVISIBLE = dict.fromkeys(map(ord, "\u2061\u2062\u2063\u200b"))


@dataclass(frozen=True)
class Unit:
    """Something to be found.

    Attributes
    ----------
    kind : str
        page, section, equation, theorem (definitions and algorithms too), exercise or term.
    anchor : str
        Where it stands on its page; empty for the page itself.
    title : str
        As it reads, without the number of a section.
    number : str
        That of a section or page, without the dot at its end.
    path : tuple of str
        Titles of the sections around it, the outermost first, without that of the page.
    text : str
        Its prose.
    """

    kind: str
    anchor: str
    title: str
    number: str = ""
    path: tuple[str, ...] = ()
    text: str = ""


@dataclass
class Element:
    tag: str
    attributes: dict[str, str | None]
    children: list[Element | str] = field(default_factory=list)

    @property
    def classes(self) -> set[str]:
        return set((self.attributes.get("class") or "").split())

    @property
    def anchor(self) -> str:
        return self.attributes.get("id") or ""

    @property
    def elements(self) -> list[Element]:
        return [child for child in self.children if isinstance(child, Element)]

    def find(self, *, tag: str | None = None, name: str | None = None) -> Element | None:
        """The first element below with this tag or class."""
        for child in self.elements:
            if child.tag == tag or (name and name in child.classes):
                return child
            found = child.find(tag=tag, name=name)
            if found:
                return found
        return None


class Tree(HTMLParser):
    """The elements of a well-formed page."""

    def __init__(self, markup: str):
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self._open = [self.root]
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag, attributes):
        element = Element(tag, dict(attributes))
        self._open[-1].children.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag, attributes):
        self._open[-1].children.append(Element(tag, dict(attributes)))

    def handle_endtag(self, tag):
        for depth in range(len(self._open) - 1, 0, -1):
            if self._open[depth].tag == tag:
                del self._open[depth:]
                return

    def handle_data(self, data):
        self._open[-1].children.append(data)


def units(markup: str) -> list[Unit]:
    """What there is to find on a page, in its order; nothing on a page without an article."""
    begin, end = markup.find("<article"), markup.find("</article>")
    article = Tree(markup[max(begin, 0) : end]).root.find(tag="article")  # nothing around it is read
    section = article.find(tag="section") if article else None
    if section is None:
        return []
    found: list[Unit] = []
    _section(section, (), found, top=True)
    return found


def _section(element: Element, path: tuple[str, ...], found: list[Unit], *, top: bool = False) -> None:
    heading = next((child for child in element.elements if re.fullmatch("h[1-6]", child.tag)), None)
    title = prose(heading) if heading else ""
    number = heading and heading.find(name="section-number")
    place, inner = len(found), path if top else (*path, title)
    rest = [child for child in element.children if child is not heading]
    text = _collect(rest, inner, found)
    if title.casefold() in LISTS:
        return
    unit = Unit(
        "page" if top else "section",
        "" if top else element.anchor,
        title,
        _plain("".join(part for part in number.children if isinstance(part, str))).strip(" .") if number else "",
        path,
        _tidy(text),
    )
    found.insert(place, unit)


def _collect(children: list[Element | str], path: tuple[str, ...], found: list[Unit]) -> str:
    """The prose of `children`, and in `found` the units among them."""
    text = []
    for child in children:
        if isinstance(child, str):
            text.append(child)
            continue
        classes, anchor = child.classes, child.anchor
        if child.tag in SKIPPED_TAGS or classes & SKIPPED:
            continue
        if child.tag == "section" and any(re.fullmatch("h[1-6]", inner.tag) for inner in child.elements):
            _section(child, path, found)
        elif "math" in classes and child.tag == "div":
            if anchor.startswith("equation-"):
                name = " ".join(anchor.removeprefix("equation-").removeprefix("eq-").split("-")[1:])
                number = child.find(name="eqno")
                shown = prose(number).lstrip("✓ ") if number else ""
                found.append(Unit("equation", anchor, name, shown, path, _equation(child)))
            text.append(" … ")
        elif "proof" in classes and anchor:
            number, content = child.find(name="caption-number"), child.find(tag="section")
            head = child.find(name="admonition-title")
            words = _collect(content.children, path, found) if content else ""
            label = prose(head) if head else ""
            found.append(Unit("theorem", anchor, label, prose(number) if number else "", path, _tidy(words)))
            text.append(f" {label}. {words} ")
        elif "exercise" in classes:
            head, content = child.find(name="admonition-title"), child.find(tag="section")
            words = _collect(content.children, path, found) if content else ""
            found.append(Unit("exercise", anchor, prose(head) if head else "", "", path, _tidy(words)))
        elif child.tag == "dl" and "glossary" in classes:
            _terms(child, path, found)
        else:
            inside = _collect(child.children, path, found) if not _is_formula(child) else formula(child)
            text.append(f" {inside}{_stop(child, inside)} " if child.tag in BLOCKS else inside)
    return "".join(text)


def _stop(element: Element, text: str) -> str:
    """What separates an item of a list, or the title of a box, from what follows where it ends without a stop."""
    end = ":" if "admonition-title" in element.classes else ";" if element.tag == "li" else ""
    return end if text.strip()[-1:].isalnum() else ""


def _terms(entries: Element, path: tuple[str, ...], found: list[Unit]) -> None:
    names: list[Element] = []
    for entry in entries.elements:
        if entry.tag == "dt":
            names.append(entry)
        elif names:
            first, *others = names
            text = " ".join([*(f"{prose(other)}." for other in others), prose(entry)])
            found.append(Unit("term", first.anchor, prose(first), "", path, _tidy(text)))
            names = []


def prose(element: Element) -> str:
    """Its words, with short formulas."""
    return _tidy(_collect(element.children, (), []))


def _tidy(text: str) -> str:
    text = re.sub(r"\s+", " ", _plain(text)).strip()
    text = re.sub(r" (?=[.,;:!?)](?:\s|$))", "", text)
    return re.sub(r"(?:… ?){2,}", "… ", text).strip()


def _plain(text: str) -> str:
    return text.translate(INVISIBLE).replace("\xa0", " ")


# --- formulas ---------------------------------------------------------------------------------------------------------


def _is_formula(element: Element) -> bool:
    return element.tag == "span" and "math" in element.classes


def formula(element: Element) -> str:
    """A formula within a line as plain text; … where it is long."""
    text = _formula(element)
    return text if len(text) <= LONGEST_FORMULA else "…"


def _equation(element: Element) -> str:
    text = _formula(element).rstrip(" .,;")
    return text if len(text) <= LONGEST_EQUATION else text[:LONGEST_EQUATION].rsplit(" ", 1)[0] + " …"


def _formula(element: Element) -> str:
    mathml = element.find(tag="math")
    if mathml is None:  # what is one row of letters carries no MathML (website/katex.mjs)
        return _plain("".join(_letters(element))).strip()
    return re.sub(r"\s+", " ", _plain(_linear(mathml))).strip()


def _letters(element: Element) -> list[str]:
    found = []
    for child in element.children:
        found += [child] if isinstance(child, str) else _letters(child)
    return found


def _linear(node: Element | str) -> str:
    """MathML in one line."""
    if isinstance(node, str):
        return node
    parts = [_linear(child) for child in node.children if not (isinstance(child, str) and not child.strip())]
    match node.tag:
        case "mo" if "".join(parts) in set("=≤≥<>≈∼→∈+−≠⇒↦≡∝⊂∣⇔"):
            return f" {''.join(parts)} "
        case "annotation":
            return ""
        case "msub" | "munder" if len(parts) == 2:
            return parts[0] + _script(parts[1], SUBSCRIPTS, "_")
        case "msup" if len(parts) == 2:
            return parts[0] + _script(parts[1], SUPERSCRIPTS, "^")
        case "msubsup" | "munderover" if len(parts) == 3:
            return parts[0] + _script(parts[1], SUBSCRIPTS, "_") + _script(parts[2], SUPERSCRIPTS, "^")
        case "mover" if len(parts) == 2:
            return parts[0] + ACCENTS.get(parts[1].strip(), "")
        case "mfrac" if len(parts) == 2:
            return "/".join(_grouped(part) for part in parts)
        case "msqrt":
            return f"√{_grouped(''.join(parts))}"
        case "mtr":
            return " ".join(parts) + "; "
        case _:
            return "".join(parts)


def _script(text: str, letters: dict[str, str], mark: str) -> str:
    text = re.sub(r"\s+", "", text)
    if text and all(letter in letters for letter in text):
        return "".join(letters[letter] for letter in text)
    return f"{mark}{text}" if len(text) == 1 else f"{mark}({text})" if text else ""


def _grouped(text: str) -> str:
    text = text.strip()
    return text if len(text) <= 2 or re.fullmatch(r"[\w.]+", text) else f"({text})"
