"""What differs between two league tables: any two days, any two moments of knowledge.

Owns: matching the rows of two tables and naming the fields that changed. Must never: run a query or
compute a figure; both tables come from ``league.py``.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ledger.ranking.league import LeagueRow, LeagueTable
from units.models import official

# What of a row is announced, in the order in which a table shows it.
FIELDS: dict[str, Callable[[LeagueRow], Any]] = {
    "name": lambda row: row.name,
    "rank": lambda row: row.rank,
    "target": lambda row: row.target,
    "benchmark": lambda row: row.benchmark,
    "received": lambda row: row.received,
    "new": lambda row: row.sums.new,
    "outside": lambda row: row.sums.outside,
    "completion": lambda row: row.completion,
    "tier": lambda row: row.tier,
    "reported": lambda row: row.reported,
}


@dataclass(frozen=True, slots=True)
class RowChange:
    """One unit whose line differs. A side is None where the unit has no line there."""

    left: LeagueRow | None
    right: LeagueRow | None
    fields: tuple[str, ...]

    @property
    def row(self) -> LeagueRow:
        """The newer line, or the only one."""
        row = self.right or self.left
        assert row is not None
        return row


def differences(left: LeagueTable, right: LeagueTable) -> tuple[RowChange, ...]:
    """The rows that differ, by kind and official order of the right table."""
    return tuple(sorted(_changes(left, right), key=lambda change: official(change.row)))


def _changes(left: LeagueTable, right: LeagueTable) -> Iterator[RowChange]:
    before = {row.unit_id: row for row in left.rows}
    after = {row.unit_id: row for row in right.rows}
    for unit_id in before | after:
        change = _change(before.get(unit_id), after.get(unit_id))
        if change.fields:
            yield change


def _change(left: LeagueRow | None, right: LeagueRow | None) -> RowChange:
    if left is None or right is None:
        return RowChange(left, right, tuple(FIELDS))
    fields = tuple(name for name, of in FIELDS.items() if of(left) != of(right))
    return RowChange(left, right, fields)
