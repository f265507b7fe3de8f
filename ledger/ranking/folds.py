"""The folded parts of the league table's page; each has its own address and loads when opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger import words
from ledger.ranking.context import WAITING, month_lines, rows_of, sources_by_day
from ledger.ranking.league import LeagueRow
from ledger.ranking.pages import same_parameters, table_for, unit_url
from ledger.ranking.series import due_by_month, of_table
from ledger.ranking.table import UnitUrl, made_of
from ledger.rules.months import Month
from ledger.rules.shortfall import Node, needed, next_node, per_month
from units.access import Right, allowed, person
from units.ground.money import rounded, wan_text, yi_text


@dataclass(frozen=True, slots=True)
class CatchUpLine:
    """A unit behind or without funds, with links to its account and to the steps (``source``)."""

    row: LeagueRow
    word: str | Promise
    url: str
    source: str
    received: str
    due: str
    needed: str
    monthly: str


@allowed(Right.RANKING_VIEW)
def ranking_needed(request: HttpRequest, month: Month) -> HttpResponse:
    """What the units of a kind still need by the next quarter end, the farthest from it first."""
    table = table_for(request, month)
    node = next_node(table.as_of)
    kind, tier = request.GET.get("kind", ""), request.GET.get("tier", "")
    section = table.section(kind)
    rows = rows_of(section, tier) if kind else table.rows
    url = unit_url(person(request), table.county)
    context = {
        "crumbs": [
            (same_parameters(request, "ranking", month), _("League table")),
            ("", _("Still needed")),
        ],
        "league": table,
        "title": section.title if section.rows else table.county.name,
        "node": node,
        "node_quarter": words.QUARTERS[node.quarter] if node else "",
        "lines": catch_up_lines(rows, url, made_of(table), node) if node else [],
    }
    return render(request, "ledger/ranking/needed.html", context)


def catch_up_lines(
    rows: Sequence[LeagueRow], url: UnitUrl, made_of: str, node: Node
) -> list[CatchUpLine]:
    waiting = [(needed(row.received, row.due, node), row) for row in rows if row.tier in WAITING]
    waiting.sort(key=lambda pair: pair[0], reverse=True)
    return [_catch_up_line(row, missing, node, url(row), made_of) for missing, row in waiting]


def _catch_up_line(
    row: LeagueRow, missing: Decimal, node: Node, url: str, made_of: str
) -> CatchUpLine:
    return CatchUpLine(
        row=row,
        word=words.TIERS[row.tier],
        url=url,
        source=f"{url}{made_of}#needed" if url else "",
        received=wan_text(row.received),
        due=wan_text(row.due[node.quarter - 1]),
        needed=wan_text(missing),
        monthly=wan_text(rounded(per_month(missing, node), 2)),
    )


@allowed(Right.RANKING_VIEW)
def ranking_months(request: HttpRequest, month: Month) -> HttpResponse:
    """The curve of the year as a table; each amount links to its explanation."""
    table = table_for(request, month)
    series = of_table(table)
    due = due_by_month(table.rows, table.as_of.year)
    source = sources_by_day(table, month, request.GET)
    context = {
        "crumbs": [
            (same_parameters(request, "ranking", month), _("League table")),
            ("", _("Received by month")),
        ],
        "league": table,
        "months": month_lines(due, series, yi_text, source),
    }
    return render(request, "ledger/ranking/months.html", context)
