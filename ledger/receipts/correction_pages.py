"""Saying that a receipt corrects another one: what is compared, the reason, the proposal."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from ledger.entries import corrections
from ledger.entries.draft import may_enter
from ledger.models import Receipt
from ledger.receipts.attempts import attempted
from ledger.receipts.forms import ReasonForm
from ledger.receipts.pages import opened
from units.access import FORM, Right, allowed, person
from units.ground.money import wan_text
from units.ground.refusal import Conflict, Refusal


@dataclass(frozen=True, slots=True)
class Difference:
    """A fact of both receipts as text."""

    label: Any
    before: str
    after: str

    @property
    def differs(self) -> bool:
        return self.before != self.after


@allowed(Right.RECEIPT_SUBMIT, FORM)
def receipt_corrects(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """Propose that receipt ``pk`` takes the place of ``other``."""
    new, old = (get_object_or_404(opened(request), pk=key) for key in (pk, other))
    if not all(may_enter(person(request), receipt.project) for receipt in (new, old)):
        raise PermissionDenied
    sent = request.POST if request.method == "POST" else None
    form = ReasonForm(sent, initial={"seen": corrections.seen_correction(old, new)})
    if form.is_valid() and _proposed(request, form, new, old):
        return redirect("receipt-detail", new.pk)
    if form.conflict is not None:
        form.show_anew(corrections.seen_correction(old, new))
    context = {
        "crumbs": [
            (reverse("receipt-list"), _("Receipts")),
            (reverse("receipt-detail", args=[new.pk]), str(new)),
            ("", _("This corrects that one")),
        ],
        "new": new,
        "old": old,
        "is_verified": old.state == Receipt.State.VERIFIED,
        "rows": _compared(old, new),
        "years": corrections.enters_later_year(old),
        "form": form,
    }
    status = (409 if form.conflict else 422) if form.is_bound else 200
    return render(request, "ledger/receipts/receipt_corrects.html", context, status=status)


def _proposed(request: HttpRequest, form: ReasonForm, new: Receipt, old: Receipt) -> bool:
    given = form.cleaned_data
    who: dict[str, Any] = {"by": person(request), "at": timezone.now()}
    try:
        with attempted(request, "receipt.propose", new):
            proposal = corrections.propose_correction(
                new.pk, old.pk, given["seen"], given["reason"], **who
            )
    except (Refusal, Conflict) as refusal:
        form.refuse(refusal)
        return False
    said = _("The other receipt is withdrawn; this one stands for it.")
    if proposal is not None:
        said = _("Proposed. It is corrected when a second person of the bureau confirms it.")
    messages.success(request, str(said))
    return True


def _compared(old: Receipt, new: Receipt) -> list[Difference]:
    def facts(receipt: Receipt) -> list[str]:
        day, kind = date_format(receipt.received_on), receipt.get_kind_display()
        amount, voucher = wan_text(receipt.amount), receipt.voucher_no
        return [receipt.project.name, day, amount, kind, voucher, receipt.note]

    labels = (
        _("Project"),
        _("Received on"),
        _("Amount (万元)"),
        _("Kind of money"),
        _("Voucher number"),
        _("Note"),
    )
    return [Difference(*row) for row in zip(labels, facts(old), facts(new), strict=True)]
