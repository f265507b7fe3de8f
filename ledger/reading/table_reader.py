"""Reads one table of a sheet: its columns, their unit of money, then its records.

What is not beyond doubt is asked; nothing is taken by a guess.
"""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from ledger.reading import cells, scales
from ledger.reading.asker import Asker, row_numbers
from ledger.reading.body import Body, Kind, Line
from ledger.reading.columns import (
    IGNORED_HEADINGS,
    Column,
    Form,
    Part,
    column_named,
)
from ledger.reading.headings import (
    Top,
    guess,
    missing,
    one_line,
)
from ledger.reading.mapping import MONTH_END, How, SheetMapping
from ledger.reading.money_units import foreign_word, in_heading
from ledger.reading.records import Records
from ledger.reading.remarks import column_letters
from ledger.reading.result import ColumnRead, LeftOut, StatedTotal
from ledger.reading.scales import Doubtful, Lines
from ledger.reading.sections import Heading, Section
from ledger.reading.totals import Totals
from ledger.reading.workbook import Grid
from units.ground.text import key


class TableReader:
    """One table of a sheet: its columns, then its records."""

    def __init__(
        self, grid: Grid, asker: Asker, chosen: SheetMapping, top: Top, end: int, epoch: int
    ) -> None:
        part = asker.sheet.part
        assert part is not None
        self.grid, self.asker, self.part, self.top = grid, asker, part, top
        self.chosen, self.sheet = chosen, asker.sheet
        self.body_rows = [
            (number, row) for number, row in self.grid.rows if top.rows[-1] < number < end
        ]
        self.is_refused = False
        self.several: dict[str, list[Heading]] = {}
        self.units: dict[str, scales.Unit] = {}
        self.stated: list[StatedTotal] = []
        self.section = Section(part, self.grid, {}, top.rows, epoch=epoch)
        self._columns()
        self.body = Body(self.grid, part, self._headings(), top.texts, self.chosen)
        self.lines = self.body.lines(self.body_rows)

    def records(self) -> Iterator[Line]:
        return (line for line in self.lines if line.kind is Kind.RECORD)

    def _headings(self) -> dict[str, Heading]:
        first = {field: headings[0] for field, headings in self.several.items()}
        return self.section.headings | first

    # Columns

    def _columns(self) -> None:
        named = self._chosen_columns() if self.chosen.columns else dict(self.top.named)
        for field, places in named.items():
            column = column_named(field, self.part)
            if column is None:
                continue
            if self.chosen.columns and len(places) > 1:
                self.several[field] = [self._heading(column, place) for place in places]
                continue
            place = self._one_place(column, places)
            if place is not None:
                self.section.headings[field] = self._heading(column, place)
        self._tell_columns()

    def _chosen_columns(self) -> dict[str, list[int]]:
        named: dict[str, list[int]] = {}
        for letters, field in self.chosen.columns.items():
            if field:
                named.setdefault(field, []).append(_place_of(letters))
        return {field: sorted(places) for field, places in named.items()}

    def _heading(self, column: Column, place: int) -> Heading:
        return Heading(column, place, one_line(self.top.texts.get(place, "")))

    def _one_place(self, column: Column, places: list[int]) -> int | None:
        """Of several columns with one meaning: the visible one, or the one with our own heading.

        Between two columns of money the person decides, also if one bears our own heading.
        """
        visible = [place for place in places if place + 1 not in self.grid.hidden_columns]
        if visible and len(visible) < len(places):
            self._tell_hidden(column, visible[0], sorted(set(places) - set(visible)))
        left = visible or places
        if len(left) == 1:
            return left[0]
        own = [place for place in left if self._is_own(place, column)]
        if len(own) == 1 and column.form is not Form.AMOUNT:
            return own[0]
        first, second = left[:2]
        words = {
            "heading": column.heading,
            "first": one_line(self.top.texts[first]),
            "second": one_line(self.top.texts[second]),
        }
        if not (column.is_required or column.form is Form.AMOUNT):
            sentence = _(
                "Two columns mean “%(heading)s”: “%(first)s” and “%(second)s”. Neither is read."
            )
            self.asker.doubt(sentence % words, self.top.rows[0], second + 1, column.heading)
            return None
        sentence = _(
            "Two columns mean “%(heading)s”: “%(first)s” and “%(second)s”. Leave one of them out."
        )
        self.asker.ask(
            column.field, sentence % words, self.top.rows[-1], second + 1, self.top.texts[second]
        )
        return None

    def _is_own(self, place: int, column: Column) -> bool:
        bare = one_line(self.top.texts[place]).partition("（")[0].partition("(")[0]
        return key(bare) == key(column.heading)

    def _tell_hidden(self, column: Column, place: int, hidden: list[int]) -> None:
        sentence = _(
            "“%(heading)s” stands in column %(letter)s and in a hidden column (%(hidden)s); the hidden"
            " one is not read."
        )
        letters = "、".join(column_letters(each + 1) for each in hidden)
        words = {
            "heading": column.heading,
            "letter": column_letters(place + 1),
            "hidden": letters,
        }
        self.asker.doubt(sentence % words, self.top.rows[0], hidden[0] + 1, column.heading)

    def _tell_columns(self) -> None:
        by_place = {h.place: h for h in self.section.headings.values()}
        by_place |= {h.place: h for each in self.several.values() for h in each}
        for place, text in self.top.texts.items():
            heading = by_place.get(place)
            field, how = "", None
            if heading is not None:
                field, how = heading.column.field, self._how(heading)
            elif not self.chosen.columns:
                offer = guess(text, self.part)
                if offer is not None and offer.field not in self.top.named:
                    field, how = offer.field, How.GUESSED
            is_hidden = place + 1 in self.grid.hidden_columns
            if heading is not None and is_hidden:
                sentence = _("“%(heading)s” stands in a hidden column, which is read.")
                words = {"heading": heading.column.heading}
                self.asker.doubt(sentence % words, self.top.rows[0], place + 1)
            self.sheet.columns.append(ColumnRead(place, one_line(text), field, how, is_hidden))

    def _how(self, heading: Heading) -> How:
        return self.chosen.how if self.chosen.columns else How.KNOWN

    # Records

    def read(self, lines: Lines, year: int | None) -> None:
        self.section.year = year
        self._ask_missing()
        self._set_units(lines)
        if self.is_refused or self.sheet.missing:
            self._leave_out()
            return
        totals = Totals(self.section, self.lines) if not self.several else None
        if totals is not None:
            self.lines = totals.told()
            self.stated = totals.stated()
            for each in totals.differences():
                self.asker.doubt(each.sentence, each.row, each.column, each.heading)
        self._leave_out()
        title = self._title()
        records = Records(self.section, self.chosen, self.several, title)
        self.section.rows = list(records.rows(list(self.records())))
        empty = {line.number for line in self.records()} - {r.number for r in self.section.rows}
        self.sheet.left_out += [LeftOut(number, _("no amount")) for number in sorted(empty)]
        self._tell_merged(records)
        self._ask_days()
        self._tell_rest()
        self._tell_beyond()
        self._refuse_foreign()

    def _title(self) -> str:
        above = [
            cell
            for number, row in self.grid.rows
            if number < self.top.rows[0]
            for cell in row
            if isinstance(cell, str)
        ]
        return " ".join((*above, self.grid.name))

    def _ask_missing(self) -> None:
        there = {*self.section.headings, *self.several, *self.chosen.fill, *self.sheet.missing}
        for column in missing(self.part, sorted(there)):
            found = "、".join(one_line(text) for text in self.top.texts.values())
            self.asker.ask_for(column, self.top.rows[-1], found)

    def _set_units(self, lines: Lines) -> None:
        """The scale of every column of money; with a column of units each row names its own."""
        numbers = [line.number for line in self.records()]
        for field, heading in list(self.section.headings.items()):
            if heading.column.form is Form.AMOUNT:
                unit = self._unit(heading, lines, numbers)
                if unit is not None:
                    self.section.headings[field] = _scaled(heading, unit)
        for field, headings in self.several.items():
            if headings[0].column.form is Form.AMOUNT:
                units = [(heading, self._unit(heading, lines, numbers)) for heading in headings]
                self.several[field] = [_scaled(h, unit) for h, unit in units if unit is not None]

    def _text(self, heading: Heading) -> str:
        """The heading that names the unit; the parts of a task are in that of the whole."""
        own = self.top.texts.get(heading.place, "")
        whole = self.section.headings.get("target")
        is_part = self.part is Part.TARGETS and whole is not None and not in_heading(own)
        return self.top.texts.get(whole.place, "") if is_part and whole is not None else own

    def _unit(self, heading: Heading, lines: Lines, numbers: list[int]) -> scales.Unit | None:
        if "money_unit" in self.section.headings:
            return None
        unit = scales.of_column(
            self.grid, heading.place, self._text(heading), lines, numbers, self.chosen.money_unit
        )
        self.units[heading.text] = unit
        if unit.doubt is None:
            return unit
        sentence = scales.sentence(unit, heading.text)
        row, column = self.top.rows[-1], heading.place + 1
        if unit.doubt is Doubtful.FOREIGN:
            self.is_refused = True
            self.asker.refuse(sentence, row, column, heading.text)
        elif "money_unit" not in self.sheet.missing:
            self.asker.ask("money_unit", sentence, row, column, heading.text)
        return None

    def _ask_days(self) -> None:
        """Months instead of days: asked once for the sheet if they are at least half of its days."""
        for field, heading in self.section.headings.items():
            if heading.column.form is not Form.DAY or self.chosen.fill.get(field) == MONTH_END:
                continue
            filled = [
                row for row in self.section.rows if not cells.is_nothing(row.values.get(field))
            ]
            months = [row for row in filled if cells.month(row.values.get(field)) is not None]
            if months and 2 * len(months) >= len(filled):
                sentence = _(
                    "“%(heading)s” names months without a day (%(found)s). Write the days, or choose the"
                    " last day of the month for the whole sheet."
                )
                first = cells.shown(months[0].values[field])
                words = {"heading": heading.text, "found": first}
                row, place = months[0].number, heading.place + 1
                self.asker.ask(field, sentence % words, row, place, first)

    def _leave_out(self) -> None:
        kinds = (Kind.RECORD, Kind.BLANK)
        self.sheet.left_out += [
            LeftOut(line.number, line.why) for line in self.lines if line.kind not in kinds
        ]

    def _tell_merged(self, records: Records) -> None:
        numbers = {row.number for row in self.section.rows}
        found: dict[str, list[int]] = {}
        for number in sorted(numbers & records.merged.keys()):
            for field in records.merged[number]:
                found.setdefault(field, []).append(number)
        for field, rows in found.items():
            heading = self.section.headings[field]
            sentence = _("A merged cell of “%(heading)s” holds for rows %(rows)s as well.")
            words = {"heading": heading.text, "rows": row_numbers(rows)}
            self.asker.doubt(sentence % words, rows[0], heading.place + 1, heading.text)

    def _tell_rest(self) -> None:
        used = {h.place for h in self.section.headings.values()}
        used |= {h.place for each in self.several.values() for h in each}
        filled = {
            place
            for _number, row in self.body_rows
            for place, cell in enumerate(row)
            if cell is not None
        }
        extra = [
            one_line(text)
            for place, text in self.top.texts.items()
            if place not in used and place in filled and key(text) not in IGNORED_HEADINGS
        ]
        if extra and not self.chosen.columns:
            sentence = _("These columns are left out: %(headings)s.")
            words = {"headings": "、".join(extra)}
            self.asker.doubt(sentence % words, self.section.heading_row)

    def _refuse_foreign(self) -> None:
        """A row one of whose cells says nothing but 美元 is not in RMB, whatever its heading says."""
        sentence = _(
            "The row is in foreign money (%(said)s), which is not taken as RMB. Convert it to 万元, or"
            " leave the row out."
        )
        of_money = self.section.headings.get("money_unit")  # refused at its amount
        for line in self.records():
            for place, cell in enumerate(line.cells):
                if of_money is not None and place == of_money.place:
                    continue
                if isinstance(cell, str) and len(cell) <= 6 and foreign_word(cell):
                    self.asker.refuse(sentence % {"said": cell.strip()}, line.number, place + 1)

    def _tell_beyond(self) -> None:
        """Values behind the last heading; in a text file the row may have been cut at a comma."""
        last = max(self.top.texts, default=-1)
        beyond = {
            line.number: place
            for line in self.records()
            for place, cell in enumerate(line.cells)
            if place > last and cell is not None
        }
        if self.grid.is_text:
            sentence = _(
                "The row has more cells than the headings; perhaps a comma stands in an amount. Put"
                " such a cell in quotation marks, or save the file as a workbook (.xlsx)."
            )
            for row, place in beyond.items():
                self.asker.refuse(sentence, row, place + 1)
        elif beyond:
            sentence = _("Values in columns without a heading are left out: rows %(rows)s.")
            rows = sorted(beyond)
            self.asker.doubt(sentence % {"rows": row_numbers(rows)}, rows[0], beyond[rows[0]] + 1)


def _scaled(heading: Heading, unit: scales.Unit) -> Heading:
    return Heading(heading.column, heading.place, heading.text, unit.scale)


def _place_of(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
