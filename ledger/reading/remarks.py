"""Remarks on a workbook: refusals and notices, each with its place.

A remark goes to the page, the command line and the marked workbook alike.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence about a cell, a row (no column) or a sheet (row 0).

    ``column`` counts from 1; 0 is none. ``found`` is the cell's content.
    """

    sheet: str
    row: int
    column: int
    heading: str
    found: str
    sentence: str

    @property
    def letter(self) -> str:
        return column_letters(self.column)

    @property
    def cell(self) -> str:
        """``C12``, the row alone, or empty."""
        return f"{self.letter}{self.row}" if self.row else ""

    def plain(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, plain: dict[str, Any]) -> Self:
        return cls(**plain)


@dataclass(slots=True)
class Remarks:
    """All remarks on one workbook, in the order of sheets, rows and columns.

    ``unread`` names the parts of which a whole sheet is refused.
    """

    refusals: list[Remark] = field(default_factory=list)
    notices: list[Remark] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)

    def refuse(
        self,
        sheet: str,
        sentence: str | Promise,
        row: int = 0,
        column: int = 0,
        heading: str = "",
        found: str = "",
    ) -> None:
        self.refusals.append(Remark(sheet, row, column, heading, found[:200], str(sentence)))

    def notice(
        self,
        sheet: str,
        sentence: str | Promise,
        row: int = 0,
        column: int = 0,
        heading: str = "",
        found: str = "",
    ) -> None:
        self.notices.append(Remark(sheet, row, column, heading, found[:200], str(sentence)))

    def __iter__(self) -> Iterator[Remark]:
        yield from self.refusals
        yield from self.notices


def column_letters(number: int) -> str:
    """``C`` for 3."""
    letters = ""
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(65 + letter) + letters
    return letters
