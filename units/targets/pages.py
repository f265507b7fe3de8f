"""The pages of targets."""

from typing import Any

from django.contrib import messages
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from units.access import ACTION, FORM, Right, allowed, county_of, person, units_of
from units.ground.refusal import Conflict, Refusal
from units.models import MAIN, Indicator, Target
from units.tables import TargetTable
from units.targets import record as targets
from units.targets.grid import FILL_CHANGED, FILL_EMPTY, TargetGrid
from units.unit_forms import ScheduleForm

FIRST_YEAR, LAST_YEAR = 2000, 2099


@allowed(Right.UNIT_VIEW)
def unit_targets(request: HttpRequest, code: str) -> HttpResponse:
    """Every version of a unit's targets, including replaced ones."""
    unit = get_object_or_404(units_of(person(request)), code=code)
    versions = unit.targets.select_related("recorded_by").order_by("-year", "-effective_on", "-pk")
    crumbs = [(reverse("unit-account", args=[unit.code]), unit.name), ("", _("Targets"))]
    context = {
        "crumbs": crumbs,
        "unit": unit,
        "table": TargetTable(versions),
    }
    return render(request, "units/targets/unit_targets.html", context)


@allowed(Right.TARGET_EDIT)
def target_current(request: HttpRequest) -> HttpResponse:
    """Redirect to the newest year with targets, else this year."""
    rows = Target.objects.filter(county=county_of(request))
    newest = rows.aggregate(year=Max("year"))["year"]
    query = request.GET.urlencode()
    address = reverse("target-grid", args=[newest or timezone.localdate().year])
    return redirect(f"{address}?{query}" if query else address)


@allowed(Right.TARGET_EDIT, FORM)
def target_grid(request: HttpRequest, year: int) -> HttpResponse:
    county, today = county_of(request), timezone.localdate()
    sent = request.POST if request.method == "POST" else None
    about: dict[str, Any] = {"county": county, "year": year_or_404(year), "today": today}
    about["indicator"] = _indicator(request)
    grid = TargetGrid(sent, **about)
    if sent is None or "resume" in sent:
        return grid_shown(request, grid)
    if sent.get("fill") in (FILL_EMPTY, FILL_CHANGED):
        filled = grid.filled(targets.schedule(county, year), sent["fill"])
        return grid_shown(request, TargetGrid(filled, **about), is_filled=True)
    return _grid_saved(request, grid)


def _indicator(request: HttpRequest) -> Indicator | None:
    """The indicator that the address names; None for the main one."""
    code = request.GET.get("indicator", MAIN)
    if code == MAIN:
        return None
    return get_object_or_404(Indicator, county=county_of(request), code=code)


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
            indicator=grid.indicator,
        )
    except Conflict as conflict:
        return _grid_conflicting(request, grid, conflict)
    except Refusal as refusal:
        grid.add_error(refusal.field, str(refusal))
        return grid_shown(request, grid, status=422)
    messages.success(request, _("%(count)d targets have a new version.") % {"count": len(versions)})
    return redirect(f"{reverse('target-grid', args=[grid.year])}{grid.query}")


def _grid_conflicting(request: HttpRequest, grid: TargetGrid, conflict: Conflict) -> HttpResponse:
    """What was typed is kept in the form; rows that differ from the version in force are marked."""
    sent = request.POST.copy()
    about: dict[str, Any] = {"county": grid.county, "year": grid.year, "indicator": grid.indicator}
    sent["seen"] = str(targets.newest_id(**about))
    again = TargetGrid(sent, today=timezone.localdate(), **about)
    return grid_shown(request, again, conflict=conflict.sentence, status=409)


@allowed(Right.TARGET_EDIT, ACTION)
def target_schedule(request: HttpRequest, year: int) -> HttpResponse:
    county = county_of(request)
    form = ScheduleForm(request.POST)
    grid = TargetGrid(county=county, year=year_or_404(year), today=timezone.localdate())
    if not form.is_valid():
        return grid_shown(request, grid, schedule=form, status=422)
    try:
        by, at, seen = person(request), timezone.now(), form.cleaned_data["seen"]
        targets.set_schedule(county, year, form.parts(), by=by, at=at, seen=seen)
    except Refusal as refusal:
        form.refuse(refusal)
        if form.conflict:
            form.show_anew(targets.schedule_seen(targets.schedule(county, year)))
        return grid_shown(request, grid, schedule=form, status=409 if form.conflict else 422)
    messages.success(request, _("The schedule is saved. Targets already set keep their quarters."))
    return redirect("target-grid", year)


def grid_shown(
    request: HttpRequest, grid: TargetGrid, status: int = 200, **more: Any
) -> HttpResponse:
    schedule = targets.schedule(grid.county, grid.year)
    parts: dict[str, Any] = dict(zip(("first", "second", "third"), schedule.parts, strict=False))
    parts["seen"] = targets.schedule_seen(schedule)
    context = {
        "grid": grid,
        "sections": grid.sections(),
        "totals": grid.totals(),
        "year": grid.year,
        "years": [year for year in (grid.year - 1, grid.year + 1) if _is_year(year)],
        "schedule": ScheduleForm(initial=parts),
        **more,
    }
    return render(request, "units/targets/target_grid.html", context, status=status)


def _is_year(year: int) -> bool:
    return FIRST_YEAR <= year <= LAST_YEAR


def year_or_404(year: int) -> int:
    if not _is_year(year):
        raise Http404
    return year
