"""Deeds of two people for tests, by somebody who has just looked: with the present fingerprints."""

from contextlib import suppress

from ledger.entries import proposals
from ledger.models import Period
from ledger.quarter import closing
from tests.access.pages import Form, forms_of
from units.ground.refusal import Conflict
from units.models import User


def close(period_id, *, by, at, known=()):
    """Propose the closing as it stands."""
    return closing.close(period_id, closing.seen(_period(period_id)), by=by, at=at, known=known)


def confirm(period_id, *, by, at, known=()):
    """Confirm the closing as it stands; a stale fingerprint where nothing is proposed."""
    period = _period(period_id)
    seen = _to_confirm(period, closing.seen)
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


def send(client, page, action, **typed):
    """POST the form of a page that sends to ``action``, with its hidden fields and what is typed."""
    html = client.get(page).content.decode()
    [form] = [form for form in forms_of(html, page) if form.action == action] or [Form(action)]
    hidden = {name: value for name, value in form.pairs if name in ("seen", "version", "key")}
    return client.post(action, hidden | typed)
