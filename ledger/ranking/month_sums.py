"""The sums of the months (``MonthSum``): read over regions, compared with the entries, made anew.

Owns: what a sum of a month is, in entries. Must never: be read for a county's own table, which adds up
its entries in as little time; or put a wrong sum right unasked, for somebody has to find out why.
"""

from collections import Counter
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Model, Q, QuerySet, Sum
from django.db.models.functions import Left, TruncMonth

from ledger.models import OUTSIDE, Entry, MonthSum
from ledger.ranking.gathering import Sums
from units.ground.money import NOTHING
from units.models import County

KEPT = ("received", "received_new", "received_outside")
# What the columns are made of, for each month of each county.
OF_ENTRIES = {
    "received": Sum("amount"),
    "received_new": Sum("amount", filter=Q(is_new=True), default=NOTHING),
    "received_outside": Sum("amount", filter=Q(origin__in=OUTSIDE), default=NOTHING),
}


def received(prefix: str, digits: int, as_of: date) -> dict[str, Sums]:
    """Yuan of the year up to the day, by the first ``digits`` of the codes of the counties of ``prefix``.

    Months that are over from their sums, of the running one the entries.
    """
    january, running = as_of.replace(month=1, day=1), as_of.replace(day=1)
    if (as_of + timedelta(days=1)).day == 1:
        running = as_of + timedelta(days=1)
    months = MonthSum.objects.filter(month__gte=january, month__lt=running)
    found = _by_place(_within(months, prefix), digits, {name: Sum(name) for name in KEPT})
    if running <= as_of:
        # The keys themselves: with the counties joined PostgreSQL 17 would read the whole index.
        counties = list(County.objects.filter(code__startswith=prefix).values_list("pk", flat=True))
        entries = Entry.objects.filter(county__in=counties, counted_on__range=(running, as_of))
        for place, sums in _by_place(entries, digits, OF_ENTRIES).items():
            found[place] = found.get(place, Sums()) + sums
    return found


def _within(rows: QuerySet[Any], prefix: str) -> QuerySet[Any]:
    return rows.filter(county__code__startswith=prefix) if prefix else rows


def _by_place(rows: QuerySet[Any], digits: int, sums: dict[str, Sum]) -> dict[str, Sums]:
    placed = rows.order_by().annotate(place=Left("county__code", digits)).values_list("place")
    # Under names that no column of the rows has.
    found = placed.annotate(**{f"sum_of_{name}": sums[name] for name in KEPT})
    return {place: Sums(*amounts) for place, *amounts in found}


def differing(county: County | None = None) -> list[tuple[int, date]]:
    """County and month of each sum that its entries do not make, or that is missing.

    Both sides in one statement, so that a posting meanwhile is in both or in neither.
    """
    kept = _of(MonthSum, county).values_list("county", "month", *KEPT)
    seen = Counter(kept.union(_made(county), all=True))
    return sorted({(of, month) for (of, month, *_sums), times in seen.items() if times != 2})


def _of(model: type[Model], county: County | None) -> QuerySet[Any]:
    rows = model._default_manager.order_by()
    return rows.filter(county=county) if county else rows


def _made(county: County | None) -> QuerySet[Any]:
    """County, month and sums, of the entries."""
    entries = _of(Entry, county).annotate(month=TruncMonth("counted_on"))
    sums: QuerySet[Any] = entries.values_list("county", "month").annotate(**OF_ENTRIES)
    return sums


@transaction.atomic
def rebuild(county: County | None = None) -> int:
    """Make the sums anew from the entries; how many there are. Nobody posts meanwhile, anywhere."""
    table = connection.ops.quote_name(MonthSum._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
    _of(MonthSum, county).delete()
    made = [
        MonthSum(county_id=of, month=month, **dict(zip(KEPT, amounts, strict=True)))
        for of, month, *amounts in _made(county)
    ]
    return len(MonthSum.objects.bulk_create(made, batch_size=5_000))
