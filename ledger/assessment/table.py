"""The score table of a county: the figures of a league table and of the indicators under its scheme.

The number of statements does not grow with units. Announced scores are read back from what their
closing stored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ledger.assessment import record
from ledger.assessment import scheme as schemes
from ledger.assessment.scheme import Scheme
from ledger.assessment.scoring import Figure, ItemScore, Scored, UnitScore, score
from ledger.indicators.table import Ranking, indicators_of, rankings
from ledger.models import AssessmentScheme
from ledger.ranking.league import LeagueTable
from units.ground.groups import Group
from units.ground.money import exact
from units.models import MAIN, Indicator


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """The scores group by group; ``missing`` are indicators that an item compares and no unit owes."""

    stored: AssessmentScheme
    scheme: Scheme
    groups: tuple[tuple[Group, tuple[UnitScore, ...]], ...]
    missing: tuple[str, ...]
    scales: Mapping[str, Fraction]
    inputs: Mapping[str, Sequence[Scored]]

    def scale(self, indicator: str) -> Fraction:
        """What one unit of the measure is of the value; money for the main indicator."""
        return self.scales.get(indicator, Fraction(10_000 if indicator == MAIN else 1))

    def unit(self, code: str) -> UnitScore | None:
        found = (unit for _group, units in self.groups for unit in units if unit.code == code)
        return next(found, None)


def score_table(league: LeagueTable) -> ScoreTable | None:
    """None where the county has no scheme on the day of the table."""
    stored = record.in_force(league.county, league.as_of, league.known_by)
    if stored is None:
        return None
    scheme = schemes.read(stored.text)
    wanted = _needed(scheme, indicators_of(league.county))
    found = rankings(league, wanted)
    given = record.given(league.county, league.as_of, league.known_by)
    units = _scored(found, given, league)
    inputs = {s.kind: [units[row.unit_id] for row in s.rows] for s in league.sections}
    groups = [(section.group, section.kind) for section in league.sections]
    scales = {indicator.code: Fraction(indicator.scale) for indicator in wanted}
    return made(stored, scheme, groups, inputs, _without_targets(scheme, found), scales)


def made(
    stored: AssessmentScheme,
    scheme: Scheme,
    groups: Sequence[tuple[Group, str]],
    inputs: Mapping[str, Sequence[Scored]],
    missing: tuple[str, ...],
    scales: Mapping[str, Fraction],
) -> ScoreTable:
    """The table of units that are to be scored, by the code of their group."""
    scored = tuple((group, score(scheme, kind, inputs[kind])) for group, kind in groups)
    return ScoreTable(stored, scheme, scored, missing, scales, inputs)


def _needed(scheme: Scheme, indicators: list[Indicator]) -> list[Indicator]:
    """The indicators of the scheme, and those that their ratios divide."""
    needed = set(scheme.indicators)
    for indicator in indicators:
        if indicator.code in needed and indicator.source == Indicator.Source.RATIO:
            needed |= {indicator.scope.get("top", ""), indicator.scope.get("bottom", "")}
    return [indicator for indicator in indicators if indicator.code in needed]


def _scored(
    found: Mapping[str, Ranking], given: Mapping[int, Any], league: LeagueTable
) -> dict[int, Scored]:
    figures: dict[int, dict[str, Figure]] = {row.unit_id: {} for row in league.rows}
    for code, ranking in found.items():
        for row in ranking.rows:
            figures[row.unit.unit_id][code] = Figure(row.value, row.target, row.due)
    return {
        row.unit_id: Scored(row.code, row.name, figures[row.unit_id], given.get(row.unit_id, {}))
        for row in league.rows
    }


def _without_targets(scheme: Scheme, found: Mapping[str, Ranking]) -> tuple[str, ...]:
    """Items that compare with a target which no unit has: they bring nobody points."""
    compared = [item for item in scheme.items if item.compares and item.indicator in found]
    return tuple(item.name for item in compared if not found[item.indicator].target)


def document(table: ScoreTable) -> dict[str, Any]:
    """As ``manage.py score --json`` prints it: exact decimal strings, fractions where none is exact."""
    return {
        "scheme": {
            "name": table.scheme.name,
            "year": table.scheme.year,
            "document_no": table.scheme.document_no,
            "full_points": exact(table.scheme.full),
        },
        "groups": [
            {"group": group.code, "name": group.name, "rows": [_row(unit) for unit in units]}
            for group, units in table.groups
        ],
    }


def _row(unit: UnitScore) -> dict[str, Any]:
    return {
        "code": unit.code,
        "name": unit.name,
        "rank": unit.rank,
        "total": _written(unit.total),
        "vetoed": [veto.name for veto in unit.vetoes],
        "items": [_item(each) for each in unit.items],
    }


def _item(each: ItemScore) -> dict[str, Any]:
    return {
        "name": each.item.name,
        "value": _written(each.value),
        "target": _written(each.target),
        "rate": _written(each.rate),
        "points": _written(each.counted),
        "method": str(each.item.method),
    }


def _written(value: Fraction | None) -> str | None:
    return None if value is None else exact(value)
