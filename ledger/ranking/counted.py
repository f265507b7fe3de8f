"""The entries that a table counted, whether it is open, announced, or leaves out some money."""

from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet

from ledger.models import Entry
from ledger.ranking.gathering import entries_since
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
    left_out = frozenset(table.without if without is None else without)
    if table.frame is None:
        return entries_since(start, table.county, end, table.known_by, left_out)
    found = Entry.objects.filter(county=table.county, counted_on__range=(start, end))
    found = found.filter(table.frame.counted())
    if "carry_over" in left_out:
        found = found.filter(is_new=True)
    return found.exclude(industry__in=table.frame.without(left_out))
