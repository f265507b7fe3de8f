"""Deeds of two people on verified money: reverse it, post it again, or correct it by a new receipt.

One person proposes on what they saw, a second confirms the same; then, and only then, new entries
are written (rules 8, 9 and 18). Each counts in its own quarter, or in the next that is not closed.
What a confirmation binds: the receipt, the entries that stand, the quarters they will count in, to
post again the project's present credit, and to correct all that verifying the new receipt binds.
"""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime

from django.db import transaction
from django.db.models import Min
from django.utils.translation import gettext_lazy as _

from ledger.entries import approvals, locks, notices, posting, proposals, submission
from ledger.entries.draft import demand_right
from ledger.entries.submission import note
from ledger.models import Entry, Notice, Period, Proposal, Receipt
from units import trail
from units.access import Right, may
from units.ground.fingerprint import demand_seen, fingerprint, of_row
from units.ground.refusal import Conflict, Refusal
from units.models import User

Kind = Proposal.Kind


@transaction.atomic
def propose_reversal(entry_id: int, seen: str, reason: str, *, by: User, at: datetime) -> Proposal:
    """Propose to reverse an entry and every other standing entry of its receipt.

    The credit of a receipt is whole or nothing (rule 8): a wrong part is reversed with the others
    and posted again by the right shares.
    """
    entry = Entry.objects.get(pk=entry_id)
    receipt = posting.locked(entry.receipt_id, Right.ENTRY_REVERSE, by)
    if entry.kind == Entry.Kind.REVERSAL:
        raise Refusal(_("A reversal cannot be reversed. Post the receipt again instead."))
    if Entry.objects.filter(reverses=entry).exists():
        raise Refusal(_("This entry has been reversed already."))
    return _propose(Kind.REVERSE, receipt, seen, reason, by, at)


@transaction.atomic
def propose_repost(receipt_id: int, seen: str, reason: str, *, by: User, at: datetime) -> Proposal:
    """Propose to reverse what stands of a receipt and to post it again by the present shares."""
    receipt = posting.locked(receipt_id, Right.ENTRY_REVERSE, by)
    _demand_repostable(receipt)
    return _propose(Kind.REPOST, receipt, seen, reason, by, at)


@transaction.atomic
def propose_correction(
    new_id: int, old_id: int, seen: str, reason: str, *, by: User, at: datetime
) -> Proposal | None:
    """Say that a submitted receipt corrects another of its unit (``seen``: ``seen_correction``).

    One that is not verified is withdrawn at once; None. A verified one keeps counting until a second
    person confirms that it is reversed and the new one counts.
    """
    if not reason.strip():
        raise Refusal(_("Say what is corrected."), field="reason")
    new, old = _pair(new_id, old_id, by)
    if old.state in submission.UNVERIFIED:
        demand_seen(seen, seen_correction(old, new))
        submission.withdraw(old.pk, old.version, by=by, at=at)
        note(by, "receipt.replace", new, at, after={"corrects": str(old), "reason": reason})
        return None
    if old.state != Receipt.State.VERIFIED or not posting.live_entries(old).exists():
        raise Refusal(_("That receipt does not count any more; there is nothing to correct."))
    now = seen_correction(old, new)
    demand_seen(seen, now)
    old.corrected_by.exclude(state=Receipt.State.VERIFIED).update(corrects=None)
    new.corrects = old
    new.save(update_fields=["corrects"])
    now = seen_correction(old, new)  # it says now whom it corrects
    payload = {"receipt": new.pk}
    return _propose(Kind.CORRECT, old, now, reason, by, at, payload)


def seen_correction(old: Receipt, new: Receipt) -> str:
    """The fingerprint of all that decides what correcting ``old`` by ``new`` posts."""
    standing = posting.live_entries(old)
    entries = [(entry.pk, entry.amount, counts_on(old, entry.counted_on)) for entry in standing]
    counts = counts_on(new, new.received_on)
    return fingerprint(Kind.CORRECT, of_row(old), entries, approvals.seen(new), counts)


