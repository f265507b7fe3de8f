"""The page of the league table, its JSON, and the redirect to the newest month.

The table comes from ``query.answer``, its texts from ``table`` and ``headline``.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from ledger.ranking import document, phrases
from ledger.ranking import query as table_query
from ledger.ranking.changed_facts import changed_facts, within_reach
from ledger.ranking.changes_context import (
    change_lines,
    change_total,
    compare_address,
    growth_address,
    version_context,
)
from ledger.ranking.context import curve_of, explain_address, filterset_of, month_links, sections_of
from ledger.ranking.headline import headline
from ledger.ranking.league import LeagueRow, LeagueTable
from ledger.ranking.query import TableQuery, newest_month
from ledger.ranking.series import of_table
from ledger.ranking.snapshot import check_code
from ledger.rules.months import Month
from units.access import REACH, Reach, Right, allowed, county_of, opens, person
from units.models import County, User
from units.targets import record as targets


@allowed(Right.RANKING_VIEW)
def newest(request: HttpRequest) -> HttpResponse:
    month = newest_month(county_of(request), timezone.localdate())
    return redirect(same_parameters(request, "ranking", month))


@allowed(Right.RANKING_VIEW)
def ranking(request: HttpRequest, month: Month) -> HttpResponse:
    table = table_for(request, month)
    return render(request, "ledger/ranking/ranking.html", page(request, month, table))


@allowed(Right.RANKING_VIEW)
def ranking_json(request: HttpRequest, month: Month) -> HttpResponse:
    body = document.text(table_for(request, month))
    return HttpResponse(body, content_type="application/json; charset=utf-8")


def table_for(request: HttpRequest, month: Month) -> LeagueTable:
    """The table that the address asks for: one value behind page, workbook, bulletin and JSON.

    As the person may see it (``LeagueTable.seen_by``).
    """
    today = timezone.localdate()
    if month.first_day > today:
        raise Http404
    asked = parameters(request, month)
    table = table_query.answer(county_of(request), asked, today)
    if asked.version is not None and table.frame is None:
        raise Http404
    return table.seen_by(person(request))


def parameters(request: HttpRequest, month: Month) -> TableQuery:
    query = request.GET
    return table_query.read(
        month,
        query.get("as_of", ""),
        query.get("known_by", ""),
        query.getlist("without"),
        query.get("version", ""),
    )


def same_parameters(request: HttpRequest, name: str, *args: object) -> str:
    """The address of another page with the parameters of this one."""
    query = request.GET.urlencode()
    address = reverse(name, args=args)
    return f"{address}?{query}" if query else address


def page(request: HttpRequest, month: Month, table: LeagueTable) -> dict[str, Any]:
    source = partial(explain_address, month, request.GET)
    series = of_table(table)
    user = person(request)
    changes = change_lines(table.settlement, user) if table.settlement else []
    own = user.unit_id if REACH[user.role] is Reach.UNIT else None
    return {
        "month": month,
        "league": table,
        "settlement": table.settlement,
        "check_code": check_code(table.settlement),
        "left_out": phrases.left_out(table),
        "scope": phrases.scope(table),
        **version_context(table, is_asked="version" in request.GET),
        "asked_moment": None if table.settlement else table.known_by,
        "year_to_set": targets.year_to_set(table.county, month.year, timezone.localdate()),
        "headline": headline(table, series),
        "explain_url": source(),
        "growth_url": growth_address(table),
        "sections": sections_of(
            table, request.GET, unit_url(person(request), table.county), source
        ),
        "curve": curve_of(table, series, f"months/?{request.GET.urlencode()}"),
        "months": month_links(table, month, request.GET, timezone.localdate()),
        "filterset": filterset_of(parameters(request, month), request.GET, table.county),
        "changes": changes,
        "other_changes": within_reach(changed_facts(table), own) if table.settlement else [],
        "now": timezone.now(),
        "change_total": change_total(changes),
        "compare_url": compare_address(table.settlement) if table.settlement else "",
        "query": request.GET.urlencode(),
    }


def unit_url(user: User, county: County) -> Callable[[LeagueRow], str]:
    """The address of a unit's account; empty where this person may not open it."""
    # One look-up instead of one per line; a code is digits and capitals, so nothing needs quoting.
    before, after = reverse("unit-account", args=["CODE"]).split("CODE")
    is_open = opens(user, county)
    return lambda row: f"{before}{row.code}{after}" if is_open(row.unit_id) else ""
