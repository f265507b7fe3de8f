"""Money by month: what was received, and what was due, by the end of each month.

For a county and for single units, from the same entries as the league table. Never reads the clock.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from typing import Any

from django.db.models import QuerySet, Sum

from ledger.models import Entry
from ledger.ranking.counted import entries_between
from ledger.ranking.gathering import entries_since, without_some
from ledger.ranking.league import LeagueRow, LeagueTable, quarters_due
from ledger.rules.months import Month
from ledger.rules.standing import benchmark, completed_months
from units.ground.money import ZERO
from units.models import County, Unit


@dataclass(frozen=True, slots=True)
class Series:
    """Yuan received from January to the end of each month.

    ``this_year`` ends with the month of ``as_of``, ``last_year`` has twelve.
    """

    as_of: date
    this_year: tuple[Decimal, ...]
    last_year: tuple[Decimal, ...]

    @property
    def same_time_last_year(self) -> Decimal | None:
        """Yuan received by the same month end a year before; None within a month."""
        months = completed_months(self.as_of)
        return self.last_year[months - 1] if months == self.as_of.month else None


def by_month(
    county: County, as_of: date, known_by: datetime | None, without: Iterable[str] = ()
) -> Series:
    """Cumulative sums of the year up to the day, and of the whole year before."""
    start = as_of.replace(year=as_of.year - 1, month=1, day=1)
    entries = entries_since(start, county, as_of, known_by, without)
    return _series(_monthly(entries), as_of)


def of_table(table: LeagueTable) -> Series:
    """The same of the money that a table counted."""
    start = table.as_of.replace(year=table.as_of.year - 1, month=1, day=1)
    return _series(_monthly(entries_between(table, start, table.as_of)), table.as_of)


def of_units(units: Sequence[Unit], as_of: date) -> Series:
    """The same for what some units of a county together were credited."""
    days = date(as_of.year - 1, 1, 1), as_of
    entries = Entry.objects.filter(unit__in=units, counted_on__range=days, is_adjustment=False)
    return _series(_monthly(without_some(entries, units[0].county.not_counted)), as_of)


def _monthly(entries: QuerySet[Entry]) -> QuerySet[Entry, Any]:
    rows = entries.order_by().values_list("counted_on__year", "counted_on__month")
    return rows.annotate(Sum("amount"))


def due_by_month(rows: Iterable[LeagueRow], year: int) -> list[Fraction]:
    """The benchmark of all rows together at each month end.

    The rule is linear, so it applies to sums.
    """
    quarters = quarters_due(rows)
    return [benchmark(quarters, Month(year, month).last_day) for month in range(1, 13)]


def _series(rows: Iterable[tuple[int, int, Decimal]], as_of: date) -> Series:
    found: dict[tuple[int, int], Decimal] = defaultdict(lambda: ZERO)
    found.update({(year, month): total for year, month, total in rows})
    return Series(
        as_of=as_of,
        this_year=_running(found, as_of.year, as_of.month),
        last_year=_running(found, as_of.year - 1, 12),
    )


def _running(found: dict[tuple[int, int], Decimal], year: int, months: int) -> tuple[Decimal, ...]:
    return tuple(accumulate(found[year, month] for month in range(1, months + 1)))
