"""Late money: the day on which it will count, and why, said before anybody submits or verifies (rule 7)."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from ledger import words
from ledger.entries import locks
from ledger.models import Period, Receipt, quarter_of
from units.access import Right, may
from units.models import User


@dataclass(frozen=True, slots=True)
class Late:
    """A closed quarter, its last day, and where its late money counts.

    ``url`` is the quarter's page, where a reopening is proposed; empty for who may not see it.
    """

    quarter: str
    ends_on: date
    counts_on: date
    url: str


def late_of(user: User, receipt: Receipt) -> Late | None:
    """Of a receipt that is not verified yet; None if it will count on its own day."""
    if receipt.state == Receipt.State.VERIFIED:
        return None
    counts_on = locks.counting_day(receipt.county_id, receipt.received_on)
    if counts_on == receipt.received_on:
        return None
    day = receipt.received_on
    rows = Period.objects.filter(county=receipt.county_id, year=day.year, quarter=quarter_of(day))
    return _late(user, rows.get(), counts_on)


def newest_closed(user: User, county_id: int) -> Late | None:
    """The newest closed quarter, for a form in which no day is typed yet."""
    rows = Period.objects.filter(county=county_id, state=Period.State.CLOSED)
    period = rows.order_by("-year", "-quarter").first()
    if period is None:
        return None
    return _late(user, period, locks.counting_day(county_id, period.ends_on))


def _late(user: User, period: Period, counts_on: date) -> Late:
    url = reverse("period-detail", args=[period.pk]) if may(user, Right.PERIOD_VIEW) else ""
    return Late(words.quarter(period.year, period.quarter), period.ends_on, counts_on, url)
