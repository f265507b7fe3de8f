"""Suggests who speaks at the meeting: the leading units and those that must pledge (交流和表态发言).

Derived from the league table alone, without a query. Only a suggestion: the leaders decide who
speaks.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from ledger.ranking.league import LeagueRow, LeagueTable, Section
from ledger.rules.standing import Tier
from units.ground.groups import DEPARTMENT

# As at the meeting of the speech: one town and two departments on either side.
SPEAKERS = {DEPARTMENT.code: 2}  # of a group; of any other one
LEADING = (Tier.COMPLETED, Tier.ON_SCHEDULE)
OWING = (Tier.BEHIND, Tier.NO_FUNDS)


class Reason(StrEnum):
    """Why a unit is suggested."""

    BEST = "best"
    CLIMBED = "climbed"
    FURTHEST = "furthest"
    BROKE = "broke"


@dataclass(frozen=True, slots=True)
class Speaker:
    row: LeagueRow
    reason: Reason


def leading(table: LeagueTable) -> tuple[Speaker, ...]:
    """The best of each kind, and the unit that climbed furthest since the last closed quarter."""
    best = [
        Speaker(row, Reason.BEST)
        for section in table.sections
        for row in _in_tiers(section.rows, LEADING)[: SPEAKERS.get(section.kind, 1)]
    ]
    named = {speaker.row.unit_id for speaker in best}
    climbers = [
        row
        for row in _in_tiers(table.rows, LEADING)
        if (row.movement or 0) > 0 and row.unit_id not in named
    ]
    climbers.sort(key=lambda row: -(row.movement or 0))
    return (*best, *(Speaker(row, Reason.CLIMBED) for row in climbers[:1]))


def owing(table: LeagueTable, broken: Collection[int] = ()) -> tuple[Speaker, ...]:
    """The furthest behind of each kind, and the units that broke their pledge of the last meeting."""
    found = [
        Speaker(row, Reason.BROKE)
        for row in table.rows
        if row.unit_id in broken and row.tier in OWING
    ]
    named = {speaker.row.unit_id for speaker in found}
    furthest = [
        Speaker(row, Reason.FURTHEST)
        for section in table.sections
        for row in _furthest(section)
        if row.unit_id not in named
    ]
    return (*found, *furthest)


def _furthest(section: Section) -> list[LeagueRow]:
    """Lowest completion first; of equal ones (many are at zero) the largest gap first."""
    rows = _in_tiers(section.rows, OWING)
    rows.sort(key=lambda row: (row.completion or Fraction(0), row.gap or Fraction(0), row.order))
    return rows[: SPEAKERS.get(section.kind, 1)]


def _in_tiers(rows: Iterable[LeagueRow], tiers: Sequence[Tier]) -> list[LeagueRow]:
    return [row for row in rows if row.tier in tiers]
