"""Template context of a unit's account: curve of the year, earlier ranks, missing reports.

Computes no figure of the league table.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.urls import reverse
from django.utils.translation import gettext as _

from ledger.models import MonthlyReport, SettlementLine
from ledger.quarter import reports
from ledger.ranking.charts import curve
from ledger.ranking.context import CurvePart, MonthLine, month_lines
from ledger.ranking.league import LeagueRow
from ledger.ranking.series import due_by_month, of_units
from ledger.rules.months import Month
from ledger.words import TIERS, quarter
from units.ground.money import WAN, percent_text, wan_text
from units.models import Unit

OF_SETTLEMENT = tuple(
    f"settlement__{name}" for name in ("as_of", "period__year", "period__quarter")
)


@dataclass(frozen=True, slots=True)
class UnitCurve(CurvePart):
    """The curve of one unit, in 万元, by month."""

    months: tuple[MonthLine, ...]
    unit: str
    end: str


@dataclass(frozen=True, slots=True)
class Standing:
    """The unit's rank in a quarter, as announced."""

    period: str
    url: str
    rank: int | None
    completion: str
    tier: str
    tier_word: object


@dataclass(frozen=True, slots=True)
class MissingReport:
    month: Month
    url: str
    due_on: date


def unit_curve(row: LeagueRow, units: Sequence[Unit], as_of: date, explain_url: str) -> UnitCurve:
    """The unit's money by month against the benchmark and the year before.

    ``units`` are the unit and those that have ended into it: their money is in its line too.
    """
    series = of_units(units, as_of)
    this_year, last_year = series.this_year, series.last_year
    due = due_by_month([row], as_of.year)

    def source(day: date) -> str:
        return f"{explain_url}?as_of={day.isoformat()}"

    named: list[tuple[str, Sequence[Decimal | Fraction]]] = [
        ("last_year", last_year),
        ("benchmark", due),
        ("this_year", this_year),
    ]
    return UnitCurve(
        drawing=curve([(name, values) for name, values in named if any(values)], WAN),
        months=month_lines(due, series, wan_text, source),
        year=as_of.year,
        months_url="",
        words=_("%(received)s 万元 received by month %(month)d.")
        % {"received": wan_text(this_year[-1]), "month": as_of.month},
        unit="万元",
        end=wan_text(this_year[-1]),
    )


def standings(unit: Unit) -> list[Standing]:
    """The closed quarters, newest first, each from its newest settlement."""
    announced = (
        SettlementLine.objects.filter(unit=unit)
        .select_related("settlement__period")
        .order_by("settlement__period_id", "-settlement__version")
        .distinct("settlement__period_id")
        .only("rank", "target", "received", "tier", *OF_SETTLEMENT)
    )
    newest = sorted(announced, key=lambda line: line.settlement.as_of, reverse=True)
    return [
        Standing(
            period=quarter(line.settlement.period.year, line.settlement.period.quarter),
            url=reverse("ranking", args=[Month.of(line.settlement.as_of)]),
            rank=line.rank,
            completion=percent_text(line.received, line.target) if line.target else "",
            tier=line.tier,
            tier_word=TIERS[line.tier],
        )
        for line in newest
    ]


def reports_of(unit: Unit, *years: int) -> dict[Month, int]:
    """The reports that the unit filed in the years: month -> reserve projects (rule 14)."""
    filed = MonthlyReport.objects.filter(unit=unit, year__in=years)
    rows = filed.values_list("year", "month", "reserve_projects")
    return {Month(year, month): reserves for year, month, reserves in rows}


def missing_reports(unit: Unit, filed: Collection[Month], today: date) -> list[MissingReport]:
    """The months whose report the unit owes by the calendar and has not filed."""
    months = map(Month.of, reports.months_owed(unit.county, unit, today))
    return [
        MissingReport(
            month=month,
            url=reverse("report-month", args=[month]),
            due_on=reports.due_on(unit.county, month.first_day),
        )
        for month in months
        if month not in filed and reports.due_on(unit.county, month.first_day) < today
    ]
