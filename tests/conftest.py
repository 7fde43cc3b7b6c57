"""How tests are shared out among processes: file by file; those of assignments one assignment at a time, those of the
site's pages one page at a time. What takes long comes first, so that single pages and small files fill what is left."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.tiny_book import TinyBook

ASSIGNMENTS = "|".join(path.parent.name for path in Path(__file__).parents[1].glob("assignments/*/questions.py"))


#: Files of few tests that take long, the longest first; others take the longer, the more tests they hold.
LONG = ("test_assignments_real.py", "test_grading_classroom.py", "test_practice.py")


class ByAssignment(LoadScopeScheduling):
    """Tests of one file, of one assignment or of one page go to one process."""

    ordered = False

    def _assign_work_unit(self, node) -> None:
        if not self.ordered:
            self.ordered = True
            for name in reversed(LONG):
                for scope in [scope for scope in self.workqueue if name in scope]:
                    self.workqueue.move_to_end(scope, last=False)
        super()._assign_work_unit(node)

    def _split_scope(self, nodeid: str) -> str:
        file, _, test = nodeid.partition("::")
        if file.endswith(("browser/test_pages.py", "test_practice.py")):
            return nodeid
        name = re.search(rf"\b({ASSIGNMENTS})\b", test.partition("[")[2])
        return f"{file} {name[1]}" if name and file.endswith("test_assignments.py") else file


def pytest_xdist_make_scheduler(config, log):
    return ByAssignment(config, log)


@pytest.fixture
def book(tmp_path):
    return TinyBook(tmp_path)


@pytest.fixture
def box(tmp_path):
    """An empty folder for what is found in something that was handed in."""
    folder = tmp_path / "box"
    folder.mkdir()
    return folder
