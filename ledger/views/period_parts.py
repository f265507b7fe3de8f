"""The parts of the quarters' pages: the lines of a year, the checks, what was changed afterwards.

Owns: gathering what the templates lay out, amounts as text. Must never: write, or decide what may be
done with a quarter.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Model, Sum
from django.db.models.functions import ExtractQuarter
from django.urls import reverse
from django.utils.http import urlencode

from ledger import aftermath, checks, words
from ledger.checks import Check
from ledger.league import LeagueTable
from ledger.models import QUARTERS, Entry, Period, Receipt, Settlement
from ledger.months import Month
from ledger.reach import receipts_of
from projects.models import Project
from units import targets
from units.access import within
from units.models import County, Unit, User
from units.money import NOTHING, gap_text, percent_text, wan_text


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


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One entry posted after the meeting."""

    entry: Entry
    amount: str
    url: str


def year_lines(county: County, year: int, today: date) -> list[QuarterLine]:
    """The four quarters of a year: as announced where closed, else as far as it is known."""
    of_year = Period.objects.filter(county=county, year=year)
    periods = {period.quarter: period for period in of_year.prefetch_related("settlements")}
    inside = _inside(county, year)
    waiting = _waiting(county, year)
    lines, received = [], NOTHING
    for quarter in QUARTERS:
        received += inside.get(quarter, NOTHING)
        period = periods.get(quarter)
        stand_in = period or Period(county=county, year=year, quarter=quarter)
        lines.append(
            _line(stand_in, received, inside.get(quarter, NOTHING), waiting.get(quarter, 0), today)
        )
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
    )


def _inside(county: County, year: int) -> dict[int, Decimal]:
    """Yuan counted in each quarter of the year."""
    entries = Entry.objects.filter(county=county, period__year=year).order_by()
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
    return sum((row.amount for row in rows), NOTHING)


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
    """Where a record that a check found is looked at."""
    if isinstance(record, Receipt):
        return Link(f"{record.unit.name} {record}", reverse("receipt-detail", args=[record.pk]))
    if isinstance(record, Unit):
        return Link(record.name, reverse("unit-account", args=[record.code]))
    if isinstance(record, Project):
        return Link(record.name, reverse("project-detail", args=[record.pk]))
    if isinstance(record, Entry):
        address = reverse("receipt-detail", args=[record.receipt_id])
        return Link(f"{record.period} / {record.position}", address)
    raise TypeError(record)


def change_lines(settlement: Settlement, user: User) -> list[ChangeLine]:
    """What was posted after the meeting about the announced money, as far as the reader sees."""
    entries = within(user, aftermath.since(settlement)).select_related("unit", "project", "receipt")
    lines = list(entries)
    shown = receipts_of(user).filter(pk__in={entry.receipt_id for entry in lines})
    open_to = set(shown.values_list("pk", flat=True)) if lines else set()
    return [
        ChangeLine(
            entry=entry,
            amount=gap_text(entry.amount),
            url=reverse("receipt-detail", args=[entry.receipt_id])
            if entry.receipt_id in open_to
            else "",
        )
        for entry in lines
    ]


def compare_address(settlement: Settlement) -> str:
    """The comparison of what was announced with what is known now."""
    day = settlement.as_of
    sides = {"left": f"{day}@{settlement.known_by.isoformat()}", "right": f"{day}@"}
    return f"{reverse('ranking-compare')}?{urlencode(sides)}"


def growth_address(table: LeagueTable) -> str:
    """The comparison with the year before; it leaves out no money, so there is none without some."""
    if table.without:
        return ""
    before = Month(table.as_of.year - 1, table.as_of.month).last_day
    known = table.known_by.isoformat() if table.known_by else ""
    sides = {"left": f"{before}@{known}", "right": f"{table.as_of}@{known}"}
    county = {"county": table.county.code}
    return f"{reverse('ranking-compare')}?{urlencode(sides | county)}"


def change_total(lines: list[ChangeLine]) -> str:
    return gap_text(sum((line.entry.amount for line in lines), NOTHING))


def checks_of(period: Period) -> tuple[Check, ...]:
    """The checks, where there is still something to close."""
    return () if period.state == Period.State.CLOSED else checks.run(period)