def _pair(new_id: int, old_id: int, by: User) -> tuple[Receipt, Receipt]:
    """Both receipts, locked in one order, for a person who may enter money of both projects."""
    rows = Receipt.objects.select_related("project__investor", "project__lead_unit", "unit")
    locked = rows.select_for_update(of=("self",)).filter(county=by.county_id).order_by("pk")
    found = {receipt.pk: receipt for receipt in locked.filter(pk__in=(new_id, old_id))}
    if len(found) != 2:
        raise Refusal(_("Choose another receipt of the county."))
    for receipt in found.values():
        demand_right(receipt.project, by)
    if found[new_id].state != Receipt.State.SUBMITTED:
        raise Conflict(_("Only a submitted receipt corrects another. Reload the page."))
    return found[new_id], found[old_id]


@transaction.atomic
def confirm(receipt_id: int, seen: str, *, by: User, at: datetime) -> list[Entry]:
    """Confirm what is proposed about a receipt and do it; returns the new entries."""
    receipt = posting.locked(receipt_id, Right.ENTRY_REVERSE, by)
    receipt.project = locks.for_crediting(receipt.project_id)
    waiting = proposals.waiting(receipt)
    if waiting is None:
        raise Conflict(_("Nothing is proposed about this receipt any more. Reload the page."))
    kind = Kind(waiting.kind)
    now = seen_of(receipt, kind)
    proposal = proposals.confirm(kind, receipt, seen=seen, now=now, by=by, at=at)
    _demand_head(receipt, proposal.proposed_by, by)
    return DEEDS[kind](receipt, proposal, by, at)


@transaction.atomic
def withdraw(receipt_id: int, *, by: User, at: datetime) -> Receipt:
    """Take back what is proposed about a receipt; its entries stay as they are."""
    receipt = posting.locked(receipt_id, Right.RECEIPT_SUBMIT, by)
    waiting = proposals.waiting(receipt)
    if waiting is not None:
        proposals.withdraw(Kind(waiting.kind), receipt, by=by, at=at)
        receipt.corrected_by.exclude(state=Receipt.State.VERIFIED).update(corrects=None)
        before = {"proposal": waiting.kind, "reason": waiting.reason}
        note(by, "receipt.withdraw_proposal", receipt, at, before=before)
    return receipt


def seen_of(receipt: Receipt, kind: Proposal.Kind) -> str:
    """The fingerprint of all that decides what the deed posts."""
    if kind == Kind.CORRECT:
        new = correcting(receipt)
        return seen_correction(receipt, new) if new else ""
    standing = list(posting.live_entries(receipt))
    entries = [(entry.pk, entry.amount, counts_on(receipt, entry.counted_on)) for entry in standing]
    again: tuple[object, ...] = ()
    if kind == Kind.REPOST:
        credit = approvals.credit_of([receipt.project_id])[receipt.project_id]
        again = (asdict(credit), counts_on(receipt, receipt.received_on))
    return fingerprint(kind, of_row(receipt), entries, again)


def correcting(receipt: Receipt) -> Receipt | None:
    """The submitted receipt that is proposed to take the place of a verified one."""
    rows = Receipt.objects.select_related("project__investor", "unit")
    return rows.filter(corrects=receipt, state=Receipt.State.SUBMITTED).order_by("-pk").first()


def counts_on(receipt: Receipt, day: date) -> date:
    """The day on which money of ``day`` counts if it is posted now (rule 7)."""
    return locks.counting_day(receipt.county_id, day)


def enters_later_year(receipt: Receipt) -> list[tuple[int, int]]:
    """The years (of the standing entry, of its reversal) where what is proposed crosses New Year."""
    days = {entry.counted_on for entry in posting.live_entries(receipt)} or {receipt.received_on}
    years = {(day.year, counts_on(receipt, day).year) for day in days}
    return sorted(pair for pair in years if pair[0] != pair[1])


def _demand_head(receipt: Receipt, *people: User) -> None:
    """Credit of an announced year enters a new year's standing only with a head's word."""
    crosses = enters_later_year(receipt)
    if crosses and not any(may(person, Right.PERIOD_CONFIRM) for person in people):
        sentence = _(
            "Money of %(before)d would count in %(after)d. One of the two people must be the head"
            " of the bureau."
        )
        before, after = crosses[0]
        raise Refusal(sentence % {"before": before, "after": after})


