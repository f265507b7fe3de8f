"""The actions on a quarter: review, propose the closing, confirm it, reopen.

One person proposes and a second confirms what both have seen (``entries/proposals.py``); one of the
two heads the bureau. Nobody closes over a blocking check, and a settlement is never changed: it
stores the ``LeagueTable`` of the moment.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger import words
from ledger.assessment import frozen
from ledger.entries import locks, proposals, telling
from ledger.models import Entry, Period, Proposal, Settlement
from ledger.quarter import checks
from ledger.quarter.checks import Check
from ledger.ranking import announced
from ledger.ranking.league import LeagueTable, league_table
from units import trail
from units.access import Right, demand
from units.ground.fingerprint import fingerprint
from units.ground.refusal import Conflict, Refusal
from units.models import User

Kind = Proposal.Kind


@transaction.atomic
def start_review(period_id: int, *, by: User, at: datetime) -> Period:
    """Soft close: from now on only the bureau enters receipts of the quarter."""
    return _move(period_id, (Period.State.OPEN,), Period.State.REVIEW, "period.review", by, at)


@transaction.atomic
def end_review(period_id: int, *, by: User, at: datetime) -> Period:
    """Open to the units again; a proposal to close falls with it."""
    proposals.withdraw(Kind.CLOSE, _locked(period_id, by), by=by, at=at)
    return _move(period_id, (Period.State.REVIEW,), Period.State.OPEN, "period.open", by, at)


def seen(period: Period, today: date | None = None) -> str:
    """The fingerprint of all that a closing would announce now, checks included."""
    table = league_table(period.county, period.ends_on, today=today)
    return seen_of(period, table, checks.run(period, today))


def seen_of(period: Period, table: LeagueTable, found: Iterable[Check]) -> str:
    """The same of a table of the quarter's last day and of checks that are there already."""
    last = _last_entry(period)
    findings = [
        (check.number, check.count, [trail.name_of(record) for record in check.records])
        for check in found
    ]
    chained = (last.position, last.content_hash) if last else ()
    announces = announced.contents(table), frozen.contents(table)
    return fingerprint(period.pk, *announces, chained, findings)


def seen_reopening(period: Period) -> str:
    """The fingerprint of what a reopening takes back: the announced version."""
    return fingerprint(period.pk, period.state, period.settlements.count())


def proposed(period: Period) -> Proposal | None:
    """The open proposal to close or to reopen the quarter."""
    return proposals.waiting(period)


@transaction.atomic
def close(
    period_id: int, seen: str, *, by: User, at: datetime, known: Collection[int] = ()
) -> Proposal:
    """Propose the closing that was seen; it takes effect when a second person confirms it.

    ``known`` are the numbers of the checks whose findings the person acknowledges. Until then the
    quarter is in review.
    """
    period = _locked(period_id, by)
    _demand_earlier_closed(period)
    if period.ends_on >= timezone.localdate(at):
        raise Refusal(_("The quarter has not ended yet."))
    if period.state == Period.State.CLOSED:
        raise Conflict(_("Somebody changed this quarter meanwhile. Reload the page."))
    found = checks.run(period, timezone.localdate(at))
    table = league_table(period.county, period.ends_on, today=timezone.localdate(at))
    acknowledged = _demand_checked(found, known)
    proposal = proposals.propose(
        Kind.CLOSE,
        period,
        seen=seen,
        now=seen_of(period, table, found),
        payload=acknowledged | {"received": str(table.total.received)},
        by=by,
        at=at,
        county=period.county_id,
    )
    before, period.state = {"state": period.state}, Period.State.REVIEW
    period.save()
    after = {"state": period.state, "amount": str(table.total.received)} | acknowledged
    _note(by, "period.propose", period, at, after, before)
    return proposal


@transaction.atomic
def confirm(
    period_id: int, seen: str, *, by: User, at: datetime, known: Collection[int] = ()
) -> Settlement:
    """Confirm the closing: store the table as announced and lock the quarter for entries.

    ``seen`` is ``proposals.seen`` of the proposal and what it would announce (rule 18).
    """
    period = _locked(period_id, by)
    if period.state == Period.State.CLOSED:
        raise Conflict(proposals.NOT_PROPOSED[Kind.CLOSE])
    found = checks.run(period, timezone.localdate(at))
    last = _last_entry(period)
    # An action that waited for our lock, or a clock behind ours, may have posted "after" now.
    known_by = max(at, last.posted_at) if last else at
    table = league_table(period.county, period.ends_on, known_by)
    now = seen_of(period, table, found)
    proposal = proposals.confirm(Kind.CLOSE, period, seen=seen, now=now, by=by, at=at)
    acknowledged = _demand_checked(found, known)
    people = (proposal.proposed_by, by)
    settlement = announced.store(period, table, known_by, last, people, at)
    frozen.store(settlement, table)
    period.state = Period.State.CLOSED
    period.save()
    after = {"version": settlement.version, "chain_head": settlement.chain_head}
    _note(by, "period.close", period, at, after | acknowledged)
    telling.of_settlement(settlement)
    return settlement


