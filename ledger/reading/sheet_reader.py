"""Reads one sheet: what it is, where its tables begin, and what it hides."""

from collections.abc import Iterable, Iterator
from typing import Final

from django.utils.translation import gettext as _

from ledger.reading import scales
from ledger.reading.asker import Asker, row_numbers
from ledger.reading.columns import (
    COLUMNS,
    IGNORED_SHEETS,
    PROBLEMS,
    SHEET_NAMES,
    Form,
    Part,
    part_of_name,
    year_of_line,
)
from ledger.reading.headings import (
    DEEPEST,
    Found,
    Top,
    at_rows,
    best,
    find,
    is_a_card,
    key_of,
    may_be_headings,
    missing,
    one_line,
)
from ledger.reading.mapping import Choice, How, Mapping, SheetMapping
from ledger.reading.remarks import Remarks
from ledger.reading.result import SheetRead
from ledger.reading.sandbox.styles import shows_nothing
from ledger.reading.scales import Lines
from ledger.reading.table_reader import TableReader
from ledger.reading.workbook import Book, Grid
from units.ground.text import key

AS_FOUND: Final = SheetMapping(how=How.KNOWN)


class SheetReader:
    """Reads one sheet; remarks are refusals (also questions) and doubts."""

    def __init__(self, grid: Grid, book: Book, mapping: Mapping, remarks: Remarks) -> None:
        self.grid, self.book, self.remarks = grid, book, remarks
        given = mapping.sheets.get(grid.name)
        self.is_out = mapping.is_whole and (given is None or given.part is None)
        self.is_out |= given is not None and given.part is None
        self.chosen = given or AS_FOUND
        self.sheet = SheetRead(grid.name)
        self.asker = Asker(self.sheet, remarks)
        self.nearest: Found | None = None

    def read(self) -> SheetRead:
        if self.is_out or not self.grid.rows:
            return self.sheet
        if self.chosen.part is None:
            if key(self.grid.name) in IGNORED_SHEETS:
                return self.sheet
            if self.grid.is_hidden:
                sentence = _("The sheet is hidden and is left out. Show it to import it.")
                self.asker.doubt(sentence)
                return self.sheet
        found = self._found()
        if found.part is None:
            self.nearest = found
            return self.sheet
        self.sheet.part = found.part
        tops = list(self._tops(found.part, found.top))
        self.sheet.heading_rows = sorted({row for top in tops for row in top.rows})
        self._read_tables(found.part, tops)
        return self.sheet

    def _found(self) -> Found:
        part, rows = self.chosen.part, self.chosen.heading_rows
        if part is None:
            return find(self.grid)
        top = at_rows(self.grid, part, rows) if rows else best(self.grid, part)
        return Found(part, top, part)

    # Which tables there are

    def _tops(self, part: Part, first: Top) -> Iterator[Top]:
        """The headings of the first table, and of those below it; also ones repeated for print."""
        yield first
        if self.chosen.heading_rows:
            return
        words = {
            "".join(text.split())
            for place, text in first.texts.items()
            if place in first.named.get(key_of(part), ())
        } | {word for word in _words_of_key(part)}
        last = first.rows[-1]
        for number, row in self.grid.rows:
            if number > last and _names_key(row, words) and may_be_headings(row):
                top = self._below(part, number)
                if len(top.named) > 1 and key_of(part) in top.named and top.rows[0] > last:
                    last = top.rows[-1]
                    yield top

    def _below(self, part: Part, number: int) -> Top:
        rows = [each for each, _row in self.grid.rows if number <= each < number + 3]
        depths = [at_rows(self.grid, part, rows[:depth]) for depth in range(1, len(rows) + 1)]
        eligible = [top for top in depths if self._are_headings(top.rows)]
        return max(eligible, key=lambda top: (len(top.named), -len(top.rows)))

    def _are_headings(self, rows: tuple[int, ...]) -> bool:
        return all(may_be_headings(row) for number, row in self.grid.rows if number in rows)

    # One table after the other

    def _read_tables(self, part: Part, tops: list[Top]) -> None:
        whole = range(tops[0].rows[0], self.grid.rows[-1][0] + 1)
        starts = [top.rows[0] for top in tops[1:]] + [whole.stop]
        tables = [
            TableReader(self.grid, self.asker, self.chosen, top, end, self.book.epoch)
            for top, end in zip(tops, starts, strict=True)
        ]
        inside = {line.number for table in tables for line in table.records()}
        heads = {row for top in tops for row in top.rows}
        outside = [n for n, _row in self.grid.rows if n not in inside and n not in heads]
        lines = scales.lines_of(self.grid, outside)
        year = self._year(tops[0], lines)
        for table in tables:
            table.read(lines, year)
        self._merge(tables, lines)
        if part is Part.TARGETS and not self._has_year(tables, year):
            self.asker.ask_for(COLUMNS[part][1])
        if not self.sheet.missing and not any(table.is_refused for table in tables):
            self.sheet.sections = [table.section for table in tables]
        elif part not in self.remarks.unread:
            self.remarks.unread.add(part)
        self._tell_marks()

    def _has_year(self, tables: list[TableReader], year: int | None) -> bool:
        is_there = all("year" in table.section.headings for table in tables)
        return is_there or year is not None or "year" in self.chosen.fill

    def _year(self, top: Top, lines: Lines) -> int | None:
        """The year of a title, a heading or the sheet's name."""
        filled = self.chosen.fill.get("year", "")
        if filled.isascii() and filled.isdigit() and len(filled) == 4:
            return int(filled)
        above = [
            year_of_line(cell)
            for number, row in self.grid.rows
            if number < top.rows[0]
            for cell in row
            if isinstance(cell, str)
        ]
        return next(
            (
                year
                for year in (*reversed(above), *map(year_of_line, top.texts.values()))
                if year is not None
            ),
            year_of_line(self.grid.name),
        )

    def _merge(self, tables: list[TableReader], lines: Lines) -> None:
        """The tables of a sheet as one: its unit of money, its total."""
        sheet = self.sheet
        units = {unit.word: unit for table in tables for unit in table.units.values() if unit.word}
        said = scales.of_lines(lines)
        if not any(table.units for table in tables) and said.word:
            units = {said.word: said}
        sheet.money_unit = "、".join(units)
        sheet.money_from = next((unit.source for unit in units.values()), "")
        stated = [table.stated for table in tables]
        if all(stated):
            sheet.stated_totals = [each for of_table in stated for each in of_table]

    # What the sheet hides, and sheets that are not ours

    def _tell_marks(self) -> None:
        records = {row.number for section in self.sheet.sections for row in section.rows}
        hidden = sorted(records & self.grid.hidden_rows)
        if hidden and self.chosen.hidden is Choice.AS_FOUND:
            sentence = _(
                "%(count)s rows are hidden (%(how)s) and are taken all the same: rows %(rows)s."
            )
            how = _("by a filter") if self.grid.is_filtered else _("by hand")
            words = {"count": len(hidden), "how": how, "rows": row_numbers(hidden)}
            self.asker.doubt(sentence % words, hidden[0])
        self._tell_struck()
        if self.grid.is_blind and records:
            self._tell_blind()
        is_marked_by_us = any(grid.name == PROBLEMS for grid in self.book.grids)
        for (row, column), text in sorted(self.grid.comments.items()):
            if row in records and not is_marked_by_us:
                sentence = _("The cell bears a comment: “%(text)s”. It is not recorded.")
                self.asker.doubt(sentence % {"text": text}, row, column)
        if self.sheet.part and part_of_name(self.grid.name) != self.sheet.part:
            sentence = _("The sheet is read as “%(name)s” because of its headings.")
            self.asker.doubt(sentence % {"name": SHEET_NAMES[self.sheet.part]})

    def _tell_blind(self) -> None:
        """Of an old file nobody knows what it hides, or whether a first of a month was a month."""
        sentence = _(
            "In files of this kind hidden rows, rows struck through and number formats are not seen."
            " If the sheet has any, save it as a workbook (.xlsx) and import that."
        )
        self.asker.doubt(sentence)
        for section in self.sheet.sections:
            for field, heading in section.headings.items():
                days = [row for row in section.rows if _is_first(row.values.get(field))]
                filled = [row for row in section.rows if row.values.get(field) is not None]
                if heading.column.form is Form.DAY and days and len(days) == len(filled):
                    sentence = _(
                        "All days of “%(heading)s” are the first of a month. If the sheet shows"
                        " months only, write the days."
                    )
                    words = {"heading": heading.text}
                    self.asker.doubt(sentence % words, days[0].number, heading.place + 1)

    def _tell_struck(self) -> None:
        """Single cells of a record that are struck through, or that their format does not show."""
        for section in self.sheet.sections:
            records = {row.number for row in section.rows}
            columns = {h.place + 1: h.column.heading for h in section.headings.values()}
            unseen = {at for at, code in self.grid.formats.items() if shows_nothing(code)}
            for places, sentence in (
                (self.grid.struck, _("The cell is struck through and is taken all the same.")),
                (
                    unseen,
                    _("The number format hides what the cell holds; it is taken all the same."),
                ),
            ):
                for row, column in sorted(places):
                    if row in records and column in columns:
                        self.asker.doubt(sentence, row, column, columns[column])

    def tell_unknown(self, *, is_refused: bool) -> None:
        """Sheet, nearest part, what was recognised, what is missing, where headings were sought."""
        if not is_refused or self.nearest is None:
            self.asker.doubt(_("The sheet is not understood and is left out."))
            return
        if is_a_card(self.grid):
            sentence = _(
                "The sheet is a card of one project, with headings beside their values. Write the"
                " projects as rows of one table."
            )
            self.asker.refuse(sentence)
            return
        part, top = self.nearest.nearest, self.nearest.top
        known = [one_line(top.texts[place]) for places in top.named.values() for place in places]
        lacking = [column.heading for column in missing(part, top.named)]
        sentence = _(
            "No table of ours was found in rows 1 to %(deepest)s. Nearest is “%(part)s”: recognised"
            " are %(known)s; missing are %(missing)s."
        )
        words = {
            "deepest": DEEPEST,
            "part": SHEET_NAMES[part],
            "known": "、".join(known) or "—",
            "missing": "、".join(lacking) or "—",
        }
        self.asker.refuse(sentence % words, top.rows[0])


def _words_of_key(part: Part) -> Iterable[str]:
    column = COLUMNS[part][0]
    return (column.heading, *column.synonyms)


def _names_key(row: list[object], words: set[str]) -> bool:
    return any(isinstance(cell, str) and "".join(cell.split()) in words for cell in row)


def _is_first(value: object) -> bool:
    """Whether a date of the sheet is the first of a month."""
    return isinstance(value, dict) and str(value.get("day", ""))[8:10] == "01"
