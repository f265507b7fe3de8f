"""The actions that move money into and out of the accounts: verify and return.

The only writes of entries; ``corrections.py`` reverses and posts again through ``take_back`` and
``post_credit``. Never updates or deletes an entry, posts into a closed quarter, or lets
somebody verify what they entered. Each action is one transaction that also writes the trail.
``submit`` (``submission.py``) and ``Draft`` (``draft.py``) are also exported here, because a
receipt starts with them.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from ledger.entries import approvals, doubts, evidence, locks, notices
from ledger.entries.draft import Draft, demand_signed, demand_standing
from ledger.entries.submission import build_many, line, note, store_many, submit
from ledger.models import Entry, Notice, Period, Receipt, quarter_of
from ledger.rules import chain
from projects.shares import split
from units import trail
from units.access import Right, demand, demand_free
from units.ground.copying import copy_in
from units.ground.fingerprint import demand_seen
from units.ground.refusal import Conflict, Refusal
from units.models import Trail, User
from units.trail import name_of

__all__ = [
    "Draft",
    "count",
    "credit",
    "hashed_fields",
    "live_entries",
    "locked",
    "parts",
    "post_credit",
    "send_back",
    "submit",
    "take_back",
    "take_over",
    "verify",
]

# The fields of a receipt that verification writes.
VERIFIED = ("state", "verified_by", "verified_at", "verified_word", "counted_on")
CHANGED = _("This receipt was changed after you opened it. Look at it once more.")


@transaction.atomic
def verify(receipt_id: int, seen: str, *, by: User, at: datetime, word: str = "") -> Receipt:
    """Verify what was seen: split it by the shares and post one entry per unit.

    ``seen`` is ``approvals.seen``: of the receipt, its project's credit and its doubts (rule 18).

    Counts on the day received, or on the first day of the next quarter that is not closed (rule 7).
    Raises Refusal for doubts without a remark, and for missing evidence that the county requires.
    """
    receipt = _awaiting(receipt_id, by)
    if receipt.corrects_id is not None:
        raise Refusal(
            _("This receipt is proposed to correct a verified one. Confirm the proposal there.")
        )
    return count(receipt, seen, by=by, at=at, word=word)


def count(
    receipt: Receipt, seen: str, *, by: User, at: datetime, word: str, since: int | None = None
) -> Receipt:
    """Verify the locked receipt that was seen, with all that is required, and post it.

    ``since``: the year in which the money whose place it takes counted first.
    """
    receipt.project = locks.for_crediting(receipt.project_id)
    found = doubts.doubts(receipt)
    now = approvals.seen_of([receipt], {receipt.pk: found})[receipt.pk]
    demand_seen(seen, now, CHANGED)
    approvals.demand_another(receipt, by)
    demand_signed(receipt.project, receipt.received_on)
    evidence.demand_complete(receipt)
    if found and not word.strip():
        raise Refusal(_("Write what you found out about the doubts."), field="word")
    period = locks.for_posting(receipt.county_id, receipt.received_on)
    _mark_verified(receipt, period, word, by, at)
    receipt.save(update_fields=VERIFIED)
    post_credit(receipt, period, by=by, at=at, since=since)
    after = {
        "state": receipt.state,
        "counted_on": receipt.counted_on,
        "version": receipt.version,
        "word": word,
        "doubts": [doubt.code for doubt in found],
    }
    if receipt.corrects_id is not None:
        after["corrects"] = str(receipt.corrects)
    note(by, "receipt.verify", receipt, at, before={"state": "submitted"}, after=after)
    return receipt


@transaction.atomic
def send_back(receipt_id: int, version: int, reason: str, *, by: User, at: datetime) -> Receipt:
    """Return a receipt to its unit, with the reason."""
    receipt = _awaiting(receipt_id, by)
    if receipt.version != version:
        raise Conflict(CHANGED)
    if not reason.strip():
        raise Refusal(_("Say what the unit must correct."), field="reason")
    receipt.state = Receipt.State.RETURNED
    receipt.returned_reason = reason
    receipt.version += 1
    receipt.save()
    told, words = Notice.Kind.RECEIPT_RETURNED, notices.of_receipt(receipt, reason)
    notices.send([receipt.unit], told, name_of(receipt), by=by, at=at, words=words)
    after = {"state": receipt.state, "reason": reason}
    note(by, "receipt.return", receipt, at, before={"state": "submitted"}, after=after)
    return receipt


def take_back(
    standing: Iterable[Entry], periods: dict[date, Period], reason: str, by: User, at: datetime
) -> list[Entry]:
    """Reverse each entry by a new one in the locked quarter of its day (rule 9)."""
    reversals = []
    for entry in standing:
        period = periods[entry.counted_on]
        taken_back = _chained(period, [_reversal(entry, period, reason)], by, at)
        reversals += Entry.objects.bulk_create(taken_back)
    return reversals


def live_entries(receipt: Receipt) -> QuerySet[Entry]:
    """The credit entries of a receipt that are not reversed."""
    return receipt.entries.filter(kind=Entry.Kind.CREDIT, reversed_by__isnull=True)


def credit(entries: Iterable[Entry]) -> dict[int, Decimal]:
    """Yuan by unit id."""
    return {entry.unit_id: entry.amount for entry in entries}


def parts(receipt: Receipt) -> dict[int, Decimal]:
    """Yuan that each unit gets of a receipt by the present shares; zero parts are left out."""
    shares = receipt.project.shares.values_list("unit", "basis_points")
    return _without_nothing(split(receipt.amount, list(shares)))


def stands_as_now(receipt: Receipt) -> bool:
    """Whether what is posted follows the project's present shares, year of signing and marks."""
    standing = list(live_entries(receipt))
    now = approvals.credit_of([receipt.project_id])[receipt.project_id]
    signed = now.signed_on.year if now.signed_on else None
    return credit(standing) == parts(receipt) and all(
        (entry.is_new, entry.origin, entry.industry_id)
        == (signed == entry.counted_on.year, now.origin, now.industry_id)
        for entry in standing
    )


