"""The values of indicators by unit, exact, in a number of statements that does not grow with units.

Money received comes from entries, projects from the register, ratios from two other indicators,
filed figures from their chain. What an ended unit has is its successor's (rule 15). Values are in
元, 美元, whole numbers or percent.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import F, QuerySet, Sum

from ledger.indicators import scope as scopes
from ledger.models import FiledFigure
from ledger.ranking.gathering import entries_of
from ledger.ranking.league import LeagueTable, into_successors
from projects.models import CreditShare, Project
from units.ground.money import ZERO
from units.models import MAIN, County, Indicator, Unit

Source = Indicator.Source
Sums = dict[int, Decimal]


@dataclass(frozen=True, slots=True)
class Moment:
    """Of whom, up to which day, known by which moment."""

    county: County
    as_of: date
    known_by: datetime | None = None

    @property
    def start(self) -> date:
        return self.as_of.replace(month=1, day=1)


@dataclass(frozen=True, slots=True)
class Values:
    """The values of one indicator by unit id, and of the whole county; no value is None."""

    by_unit: Mapping[int, Fraction]
    whole: Fraction | None


def values(table: LeagueTable, indicators: Sequence[Indicator]) -> dict[str, Values]:
    """By code, the main one too, at the day and the moment of a league table."""
    moment = Moment(table.county, table.as_of, table.known_by)
    units = list(Unit.objects.filter(county=table.county))
    main = {row.unit_id: row.received for row in table.rows}
    sums: dict[str, Sums] = {MAIN: main}
    for indicator in indicators:
        if indicator.source in SUMMED:
            found = SUMMED[Source(indicator.source)](moment, indicator)
            sums[indicator.code] = into_successors(units, table.as_of, found, ZERO)
    ids = [row.unit_id for row in table.rows]
    result = {code: _of_sums(found, ids) for code, found in sums.items()}
    for indicator in indicators:
        if indicator.source == Source.RATIO:
            result[indicator.code] = _ratio(indicator, sums, ids)
    return result


def _of_sums(found: Sums, units: Iterable[int]) -> Values:
    by_unit = {unit: Fraction(found.get(unit, ZERO)) for unit in units}
    return Values(by_unit, sum(by_unit.values(), Fraction(0)))


def _ratio(indicator: Indicator, sums: Mapping[str, Sums], units: Iterable[int]) -> Values:
    """Percent; no value where nothing stands below the line."""
    tops = sums.get(indicator.scope.get("top", ""), {})
    bottoms = sums.get(indicator.scope.get("bottom", ""), {})
    shares = {unit: _percent(tops.get(unit, ZERO), bottoms.get(unit, ZERO)) for unit in units}
    whole = _percent(sum(tops.values(), ZERO), sum(bottoms.values(), ZERO))
    return Values({unit: share for unit, share in shares.items() if share is not None}, whole)


def _percent(top: Decimal, bottom: Decimal) -> Fraction | None:
    return Fraction(top) * 100 / Fraction(bottom) if bottom else None


def _received(moment: Moment, indicator: Indicator) -> Sums:
    rows = entries_of(moment.county, moment.as_of, moment.known_by)
    rows = rows.filter(scopes.entries(indicator.scope)).order_by()
    return dict(rows.values_list("unit").annotate(Sum("amount")))


def _of_projects(moment: Moment, indicator: Indicator) -> Sums:
    """A number counts for the lead unit; an amount by the shares of credit."""
    amount = scopes.COUNTED[indicator.scope.get("counted", "number")]
    rows = projects_of(moment, indicator)
    found: Sums = defaultdict(lambda: ZERO)
    if not amount:
        for unit in rows.values_list("lead_unit", flat=True):
            found[unit] += 1
        return found
    shares = CreditShare.objects.filter(project__in=rows).order_by()
    parts = shares.values_list("unit").annotate(
        part=Sum(F(f"project__{amount}") * F("basis_points"))
    )
    return {unit: part / 10_000 for unit, part in parts}


def projects_of(moment: Moment, indicator: Indicator) -> QuerySet[Any]:
    rows = Project.objects.filter(county=moment.county)
    if moment.known_by is not None:
        rows = rows.filter(created_at__lte=moment.known_by)
    return rows.filter(scopes.projects(indicator.scope, moment.start, moment.as_of)).order_by()


def figures_of(moment: Moment, indicator: Indicator) -> QuerySet[Any]:
    """The verified figures of the months that have begun by the day."""
    rows = FiledFigure.objects.filter(
        county=moment.county, indicator=indicator, month__range=(moment.start, moment.as_of)
    )
    return rows if moment.known_by is None else rows.filter(posted_at__lte=moment.known_by)


def _filed(moment: Moment, indicator: Indicator) -> Sums:
    return dict(figures_of(moment, indicator).order_by().values_list("unit").annotate(Sum("value")))


SUMMED: dict[Source, Callable[[Moment, Indicator], Sums]] = {
    Source.RECEIVED: _received,
    Source.PROJECTS: _of_projects,
    Source.FILED: _filed,
}
