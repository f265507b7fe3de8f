"""The actions until a receipt is verified: save a draft, submit, change, withdraw, add evidence.

Every write of an unverified receipt. Never writes an entry, touches a verified receipt, or
overwrites a version that the person has not seen. Each action is one transaction that also writes
the trail; ``draft.py`` says what a draft must be.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from ledger.entries import notices, telling
from ledger.entries.draft import Draft, demand_open, demand_right, sound
from ledger.entries.evidence import Attachment, demand_room
from ledger.models import Evidence, Notice, Receipt, quarter_of
from units import trail
from units.ground.copying import copy_in, reserve_keys
from units.ground.refusal import Conflict
from units.models import Trail, User

UNVERIFIED = (Receipt.State.DRAFT, Receipt.State.SUBMITTED, Receipt.State.RETURNED)


class Overtaken(Conflict):
    """What was sent conflicts with what is stored; ``receipt`` is what is stored."""

    def __init__(self, sentence: object, receipt: Receipt) -> None:
        super().__init__(str(sentence))
        self.receipt = receipt


def submit(
    draft: Draft,
    *,
    by: User,
    at: datetime,
    today: date,
    evidence: Sequence[Attachment] = (),
) -> Receipt:
    """Enter a receipt for verification. The same key again returns the existing receipt.

    Raises Refusal for a day before the signing or in the future, an unsigned project, an amount
    that looks like a slip, or a quarter in review (units only); Conflict when the key came before
    with other content.
    """
    return _enter(draft, Receipt.State.SUBMITTED, by, at, today, evidence)


def keep(
    draft: Draft,
    *,
    by: User,
    at: datetime,
    today: date,
    evidence: Sequence[Attachment] = (),
) -> Receipt:
    """Save a draft that only its unit sees. The same key again returns the same draft."""
    return _enter(draft, Receipt.State.DRAFT, by, at, today, evidence)


@transaction.atomic
def change(
    receipt_id: int,
    version: int,
    draft: Draft,
    *,
    submitting: bool,
    by: User,
    at: datetime,
    today: date,
    evidence: Sequence[Attachment] = (),
) -> Receipt:
    """Change the version that was seen, and submit it (again) if ``submitting``.

    A receipt that awaits verification keeps waiting, in its new version.
    """
    draft = sound(draft, by, today)
    receipt = _locked(receipt_id)
    submitting = submitting or receipt.state == Receipt.State.SUBMITTED
    if _sent_twice(receipt, version, draft, submitting, by):
        return receipt
    _demand_unverified(receipt, version)
    if submitting:
        demand_open(draft, by)
    before = Draft.of(receipt).contents() | {"state": receipt.state}
    if submitting:
        _settle_notice(receipt, by, at)
    if submitting and receipt.state != Receipt.State.SUBMITTED:
        receipt.state, receipt.submitted_at = Receipt.State.SUBMITTED, at
        telling.of_submission(receipt.county_id, at)
    for name, value in draft.contents().items():
        setattr(receipt, name, value)
    _attach(receipt, evidence, by, at)
    _stamp(receipt, by, at)
    was, became = trail.changes(before, draft.contents() | {"state": receipt.state})
    note(by, "receipt.submit" if submitting else "receipt.change", receipt, at, was, became)
    return receipt


@transaction.atomic
def withdraw(receipt_id: int, version: int, *, by: User, at: datetime) -> Receipt:
    """Withdraw an unverified receipt for good; it stays readable."""
    receipt = _locked(receipt_id)
    demand_right(receipt.project, by)
    if receipt.state == Receipt.State.WITHDRAWN:
        return receipt
    _demand_unverified(receipt, version)
    before = {"state": receipt.state}
    _settle_notice(receipt, by, at)
    receipt.state = Receipt.State.WITHDRAWN
    receipt.version += 1
    receipt.save()
    note(by, "receipt.withdraw", receipt, at, before, {"state": receipt.state})
    return receipt


@transaction.atomic
def add_evidence(
    receipt_id: int, version: int, evidence: Sequence[Attachment], *, by: User, at: datetime
) -> Receipt:
    """Attach stored files to the version that was seen."""
    receipt = _locked(receipt_id)
    demand_right(receipt.project, by)
    evidence = _not_yet_attached(receipt, evidence)
    if not evidence:
        return receipt  # a button pressed twice
    _demand_unverified(receipt, version)
    _attach(receipt, evidence, by, at)
    _stamp(receipt, by, at)
    return receipt


@transaction.atomic
def remove_evidence(evidence_id: int, version: int, *, by: User, at: datetime) -> Receipt:
    """Remove a file from the receipt. Its content and its row stay."""
    evidence = Evidence.objects.select_for_update().get(pk=evidence_id, receipt__isnull=False)
    receipt = _locked(evidence.receipt_id or 0)
    demand_right(receipt.project, by)
    if evidence.removed_at is not None:
        return receipt
    _demand_unverified(receipt, version)
    evidence.removed_by, evidence.removed_at = by, at
    evidence.save()
    _stamp(receipt, by, at)
    note(by, "evidence.remove", receipt, at, {"file": evidence.original_name}, {})
    return receipt


# Entering


def _enter(
    draft: Draft,
    state: Receipt.State,
    by: User,
    at: datetime,
    today: date,
    evidence: Sequence[Attachment],
) -> Receipt:
    draft = sound(draft, by, today)
    try:
        with transaction.atomic():
            receipt = _create(draft, state, by, at)
            _attach(receipt, evidence, by, at)
            if state == Receipt.State.SUBMITTED:
                telling.of_submission(receipt.county_id, at)
            return receipt
    except IntegrityError as clash:
        receipt = _entered_before(draft, by, clash)
    if receipt.state == Receipt.State.DRAFT and state == Receipt.State.SUBMITTED:
        # Saved as a draft, then the same form once more with "submit".
        return change(
            receipt.pk, receipt.version, draft, submitting=True, by=by, at=at, today=today
        )
    return receipt


def _create(draft: Draft, state: Receipt.State, by: User, at: datetime) -> Receipt:
    is_submitted = state == Receipt.State.SUBMITTED
    if is_submitted:
        demand_open(draft, by)
    receipt = Receipt.objects.create(
        county_id=draft.project.county_id,
        unit_id=draft.project.lead_unit_id,
        key=draft.key,
        state=state,
        entered_by=by,
        entered_at=at,
        submitted_at=at if is_submitted else None,
        **draft.contents(),
    )
    action = "receipt.submit" if is_submitted else "receipt.draft"
    note(by, action, receipt, at, after=draft.contents())
    return receipt


def _entered_before(draft: Draft, by: User, clash: IntegrityError) -> Receipt:
    receipt = Receipt.objects.select_related("project").filter(key=draft.key).first()
    if receipt is None:
        raise clash
    if receipt.entered_by_id != by.pk:
        raise Conflict(_("This form was already used. Open a new one and enter the receipt again."))
    if not draft.equals(receipt):
        raise Overtaken(_("This form was already sent with other figures."), receipt)
    return receipt


# What the stored receipt must be


def _demand_unverified(receipt: Receipt, version: int) -> None:
    if receipt.state not in UNVERIFIED:
        sentence = _("This receipt can no longer be changed: it is %(state)s.")
        raise Overtaken(sentence % {"state": receipt.get_state_display()}, receipt)
    if receipt.version != version:
        raise Overtaken(_("Somebody changed this receipt after you opened it."), receipt)


def _sent_twice(receipt: Receipt, version: int, draft: Draft, submitting: bool, by: User) -> bool:
    """Whether this very change was stored last: a button pressed twice."""
    return (
        receipt.version == version + 1
        and receipt.entered_by_id == by.pk
        and receipt.state in UNVERIFIED
        and submitting == (receipt.state == Receipt.State.SUBMITTED)
        and draft.equals(receipt)
    )


# Writing


def _locked(receipt_id: int) -> Receipt:
    receipts = Receipt.objects.select_related("project").select_for_update(of=("self",))
    return receipts.get(pk=receipt_id)


def _attach(receipt: Receipt, evidence: Sequence[Attachment], by: User, at: datetime) -> None:
    demand_room(receipt, evidence)
    for attachment in evidence:
        Evidence.objects.create(receipt=receipt, added_by=by, added_at=at, **attachment.recorded())
        after = {"file": attachment.stored.name, "sha256": attachment.stored.sha256}
        note(by, "evidence.add", receipt, at, after=after)


def _not_yet_attached(receipt: Receipt, evidence: Sequence[Attachment]) -> list[Attachment]:
    there = set(receipt.evidence.filter(removed_at=None).values_list("kind", "sha256"))
    return [new for new in evidence if (new.kind, new.stored.sha256) not in there]


def _settle_notice(receipt: Receipt, by: User, at: datetime) -> None:
    """Settle the notice that the receipt was returned."""
    kind, record = Notice.Kind.RECEIPT_RETURNED, trail.name_of(receipt)
    notices.act(receipt.unit, kind, record, by=by, at=at)


def _stamp(receipt: Receipt, by: User, at: datetime) -> None:
    """A new version by a person, who may not verify it from now on."""
    receipt.version += 1
    receipt.entered_by, receipt.entered_at = by, at
    receipt.save()


def note(
    by: User,
    action: str,
    receipt: Receipt,
    at: datetime,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    """Write one line of the trail about a receipt."""
    trail.record_many([line(by, action, receipt, at, before, after)])


def line(
    by: User,
    action: str,
    receipt: Receipt,
    at: datetime,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> Trail:
    """The line of the trail about a receipt, not stored yet."""
    return trail.line(
        by,
        action,
        receipt,
        at=at,
        unit=receipt.unit,
        label=str(receipt),
        before=dict(before or {}),
        after=dict(after or {}),
    )


# Many at once


@transaction.atomic
def submit_many(drafts: Sequence[Draft], *, by: User, at: datetime, today: date) -> list[Receipt]:
    """Submit many new receipts of one county by the same rules, in few statements."""
    return store_many(build_many(drafts, by=by, at=at, today=today), by=by, at=at)


def build_many(drafts: Sequence[Draft], *, by: User, at: datetime, today: date) -> list[Receipt]:
    """The receipts of sound drafts, submitted but not stored yet."""
    drafts = [sound(draft, by, today) for draft in drafts]
    for draft in {(d.received_on.year, quarter_of(d.received_on)): d for d in drafts}.values():
        demand_open(draft, by)
    return [
        Receipt(
            county_id=draft.project.county_id,
            unit=draft.project.lead_unit,
            project=draft.project,
            key=draft.key,
            received_on=draft.received_on,
            amount=draft.amount,
            kind=draft.kind,
            voucher_no=draft.voucher_no,
            note=draft.note,
            state=Receipt.State.SUBMITTED,
            entered_by=by,
            entered_at=at,
            submitted_at=at,
        )
        for draft in drafts
    ]


def store_many(receipts: Sequence[Receipt], *, by: User, at: datetime) -> list[Receipt]:
    """Store receipts that ``build_many`` made, each with the trail line of its submission."""
    for receipt, key in zip(receipts, reserve_keys(Receipt, len(receipts)), strict=True):
        receipt.pk = key
    copy_in(Receipt, receipts)
    trail.record_many(
        line(by, "receipt.submit", receipt, at, after=Draft.of(receipt).contents())
        for receipt in receipts
    )
    return list(receipts)
