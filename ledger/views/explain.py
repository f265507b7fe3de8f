"""Explaining a figure: what a unit's line, and the county's totals, are made of.

Must never: compute a figure, or link a record that the reader may not open.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger import explain, words
from ledger.asked import day_of, moment_of, newest_month
from ledger.league import LeagueRow, LeagueTable, Section, league_table
from ledger.models import Settlement
from ledger.months import Month
from ledger.reach import receipts_of
from ledger.tables import amounts, subtotal
from ledger.views.compare import Point, table_at
from ledger.views.ranking import table_for
from projects.models import Project
from projects.reach import projects_of
from units.access import REACH, Reach, Right, allowed, county_of, person, units_of
from units.models import User
from units.money import percent_text, wan_text


@dataclass(frozen=True, slots=True)
class NeighbourLine:
    """A row next to the unit in the ranking."""

    row: LeagueRow
    completion: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class SectionLine:
    """The sums of one kind of units."""

    title: Any
    count: int
    amounts: Any


@dataclass(frozen=True, slots=True)
class SignedLine:
    """A project that the headline counts."""

    project: Project
    total: str
    introduced: str
    is_contract: bool


@allowed(Right.UNIT_VIEW)
def unit_explain(request: HttpRequest, code: str) -> HttpResponse:
    user = person(request)
    unit = get_object_or_404(units_of(user).select_related("county", "successor"), code=code)
    as_of, known_by = _when(request)
    table = league_table(unit.county, as_of, known_by)
    told = explain.unit_line(table, unit)
    context = {
        "crumbs": [
            (reverse("unit-account", args=[unit.code]), unit.name),
            ("", _("What the figures are made of")),
        ],
        "unit": unit,
        "league": table,
        "announced": _announced(table),
        "told": told,
        "amounts": amounts(told.row, told.row.gap, told.row.gap_points) if told else None,
        "tier_word": words.TIERS[told.row.tier] if told else "",
        "due": _due(told.row) if told else [],
        "neighbours": _neighbours(told) if told else [],
        **_reach(user, told),
    }
    return render(request, "ledger/explain_unit.html", context)


@allowed(Right.RANKING_VIEW)
def ranking_explain(request: HttpRequest, month: Month) -> HttpResponse:
    table = table_for(request, month)
    total = table.total
    user = person(request)
    context = {
        "crumbs": [
            (reverse("ranking-month", args=[month]), _("League table")),
            ("", _("What the figures are made of")),
        ],
        "month": month,
        "league": table,
        "announced": table.settlement,
        "sections": [_section(section) for section in table.sections],
        "amounts": amounts(total, total.gap, total.gap_points),
        "signed": _signed(table, user),
        "completion": list(explain.completion_steps(total)),
        "gap": list(explain.gap_steps(total)),
        "over_half": list(explain.over_half_steps(table)),
        "is_over_half": table.over_half,
    }
    return render(request, "ledger/explain_ranking.html", context)


def _when(request: HttpRequest) -> tuple[date, datetime | None]:
    """The day and moment asked for; by default the newest month as it is known now."""
    today = timezone.localdate()
    asked = day_of(request.GET.get("as_of", ""))
    as_of = min(asked or newest_month(county_of(request), today).last_day, today)
    return as_of, moment_of(request.GET.get("known_by", ""))


def _announced(table: LeagueTable) -> Settlement | None:
    """The settlement whose table this is, if any."""
    if table.known_by is None:
        return None
    return table_at(table.county, Point(table.as_of, table.known_by)).settlement


def _reach(user: User, told: explain.Explanation | None) -> dict[str, set[int]]:
    """Which projects and receipts among the shown ones the reader may open."""
    if told is None:
        return {"open_projects": set(), "open_receipts": set()}
    parts = [part.entry for part in told.entries]
    projects = {entry.project_id for entry in parts} | {
        part.receipt.project_id for part in told.pending
    }
    receipts = {entry.receipt_id for entry in parts} | {part.receipt.pk for part in told.pending}
    return {
        "open_projects": set(
            projects_of(user).filter(pk__in=projects).values_list("pk", flat=True)
        ),
        "open_receipts": set(
            receipts_of(user).filter(pk__in=receipts).values_list("pk", flat=True)
        ),
    }


def _due(row: LeagueRow) -> list[tuple[Any, str]]:
    return [(words.QUARTERS[number], wan_text(due)) for number, due in enumerate(row.due, start=1)]


def _neighbours(told: explain.Explanation) -> list[NeighbourLine]:
    return [
        NeighbourLine(
            row=row,
            completion=percent_text(row.received, row.target, 4) if row.target else "",
            is_own=row.unit_id == told.row.unit_id,
        )
        for row in told.neighbours
    ]


def _section(section: Section) -> SectionLine:
    title = words.SECTIONS[section.kind]
    return SectionLine(title, len(section.rows), subtotal(section.rows))


def _signed(table: LeagueTable, user: User) -> list[SignedLine]:
    """The counted projects, for those who may see them all."""
    if REACH.get(user.role) is not Reach.COUNTY:
        return []
    return [
        SignedLine(
            project=project,
            total=wan_text(project.total_investment),
            introduced=wan_text(project.introduced_amount),
            is_contract=project.contract_on is not None and project.contract_on <= table.as_of,
        )
        for project in explain.signed_projects(table.county, table.as_of)
    ]
