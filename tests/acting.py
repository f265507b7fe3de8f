"""Deeds of two people for tests, by somebody who has just looked: with the present fingerprints."""

from contextlib import suppress

from ledger.entries import approvals, claims, corrections, posting, proposals
from ledger.models import CreditClaim, Entry, Period, Proposal, Receipt
from ledger.quarter import closing
from tests.access.pages import Form, forms_of
from units.ground.refusal import Conflict
from units.models import Role, User


def close(period_id, *, by, at, known=()):
    """Propose the closing as it stands."""
    seen = closing.seen(_period(period_id), at.date())
    return closing.close(period_id, seen, by=by, at=at, known=known)


def confirm(period_id, *, by, at, known=()):
    """Confirm the closing as it stands; a stale fingerprint where nothing is proposed."""
    period = _period(period_id)
    seen = _to_confirm(period, lambda one: closing.seen(one, at.date()))
    return closing.confirm(period_id, seen, by=by, at=at, known=known)


def propose_reopening(period_id, reason, *, by, at):
    seen = closing.seen_reopening(_period(period_id))
    return closing.propose_reopening(period_id, seen, reason, by=by, at=at)


def reopen(period_id, *, by, at):
    seen = _to_confirm(_period(period_id), closing.seen_reopening)
    return closing.reopen(period_id, seen, by=by, at=at)


def proposed_by(record) -> User | None:
    proposal = proposals.waiting(record)
    return proposal.proposed_by if proposal else None


def _to_confirm(record, fingerprint_of):
    proposal = proposals.waiting(record)
    return proposals.seen(proposal, fingerprint_of(record)) if proposal else ""


def _period(period_id):
    return Period.objects.select_related("county").get(pk=period_id)


def close_at_last(period_id, *, first, second, at, known=()):
    """Confirm; whenever the figures changed under the two people, propose anew and confirm again."""
    while True:
        try:
            return confirm(period_id, by=second, at=at, known=known)
        except Conflict:
            with suppress(Conflict):
                close(period_id, by=first, at=at, known=known)


def send(client, page, action, /, **typed):
    """POST the form of a page that sends to ``action``, with its hidden fields and what is typed."""
    html = client.get(page).content.decode()
    [form] = [form for form in forms_of(html, page) if form.action == action] or [Form(action)]
    hidden = {name: value for name, value in form.pairs if name in ("seen", "version", "key")}
    return client.post(action, hidden | typed)


def verify(receipt_id, version, *, by, at, word=""):
    """Verify as it stands, if ``version`` is the present one; else as somebody who is late."""
    receipt = Receipt.objects.select_related("project__investor").get(pk=receipt_id)
    seen = approvals.seen(receipt) if receipt.version == version else ""
    return posting.verify(receipt_id, seen, by=by, at=at, word=word)


def reverse(entry_id, reason, *, by, at, second=None):
    """Propose the reversal and confirm it by a second person; returns the reversal of the entry."""
    receipt = Entry.objects.get(pk=entry_id).receipt
    seen = corrections.seen_of(receipt, Proposal.Kind.REVERSE)
    corrections.propose_reversal(entry_id, seen, reason, by=by, at=at)
    posted = confirm_proposal(receipt, by=second or another(by), at=at)
    return next(entry for entry in posted if entry.reverses_id == entry_id)


def repost(receipt_id, reason, *, by, at, second=None):
    """Propose to post again and confirm it by a second person; returns the new entries."""
    receipt = Receipt.objects.get(pk=receipt_id)
    seen = corrections.seen_of(receipt, Proposal.Kind.REPOST)
    corrections.propose_repost(receipt_id, seen, reason, by=by, at=at)
    return confirm_proposal(receipt, by=second or another(by), at=at)


def confirm_proposal(receipt, *, by, at):
    """Confirm what is proposed about a receipt, as it stands."""
    proposal = proposals.waiting(receipt)
    if proposal is None:
        return corrections.confirm(receipt.pk, "", by=by, at=at)
    receipt = Receipt.objects.get(pk=receipt.pk)
    now = corrections.seen_of(receipt, Proposal.Kind(proposal.kind))
    return corrections.confirm(receipt.pk, proposals.seen(proposal, now), by=by, at=at)


def another(person) -> User:
    """A head of the bureau other than the person."""
    heads = User.objects.filter(county=person.county, role=Role.BUREAU_HEAD, is_active=True)
    found = heads.exclude(pk=person.pk).order_by("pk").first()
    if found is not None:
        return found
    return User.objects.create_user(
        username=f"second{User.objects.count()}", county=person.county, role=Role.BUREAU_HEAD
    )


def answer(claim_id, agrees, words, *, by, at):
    return claims.answer(claim_id, _claim_seen(claim_id), agrees, words, by=by, at=at)


def grant(claim_id, basis_points, words, *, by, at):
    return claims.grant(claim_id, _claim_seen(claim_id), basis_points, words, by=by, at=at)


def refuse(claim_id, words, *, by, at):
    return claims.refuse(claim_id, _claim_seen(claim_id), words, by=by, at=at)


def _claim_seen(claim_id):
    return claims.claim_seen(CreditClaim.objects.select_related("project").get(pk=claim_id))
