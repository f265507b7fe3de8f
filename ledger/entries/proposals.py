"""The one kind of proposal of two people: propose, confirm, withdraw (rules 8, 9, 16 and 18).

The only writes of proposals. A deed of two people (``quarter/closing.py``, ``corrections.py``)
locks its record, computes the fingerprint of all that decides its outcome, calls a verb of this
module in its own transaction, and then does what was confirmed. Nothing is confirmed that differs
from what either person saw.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from ledger.entries import telling
from ledger.models import Proposal
from units import trail
from units.access import Right, demand, demand_free, may
from units.ground.fingerprint import CHANGED, demand_seen, fingerprint
from units.ground.refusal import Conflict, Refusal
from units.models import User

Kind, Outcome = Proposal.Kind, Proposal.Outcome
VALID = timedelta(days=14)

# Who may propose, who may confirm, and what at least one of the two must hold beside it.
RIGHTS: dict[Proposal.Kind, tuple[Right, Right]] = {
    Kind.CLOSE: (Right.PERIOD_CLOSE, Right.PERIOD_CLOSE),
    Kind.REOPEN: (Right.PERIOD_CLOSE, Right.PERIOD_CLOSE),
    Kind.REVERSE: (Right.ENTRY_REVERSE, Right.ENTRY_REVERSE),
    Kind.REPOST: (Right.ENTRY_REVERSE, Right.ENTRY_REVERSE),
    Kind.CORRECT: (Right.RECEIPT_SUBMIT, Right.ENTRY_REVERSE),
}
ONE_HEADS = frozenset({Kind.CLOSE, Kind.REOPEN})


def seen(proposal: Proposal, now: str) -> str:
    """What the page of a proposal carries: this proposal, and ``now`` all that decides it."""
    return fingerprint(proposal.pk, now)


def waiting(record: Model) -> Proposal | None:
    """The open proposal about a record."""
    return waiting_for([record]).get(trail.name_of(record))


def waiting_for(records: Iterable[Model]) -> dict[str, Proposal]:
    """The open proposals about records, by the records' names."""
    names = [trail.name_of(record) for record in records]
    found = Proposal.objects.filter(record__in=names, outcome=Outcome.OPEN)
    return {proposal.record: proposal for proposal in found.select_related("proposed_by")}


def stands(proposal: Proposal, now: str, at: datetime) -> bool:
    """Whether it can still be confirmed: nothing changed since, and its time is not over."""
    return proposal.fingerprint == now and at <= proposal.valid_until


@transaction.atomic
def propose(
    kind: Proposal.Kind,
    record: Model,
    *,
    seen: str,
    now: str,
    by: User,
    at: datetime,
    county: int,
    payload: Mapping[str, Any] | None = None,
    reason: str = "",
) -> Proposal:
    """Propose a deed about a locked ``record``; the caller writes the trail.

    ``seen`` is the fingerprint that the page carried, ``now`` the present one. Only an open
    proposal that can no longer be confirmed is replaced: Conflict.
    """
    demand(by, RIGHTS[kind][0])
    demand_free(by)
    demand_seen(seen, now)
    earlier = _open(record)
    if earlier is not None:
        if stands(earlier, now, at) and _still_may(earlier):
            raise Conflict(_("This is proposed already. Reload the page."))
        _decide(earlier, Outcome.REPLACED, by, at)
    proposal = Proposal.objects.create(
        county_id=county,
        kind=kind,
        record=trail.name_of(record),
        payload=payload or {},
        fingerprint=now,
        reason=reason,
        proposed_by=by,
        proposed_at=at,
        valid_until=at + VALID,
    )
    telling.of_proposal(proposal, RIGHTS[kind][1], one_heads=kind in ONE_HEADS)
    return proposal


@transaction.atomic
def confirm(
    kind: Proposal.Kind, record: Model, *, seen: str, now: str, by: User, at: datetime
) -> Proposal:
    """Confirm what was proposed about a locked ``record``; the caller does it and writes the trail.

    Refuses the proposer, whoever lost the right, and anything that changed since it was proposed
    or since the confirming person opened the page.
    """
    demand(by, RIGHTS[kind][1])
    demand_free(by)
    proposal = _demand_open(kind, record)
    _demand_second(proposal, by)
    demand_seen(seen, fingerprint(proposal.pk, now))
    if not stands(proposal, now, at):
        raise Conflict(LAPSED)
    return _decide(proposal, Outcome.CONFIRMED, by, at)


@transaction.atomic
def withdraw(kind: Proposal.Kind, record: Model, *, by: User, at: datetime) -> Proposal | None:
    """Take a proposal back, by anybody who may propose or confirm; None if there is none."""
    if not any(may(by, right) for right in RIGHTS[kind]):
        demand(by, RIGHTS[kind][0])
    proposal = _open(record)
    if proposal is None or proposal.kind != kind:
        return None
    return _decide(proposal, Outcome.WITHDRAWN, by, at)


LAPSED = _("What this rests on changed after it was proposed. Look at it and propose it anew.")
NOT_PROPOSED = {
    Kind.CLOSE: _("The closing of this quarter is not proposed. Reload the page."),
    Kind.REOPEN: _("Nobody has proposed to reopen this quarter. Reload the page."),
}


def is_second(proposal: Proposal, user: User) -> bool:
    """Whether the person may confirm it, as far as people and rights go."""
    return _second_refused(proposal, user) is None


def _demand_second(proposal: Proposal, by: User) -> None:
    if (refusal := _second_refused(proposal, by)) is not None:
        raise refusal


def _second_refused(proposal: Proposal, second: User) -> Refusal | None:
    kind, first = Kind(proposal.kind), proposal.proposed_by
    if first.pk == second.pk or not may(second, RIGHTS[kind][1]):
        return Refusal(_("A second person must confirm it."))
    if not _still_may(proposal):
        return Refusal(_("Who proposed it no longer has the right to. Let it be proposed anew."))
    heads = [person for person in (first, second) if may(person, Right.PERIOD_CONFIRM)]
    if kind in ONE_HEADS and not heads:
        return Refusal(_("One of the two people must be the head of the bureau."))
    return None


def _still_may(proposal: Proposal) -> bool:
    first = proposal.proposed_by
    return first.is_active and may(first, RIGHTS[Kind(proposal.kind)][0])


def _demand_open(kind: Proposal.Kind, record: Model) -> Proposal:
    proposal = _open(record)
    if proposal is None or proposal.kind != kind:
        raise Conflict(NOT_PROPOSED.get(kind, CHANGED))
    return proposal


def _open(record: Model) -> Proposal | None:
    rows = Proposal.objects.select_related("proposed_by").select_for_update(of=("self",))
    return rows.filter(record=trail.name_of(record), outcome=Outcome.OPEN).first()


def _decide(proposal: Proposal, outcome: Proposal.Outcome, by: User, at: datetime) -> Proposal:
    proposal.outcome, proposal.decided_by, proposal.decided_at = outcome, by, at
    proposal.save(update_fields=["outcome", "decided_by", "decided_at"])
    return proposal
