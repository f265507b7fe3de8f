"""The records of a table: merged cells filled down, faults, formats, months, fills of a mapping."""

import calendar
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from ledger.reading import cells, scales
from ledger.reading.body import Line
from ledger.reading.columns import REPEATED, Form
from ledger.reading.mapping import MONTH_END, NUMBERED, SheetMapping
from ledger.reading.sections import Fault, Heading, Row, Section
from units.ground.text import gettext_noop

NO_MONTH: Final = gettext_noop(
    "No month is known for this row: neither its cell, nor the column, nor the sheet names one."
)
MONEY_UNIT_UNKNOWN: Final = gettext_noop(
    "The unit of money of this row is not understood. Write 元, 万元 or 亿元."
)
TWO_MONEY_UNITS: Final = gettext_noop(
    "The heading and the row name two units of money. Correct one of them."
)
A_PERCENT: Final = gettext_noop("The cell is formatted as a percent. Write the amount.")
_MONTH_WORD: Final = re.compile(r"(?<!\d)(?:(\d{4})年?)?(1[0-2]|0?[1-9])月(?:份)?(?!\d*[-—至到])")
_DATE_FORMAT: Final = re.compile(r"[ymd年月日]", re.IGNORECASE)


class Records:
    """Turns the lines of one table that are records into rows."""

    def __init__(
        self, section: Section, chosen: SheetMapping, several: dict[str, list[Heading]], title: str
    ) -> None:
        self.section, self.chosen, self.several = section, chosen, several
        self.faults = _faults(section)
        self.merged = merged_values(section)
        self.month = _month_in(title)
        self.fills = {
            field: value for field, value in chosen.fill.items() if value and field != "year"
        }

    def rows(self, lines: Sequence[Line]) -> Iterator[Row]:
        for line in lines:
            values = {
                field: self._value(line, heading.place)
                for field, heading in self.section.headings.items()
                if field not in self.several
            }
            values = {field: value for field, value in values.items() if value is not None}
            for field, value in self.merged.get(line.number, {}).items():
                values.setdefault(field, value)
            row = Row(line.number, values | self.faults.get(line.number, {}))
            for each in self._by_month(row, line):
                yield self._filled(self._with_unit(each))

    def _value(self, line: Line, place: int) -> Any:
        value = line.cells[place] if place < len(line.cells) else None
        if cells.is_ditto(value):
            return Fault(cells.DITTO, cells.shown(value))
        code = self.section.grid.formats.get((line.number, place + 1), "")
        if not code or value is None:
            return value
        return shown_by_format(value, code, self.section.epoch)

    def _by_month(self, row: Row, line: Line) -> Iterator[Row]:
        """One row for each filled column of a field that has several, such as months."""
        if not self.several:
            yield row
        for field, headings in self.several.items():
            for heading in headings:
                value = self._value(line, heading.place)
                if not cells.is_nothing(value) and value != 0:
                    values = row.values | {field: value}
                    yield replace(row, values=values, own={**row.own, field: heading})

    def _with_unit(self, row: Row) -> Row:
        """With the unit of money that the row's own cell names."""
        written = row.values.get("money_unit")
        if written is None or isinstance(written, Fault):
            return row
        unit = scales.of_text(cells.shown(written))
        amounts = {
            field: heading
            for field, heading in {**self.section.headings, **row.own}.items()
            if heading.column.form is Form.AMOUNT and field in row.values
        }
        if unit.doubt is not None:
            fault = Fault(MONEY_UNIT_UNKNOWN, cells.shown(written))
            return replace(row, values=row.values | dict.fromkeys(amounts, fault))
        own = {field: replace(h, scale=unit.scale) for field, h in amounts.items()}
        clash = {
            field: Fault(TWO_MONEY_UNITS, cells.shown(row.values[field]))
            for field, heading in amounts.items()
            if scales.names_another(heading.text, unit)
        }
        return replace(row, values=row.values | clash, own={**row.own, **own})

    # What a person fills in

    def _filled(self, row: Row) -> Row:
        if not self.fills:
            return row
        values, own, filled = dict(row.values), dict(row.own), set()
        for field, value in self.fills.items():
            if value == MONTH_END:
                values[field] = self._month_end(row, field)
            elif not cells.is_nothing(values.get(field)):
                continue
            elif value.startswith("="):
                self._copy(field, value[1:], values, own)
            else:
                values[field] = value
            filled.add(field)
        if self.fills.get("voucher") == NUMBERED and "voucher" in filled:
            values["voucher"] = self._numbered(row, values)
        return replace(row, values=values, own=own, filled=frozenset(filled))

    def _copy(
        self, field: str, source: str, values: dict[str, Any], own: dict[str, Heading]
    ) -> None:
        heading = own.get(source) or self.section.headings.get(source)
        if source in values and heading is not None:
            values[field], own[field] = values[source], heading

    def _numbered(self, row: Row, values: dict[str, Any]) -> str:
        """A voucher number of ours, the same for the same row of the same sheet next time."""
        heading = row.own.get("amount")
        month = f"-{heading.text}" if heading is not None and "amount" in self.several else ""
        return f"无凭证-{self.section.sheet}-{row.number}{month}"

    def _month_end(self, row: Row, field: str) -> Any:
        """The cell's own day, else the last day of the month of the cell, column or sheet."""
        value = row.values.get(field)
        named = cells.month(value)
        if named is None and not cells.is_nothing(value):
            return value
        if named is None:
            heading = next((h for f, h in row.own.items() if f in self.several), None)
            named = (_month_in(heading.text) if heading else None) or self.month
        year = named[0] or self.section.year if named else None
        if named is None or year is None:
            return Fault(NO_MONTH, cells.shown(value))
        last = calendar.monthrange(year, named[1])[1]
        return {"day": f"{year:04}-{named[1]:02}-{last:02}"}


