"""The files of evidence: adding, removing, downloading; and what a county requires.

A file goes only to people who may open its receipt, and never as a page of the browser.
"""

import logging
from typing import Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger.entries import evidence, submission
from ledger.entries.draft import may_enter
from ledger.entries.reach import evidence_of, evidence_of_receipts, receipts_of
from ledger.models import Evidence, Receipt
from ledger.receipts.attempts import attempted
from ledger.receipts.context import detail
from ledger.receipts.forms import EvidenceForm, EvidenceRulesForm, VersionForm
from ledger.receipts.list import listed
from ledger.receipts.pages import refused
from units.access import ACTION, FORM, Right, allowed, person
from units.ground.refusal import Conflict, Refusal
from units.models import County

log: Final = logging.getLogger(__name__)


@allowed(Right.RECEIPT_SUBMIT, ACTION)
def evidence_add(request: HttpRequest, pk: int) -> HttpResponse:
    receipt = _own(request, pk)
    form = EvidenceForm(request.POST, request.FILES, auto_id="evidence_%s")
    if form.is_valid():
        try:
            with attempted(request, "evidence.add", receipt):
                version, files = form.cleaned_data["version"], form.stored(person(request))
                submission.add_evidence(pk, version, files, by=person(request), at=timezone.now())
        except Conflict as conflict:
            return refused(request, receipt, conflict)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The evidence is added."))
            return redirect("receipt-detail", pk)
    context = detail(person(request), receipt, evidence_form=form)
    return render(request, "ledger/receipts/receipt_detail.html", context, status=422)


@allowed(Right.RECEIPT_SUBMIT, ACTION)
def evidence_remove(request: HttpRequest, pk: int) -> HttpResponse:
    file = get_object_or_404(evidence_of_receipts(person(request)), pk=pk)
    receipt = _own(request, file.receipt_id)
    form = VersionForm(request.POST)
    if not form.is_valid():
        return redirect("receipt-detail", receipt.pk)
    try:
        with attempted(request, "evidence.remove", receipt):
            version = form.cleaned_data["version"]
            submission.remove_evidence(pk, version, by=person(request), at=timezone.now())
    except Refusal as refusal:
        return refused(request, receipt, refusal)
    messages.success(request, _("The file is left out. It stays readable below."))
    return redirect("receipt-detail", receipt.pk)


@allowed(Right.RECEIPT_VIEW)
def evidence_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The content as an attachment under a name of our own, so that no browser runs it."""
    file = get_object_or_404(evidence_of(person(request)), pk=pk)
    try:
        content = evidence.open_stored(file)
    except FileNotFoundError:
        log.error("the file of evidence %s is missing: %s", file.pk, file.sha256)
        return render(request, "ledger/receipts/evidence_missing.html", {"file": file}, status=404)
    response = FileResponse(
        content,
        as_attachment=True,
        filename=evidence.download_name(file),
        content_type=file.media_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@allowed(Right.EVIDENCE_RULES, FORM)
def evidence_rules(request: HttpRequest) -> HttpResponse:
    county = _county(request)
    sent = request.POST if request.method == "POST" else None
    form = EvidenceRulesForm(sent, initial=_initial(county))
    if form.is_valid():
        try:
            _set_rules(request, county, form)
            return redirect("evidence-rules")
        except Refusal as refusal:
            form.refuse(refusal)
            county.refresh_from_db()
            form.show_anew(evidence.rules_seen(county))
    context = {
        "crumbs": [(reverse("receipt-list"), _("Receipts")), ("", _("Required evidence"))],
        "form": form,
        "kinds": Evidence.Kind.labels,
    }
    status = (409 if form.conflict else 422) if form.is_bound else 200
    return render(request, "ledger/receipts/receipt_rules.html", context, status=status)


def _set_rules(request: HttpRequest, county: County, form: EvidenceRulesForm) -> None:
    required, seen = form.cleaned_data["required"], form.cleaned_data["seen"]
    by, at = person(request), timezone.now()
    evidence.set_rules(county, required, form.pairs(), by=by, at=at, seen=seen)
    messages.success(request, _("The rules are saved. They hold from the next verification on."))


def _own(request: HttpRequest, pk: int | None) -> Receipt:
    """A receipt that the person may open (else 404) and add evidence to (else 403)."""
    rows = listed(receipts_of(person(request)).select_related("county"))
    receipt = get_object_or_404(rows, pk=pk)
    if not may_enter(person(request), receipt.project):
        raise PermissionDenied
    return receipt


def _county(request: HttpRequest) -> County:
    county = person(request).county
    if county is None:
        raise Http404
    return county


def _initial(county: County) -> dict[str, object]:
    pairs = county.evidence_rules.values_list("money", "evidence")
    return {
        "seen": evidence.rules_seen(county),
        "required": county.evidence_required,
        "rules": [f"{money}:{kind}" for money, kind in pairs],
    }
