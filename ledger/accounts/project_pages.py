"""The account of one project: what was signed, its credit shares, and the money received.

Changes nothing. A unit that only shares the credit sees submitted receipts, not drafts.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger.entries.draft import may_enter
from ledger.entries.reach import receipts_of
from ledger.models import Entry, Receipt
from ledger.ranking.query import day_for
from ledger.receipts.claim_pages import claims_on
from ledger.receipts.context import money_of
from ledger.receipts.tables import EntryTable, ReceiptLineTable, entry_lines, receipt_lines
from ledger.trail import history
from projects.forms import industry_name
from projects.models import Project, Stage
from projects.reach import may_change, projects_of
from projects.register import DAYS
from projects.service.context import service_of
from projects.shares import percent_text as share_text
from units.access import Right, allowed, may, person, units_of
from units.models import User

# Receipt states that a unit with a share may see.
TOLD = (Receipt.State.SUBMITTED, Receipt.State.VERIFIED)


@dataclass(frozen=True, slots=True)
class Step:
    """A stage of the project."""

    word: str | Promise
    day: date | None
    is_here: bool


@allowed(Right.PROJECT_VIEW)
def project_detail(request: HttpRequest, pk: int) -> HttpResponse:
    user = person(request)
    rows = projects_of(user).select_related("investor", "industry", "lead_unit", "created_by")
    project = get_object_or_404(rows, pk=pk)
    openable = receipts_of(user).filter(project=project)
    context = {
        "crumbs": [(reverse("project-list"), _("Projects")), ("", project.name)],
        "project": project,
        "industry": industry_name(project.industry),
        "steps": _steps(project),
        "shares": _shares(project, user),
        "money": money_of(project),
        "receipts": _receipts(project, openable, user),
        "entries": _entries(project, openable),
        **service_of(project, user, day_for(user.county, timezone.localdate())),
        "claims": claims_on(project, user),
        "may_change": may_change(user, project),
        "may_enter": may_enter(user, project) and project.signed_on is not None,
        "may_claim": may(user, Right.CLAIM_MAKE) and user.unit_id != project.lead_unit_id,
    }
    return render(request, "ledger/accounts/project_account.html", context)


@allowed(Right.PROJECT_VIEW)
def project_history(request: HttpRequest, pk: int) -> HttpResponse:
    user = person(request)
    project = get_object_or_404(projects_of(user), pk=pk)
    context = {
        "crumbs": [(reverse("project-detail", args=[pk]), project.name), ("", _("History"))],
        "name": project.name,
        "history": history.of_project(project, user, whole="history" in request.GET),
    }
    return render(request, "ledger/trail/history.html", context)


def _steps(project: Project) -> list[Step]:
    return [
        Step(stage.label, getattr(project, DAYS[stage]), stage == project.stage) for stage in Stage
    ]


def _shares(project: Project, user: User) -> list[dict[str, Any]]:
    openable = set(units_of(user).values_list("pk", flat=True))
    return [
        {
            "name": share.unit.name,
            "url": reverse("unit-account", args=[share.unit.code])
            if share.unit_id in openable
            else "",
            "share": share_text(share.basis_points),
            "leads": share.unit_id == project.lead_unit_id,
        }
        for share in project.shares.select_related("unit").order_by("order", "id")
    ]


def _receipts(project: Project, openable: QuerySet[Receipt], user: User) -> ReceiptLineTable:
    """All receipts that the reader may open, and what a unit with a share may see."""
    open_ids = set(openable.values_list("pk", flat=True))
    known = Q(pk__in=open_ids)
    if user.unit_id is not None:
        known |= Q(state__in=TOLD)
    rows = project.receipts.filter(known).order_by("received_on", "pk")
    return ReceiptLineTable(receipt_lines(rows, project, open_ids))


def _entries(project: Project, openable: QuerySet[Receipt]) -> EntryTable:
    entries = Entry.objects.filter(project=project).select_related("unit", "project")
    open_ids = set(openable.values_list("pk", flat=True))
    lines = entry_lines(entries.order_by("counted_on", "pk"), open_ids)
    return EntryTable(lines, exclude=("project",))
