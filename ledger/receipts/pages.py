"""The pages of receipts: list, form, one receipt, and the actions of its unit.

A view reads the address, calls one action and shows the result; the actions decide what is allowed.
"""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger.entries import approvals, doubts, evidence, submission
from ledger.entries.draft import Draft, may_enter
from ledger.entries.reach import receipts_of
from ledger.models import Receipt
from ledger.ranking import query as table_query
from ledger.receipts.attempts import attempted
from ledger.receipts.context import detail, money_of
from ledger.receipts.forms import ReceiptForm, VersionForm, differences, initial_of, new_initial
from ledger.receipts.lateness import late_of, newest_closed
from ledger.receipts.list import ALL, ReceiptFilter, ReceiptTable, listed
from ledger.trail import history
from projects.models import Project
from projects.reach import projects_of
from units.access import ACTION, FORM, Right, allowed, county_named, may, person
from units.ground.refusal import Conflict, Refusal
from units.models import User
from units.targets.record import opening_day

ROWS_ON_A_PAGE = 50


@allowed(Right.RECEIPT_VIEW)
def receipt_list(request: HttpRequest) -> HttpResponse:
    user = person(request)
    verifies = may(user, Right.RECEIPT_VERIFY)
    filterset = filterset_of(request)
    table = _paged(request, filterset)
    context = {
        "crumbs": [("", _("Receipts"))],
        "filterset": filterset.form,
        "table": table,
        "count": table.paginator.count,
        "verifies": verifies,
        "enters": may(user, Right.RECEIPT_SUBMIT),
        "rules_url": reverse("evidence-rules") if may(user, Right.EVIDENCE_RULES) else "",
        "is_filtered": any(request.GET.get(name) for name in filterset.filters),
        "query": request.GET.urlencode(),
    }
    return render(request, "ledger/receipts/receipt_list.html", context)


def filterset_of(request: HttpRequest) -> ReceiptFilter:
    """The bureau begins with what waits for it."""
    user = person(request)
    state = Receipt.State.SUBMITTED if may(user, Right.RECEIPT_VERIFY) else ALL
    rows, county = receipts_of(user), county_named(request)
    if user.region and county is not None:
        rows = rows.filter(county=county)
    return ReceiptFilter(request.GET, rows, user, state)


def table_of(request: HttpRequest, filterset: ReceiptFilter) -> ReceiptTable:
    """The bureau sees the oldest first, a unit its newest."""
    user = person(request)
    verifies = may(user, Right.RECEIPT_VERIFY)
    return ReceiptTable(
        listed(filterset.qs).order_by(*(("submitted_at", "pk") if verifies else ("-pk",))),
        reader=user,
        order_by=request.GET.getlist("sort"),
        exclude=() if verifies else ("pick", "doubts", *(("unit",) if user.unit_id else ())),
    )


def _paged(request: HttpRequest, filterset: ReceiptFilter) -> ReceiptTable:
    table = table_of(request, filterset)
    table.paginate(per_page=ROWS_ON_A_PAGE)
    table.page = table.paginator.get_page(request.GET.get("page"))
    if may(person(request), Right.RECEIPT_VERIFY):
        waiting = [row for row in table.records() if row.state == Receipt.State.SUBMITTED]
        table.found = doubts.doubts_of(waiting)
        table.seen = approvals.seen_of(waiting, table.found)
    return table


@allowed(Right.RECEIPT_SUBMIT, FORM)
def receipt_new(request: HttpRequest, pk: int) -> HttpResponse:
    project = _project(request, pk)
    day = table_query.day_of(request.GET.get("day", ""))
    first = day or opening_day(project.county, timezone.localdate())
    form = _form(request, project, initial=new_initial(first))
    if not form.is_bound or not form.is_valid():
        return _shown(request, form)
    try:
        with attempted(request, "receipt.submit"):
            receipt = _entered(request, form)
    except submission.Overtaken as conflict:
        return _conflicting(request, form, conflict, fresh=True)
    except Conflict as conflict:
        return _shown(request, form, conflict=conflict, status=409)
    except Refusal as refusal:
        form.refuse(refusal)
        return _shown(request, form)
    return _saved(request, receipt)


