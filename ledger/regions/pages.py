"""The league table of the counties of a city or province, for people who read several counties."""

from datetime import date

from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from ledger.models import Entry
from ledger.ranking import query
from ledger.ranking.columns import texts
from ledger.ranking.context import month_picker
from ledger.ranking.pages import parameters
from ledger.regions.context import county_lines, measures_of, region_headline, regions_within
from ledger.regions.ranking import region_table
from ledger.rules.months import Month
from units.access import Right, allowed, counties_of, person
from units.models import County, Target
from units.people.regions import region_name


@allowed(Right.RANKING_VIEW)
def region_newest(request: HttpRequest) -> HttpResponse:
    """Redirect to the person's region and the newest month with money in any of its counties."""
    user, today = person(request), timezone.localdate()
    if not user.region:
        raise Http404
    counties = counties_of(user)
    years = Target.objects.filter(county__in=counties, year__lte=today.year)
    year = years.aggregate(newest=Max("year", default=today.year))["newest"]
    last = min(today, date(year, 12, 31))
    entries = Entry.objects.filter(county__in=counties, counted_on__lte=last)
    newest = entries.order_by("-counted_on").values_list("counted_on", flat=True).first()
    return redirect("region-month", user.region, Month.of(newest or last))


@allowed(Right.RANKING_VIEW)
def region_month(request: HttpRequest, prefix: str, month: Month) -> HttpResponse:
    today = timezone.localdate()
    counties = _counties(request, prefix)
    if month.first_day > today:
        raise Http404
    table = region_table(
        counties,
        parameters(request, month),
        today,
        prefix=prefix,
        measure=request.GET.get("by", ""),
    )
    context = {
        "crumbs": [("", region_name(prefix))],
        "region": region_name(prefix),
        "regions": regions_within(counties_of(person(request)), prefix, month),
        "table": table,
        "month": month,
        "asked_moment": query.moment_of(request.GET.get("known_by", "")),
        "months": month_picker(
            month,
            request.GET,
            today,
            lambda other: reverse("region-month", args=[prefix, other]),
        ),
        "headline": region_headline(table),
        "measures": measures_of(table, request.GET),
        "lines": county_lines(table, month),
        "sum": texts(table.measured),
        "is_sample": any(county.is_sample for county in counties),
    }
    return render(request, "ledger/regions/region.html", context)


def _counties(request: HttpRequest, prefix: str) -> list[County]:
    """All counties of the prefix.

    404 if the person may not read all of them, or there is only one.
    """
    user = person(request)
    is_code = len(prefix) in (2, 4) and prefix.isascii() and prefix.isdigit()
    if not (user.region and is_code and prefix.startswith(user.region)):
        raise Http404
    found = list(counties_of(user).filter(code__startswith=prefix))
    if len(found) < 2:
        raise Http404
    return found
