"""Says what a sheet leaves open: questions that a mapping answers, refusals, doubts."""

from django.utils.translation import gettext as _

from ledger.reading.columns import SHEET_NAMES, Column, Part, column_named
from ledger.reading.remarks import Remarks
from ledger.reading.result import SheetRead


class Asker:
    """Writes the remarks on one sheet."""

    def __init__(self, sheet: SheetRead, remarks: Remarks) -> None:
        self.sheet, self.remarks = sheet, remarks

    def ask(
        self, field: str, sentence: str, row: int = 0, column: int = 0, found: str = ""
    ) -> None:
        """A question: the field is missing until a mapping answers."""
        if field not in self.sheet.missing:
            self.sheet.missing.append(field)
        rows = self.sheet.heading_rows
        heading = heading_of(field, self.sheet.part)
        at = row or (rows[0] if rows else 1)
        self.remarks.refuse(self.sheet.name, sentence, at, column, heading, found)

    def ask_for(self, column: Column, row: int = 0, found: str = "") -> None:
        """The column is not there."""
        sentence = _(
            "The column “%(heading)s” is missing from the sheet, which is read as “%(part)s”. Add it to"
            " row %(row)s, choose it, or fill it in."
        )
        rows = self.sheet.heading_rows
        words = {
            "heading": column.heading,
            "part": SHEET_NAMES[self.sheet.part] if self.sheet.part else "",
            "row": rows[-1] if rows else 1,
        }
        self.ask(column.field, sentence % words, row, found=found)

    def refuse(self, sentence: str, row: int = 0, column: int = 0, heading: str = "") -> None:
        self.remarks.refuse(self.sheet.name, sentence, row, column, heading, heading)

    def doubt(self, sentence: str, row: int = 0, column: int = 0, heading: str = "") -> None:
        self.remarks.notice(self.sheet.name, sentence, row, column, heading)


def heading_of(field: str, part: Part | None) -> str:
    if field == "money_unit":
        return _("unit of money")
    column = column_named(field, part) if part is not None else None
    return column.heading if column is not None else field


def row_numbers(rows: list[int]) -> str:
    shown = "、".join(str(row) for row in rows[:10])
    return f"{shown}…" if len(rows) > 10 else shown
