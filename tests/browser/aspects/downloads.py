"""The notebook that a page offers."""

from __future__ import annotations

from pathlib import PurePosixPath
from urllib.parse import urljoin

import nbformat

from tests.browser.visit import Visit
from website.downloads import FIRST


def is_the_executed_notebook(visit: Visit) -> list[str]:
    """The first link among the facts under the title leads to this page's notebook, with every cell run."""
    link = visit.page.locator(".eer-facts a").first.get_attribute("href")
    answer = visit.page.request.get(urljoin(f"{visit.address}/{visit.path}", link))
    if not answer.ok:
        return [f"{link}: {answer.status}"]
    nb = nbformat.reads(answer.text(), as_version=4)
    code = [cell for cell in nb.cells if cell.cell_type == "code" and cell.source.strip() and cell.id != FIRST]
    skipped = sum(not cell.execution_count for cell in code)
    problems = [f"{skipped} of {len(code)} cells were not run"] if skipped else []
    problems += [] if any(cell.outputs for cell in code) else ["no cell has outputs"]
    named = PurePosixPath(visit.path).stem in PurePosixPath(link).name
    return problems if named else [*problems, f"{link} has another name than the page"]
