"""Reads all sheets of a workbook.

What is not beyond doubt is a question, which a mapping answers; nothing is taken by a guess.
"""

from typing import Final

from django.utils.translation import gettext as _

from ledger.reading.mapping import NOTHING, Mapping
from ledger.reading.remarks import Remarks
from ledger.reading.result import Reading
from ledger.reading.sheet_reader import SheetReader
from ledger.reading.workbook import Book
from units.ground.refusal import Refusal

MAX_ROWS: Final = 60_000
# The sheets of our own settlement workbook: announced figures, split by shares, are no ledger.
SETTLEMENT: Final = frozenset(("概况", "排名表", "项目明细", "到位资金明细", "校验"))


def read_tables(book: Book, mapping: Mapping = NOTHING) -> Reading:
    """All sheets. Raises Refusal if the workbook as a whole is not for the import."""
    if book.rows > MAX_ROWS:
        sentence = _(
            "The workbook has %(rows)s rows, at most %(most)s can come in at once. Divide it."
        )
        raise Refusal(sentence % {"rows": book.rows, "most": MAX_ROWS}, "file")
    if not book.rows:
        raise Refusal(_("The workbook is empty: no sheet of it has anything in it."), "file")
    if len(SETTLEMENT & {grid.name for grid in book.grids}) >= 3:
        raise Refusal(
            _(
                "This is a settlement workbook that the program has made. Its figures are announced"
                " and split by shares; they do not come in again. Use the filled template."
            ),
            "file",
        )
    remarks = Remarks()
    readers = [SheetReader(grid, book, mapping, remarks) for grid in book.grids]
    reading = Reading([reader.read() for reader in readers], remarks)
    _demand_something(reading, [reader for reader in readers if reader.nearest is not None])
    return reading


def _demand_something(reading: Reading, unknown: "list[SheetReader]") -> None:
    """If no sheet is ours, the unknown ones are refused with what they lack; else they are told."""
    is_any = any(sheet.part for sheet in reading.sheets)
    for reader in unknown:
        reader.tell_unknown(is_refused=not is_any)
    if not is_any and not reading.remarks.refusals:
        raise Refusal(
            _(
                "No sheet of this workbook is understood. It needs sheets such as 单位, 任务, 项目,"
                " 到位资金 with the headings of the template."
            ),
            "file",
        )
