"""The page that ranks the units by the targets typed in the grid, before anything is saved."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger.explain.whatif import WhatIf, WhatIfTable, county_lines, tier_counts, what_if
from ledger.models import Entry
from ledger.ranking.league import Section
from ledger.rules.months import Month
from units.access import ACTION, Right, allowed, county_of
from units.forms import parse_day
from units.models import County
from units.targets.grid import TargetGrid
from units.targets.pages import grid_shown, year_or_404


@allowed(Right.TARGET_EDIT, ACTION)
def target_what_if(request: HttpRequest, year: int) -> HttpResponse:
    county, today = county_of(request), timezone.localdate()
    grid = TargetGrid(request.POST, county=county, year=year_or_404(year), today=today)
    if grid.has_refused_cells():
        return grid_shown(request, grid, status=422)
    as_of = _as_of(request.POST.get("as_of", ""), county, year, today)
    query = what_if(county, as_of, grid.drafts())
    sections = [_section(query, section) for section in query.after.sections]
    crumbs = [(reverse("target-grid", args=[year]), _("Targets")), ("", _("What if"))]
    context = {
        "crumbs": crumbs,
        "grid": grid,
        "year": year,
        "as_of": as_of,
        "sections": sections,
        "county_lines": county_lines(query),
    }
    return render(request, "ledger/explain/what_if.html", context)


def _section(query: WhatIf, section: Section) -> dict[str, Any]:
    lines = query.lines(section)
    return {
        "label": section.title,
        "tiers": tier_counts(query, section.kind),
        "changed": sum(line.is_changed for line in lines),
        "table": WhatIfTable(lines, label=section.title),
    }


def _as_of(typed: str, county: County, year: int, today: date) -> date:
    """The typed day, at most the year's end or today; without one the newest month with money."""
    last = min(today, date(year, 12, 31))
    try:
        query = parse_day(typed)
    except ValidationError:
        return min(_newest(county, year) or last, last)
    return query if query.year == year and query <= last else last


def _newest(county: County, year: int) -> date | None:
    entries = Entry.objects.filter(county=county, counted_on__year=year).order_by("-counted_on")
    day = entries.values_list("counted_on", flat=True).first()
    return Month.of(day).last_day if day else None
