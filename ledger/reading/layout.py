"""Finds our sheets, headings and rows in a workbook, however people arranged them.

Handles title rows, two rows of headings, merged cells and any order of columns. Values are not
parsed here.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from django.utils.translation import gettext as _

from ledger.reading import cells
from ledger.reading.columns import (
    COLUMNS,
    IGNORED_HEADINGS,
    IGNORED_SHEETS,
    REPEATED,
    SHEET_NAMES,
    Column,
    Form,
    Part,
    column_of,
    other_money,
    part_of_name,
    scale_of,
    scale_of_line,
    year_of_line,
)
from ledger.reading.remarks import Remarks
from ledger.reading.workbook import Book, Grid
from units.ground.money import WAN, Scale
from units.ground.refusal import Refusal
from units.ground.text import key

# How far down headings are searched.
DEEPEST_HEADING: Final = 20
WIDEST: Final = 80
LONGEST_HEADING: Final = 60
MAX_ROWS: Final = 60_000

_NO_ROW: Final = re.compile(
    r"(?:全县|本县|各镇|部门|镇)?(?:合计|小计|总计|共计|累计)(?:数|$)|其中[:：]?$"
    r"|(?:填表|填报|制表|审核|报送|统计)(?:人|单位|日期|时间|说明)|单位负责人|分管领导[:：]|单位[:：]|(?:注|备注|说明|附)[:：]"
    r"|填表说明"
)
_GROUP: Final = re.compile(r"(?:[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[）)])")


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell whose value cannot be known: the sentence says why. ``shown`` is what can be seen."""

    sentence: str
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of ours on a sheet. ``place`` counts from 0; ``scale`` is the unit of its amounts."""

    column: Column
    place: int
    text: str
    scale: Scale = WAN


@dataclass(frozen=True, slots=True)
class Row:
    """A data row: its number and the values of our columns."""

    number: int
    values: dict[str, Any]


@dataclass(slots=True)
class Section:
    """A sheet of ours: its part, its headings by field and its rows."""

    part: Part
    grid: Grid
    headings: dict[str, Heading]
    heading_row: int
    depth: int = 1
    year: int | None = None
    epoch: int = 1900
    rows: list[Row] = field(default_factory=list)

    @property
    def sheet(self) -> str:
        return self.grid.name


@dataclass(frozen=True, slots=True)
class _Top:
    """A candidate for the row of headings: the columns it names, and those it names twice."""

    index: int
    depth: int
    texts: dict[int, str]
    named: dict[str, list[int]]

    @property
    def score(self) -> tuple[int, int, int]:
        return len(self.named), -self.depth, -self.index


def sections(book: Book, remarks: Remarks) -> list[Section]:
    """Our sheets in order of dependency. Raises Refusal if there is none."""
    if book.rows > MAX_ROWS:
        sentence = _(
            "The workbook has %(rows)s rows, at most %(most)s can come in at once. Divide it."
        )
        raise Refusal(sentence % {"rows": book.rows, "most": MAX_ROWS}, "file")
    found = [section for grid in book.grids if (section := _section(grid, book, remarks))]
    if not found and not remarks.refusals:
        raise Refusal(
            _(
                "No sheet of this workbook is understood. It needs sheets such as 单位, 任务, 项目,"
                " 到位资金 with the headings of the template."
            ),
            "file",
        )
    order = list(Part)
    return sorted(found, key=lambda section: order.index(section.part))


def _section(grid: Grid, book: Book, remarks: Remarks) -> Section | None:
    """The section of a sheet; None, with a remark, if the sheet is not ours."""
    if key(grid.name) in IGNORED_SHEETS or not grid.rows:
        return None
    if grid.is_hidden:
        remarks.notice(grid.name, _("The sheet is hidden and is left out. Show it to import it."))
        return None
    part, top = _best(grid)
    if part is None or top is None:
        remarks.notice(grid.name, _("The sheet is not understood and is left out."))
        return None
    section = _headed(grid, part, top, remarks)
    if section is None:
        remarks.unread.add(part)
    else:
        section.epoch = book.epoch
        section.rows = list(_rows(section))
        _remark_on_rest(section, top, remarks)
    return section


# Which sheet is it


def _best(grid: Grid) -> tuple[Part | None, _Top | None]:
    """The part named by the sheet, if its headings agree; else the part its headings fit best."""
    named = part_of_name(grid.name)
    tops = {part: _top(grid, part) for part in Part}
    if named is not None and _is_whole(named, tops[named]):
        return named, tops[named]
    whole = [part for part in Part if _is_whole(part, tops[part])]
    if whole:
        best = max(whole, key=lambda part: len(_named(tops[part])))
        return best, tops[best]
    return (named, tops[named] or _nowhere(grid)) if named is not None else (None, None)


def _named(top: _Top | None) -> dict[str, list[int]]:
    return top.named if top is not None else {}


def _nowhere(grid: Grid) -> _Top:
    """No headings at all: the first row stands in, so that every column is reported missing."""
    return _Top(0, 1, _texts(grid.rows[0][1]), {})


def _is_whole(part: Part, top: _Top | None) -> bool:
    return top is not None and not _missing(part, top.named)


def _missing(part: Part, named: Iterable[str]) -> list[Column]:
    """Required columns that are missing. The year may be in a title, the lead unit in the shares."""
    there = set(named) | {"year"} | ({"unit"} if "shares" in named else set())
    return [column for column in COLUMNS[part] if column.is_required and column.field not in there]


# Where are its headings


def _top(grid: Grid, part: Part) -> _Top | None:
    """The best row of headings near the top, or two rows of which the upper groups the lower."""
    candidates = []
    rows = grid.rows[:DEEPEST_HEADING]
    for index, (number, row) in enumerate(rows):
        candidates.append(_candidate(part, index, 1, _texts(row)))
        if index + 1 < len(rows) and rows[index + 1][0] == number + 1:
            both = _grouped(grid, number, _texts(row), _texts(rows[index + 1][1]))
            candidates.append(_candidate(part, index, 2, both))
    found = [top for top in candidates if top.named]
    return max(found, key=lambda top: top.score) if found else None


def _texts(row: Sequence[Any]) -> dict[int, str]:
    """Short texts of a row by place; numbers such as 2012 are never our headings."""
    return {
        place: cell
        for place, cell in enumerate(row[:WIDEST])
        if isinstance(cell, str) and len(cell) <= LONGEST_HEADING
    }


def _grouped(
    grid: Grid, number: int, upper: dict[int, str], lower: dict[int, str]
) -> dict[int, str]:
    """Two rows as one: a heading merged over several columns is prefixed to each of theirs."""
    above = dict(upper)
    for top, left, _bottom, right in grid.merged:
        if top == number and left - 1 in upper:
            above |= dict.fromkeys(range(left - 1, min(right, WIDEST)), upper[left - 1])
    places = above.keys() | lower.keys()
    return {place: f"{above.get(place, '')}\n{lower.get(place, '')}".strip() for place in places}


def _candidate(part: Part, index: int, depth: int, texts: dict[int, str]) -> _Top:
    named: dict[str, list[int]] = {}
    for place, text in texts.items():
        column = _column(text, part)
        if column is not None:
            named.setdefault(column.field, []).append(place)
    return _Top(index, depth, texts, named)


@lru_cache(maxsize=20_000)
def _column(text: str, part: Part) -> Column | None:
    """By the whole heading, or by its lower part alone under a group."""
    upper, newline, lower = text.partition("\n")
    found = column_of(text, part)
    if found is None and newline:
        found = column_of(lower, part) or (column_of(upper, part) if not lower.strip() else None)
    return found


def _headed(grid: Grid, part: Part, top: _Top, remarks: Remarks) -> Section | None:
    """The section with its headings; None, with refusals, if a column is missing or ambiguous."""
    row = grid.rows[top.index][0]
    section = Section(part, grid, {}, heading_row=row, depth=top.depth)
    before = len(remarks.refusals)
    line_scale, section.year = _lines_above(grid, top.index)
    for name, places in top.named.items():
        column = next(column for column in COLUMNS[part] if column.field == name)
        place = _one_place(grid.name, row, column, places, top.texts, remarks)
        text = top.texts[place]
        if column.form == Form.AMOUNT and (foreign := other_money(text)):
            sentence = _("Amounts in %(unit)s cannot come in. Convert them to 万元.")
            remarks.refuse(grid.name, sentence % {"unit": foreign}, row, place + 1, text, text)
        scale = scale_of(text) or line_scale or WAN
        section.headings[name] = Heading(column, place, _one_line(text), scale)
    missing = _missing(part, top.named)
    if part == Part.TARGETS and "year" not in top.named and section.year is None:
        missing = [*missing, next(c for c in COLUMNS[part] if c.field == "year")]
    for column in missing:
        sentence = _("The column “%(heading)s” is missing from the sheet. Add it to row %(row)s.")
        headings = "、".join(_one_line(text) for text in top.texts.values())
        words = {"heading": column.heading, "row": row}
        remarks.refuse(grid.name, sentence % words, row, 0, column.heading, headings)
    return section if len(remarks.refusals) == before else None


def _one_place(
    sheet: str,
    row: int,
    column: Column,
    places: list[int],
    texts: dict[int, str],
    remarks: Remarks,
) -> int:
    """Of several columns with the same meaning, the one with exactly our heading."""
    own = [place for place in places if _is_own(texts[place], column)]
    if len(places) == 1 or len(own) == 1:
        return (own or places)[0]
    first, second = (own or places)[:2]
    sentence = _(
        "Two columns mean “%(heading)s”: “%(first)s” and “%(second)s”. Leave one of them out."
    )
    words = {
        "heading": column.heading,
        "first": _one_line(texts[first]),
        "second": _one_line(texts[second]),
    }
    remarks.refuse(sheet, sentence % words, row, second + 1, column.heading, texts[second])
    return first


def _is_own(text: str, column: Column) -> bool:
    bare = re.sub(r"[（(].*", "", _one_line(text))
    return key(bare) == key(column.heading)


def _one_line(text: str) -> str:
    return "".join(text.split())


def _lines_above(grid: Grid, index: int) -> tuple[Scale | None, int | None]:
    """The unit of money and the year from the lines above the headings."""
    scale, year = None, None
    for _number, row in grid.rows[:index]:
        for text in _texts(row).values():
            scale = scale_of_line(text) or scale
            year = year_of_line(text) or year
    return scale, year or year_of_line(grid.name)


# Which rows count


def _rows(section: Section) -> Iterator[Row]:
    """The data rows: no totals, signatures, repeated headings or group labels."""
    index = next(
        i for i, (number, _cells) in enumerate(section.grid.rows) if number == section.heading_row
    )
    faults = _faults(section)
    merged = _merged_values(section)
    for number, row in section.grid.rows[index + section.depth :]:
        values = _values(section, row)
        if not values or _is_no_row(row, values, section):
            continue
        for name, value in merged.get(number, {}).items():
            values.setdefault(name, value)
        yield Row(number, values | faults.get(number, {}))


def _values(section: Section, row: Sequence[Any]) -> dict[str, Any]:
    return {
        name: row[heading.place]
        for name, heading in section.headings.items()
        if heading.place < len(row) and row[heading.place] is not None
    }


def _is_no_row(row: Sequence[Any], values: dict[str, Any], section: Section) -> bool:
    first = next((cell for cell in row if cell is not None), None)
    leading = next(iter(values.values()))
    for cell in (first, leading):
        if isinstance(cell, str) and _NO_ROW.match(_one_line(cell)):
            return True
    if len(values) == 1 and isinstance(leading, str) and _GROUP.match(_one_line(leading)):
        return True
    repeated = [
        name
        for name, value in values.items()
        if isinstance(value, str) and _one_line(value) == section.headings[name].text
    ]
    return len(repeated) > 1 and len(repeated) == len(values)


def _by_place(section: Section) -> dict[int, Heading]:
    return {heading.place: heading for heading in section.headings.values()}


def _faults(section: Section) -> dict[int, dict[str, Fault]]:
    """Cells whose value cannot be known, by row and field."""
    found: dict[int, dict[str, Fault]] = {}
    headings = _by_place(section)
    for places, fault in (
        (section.grid.faulty, Fault(cells.FAULTY, "#")),
        (section.grid.uncomputed, Fault(cells.UNCOMPUTED, "=")),
    ):
        for row, column in places:
            heading = headings.get(column - 1)
            if heading is not None:
                found.setdefault(row, {})[heading.column.field] = fault
    return found


def _merged_values(section: Section) -> dict[int, dict[str, Any]]:
    """The value of a vertically merged cell for each of its rows."""
    found: dict[int, dict[str, Any]] = {}
    headings, rows = _by_place(section), dict(section.grid.rows)
    for top, left, bottom, _right in section.grid.merged:
        heading = headings.get(left - 1)
        if heading is None or top <= section.heading_row or bottom <= top:
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


def _remark_on_rest(section: Section, top: _Top, remarks: Remarks) -> None:
    used = {heading.place for heading in section.headings.values()}
    filled = {
        place
        for _number, row in section.grid.rows[top.index + top.depth :]
        for place, cell in enumerate(row[:WIDEST])
        if cell is not None
    }
    extra = [
        _one_line(text)
        for place, text in sorted(top.texts.items())
        if place not in used and place in filled and key(text) not in IGNORED_HEADINGS
    ]
    if extra:
        sentence = _("These columns are left out: %(headings)s.")
        words = {"headings": "、".join(extra)}
        remarks.notice(section.sheet, sentence % words, section.heading_row)
    if section.grid.hidden:
        sentence = _("The sheet has %(count)s hidden rows; they are read as well.")
        remarks.notice(section.sheet, sentence % {"count": section.grid.hidden})
    if part_of_name(section.sheet) != section.part:
        sentence = _("The sheet is read as “%(name)s” because of its headings.")
        remarks.notice(section.sheet, sentence % {"name": SHEET_NAMES[section.part]})
