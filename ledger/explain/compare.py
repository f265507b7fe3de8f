"""What differs between two league tables of any days and moments, by row and column."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ledger.ranking.columns import COMPARED, Column
from ledger.ranking.league import LeagueRow, LeagueTable

# Columns that money, targets, shares or the unit itself move. The others follow from these, from
# the day counted up to and from the other units.
CAUSES: Final = frozenset(
    (
        "unit",
        "kind",
        "target",
        "due",
        "received",
        "new",
        "carried",
        "outside",
        "pending",
        "adjusted",
    )
)


@dataclass(frozen=True, slots=True)
class RowChange:
    """One unit whose line differs. A side is None where the unit has no line there."""

    left: LeagueRow | None
    right: LeagueRow | None
    columns: tuple[Column, ...]

    @property
    def row(self) -> LeagueRow:
        """The newer line, or the only one."""
        row = self.right or self.left
        assert row is not None
        return row

    @property
    def has_cause(self) -> bool:
        """False where only the benchmark moved, and what is measured against it."""
        return any(column.name in CAUSES for column in self.columns)


def differences(left: LeagueTable, right: LeagueTable) -> tuple[RowChange, ...]:
    """The rows that differ, by kind and official order of the right table."""
    return tuple(
        sorted(_changes(left, right), key=lambda change: right.county.official(change.row))
    )


def _changes(left: LeagueTable, right: LeagueTable) -> Iterator[RowChange]:
    before = {row.unit_id: row for row in left.rows}
    after = {row.unit_id: row for row in right.rows}
    for unit_id in before | after:
        change = _change(before.get(unit_id), after.get(unit_id))
        if change.columns:
            yield change


def _change(left: LeagueRow | None, right: LeagueRow | None) -> RowChange:
    if left is None or right is None:
        return RowChange(left, right, COMPARED)
    return RowChange(left, right, tuple(c for c in COMPARED if c.value(left) != c.value(right)))
