"""The deeds that move money into and out of the accounts: submit, verify, return, reverse.

Owns: every write of receipts' states and the only writes of entries. Must never: update or delete an
entry, post into a closed quarter, or let somebody verify his own receipt. Each deed is one
transaction that also writes the trail.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from ledger import chain, quarters
from ledger.models import Entry, Period, Receipt
from projects.models import Project
from projects.shares import split
from units import trail
from units.access import Right, may
from units.models import User
from units.refusal import Conflict, Refusal


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person enters of a receipt; ``amount`` in yuan."""

    project: Project
    received_on: date
    amount: Decimal
    kind: str
    voucher_no: str
    note: str = ""
    key: uuid.UUID = field(default_factory=uuid.uuid4)

    def contents(self) -> dict[str, object]:
        """The fields by which two receipts are the same."""
        return {
            "project_id": self.project.pk,
            "received_on": self.received_on,
            "amount": self.amount,
            "kind": self.kind,
            "voucher_no": self.voucher_no,
            "note": self.note,
        }


def submit(draft: Draft, *, by: User, at: datetime, today: date) -> Receipt:
    """Enter a receipt for verification. The same key again gives the receipt that exists.

    Raises Refusal for a day before the signing or in the future, an unsigned project, or a quarter
    in review (units only); Conflict when the key came before with another content.
    """
    _demand_day(draft, today)
    try:
        with transaction.atomic():
            return _submit(draft, by, at)
    except IntegrityError:
        return _submitted_before(draft, by)


def _demand_day(draft: Draft, today: date) -> None:
    signed_on = draft.project.signed_on
    if signed_on is None:
        raise Refusal(
            _("This project is not signed yet. Enter its signing day first."),
            field="project",
        )
    if draft.received_on < signed_on:
        sentence = _("The day is before the signing of the project (%(day)s). Check both days.")
        raise Refusal(sentence % {"day": signed_on}, field="received_on")
    if draft.received_on > today:
        raise Refusal(
            _("The day lies in the future. Enter money after it has arrived."),
            field="received_on",
        )


def _submit(draft: Draft, by: User, at: datetime) -> Receipt:
    period = quarters.for_submitting(draft.project.county_id, draft.received_on)
    # A closed quarter takes late money: it will count in the open quarter (rule 7).
    if period.is_in_review and not may(by, Right.RECEIPT_VERIFY):
        raise Refusal(
            _("This quarter is in review. Ask the investment bureau to enter the receipt."),
            field="received_on",
        )
    receipt = Receipt.objects.create(
        county_id=draft.project.county_id,
        unit_id=draft.project.lead_unit_id,
        key=draft.key,
        entered_by=by,
        entered_at=at,
        submitted_at=at,
        **draft.contents(),
    )
    _note(by, "receipt.submit", receipt, at, after=draft.contents())
    return receipt


def _submitted_before(draft: Draft, by: User) -> Receipt:
    receipt = Receipt.objects.filter(key=draft.key, entered_by=by).first()
    if receipt is None:
        raise Conflict(_("This form was already used. Open a new one and enter the receipt again."))
    if any(getattr(receipt, name) != value for name, value in draft.contents().items()):
        raise Conflict(
            _("This form was already sent with other figures. Open the receipt to see them.")
        )
    return receipt


@transaction.atomic
def verify(receipt_id: int, version: int, *, by: User, at: datetime, word: str = "") -> Receipt:
    """Verify the version that was seen: split it by the shares and post an entry per unit.

    Counts on the day received, or on the first day of the next quarter that is not closed (rule 7).
    """
    receipt = _awaiting(receipt_id, version)
    if receipt.entered_by_id == by.pk:
        raise Refusal(_("Somebody else must verify what you entered yourself."))
    period = quarters.for_posting(receipt.county_id, receipt.received_on)
    receipt.state = Receipt.State.VERIFIED
    receipt.verified_by, receipt.verified_at, receipt.verified_word = by, at, word
    receipt.counted_on = max(receipt.received_on, period.starts_on)
    receipt.save()
    post_credit(receipt, period, by=by, at=at)
    after = {"state": receipt.state, "counted_on": receipt.counted_on, "word": word}
    _note(by, "receipt.verify", receipt, at, before={"state": "submitted"}, after=after)
    return receipt


@transaction.atomic
def return_(receipt_id: int, version: int, reason: str, *, by: User, at: datetime) -> Receipt:
    """Send a receipt back to its unit with the reason."""
    receipt = _awaiting(receipt_id, version)
    if not reason.strip():
        raise Refusal(_("Say what the unit must correct."), field="reason")
    receipt.state = Receipt.State.RETURNED
    receipt.returned_reason = reason
    receipt.version += 1
    receipt.save()
    after = {"state": receipt.state, "reason": reason}
    _note(by, "receipt.return", receipt, at, before={"state": "submitted"}, after=after)
    return receipt


