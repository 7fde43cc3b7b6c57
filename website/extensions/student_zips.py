"""Each assignment's page offers what learners work with as a zip: `{student-zip}`knn``.

The zips are made before the build (`python -m grading.course.zips`); here they are only linked and copied.
"""

from __future__ import annotations

import html
import shutil
from pathlib import Path

from docutils import nodes
from sphinx.errors import ExtensionError

from grading.course.assignment import load_assignment
from grading.course.zips import kept_zip


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
    """After the build: the zips of the assignments whose pages are in the book."""
    if exception is not None or app.builder.format != "html":
        return
    for document in sorted(app.env.found_docs):
        path = Path(document)
        if path.parts[0] == "assignments" and len(path.parts) == 3:
            kept = kept_zip(path.parts[1])
            if not kept.is_file():
                raise ExtensionError(f"{kept} is not there: run python -m grading.course.zips before the build")
            shutil.copy(kept, Path(app.outdir) / path.with_name(kept.name))


def setup(app):
    app.add_role("student-zip", student_zip)
    app.connect("build-finished", put_zips)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
