"""Parses one row: each column by its form, every objection as a remark on its cell.

Whether a row is new or fits the accounts is decided in ``plan_*.py``.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from ledger.importing.accounts import Accounts
from ledger.reading import cells, vocabulary
from ledger.reading.columns import column_named
from ledger.reading.remarks import Remarks
from ledger.reading.sections import Fault, Heading, Row, Section
from units.ground.money import WAN
from units.models import Unit

T = TypeVar("T")


class Reader:
    """One row of a section. Objections become remarks and set ``is_refused``."""

    def __init__(self, section: Section, row: Row, remarks: Remarks) -> None:
        self.section, self.row, self.remarks = section, row, remarks
        self.is_refused = False

    @property
    def number(self) -> int:
        return self.row.number

    def has(self, field: str) -> bool:
        """Whether the row has a value in the column."""
        return not cells.is_nothing(self.row.values.get(field))

    def heading(self, field: str) -> Heading | None:
        """The column that the row's value comes from."""
        return self.row.own.get(field) or self.section.headings.get(field)

    def is_empty(self, *fields: str) -> bool:
        return not any(self.has(field) for field in fields)

    def found(self, field: str) -> str:
        value = self.row.values.get(field)
        return value.shown if isinstance(value, Fault) else cells.shown(value)

    def refuse(self, field: str, sentence: str | Promise) -> None:
        self.is_refused = True
        self.remarks.refuse(*self._place(field, sentence))

    def notice(self, field: str, sentence: str | Promise) -> None:
        self.remarks.notice(*self._place(field, sentence))

    def _place(self, field: str, sentence: str | Promise) -> tuple[str, str, int, int, str, str]:
        heading = self.heading(field)
        place = heading.place + 1 if heading is not None else 0
        text = heading.column.heading if heading is not None else ""
        return self.section.sheet, str(sentence), self.number, place, text, self.found(field)

    def first(self, seen: dict[Any, str], identity: Any) -> str:
        """The earlier row with the same identity, as people find it; empty if this is the first."""
        here = f"{self.section.sheet}!{self.number}"
        first = seen.setdefault(identity, here)
        return "" if first == here else first.removeprefix(f"{self.section.sheet}!")

    # Cells by form; None where a cell is empty or not understood

    def text(self, field: str) -> str:
        return self._read(field, cells.text) or ""

    def long_text(self, field: str) -> str:
        return self._read(field, cells.long_text) or ""

    def day(self, field: str) -> date | None:
        return self._read(field, lambda value: cells.day(value, self.section.epoch))

    def year(self, field: str) -> int | None:
        return self._read(field, cells.year)

    def count(self, field: str) -> int | None:
        return self._read(field, cells.count)

    def shares(self, field: str) -> list[tuple[str, int]] | None:
        return self._read(field, cells.shares)

    def amount(self, field: str, *, allow_zero: bool = False) -> Decimal | None:
        heading = self.heading(field)
        scale = heading.scale if heading is not None else WAN
        return self._read(field, lambda value: cells.amount(value, scale, allow_zero=allow_zero))

    def choice(self, field: str, words: dict[str, str]) -> str | None:
        """One of a list of words; any other is refused with the list."""
        written = self.text(field)
        if not written:
            return None
        found = vocabulary.choice(written, words)
        if found is None:
            sentence = _("Choose one of: %(words)s.")
            self.refuse(field, sentence % {"words": "、".join(vocabulary.offered(words))})
        return found

    def unit(self, field: str, accounts: Accounts) -> Unit | None:
        name = self.text(field)
        return self.unit_named(name, field, accounts) if name else None

    def unit_named(self, name: str, field: str, accounts: Accounts) -> Unit | None:
        """A unit of the county by its name; a similar name is suggested, not taken."""
        unit = accounts.unit(name)
        if unit is None:
            near = accounts.near(name)
            accounts.unknown_units[name] = near
            self.refuse(field, _like(name, near) if near else _unknown(name))
        return unit

    def demand(self, *fields: str) -> None:
        """Refuse the row for each of these columns that is empty."""
        for field in fields:
            if not self.has(field):
                column = column_named(field, self.section.part)
                word = column.heading if column is not None else field
                self.refuse(field, _("Fill in “%(heading)s”.") % {"heading": word})

    def _read(self, field: str, read: Callable[[Any], T]) -> T | None:
        value = self.row.values.get(field)
        if isinstance(value, Fault):
            self.refuse(field, _(value.sentence))
            return None
        if cells.is_nothing(value):
            return None
        try:
            return read(value)
        except cells.CellError as error:
            sentence = _(error.sentence)
            self.refuse(field, sentence % error.params if error.params else sentence)
            return None


def _unknown(name: str) -> str:
    sentence = _(
        "“%(name)s” is not a unit of this county. Add it to the sheet 单位, or correct it."
    )
    return sentence % {"name": name}


def _like(name: str, near: str) -> str:
    sentence = _("“%(name)s” is not a unit of this county. Is “%(near)s” meant?")
    return sentence % {"name": name, "near": near}
