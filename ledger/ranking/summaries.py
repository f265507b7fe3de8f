"""A region's view of its counties' tables: totals, and the number of units in each tier.

Computes them for a hundred counties without laying out a single row. The figures are those of the
county's own table; a test compares the two.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from ledger.models import Settlement, SettlementLine, Snapshot
from ledger.ranking.figures import Sums, UnitFigures, unit_figures
from ledger.ranking.gathering import Signed, last_settlements, signed_in
from ledger.ranking.league import (
    LeagueTable,
    Total,
    before_of,
    credited_of,
    into_successors,
    measure,
    pending_of,
)
from ledger.rules import standing
from ledger.rules.standing import Tier
from units.ground.money import ZERO
from units.models import County


@dataclass(frozen=True, slots=True)
class Summary:
    """A county's table without its rows; ``settlement`` if it was announced."""

    county: County
    total: Total
    tiers: Mapping[Tier, int]
    signed: Signed
    compared_with: Settlement | None
    settlement: Settlement | None = None

    @classmethod
    def of(cls, table: LeagueTable) -> "Summary":
        tiers = dict.fromkeys(Tier, 0)
        for row in table.rows:
            tiers[row.tier] += 1
        before, announced = table.compared_with, table.settlement
        return cls(table.county, table.total, tiers, table.signed, before, announced)


@dataclass(slots=True)
class Tally:
    """The running sums of a county over its units; yuan, ``due`` by quarter.

    ``before`` is what was received by the same day of the year before; None unless known for all
    units.
    """

    target: Decimal = ZERO
    due: Sequence[Decimal] = (ZERO,) * 4
    sums: Sums = field(default_factory=Sums)
    pending: Decimal = ZERO
    before: Decimal | None = ZERO

    def total(self, as_of: date) -> Total:
        """The benchmark of the sums equals the sum of the benchmarks, as the rule is linear."""
        benchmark = standing.benchmark(self.due, as_of)
        return Total(self.target, benchmark, self.sums, self.pending, self.before)


def computed(
    counties: Sequence[County],
    as_of: date,
    known_by: datetime | None = None,
    *,
    without: Iterable[str] = (),
) -> list[Summary]:
    """Of the tables that ``league_table`` computes, in as many queries as for one county."""
    if not counties:
        return []
    units = _by_county(counties, as_of, known_by, without)
    signed, settled = signed_in(counties, as_of), last_settlements(counties, as_of)
    found = []
    for county in counties:
        members = units.get(county.pk, [])
        credit = into_successors(members, as_of, credited_of(members), Sums())
        waiting = into_successors(members, as_of, pending_of(members), ZERO)
        before = into_successors(members, as_of, before_of(members), ZERO)
        total, tiers = _added_up(members, credit, waiting, before, as_of)
        shown = signed.get(county.pk, Signed())
        found.append(Summary(county, total, tiers, shown, settled.get(county.pk)))
    return found


def _by_county(
    counties: Iterable[County], as_of: date, known_by: datetime | None, without: Iterable[str]
) -> Mapping[int, list[UnitFigures]]:
    """The units of each county, in official order."""
    found: dict[int, list[UnitFigures]] = defaultdict(list)
    for unit in unit_figures(counties, as_of, known_by, without):
        found[unit.county_id].append(unit)
    return found


def _added_up(
    units: Iterable[UnitFigures],
    credited: Mapping[int, Sums],
    pending: Mapping[int, Decimal],
    before: Mapping[int, Decimal],
    as_of: date,
) -> tuple[Total, dict[Tier, int]]:
    tally, tiers, dues = Tally(), dict.fromkeys(Tier, 0), []
    for unit in units:
        sums = credited.get(unit.pk)
        if sums is not None:
            tally.sums += sums
        elif not unit.stands_on(as_of) and unit.pk not in pending:
            continue
        received = sums.received if sums else ZERO
        target, due, benchmark = measure(unit.owed, as_of)
        tiers[standing.tier(received, target, benchmark)] += 1
        tally.pending += pending.get(unit.pk, ZERO)
        tally.before = (tally.before or ZERO) + before.get(unit.pk, ZERO)
        if target is not None:
            tally.target += target
            dues.append(due)
    tally.due = [sum(quarter, ZERO) for quarter in zip(*dues, strict=True)] or tally.due
    return tally.total(as_of), tiers


def announced(settlements: Sequence[Settlement]) -> list[Summary]:
    """Of the tables as announced, all for the same quarter, from the stored lines."""
    if not settlements:
        return []
    tallies: dict[int, Tally] = defaultdict(Tally)
    tiers: dict[int, dict[Tier, int]] = defaultdict(lambda: dict.fromkeys(Tier, 0))
    for settlement, tier, units, target, *amounts in _lines(settlements):
        tally = tallies[settlement]
        received, new, outside, pending, known, before, *due = amounts
        tiers[settlement][Tier(tier)] += units
        tally.target += target
        tally.sums += Sums(received, new, outside)
        tally.pending += pending
        tally.before = None if tally.before is None or known < units else tally.before + before
        tally.due = [kept + more for kept, more in zip(tally.due, due, strict=True)]
    earlier = _compared(settlements)
    return [
        Summary(
            county=settlement.period.county,
            total=tallies[settlement.pk].total(settlement.as_of),
            tiers=tiers[settlement.pk],
            signed=Signed(
                settlement.projects,
                settlement.contracts,
                settlement.total_investment,
                settlement.introduced,
            ),
            compared_with=earlier.get(settlement.pk),
            settlement=settlement,
        )
        for settlement in settlements
    ]


def _compared(settlements: Sequence[Settlement]) -> dict[int, Settlement]:
    """By key: the settlement that each was compared with when it was announced."""
    rows = Snapshot.objects.filter(settlement__in=settlements, frame__compared__isnull=False)
    keys = dict(rows.values_list("settlement", "frame__compared"))
    found = Settlement.objects.select_related("period").in_bulk(keys.values())
    return {settlement: found[key] for settlement, key in keys.items() if key in found}


def _lines(settlements: Sequence[Settlement]) -> Iterable[tuple[Any, ...]]:
    """The stored lines, summed by settlement and tier.

    Settlement, tier, units, target, received, new, outside, pending, units whose money of the year
    before is known and that money, the four quarters' dues.
    """
    money = DecimalField(max_digits=30, decimal_places=2)
    due = {
        f"due_{quarter}": Sum(Cast(KT(f"due__{quarter}"), money), default=ZERO)
        for quarter in range(4)
    }
    amounts = ("target", "received", "received_new", "received_outside", "pending")
    lines = SettlementLine.objects.filter(settlement__in=settlements).order_by()
    return lines.values_list("settlement", "tier").annotate(
        Count("pk"),
        *(Sum(name, default=ZERO) for name in amounts),
        Count("received_before"),
        Sum("received_before", default=ZERO),
        **due,
    )
