"""The actions on a quarter: review, propose the closing, confirm it, reopen.

One person proposes and a second confirms; one of the two heads the bureau. Nobody closes over a
blocking check, and a settlement is never changed: it stores the ``LeagueTable`` of the moment.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger import words
from ledger.entries import locks
from ledger.models import Entry, Period, Settlement
from ledger.quarter import checks
from ledger.ranking import announced
from ledger.ranking.league import league_table
from units import trail
from units.access import Right, demand, may
from units.ground.refusal import Conflict, Refusal
from units.models import User


@transaction.atomic
def start_review(period_id: int, *, by: User, at: datetime) -> Period:
    """Soft close: from now on only the bureau enters receipts of the quarter."""
    return _move(period_id, (Period.State.OPEN,), Period.State.REVIEW, "period.review", by, at)


@transaction.atomic
def end_review(period_id: int, *, by: User, at: datetime) -> Period:
    """Open to the units again, before or after a proposal."""
    sources = (Period.State.REVIEW, Period.State.PROPOSED)
    return _move(period_id, sources, Period.State.OPEN, "period.open", by, at)


@transaction.atomic
def close(period_id: int, *, by: User, at: datetime, known: Collection[int] = ()) -> Period:
    """Propose the closing; it takes effect when a second person confirms it.

    ``known`` are the numbers of the checks whose findings the person acknowledges.
    """
    period = _locked(period_id, by)
    _demand_earlier_closed(period)
    if period.ends_on >= timezone.localdate(at):
        raise Refusal(_("The quarter has not ended yet."))
    found = _demand_checked(period, known)
    sources = (Period.State.OPEN, Period.State.REVIEW)
    return _move(period_id, sources, Period.State.PROPOSED, "period.propose", by, at, found)


@transaction.atomic
def confirm(period_id: int, *, by: User, at: datetime, known: Collection[int] = ()) -> Settlement:
    """Confirm the closing: store the table as announced and lock the quarter for entries."""
    period = _locked(period_id, by)
    if period.state != Period.State.PROPOSED or period.proposed_by is None:
        raise Conflict(_("The closing of this quarter is not proposed. Reload the page."))
    _demand_second(period.proposed_by, by)
    found = _demand_checked(period, known)
    last = _last_entry(period)
    # An action that waited for our lock, or a clock behind ours, may have posted "after" now.
    known_by = max(at, last.posted_at) if last else at
    table = league_table(period.county, period.ends_on, known_by)
    settlement = announced.store(period, table, known_by, last, (period.proposed_by, by), at)
    period.state = Period.State.CLOSED
    period.save()
    after = {"version": settlement.version, "chain_head": settlement.chain_head}
    _note(by, "period.close", period, at, after | found)
    return settlement


@transaction.atomic
def propose_reopening(period_id: int, reason: str, *, by: User, at: datetime) -> Period:
    """Propose to reopen a closed quarter; it stays closed until a second person agrees."""
    if not reason.strip():
        raise Refusal(_("Give the reason for reopening."), field="reason")
    period = _closed(period_id, by)
    period.reopen_reason, period.reopen_proposed_by = reason, by
    period.save()
    _note(by, "period.propose_reopening", period, at, {"reason": reason})
    return period


@transaction.atomic
def drop_reopening(period_id: int, *, by: User, at: datetime) -> Period:
    """Drop a proposal to reopen; the quarter stays closed."""
    period = _closed(period_id, by)
    if period.reopen_proposed_by_id is None:
        return period
    before = {"reason": period.reopen_reason}
    period.reopen_reason, period.reopen_proposed_by = "", None
    period.save()
    _note(by, "period.drop_reopening", period, at, {}, before)
    return period


@transaction.atomic
def reopen(period_id: int, *, by: User, at: datetime) -> Period:
    """Reopen a closed quarter. The announced settlement stays, as one version."""
    period = _closed(period_id, by)
    if period.reopen_proposed_by is None:
        raise Conflict(_("Nobody has proposed to reopen this quarter. Reload the page."))
    _demand_second(period.reopen_proposed_by, by)
    _demand_later_open(period)
    after = {"reason": period.reopen_reason, "proposed_by": str(period.reopen_proposed_by)}
    period.state = Period.State.REVIEW
    period.proposed_by = period.proposed_at = period.reopen_proposed_by = None
    period.reopen_reason = ""
    period.save()
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
    earlier = Period.objects.filter(county=period.county, entries__isnull=False).exclude(
        state=Period.State.CLOSED
    )
    open_before = [p for p in earlier.distinct() if p.starts_on < period.starts_on]
    if open_before:
        first = min(open_before, key=lambda p: p.starts_on)
        name = words.quarter(first.year, first.quarter)
        raise Refusal(_("Close the %(period)s first.") % {"period": name})


def _move(
    period_id: int,
    sources: tuple[Period.State, ...],
    state: Period.State,
    action: str,
    by: User,
    at: datetime,
    found: dict[str, Any] | None = None,
) -> Period:
    period = _locked(period_id, by)
    if period.state not in sources:
        raise Conflict(_("Somebody changed this quarter meanwhile. Reload the page."))
    before = {"state": period.state}
    period.state = state
    proposed = state == Period.State.PROPOSED
    period.proposed_by, period.proposed_at = (by, at) if proposed else (None, None)
    period.save()
    _note(by, action, period, at, {"state": state} | (found or {}), before)
    return period


def _demand_second(first: User, second: User) -> None:
    if first.pk == second.pk:
        raise Refusal(_("A second person must confirm it."))
    if not (first.is_active and may(first, Right.PERIOD_CLOSE)):
        raise Refusal(_("Who proposed it no longer has the right to. Let it be proposed anew."))
    if not (may(first, Right.PERIOD_CONFIRM) or may(second, Right.PERIOD_CONFIRM)):
        raise Refusal(_("One of the two people must be the head of the bureau."))


def _demand_checked(period: Period, known: Collection[int]) -> dict[str, Any]:
    """The findings that were acknowledged.

    Raises Refusal for a blocking check or an unacknowledged one.
    """
    found = checks.run(period)
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
