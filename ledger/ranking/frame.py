"""What stands around a table's figures: its units and industries, as they are or as they were.

An open table reads them from the register. A settlement stores them (rule 17), with the ranks it
is compared with, the targets in force and the lengths of the chains, so that nothing of what was
announced depends on a row that may change. Yuan.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Q

from projects.forms import industry_name
from projects.models import Industry
from units.models import County, Unit, stands

# The flags of an industry that leave its money out of a table (rule 11).
FLAGS = {"resource": "is_resource", "property": "is_property"}


class UnitFacts(NamedTuple):
    """A unit; ``line`` is the unit in whose line its money counts, None if in none (rule 15)."""

    code: str
    name: str
    kind: str
    active_from: date | None
    ended_on: date | None
    successor: int | None
    line: int | None

    def stands_on(self, day: date) -> bool:
        return stands(self.active_from, self.ended_on, day)


class IndustryFacts(NamedTuple):
    code: str
    name: str
    name_en: str
    sector: int
    is_resource: bool
    is_property: bool

    @property
    def label(self) -> str:
        return industry_name(self)

    @property
    def sector_label(self) -> str:
        return str(Industry.Sector(self.sector).label)


class Waiting(NamedTuple):
    """Money that awaited verification: ``parts`` are ten-thousandths of yuan."""

    unit: int
    industry: int
    is_carry_over: bool
    parts: Decimal
    origin: str = ""  # not stored by settlements of earlier releases


@dataclass(frozen=True, slots=True)
class Frame:
    """Units and industries by key. What follows them is known of a settlement only.

    ``settlement`` is its key; ``ranks`` are those announced before, in the settlement ``compared``; ``targets`` the versions
    in force by unit; ``lengths`` the positions up to which each quarter's chain counted; ``adjusted``
    what corrected earlier years, by unit of a line (none in settlements older than that rule).
    """

    units: Mapping[int, UnitFacts]
    industries: Mapping[int, IndustryFacts]
    settlement: int | None = None
    compared: int | None = None
    ranks: Mapping[int, int | None] | None = None
    targets: Mapping[int, int] | None = None
    lengths: Mapping[int, int] | None = None
    waiting: tuple[Waiting, ...] | None = None
    exact_since: date | None = None
    adjusted: Mapping[int, Decimal] = field(default_factory=dict)

    def owner(self, unit: int) -> UnitFacts | None:
        """The unit in whose line the money of this one counts; itself if it counts in none."""
        found = self.units.get(unit)
        return self.units[found.line] if found and found.line else found

    def without(self, names: Iterable[str]) -> frozenset[int]:
        """The industries that are left out."""
        flags = [FLAGS[name] for name in names if name in FLAGS]
        return frozenset(
            pk for pk, each in self.industries.items() if any(getattr(each, f) for f in flags)
        )

    def counted(self) -> Q:
        """The entries that the settlement counted: every chain up to its stored position."""
        found = Q(pk=None)
        for period, length in (self.lengths or {}).items():
            found |= Q(period=period, position__lte=length)
        return found

    def plain(self) -> dict[str, Any]:
        """As JSON stores it."""
        return {
            # Lists, because JSON of the database does not keep the order of keys.
            "units": [(pk, *unit) for pk, unit in self.units.items()],
            "industries": [(pk, *industry) for pk, industry in self.industries.items()],
            "compared": self.compared,
            "ranks": self.ranks,
            "targets": self.targets,
            "lengths": self.lengths,
            "waiting": self.waiting,
            "adjusted": self.adjusted,
        }


def read(settlement: int, plain: Mapping[str, Any], exact_since: date | None) -> Frame:
    """The frame that ``Frame.plain`` wrote."""
    return Frame(
        units={pk: _unit(UnitFacts(*unit)) for pk, *unit in plain["units"]},
        industries={pk: IndustryFacts(*each) for pk, *each in plain["industries"]},
        settlement=settlement,
        compared=plain["compared"],
        ranks=_by_key(plain["ranks"]),
        targets=_by_key(plain["targets"]),
        lengths=_by_key(plain["lengths"]),
        waiting=_waiting(plain["waiting"]),
        exact_since=exact_since,
        adjusted={int(k): Decimal(yuan) for k, yuan in plain.get("adjusted", {}).items()},
    )


def _unit(plain: UnitFacts) -> UnitFacts:
    return plain._replace(active_from=_day(plain.active_from), ended_on=_day(plain.ended_on))


def _day(plain: object) -> date | None:
    return date.fromisoformat(str(plain)) if plain else None


def _waiting(plain: list[Any] | None) -> tuple[Waiting, ...] | None:
    if plain is None:
        return None
    return tuple(
        Waiting(unit, industry, is_carry_over, Decimal(parts), *origin)
        for unit, industry, is_carry_over, parts, *origin in plain
    )


def _by_key(plain: Mapping[str, Any]) -> dict[int, Any]:
    return {int(key): value for key, value in plain.items()}


def present(county: County, lines: Container[int]) -> Frame:
    """Units and industries as they are now; ``lines`` are the units that have one."""
    units = {unit.pk: unit for unit in Unit.objects.filter(county=county)}
    successors = {pk: unit.successor_id for pk, unit in units.items()}
    return Frame(
        {pk: _facts(unit, _line_of(pk, lines, successors)) for pk, unit in units.items()},
        {
            pk: IndustryFacts(*facts)
            for pk, *facts in Industry.objects.values_list("pk", *IndustryFacts._fields)
        },
    )


def _facts(unit: Unit, line: int | None) -> UnitFacts:
    return UnitFacts(
        unit.code,
        unit.name,
        unit.kind,
        unit.active_from,
        unit.ended_on,
        unit.successor_id,
        line,
    )


def _line_of(unit: int, lines: Container[int], successors: Mapping[int, int | None]) -> int | None:
    following: int | None = unit
    while following is not None and following not in lines:
        following = successors.get(following)
    return following
