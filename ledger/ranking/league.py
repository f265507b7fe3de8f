"""The league table (排名表): one frozen value for the page, the workbook, the bulletin and JSON.

Puts the figures of ``gathering.py`` together, with the money of ended units in their successors,
and ranks each group separately by the rules of ``standing.py``. Never writes or reads the clock. All
amounts are yuan; ``as_of`` is the day counted up to, ``known_by`` the moment posted up to.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, Protocol, TypeVar

from django.utils import timezone

from ledger.models import Settlement
from ledger.ranking.figures import Owed, Sums, UnitFigures, unit_figures
from ledger.ranking.frame import Frame
from ledger.ranking.gathering import (
    Signed,
    keeps_reports,
    last_settlements,
    ranks_of,
    signed_in,
)
from ledger.rules import standing
from ledger.rules.standing import Tier
from units.access import REACH, Reach
from units.ground.groups import Group
from units.ground.money import ZERO
from units.models import County, Unit, User

V = TypeVar("V", Sums, Decimal)


class Standing(Protocol):
    """What decides to whom a unit's money belongs: whether it has ended, and its successor."""

    @property
    def pk(self) -> int: ...
    @property
    def successor_id(self) -> int | None: ...
    def stands_on(self, day: date, /) -> bool: ...


@dataclass(frozen=True, slots=True)
class LeagueRow:
    """One unit's line. ``benchmark`` is exact yuan; fields that need a target are None without one.

    ``reported`` distinguishes "reported, no funds" from "did not report" (rule 13): whether the
    unit filed the report of the newest month that is over on the table's day; None where none was
    required. ``pending`` is None where the reader may not see it.
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
    pending: Decimal | None
    tier: Tier
    completion: Fraction | None
    rank: int | None = None
    previous_rank: int | None = None
    reported: bool | None = True
    received_before: Decimal | None = None

    @property
    def growth(self) -> Fraction | None:
        """Growth on the same day of the year before; None where a settlement did not store it."""
        return standing.growth(self.received, self.received_before)

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
    """The units of one group: ranked rows by rank, then those without a target."""

    group: Group
    rows: tuple[LeagueRow, ...]

    def seen_from(self, unit_id: int | None) -> "Section":
        """Without the pending money of other units."""
        rows = (row if row.unit_id == unit_id else replace(row, pending=None) for row in self.rows)
        return replace(self, rows=tuple(rows))

    @property
    def kind(self) -> str:
        return self.group.code

    @property
    def title(self) -> str:
        """The group's name in the reader's language."""
        return self.group.title

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
    """Sums over rows: yuan, the benchmark exact; ``pending`` is None if a row hides its own."""

    target: Decimal
    benchmark: Fraction
    sums: Sums
    pending: Decimal | None
    received_before: Decimal | None = None

    @property
    def received(self) -> Decimal:
        return self.sums.received

    @property
    def growth(self) -> Fraction | None:
        return standing.growth(self.received, self.received_before)

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


class Corrects(NamedTuple):
    """The announced version that an open quarter is corrected from: its day, yuan, the reason."""

    version: int
    announced_on: date
    received: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class LeagueTable:
    """The whole table of a county as of a day; ``frame`` if it was announced.

    ``corrects`` is set while a closed quarter is open again.
    """

    county: County
    as_of: date
    known_by: datetime | None
    sections: tuple[Section, ...]
    signed: Signed
    without: frozenset[str] = frozenset()
    settlement: Settlement | None = None
    compared_with: Settlement | None = None
    frame: Frame | None = None
    corrects: Corrects | None = None
    rows: tuple[LeagueRow, ...] = field(init=False)
    total: Total = field(init=False)

    def __post_init__(self) -> None:
        rows = tuple(row for section in self.sections for row in section.rows)
        object.__setattr__(self, "rows", rows)
        object.__setattr__(self, "total", total(rows))

    @property
    def left_out(self) -> frozenset[str]:
        """All the money that it does not count: by the county's scope, and by the reader's choice."""
        return self.without | frozenset(self.county.not_counted)

    @property
    def over_half(self) -> bool:
        """双过半 for the county (rule 5), by the rules of its settlement if it has one."""
        rules = self.settlement.snapshot.rules if self.settlement else standing.VERSION
        return standing.over_half(self.total.received, self.total.target, self.as_of, rules)

    @property
    def has_movement(self) -> bool:
        """Whether ranks have a base in the same year; as announced, whether one was stored."""
        if self.frame is not None:
            return bool(self.frame.ranks)
        found = self.compared_with
        return found is not None and found.as_of.year == self.as_of.year

    def seen_by(self, reader: User) -> "LeagueTable":
        """The table as this person may see it.

        The people of a unit see the pending money of their own unit and of the county: that of
        another unit, or of a group, would show them receipts that are not verified.
        """
        if REACH.get(reader.role) is not Reach.UNIT:
            return self
        seen = replace(self, sections=tuple(s.seen_from(reader.unit_id) for s in self.sections))
        object.__setattr__(seen, "total", self.total)
        return seen

    def section(self, kind: str) -> Section:
        """The section of a kind, empty where the county has no such units."""
        none = Section(self.county.group(kind), ())
        return next((s for s in self.sections if s.kind == kind), none)


def quarters_due(rows: Iterable[LeagueRow]) -> list[Decimal]:
    """Yuan due by the end of each quarter, of all rows together."""
    dues = [row.due for row in rows if row.target is not None]
    return [sum(parts, ZERO) for parts in zip(*dues, strict=True)] or [ZERO] * 4


def total(rows: Iterable[LeagueRow]) -> Total:
    """The sum of rows; the total of a table is the total of what it shows."""
    target = ZERO
    sums = Sums()
    pending: Decimal | None = ZERO  # shown in all rows, or None
    before: Decimal | None = ZERO  # known for all rows, or None
    due: dict[int, int] = defaultdict(int)  # by denominator, of which there are few
    for row in rows:
        target += row.target or ZERO
        sums += row.sums
        pending = None if pending is None or row.pending is None else pending + row.pending
        if before is not None and row.received_before is not None:
            before += row.received_before
        else:
            before = None
        if row.benchmark is not None:
            part, denominator = row.benchmark.as_integer_ratio()
            due[denominator] += part
    benchmark = sum((Fraction(part, of) for of, part in due.items()), Fraction(0))
    return Total(target, benchmark, sums, pending, before)


def league_table(
    county: County,
    as_of: date,
    known_by: datetime | None = None,
    *,
    without: Iterable[str] = (),
    targets_instead: Mapping[int, Owed] | None = None,
    credited_too: Mapping[int, Sums] | None = None,
    pending_too: Mapping[int, Decimal] | None = None,
    today: date | None = None,
) -> LeagueTable:
    """Compute the table. ``without`` names money to leave out (``EXCLUSIONS``).

    ``today`` is the day on which it is read, by default that of ``known_by``: before a report is
    due, nobody is silent (rule 19).

    ``targets_instead`` maps unit ids to (annual target, four cumulative quarter targets) and
    answers "who would stand where with these targets"; other units keep theirs. ``credited_too``
    and ``pending_too`` are yuan by unit id that an import would add.
    """
    left_out = frozenset(without)
    units = unit_figures([county], as_of, known_by, left_out)
    rows = _rows(units, as_of, targets_instead or {}, credited_too or {}, pending_too or {})
    rows = _without_blame(rows, county, as_of, timezone.localdate(known_by) if known_by else today)
    compared_with = last_settlements([county], as_of).get(county.pk)
    previous = ranks_of(compared_with, as_of) if compared_with else {}
    return LeagueTable(
        county=county,
        as_of=as_of,
        known_by=known_by,
        sections=sections(rows, previous, county),
        signed=signed_in([county], as_of).get(county.pk, Signed()),
        without=left_out,
        compared_with=compared_with,
    )


def _without_blame(
    rows: list[LeagueRow], county: County, as_of: date, today: date | None
) -> list[LeagueRow]:
    """Nobody is silent about a month that was not asked for, or whose report is not due yet."""
    month = standing.last_full_month(as_of)
    if not county.asks_for_report(month):
        return [replace(row, reported=None) for row in rows]
    is_due = today is None or county.report_due_on(month) < today
    if is_due and (any(row.reported for row in rows) or keeps_reports(county)):
        return rows
    return [replace(row, reported=row.reported or None) for row in rows]


def section_of(unit: Unit, as_of: date) -> Section | None:
    """The unit's section of the table computed now, without what it is compared with.

    None once the unit has ended.
    """
    rows = _rows(unit_figures([unit.county], as_of, None, ()), as_of, {}, {}, {})
    found = sections(rows, {}, unit.county)
    return next((s for s in found if any(row.unit_id == unit.pk for row in s.rows)), None)


def _rows(
    units: Sequence[UnitFigures],
    as_of: date,
    tried: Mapping[int, Owed],
    credited_too: Mapping[int, Sums],
    pending_too: Mapping[int, Decimal],
) -> list[LeagueRow]:
    """The rows, not ranked yet."""
    credit = _joined(credited_of(units), credited_too, Sums())
    credited = into_successors(units, as_of, credit, Sums())
    waiting = _joined(pending_of(units), pending_too, ZERO)
    pending = into_successors(units, as_of, waiting, ZERO)
    before = into_successors(units, as_of, before_of(units), ZERO)
    return [
        _row(
            unit,
            tried.get(unit.pk, unit.owed),
            as_of,
            credited[unit.pk],
            pending[unit.pk],
            before[unit.pk],
        )
        for unit in units
        # Money without a successor is shown, also while it waits.
        if unit.stands_on(as_of) or unit.pk in credited or unit.pk in pending
    ]


def credited_of(units: Iterable[UnitFigures]) -> dict[int, Sums]:
    """By unit id, without units that have no entry."""
    return {unit.pk: sums for unit in units if (sums := unit.credited) is not None}


def pending_of(units: Iterable[UnitFigures]) -> dict[int, Decimal]:
    """By unit id, without units that await nothing."""
    return {unit.pk: amount for unit in units if (amount := unit.pending) is not None}


def before_of(units: Iterable[UnitFigures]) -> dict[int, Decimal]:
    """By unit id: yuan by the same day of the year before."""
    return {unit.pk: unit.received_before for unit in units if unit.received_before is not None}


def into_successors(
    units: Sequence[Standing], as_of: date, found: Mapping[int, V], nothing: V
) -> dict[int, V]:
    """Add what an ended unit has to the unit that succeeded it by the day (rule 15)."""
    by_id = {unit.pk: unit for unit in units}
    gathered: dict[int, V] = defaultdict(lambda: nothing)
    for unit_id, value in found.items():
        unit = by_id.get(unit_id)
        if unit is None:
            continue  # another county's, by tampering; the sums of check 4 reveal it
        while not unit.stands_on(as_of) and unit.successor_id is not None:
            unit = by_id[unit.successor_id]
        gathered[unit.pk] = gathered[unit.pk] + value
    return gathered


def _joined(found: Mapping[int, V], more: Mapping[int, V], nothing: V) -> dict[int, V]:
    return {unit: found.get(unit, nothing) + more.get(unit, nothing) for unit in {*found, *more}}


def measure(
    owed: Owed | None, as_of: date
) -> tuple[Decimal | None, Sequence[Decimal], Fraction | None]:
    """Annual target, quarter targets and benchmark of a unit; a target of zero counts as none."""
    if owed is None or owed[0] <= 0:
        return None, (), None
    return owed[0], owed[1], standing.benchmark(owed[1], as_of)


def _row(
    unit: UnitFigures,
    owed: Owed | None,
    as_of: date,
    sums: Sums,
    pending: Decimal,
    received_before: Decimal,
) -> LeagueRow:
    target, due, benchmark = measure(owed, as_of)
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
        reported=unit.reported,
        received_before=received_before,
    )


def announced_sections(rows: Sequence[LeagueRow], county: County) -> tuple[Section, ...]:
    """The sections with the ranks that the rows have already."""
    return tuple(Section(group, _placed(of_group)) for group, of_group in _grouped(rows, county))


def sections(
    rows: Sequence[LeagueRow], previous: Mapping[int, int | None], county: County
) -> tuple[Section, ...]:
    """Rank each group separately (rule 6), in the county's order; those without units are left out."""
    return tuple(
        Section(group, _ranked(of_group, previous)) for group, of_group in _grouped(rows, county)
    )


def _grouped(rows: Iterable[LeagueRow], county: County) -> list[tuple[Group, list[LeagueRow]]]:
    by_code: dict[str, list[LeagueRow]] = {group.code: [] for group in county.kinds}
    for row in rows:
        by_code.setdefault(row.kind, []).append(row)
    return [(county.group(code), of_group) for code, of_group in by_code.items() if of_group]


def _placed(rows: Iterable[LeagueRow]) -> tuple[LeagueRow, ...]:
    """Ranked rows by rank, then the others in official order, those without money last."""
    found = list(rows)
    last = len(found) + 1

    def place(row: LeagueRow) -> tuple[int, bool, int, str]:
        return row.rank or last, row.received <= 0, row.order, row.code

    return tuple(sorted(found, key=place))


def _ranked(rows: Sequence[LeagueRow], previous: Mapping[int, int | None]) -> tuple[LeagueRow, ...]:
    ranks = standing.ranks([row.completion if row.received > 0 else None for row in rows])
    ranked = [
        replace(row, rank=rank, previous_rank=previous.get(row.unit_id))
        for row, rank in zip(rows, ranks, strict=True)
    ]
    return _placed(ranked)
