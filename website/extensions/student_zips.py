"""Each assignment's page offers what learners work with as a zip: `{student-zip}`knn``."""

from __future__ import annotations

import hashlib
import html
import shutil
from pathlib import Path

from docutils import nodes

from grading.assignment import ROOT, load_assignment
from grading.release import make_student_zip

#: Where zips are kept between builds, with the fingerprint of what is in them.
KEPT = ROOT / "_build" / "student-zips"


def student_zip(name, rawtext, text, lineno, inliner, options=None, content=None):
    """A link to the student's zip of an assignment, beside whose page it stands."""
    try:
        load_assignment(text)
    except ValueError as problem:
        message = inliner.reporter.error(str(problem), line=lineno)
        return [inliner.problematic(rawtext, rawtext, message)], [message]
    file = html.escape(f"{text}-student.zip")
    return [nodes.raw("", f'<a href="{file}" download="{file}">{file}</a>', format="html")], []


def put_zips(app, exception):
    """After the build: the zips of the assignments whose pages are in the book, made anew where something changed."""
    if exception is not None or app.builder.format != "html":
        return
    for document in sorted(app.env.found_docs):
        path = Path(document)
        if path.parts[0] == "assignments" and len(path.parts) == 3:
            shutil.copy(_kept(path.parts[1]), Path(app.outdir) / path.with_name(f"{path.parts[1]}-student.zip"))


def _kept(name: str) -> Path:
    assignment, fingerprint = load_assignment(name), hashlib.sha256()
    folders = [assignment.folder, ROOT / "grading", ROOT / "utils"]
    for path in sorted(file for folder in folders for file in folder.rglob("*.*") if "__pycache__" not in file.parts):
        fingerprint.update(path.read_bytes())
    kept, mark = KEPT / f"{name}-student.zip", KEPT / f"{name}.fingerprint"
    if not (kept.is_file() and mark.is_file() and mark.read_text() == fingerprint.hexdigest()):
        KEPT.mkdir(parents=True, exist_ok=True)
        mark.unlink(missing_ok=True)
        make_student_zip(assignment, kept)
        mark.write_text(fingerprint.hexdigest())
    return kept


def setup(app):
    app.add_role("student-zip", student_zip)
    app.connect("build-finished", put_zips)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
