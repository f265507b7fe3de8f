"""The entries that a table counted, whether it is open, announced, or leaves out some money."""

from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet

from ledger.models import Entry
from ledger.ranking.frame import Frame
from ledger.ranking.gathering import (
    EXCLUSIONS,
    all_entries_since,
    entries_since,
    origins_left_out,
    without_some,
)
from ledger.ranking.league import LeagueTable


def entries(table: LeagueTable) -> QuerySet[Entry]:
    """Those of the table's year."""
    return entries_between(table, table.as_of.replace(month=1, day=1), table.as_of)


def entries_between(
    table: LeagueTable, start: date, end: date, without: Iterable[str] | None = None
) -> QuerySet[Entry]:
    """Those of other days; ``without`` instead of what the table leaves out.

    Of a settlement they are read from the chains up to the stored positions, and industries have
    the flags that they had then.
    """
    left_out = frozenset(table.left_out if without is None else without)
    if table.frame is None:
        return entries_since(start, table.county, end, table.known_by, left_out)
    found = all_entries_between(table, start, end).filter(is_adjustment=False)
    return _left_in(found, table.frame, left_out)


def _left_in(found: QuerySet[Entry], frame: Frame, left_out: frozenset[str]) -> QuerySet[Entry]:
    if "carry_over" in left_out:
        found = found.exclude(EXCLUSIONS["carry_over"])
    if origins := origins_left_out(left_out):
        found = found.exclude(origin__in=origins)
    return found.exclude(industry__in=frame.without(left_out))


def all_entries_between(table: LeagueTable, start: date, end: date) -> QuerySet[Entry]:
    """All money of the days, adjustments of earlier years among it: what a project ever received."""
    if table.frame is None:
        return all_entries_since(start, table.county, end, table.known_by)
    found = Entry.objects.filter(county=table.county, counted_on__range=(start, end))
    return found.filter(table.frame.counted())


def adjustments(table: LeagueTable, without: Iterable[str] | None = None) -> QuerySet[Entry]:
    """The entries of the table's year that correct money of earlier years."""
    start = table.as_of.replace(month=1, day=1)
    left_out = frozenset(table.left_out if without is None else without)
    found = all_entries_between(table, start, table.as_of).filter(is_adjustment=True)
    if table.frame is not None:
        return _left_in(found, table.frame, left_out)
    return without_some(found, left_out)