def _without_nothing(split_: Mapping[int, Decimal]) -> dict[int, Decimal]:
    return {unit: part for unit, part in split_.items() if part}


def post_credit(
    receipt: Receipt, period: Period, *, by: User, at: datetime, since: int | None = None
) -> list[Entry]:
    """Append one entry per unit that shares the project, in the locked ``period``; without keys."""
    credit = approvals.credit_of([receipt.project_id])[receipt.project_id]
    entries = _chained(period, _credits(receipt, credit, period, since), by, at)
    copy_in(Entry, entries)
    return entries


def _credits(
    receipt: Receipt, project: approvals.Credit, period: Period, since: int | None
) -> list[Entry]:
    """The entries of a receipt that counts in the period, not appended yet.

    In the place of money that counted in an earlier year (``since``) they count beside the year's
    money, unless the receipt is dated in this year (rule 9).
    """
    for name, ended_on in project.ended:
        demand_standing(name, ended_on, has_heir=False, received_on=receipt.received_on)
    counted_on = max(receipt.received_on, period.starts_on)
    year = counted_on.year
    adjusts = since is not None and since < year and receipt.received_on.year < year
    by_unit = _without_nothing(split(receipt.amount, project.shares))
    return [
        Entry(
            unit_id=unit_id,
            project_id=receipt.project_id,
            receipt_id=receipt.pk,
            kind=Entry.Kind.CREDIT,
            amount=part,
            received_on=receipt.received_on,
            counted_on=counted_on,
            is_new=project.signed_on is not None and project.signed_on.year == counted_on.year,
            is_adjustment=adjusts,
            origin=project.origin,
            industry_id=project.industry_id,
        )
        for unit_id, part in by_unit.items()
    ]


def _reversal(entry: Entry, period: Period, reason: str) -> Entry:
    """Carries the flags under which it counts: in a later year nothing of it is new (rule 11)."""
    counted_on = max(entry.counted_on, period.starts_on)
    return Entry(
        unit_id=entry.unit_id,
        project_id=entry.project_id,
        receipt_id=entry.receipt_id,
        kind=Entry.Kind.REVERSAL,
        amount=-entry.amount,
        received_on=entry.received_on,
        counted_on=counted_on,
        is_new=entry.is_new and counted_on.year == entry.counted_on.year,
        is_adjustment=entry.is_adjustment or entry.counted_on.year < counted_on.year,
        origin=entry.origin,
        industry_id=entry.industry_id,
        reverses=entry,
        reason=reason,
    )


