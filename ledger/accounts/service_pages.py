"""Service steps over all projects: what is overdue, at which unit, for which project.

Shows only steps that the reader may see; ``projects/service/deadlines.py`` decides what is overdue.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger.ranking.query import day_for
from projects.reach import projects_of, steps_of
from projects.service import list as service_list
from projects.service.list import ServiceFilter, ServiceTable
from units.access import Right, allowed, person

ROWS_ON_A_PAGE = 50


@allowed(Right.PROJECT_VIEW)
def service_list_page(request: HttpRequest) -> HttpResponse:
    filterset = filterset_of(request)
    table = table_of(request, filterset)
    table.paginate(per_page=ROWS_ON_A_PAGE)
    table.page = table.paginator.get_page(request.GET.get("page"))
    sums = service_list.by_unit(filterset.qs, filterset.today)
    context = {
        "crumbs": [(reverse("project-list"), _("Projects")), ("", _("Service with time limits"))],
        "filterset": filterset.form,
        "table": table,
        "today": filterset.today,
        "overdue_units": [of for of in sums if of.overdue],
        "other_units": [of for of in sums if not of.overdue],
        "count": table.paginator.count,
        "figures": _figures(sums),
        "is_filtered": any(
            value for name, value in request.GET.items() if name in filterset.filters
        ),
        "query": request.GET.urlencode(),
    }
    return render(request, "ledger/accounts/service_list.html", context)


def filterset_of(request: HttpRequest) -> ServiceFilter:
    user = person(request)
    return ServiceFilter(
        request.GET, steps_of(user), user.county, day_for(user.county, timezone.localdate())
    )


def table_of(request: HttpRequest, filterset: ServiceFilter) -> ServiceTable:
    user = person(request)
    return ServiceTable(
        service_list.listed(filterset.qs),
        reader=user,
        today=filterset.today,
        openable=set(projects_of(user).filter(services__isnull=False).values_list("pk", flat=True)),
        order_by=request.GET.getlist("sort"),
    )


def _figures(sums: list[service_list.UnitSum]) -> dict[str, Any]:
    names = ("steps", "undone", "soon", "overdue", "late")
    return {name: service_list.whole(sums, name) for name in names}
