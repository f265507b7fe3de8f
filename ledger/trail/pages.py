"""The page of the trail for the auditor and the head of the bureau.

Lines are never changed here, and never shown to another county.
"""

from datetime import datetime, time
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger.trail import history
from ledger.trail.filter import TrailFilter
from ledger.trail.words import ACTIONS
from units.access import Right, allowed, person
from units.forms import NOTHING_CHOSEN
from units.models import County, Trail, Unit, User

LINES_ON_A_PAGE = 50


@allowed(Right.TRAIL_VIEW)
def trail(request: HttpRequest) -> HttpResponse:
    county = person(request).county
    filterset = filterset_of(request, county)
    page = _page(request, found(county, filterset.parameters(), person(request)))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "crumbs": [("", _("Trail"))],
        "filterset": filterset,
        "is_filtered": bool(filterset.parameters()),
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        "lines": history.told_to(person(request), page.object_list),
        "query": query.urlencode(),
    }
    return render(request, "ledger/trail/trail.html", context)


def filterset_of(request: HttpRequest, county: County | None) -> TrailFilter:
    units = sorted(Unit.objects.filter(county=county), key=county.official) if county else []
    filterset = TrailFilter(request.GET)
    filterset.fields["action"].choices = [NOTHING_CHOSEN, *ACTIONS.items()]  # type: ignore[attr-defined]
    choices = [(unit.code, unit.name) for unit in units]
    filterset.fields["unit"].choices = [NOTHING_CHOSEN, *choices]  # type: ignore[attr-defined]
    return filterset


def found(county: County | None, parameters: dict[str, Any], reader: User) -> QuerySet[Trail]:
    """The county's lines; all lines for the auditor of the whole installation."""
    rows = Trail.objects.select_related("actor__unit")
    if county is not None:
        rows = rows.filter(county=county)
    if who := parameters.get("who"):
        rows = rows.filter(Q(actor_name__icontains=who) | Q(actor__display_name__icontains=who))
    if action := parameters.get("action"):
        rows = rows.filter(action=action)
    if unit := parameters.get("unit"):
        rows = rows.filter(Q(unit__code=unit) | Q(actor__unit__code=unit))
    if record := parameters.get("record"):
        # What a draft says is not to be found by guessing either.
        told = Q(label__icontains=record) & ~Q(record__in=history.hidden_drafts(reader, county))
        rows = rows.filter(Q(record=record) | told)
    if parameters.get("refused"):
        rows = rows.filter(refused=True)
    return _between(rows, parameters).order_by("-at", "-id")


def _between(rows: QuerySet[Trail], parameters: dict[str, Any]) -> QuerySet[Trail]:
    """From the start of the first day to the end of the last, in the county's time."""
    zone = timezone.get_default_timezone()
    if since := parameters.get("since"):
        rows = rows.filter(at__gte=datetime.combine(since, time.min, zone))
    if until := parameters.get("until"):
        rows = rows.filter(at__lte=datetime.combine(until, time.max, zone))
    return rows


def _page(request: HttpRequest, rows: QuerySet[Trail]) -> Page[Trail]:
    return Paginator(rows, LINES_ON_A_PAGE).get_page(request.GET.get("page"))