@allowed(Right.RECEIPT_SUBMIT, FORM)
def receipt_edit(request: HttpRequest, pk: int) -> HttpResponse:
    receipt = _own(request, pk)
    form = _form(request, receipt.project, initial=initial_of(receipt))
    if not form.is_bound and receipt.state not in submission.UNVERIFIED:
        return redirect("receipt-detail", receipt.pk)
    if not form.is_bound or not form.is_valid():
        return _shown(request, form, receipt=receipt)
    try:
        with attempted(request, "receipt.change", receipt):
            changed = _changed(request, form, receipt)
    except submission.Overtaken as conflict:
        return _conflicting(request, form, conflict)
    except Refusal as refusal:
        form.refuse(refusal)
        return _shown(request, form, receipt=receipt)
    return _saved(request, changed)


@allowed(Right.RECEIPT_VIEW)
def receipt_detail(request: HttpRequest, pk: int) -> HttpResponse:
    receipt = get_object_or_404(opened(request), pk=pk)
    return render(request, "ledger/receipts/receipt_detail.html", detail(person(request), receipt))


@allowed(Right.RECEIPT_VIEW)
def receipt_history(request: HttpRequest, pk: int) -> HttpResponse:
    receipt = get_object_or_404(receipts_of(person(request)), pk=pk)
    context = {
        "crumbs": [(reverse("receipt-detail", args=[pk]), str(receipt)), ("", _("History"))],
        "name": str(receipt),
        "history": history.of_receipt(receipt),
    }
    return render(request, "ledger/trail/history.html", context)


@allowed(Right.RECEIPT_SUBMIT, ACTION)
def receipt_submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Submit a draft or a returned receipt as it stands."""
    receipt = _own(request, pk)
    form = VersionForm(request.POST)
    if not form.is_valid():
        return redirect("receipt-detail", pk)
    try:
        with attempted(request, "receipt.submit", receipt):
            submission.change(
                pk,
                form.cleaned_data["version"],
                Draft.of(receipt),
                submitting=True,
                **_now(request),
                today=timezone.localdate(),
            )
    except Refusal as refusal:
        return refused(request, receipt, refusal)
    messages.success(request, _("Submitted. The investment bureau will verify it."))
    return redirect("receipt-detail", pk)


@allowed(Right.RECEIPT_SUBMIT, ACTION)
def receipt_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    receipt = _own(request, pk)
    form = VersionForm(request.POST)
    if not form.is_valid():
        return redirect("receipt-detail", pk)
    try:
        with attempted(request, "receipt.withdraw", receipt):
            submission.withdraw(pk, form.cleaned_data["version"], **_now(request))
    except Refusal as refusal:
        return refused(request, receipt, refusal)
    messages.success(request, _("Withdrawn. It stays readable, and does not count."))
    return redirect("receipt-detail", pk)


def refused(request: HttpRequest, receipt: Receipt, refusal: Refusal, **forms: Any) -> HttpResponse:
    """The receipt as it is now, with the refusal on top: 409 for a conflict, else 422."""
    newest = get_object_or_404(opened(request), pk=receipt.pk)
    context = detail(person(request), newest, **forms) | {"refusal": refusal}
    status = 409 if isinstance(refusal, Conflict) else 422
    return render(request, "ledger/receipts/receipt_detail.html", context, status=status)


def opened(request: HttpRequest) -> QuerySet[Receipt]:
    """The receipts that the person may open, with all that the page of one shows."""
    return listed(receipts_of(person(request))).select_related("county", "project__industry")


# Parts


def _now(request: HttpRequest) -> dict[str, Any]:
    return {"by": person(request), "at": timezone.now()}


def _project(request: HttpRequest, pk: int) -> Project:
    """The project, if the person may enter money for it; 404 where they may not even see it."""
    rows = projects_of(person(request)).select_related("lead_unit", "investor")
    project = get_object_or_404(rows, pk=pk)
    if not may_enter(person(request), project):
        raise PermissionDenied
    return project


def _own(request: HttpRequest, pk: int) -> Receipt:
    """A receipt in the person's reach with the right to change; the action checks its state."""
    rows = receipts_of(person(request)).select_related("project__lead_unit", "unit")
    receipt = get_object_or_404(rows, pk=pk)
    if not may_enter(person(request), receipt.project):
        raise PermissionDenied
    return receipt


