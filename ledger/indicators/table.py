"""The units under an indicator: value, target, what is due, rank and tier, group by group.

Rules 3 to 6 as for money: completion ranks, equal ones share a rank. An indicator without any
target ranks by value. Exact; nothing is rounded here. Without a value there is no rank.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from ledger.indicators.values import Values, values
from ledger.ranking.league import LeagueRow, LeagueTable
from ledger.rules import standing
from ledger.rules.standing import Tier
from units.ground.groups import Group
from units.models import MAIN, County, Indicator, Target
from units.targets import record as targets


@dataclass(frozen=True, slots=True)
class Measured:
    """A unit under an indicator; None where there is no value, or no target."""

    unit: LeagueRow
    value: Fraction | None
    target: Fraction | None
    due: Fraction | None
    tier: Tier
    rank: int | None = None

    @property
    def completion(self) -> Fraction | None:
        if self.value is None or not self.target:
            return None
        return self.value / self.target

    @property
    def gap(self) -> Fraction | None:
        if self.value is None or self.due is None:
            return None
        return self.value - self.due


@dataclass(frozen=True, slots=True)
class Ranking:
    """An indicator's table. ``indicator`` None is the main one."""

    indicator: Indicator | None
    sections: tuple[tuple[Group, tuple[Measured, ...]], ...]
    whole: Fraction | None

    @property
    def rows(self) -> tuple[Measured, ...]:
        return tuple(row for _group, rows in self.sections for row in rows)

    @property
    def target(self) -> Fraction:
        return sum((row.target for row in self.rows if row.target), Fraction(0))


def indicators_of(county: County) -> list[Indicator]:
    return list(Indicator.objects.filter(county=county))


def rankings(table: LeagueTable, indicators: Sequence[Indicator]) -> dict[str, Ranking]:
    """By code, the main one first, at the day and moment of a league table."""
    found = values(table, indicators)
    owed = _owed(table, indicators)
    main = {row.unit_id: (row.target, row.due) for row in table.rows if row.target is not None}
    result = {
        MAIN: _ranking(
            None, table, found[MAIN], {k: _demand(*v, table.as_of) for k, v in main.items()}
        )
    }
    for indicator in indicators:
        mine = {
            unit: _demand(target.amount, target.due, table.as_of, indicator)
            for (code, unit), target in owed.items()
            if code == indicator.pk and target.amount > 0
        }
        result[indicator.code] = _ranking(indicator, table, found[indicator.code], mine)
    return result


Demand = tuple[Fraction, Fraction]  # of the year, and due by the day


def _demand(
    amount: Decimal, due: Sequence[Decimal], as_of: date, indicator: Indicator | None = None
) -> Demand:
    """A rate is due whole at any time, an amount by the schedule."""
    if indicator is not None and indicator.source == Indicator.Source.RATIO:
        return Fraction(amount), Fraction(amount)
    return Fraction(amount), standing.benchmark(due, as_of)


def _owed(table: LeagueTable, indicators: Sequence[Indicator]) -> dict[tuple[int, int], Target]:
    """The targets in force by indicator and unit, in one query."""
    rows = targets.in_force_of(table.county, table.as_of, indicators, table.known_by)
    return {(target.indicator_id or 0, target.unit_id): target for target in rows}


def _ranking(
    indicator: Indicator | None,
    table: LeagueTable,
    found: Values,
    demands: Mapping[int, Demand],
) -> Ranking:
    sections = tuple(
        (
            section.group,
            _ranked([_measured(row, found, demands) for row in section.rows], bool(demands)),
        )
        for section in table.sections
    )
    return Ranking(indicator, sections, found.whole)


def _measured(row: LeagueRow, found: Values, demands: Mapping[int, Demand]) -> Measured:
    value = found.by_unit.get(row.unit_id)
    target, due = demands.get(row.unit_id, (None, None))
    tier = standing.tier(value or Fraction(0), target, due)
    return Measured(row, value, target, due, tier)


def _ranked(rows: Sequence[Measured], has_targets: bool) -> tuple[Measured, ...]:
    keys = [(row.completion if has_targets else row.value) if row.value else None for row in rows]
    found = standing.ranks(keys)
    ranked = [replace(row, rank=rank) for row, rank in zip(rows, found, strict=True)]
    last = len(ranked) + 1
    return tuple(sorted(ranked, key=lambda row: (row.rank or last, row.unit.order, row.unit.code)))
