"""What a rule reports."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Violation:
    """One broken rule: where, what, and what to do about it. `cell` counts from 1; 0 is the notebook as a whole."""

    notebook: Path
    cell: int
    message: str
    remedy: str

    def __str__(self) -> str:
        where = f"cell {self.cell}" if self.cell else "notebook"
        return f"{self.notebook}, {where}: {self.message}. {self.remedy}"
