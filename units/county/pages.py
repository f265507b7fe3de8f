"""The page where the head of the bureau sees and changes the county's settings."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from units.access import FORM, Right, allowed, county_of, person
from units.county import settings
from units.county.forms import CountyForm
from units.ground.refusal import Conflict, Refusal
from units.models import County


@allowed(Right.COUNTY_EDIT, FORM)
def county_settings(request: HttpRequest) -> HttpResponse:
    county = county_of(request)
    form = CountyForm(request.POST if request.method == "POST" else None, county=county)
    if not form.is_valid():
        return _shown(request, county, form, status=422 if form.is_bound else 200)
    by, at, seen = person(request), timezone.now(), form.cleaned_data["seen"]
    try:
        settings.change(county, form.given(), by=by, at=at, seen=seen)
    except Conflict as conflict:
        return _conflicting(request, county, form, conflict)
    except Refusal as refusal:
        form.refuse(refusal)
        return _shown(request, county, form, status=422)
    messages.success(request, _("The settings are saved."))
    return redirect("county")


def _conflicting(
    request: HttpRequest, county: County, form: CountyForm, conflict: Conflict
) -> HttpResponse:
    """What was typed is shown beside what is recorded now; saving again replaces it."""
    county.refresh_from_db()
    sent = request.POST.copy()
    sent["seen"] = settings.fingerprint(county)
    again, differing = CountyForm(sent, county=county), form.differences(county)
    more = {"conflict": conflict.sentence, "differing": differing}
    return _shown(request, county, again, status=409, **more)


def _shown(
    request: HttpRequest, county: County, form: CountyForm, *, status: int, **more: Any
) -> HttpResponse:
    context = {"crumbs": [("", _("The county"))], "county": county, "form": form, **more}
    return render(request, "units/county/county.html", context, status=status)