def shown_by_format(value: Any, code: str, epoch: int = 1900) -> Any:
    """A value as its format lets it be seen: a month for a day, 000123 for 123."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and "%" in code:
        return Fault(A_PERCENT, f"{value:.4%}")
    if _is_of_days(code) and (is_number or (isinstance(value, dict) and "day" in value)):
        return _day_shown(value, code, epoch)
    return cells.padded(value, code)


def _day_shown(value: Any, code: str, epoch: int) -> Any:
    """The day, or only the month that the format shows of it; a year alone is no day at all."""
    dates = re.sub(r'"[^"]*"|\[[^\]]*\]', "", code).casefold()
    if "d" in dates or "日" in code:
        return value
    try:
        whole = cells.day(value, epoch).isoformat()
    except cells.CellError:
        return value
    is_month = "m" in dates or "月" in code
    return {"month": whole[:7]} if is_month else Fault(cells.NO_DAY_OF_MONTH, whole[:4])


def _is_of_days(code: str) -> bool:
    return _DATE_FORMAT.search(code) is not None


def _month_in(text: str) -> tuple[int | None, int] | None:
    """The one month in a heading, a sheet's name or its title."""
    found = {(int(year) if year else None, int(month)) for year, month in _MONTH_WORD.findall(text)}
    months = {month for _year, month in found}
    if len(months) != 1:
        return None
    years = {year for year, _month in found if year}
    return (years.pop() if len(years) == 1 else None), months.pop()


def _by_place(section: Section) -> dict[int, Heading]:
    return {heading.place: heading for heading in section.headings.values()}


def _faults(section: Section) -> dict[int, dict[str, Fault]]:
    """Cells whose value cannot be known, by row and field."""
    found: dict[int, dict[str, Fault]] = {}
    headings = _by_place(section)
    for places, fault in (
        (section.grid.faulty, Fault(cells.FAULTY, "#")),
        (section.grid.uncomputed, Fault(cells.UNCOMPUTED, "=")),
        (section.grid.part_struck, Fault(cells.PART_STRUCK, "")),
    ):
        for row, column in places:
            heading = headings.get(column - 1)
            if heading is not None:
                found.setdefault(row, {})[heading.column.field] = fault
    return found


def merged_values(section: Section) -> dict[int, dict[str, Any]]:
    """The value of a vertically merged cell for each of its rows."""
    found: dict[int, dict[str, Any]] = {}
    headings, rows = _by_place(section), dict(section.grid.rows)
    for top, left, bottom, _right in section.grid.merged:
        heading = headings.get(left - 1)
        if heading is None or top <= section.last_heading or bottom <= top:
            continue
        row = rows.get(top, [])
        value = row[left - 1] if left <= len(row) else None
        if value is None:
            continue
        if heading.column.form not in REPEATED:
            value = Fault(cells.MERGED, cells.shown(value))
        for number in range(top + 1, bottom + 1):
            if number in rows:
                found.setdefault(number, {})[heading.column.field] = value
    return found
