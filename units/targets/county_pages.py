"""The page of the targets that the city and the province set for the county.

The rules are in ``county_targets.py``; a view binds the form, calls one action, shows the answer.
"""

from decimal import Decimal

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from units.access import FORM, Right, allowed, county_of, person
from units.ground.money import wan_short
from units.ground.refusal import Refusal
from units.models import County
from units.targets import county_targets
from units.targets import record as targets
from units.targets.county_form import CountyTargetForm, CountyTargetTable
from units.targets.pages import year_or_404


@allowed(Right.TARGET_EDIT, FORM)
def county_target_list(request: HttpRequest, year: int) -> HttpResponse:
    county, year = county_of(request), year_or_404(year)
    sent = request.POST if request.method == "POST" else None
    seen, schedule = county_targets.versions_seen(county, year), targets.schedule(county, year)
    form = CountyTargetForm(sent, year=year, schedule=schedule, seen=seen)
    if form.is_bound and form.is_valid() and _is_recorded(request, county, year, form):
        messages.success(request, _("The target is recorded."))
        return redirect("county-target-list", year)
    if form.conflict is not None:
        form.show_anew(county_targets.versions_seen(county, year))
    context = {
        "crumbs": [
            (reverse("target-grid", args=[year]), _("Targets")),
            ("", _("Targets from above")),
        ],
        "county": county,
        "year": year,
        "own": wan_short(_own_target(county, year)),
        "form": form,
        "table": CountyTargetTable(county_targets.versions(county, year)),
    }
    status = (409 if form.conflict else 422) if form.is_bound else 200
    return render(request, "units/targets/county_target_list.html", context, status=status)


def _is_recorded(request: HttpRequest, county: County, year: int, form: CountyTargetForm) -> bool:
    try:
        by, at = person(request), timezone.now()
        seen = form.cleaned_data["seen"]
        county_targets.record(county, year, form.draft(), seen=seen, by=by, at=at)
    except Refusal as refusal:
        form.refuse(refusal)
        return False
    return True


def _own_target(county: County, year: int) -> Decimal:
    held = targets.current(county, year).values()
    return sum((target.amount for target in held), Decimal(0))
