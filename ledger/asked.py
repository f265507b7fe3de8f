"""What somebody asks of the league table, and the table that answers.

Owns: reading ``as_of``, ``known_by`` and ``without`` from an address or a command, and the choice
between the announced table of a closed quarter and one computed now. Must never: fail on a malformed
wish (it falls back to the default), read the clock or compute a figure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils import timezone

from ledger.announced import announced_tables
from ledger.league import EXCLUSIONS, LeagueTable, league_table, league_tables
from ledger.models import Entry, Period, Settlement
from ledger.months import Month, is_counted_year
from units.models import County


@dataclass(frozen=True, slots=True)
class Asked:
    """A month, and what was wished beside it; None and empty are the defaults."""

    month: Month
    as_of: date | None = None
    known_by: datetime | None = None
    without: frozenset[str] = frozenset()

    def day(self, today: date) -> date:
        """The day counted up to: never in the future, else the wished one, else the month's end."""
        return min(self.as_of or self.month.last_day, today)


def read(month: Month, as_of: str, known_by: str, without: Iterable[str]) -> Asked:
    """From what was typed; a day of another year than the month's is no wish."""
    day = day_of(as_of)
    return Asked(
        month=month,
        as_of=day if day is not None and day.year == month.year else None,
        known_by=moment_of(known_by),
        without=left_out(without),
    )


def left_out(texts: Iterable[str]) -> frozenset[str]:
    """The kinds of money to leave out, each by itself or several by commas."""
    return frozenset(word for text in texts for word in text.split(",")) & EXCLUSIONS.keys()


def newest_month(county: County, today: date) -> Month:
    """The month of the newest counted entry; this month where nothing is counted yet."""
    entries = Entry.objects.filter(county=county, counted_on__lte=today).order_by("-counted_on")
    return Month.of(entries.values_list("counted_on", flat=True).first() or today)


def day_of(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if is_counted_year(day) else None


def moment_of(text: str) -> datetime | None:
    """A moment, or the end of a day; without a zone it is the county's time."""
    try:
        # In an address a plus sign arrives as a space.
        moment = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
    except ValueError:
        return None
    if not is_counted_year(moment.date()):
        return None
    if len(text) <= len("2012-06-30"):
        moment = datetime.combine(moment.date(), time.max)
    return timezone.make_aware(moment) if timezone.is_naive(moment) else moment


def answer(county: County, asked: Asked, today: date) -> LeagueTable:
    """The announced table for the month that ends a closed quarter, else one computed now."""
    [table] = answers([county], asked, today)
    return table


def answers(counties: Sequence[County], asked: Asked, today: date) -> list[LeagueTable]:
    """The table of each county, in as many queries as for one."""
    announced = {s.period.county_id: s for s in _announced(counties, asked)}
    if asked.without:
        found = _without(counties, announced, asked, today)
    else:
        open_ = [county for county in counties if county.pk not in announced]
        found = announced_tables(list(announced.values()))
        found += league_tables(open_, asked.day(today), asked.known_by) if open_ else []
    by_county = {table.county.pk: table for table in found}
    return [by_county[county.pk] for county in counties]


def _without(
    counties: Sequence[County], announced: Mapping[int, Settlement], asked: Asked, today: date
) -> list[LeagueTable]:
    """Not announced in this form; where the quarter is closed, of the entries that were."""
    open_ = [county for county in counties if county.pk not in announced]
    day, without = asked.day(today), asked.without
    found = league_tables(open_, day, asked.known_by, without=without) if open_ else []
    for settlement in announced.values():
        county, known_by = settlement.period.county, settlement.known_by
        found.append(league_table(county, settlement.as_of, known_by, without=without))
    return found


def _announced(counties: Sequence[County], asked: Asked) -> list[Settlement]:
    """The newest settlement of each county whose quarter of this month is closed."""
    if not asked.month.ends_quarter or asked.as_of is not None or asked.known_by is not None:
        return []
    found = Settlement.objects.filter(
        period__county__in=counties,
        period__year=asked.month.year,
        period__quarter=asked.month.quarter,
        period__state=Period.State.CLOSED,
    )
    newest = found.order_by("period__county_id", "-version").distinct("period__county_id")
    return list(newest.select_related("period__county", "proposed_by", "confirmed_by"))
