"""The meeting pack (one page to print or project) and the forms for pledges.

Figures come from the league table, outcomes from ``pledges.py``.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger import words
from ledger.meeting import pledges
from ledger.meeting.context import (
    pledge_lines,
    promised_lines,
    short_tables,
    speaker_lines,
    tier_lines,
)
from ledger.meeting.forms import PledgeForm, TakeBackForm
from ledger.models import Period, Pledge
from ledger.papers import bulletin, sources
from ledger.ranking import phrases
from ledger.ranking.changes_context import growth_address, version_context
from ledger.ranking.context import explain_address, month_links
from ledger.ranking.headline import headline
from ledger.ranking.league import LeagueTable
from ledger.ranking.pages import same_parameters, table_for, unit_url
from ledger.ranking.query import newest_month
from ledger.rules.months import Month
from ledger.server.files import site_of
from units.access import ACTION, FORM, Right, allowed, county_of, may, person, within
from units.ground.refusal import Conflict, Refusal


@allowed(Right.RANKING_VIEW)
def meeting_newest(request: HttpRequest) -> HttpResponse:
    month = newest_month(county_of(request), timezone.localdate())
    return redirect(same_parameters(request, "meeting-month", month))


@allowed(Right.RANKING_VIEW)
def meeting_month(request: HttpRequest, month: Month) -> HttpResponse:
    county = county_of(request)
    return _shown(request, month, PledgeForm(county=county, seen=pledges.newest(county)))


@allowed(Right.PLEDGE_RECORD, ACTION)
def pledge_record(request: HttpRequest, month: Month) -> HttpResponse:
    county = county_of(request)
    form = PledgeForm(request.POST, county=county)
    if not form.is_valid():
        return _shown(request, month, form, status=422)
    try:
        by, at, seen = person(request), timezone.now(), form.cleaned_data["seen"]
        pledge = pledges.record(county, month, form.draft(), by=by, at=at, seen=seen)
    except Refusal as refusal:
        form.refuse(refusal)
        if form.conflict:
            form.show_anew(pledges.newest(county))
        return _shown(request, month, form, status=409 if form.conflict else 422)
    messages.success(request, _("The pledge of %(unit)s is recorded.") % {"unit": pledge.unit})
    return redirect(f"{reverse('meeting-month', args=[month])}#pledges")


@allowed(Right.PLEDGE_RECORD, FORM)
def pledge_take_back(request: HttpRequest, month: Month, pk: int) -> HttpResponse:
    rows = within(person(request), Pledge.objects.filter(is_withdrawn=False))
    pledge = get_object_or_404(rows.select_related("unit", "period"), pk=pk)
    form = TakeBackForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            pledges.take_back(pledge, reason, by=person(request), at=timezone.now())
        except Refusal as refusal:
            form.add_error(refusal.field, str(refusal))
            status = 409 if isinstance(refusal, Conflict) else 422
        else:
            messages.success(request, _("The pledge is taken back."))
            return redirect(f"{reverse('meeting-month', args=[month])}#pledges")
    context = {
        "crumbs": [
            (reverse("meeting-month", args=[month]), _("Meeting")),
            ("", _("Take a pledge back")),
        ],
        "pledge": pledge,
        "line": promised_lines([pledge])[0],
        "form": form,
    }
    return render(request, "ledger/meeting/pledge_take_back.html", context, status=status)


def _shown(request: HttpRequest, month: Month, form: PledgeForm, status: int = 200) -> HttpResponse:
    with sources.one_moment():
        table = table_for(request, month)
        context = _page(table, month, request)
    context |= {
        "crumbs": [
            (same_parameters(request, "ranking", month), _("League table")),
            ("", _("Meeting")),
        ],
        "months": month_links(
            table,
            month,
            request.GET,
            timezone.localdate(),
            "meeting-month",
        ),
        "form": form,
        "query": request.GET.urlencode(),
        "screen_query": _screen_query(request, month),
    }
    return render(request, "ledger/meeting/meeting.html", context, status=status)


def _page(table: LeagueTable, month: Month, request: HttpRequest) -> dict[str, Any]:
    background = sources.background(table, site_of(request))
    reader, query = person(request), request.GET
    url = unit_url(reader, table.county)
    before = pledges.outcomes(pledges.last_before(table.county, month), table)
    broken = {outcome.pledge.unit_id for outcome in before if outcome.state == "broken"}
    here = Period.objects.filter(county=table.county, year=month.year, quarter=month.quarter)
    made = [pledge for period in here for pledge in pledges.made_at(period)]
    return {
        "month": month,
        "league": table,
        "settlement": table.settlement,
        "check_code": background.proof.code if background.proof else "",
        "period": phrases.period(table.as_of),
        "left_out": phrases.left_out(table),
        "scope": phrases.scope(table),
        **version_context(table, is_asked="version" in query),
        "asked_moment": None if table.settlement else table.known_by,
        "headline": headline(table, background.series),
        "tiers": tier_lines(table, url),
        "leading": speaker_lines(table, url),
        "owing": speaker_lines(table, url, broken=broken),
        "outcomes": pledge_lines(before, url),
        "outcome_of": _quarter(before[0].pledge.period) if before else "",
        "explain_url": explain_address(month, query),
        "growth_url": growth_address(table),
        "sections": short_tables(table, url, lambda kind: explain_address(month, query, kind=kind)),
        "bulletin": bulletin.bulletin(table, background),
        "pledges": promised_lines(made),
        "may_record": may(reader, Right.PLEDGE_RECORD),
    }


def _screen_query(request: HttpRequest, month: Month) -> str:
    """The big screen of this meeting, also when a later month is the newest."""
    query = request.GET.copy()
    query.setdefault("as_of", month.last_day.isoformat())
    return query.urlencode()


def _quarter(period: Period) -> str:
    return words.quarter(period.year, period.quarter)
