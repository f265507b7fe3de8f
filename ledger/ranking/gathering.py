"""What league tables are made of, read for one county or many in a fixed number of statements.

Owns: which entries, receipts, targets, reports and projects count (``as_of`` is the day counted up to,
``known_by`` the moment posted up to), and their sums by unit. Must never: rank, measure against a
benchmark, write, or read the clock. All amounts are yuan.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias

from django.db.models import Count, F, Q, QuerySet, Sum

from ledger.models import OUTSIDE, Entry, MonthlyReport, Receipt, Settlement, SettlementLine
from ledger.rules import standing
from projects.models import Project
from units.ground.composed import among, composed_once
from units.ground.money import NOTHING
from units.models import County, Target, Unit
from units.targets import record as targets

# Money that a table may leave out (rule 11), and how an entry is known to be of it.
EXCLUSIONS = {
    "resource": Q(industry__is_resource=True),
    "property": Q(industry__is_property=True),
    "carry_over": Q(is_new=False),
}


@dataclass(frozen=True, slots=True)
class Sums:
    """Yuan credited to a unit in the year: in all, for new projects, from outside the province."""

    received: Decimal = NOTHING
    new: Decimal = NOTHING
    outside: Decimal = NOTHING

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.received + other.received,
            self.new + other.new,
            self.outside + other.outside,
        )


# Yuan of the year, and cumulative yuan of the four quarters.
Owed: TypeAlias = tuple[Decimal, Sequence[Decimal]]


@dataclass(frozen=True, slots=True)
class Signed:
    """Projects signed in the year up to the day: count, contracts among them, yuan."""

    projects: int = 0
    contracts: int = 0
    total_investment: Decimal = NOTHING
    introduced: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the tables of some counties are made of.

    By county id; ``owed`` and ``reported`` by unit id, ``ranks`` by settlement id.
    """

    as_of: date
    known_by: datetime | None
    without: frozenset[str]
    units: Mapping[int, list[Unit]]
    owed: dict[int, Owed]
    credited: Mapping[int, dict[int, Sums]]
    pending: Mapping[int, dict[int, Decimal]]
    reported: set[int]
    signed: Mapping[int, Signed]
    settlements: Mapping[int, Settlement]
    ranks: Mapping[int, dict[int, int | None]]


def gather(
    counties: Sequence[County], as_of: date, known_by: datetime | None, without: frozenset[str]
) -> Gathered:
    """All of them at once: more counties, units or receipts take no more statements."""
    units: dict[int, list[Unit]] = defaultdict(list)
    for unit in _units(_ids(counties)):
        units[unit.county_id].append(unit)
    settlements = last_settlements(counties, as_of)
    return Gathered(
        as_of=as_of,
        known_by=known_by,
        without=without,
        units=units,
        owed=owed_in(counties, as_of, known_by),
        credited=credited_in(counties, as_of, known_by, without),
        pending=pending_in(counties, as_of, without),
        reported=_reported(counties, as_of, known_by),
        signed=signed_in(counties, as_of),
        settlements=settlements,
        ranks=ranks_of(settlements.values()),
    )


def last_settlements(counties: Iterable[County], before: date) -> dict[int, Settlement]:
    """By county id: the newest settlement of the last quarter closed before the day (rule 6)."""
    found = _last_settlements(_ids(counties), before)
    return {settlement.period.county_id: settlement for settlement in found}


@composed_once
def _last_settlements(counties: Sequence[int], before: date) -> QuerySet[Settlement]:
    return (
        Settlement.objects.filter(among("period__county_id", counties), as_of__lt=before)
        .select_related("period")
        .order_by("period__county_id", "-as_of", "-version")
        .distinct("period__county_id")
    )


def ranks_of(settlements: Iterable[Settlement]) -> dict[int, dict[int, int | None]]:
    """The announced rank by settlement id and unit id."""
    found: dict[int, dict[int, int | None]] = {settlement.pk: {} for settlement in settlements}
    if found:
        lines = SettlementLine.objects.filter(settlement__in=found).order_by()
        for settlement, unit, rank in lines.values_list("settlement_id", "unit_id", "rank"):
            found[settlement][unit] = rank
    return found


@composed_once
def _units(counties: Sequence[int]) -> QuerySet[Unit]:
    return Unit.objects.filter(among("county_id", counties))


def entries_of(
    county: County, as_of: date, known_by: datetime | None, without: Iterable[str] = ()
) -> QuerySet[Entry]:
    """The entries that a table is made of: the year's, counted up to the day, known by then."""
    return entries_among([county.pk], _start(as_of), as_of, known_by, frozenset(without))


def entries_among(
    counties: Sequence[int],
    start: date,
    as_of: date,
    known_by: datetime | None,
    without: frozenset[str],
) -> QuerySet[Entry]:
    """The same of some counties from a day on."""
    entries = Entry.objects.filter(among("county_id", counties), counted_on__range=(start, as_of))
    if known_by is not None:
        entries = entries.filter(posted_at__lte=known_by)
    for name in sorted(without):
        entries = entries.exclude(EXCLUSIONS[name])
    return entries


