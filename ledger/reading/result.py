"""What was read of a workbook, sheet by sheet: the value that page, command and plan share."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from ledger.reading.columns import Part
from ledger.reading.mapping import How
from ledger.reading.remarks import Remarks, column_letters
from ledger.reading.sections import Section


@dataclass(frozen=True, slots=True)
class ColumnRead:
    """A column of a sheet. ``place`` counts from 0; ``field`` is empty if it is left out.

    ``how`` is None for a column that nothing is known of. A guessed field is an offer.
    """

    place: int
    heading: str
    field: str = ""
    how: How | None = None
    is_hidden: bool = False

    @property
    def letter(self) -> str:
        return column_letters(self.place + 1)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row under the headings that is no record, with the reason in words."""

    row: int
    why: str


@dataclass(frozen=True, slots=True)
class StatedTotal:
    """A total that the sheet itself states, in yuan."""

    row: int
    field: str
    yuan: Decimal


@dataclass(slots=True)
class SheetRead:
    """One sheet as it was understood.

    ``money_unit`` is the word (万元), ``money_from`` says where it was read. ``missing`` are the
    fields that a person must choose or fill before rows can be judged; "money_unit" may be among
    them. ``part`` None: the sheet is left out, and a remark says why.
    """

    name: str
    part: Part | None = None
    heading_rows: list[int] = field(default_factory=list)
    money_unit: str = ""
    money_from: str = ""
    columns: list[ColumnRead] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    stated_totals: list[StatedTotal] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)


@dataclass(slots=True)
class Reading:
    """All sheets of a workbook in its order. Doubts and refusals are in ``remarks``, by sheet."""

    sheets: list[SheetRead]
    remarks: Remarks

    @property
    def sections(self) -> list[Section]:
        """The tables of all sheets in order of dependency: units before targets, and so on."""
        order = list(Part)
        found = [section for sheet in self.sheets for section in sheet.sections]
        return sorted(found, key=lambda section: order.index(section.part))

    @property
    def needs_mapping(self) -> bool:
        return any(sheet.missing for sheet in self.sheets)

    def __iter__(self) -> Iterator[SheetRead]:
        return iter(self.sheets)
