"""The only writer of workbooks: columns and rows in, a file out.

Uses openpyxl's write-only mode, so memory does not grow with the rows; the styles are in
``cell_styles``. A text never becomes a formula (only ``Live`` is one), a character that a sheet
cannot hold is left out, and an amount never passes through a float. Knows nothing of a ledger.
"""

import errno
import io
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Context, Decimal
from fractions import Fraction
from types import TracebackType
from typing import IO, Any, NamedTuple, Self

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from lxml.etree import SerialisationError
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.page import PageMargins, PrintOptions

from ledger.sheets.cell_styles import HEAD, LINE, TEXT, TITLE, CellStyle, dressed, shifted

A4, A3 = 9, 8
LONGEST_TEXT, LONGEST_NAME = 32_767, 31

_DIGITS = Context(prec=15)  # the digits of a number that a sheet stores
_EPOCH = date(1899, 12, 30)
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")
# A text with one of these in front is marked as text, in case the cell is edited or saved as CSV.
_LEADING = frozenset("=+-@＝＋－＠{|%'\"\t\r\n ")


class Live(NamedTuple):
    """A formula: the only value that becomes one."""

    formula: str


class Styled(NamedTuple):
    """A value in another style than its column's, perhaps with a comment."""

    value: "Plain"
    style: CellStyle
    comment: str = ""


Plain = str | Promise | int | Decimal | Fraction | date | Live | None
Value = Plain | Styled


@dataclass(frozen=True, slots=True)
class Column:
    """A column with its heading; neighbours of one ``group`` share a heading above theirs."""

    heading: str | Promise
    width: float
    style: CellStyle = TEXT
    group: str | Promise = ""


class Ink(NamedTuple):
    """A style's numbers in the workbook's list of styles: plain, and for guarded text."""

    plain: int
    guarded: int


class Book:
    """A workbook being written. Leaving it with an error deletes its temporary files."""

    def __init__(self, title: str = "", author: str = "", foot: str = "") -> None:
        """``foot`` is printed at the left under every page."""
        self._workbook = Workbook(write_only=True)
        properties = self._workbook.properties
        properties.title = writable(title)
        properties.creator = properties.lastModifiedBy = writable(author)
        properties.language = office_language()
        self.foot = foot
        self._inks: dict[CellStyle, Ink] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: object, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._discard()
        if isinstance(fault, SerialisationError) and str(fault).startswith("IO_"):
            raise OSError(errno.ENOSPC, str(fault)) from fault  # the usual error of a full disk

    def sheet(self, name: str | Promise, columns: Sequence[Column], **options: Any) -> "Sheet":
        """Add a sheet; the options are those of ``Sheet``."""
        sheet = _Grid(self._workbook, sheet_name(str(name)))
        self._workbook._add_sheet(sheet)
        return Sheet(self, sheet, columns, **options)

    def save(self, file: IO[bytes]) -> None:
        """Write the file; the book cannot be used afterwards."""
        self._workbook.save(file)

    def ink(self, style: CellStyle, sheet: WriteOnlyWorksheet) -> Ink:
        """The numbers of a style, registered once."""
        if style not in self._inks:
            cell = dressed(Cell(sheet), style)
            plain = cell.style_id
            cell._style = copy(cell._style)  # the list of styles holds the other one
            cell.quotePrefix = True
            self._inks[style] = Ink(plain, cell.style_id)
        return self._inks[style]

    def _discard(self) -> None:
        for sheet in self._workbook.worksheets:
            if sheet._writer is not None:
                # Unfinished elements complain when they are closed; the file is deleted anyway.
                with suppress(Exception):
                    sheet.close()
                with suppress(Exception):
                    sheet._writer.close()
                sheet._writer.cleanup()


