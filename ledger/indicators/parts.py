"""What a unit's value is made of: the entries, projects and filed figures that it counts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q
from django.urls import reverse

from ledger.indicators import scope as scopes
from ledger.indicators.values import Moment, figures_of, projects_of
from ledger.ranking.gathering import entries_of
from units.ground.basis_points import FULL
from units.models import Indicator, Unit

Source = Indicator.Source


@dataclass(frozen=True, slots=True)
class Part:
    """One entry, project or figure: its day, name, value, and the page that shows it."""

    day: date | None
    name: str
    value: Decimal
    url: str


def parts(moment: Moment, indicator: Indicator, unit: Unit) -> list[Part]:
    """Of the unit and of those that it succeeds."""
    units = [unit.pk, *_predecessors(unit)]
    found = PARTS.get(Source(indicator.source), _nothing)
    return sorted(
        found(moment, indicator, units), key=lambda part: (part.day or date.min, part.name)
    )


def _predecessors(unit: Unit) -> list[int]:
    rows = Unit.objects.filter(county=unit.county_id, successor__isnull=False)
    heirs = dict(rows.values_list("pk", "successor_id"))
    found, new = set[int](), {unit.pk}
    while new:
        new = {pk for pk, heir in heirs.items() if heir in new} - found
        found |= new
    return sorted(found)


def _nothing(moment: Moment, indicator: Indicator, units: Iterable[int]) -> Iterator[Part]:
    return iter(())


def _entries(moment: Moment, indicator: Indicator, units: Iterable[int]) -> Iterator[Part]:
    rows = entries_of(moment.county, moment.as_of, moment.known_by)
    rows = rows.filter(scopes.entries(indicator.scope), unit__in=units)
    for entry in rows.select_related("project", "receipt"):
        url = reverse("receipt-detail", args=[entry.receipt_id])
        name = f"{entry.project.name} {entry.receipt.voucher_no}"
        yield Part(entry.counted_on, name, entry.amount, url)


def _projects(moment: Moment, indicator: Indicator, units: Iterable[int]) -> Iterator[Part]:
    amount = scopes.COUNTED[indicator.scope.get("counted", "number")]
    reached = scopes.REACHED[indicator.scope.get("stage", "signed")]
    rows = projects_of(moment, indicator)
    mine = Q(shares__unit__in=units) if amount else Q(lead_unit__in=units)
    for project in rows.filter(mine).distinct().prefetch_related("shares"):
        url = reverse("project-detail", args=[project.pk])
        points = sum(s.basis_points for s in project.shares.all() if s.unit_id in units)
        value = getattr(project, amount) * points / FULL if amount else Decimal(1)
        yield Part(getattr(project, reached), project.name, value, url)


def _figures(moment: Moment, indicator: Indicator, units: Iterable[int]) -> Iterator[Part]:
    for figure in figures_of(moment, indicator).filter(unit__in=units).select_related("filing"):
        url = reverse("indicator-figures", args=[indicator.code])
        yield Part(figure.month, figure.reason or figure.filing.voucher, figure.value, url)


PARTS = {Source.RECEIVED: _entries, Source.PROJECTS: _projects, Source.FILED: _figures}