def _chained(period: Period, entries: Iterable[Entry], by: User, at: datetime) -> list[Entry]:
    """Make the entries the next ones of the locked period's chain."""
    position, head, posted_at = _end(period) or (0, chain.GENESIS, at)
    at = max(at, posted_at)  # posted_at never runs backwards, even if `at` predates the lock
    appended = []
    for entry in entries:
        position += 1
        entry.county_id, entry.period_id, entry.position = period.county_id, period.pk, position
        entry.posted_by_id, entry.posted_at = by.pk, at
        entry.hash_name, entry.prev_hash = chain.HASH_NAME, head
        entry.content_hash = head = chain.content_hash(head, hashed_fields(entry))
        appended.append(entry)
    return appended


def _end(period: Period) -> tuple[int, str, datetime] | None:
    """Position, hash and moment of the last entry of a chain."""
    chained = Entry.objects.filter(period=period).order_by("-position")
    return chained.values_list("position", "content_hash", "posted_at").first()


def hashed_fields(entry: Entry) -> dict[str, chain.Plain]:
    """The fields of an entry that its content hash covers."""
    return {name: getattr(entry, attribute) for name, attribute in chain.COVERED.items()}


def _awaiting(receipt_id: int, by: User) -> Receipt:
    """The receipt, locked. Refused unless it awaits verification."""
    receipt = locked(receipt_id, Right.RECEIPT_VERIFY, by)
    if receipt.state != Receipt.State.SUBMITTED:
        raise Conflict(
            _("This receipt no longer awaits verification (%(state)s). Reload the queue.")
            % {"state": receipt.get_state_display()}
        )
    return receipt


def locked(receipt_id: int, right: Right, by: User) -> Receipt:
    """The receipt, locked, for a person of its county who has the right."""
    demand(by, right)
    rows = Receipt.objects.select_related("project__investor", "county", "unit")
    return rows.select_for_update(of=("self",)).get(pk=receipt_id, county=by.county_id)


# Many at once


@transaction.atomic
def take_over(
    history: Sequence[Draft],
    document: str,
    *,
    entered_by: User,
    by: User,
    at: datetime,
    today: date,
) -> list[Receipt]:
    """Enter receipts of earlier books and verify them at once, on the strength of a document.

    The document replaces the evidence and the remark about doubts. All else is as in ``submit`` and
    ``verify``: two people, and closed quarters stay closed. The number of statements is small.
    """
    demand(by, Right.RECEIPT_VERIFY)
    demand_free(entered_by)
    if by.pk == entered_by.pk or by.county_id != entered_by.county_id:
        raise Refusal(_("Somebody else must verify what you entered yourself."))
    if not document.strip():
        raise Refusal(_("Name the document that allows it."), field="document")
    receipts = build_many(history, by=entered_by, at=at, today=today)
    approvals.demand_no_hand({receipt.project for receipt in receipts}, by)
    receipts.sort(key=lambda receipt: receipt.received_on)
    quarters_ = [list(group) for _quarter, group in groupby(receipts, key=_quarter_of)]
    # In calendar order, so that two people at once cannot deadlock.
    periods = [locks.for_posting(q[0].county_id, q[0].received_on) for q in quarters_]
    for period, together in zip(periods, quarters_, strict=True):
        for receipt in together:
            _mark_verified(receipt, period, document, by, at)
    store_many(receipts, by=entered_by, at=at)
    trail.record_many(_line_of_verification(receipt) for receipt in receipts)
    credit = approvals.credit_of({receipt.project_id for receipt in receipts})
    for period, together in zip(periods, quarters_, strict=True):
        entries = (e for r in together for e in _credits(r, credit[r.project_id], period, None))
        copy_in(Entry, _chained(period, entries, by, at))
    return receipts


def _quarter_of(receipt: Receipt) -> tuple[int, int]:
    return receipt.received_on.year, quarter_of(receipt.received_on)


def _mark_verified(receipt: Receipt, period: Period, word: str, by: User, at: datetime) -> None:
    """Mark the receipt as counted in the period, without storing it."""
    receipt.state = Receipt.State.VERIFIED
    receipt.verified_by, receipt.verified_at, receipt.verified_word = by, at, word
    receipt.counted_on = max(receipt.received_on, period.starts_on)


def _line_of_verification(receipt: Receipt) -> Trail:
    assert receipt.verified_by is not None
    assert receipt.verified_at is not None
    after = {
        "state": receipt.state,
        "counted_on": receipt.counted_on,
        "version": receipt.version,
        "word": receipt.verified_word,
    }
    before = {"state": Receipt.State.SUBMITTED}
    by, at = receipt.verified_by, receipt.verified_at
    return line(by, "receipt.verify", receipt, at, before=before, after=after)
