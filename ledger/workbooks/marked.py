"""The uploaded workbook with every refused cell marked, commented and listed.

Rows keep their numbers and headings their place, so that it can be corrected and uploaded again.
Nothing is corrected here.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import IO, Any, Final

from django.utils.translation import gettext as _

from ledger.reading import cells
from ledger.reading.columns import PROBLEMS, Form, Part, column_named, column_of
from ledger.reading.mapping import How
from ledger.reading.money_units import SCALES, in_heading
from ledger.reading.remarks import Remark, column_letters
from ledger.reading.result import ColumnRead, SheetRead
from ledger.reading.tables import read_tables
from ledger.reading.workbook import Book as ReadBook
from ledger.reading.workbook import Grid
from ledger.sheets import cell_styles
from ledger.sheets.book import Book, Column, Styled, Value

# Comments are large; more bad cells than this in a sheet have one common cause.
MAX_COMMENTS: Final = 2_000
BAD: Final = replace(cell_styles.TEXT, ground="F4B6B0", size=10.5)
PLAIN: Final = replace(cell_styles.TEXT, size=10.5)
ABOVE: Final = replace(cell_styles.LINE, size=12)
WIDTH: Final = 16
MAX_GAP: Final = 2_000


def write(book: ReadBook, refusals: Sequence[Remark], file: IO[bytes]) -> None:
    """The list of refusals, then every recognised sheet as it was read."""
    grids = {grid.name: grid for grid in book.grids}
    by_sheet: dict[str, list[Remark]] = defaultdict(list)
    for remark in refusals:
        by_sheet[remark.sheet].append(remark)
    with Book(PROBLEMS) as written:
        _write_list(written, refusals)
        for sheet in read_tables(book):
            if sheet.part is not None:
                _write_sheet(written, grids[sheet.name], sheet, by_sheet[sheet.name])
        written.save(file)


def _write_list(book: Book, refusals: Sequence[Remark]) -> None:
    columns = [
        Column(_("Sheet"), 14, PLAIN),
        Column(_("Row"), 8, cell_styles.COUNT),
        Column(_("Column"), 18, PLAIN),
        Column(_("What stands there"), 30, replace(PLAIN, wraps=True)),
        Column(_("What is expected"), 70, replace(PLAIN, wraps=True)),
    ]
    sheet = book.sheet(PROBLEMS, columns, title=_("What is refused, and why"))
    top = sheet.row
    for remark in refusals:
        heading = f"{remark.letter} {remark.heading}".strip()
        row = remark.row or None
        sheet.add([remark.sheet, row, heading, remark.found, remark.sentence])
    sheet.filterset(top)


def _write_sheet(book: Book, grid: Grid, read: SheetRead, refusals: Sequence[Remark]) -> None:
    """Every row at its old number; one more column at the end has the row's sentences."""
    rows = dict(grid.rows)
    width = max(len(row) for row in rows.values())
    above = _last_of_first(read.heading_rows)
    sheet = book.sheet(
        read.name,
        [
            *_columns(read, rows.get(above, []), width),
            Column(PROBLEMS, 60, replace(PLAIN, wraps=True)),
        ],
        lines=[_line(rows.get(number)) for number in range(1, above)],
    )
    remarks: dict[int, list[Remark]] = defaultdict(list)
    for remark in refusals:
        remarks[remark.row].append(remark)
    comments = 0
    for number, row in _numbered(rows, above):
        said = remarks.get(number, [])
        may_comment = comments < MAX_COMMENTS
        sheet.add(list(_row(row, width, said, may_comment=may_comment)))
        comments += len(said)


def _last_of_first(numbers: Sequence[int]) -> int:
    """The last row of the first table's headings."""
    last = numbers[0] if numbers else 1
    for number in numbers:
        if number <= last + 1:
            last = number
    return last


def _columns(read: SheetRead, texts: Sequence[Any], width: int) -> Iterator[Column]:
    """The lowest headings as they are; one that its group alone explains gets our own word."""
    by_place = {column.place: column for column in read.columns}
    for place in range(width):
        text = texts[place] if place < len(texts) and isinstance(texts[place], str) else ""
        column = by_place.get(place)
        yield Column(_heading(column, text.strip(), read) if column else text.strip(), WIDTH, PLAIN)


def _heading(column: ColumnRead, text: str, read: SheetRead) -> str:
    known = column_named(column.field, read.part) if column.field and read.part else None
    if known is None or column.how is How.GUESSED:
        return text
    is_enough = column_of(text, read.part or Part.UNITS) == known
    word = text if is_enough else known.heading
    if known.form is Form.AMOUNT and read.money_unit in SCALES and not in_heading(word):
        return f"{word}（{read.money_unit}）"
    return word


def _line(row: Sequence[Any] | None) -> list[str]:
    """A row above the headings as one line."""
    return [cells.shown(cell) for cell in row or () if cell is not None] or [""]


def _numbered(rows: dict[int, list[Any]], above: int) -> Iterator[tuple[int, list[Any]]]:
    """The rows below the headings with the gaps between them, unless a gap is huge."""
    last = above
    for number in sorted(number for number in rows if number > above):
        for gap in range(last + 1, min(number, last + MAX_GAP)):
            yield gap, []
        yield number, rows[number]
        last = number


def _row(
    row: Sequence[Any], width: int, said: Sequence[Remark], *, may_comment: bool
) -> Iterator[Value]:
    by_place = {remark.column - 1: remark.sentence for remark in said if remark.column}
    for place in range(width):
        value = _value(row[place]) if place < len(row) else None
        sentence = by_place.get(place)
        if sentence is None:
            yield value
        else:
            bare = value.value if isinstance(value, Styled) else value
            yield Styled(bare, BAD, sentence if may_comment else "")
    words = [f"{column_letters(remark.column)} {remark.sentence}".strip() for remark in said]
    yield Styled("\n".join(words), BAD) if said else None


def _value(cell: Any) -> Value:
    """The cell as it was read; dates stay dates, numbers numbers."""
    if isinstance(cell, bool) or cell is None:
        return cells.shown(cell) or None
    if isinstance(cell, dict) and "day" in cell:
        day = date.fromisoformat(cell["day"][:10])
        return Styled(day, cell_styles.DAY)
    if isinstance(cell, int | float):
        return Decimal(f"{cell:.15g}")
    return cells.shown(cell)
