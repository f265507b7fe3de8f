"""The bureau's actions on receipts: verify, return; propose and confirm to reverse or post again."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger.entries import corrections, doubts, posting
from ledger.entries.doubts import Code
from ledger.entries.reach import entries_of_receipts, receipts_of
from ledger.models import Proposal, Receipt
from ledger.receipts.attempts import attempted
from ledger.receipts.context import credit_lines, detail, queue_of
from ledger.receipts.forms import ReasonForm, ReturnForm, TogetherForm, VerifyForm, chosen
from ledger.receipts.pages import opened, refused
from units.access import ACTION, FORM, Right, allowed, person
from units.forms import SeenForm
from units.ground.money import wan_short, wan_text
from units.ground.refusal import Conflict, Refusal

BARE = {Code.NO_EVIDENCE}
Kind = Proposal.Kind


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one ticked receipt."""

    receipt: Receipt
    amount: str
    refusal: str


@allowed(Right.RECEIPT_VERIFY, ACTION)
def receipt_verify(request: HttpRequest, pk: int) -> HttpResponse:
    receipt = _receipt(request, pk)
    form = VerifyForm(request.POST, auto_id="verify_%s")
    after = _neighbour(request, receipt)
    if form.is_valid():
        refusal = _verified(request, receipt, form)
        if refusal is None:
            return _on(request, _("Verified: %(receipt)s, %(amount)s 万元."), receipt, after)
        if isinstance(refusal, Conflict):
            return refused(request, receipt, refusal, verify_form=form, is_anew=True)
        form.refuse(refusal)
    return _refused(request, receipt, verify_form=form)


def _verified(request: HttpRequest, receipt: Receipt, form: VerifyForm) -> Refusal | None:
    seen, word = form.cleaned_data["seen"], form.cleaned_data["word"]
    try:
        with attempted(request, "receipt.verify", receipt):
            posting.verify(receipt.pk, seen, **_now(request), word=word)
    except Refusal as refusal:
        receipt.refresh_from_db()
        is_done = receipt.verified_by_id == person(request).pk
        return None if is_done else refusal  # pressed twice: it is already verified, by this person
    return None


@allowed(Right.RECEIPT_VERIFY, ACTION)
def receipt_return(request: HttpRequest, pk: int) -> HttpResponse:
    receipt = _receipt(request, pk)
    form = ReturnForm(request.POST, auto_id="return_%s")
    after = _neighbour(request, receipt)
    if form.is_valid():
        try:
            with attempted(request, "receipt.return", receipt):
                seen, reason = form.cleaned_data["version"], form.cleaned_data["reason"]
                posting.send_back(pk, seen, reason, **_now(request))
        except Conflict as conflict:
            return refused(request, receipt, conflict)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _on(request, _("Returned: %(receipt)s, %(amount)s 万元."), receipt, after)
    return _refused(request, receipt, return_form=form)


@allowed(Right.RECEIPT_VERIFY, ACTION)
def receipt_verify_many(request: HttpRequest) -> HttpResponse:
    """Ask once, then verify each ticked receipt separately, as it was listed.

    One word answers for those that only lack a file; receipts with other doubts are refused.
    """
    ticked = dict(chosen(request.POST.getlist("receipt")))
    rows = receipts_of(person(request)).filter(pk__in=ticked)
    related = ("project__investor", "unit")
    receipts = list(rows.select_related(*related).order_by("submitted_at", "pk"))
    found = {pk: {doubt.code for doubt in told} for pk, told in doubts.doubts_of(receipts).items()}
    form = TogetherForm(request.POST if "confirmed" in request.POST else None)
    if receipts and not form.is_valid():
        return _asked_together(request, receipts, ticked, found, form)
    word = form.cleaned_data["word"] if receipts else ""
    outcomes = [
        _outcome(request, receipt, ticked[receipt.pk], word if found[receipt.pk] <= BARE else "")
        for receipt in receipts
    ]
    verified = [outcome for outcome in outcomes if not outcome.refusal]
    context = {
        "crumbs": [(reverse("receipt-list"), _("Receipts")), ("", _("Verified together"))],
        "outcomes": outcomes,
        "verified": len(verified),
        "total": wan_text(sum((o.receipt.amount for o in verified), Decimal(0))),
    }
    return render(request, "ledger/receipts/receipt_outcomes.html", context)


def _asked_together(
    request: HttpRequest,
    receipts: list[Receipt],
    ticked: dict[int, str],
    found: dict[int, set[Code]],
    form: TogetherForm,
) -> HttpResponse:
    context = {
        "crumbs": [(reverse("receipt-list"), _("Receipts")), ("", _("Verify together"))],
        "form": form,
        "chosen": [f"{receipt.pk}.{ticked[receipt.pk]}" for receipt in receipts],
        "total": wan_text(sum((receipt.amount for receipt in receipts), Decimal(0))),
        "bare": sum(Code.NO_EVIDENCE in codes for codes in found.values()),
        "doubtful": sum(not codes <= BARE for codes in found.values()),
    }
    status = 422 if form.is_bound else 200
    return render(request, "ledger/receipts/receipt_together.html", context, status=status)


