"""The pages of how the year's signed projects get on, and of the projects that do not."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger.conversion.columns import COLUMNS, texts
from ledger.conversion.context import health_of
from ledger.conversion.table import conversion
from ledger.ranking.pages import same_parameters, table_for, unit_url
from ledger.ranking.query import day_for, day_of
from ledger.rules.months import Month
from projects.reach import projects_of
from units.access import Right, allowed, county_of, person


@allowed(Right.RANKING_VIEW)
def conversion_month(request: HttpRequest, month: Month) -> HttpResponse:
    league = table_for(request, month)
    found, url = conversion(league), unit_url(person(request), league.county)
    shown = {
        "crumbs": [
            (same_parameters(request, "composition-month", month), _("Composition")),
            ("", _("How signed projects get on")),
        ],
        "league": league,
        "month": month,
        "heads": [column.words for column in COLUMNS],
        "sections": [
            (group.title, [(line, url(line.unit), texts(line.counts)) for line in lines])
            for group, lines in found.sections
        ],
        "total": texts(found.total),
    }
    return render(request, "ledger/conversion/conversion.html", shown)


@allowed(Right.PROJECT_VIEW)
def project_health(request: HttpRequest) -> HttpResponse:
    """Today, or the day in the address."""
    county, today = county_of(request), timezone.localdate()
    as_of = min(day_of(request.GET.get("as_of", "")) or day_for(county, today), today)
    shown = {
        "crumbs": [(reverse("project-list"), _("Projects")), ("", _("Lights of projects"))],
        "county": county,
        "as_of": as_of,
        **health_of(county, as_of, projects_of(person(request))),
    }
    return render(request, "ledger/conversion/health.html", shown)
