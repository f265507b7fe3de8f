"""The pages of quarters as text: the lines of a year, the checks, changes after the meeting.

Writes nothing; the actions decide what may be done with a quarter.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Model, Sum
from django.db.models.functions import ExtractQuarter
from django.urls import reverse

from ledger import words
from ledger.entries import proposals
from ledger.models import QUARTERS, Entry, Period, Proposal, Receipt, Settlement
from ledger.quarter import checks, closing
from ledger.quarter.checks import Check
from ledger.ranking.league import LeagueTable
from projects.models import Project
from units.ground.money import ZERO, percent_text, wan_text
from units.models import County, Unit
from units.targets import record as targets
from units.trail import name_of


@dataclass(frozen=True, slots=True)
class QuarterLine:
    """One quarter in the list of a year; amounts in 万元 as text."""

    name: str
    period: Period | None
    starts_on: date
    ends_on: date
    inside: str
    received: str
    target: str
    completion: str
    unverified: int
    settlement: Settlement | None
    versions: int
    is_proposed: bool


@dataclass(frozen=True, slots=True)
class Link:
    words: str
    url: str


@dataclass(frozen=True, slots=True)
class CheckLine:
    """A check as the page shows it; ``more`` is how many records are not linked."""

    check: Check
    links: tuple[Link, ...]
    more: int
    is_ticked: bool


def year_lines(county: County, year: int, today: date) -> list[QuarterLine]:
    """The four quarters of a year: as announced if closed, else as known now."""
    of_year = Period.objects.filter(county=county, year=year)
    periods = {period.quarter: period for period in of_year.prefetch_related("settlements")}
    inside = _inside(county, year)
    waiting = _waiting(county, year)
    asked = proposals.waiting_for(periods.values())
    lines, received = [], ZERO
    for quarter in QUARTERS:
        received += inside.get(quarter, ZERO)
        period = periods.get(quarter)
        stand_in = period or Period(county=county, year=year, quarter=quarter)
        line = _line(stand_in, received, inside.get(quarter, ZERO), waiting.get(quarter, 0), today)
        lines.append(replace(line, is_proposed=name_of(stand_in) in asked))
    return lines


def _line(
    period: Period, received: Decimal, inside: Decimal, unverified: int, today: date
) -> QuarterLine:
    versions = list(period.settlements.all()) if period.pk else []
    is_closed = period.state == Period.State.CLOSED
    settlement = versions[-1] if versions and is_closed else None
    target = settlement.target if settlement else _target(period, today)
    shown = settlement.received if settlement else received
    return QuarterLine(
        name=words.quarter(period.year, period.quarter),
        period=period if period.pk else None,
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        inside=wan_text(inside),
        received=wan_text(shown),
        target=wan_text(target) if target else "",
        completion=percent_text(shown, target) if target else "",
        unverified=unverified,
        settlement=settlement,
        versions=len(versions),
        is_proposed=False,
    )


def _inside(county: County, year: int) -> dict[int, Decimal]:
    """Yuan counted in each quarter of the year."""
    entries = Entry.objects.filter(county=county, period__year=year, is_adjustment=False).order_by()
    return dict(entries.values_list("period__quarter").annotate(Sum("amount")))


def _waiting(county: County, year: int) -> dict[int, int]:
    """Submitted receipts of each quarter's money."""
    submitted = Receipt.objects.filter(
        county=county, state=Receipt.State.SUBMITTED, received_on__year=year
    )
    by_quarter = submitted.annotate(quarter=ExtractQuarter("received_on")).order_by()
    return dict(by_quarter.values_list("quarter").annotate(Count("pk")))


def _target(period: Period, today: date) -> Decimal:
    day = min(period.ends_on, today)
    rows = targets.in_force(period.county, period.year, day)
    return sum((row.amount for row in rows), ZERO)


def check_lines(found: tuple[Check, ...], ticked: list[str]) -> list[CheckLine]:
    return [
        CheckLine(
            check=check,
            links=tuple(_link(record) for record in check.records),
            more=max(check.count - len(check.records), 0) if check.records else 0,
            is_ticked=str(check.number) in ticked,
        )
        for check in found
    ]


def _link(record: Model) -> Link:
    """The page of a record that a check found."""
    if isinstance(record, Receipt):
        return Link(f"{record.unit.name} {record}", reverse("receipt-detail", args=[record.pk]))
    if isinstance(record, Unit):
        return Link(record.name, reverse("unit-account", args=[record.code]))
    if isinstance(record, Project):
        return Link(record.name, reverse("project-detail", args=[record.pk]))
    if isinstance(record, Entry):
        address = reverse("receipt-detail", args=[record.receipt_id])
        return Link(f"{record.period} / {record.position}", address)
    if isinstance(record, Period):
        name = words.quarter(record.year, record.quarter)
        return Link(name, reverse("period-detail", args=[record.pk]))
    raise TypeError(record)


def checks_of(period: Period, today: date) -> tuple[Check, ...]:
    """The checks, as long as the quarter is not closed."""
    return () if period.state == Period.State.CLOSED else checks.run(period, today)


@dataclass(frozen=True, slots=True)
class Asked:
    """The open proposal of a quarter, and what the page's forms carry (rule 18).

    ``received`` is in 万元 what the proposer saw, where it is no longer so.
    """

    proposal: Proposal | None
    stands: bool
    to_propose: str
    to_confirm: str
    received: str = ""


def quarter_proposal(
    period: Period, table: LeagueTable, found: tuple[Check, ...], at: datetime
) -> Asked:
    """``table`` is of the quarter's last day, or of today before that."""
    if period.state == Period.State.CLOSED:
        now = closing.seen_reopening(period)
    else:
        now = closing.seen_of(period, table, found)
    proposal = closing.proposed(period)
    if proposal is None:
        return Asked(None, False, now, "")
    stands = proposals.stands(proposal, now, at)
    before = Decimal(proposal.payload.get("received", table.total.received))
    differs = not stands and before != table.total.received
    received = wan_text(before) if differs else ""
    return Asked(proposal, stands, now, proposals.seen(proposal, now), received)