def _propose(
    kind: Proposal.Kind,
    receipt: Receipt,
    seen: str,
    reason: str,
    by: User,
    at: datetime,
    payload: dict[str, int] | None = None,
) -> Proposal:
    if not reason.strip():
        raise Refusal(_("Give the reason of the reversal."), field="reason")
    proposal = proposals.propose(
        kind,
        receipt,
        seen=seen,
        now=seen_of(receipt, kind),
        reason=reason,
        payload=payload,
        by=by,
        at=at,
        county=receipt.county_id,
    )
    note(by, "receipt.propose", receipt, at, after={"proposal": kind, "reason": reason})
    return proposal


def _reverse(receipt: Receipt, proposal: Proposal, by: User, at: datetime) -> list[Entry]:
    standing = list(posting.live_entries(receipt))
    periods = _lock_days(receipt, standing)
    reversals = posting.take_back(standing, periods, proposal.reason, by, at)
    after = {
        "amount": sum(reversal.amount for reversal in reversals),
        "counted_on": [reversal.counted_on for reversal in reversals],
        "reason": proposal.reason,
        "proposed_by": str(proposal.proposed_by),
    }
    note(by, "entry.reverse", receipt, at, after=after)
    if proposal.kind == Kind.REVERSE:
        _tell_unit(receipt, proposal.reason, by, at)
    return reversals


def _tell_unit(receipt: Receipt, reason: str, by: User, at: datetime) -> None:
    """The unit that entered the money learns that it was taken back, and why."""
    told, words = Notice.Kind.RECEIPT_REVERSED, notices.of_receipt(receipt, reason)
    notices.send([receipt.unit], told, trail.name_of(receipt), by=by, at=at, words=words)


def _repost(receipt: Receipt, proposal: Proposal, by: User, at: datetime) -> list[Entry]:
    _demand_repostable(receipt)
    approvals.demand_no_hand([receipt.project], by)
    standing = list(posting.live_entries(receipt))
    periods = _lock_days(receipt, standing)
    posting.take_back(standing, periods, proposal.reason, by, at)
    period, since = periods[receipt.received_on], _counted_since(receipt)
    posted = posting.post_credit(receipt, period, by=by, at=at, since=since)
    before = {"credit": {str(unit): part for unit, part in posting.credit(standing).items()}}
    credit = {str(unit): part for unit, part in posting.credit(posted).items()}
    after = {"credit": credit, "reason": proposal.reason, "proposed_by": str(proposal.proposed_by)}
    note(by, "receipt.repost", receipt, at, before, after)
    return posted


def _correct(receipt: Receipt, proposal: Proposal, by: User, at: datetime) -> list[Entry]:
    rows = Receipt.objects.select_related("project__investor", "county", "unit")
    new = rows.select_for_update(of=("self",)).get(pk=proposal.payload["receipt"])
    _lock_days(receipt, posting.live_entries(receipt), new.received_on)
    reversals = _reverse(receipt, proposal, by, at)
    seen, since = approvals.seen(new), _counted_since(new)
    posting.count(new, seen, by=by, at=at, word=proposal.reason, since=since)
    return [*reversals, *posting.live_entries(new)]


def _counted_since(receipt: Receipt) -> int | None:
    """The year in which the money of the receipt, or of those that it corrects, counted first.

    Entries decide, not deeds: reversed and posted again in two, or corrected twice, is the same.
    """
    chain, each = [receipt.pk], receipt.corrects
    while each is not None and each.pk not in chain:
        chain.append(each.pk)
        each = each.corrects
    posted = Entry.objects.filter(receipt__in=chain, kind=Entry.Kind.CREDIT)
    first: date | None = posted.aggregate(day=Min("counted_on"))["day"]
    return first.year if first else None


DEEDS = {Kind.REVERSE: _reverse, Kind.REPOST: _repost, Kind.CORRECT: _correct}


def _demand_repostable(receipt: Receipt) -> None:
    if receipt.state != Receipt.State.VERIFIED:
        raise Refusal(_("Only a verified receipt can be posted again."))
    if posting.stands_as_now(receipt):
        raise Refusal(_("The posted credit follows the present shares already."))


def _lock_days(receipt: Receipt, standing: Iterable[Entry], *more: date) -> dict[date, Period]:
    """The quarter in which money of each day counts now, locked in calendar order.

    One order for everybody, so that two people at once cannot deadlock.
    """
    days = sorted({entry.counted_on for entry in standing} | {receipt.received_on, *more})
    return {day: locks.for_posting(receipt.county_id, day) for day in days}