def credited_in(
    counties: Sequence[County], as_of: date, known_by: datetime | None, without: frozenset[str]
) -> dict[int, dict[int, Sums]]:
    """By county id and unit id what entries credit; a unit without any is not in it."""
    found: dict[int, dict[int, Sums]] = defaultdict(dict)
    for county, unit, *sums in _credited_sums(
        _ids(counties), _start(as_of), as_of, known_by, without
    ):
        found[county][unit] = Sums(*sums)
    return found


@composed_once
def _credited_sums(
    counties: Sequence[int],
    start: date,
    as_of: date,
    known_by: datetime | None,
    without: frozenset[str],
) -> QuerySet[Entry, Any]:
    entries = entries_among(counties, start, as_of, known_by, without).order_by()
    return entries.values_list("county_id", "unit_id").annotate(
        received=Sum("amount"),
        new=Sum("amount", filter=Q(is_new=True), default=NOTHING),
        outside=Sum("amount", filter=Q(origin__in=OUTSIDE), default=NOTHING),
    )


def waiting_receipts(
    counties: Sequence[int], start: date, as_of: date, without: frozenset[str]
) -> QuerySet[Receipt]:
    """Submitted, not yet verified: shown beside the table, never ranked (rule 2)."""
    receipts = Receipt.objects.filter(
        among("county_id", counties),
        state=Receipt.State.SUBMITTED,
        received_on__range=(start, as_of),
    )
    if "resource" in without:
        receipts = receipts.exclude(project__industry__is_resource=True)
    if "property" in without:
        receipts = receipts.exclude(project__industry__is_property=True)
    if "carry_over" in without:
        receipts = receipts.exclude(project__signed_on__lt=start)
    return receipts


def pending_in(
    counties: Sequence[County], as_of: date, without: frozenset[str]
) -> dict[int, dict[int, Decimal]]:
    """By county id and unit id what awaits verification, each unit's share of it."""
    found: dict[int, dict[int, Decimal]] = defaultdict(dict)
    for county, unit, amount in _pending_parts(_ids(counties), _start(as_of), as_of, without):
        found[county][unit] = (amount / 10_000).quantize(NOTHING)
    return found


@composed_once
def _pending_parts(
    counties: Sequence[int], start: date, as_of: date, without: frozenset[str]
) -> QuerySet[Receipt, Any]:
    receipts = waiting_receipts(counties, start, as_of, without)
    rows = receipts.filter(project__shares__isnull=False).order_by()
    parts = Sum(F("amount") * F("project__shares__basis_points"))
    return rows.values_list("county_id", "project__shares__unit_id").annotate(parts=parts)


def owed_in(counties: Sequence[County], as_of: date, known_by: datetime | None) -> dict[int, Owed]:
    """By unit id the county's own target in force on the day; the city's and province's are not asked."""
    rows = _targets(_ids(counties), as_of.year, as_of, known_by)
    return {unit: (amount, (*due, amount)) for unit, amount, *due in rows}


@composed_once
def _targets(
    counties: Sequence[int], year: int, as_of: date, known_by: datetime | None
) -> QuerySet[Target, Any]:
    rows = targets.in_force_in(counties, year, as_of, known_by, Target.Issuer.COUNTY)
    return rows.values_list("unit_id", "amount", "due_first", "due_second", "due_third")


def _reported(counties: Sequence[County], as_of: date, known_by: datetime | None) -> set[int]:
    """The units that filed the report of the newest month that is over on the day."""
    month = standing.last_full_month(as_of)
    return {unit for (unit,) in _reports(_ids(counties), month.year, month.month, known_by)}


@composed_once
def _reports(
    counties: Sequence[int], year: int, month: int, known_by: datetime | None
) -> QuerySet[MonthlyReport, Any]:
    filed = MonthlyReport.objects.filter(among("county_id", counties), year=year, month=month)
    if known_by is not None:
        filed = filed.filter(filed_at__lte=known_by)
    return filed.values_list("unit")


def signed_in(counties: Sequence[County], as_of: date) -> dict[int, Signed]:
    """By county id; a county that signed nothing in the year is not in it."""
    rows = _signed(_ids(counties), _start(as_of), as_of)
    return {county: Signed(*figures) for county, *figures in rows}


@composed_once
def _signed(counties: Sequence[int], start: date, as_of: date) -> QuerySet[Project, Any]:
    signed = Project.objects.filter(among("county_id", counties), signed_on__range=(start, as_of))
    return (
        signed.order_by()
        .values_list("county_id")
        .annotate(
            projects=Count("pk"),
            contracts=Count("pk", filter=Q(contract_on__lte=as_of)),
            total=Sum("total_investment", default=NOTHING),
            introduced=Sum("introduced_amount", default=NOTHING),
        )
    )


def _ids(counties: Iterable[County]) -> list[int]:
    return [county.pk for county in counties]


def _start(as_of: date) -> date:
    """Of the year that a table counts."""
    return as_of.replace(month=1, day=1)
