"""Redirects to the first page after signing in."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from ledger.ranking.query import newest_month
from units.access import REACH, READ, Reach, Right, by_method, counties_of, county_of, may, person


@by_method(*READ)
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """By role: the own account, a region's counties, the league table, or the role's own page."""
    user = person(request)
    if REACH.get(user.role) is Reach.UNIT and user.unit is not None:
        return redirect("unit-account", user.unit.code)
    if user.region and counties_of(user).count() > 1:
        return redirect("region-newest")
    if may(user, Right.RANKING_VIEW):
        return redirect("ranking", newest_month(county_of(request), timezone.localdate()))
    if may(user, Right.PEOPLE_VIEW):
        return redirect("person-list")
    if may(user, Right.TRAIL_VIEW):
        return redirect("trail")
    return render(request, "ledger/accounts/home.html")