def _form(request: HttpRequest, project: Project, initial: dict[str, Any]) -> ReceiptForm:
    if request.method == "POST":
        return ReceiptForm(request.POST, request.FILES, project=project)
    return ReceiptForm(project=project, initial=initial)


def _entered(request: HttpRequest, form: ReceiptForm) -> Receipt:
    verb = submission.keep if _is_draft(request) else submission.submit
    today = timezone.localdate()
    return verb(form.draft(), **_now(request), today=today, evidence=form.stored(person(request)))


def _changed(request: HttpRequest, form: ReceiptForm, receipt: Receipt) -> Receipt:
    return submission.change(
        receipt.pk,
        form.cleaned_data["version"] or 0,
        form.draft(),
        submitting=not _is_draft(request),
        **_now(request),
        today=timezone.localdate(),
        evidence=form.stored(person(request)),
    )


def _is_draft(request: HttpRequest) -> bool:
    return request.POST.get("action") == "keep"


def _saved(request: HttpRequest, receipt: Receipt) -> HttpResponse:
    words = {
        Receipt.State.SUBMITTED: _("Saved and submitted. The investment bureau will verify it."),
        Receipt.State.DRAFT: _("Saved as a draft. Submit it when it is complete."),
        Receipt.State.RETURNED: _("Saved. Submit it again when it is complete."),
    }
    messages.success(request, words.get(Receipt.State(receipt.state), _("This receipt is saved.")))
    if request.POST.get("action") == "next":
        day = receipt.received_on.isoformat()
        return redirect(f"{reverse('receipt-new', args=[receipt.project_id])}?day={day}")
    return redirect("receipt-detail", receipt.pk)


def _shown(
    request: HttpRequest, form: ReceiptForm, receipt: Receipt | None = None, **more: Any
) -> HttpResponse:
    """The form; 422 if it has errors."""
    project = form.project
    own = [(reverse("receipt-detail", args=[receipt.pk]), str(receipt))] if receipt else []
    context = {
        "crumbs": [
            (reverse("project-list"), _("Projects")),
            (reverse("project-detail", args=[project.pk]), project.name),
            *own,
            ("", _("Change") if receipt else _("Enter a receipt")),
        ],
        "form": form,
        "project": project,
        "money": money_of(project),
        "receipt": receipt,
        "wants": evidence_wanted(person(request)),
        "late": late_of(person(request), receipt) if receipt else None,
        "closed": newest_closed(person(request), project.county_id),
        **more,
    }
    status = more.get("status", 422 if form.is_bound else 200)
    return render(request, "ledger/receipts/receipt_form.html", context, status=status)


def evidence_wanted(user: User) -> list[tuple[Any, list[Any]]]:
    """What the county requires for each kind of money, if it requires anything."""
    if user.county is None or not user.county.evidence_required:
        return []
    return evidence.wanted(user.county)


def _conflicting(
    request: HttpRequest, form: ReceiptForm, conflict: submission.Overtaken, *, fresh: bool = False
) -> HttpResponse:
    """Both versions side by side; nothing was overwritten, and what was typed is still there.

    ``fresh``: the form was a new one, so what was typed may be another receipt.
    """
    stored = conflict.receipt
    get_object_or_404(receipts_of(person(request)), pk=stored.pk)
    context = {
        "crumbs": [
            (reverse("receipt-detail", args=[stored.pk]), str(stored)),
            ("", _("Two versions")),
        ],
        "conflict": conflict,
        "receipt": stored,
        "rows": differences(form, stored),
        "can_replace": stored.state in submission.UNVERIFIED,
        "typed": form.again(version=stored.version),
        "fresh": form.again(key=uuid.uuid4()) if fresh else None,
    }
    return render(request, "ledger/receipts/receipt_conflict.html", context, status=409)
