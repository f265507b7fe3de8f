"""The figures of each unit for the league table, read in one statement (``figures.sql``).

Plain SQL, because composing its five parts as querysets takes three times as long as PostgreSQL
takes to answer. Nothing is ranked here. All amounts are yuan.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from django.db import connections, router

from ledger.models import OUTSIDE, Entry
from ledger.rules import standing
from units.ground.money import ZERO
from units.models import County, stands

SQL = Path(__file__).with_name("figures.sql").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Sums:
    """Yuan credited to a unit in the year: total, for new projects, from outside the province.

    ``adjusted`` is what corrects money of earlier years, and in none of the others.
    """

    received: Decimal = ZERO
    new: Decimal = ZERO
    outside: Decimal = ZERO
    adjusted: Decimal = ZERO

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.received + other.received,
            self.new + other.new,
            self.outside + other.outside,
            self.adjusted + other.adjusted,
        )


# The annual target, and the four cumulative quarter targets, in yuan.
Owed: TypeAlias = tuple[Decimal, Sequence[Decimal]]


class UnitFigures(NamedTuple):
    """A unit with the columns of ``figures.sql``; None where it has no such rows."""

    county_id: int
    pk: int
    code: str
    name: str
    kind: str
    order: int
    active_from: date | None
    ended_on: date | None
    successor_id: int | None
    target: Decimal | None
    due: Sequence[Decimal]
    received: Decimal | None
    new: Decimal
    outside: Decimal
    adjusted: Decimal
    received_before: Decimal | None
    pending_parts: Decimal | None
    reported: bool

    @property
    def owed(self) -> Owed | None:
        return None if self.target is None else (self.target, self.due)

    @property
    def credited(self) -> Sums | None:
        if self.received is None:
            return None
        return Sums(self.received, self.new, self.outside, self.adjusted)

    @property
    def pending(self) -> Decimal | None:
        """Yuan awaiting verification: each unit's share of each receipt, to the fen."""
        return None if self.pending_parts is None else (self.pending_parts / 10_000).quantize(ZERO)

    def stands_on(self, day: date) -> bool:
        return stands(self.active_from, self.ended_on, day)


def unit_figures(
    counties: Iterable[County], as_of: date, known_by: datetime | None, without: Iterable[str]
) -> list[UnitFigures]:
    """The figures of all units of the counties, in each county's scope.

    ``without`` names further money to leave out (rule 11).
    """
    counties, before = list(counties), standing.year_before(as_of)
    month, left_out = standing.last_full_month(as_of), set(without)

    def leaving_out(name: str) -> list[int]:
        """The counties that leave it out: all by the reader's choice, or some by their scope."""
        return [c.pk for c in counties if name in left_out or name in c.not_counted]

    values: dict[str, Any] = {
        "counties": [county.pk for county in counties],
        "start": as_of.replace(month=1, day=1),
        "as_of": as_of,
        "start_before": before.replace(month=1, day=1),
        "as_of_before": before,
        "year": as_of.year,
        "known_by": known_by,
        "report_year": month.year,
        "report_month": month.month,
        "outside": list(OUTSIDE),
        **{name: leaving_out(name) for name in County.Money.values},
    }
    with connections[router.db_for_read(Entry)].cursor() as cursor:
        cursor.execute(SQL, values)
        return [UnitFigures(*row) for row in cursor.fetchall()]
