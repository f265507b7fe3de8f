"""The counties of a city or province, ranked the same way as units are (市、省对县排名).

A county's figures are read from its own league table, announced where the quarter is closed. Only
the given counties are compared.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from ledger.ranking import query
from ledger.ranking.figures import Sums
from ledger.ranking.league import Total
from ledger.ranking.query import TableQuery
from ledger.ranking.summaries import Summary
from ledger.rules import standing
from ledger.rules.standing import Tier
from units.ground.money import ZERO
from units.models import County, CountyTarget
from units.targets import county_targets


class Measure(StrEnum):
    """Whose target the counties are measured against; the others are shown beside it."""

    OWN = "own"
    CITY = "city"
    PROVINCE = "province"


@dataclass(frozen=True, slots=True)
class Demand:
    """A target of a county and the part of it due on the day; yuan, the benchmark exact."""

    amount: Decimal
    due: Fraction


@dataclass(frozen=True, slots=True)
class CountyRow:
    """One county's line: its table, the targets it has, and how it stands by the measure."""

    table: Summary
    demands: Mapping[str, Demand]
    measure: Measure
    tier: Tier
    completion: Fraction | None
    rank: int | None = None
    previous_rank: int | None = None

    @property
    def county(self) -> County:
        return self.table.county

    @property
    def total(self) -> Total:
        """The county's sums against the target of the measure."""
        demand = self.demands.get(self.measure, Demand(ZERO, Fraction(0)))
        own = self.table.total
        return Total(demand.amount, demand.due, own.sums, own.pending)

    @property
    def has_target(self) -> bool:
        return self.measure in self.demands

    @property
    def movement(self) -> int | None:
        """Places gained since the last closed quarter; None if it cannot be known."""
        if self.rank is None or self.previous_rank is None:
            return None
        return self.previous_rank - self.rank


@dataclass(frozen=True, slots=True)
class RegionTable:
    """Counties by rank, then those without a target."""

    as_of: date
    measure: Measure
    measures: tuple[Measure, ...]
    rows: tuple[CountyRow, ...]

    @property
    def total(self) -> Total:
        """The sums of what the table shows."""
        return _sum(self.rows)

    @property
    def measured(self) -> Total:
        """The sums of the counties that have the target: money and task of the same counties."""
        return _sum([row for row in self.rows if row.has_target])

    @property
    def lacking(self) -> tuple[str, ...]:
        """Counties without the target; empty where no county has it."""
        without = tuple(row.county.name for row in self.rows if not row.has_target)
        return without if len(without) < len(self.rows) else ()

    @property
    def tiers(self) -> dict[Tier, int]:
        counts = dict.fromkeys(Tier, 0)
        for row in self.rows:
            counts[row.tier] += 1
        return counts

    @property
    def over_half(self) -> bool:
        total = self.measured
        return standing.over_half(total.received, total.target, self.as_of)


def _sum(rows: Iterable[CountyRow]) -> Total:
    target, due, sums, pending = ZERO, Fraction(0), Sums(), ZERO
    for row in rows:
        target += row.total.target
        due += row.total.benchmark
        sums += row.total.sums
        pending += row.total.pending or ZERO
    return Total(target, due, sums, pending)


def region_table(
    counties: Sequence[County],
    parameters: TableQuery,
    today: date,
    *,
    prefix: str,
    measure: str = "",
) -> RegionTable:
    """The table as of the query's day.

    ``measure`` falls back to the usual one if no county has it.
    """
    tables = query.summaries(counties, parameters, today)
    as_of = parameters.day(today)
    above = county_targets.in_force(counties, as_of, parameters.known_by)
    demands = [_demands(table, above, as_of) for table in tables]
    measures = tuple(m for m in Measure if any(m in held for held in demands) or m is Measure.OWN)
    chosen = Measure(measure) if measure in measures else _usual(prefix, demands)
    rows = [_row(table, held, chosen) for table, held in zip(tables, demands, strict=True)]
    return RegionTable(as_of, chosen, measures, _ranked(rows, _ranks_before(tables, chosen)))


def _demands(
    table: Summary, above: Mapping[tuple[int, str], CountyTarget], as_of: date
) -> dict[str, Demand]:
    own, held = table.total, {}
    if own.target > 0:
        held[Measure.OWN.value] = Demand(own.target, own.benchmark)
    for measure in (Measure.CITY, Measure.PROVINCE):
        target = above.get((table.county.pk, measure))
        if target is not None and target.amount > 0:
            held[measure.value] = Demand(target.amount, standing.benchmark(target.due, as_of))
    return held


def _usual(prefix: str, demands: Sequence[Mapping[str, Demand]]) -> Measure:
    """The region's own targets, if it has set one for every county; else the counties' own."""
    issued = Measure.PROVINCE if len(prefix) == 2 else Measure.CITY
    return issued if all(issued in held for held in demands) else Measure.OWN


def _row(table: Summary, demands: Mapping[str, Demand], measure: Measure) -> CountyRow:
    received, demand = table.total.received, demands.get(measure)
    amount, due = (demand.amount, demand.due) if demand else (None, None)
    return CountyRow(
        table=table,
        demands=demands,
        measure=measure,
        tier=standing.tier(received, amount, due),
        completion=standing.completion(received, amount),
    )


def _ranked(rows: Sequence[CountyRow], previous: Mapping[int, int | None]) -> tuple[CountyRow, ...]:
    funded = [row.completion if row.total.received > 0 else None for row in rows]
    ranks = standing.ranks(funded)
    ranked = [
        replace(row, rank=rank, previous_rank=previous.get(row.county.pk))
        for row, rank in zip(rows, ranks, strict=True)
    ]
    last = len(rows) + 1
    return tuple(sorted(ranked, key=lambda row: (row.rank or last, row.county.code)))


def _ranks_before(tables: Sequence[Summary], measure: Measure) -> dict[int, int | None]:
    """Ranks at the last closed quarter; empty where the counties closed different ones."""
    settlements = [table.compared_with for table in tables]
    closed = [settlement for settlement in settlements if settlement is not None]
    days = {settlement.as_of for settlement in closed}
    if len(closed) < len(tables) or len(days) != 1:
        return {}
    targets = {table.county.pk: s.target for table, s in zip(tables, closed, strict=True)}
    if measure is not Measure.OWN:
        held = county_targets.in_force([table.county for table in tables], days.pop())
        targets = {pk: held[pk, measure].amount for pk in targets if (pk, measure) in held}
    ranks = standing.ranks(
        [
            standing.completion(settlement.received, targets.get(table.county.pk))
            for table, settlement in zip(tables, closed, strict=True)
        ]
    )
    return {table.county.pk: rank for table, rank in zip(tables, ranks, strict=True)}