@transaction.atomic
def propose_reopening(
    period_id: int, seen: str, reason: str, *, by: User, at: datetime
) -> Proposal:
    """Propose to reopen a closed quarter; it stays closed until a second person agrees."""
    if not reason.strip():
        raise Refusal(_("Give the reason for reopening."), field="reason")
    period = _closed(period_id, by)
    _demand_later_open(period)
    proposal = proposals.propose(
        Kind.REOPEN,
        period,
        seen=seen,
        now=seen_reopening(period),
        reason=reason,
        by=by,
        at=at,
        county=period.county_id,
    )
    _note(by, "period.propose_reopening", period, at, {"reason": reason})
    return proposal


@transaction.atomic
def drop_reopening(period_id: int, *, by: User, at: datetime) -> Period:
    """Drop a proposal to reopen; the quarter stays closed."""
    period = _closed(period_id, by)
    proposal = proposals.withdraw(Kind.REOPEN, period, by=by, at=at)
    if proposal is not None:
        _note(by, "period.drop_reopening", period, at, {}, {"reason": proposal.reason})
    return period


@transaction.atomic
def reopen(period_id: int, seen: str, *, by: User, at: datetime) -> Period:
    """Reopen a closed quarter. The announced settlement stays, as one version."""
    period = _closed(period_id, by)
    now = seen_reopening(period)
    proposal = proposals.confirm(Kind.REOPEN, period, seen=seen, now=now, by=by, at=at)
    _demand_later_open(period)
    period.state = Period.State.REVIEW
    period.save()
    after = {"reason": proposal.reason, "proposed_by": str(proposal.proposed_by)}
    _note(by, "period.reopen", period, at, after)
    return period


def _locked(period_id: int, by: User) -> Period:
    """The quarter, locked, if it is of the person's county and their role may close."""
    demand(by, Right.PERIOD_CLOSE)
    period = locks.for_closing(period_id)
    if period.county_id != by.county_id:
        raise Refusal(_("This quarter belongs to another county."))
    return period


def _closed(period_id: int, by: User) -> Period:
    period = _locked(period_id, by)
    if period.state != Period.State.CLOSED:
        raise Conflict(_("This quarter is not closed. Reload the page."))
    return period


def _demand_later_open(period: Period) -> None:
    """Reopening starts from the newest closed quarter: later settlements build on earlier ones."""
    closed = Period.objects.filter(county=period.county, state=Period.State.CLOSED)
    later = [other for other in closed if other.starts_on > period.starts_on]
    if later:
        newest = max(later, key=lambda other: other.starts_on)
        name = words.quarter(newest.year, newest.quarter)
        raise Refusal(_("Reopen the %(period)s first.") % {"period": name})


def _demand_earlier_closed(period: Period) -> None:
    for first in checks.earlier_open(period)[:1]:
        name = words.quarter(first.year, first.quarter)
        raise Refusal(_("Close the %(period)s first.") % {"period": name})


def _move(
    period_id: int,
    sources: tuple[Period.State, ...],
    state: Period.State,
    action: str,
    by: User,
    at: datetime,
) -> Period:
    period = _locked(period_id, by)
    if period.state not in sources:
        raise Conflict(_("Somebody changed this quarter meanwhile. Reload the page."))
    before = {"state": period.state}
    period.state = state
    period.save()
    _note(by, action, period, at, {"state": state}, before)
    return period


def _demand_checked(found: Collection[Check], known: Collection[int]) -> dict[str, Any]:
    """The findings that were acknowledged.

    Raises Refusal for a blocking check or an unacknowledged one.
    """
    for check in found:
        if check.blocks:
            named = {"number": check.number, "title": check.title}
            raise Refusal(_("Check %(number)d refuses the closing: %(title)s.") % named)
    unknown = [check for check in found if check.must_be_known and check.number not in known]
    if unknown:
        numbers = ", ".join(str(check.number) for check in unknown)
        sentence = _("Tick that you know the findings of check %(numbers)s.")
        raise Refusal(sentence % {"numbers": numbers}, "known")
    return {"known": {str(check.number): check.count for check in found if check.must_be_known}}


def _last_entry(period: Period) -> Entry | None:
    return Entry.objects.filter(period=period).order_by("-position").first()


def _note(
    by: User,
    action: str,
    period: Period,
    at: datetime,
    after: dict[str, Any],
    before: dict[str, Any] | None = None,
) -> None:
    county, label = period.county_id, str(period)
    trail.record(by, action, period, at=at, county=county, label=label, before=before, after=after)
