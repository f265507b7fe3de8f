"""A calendar month as it is written in an address: 2012-06.

Never reads the clock or imports Django, which only needs ``regex``, ``to_python`` and ``to_url`` of
a converter.
"""

import calendar
from datetime import date
from typing import NamedTuple

# No accounts exist outside these years, and dates near the limits of ``date`` overflow.
FIRST_YEAR, LAST_YEAR = 1979, 2999


class Month(NamedTuple):
    """A calendar month; months sort by time."""

    year: int
    month: int

    @classmethod
    def of(cls, day: date) -> "Month":
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Read ``2012-06``. Raises ValueError for anything else, and outside the years above."""
        year, separator, month = text.partition("-")
        digits = len(year) == 4 and len(month) == 2 and (year + month).isascii()
        if not (separator and digits and (year + month).isdigit()):
            raise ValueError(text)
        if not (FIRST_YEAR <= int(year) <= LAST_YEAR and 1 <= int(month) <= 12):
            raise ValueError(text)
        return cls(int(year), int(month))

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"

    @property
    def first_day(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def last_day(self) -> date:
        return date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

    @property
    def ends_quarter(self) -> bool:
        return self.month % 3 == 0

    @property
    def quarter(self) -> int:
        return (self.month + 2) // 3


def is_counted_year(day: date) -> bool:
    """Whether accounts can exist for the year of this day."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


class MonthConverter:
    """The path converter ``<month:month>``; anything that is not a month is a 404."""

    regex = r"\d{4}-\d{2}"

    def to_python(self, value: str) -> Month:
        return Month.parse(value)

    def to_url(self, value: Month) -> str:
        return str(value)
