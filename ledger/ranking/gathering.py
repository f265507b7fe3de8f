"""The entries, receipts and projects that count in a league table, for one or many counties.

``as_of`` is the day counted up to, ``known_by`` the moment posted up to. The number of statements
is fixed; the sums by unit come from ``ranking/figures.py``. Never ranks, writes or reads the clock.
All amounts are yuan.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from ledger.models import Entry, MonthlyReport, Receipt, Settlement
from projects.models import Investor, Project
from units.ground.money import ZERO
from units.models import County

# Money that a table may leave out (rule 11), and the condition on entries.
EXCLUSIONS = {
    "resource": Q(industry__is_resource=True),
    "property": Q(industry__is_property=True),
    # A correction of an earlier year is neither new nor carried over.
    "carry_over": Q(is_new=False, is_adjustment=False),
}
# Origins whose money a county's scope may leave out, by the name of the kind of money.
Origin = Investor.Origin
ORIGINS: dict[str, tuple[str, ...]] = {
    "same_city": (Origin.OTHER_COUNTY,),
    "same_province": (Origin.OTHER_COUNTY, Origin.OTHER_CITY),
}
LEFT_OUT = EXCLUSIONS | {name: Q(origin__in=origins) for name, origins in ORIGINS.items()}


@dataclass(frozen=True, slots=True)
class Signed:
    """Projects signed in the year up to the day: count, contracts among them, yuan."""

    projects: int = 0
    contracts: int = 0
    total_investment: Decimal = ZERO
    introduced: Decimal = ZERO


def keeps_reports(county: County) -> bool:
    """Whether the county asks for monthly reports at all: by its setting, or because some came."""
    return county.reports_from is not None or MonthlyReport.objects.filter(county=county).exists()


def last_settlements(
    counties: Iterable[County], before: date, at: datetime | None = None
) -> dict[int, Settlement]:
    """By county id: the newest settlement of the last quarter closed before the day (rule 6).

    ``at`` leaves out what was closed later, such as a version after a reopening.
    """
    found = Settlement.objects.filter(period__county__in=counties, as_of__lt=before)
    if at is not None:
        found = found.filter(closed_at__lte=at)
    found = (
        found.select_related("period")
        .order_by("period__county_id", "-as_of", "-version")
        .distinct("period__county_id")
    )
    return {settlement.period.county_id: settlement for settlement in found}


def ranks_of(settlement: Settlement, as_of: date) -> dict[int, int | None]:
    """The announced rank by unit id; none of another year, whose tasks were others (rule 6)."""
    if settlement.as_of.year != as_of.year:
        return {}
    return dict(settlement.lines.order_by().values_list("unit_id", "rank"))


def entries_of(
    county: County, as_of: date, known_by: datetime | None, without: Iterable[str] = ()
) -> QuerySet[Entry]:
    """The entries of a table: those of the year, counted up to the day, known by the moment."""
    return entries_since(_start(as_of), county, as_of, known_by, without)


def entries_since(
    start: date, county: County, as_of: date, known_by: datetime | None, without: Iterable[str]
) -> QuerySet[Entry]:
    """The same, but starting from another day. Adjustments of earlier years are in neither."""
    entries = all_entries_since(start, county, as_of, known_by).filter(is_adjustment=False)
    return without_some(entries, without)


def without_some(entries: QuerySet[Entry], without: Iterable[str]) -> QuerySet[Entry]:
    """Without the named money (``LEFT_OUT``): the county's scope, or a reader's choice."""
    for name in sorted(without):
        entries = entries.exclude(LEFT_OUT[name])
    return entries


def all_entries_since(
    start: date, county: County, as_of: date, known_by: datetime | None
) -> QuerySet[Entry]:
    """Adjustments of earlier years among them."""
    entries = Entry.objects.filter(county=county, counted_on__range=(start, as_of))
    if known_by is not None:
        entries = entries.filter(posted_at__lte=known_by)
    return entries


def origins_left_out(without: Iterable[str]) -> list[str]:
    """The origins that kinds of money leave out."""
    return sorted({origin for name in without for origin in ORIGINS.get(name, ())})


def waiting_receipts(county: County, as_of: date, without: Iterable[str]) -> QuerySet[Receipt]:
    """Submitted receipts, not yet verified: shown beside the table, never ranked (rule 2)."""
    start = _start(as_of)
    receipts = Receipt.objects.filter(
        county=county,
        state=Receipt.State.SUBMITTED,
        received_on__range=(start, as_of),
    )
    if "resource" in without:
        receipts = receipts.exclude(project__industry__is_resource=True)
    if "property" in without:
        receipts = receipts.exclude(project__industry__is_property=True)
    if "carry_over" in without:
        receipts = receipts.exclude(project__signed_on__lt=start)
    if origins := origins_left_out(without):
        receipts = receipts.exclude(project__investor__origin__in=origins)
    return receipts


def signed_in(counties: Sequence[County], as_of: date) -> dict[int, Signed]:
    """By county id, without counties that signed nothing in the year."""
    days = _start(as_of), as_of
    signed = Project.objects.filter(county__in=counties, signed_on__range=days).order_by()
    rows = signed.values_list("county_id").annotate(
        projects=Count("pk"),
        contracts=Count("pk", filter=Q(contract_on__lte=as_of)),
        total=Sum("total_investment", default=ZERO),
        introduced=Sum("introduced_amount", default=ZERO),
    )
    return {county: Signed(*figures) for county, *figures in rows}


def _start(as_of: date) -> date:
    """The first day of the year that a table counts."""
    return as_of.replace(month=1, day=1)
