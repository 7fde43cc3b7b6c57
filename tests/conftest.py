"""How tests are shared out among processes: file by file; those of assignments one assignment at a time, those of the
site's pages one page at a time. Files with many tests come first, so that single pages fill what time is left."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.tiny_book import TinyBook

ASSIGNMENTS = "|".join(path.parent.name for path in Path(__file__).parents[1].glob("assignments/*/questions.py"))


class ByAssignment(LoadScopeScheduling):
    """Tests of one file, of one assignment or of one page go to one process."""

    def _split_scope(self, nodeid: str) -> str:
        file, _, test = nodeid.partition("::")
        if file.endswith("browser/test_pages.py"):
            return nodeid
        name = re.search(rf"\b({ASSIGNMENTS})\b", test.partition("[")[2])
        return f"{file} {name[1]}" if name and file.endswith("test_assignments.py") else file


def pytest_xdist_make_scheduler(config, log):
    return ByAssignment(config, log)


@pytest.fixture
def book(tmp_path):
    return TinyBook(tmp_path)
