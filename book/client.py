"""What runs a notebook cell by cell (nbclient), as chapters need it."""

from __future__ import annotations

from nbclient import NotebookClient

from book import probe
from book.chapter import Chapter

#: Seconds that a kernel gets after its last cell for removing what its chapter has made, on a disk that others use too.
CLEARING = 60


class Client(NotebookClient):
    """A client that hands the kernel the printed formulas before the first code cell.

    After that cell and after the last one it asks the kernel what it has loaded and used.
    """

    reports: tuple[probe.Report, ...] = ()

    async def async_execute_cell(self, cell, cell_index, *arguments, **keywords):
        numbers = [number for number, cell in enumerate(self.nb.cells) if cell.cell_type == "code"]
        formulas = Chapter.of(self.nb, "chapter.ipynb").printed_formulas if cell_index in numbers[:1] else {}
        if formulas:
            probe.value(await self._evaluate(probe.hand_over(formulas)))
        ran = await super().async_execute_cell(cell, cell_index, *arguments, **keywords)
        if cell_index in (numbers[:1] + numbers[-1:]):
            self.reports += (probe.answer(await self._evaluate(probe.QUESTION)),)
        if cell_index in numbers[-1:]:
            self.km.shutdown_wait_time = CLEARING
        return ran

    async def _evaluate(self, expression: str) -> dict:
        """The kernel's reply to an expression; nothing of it shows in the notebook."""
        message = self.kc.execute("", silent=True, user_expressions={"report": expression})
        return await self.async_wait_for_reply(message)
