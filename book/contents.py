"""The table of contents, `_toc.yml`, read with the lines of its entries: a mistake in it is named where it stands.

Sphinx names no line, and says of a page that YAML lost through its indentation nothing at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from book.nearest import did_you_mean
from book.stored import conflict, text_of

__all__ = ["FILE", "ContentsError", "Page", "pages"]

FILE = "_toc.yml"
#: What may stand at the top, in a part, and in an entry; Jupyter Book knows more, of which this book uses nothing.
TOP = ("root", "format", "parts", "chapters", "title", "options", "defaults", "meta")
PART = ("caption", "chapters", "numbered", "hidden", "maxdepth", "reversed", "titlesonly", "style", "restart_numbering")
ENTRY = ("file", "url", "title", "sections", "options")
REMEDY = "put it below the entry before it, with the same indentation"


class ContentsError(ValueError):
    """`_toc.yml` cannot be used; each line of the message names a line of the file and what helps."""


@dataclass(frozen=True)
class Page:
    """A page of the book: its path without suffix, relative to the root, the line that names it, its part's caption."""

    document: str
    line: int
    part: str = ""


def pages(root: Path) -> list[Page]:
    """Every page that `_toc.yml` names, in reading order, whether its file is there or not.

    Raises
    ------
    ContentsError
        The file is missing, is no YAML, or says something that Jupyter Book would not understand.
    """
    node = _composed(root / FILE)
    reader = _Reader()
    found = list(reader.top(node))
    first: dict[str, int] = {}
    for page in found:
        if page.document in first:
            before = first[page.document]
            reader.complain(page.line, f"{page.document} stands in line {before} already; remove one of the two")
        first.setdefault(page.document, page.line)
    if reader.problems:
        raise ContentsError("\n".join(problem for _, problem in sorted(reader.problems)))
    return found


def _composed(path: Path) -> yaml.Node:
    try:
        text = text_of(path)
    except OSError as problem:
        raise ContentsError(f"{FILE}: {problem.strerror}; restore it (git checkout -- {FILE})") from None
    except ValueError as problem:
        raise ContentsError(f"{FILE}: {problem}") from None
    if line := conflict(text):
        raise ContentsError(f"{FILE}, line {line}: left of a merge; keep one of the two sides and remove the markers")
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if "\t" in line[: len(line) - len(line.lstrip())]:
            raise ContentsError(f"{FILE}, line {number}: begins with a tab; indent with blanks")
    try:
        node = yaml.compose(text, yaml.SafeLoader)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        if "quoted scalar" in str(problem.context):
            line = problem.context_mark.line + 1
            raise ContentsError(f"{FILE}, line {line}: a quotation mark is never closed; close it") from None
        raise ContentsError(f"{FILE}, line {mark.line + 1}: {_why(problem, lines, mark.line)}") from None
    except yaml.YAMLError as problem:
        raise ContentsError(f"{FILE}: {' '.join(str(problem).split())}; restore it (git checkout -- {FILE})") from None
    if node is None:
        raise ContentsError(f"{FILE}: it is empty; restore it (git checkout -- {FILE})")
    return node


def _why(problem: yaml.MarkedYAMLError, lines: list[str], number: int) -> str:
    here = lines[number].strip() if number < len(lines) else ""
    if "mapping values are not allowed" in str(problem.problem):
        return f"“{here}” is indented deeper than the entry that it belongs to, or has two colons; {REMEDY}"
    if "block end" in str(problem.problem):
        return f"“{here}” is indented like nothing above it; {REMEDY}"
    if "could not find expected ':'" in str(problem.problem):
        return f"the line before “{here}” has no colon; an entry is “- file: chapters/part/name”"
    return f"{problem.problem}; compare with the lines above it"


class _Reader:
    """Goes through the tree and collects what is wrong in it."""

    def __init__(self):
        self.problems: list[tuple[int, str]] = []

    def complain(self, line: int, text: str) -> None:
        self.problems.append((line, f"{FILE}, line {line}: {text}"))

    def top(self, node: yaml.Node) -> Iterator[Page]:
        values = self._mapping(node, TOP, "the top of the file")
        if "root" not in values:
            self.complain(1, "there is no first page; add the line “root: index”")
        else:
            yield from self._page(values["root"])
        form = values.get("format")
        if form is None or form.value != "jb-book":
            self.complain(_line(form or node), "the format must be jb-book; write the line “format: jb-book”")
        if "parts" in values and "chapters" in values:
            self.complain(_line(values["chapters"]), "parts and chapters side by side; move these chapters into a part")
        for part in self._list(values.get("parts"), "parts"):
            inner = self._mapping(part, PART, "a part")
            if "chapters" not in inner:
                self.complain(_line(part), "a part without chapters; add “chapters:” and its entries, or remove it")
            caption = inner.get("caption")
            name = caption.value if isinstance(caption, yaml.ScalarNode) else ""
            yield from (replace(page, part=name) for page in self._entries(inner.get("chapters"), "chapters"))
        yield from self._entries(values.get("chapters"), "chapters")

    def _entries(self, node: yaml.Node | None, what: str) -> Iterator[Page]:
        for entry in self._list(node, what):
            if isinstance(entry, yaml.ScalarNode) and entry.value:
                self.complain(_line(entry), f"“{entry.value}” stands without its key; write “- file: {entry.value}”")
                continue
            values = self._mapping(entry, ENTRY, "an entry")
            if ("file" in values) == ("url" in values) and isinstance(entry, yaml.MappingNode):
                self.complain(_line(entry), "an entry has either a file or a url; write “- file: chapters/part/name”")
            if "file" in values:
                yield from self._page(values["file"])
            yield from self._entries(values.get("sections"), "sections")

    def _page(self, node: yaml.Node) -> Iterator[Page]:
        if not isinstance(node, yaml.ScalarNode) or node.tag != "tag:yaml.org,2002:str" or not node.value.strip():
            self.complain(_line(node), "no path of a page; write “file: chapters/part/name”")
            return
        document = node.value.strip().removesuffix(".ipynb").removesuffix(".md")
        if document.startswith(("/", "./", "../")) or "\\" in document:
            tidy = document.replace("\\", "/").lstrip("./")
            self.complain(_line(node), f"{node.value} is not as seen from the book's folder; write {tidy}")
        yield Page(document, _line(node))

    def _list(self, node: yaml.Node | None, key: str) -> list[yaml.Node]:
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            self.complain(_line(node), f"“{key}:” needs entries below it, each after “- ”; add one or remove it")
            return []
        return node.value

    def _mapping(self, node: yaml.Node, allowed: Iterable[str], where: str) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            self.complain(_line(node), f"{where} consists of lines “key: value”; write them so")
            return {}
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else "?"
            if name not in allowed:
                meant = did_you_mean(name, allowed) or f"; it knows {', '.join(allowed)}"
                self.complain(_line(key), f"{where} knows no “{name}”{meant}")
            elif name in found:
                self.complain(_line(key), f"“{name}” a second time; put all of it below the first, or remove one")
            else:
                found[name] = value
        return found


def _line(node: yaml.Node) -> int:
    return node.start_mark.line + 1
