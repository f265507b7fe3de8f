"""The pages of units and of their targets.

A view reads the address, calls one action and shows the answer; rules are elsewhere.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from units import register
from units.access import FORM, Right, allowed, county_of, demand, may, person, units_of
from units.ground.fingerprint import of_row
from units.ground.refusal import Conflict, Refusal
from units.models import Unit
from units.tables import UnitTable
from units.unit_forms import PlacesForm, UnitForm

# Units


@allowed(Right.UNIT_VIEW, FORM)
def unit_list(request: HttpRequest) -> HttpResponse:
    user = person(request)
    units = _ordered(request)
    if request.method != "POST":
        form = PlacesForm(units=units) if may(user, Right.UNIT_EDIT) else None
        return _units_shown(request, units, form)
    demand(user, Right.UNIT_EDIT)
    form = PlacesForm(request.POST, units=units)
    if not form.is_valid():
        return _units_shown(request, units, form, status=422)
    seen, now = form.cleaned_data["seen"], timezone.now()
    try:
        moved = register.arrange(form.places(), seen, county=county_of(request), by=user, at=now)
    except Conflict as conflict:
        form.refuse(conflict)
        form.show_anew(register.order_seen(units))
        return _units_shown(request, units, form, status=409)
    messages.success(request, _("%(count)d units moved.") % {"count": moved})
    return redirect("unit-list")


def _ordered(request: HttpRequest) -> list[Unit]:
    units = units_of(person(request)).select_related("successor", "county")
    return sorted(units, key=lambda unit: unit.county.official(unit))


def _units_shown(
    request: HttpRequest, units: list[Unit], form: PlacesForm | None, status: int = 200
) -> HttpResponse:
    context = {"table": UnitTable(units, form=form), "form": form, "units": units}
    return render(request, "units/unit_list.html", context, status=status)


@allowed(Right.UNIT_EDIT, FORM)
def unit_new(request: HttpRequest) -> HttpResponse:
    return _unit_form(request, None, _("“%(name)s” is added."))


@allowed(Right.UNIT_EDIT, FORM)
def unit_edit(request: HttpRequest, code: str) -> HttpResponse:
    unit = get_object_or_404(units_of(person(request)), code=code)
    return _unit_form(request, unit, _("“%(name)s” is saved."))


def _unit_form(request: HttpRequest, unit: Unit | None, done: Any) -> HttpResponse:
    sent = request.POST if request.method == "POST" else None
    form = UnitForm(sent, county=county_of(request), unit=unit)
    saved = _saved_unit(request, form)
    if saved is not None:
        messages.success(request, done % {"name": saved.name})
        return redirect("unit-list")
    if unit is not None and form.conflict is not None:
        form.show_anew(of_row(Unit.objects.get(pk=unit.pk)))
    words = unit.name if unit else _("New unit")
    crumbs = [(reverse("unit-list"), _("Units")), ("", words)]
    context = {"crumbs": crumbs, "form": form, "unit": unit}
    status = (409 if form.conflict else 422) if form.is_bound else 200
    return render(request, "units/unit_form.html", context, status=status)


def _saved_unit(request: HttpRequest, form: UnitForm) -> Unit | None:
    if not form.is_bound or not form.is_valid():
        return None
    try:
        return register.save(
            form.draft(),
            county=form.county,
            by=person(request),
            at=timezone.now(),
            unit=form.unit,
            seen=form.cleaned_data["seen"] if form.unit else None,
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return None


# Targets