def _outcome(request: HttpRequest, receipt: Receipt, seen: str, word: str) -> Outcome:
    sentence = ""
    try:
        with attempted(request, "receipt.verify", receipt):
            posting.verify(receipt.pk, seen, **_now(request), word=word)
    except Refusal as refusal:
        sentence = str(refusal)
    return Outcome(receipt, wan_text(receipt.amount), sentence)


@allowed(Right.ENTRY_REVERSE, FORM)
def entry_reverse(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose to take the posting back; a second person confirms it."""
    rows = entries_of_receipts(person(request))
    entry = get_object_or_404(rows.select_related("unit", "receipt__project"), pk=pk)
    receipt = _receipt(request, entry.receipt_id)
    form = _reason(request, receipt, Kind.REVERSE)
    verb = partial(corrections.propose_reversal, entry.pk)
    if _proposed(request, form, receipt, verb):
        return redirect("receipt-detail", receipt.pk)
    title = _("Reverse the posting")
    more = {"kind": Kind.REVERSE, "entry": entry, "title": title}
    more["amount"] = wan_text(receipt.amount)
    return _asked(request, receipt, form, more)


@allowed(Right.ENTRY_REVERSE, FORM)
def receipt_repost(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose to post again by the present shares; a second person confirms it."""
    receipt = _receipt(request, pk)
    form = _reason(request, receipt, Kind.REPOST)
    verb = partial(corrections.propose_repost, receipt.pk)
    if _proposed(request, form, receipt, verb):
        return redirect("receipt-detail", receipt.pk)
    title = _("Post again by the present shares")
    more = {"kind": Kind.REPOST, "credit": credit_lines(receipt), "title": title}
    return _asked(request, receipt, form, more)


@allowed(Right.ENTRY_REVERSE, ACTION)
def proposal_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    receipt, form = _receipt(request, pk), SeenForm(request.POST)
    seen = form.cleaned_data["seen"] if form.is_valid() else ""
    said = _("Confirmed. The new entries are posted.")
    return _decided(request, receipt, partial(corrections.confirm, pk, seen), said)


@allowed(Right.RECEIPT_SUBMIT, ACTION)
def proposal_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    said = _("The proposal is dropped. The entries stay as they are.")
    return _decided(request, _receipt(request, pk), partial(corrections.withdraw, pk), said)


# Parts


def _now(request: HttpRequest) -> dict[str, Any]:
    return {"by": person(request), "at": timezone.now()}


def _receipt(request: HttpRequest, pk: int) -> Receipt:
    return get_object_or_404(opened(request), pk=pk)


def _neighbour(request: HttpRequest, receipt: Receipt) -> str:
    """Where the verifier continues: the next one that waits, else the one before, else the list."""
    queue = queue_of(person(request), receipt)
    return (queue and (queue.after or queue.before)) or reverse("receipt-list")


def _on(request: HttpRequest, sentence: Promise, receipt: Receipt, url: str) -> HttpResponse:
    words = {"receipt": receipt, "amount": wan_short(receipt.amount)}
    messages.success(request, str(sentence) % words)
    return redirect(url)


def _refused(request: HttpRequest, receipt: Receipt, **forms: Any) -> HttpResponse:
    context = detail(person(request), receipt, **forms)
    return render(request, "ledger/receipts/receipt_detail.html", context, status=422)


def _reason(request: HttpRequest, receipt: Receipt, kind: Proposal.Kind) -> ReasonForm:
    if request.method == "POST":
        return ReasonForm(request.POST)
    return ReasonForm(initial={"seen": corrections.seen_of(receipt, kind)})


def _proposed(
    request: HttpRequest, form: ReasonForm, receipt: Receipt, verb: Callable[..., Proposal]
) -> bool:
    """Propose; what is refused is shown in the form, about what the page shows this time."""
    if not form.is_valid():
        return False
    try:
        with attempted(request, "receipt.propose", receipt):
            proposal = verb(form.cleaned_data["seen"], form.cleaned_data["reason"], **_now(request))
    except Refusal as refusal:
        form.refuse(refusal)
        return False
    messages.success(request, _("Proposed. A second person must confirm it."))
    return proposal is not None


def _decided(
    request: HttpRequest, receipt: Receipt, verb: Callable[..., object], said: Promise
) -> HttpResponse:
    try:
        with attempted(request, "receipt.decide_proposal", receipt):
            verb(**_now(request))
    except Refusal as refusal:
        return refused(request, receipt, refusal)
    messages.success(request, str(said))
    return redirect("receipt-detail", receipt.pk)


def _asked(
    request: HttpRequest, receipt: Receipt, form: ReasonForm, more: dict[str, Any]
) -> HttpResponse:
    """The page that asks for the reason and says what will happen."""
    is_anew = isinstance(form.conflict, Conflict)
    if is_anew:
        form.show_anew(corrections.seen_of(receipt, more["kind"]))
    context = {
        "crumbs": [
            (reverse("receipt-list"), _("Receipts")),
            (reverse("receipt-detail", args=[receipt.pk]), str(receipt)),
            ("", more["title"]),
        ],
        "receipt": receipt,
        "form": form,
        "years": corrections.enters_later_year(receipt),
        **more,
    }
    status = (409 if is_anew else 422) if form.is_bound else 200
    return render(request, "ledger/receipts/receipt_reason.html", context, status=status)
