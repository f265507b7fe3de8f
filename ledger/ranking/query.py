"""The query of a league table (``as_of``, ``known_by``, ``without``) and the table that answers it.

Chooses between the announced table of a closed quarter and one computed now. A malformed parameter
falls back to its default. Never reads the clock.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from django.utils import timezone

from ledger.models import Entry, Period, Proposal, Settlement
from ledger.ranking.announced import announced_table, partial
from ledger.ranking.gathering import EXCLUSIONS
from ledger.ranking.league import Corrects, LeagueTable, league_table
from ledger.ranking.summaries import Summary, announced, computed
from ledger.rules.months import Month, is_counted_year
from units.models import County
from units.targets import record as targets


@dataclass(frozen=True, slots=True)
class TableQuery:
    """A month and its optional parameters; None and empty are the defaults.

    ``version`` asks for that settlement of the quarter, also after a reopening.
    """

    month: Month
    as_of: date | None = None
    known_by: datetime | None = None
    without: frozenset[str] = frozenset()
    version: int | None = None

    def day(self, today: date) -> date:
        """The day counted up to, never in the future: ``as_of``, else the month's end."""
        return min(self.as_of or self.month.last_day, today)


def read(
    month: Month, as_of: str, known_by: str, without: Iterable[str], version: str = ""
) -> TableQuery:
    """Read what was typed; a day outside the month's year is ignored."""
    day = day_of(as_of)
    return TableQuery(
        month=month,
        as_of=day if day is not None and day.year == month.year else None,
        known_by=moment_of(known_by),
        without=left_out(without),
        version=_version(version) if version else None,
    )


def _version(text: str) -> int:
    """Zero, which no settlement has, for what is no number: nobody gets another version for it."""
    return int(text) if re.fullmatch("[1-9][0-9]{0,3}", text) else 0


def left_out(texts: Iterable[str]) -> frozenset[str]:
    """The kinds of money to leave out, given one by one or separated by commas."""
    return frozenset(word for text in texts for word in text.split(",")) & EXCLUSIONS.keys()


def newest_month(county: County, today: date) -> Month:
    """The month of the newest entry in the newest year that has targets.

    Money that comes before the new year's targets does not turn the pages to a year without any.
    This month where nothing is counted yet.
    """
    year = targets.newest_year(county, today)
    last = today if year is None else min(today, date(year, 12, 31))
    entries = Entry.objects.filter(county=county, counted_on__lte=last).order_by("-counted_on")
    return Month.of(entries.values_list("counted_on", flat=True).first() or last)


def day_for(county: County | None, today: date) -> date:
    """Today; for the sample county the end of the newest month in its accounts."""
    if county is None or not county.is_sample:
        return today
    return min(newest_month(county, today).last_day, today)


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
    if timezone.is_naive(moment):
        return timezone.make_aware(moment)
    return timezone.localtime(moment)  # PostgreSQL reads no zone as far off as -22:27


def answer(county: County, query: TableQuery, today: date) -> LeagueTable:
    """The announced table for the month that ends a closed quarter, else one computed now."""
    for settlement in _announced([county], query):
        if query.without:
            return partial(settlement, query.without)
        return announced_table(settlement)
    without = query.without
    table = league_table(county, query.day(today), query.known_by, without=without, today=today)
    under = _under_correction(county, query)
    return replace(table, corrects=under) if under else table


def _under_correction(county: County, query: TableQuery) -> Corrects | None:
    """What was announced of a quarter that is open again, and why it is corrected."""
    if not query.month.ends_quarter or query.as_of is not None or query.known_by is not None:
        return None
    of_quarter = Settlement.objects.filter(
        period__county=county, period__year=query.month.year, period__quarter=query.month.quarter
    )
    newest = of_quarter.exclude(period__state=Period.State.CLOSED).order_by("-version").first()
    if newest is None:
        return None
    record, done = f"period:{newest.period_id}", Proposal.Outcome.CONFIRMED
    asked = Proposal.objects.filter(kind=Proposal.Kind.REOPEN, record=record, outcome=done)
    reason = asked.order_by("-pk").values_list("reason", flat=True).first() or ""
    return Corrects(newest.version, timezone.localdate(newest.closed_at), newest.received, reason)


def summaries(counties: Sequence[County], query: TableQuery, today: date) -> list[Summary]:
    """Summaries of those tables, in as many queries as for one county."""
    closed = {s.period.county_id: s for s in _announced(counties, query)}
    open_ = [county for county in counties if county.pk not in closed]
    found = computed(open_, query.day(today), query.known_by, without=query.without)
    if query.without:
        found += [Summary.of(partial(settlement, query.without)) for settlement in closed.values()]
    else:
        found += announced(list(closed.values()))
    by_county = {summary.county.pk: summary for summary in found}
    return [by_county[county.pk] for county in counties]


def _announced(counties: Sequence[County], query: TableQuery) -> list[Settlement]:
    """The newest settlement of each county whose quarter of this month is closed."""
    if not query.month.ends_quarter or query.as_of is not None or query.known_by is not None:
        return []
    found = Settlement.objects.filter(
        period__county__in=counties,
        period__year=query.month.year,
        period__quarter=query.month.quarter,
    )
    if query.version is None:
        found = found.filter(period__state=Period.State.CLOSED)
    else:
        found = found.filter(version=query.version)
    newest = found.order_by("period__county_id", "-version").distinct("period__county_id")
    if not (keys := list(newest.values_list("pk", flat=True))):
        return []  # most pages end here; the second query has wide rows, with people
    related = ("period__county", "proposed_by", "confirmed_by")
    return list(Settlement.objects.filter(pk__in=keys).select_related(*related))
