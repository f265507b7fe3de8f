"""The league table (排名表): one frozen value for the page, the workbook, the bulletin and JSON.

Owns: reading entries, targets, pending receipts and projects into a ``LeagueTable``. Must never:
write, read the clock, or decide a tier or rank itself (``standing.py`` does). All amounts are yuan;
``as_of`` is the day counted up to, ``known_by`` the moment posted up to. The number of queries does
not depend on the number of units or receipts.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Protocol, TypeAlias, TypeVar

from django.db.models import Count, F, Q, QuerySet, Sum

from ledger import standing
from ledger.models import OUTSIDE, Entry, MonthlyReport, Receipt, Settlement, SettlementLine
from ledger.standing import Tier
from projects.models import Project
from units import targets
from units.composed import among, composed_once
from units.models import KINDS, County, Target, Unit
from units.money import NOTHING

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


V = TypeVar("V", Sums, Decimal)
# Yuan of the year, and cumulative yuan of the four quarters.
Owed: TypeAlias = tuple[Decimal, Sequence[Decimal]]


class Standing(Protocol):
    """A unit, as far as it decides whose money is whose."""

    @property
    def pk(self) -> int: ...
    @property
    def successor_id(self) -> int | None: ...
    def stands_on(self, day: date, /) -> bool: ...


@dataclass(frozen=True, slots=True)
class LeagueRow:
    """One unit's line. ``benchmark`` is exact yuan; None fields mean that there is no target.

    ``reported`` tells "reported, no funds" from "did not report" (rule 13): whether the unit filed
    the report of the newest month that is over on the table's day.
    """

    unit_id: int
    code: str
    name: str
    kind: str
    order: int
    target: Decimal | None
    due: tuple[Decimal, ...]
    benchmark: Fraction | None
    sums: Sums
    pending: Decimal
    tier: Tier
    completion: Fraction | None
    rank: int | None = None
    previous_rank: int | None = None
    reported: bool = True

    @property
    def received(self) -> Decimal:
        return self.sums.received

    @property
    def gap(self) -> Fraction | None:
        """Received less benchmark, exact yuan."""
        return None if self.benchmark is None else standing.gap(self.received, self.benchmark)

    @property
    def gap_points(self) -> Fraction | None:
        """Completion less benchmark in percentage points, exact."""
        return standing.gap_points(self.received, self.target, self.benchmark)

    @property
    def movement(self) -> int | None:
        """Places gained since the last closed quarter; None if the unit was not ranked then."""
        if self.rank is None or self.previous_rank is None:
            return None
        return self.previous_rank - self.rank


@dataclass(frozen=True, slots=True)
class Section:
    """The units of one kind: ranked rows by rank, then those without a target."""

    kind: str
    rows: tuple[LeagueRow, ...]

    @property
    def tiers(self) -> dict[Tier, int]:
        counts = dict.fromkeys(Tier, 0)
        for row in self.rows:
            counts[row.tier] += 1
        return counts

    @property
    def total(self) -> "Total":
        return total(self.rows)


@dataclass(frozen=True, slots=True)
class Total:
    """Sums over rows: yuan, the benchmark exact."""

    target: Decimal
    benchmark: Fraction
    sums: Sums
    pending: Decimal

    @property
    def received(self) -> Decimal:
        return self.sums.received

    @property
    def completion(self) -> Fraction | None:
        return standing.completion(self.received, self.target)

    @property
    def gap(self) -> Fraction | None:
        return standing.gap(self.received, self.benchmark) if self.target > 0 else None

    @property
    def gap_points(self) -> Fraction | None:
        return standing.gap_points(self.received, self.target, self.benchmark)

    @property
    def benchmark_percent(self) -> Fraction | None:
        """Percent of the annual target that is due."""
        return self.benchmark * 100 / Fraction(self.target) if self.target > 0 else None


@dataclass(frozen=True, slots=True)
class Signed:
    """Projects signed in the year up to the day: count, contracts among them, yuan."""

    projects: int = 0
    contracts: int = 0
    total_investment: Decimal = NOTHING
    introduced: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class LeagueTable:
    """The whole table of a county as of a day."""

    county: County
    as_of: date
    known_by: datetime | None
    sections: tuple[Section, ...]
    signed: Signed
    without: frozenset[str] = frozenset()
    settlement: Settlement | None = None
    compared_with: Settlement | None = None
    rows: tuple[LeagueRow, ...] = field(init=False)
    total: Total = field(init=False)

    def __post_init__(self) -> None:
        rows = tuple(row for section in self.sections for row in section.rows)
        object.__setattr__(self, "rows", rows)
        object.__setattr__(self, "total", total(rows))

    @property
    def over_half(self) -> bool:
        """双过半 for the county (rule 5)."""
        return standing.over_half(self.total.received, self.total.target, self.as_of)

    def section(self, kind: str) -> Section:
        """The section of a kind, empty where the county has no such units."""
        return next((s for s in self.sections if s.kind == kind), Section(kind, ()))


def quarters_due(rows: Iterable[LeagueRow]) -> list[Decimal]:
    """Yuan due by the end of each quarter, of all rows together."""
    dues = [row.due for row in rows if row.target is not None]
    return [sum(parts, NOTHING) for parts in zip(*dues, strict=True)] or [NOTHING] * 4


def total(rows: Iterable[LeagueRow]) -> Total:
    """Add up rows; the total of a table is the total of what it shows."""
    target = received = new = outside = pending = NOTHING
    due: dict[int, int] = defaultdict(int)  # by denominator, of which there are few
    for row in rows:
        target += row.target or NOTHING
        received += row.sums.received
        new += row.sums.new
        outside += row.sums.outside
        pending += row.pending
        if row.benchmark is not None:
            part, denominator = row.benchmark.as_integer_ratio()
            due[denominator] += part
    benchmark = sum((Fraction(part, of) for of, part in due.items()), Fraction(0))
    return Total(target, benchmark, Sums(received, new, outside), pending)


def league_table(
    county: County,
    as_of: date,
    known_by: datetime | None = None,
    *,
    without: Iterable[str] = (),
    targets_instead: Mapping[int, Owed] | None = None,
    credited_too: Mapping[int, Sums] | None = None,
    pending_too: Mapping[int, Decimal] | None = None,
) -> LeagueTable:
    """Compute the table. ``without`` names money to leave out (``EXCLUSIONS``).

    ``targets_instead`` maps unit ids to (annual target, four cumulative quarter targets) to ask
    "who would stand where with these targets"; units left out of it keep theirs. ``credited_too`` and
    ``pending_too`` are yuan by unit id that an import would add.
    """
    gathered = _gather([county], as_of, known_by, frozenset(without))
    owed = gathered.owed | dict(targets_instead or {})
    return _table(
        county, replace(gathered, owed=owed), credited_too=credited_too, pending_too=pending_too
    )


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


def _gather(
    counties: Sequence[County], as_of: date, known_by: datetime | None, without: frozenset[str]
) -> Gathered:
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


def _table(
    county: County,
    of: Gathered,
    *,
    credited_too: Mapping[int, Sums] | None = None,
    pending_too: Mapping[int, Decimal] | None = None,
) -> LeagueTable:
    units, as_of = of.units.get(county.pk, []), of.as_of
    credit = _joined(of.credited.get(county.pk, {}), credited_too or {}, Sums())
    credited = into_successors(units, as_of, credit, Sums())
    waiting = _joined(of.pending.get(county.pk, {}), pending_too or {}, NOTHING)
    pending = into_successors(units, as_of, waiting, NOTHING)
    rows = [
        _row(unit, of, credited[unit.pk], pending[unit.pk])
        for unit in units
        if unit.stands_on(as_of) or unit.pk in credited  # money of no successor is not lost
    ]
    compared_with = of.settlements.get(county.pk)
    previous = of.ranks[compared_with.pk] if compared_with else {}
    return LeagueTable(
        county=county,
        as_of=as_of,
        known_by=of.known_by,
        sections=sections(rows, previous),
        signed=of.signed.get(county.pk, Signed()),
        without=of.without,
        compared_with=compared_with,
    )


def _ids(counties: Iterable[County]) -> list[int]:
    return [county.pk for county in counties]


def _start(as_of: date) -> date:
    """Of the year that a table counts."""
    return as_of.replace(month=1, day=1)


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
    """What awaits verification, by share."""
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


def into_successors(
    units: Sequence[Standing], as_of: date, found: Mapping[int, V], nothing: V
) -> dict[int, V]:
    """Add what an ended unit has into the unit that succeeded it by the day (rule 15)."""
    by_id = {unit.pk: unit for unit in units}
    gathered: dict[int, V] = defaultdict(lambda: nothing)
    for unit_id, value in found.items():
        unit = by_id.get(unit_id)
        if unit is None:
            continue  # another county's: only tampering does that, and the sums of the check tell
        while not unit.stands_on(as_of) and unit.successor_id is not None:
            unit = by_id[unit.successor_id]
        gathered[unit.pk] = gathered[unit.pk] + value
    return gathered


def _joined(found: Mapping[int, V], more: Mapping[int, V], nothing: V) -> dict[int, V]:
    return {unit: found.get(unit, nothing) + more.get(unit, nothing) for unit in {*found, *more}}


def measure(
    owed: Owed | None, as_of: date
) -> tuple[Decimal | None, Sequence[Decimal], Fraction | None]:
    """Annual target, quarter targets and benchmark of a unit; a target of nothing is none."""
    if owed is None or owed[0] <= 0:
        return None, (), None
    return owed[0], owed[1], standing.benchmark(owed[1], as_of)


def _row(unit: Unit, of: Gathered, sums: Sums, pending: Decimal) -> LeagueRow:
    target, due, benchmark = measure(of.owed.get(unit.pk), of.as_of)
    return LeagueRow(
        unit_id=unit.pk,
        code=unit.code,
        name=unit.name,
        kind=unit.kind,
        order=unit.order,
        target=target,
        due=tuple(due),
        benchmark=benchmark,
        sums=sums,
        pending=pending,
        tier=standing.tier(sums.received, target, benchmark),
        completion=standing.completion(sums.received, target),
        reported=unit.pk in of.reported,
    )


def sections(rows: Sequence[LeagueRow], previous: Mapping[int, int | None]) -> tuple[Section, ...]:
    """Rank each kind apart (rule 6); kinds without units get no section."""
    sections = []
    for kind in KINDS:
        of_kind = [row for row in rows if row.kind == kind]
        if of_kind:
            sections.append(Section(kind, _ranked(of_kind, previous)))
    return tuple(sections)


def _ranked(rows: Sequence[LeagueRow], previous: Mapping[int, int | None]) -> tuple[LeagueRow, ...]:
    ranks = standing.ranks([row.completion for row in rows])
    ranked = [
        replace(row, rank=rank, previous_rank=previous.get(row.unit_id))
        for row, rank in zip(rows, ranks, strict=True)
    ]
    last = len(rows) + 1
    return tuple(sorted(ranked, key=lambda row: (row.rank or last, row.order, row.code)))


def ranks_of(settlements: Iterable[Settlement]) -> dict[int, dict[int, int | None]]:
    """The announced rank by settlement id and unit id."""
    found: dict[int, dict[int, int | None]] = {settlement.pk: {} for settlement in settlements}
    if found:
        lines = SettlementLine.objects.filter(settlement__in=found).order_by()
        for settlement, unit, rank in lines.values_list("settlement_id", "unit_id", "rank"):
            found[settlement][unit] = rank
    return found
