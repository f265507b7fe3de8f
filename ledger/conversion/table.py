"""The table of how signed projects get on (履约情况表): counts and rates of each unit, ranked in its group.

Projects signed in the table's year, each counted for its lead unit, or for the successor of that
(rule 15). An announced table reads the projects that its closing stored (rule 17). Never writes or
reads the clock; amounts are yuan.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.db.models import Sum

from ledger.ranking import registered
from ledger.ranking.counted import all_entries_between
from ledger.ranking.frame import present
from ledger.ranking.league import LeagueRow, LeagueTable
from ledger.ranking.registered import ProjectFacts
from ledger.ranking.snapshot import details_of
from ledger.rules import standing
from projects.models import STAGES, Stage
from units.ground.groups import Group
from units.ground.money import ZERO


@dataclass(frozen=True, slots=True)
class Counts:
    """Signed projects, and how many of them got how far.

    ``performed`` are contracts under which money has come (履约); ``introduced`` and ``received``
    are of the contracts, all that they ever received by the day.
    """

    signed: int = 0
    contracts: int = 0
    performed: int = 0
    started: int = 0
    producing: int = 0
    introduced: Decimal = ZERO
    received: Decimal = ZERO

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, n) + getattr(other, n) for n in Counts.__dataclass_fields__))

    @property
    def performed_rate(self) -> Fraction | None:
        return _rate(self.performed, self.contracts)

    @property
    def started_rate(self) -> Fraction | None:
        return _rate(self.started, self.signed)

    @property
    def producing_rate(self) -> Fraction | None:
        return _rate(self.producing, self.signed)

    @property
    def funded_rate(self) -> Fraction | None:
        return _rate(self.received, self.introduced)


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit with its counts; ``rank`` is by the rate of performed contracts, None without any."""

    unit: LeagueRow
    counts: Counts
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class ConversionTable:
    """Only units that signed a project in the year have a line."""

    league: LeagueTable
    sections: tuple[tuple[Group, tuple[UnitLine, ...]], ...]
    total: Counts


def conversion(league: LeagueTable) -> ConversionTable:
    """In a number of statements that does not grow with units."""
    facts = [each for each in _facts(league) if each.is_new(league.as_of.year)]
    received = _received(league)
    frame = league.frame or present(league.county, {row.unit_id for row in league.rows})
    by_unit: dict[int, Counts] = defaultdict(Counts)
    for each in facts:
        lead = frame.units[each.credit[0][0]]
        if lead.line is not None:
            by_unit[lead.line] += counts_of(each, received.get(each.pk, ZERO))
    sections = [(each.group, _ranked(each.rows, by_unit)) for each in league.sections]
    return ConversionTable(
        league,
        tuple((group, lines) for group, lines in sections if lines),
        sum((counts_of(each, received.get(each.pk, ZERO)) for each in facts), Counts()),
    )


def counts_of(project: ProjectFacts, received: Decimal) -> Counts:
    """One signed project; money and performance count under contracts only."""
    reached = STAGES.index(Stage(project.stage))
    is_contract = project.is_contract
    return Counts(
        signed=1,
        contracts=int(is_contract),
        performed=int(is_contract and received > 0),
        started=int(reached >= STAGES.index(Stage.STARTED)),
        producing=int(reached >= STAGES.index(Stage.PRODUCTION)),
        introduced=project.introduced if is_contract else ZERO,
        received=received if is_contract else ZERO,
    )


def _rate(part: int | Decimal, whole: int | Decimal) -> Fraction | None:
    return Fraction(part) / Fraction(whole) if whole else None


def _ranked(rows: Iterable[LeagueRow], counts: Mapping[int, Counts]) -> tuple[UnitLine, ...]:
    lines = [UnitLine(row, counts[row.unit_id]) for row in rows if row.unit_id in counts]
    ranks = standing.ranks([line.counts.performed_rate for line in lines])
    ranked = [replace(line, rank=rank) for line, rank in zip(lines, ranks, strict=True)]
    last = len(ranked) + 1
    return tuple(sorted(ranked, key=lambda line: (line.rank or last, line.unit.order)))


def _facts(league: LeagueTable) -> list[ProjectFacts]:
    if league.frame is None or league.frame.settlement is None:
        return registered.of_table(league)
    return details_of(league.frame.settlement)[0]


def _received(league: LeagueTable) -> dict[int, Decimal]:
    """By project: all that it ever received by the day."""
    rows = all_entries_between(league, date.min, league.as_of).order_by().values_list("project")
    return dict(rows.annotate(Sum("amount")))
