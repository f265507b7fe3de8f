"""The pages of units and of their targets.

Must never: decide a rule; a view reads the address, calls one verb, and shows the answer.
"""

from typing import Any

from django.contrib import messages
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from units import register, targets
from units.access import DEED, FORM, Right, allowed, county_of, demand, may, person, units_of
from units.models import Target, Unit, official
from units.refusal import Conflict, Refusal
from units.tables import TargetTable, UnitTable
from units.target_grid import FILL_CHANGED, FILL_EMPTY, TargetGrid
from units.unit_forms import PlacesForm, ScheduleForm, UnitForm

FIRST_YEAR, LAST_YEAR = 2000, 2099


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
    moved = register.arrange(form.places(), county=county_of(request), by=user, at=timezone.now())
    messages.success(request, _("%(count)d units moved.") % {"count": moved})
    return redirect("unit-list")


def _ordered(request: HttpRequest) -> list[Unit]:
    units = units_of(person(request)).select_related("successor")
    return sorted(units, key=official)


def _units_shown(
    request: HttpRequest, units: list[Unit], form: PlacesForm | None, status: int = 200
) -> HttpResponse:
    def place(unit: Unit) -> SafeString:
        assert form is not None
        box = form[f"place-{unit.pk}"]
        refusals = format_html_join(
            "", '<p class="field__refusals">{}</p>', ((e,) for e in box.errors)
        )
        return format_html('{}<div id="{}_error">{}</div>', box, box.auto_id, refusals)

    table = UnitTable(units, place=place if form else None)
    context = {"table": table, "form": form, "units": units}
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
    words = unit.name if unit else _("New unit")
    crumbs = [(reverse("unit-list"), _("Units")), ("", words)]
    context = {"crumbs": crumbs, "form": form, "unit": unit}
    status = 422 if form.is_bound else 200
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
        )
    except Refusal as refusal:
        form.add_error(refusal.field, str(refusal))
        return None


@allowed(Right.UNIT_VIEW)
def unit_targets(request: HttpRequest, code: str) -> HttpResponse:
    """Every version of a unit's targets, also those that no longer hold."""
    unit = get_object_or_404(units_of(person(request)), code=code)
    versions = unit.targets.select_related("recorded_by").order_by("-year", "-effective_on", "-pk")
    crumbs = [(reverse("unit-account", args=[unit.code]), unit.name), ("", _("Targets"))]
    context = {
        "crumbs": crumbs,
        "unit": unit,
        "table": TargetTable(versions),
    }
    return render(request, "units/unit_targets.html", context)


# Targets


@allowed(Right.TARGET_EDIT)
def target_current(request: HttpRequest) -> HttpResponse:
    """To the newest year with targets, else this year."""
    rows = Target.objects.filter(county=county_of(request))
    newest = rows.aggregate(year=Max("year"))["year"]
    return redirect("target-grid", newest or timezone.localdate().year)


@allowed(Right.TARGET_EDIT, FORM)
def target_grid(request: HttpRequest, year: int) -> HttpResponse:
    county, today = county_of(request), timezone.localdate()
    sent = request.POST if request.method == "POST" else None
    grid = TargetGrid(sent, county=county, year=year_or_404(year), today=today)
    if sent is None or "resume" in sent:
        return grid_shown(request, grid)
    if sent.get("fill") in (FILL_EMPTY, FILL_CHANGED):
        filled = grid.filled(targets.schedule(county, year), sent["fill"])
        return grid_shown(
            request, TargetGrid(filled, county=county, year=year, today=today), is_filled=True
        )
    return _grid_saved(request, grid)


def _grid_saved(request: HttpRequest, grid: TargetGrid) -> HttpResponse:
    if not grid.is_valid():
        return grid_shown(request, grid, status=422)
    given = grid.cleaned_data
    try:
        versions = targets.revise(
            grid.county,
            grid.year,
            grid.drafts(),
            seen=given["seen"] or 0,
            effective_on=given["effective_on"],
            document_no=given["document_no"],
            by=person(request),
            at=timezone.now(),
        )
    except Conflict as conflict:
        return _grid_conflicting(request, grid, conflict)
    except Refusal as refusal:
        grid.add_error(refusal.field, str(refusal))
        return grid_shown(request, grid, status=422)
    messages.success(request, _("%(count)d targets have a new version.") % {"count": len(versions)})
    return redirect("target-grid", grid.year)


def _grid_conflicting(request: HttpRequest, grid: TargetGrid, conflict: Conflict) -> HttpResponse:
    """What was typed stays; the rows that differ from what holds now are marked."""
    sent = request.POST.copy()
    sent["seen"] = str(targets.newest_id(grid.county, grid.year))
    again = TargetGrid(sent, county=grid.county, year=grid.year, today=timezone.localdate())
    return grid_shown(request, again, conflict=conflict.sentence, status=409)


@allowed(Right.TARGET_EDIT, DEED)
def target_schedule(request: HttpRequest, year: int) -> HttpResponse:
    county = county_of(request)
    form = ScheduleForm(request.POST)
    grid = TargetGrid(county=county, year=year_or_404(year), today=timezone.localdate())
    if not form.is_valid():
        return grid_shown(request, grid, schedule=form, status=422)
    try:
        targets.set_schedule(county, year, form.parts(), by=person(request), at=timezone.now())
    except Refusal as refusal:
        form.add_error(refusal.field, str(refusal))
        return grid_shown(request, grid, schedule=form, status=422)
    messages.success(request, _("The schedule is saved. Targets already set keep their quarters."))
    return redirect("target-grid", year)


def grid_shown(
    request: HttpRequest, grid: TargetGrid, status: int = 200, **more: Any
) -> HttpResponse:
    schedule = targets.schedule(grid.county, grid.year)
    parts = dict(zip(("first", "second", "third"), schedule.parts, strict=False))
    context = {
        "grid": grid,
        "sections": grid.sections(),
        "totals": grid.totals(),
        "year": grid.year,
        "years": [year for year in (grid.year - 1, grid.year + 1) if _is_year(year)],
        "schedule": ScheduleForm(initial=parts),
        **more,
    }
    return render(request, "units/target_grid.html", context, status=status)


def _is_year(year: int) -> bool:
    return FIRST_YEAR <= year <= LAST_YEAR


def year_or_404(year: int) -> int:
    if not _is_year(year):
        raise Http404
    return year
