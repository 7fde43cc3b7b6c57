"""Whether a book holds together: files are named and there, are XML, and every link has its place; then epubcheck."""

from __future__ import annotations

import io
import json
import posixpath
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree as ET
import zipfile
from collections import Counter
from pathlib import Path

from website.epub.package import FOLDER, PACKAGE
from website.epub.page import XHTML, XLINK
from website.paper.document import ELSEWHERE

OPF = "{http://www.idpf.org/2007/opf}"
#: Attributes that lead to a file or a place.
LEADING = ("href", "src", f"{{{XLINK}}}href")


def problems(book: bytes) -> list[str]:
    """What is wrong with a book, without any program: a line for each problem."""
    archive = zipfile.ZipFile(io.BytesIO(book))
    first, names = archive.infolist()[0], archive.namelist()
    found = []
    if (first.filename, first.compress_type) != ("mimetype", zipfile.ZIP_STORED):
        found.append("the archive does not begin with its type, uncompressed")
    files = {name.removeprefix(f"{FOLDER}/"): archive.read(name) for name in names if name.startswith(f"{FOLDER}/")}
    trees = {}
    for name, content in files.items():
        if name.endswith((".xhtml", ".svg", ".opf")):
            try:
                trees[name] = ET.fromstring(content)
            except ET.ParseError as problem:
                found.append(f"{name}: {problem}")
    if PACKAGE not in trees:
        return [*found, f"{PACKAGE} is missing"]
    items = {item.get("href"): item for item in trees[PACKAGE].iter(f"{OPF}item")}
    found += [f"{name} is named, and missing" for name in items if name not in files]
    found += [f"{name} is there, and not named" for name in files if name not in {*items, PACKAGE}]
    read = {item.get("idref") for item in trees[PACKAGE].iter(f"{OPF}itemref")}
    texts = {name: item.get("id") for name, item in items.items() if name.endswith(".xhtml")}
    found += [f"{name} is never read" for name, its_id in texts.items() if its_id not in read]
    places = {name: Counter(e.get("id") for e in tree.iter() if e.get("id")) for name, tree in trees.items()}
    for name, tree in trees.items():
        if name != PACKAGE:
            found += [f"{name}: id {place} stands {n} times" for place, n in places[name].items() if n > 1]
            found += _lost(name, tree, files, places)
        if name.endswith(".xhtml"):
            found += [f"{name}: a picture without a text" for e in tree.iter(f"{{{XHTML}}}img") if not e.get("alt")]
    return found


def _lost(name: str, tree: ET.Element, files: dict[str, bytes], places: dict[str, Counter]) -> list[str]:
    """The links of a document that lead nowhere."""
    found = []
    for address in (element.get(attribute) for element in tree.iter() for attribute in LEADING):
        if address is None or ELSEWHERE.match(address):
            continue
        path, _, place = address.partition("#")
        target = posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path else name
        if target not in files:
            found.append(f"{name}: {address} is missing")
        elif place and place not in places.get(target, ()):
            found.append(f"{name}: {address} has no place")
    return found


def epubcheck(book: bytes) -> list[str] | None:
    """What epubcheck says against a book; None where it is not on this machine."""
    program = _program()
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        file, answer = Path(folder, "book.epub"), Path(folder, "answer.json")
        file.write_bytes(book)
        run = subprocess.run([*program, str(file), "--json", str(answer)], capture_output=True, text=True)
        if not answer.is_file():
            return [f"epubcheck did not answer: {(run.stderr or run.stdout).strip()[:500]}"]
        said = json.loads(answer.read_text("utf-8"))["messages"]
    return [_message(message) for message in said if message["severity"] in ("FATAL", "ERROR", "WARNING")]


def _program() -> list[str] | None:
    """How epubcheck is called; Debian's is an archive of Java, which not every machine starts by its name."""
    found = shutil.which("epubcheck")
    if found is None:
        return None
    with Path(found).open("rb") as file:
        archive = file.read(2) == b"PK"
    return ["java", "-jar", str(Path(found).resolve())] if archive else [found]


def _message(message: dict) -> str:
    places = message["locations"]
    first = f"{places[0]['path']}, line {places[0]['line']}" if places else "the book"
    more = f" (and {len(places) - 1} places more)" if len(places) > 1 else ""
    return f"{message['severity'].lower()} {message['ID']}: {first}{more}: {message['message']}"
