"""The pages that explain a unit's line, the sums of a kind, and the county's totals.

A record is linked only for a reader who may open it.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger import words
from ledger.explain import line as explain
from ledger.explain import steps
from ledger.explain.compare_pages import Point, table_at
from ledger.explain.context import (
    due_lines,
    figure_lines,
    kind_lines,
    neighbour_lines,
    openable,
    signed_lines,
    sum_line,
    unit_lines,
)
from ledger.models import Settlement
from ledger.ranking import phrases
from ledger.ranking.columns import texts
from ledger.ranking.context import explain_address, rows_of
from ledger.ranking.league import LeagueRow, LeagueTable, league_table, quarters_due, total
from ledger.ranking.pages import same_parameters, table_for, unit_url
from ledger.ranking.query import day_of, left_out, moment_of, newest_month
from ledger.rules.months import Month
from ledger.rules.shortfall import next_node
from ledger.rules.standing import Tier
from units.access import Right, allowed, county_of, person, units_of


@allowed(Right.UNIT_VIEW)
def unit_explain(request: HttpRequest, code: str) -> HttpResponse:
    user = person(request)
    unit = get_object_or_404(units_of(user).select_related("county", "successor"), code=code)
    as_of, known_by = _when(request)
    without = left_out(request.GET.getlist("without"))
    table = league_table(unit.county, as_of, known_by, without=without).seen_by(user)
    told, node = explain.unit_line(table, unit), next_node(table.as_of)
    context = {
        "crumbs": [
            (reverse("unit-account", args=[unit.code]), unit.name),
            ("", _("What the figures are made of")),
        ],
        "unit": unit,
        "league": table,
        "left_out": phrases.left_out(table),
        "scope": phrases.scope(table),
        "announced": _announced(table),
        "told": told,
        "amounts": texts(told.row) if told else None,
        "tier_word": words.TIERS[told.row.tier] if told else "",
        "node_quarter": words.QUARTERS[node.quarter] if node else "",
        "figures": figure_lines(told.row) if told else [],
        "due": due_lines(told.row) if told else [],
        "neighbours": neighbour_lines(told) if told else [],
        **openable(user, told),
    }
    return render(request, "ledger/explain/explain_unit.html", context)


@allowed(Right.RANKING_VIEW)
def ranking_explain(request: HttpRequest, month: Month) -> HttpResponse:
    """The county's totals by kind; with ``kind``, and ``tier``, those of its units."""
    table = table_for(request, month)
    kind, tier = request.GET.get("kind", ""), request.GET.get("tier", "")
    if table.section(kind).rows:
        context = _kind(request, month, table, kind, tier if tier in list(Tier) else "")
    else:
        context = _county(request, month, table)
    context |= {
        "league": table,
        "left_out": phrases.left_out(table),
        "scope": phrases.scope(table),
        "announced": table.settlement,
        "quarters": list(words.QUARTERS.values()),
    }
    return render(request, "ledger/explain/explain_ranking.html", context)


def _county(request: HttpRequest, month: Month, table: LeagueTable) -> dict[str, Any]:
    return {
        "crumbs": [
            (same_parameters(request, "ranking", month), _("League table")),
            ("", _("What the figures are made of")),
        ],
        "title": table.county.name,
        "lines": kind_lines(table, lambda kind: explain_address(month, request.GET, kind=kind)),
        "sum": sum_line(_("Whole county"), table.rows),
        "signed": signed_lines(table, person(request)),
        "over_half": list(steps.over_half_steps(table)),
        "is_over_half": table.over_half,
        **_steps(table, table.rows),
    }


def _kind(
    request: HttpRequest, month: Month, table: LeagueTable, kind: str, tier: str
) -> dict[str, Any]:
    rows = rows_of(table.section(kind), tier)
    title = table.section(kind).title
    named = [table.county.name, title, *([words.TIERS[tier]] if tier else [])]
    return {
        "crumbs": [
            (same_parameters(request, "ranking", month), _("League table")),
            (explain_address(month, request.GET), _("What the figures are made of")),
            ("", title),
        ],
        "title": " · ".join(map(str, named)),
        "kind": kind,
        "lines": unit_lines(table, rows, unit_url(person(request), table.county)),
        "sum": sum_line(_("Subtotal"), rows),
        **_steps(table, rows),
    }


def _steps(table: LeagueTable, rows: Sequence[LeagueRow]) -> dict[str, Any]:
    whole = total(rows)
    due, benchmark = quarters_due(rows), whole.benchmark if whole.target else None
    return {
        "figures": figure_lines(whole),
        "texts": texts(whole),
        "benchmark": list(steps.benchmark_steps(due, benchmark, table.as_of)),
        "completion": list(steps.completion_steps(whole)),
        "gap": list(steps.gap_steps(whole)),
    }


def _when(request: HttpRequest) -> tuple[date, datetime | None]:
    """The day and moment of the query; by default the newest month as known now."""
    today = timezone.localdate()
    table_query = day_of(request.GET.get("as_of", ""))
    as_of = min(table_query or newest_month(county_of(request), today).last_day, today)
    return as_of, moment_of(request.GET.get("known_by", ""))


def _announced(table: LeagueTable) -> Settlement | None:
    """The settlement whose table this is, if any."""
    if table.known_by is None or table.without:
        return None
    return table_at(table.county, Point(table.as_of, table.known_by)).settlement