class Sheet:
    """A sheet being written from top to bottom: title, lines and headings at once; then rows.

    ``title`` spans all columns; each of ``lines`` is a text, or several that share the width. The
    headings, if the columns have any, repeat on every page and stay in view, with ``kept`` columns
    at the left. With ``row_height`` every row has that height, once for each line of its fullest
    cell.
    """

    def __init__(
        self,
        book: Book,
        grid: "_Grid",
        columns: Sequence[Column],
        *,
        title: str = "",
        lines: Iterable[str | Sequence[str]] = (),
        kept: int = 0,
        is_landscape: bool = True,
        paper: int = A4,
        heading: CellStyle = HEAD,
        row_height: float | None = None,
    ) -> None:
        self.columns = tuple(columns)
        self.row = 0
        self._row_height = row_height
        self._wrapped = [place for place, column in enumerate(columns) if column.style.wraps]
        self._book, self._grid = book, grid
        self._inks = [book.ink(column.style, grid) for column in columns]
        lines = list(lines)
        head = len(lines) + bool(title) + 1
        is_headed = any(column.heading for column in columns)
        self._set_up_view(head + self._is_grouped if is_headed else 0, kept)
        self._set_up_paper(is_landscape, paper)
        if title:
            self.across(title, TITLE, height=40)
        for line in lines:
            self.line([line] if isinstance(line, str) else line)
        if is_headed:
            self._grid.print_title_rows = f"{head}:{head + self._is_grouped}"
            self._write_headings(heading)

    @property
    def name(self) -> str:
        return str(self._grid.title)

    @property
    def grid(self) -> "_Grid":
        """The sheet as charts refer to it."""
        return self._grid

    def add(
        self, values: Sequence[Value], style: CellStyle | None = None, height: float | None = None
    ) -> int:
        """Write one row in the styles of the columns, or all of it in ``style``; its number."""
        inks = [self._book.ink(style, self._grid)] * len(values) if style else self._inks
        return self._write(values, inks, height)

    def extend(self, rows: Iterable[Sequence[Value]]) -> int:
        """Write rows as they come; returns how many."""
        before = self.row
        for values in rows:
            self._write(values, self._inks, None)
        return self.row - before

    def across(self, text: str, style: CellStyle = LINE, height: float | None = None) -> int:
        """A text over the whole width."""
        return self.line([text], style, height)

    def line(
        self, texts: Sequence[str], style: CellStyle = LINE, height: float | None = None
    ) -> int:
        """Texts that share the width: the first at the left, the last at the right."""
        width = len(self.columns)
        count = min(len(texts), width)
        starts = [width * place // count for place in range(count)] if count else []
        values: list[Value] = [Styled(None, style)] * width
        for place, start in enumerate(starts):
            values[start] = Styled(texts[place], shifted(style, place, count))
        number = self.add(values, height=height)
        for start, end in zip(starts, [*starts[1:], width], strict=True):
            self.merge(number, start, number, end - 1)
        return number

    def merge(self, top: int, left: int, bottom: int, right: int) -> None:
        """Merge cells; rows count from 1, columns from 0."""
        if (top, left) != (bottom, right):
            self._grid.merged_cells.add(self.span(top, left, bottom, right))

    def span(self, top: int, left: int, bottom: int, right: int) -> str:
        """As in ``B2:D9``; rows count from 1, columns from 0."""
        return f"{self.at(top, left)}:{self.at(bottom, right)}"

    def at(self, row: int, column: int) -> str:
        return f"{get_column_letter(column + 1)}{row}"

    def address(self, row: int, column: int) -> str:
        """The cell as a formula of another sheet names it."""
        return f"'{self.name}'!${get_column_letter(column + 1)}${row}"

    def area(self, top: int, column: int, bottom: int) -> str:
        """A part of one column as a formula of another sheet names it."""
        letter = get_column_letter(column + 1)
        return f"'{self.name}'!${letter}${top}:${letter}${bottom}"

    def filterset(self, top: int) -> None:
        """Give the headings in row ``top`` filter buttons, down to the last row written."""
        bottom = max(self.row, top + 1)
        self._grid.auto_filter.ref = self.span(top, 0, bottom, len(self.columns) - 1)

    def choices(self, top: int, column: int, bottom: int, source: str, refusal: str) -> None:
        """Offer a list of choices in cells of a column: an area, or words as in ``"a,b"``."""
        rule = DataValidation(type="list", formula1=source, allow_blank=True, error=refusal)
        rule.add(self.span(top, column, bottom, column))
        self._grid.data_validations.append(rule)

    def picture(self, png: bytes, row: int, column: int, size: int) -> None:
        """A square picture, ``size`` pixels wide."""
        image = Image(io.BytesIO(png))
        image.width = image.height = size
        self._grid.add_image(image, self.at(row, column))

    def chart(self, chart: Any, row: int, column: int) -> None:
        self._grid.add_chart(chart, self.at(row, column))

    def redden(self, top: int, column: int, bottom: int, text: str) -> None:
        """Turn the cells of a column red where they say ``text``."""
        red = PatternFill(bgColor="FFF3B8B0")
        rule = CellIsRule(operator="equal", formula=[f'"{text}"'], fill=red)
        self._grid.conditional_formatting.add(self.span(top, column, bottom, column), rule)

    def on_one_page(self) -> None:
        """Print the whole sheet on one page."""
        self._grid.page_setup.fitToHeight = 1

    def _write(self, values: Sequence[Value], inks: Sequence[Ink], height: float | None) -> int:
        self.row += 1
        if height is None and self._row_height is not None:
            height = self._row_height * self._lines_of(values)
        if height is None:
            self._grid.append(self._filled(values, inks))
        else:
            self._grid.row_dimensions[self.row].height = height
            self._grid.append(self._filled(values, inks))
            del self._grid.row_dimensions[self.row]  # written; a long sheet would keep them all
        return self.row

    def _lines_of(self, values: Sequence[Value]) -> int:
        """How many lines the fullest wrapped cell needs; office programs disagree on it."""
        texts = ((values[place], self.columns[place].width) for place in self._wrapped)
        needed = [lines_of(text, width) for text, width in texts if isinstance(text, str)]
        return max(needed, default=1)

    def _filled(self, values: Sequence[Value], inks: Sequence[Ink]) -> Iterator[Cell]:
        for cell, value, ink in zip(self._grid.cells(len(values)), values, inks, strict=True):
            cell.row = self.row
            if isinstance(value, Styled):
                cell.comment = _comment(value.comment)
                _fill(cell, value.value, self._book.ink(value.style, self._grid))
            else:
                _fill(cell, value, ink)
            yield cell
            cell._comment = None

    @property
    def _is_grouped(self) -> bool:
        return any(column.group for column in self.columns)

    def _write_headings(self, style: CellStyle) -> None:
        """One row, or two where columns share a heading; a column without a group takes both."""
        needed = [lines_of(str(column.heading), column.width) for column in self.columns]
        height = 15 * max(needed)
        if not self._is_grouped:
            self.add([column.heading for column in self.columns], style, max(height, 30))
            return
        top, height = self.row + 1, max(height, 28)
        self.add([column.group or column.heading for column in self.columns], style, 22)
        own = [column.heading if column.group else None for column in self.columns]
        self.add(own, style, height)
        for left, right in _runs([str(column.group) for column in self.columns]):
            grouped = bool(self.columns[left].group)
            self.merge(top, left, top if grouped else top + 1, right)

    def _set_up_view(self, head: int, kept: int) -> None:
        for place, column in enumerate(self.columns, start=1):
            self._grid.column_dimensions[get_column_letter(place)].width = column.width
        if head:
            self._grid.freeze_panes = self.at(head + 1, kept)
        self._grid.sheet_view.showGridLines = False
        self._grid.sheet_view.zoomScale = 90

    def _set_up_paper(self, is_landscape: bool, paper: int) -> None:
        grid = self._grid
        grid.page_setup.orientation = "landscape" if is_landscape else "portrait"
        grid.page_setup.paperSize = paper
        grid.page_setup.fitToWidth, grid.page_setup.fitToHeight = 1, 0
        grid.sheet_properties.pageSetUpPr.fitToPage = True
        grid.page_margins = PageMargins(0.5, 0.5, 0.6, 0.7, 0.3, 0.35)
        grid.print_options = PrintOptions(horizontalCentered=True)
        page = _("Page %(page)s of %(pages)s") % {"page": "&P", "pages": "&N"}
        grid.oddFooter.center.text = page
        grid.oddFooter.center.size = 10
        if self._book.foot:
            grid.oddFooter.left.text = self._book.foot.replace("&", "&&")
            grid.oddFooter.left.size = 9


class _Grid(WriteOnlyWorksheet):  # type: ignore[misc]  # openpyxl has no types
    """A sheet of openpyxl whose rows come as finished cells; one cell object serves every row."""

    def __init__(self, workbook: Workbook, title: str) -> None:
        super().__init__(workbook, title)
        self._own_cells: list[_Cell] = []

    def cells(self, count: int) -> "list[_Cell]":
        while len(self._own_cells) < count:
            self._own_cells.append(_Cell(self, column=len(self._own_cells) + 1))
        return self._own_cells[:count]

    def _values_to_row(self, values: Iterator[Cell], row_idx: int) -> Iterator[Cell]:
        return values


class _Cell(Cell):  # type: ignore[misc]
    """A cell refilled for each row; its style is a number, looked up once per style."""

    __slots__ = ("_letter", "style_id")
    has_style = True

    def __init__(self, sheet: _Grid, column: int) -> None:
        super().__init__(sheet, column=column)
        self.style_id = 0
        self._letter = get_column_letter(column)

    @property
    def coordinate(self) -> str:
        return f"{self._letter}{self.row}"


def office_language() -> str:
    """The language of the words, as office programs name it."""
    return "zh-CN" if (get_language() or "").startswith("zh") else "en-GB"


def writable(text: str) -> str:
    """The text as a sheet can hold it: without control characters and lone surrogates."""
    text = _UNWRITABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if 2 * len(text) > LONGEST_TEXT:
        text = text.encode("utf-16-le")[: 2 * LONGEST_TEXT].decode("utf-16-le", "ignore")
    # Excel would read _x0041_ as an escaped letter.
    return _LOOKS_ESCAPED.sub("_x005F_", text) if "_x" in text else text


def sheet_name(text: str) -> str:
    """A name that Excel accepts for a sheet."""
    return _NOT_IN_NAMES.sub(" ", writable(text)).strip()[:LONGEST_NAME] or "Sheet"


def lines_of(text: str, width: float) -> int:
    """How many lines a text takes in a column; a Chinese character is as wide as two digits."""
    room = max(width - 1, 1)
    lengths = (
        sum(2 if ord(character) > 0x2E7F else 1 for character in line) for line in text.split("\n")
    )
    return sum(max(math.ceil(length / room), 1) for length in lengths)


def _fill(cell: Cell, value: Plain, ink: Ink) -> None:
    cell.style_id = ink.plain
    if value is None:
        cell.data_type, cell._value = "n", None
    elif isinstance(value, str | Promise):
        text = writable(str(value))
        cell.data_type, cell._value = "s", text
        if text[:1] in _LEADING:
            cell.style_id = ink.guarded
    elif isinstance(value, Live):
        cell.data_type, cell._value = "f", value.formula
    else:
        cell.data_type, cell._value = "n", _digits(value)


def _digits(value: int | Decimal | Fraction | date) -> str:
    """A number as the file spells it.

    A datetime counts in its own zone, as a day with a fraction.
    """
    if isinstance(value, datetime):
        seconds = 3600 * value.hour + 60 * value.minute + value.second
        return _digits(Fraction(seconds, 86_400) + (value.date() - _EPOCH).days)
    if isinstance(value, date):
        return str((value - _EPOCH).days)
    if isinstance(value, Fraction):
        value = _DIGITS.divide(Decimal(value.numerator), Decimal(value.denominator))
    return f"{value:f}" if isinstance(value, Decimal) else str(int(value))


def _comment(text: str) -> Comment | None:
    return Comment(writable(text), "", height=90, width=260) if text else None


def _runs(groups: Sequence[str]) -> Iterator[tuple[int, int]]:
    """First and last place of each run of one group; places without a group stand alone."""
    start = 0
    for place in range(1, len(groups) + 1):
        ends = place == len(groups) or groups[place] != groups[start] or not groups[start]
        if ends:
            yield start, place - 1
            start = place