@transaction.atomic
def reverse(entry_id: int, reason: str, *, by: User, at: datetime) -> Entry:
    """Take an entry back by a new one that names it; once only (rule 9)."""
    if not reason.strip():
        raise Refusal(_("Give the reason of the reversal."), field="reason")
    entry = Entry.objects.select_related("receipt").get(pk=entry_id)
    Receipt.objects.select_for_update().get(pk=entry.receipt_id)
    if entry.kind == Entry.Kind.REVERSAL:
        raise Refusal(_("A reversal cannot be reversed. Post the receipt again instead."))
    if Entry.objects.filter(reverses=entry).exists():
        raise Refusal(_("This entry has been reversed already."))
    period = quarters.for_posting(entry.county_id, entry.counted_on)
    [reversal] = _append(period, [_reversal(entry, period, reason)], by, at)
    after = {
        "amount": reversal.amount,
        "counted_on": reversal.counted_on,
        "reason": reason,
    }
    _note(by, "entry.reverse", entry.receipt, at, after=after)
    return reversal


def post_credit(receipt: Receipt, period: Period, *, by: User, at: datetime) -> list[Entry]:
    """Append one entry per unit that shares the project, in the locked ``period``."""
    project = Project.objects.select_related("investor").get(pk=receipt.project_id)
    shares = [(share.unit_id, share.basis_points) for share in project.shares.all()]
    counted_on = max(receipt.received_on, period.starts_on)
    parts = split(receipt.amount, shares)
    entries = [
        Entry(
            unit_id=unit_id,
            project=project,
            receipt=receipt,
            kind=Entry.Kind.CREDIT,
            amount=part,
            received_on=receipt.received_on,
            counted_on=counted_on,
            is_new=project.signed_on is not None and project.signed_on.year == counted_on.year,
            origin=project.investor.origin if project.investor else "",
            industry_id=project.industry_id,
        )
        for unit_id, part in parts.items()
        if part
    ]
    return _append(period, entries, by, at)


def _reversal(entry: Entry, period: Period, reason: str) -> Entry:
    return Entry(
        unit_id=entry.unit_id,
        project_id=entry.project_id,
        receipt_id=entry.receipt_id,
        kind=Entry.Kind.REVERSAL,
        amount=-entry.amount,
        received_on=entry.received_on,
        counted_on=max(entry.counted_on, period.starts_on),
        is_new=entry.is_new,
        origin=entry.origin,
        industry_id=entry.industry_id,
        reverses=entry,
        reason=reason,
    )


def _append(period: Period, entries: Iterable[Entry], by: User, at: datetime) -> list[Entry]:
    """Chain the entries to the end of the locked period and store them."""
    last = Entry.objects.filter(period=period).order_by("-position").first()
    position, head = (last.position, last.content_hash) if last else (0, chain.GENESIS)
    appended = []
    for entry in entries:
        position += 1
        entry.county_id, entry.period, entry.position = (
            period.county_id,
            period,
            position,
        )
        entry.posted_by, entry.posted_at = by, at
        entry.hash_name, entry.prev_hash = chain.HASH_NAME, head
        entry.content_hash = head = chain.content_hash(head, hashed_fields(entry))
        appended.append(entry)
    return Entry.objects.bulk_create(appended)


def hashed_fields(entry: Entry) -> dict[str, chain.Plain]:
    """What the content hash of an entry covers: all that decides a figure, and who posted it."""
    return {
        "key": str(entry.key),
        "county": entry.county_id,
        "period": entry.period_id,
        "position": entry.position,
        "unit": entry.unit_id,
        "project": entry.project_id,
        "receipt": entry.receipt_id,
        "kind": str(entry.kind),
        "amount": entry.amount,
        "received_on": entry.received_on,
        "counted_on": entry.counted_on,
        "is_new": entry.is_new,
        "origin": str(entry.origin),
        "industry": entry.industry_id,
        "reverses": entry.reverses_id,
        "reason": entry.reason,
        "posted_by": entry.posted_by_id,
        "posted_at": entry.posted_at,
    }


def _awaiting(receipt_id: int, version: int) -> Receipt:
    """The receipt under lock, if it still awaits verification in the version that was seen."""
    receipt = Receipt.objects.select_for_update(of=("self",)).get(pk=receipt_id)
    if receipt.state != Receipt.State.SUBMITTED:
        raise Conflict(
            _("This receipt no longer awaits verification (%(state)s). Reload the queue.")
            % {"state": receipt.get_state_display()}
        )
    if receipt.version != version:
        raise Conflict(_("This receipt was changed after you opened it. Look at it once more."))
    return receipt


def _note(
    by: User,
    deed: str,
    receipt: Receipt,
    at: datetime,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    label = str(receipt)
    trail.record(
        by,
        deed,
        receipt,
        at=at,
        unit=receipt.unit,
        label=label,
        before=before,
        after=after,
    )
