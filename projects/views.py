"""The pages of the register of projects: the list and the form.

A view reads the address, calls one action and shows the answer; the rules are in ``register.py``.
The account of a project shows money and is a page of the ledger.
"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from projects import register
from projects.filters import ProjectFilter
from projects.forms import ProjectForm, differences
from projects.models import Project
from projects.reach import may_change, projects_of
from projects.tables import ProjectTable, listed
from units.access import FORM, Right, allowed, county_named, may, person
from units.ground.fingerprint import of_row
from units.ground.money import ZERO, yi_short
from units.ground.refusal import Conflict, Refusal

ROWS_ON_A_PAGE = 50


@allowed(Right.PROJECT_VIEW)
def project_list(request: HttpRequest) -> HttpResponse:
    filterset = filterset_of(request)
    table = table_of(request, filterset)
    table.paginate(per_page=ROWS_ON_A_PAGE)
    table.page = table.paginator.get_page(request.GET.get("page"))
    context = {
        "filterset": filterset.form,
        "table": table,
        "sums": _sums(filterset.qs),
        "is_filtered": any(
            value for name, value in request.GET.items() if name in filterset.filters
        ),
        "may_enter": may(person(request), Right.PROJECT_EDIT),
        "query": request.GET.urlencode(),
    }
    return render(request, "projects/project_list.html", context)


def filterset_of(request: HttpRequest) -> ProjectFilter:
    user, county = person(request), county_named(request)
    rows = projects_of(user)
    if user.region and county is not None:
        rows = rows.filter(county=county)
    return ProjectFilter(request.GET, rows, county, timezone.localdate())


def table_of(request: HttpRequest, filterset: ProjectFilter) -> ProjectTable:
    """The table of everything found, before paging."""
    order = request.GET.getlist("sort")
    return ProjectTable(listed(filterset.qs), year=filterset.reference_year, order_by=order)


@allowed(Right.PROJECT_EDIT, FORM)
def project_new(request: HttpRequest) -> HttpResponse:
    form = _form(request)
    saved = _saved(request, form)
    if saved is None:
        return _shown(request, form)
    messages.success(request, _("“%(name)s” is registered.") % {"name": saved.name})
    return redirect("project-detail", saved.pk)


@allowed(Right.PROJECT_EDIT, FORM)
def project_edit(request: HttpRequest, pk: int) -> HttpResponse:
    project = _project(request, pk)
    form = _form(request, project)
    try:
        saved = _saved(request, form)
    except Conflict as conflict:
        return _conflicting(request, form, conflict)
    if saved is None:
        return _shown(request, form)
    messages.success(request, _("The changes are saved."))
    return redirect("project-detail", saved.pk)


def _project(request: HttpRequest, pk: int) -> Project:
    """The project, if the user may change it (else 403); 404 if they may not see it."""
    rows = projects_of(person(request)).select_related("investor", "industry", "lead_unit")
    project = get_object_or_404(rows, pk=pk)
    if not may_change(person(request), project):
        raise PermissionDenied
    return project


def _form(request: HttpRequest, project: Project | None = None) -> ProjectForm:
    sent = request.POST if request.method == "POST" else None
    return ProjectForm(sent, user=person(request), today=timezone.localdate(), project=project)


def _saved(request: HttpRequest, form: ProjectForm) -> Project | None:
    """The stored project; None if something must be corrected first."""
    if not form.is_bound or not form.is_valid():
        return None
    try:
        return register.save(
            form.draft(),
            by=person(request),
            at=timezone.now(),
            project=form.project,
            version=form.cleaned_data["version"] or 0,
            investor_seen=form.cleaned_data["investor_seen"],
        )
    except Conflict:
        raise
    except Refusal as refusal:
        form.refuse(refusal.field, refusal.sentence)
        form.other = getattr(refusal, "other", None)
        return None


def _shown(request: HttpRequest, form: ProjectForm, **more: Any) -> HttpResponse:
    """The form; status 422 if it was refused."""
    project = form.project
    own = [(reverse("project-detail", args=[project.pk]), project.name)] if project else []
    context = {
        "crumbs": [
            (reverse("project-list"), _("Projects")),
            *own,
            ("", _("Change") if project else _("New project")),
        ],
        "form": form,
        **more,
    }
    status = more.get("status", 422 if form.is_bound else 200)
    return render(request, "projects/project_form.html", context, status=status)


def _conflicting(request: HttpRequest, form: ProjectForm, conflict: Conflict) -> HttpResponse:
    """Both versions side by side; sending again replaces the one that was shown."""
    assert form.project is not None
    newer = _project(request, form.project.pk)
    sent = request.POST.copy()
    sent["version"] = str(newer.version)
    sent["investor_seen"] = of_row(newer.investor) if newer.investor else ""
    again = ProjectForm(sent, user=person(request), today=form.today, project=newer)
    differing = differences(again)
    return _shown(request, again, conflict=conflict.sentence, differing=differing, status=409)


def _sums(rows: QuerySet[Project]) -> dict[str, Any]:
    """The count, and the sum in 亿元, over all pages."""
    found = rows.order_by().aggregate(
        count=Count("pk"), total=Sum("total_investment"), introduced=Sum("introduced_amount")
    )
    return {
        "count": found["count"],
        "total": yi_short(found["total"] or ZERO),
        "introduced": yi_short(found["introduced"] or ZERO),
    }
