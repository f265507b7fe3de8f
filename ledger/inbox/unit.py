"""What the people of a unit have to do."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils.translation import ngettext_lazy

from ledger.entries import notices
from ledger.entries.reach import receipts_of
from ledger.inbox.line import Line, Reader, no_day, page
from ledger.models import CreditClaim, MonthlyReport, Notice, Pledge, Receipt
from ledger.quarter import reports
from projects.reach import steps_of
from units.access import REACH, Reach
from units.models import User

# Days before its due day from which a pledge or a step of service is in the inbox.
AHEAD = timedelta(days=30)


def of_a_unit(user: User) -> bool:
    return REACH.get(user.role) is Reach.UNIT and user.unit_id is not None


def _own_account(reader: Reader, _pk: int | None) -> str:
    assert reader.user.unit is not None
    return reverse("unit-account", args=[reader.user.unit.code])


def _receipts(state: Receipt.State) -> Callable[[Reader], QuerySet[Any]]:
    def rows(reader: Reader) -> QuerySet[Any]:
        found = receipts_of(reader.user).filter(state=state)
        return found.annotate(since=TruncDate("entered_at"))

    return rows


def _months(reader: Reader) -> list[date]:
    assert reader.user.unit is not None
    assert reader.user.county is not None
    return reports.months_owed(reader.user.county, reader.user.unit, reader.today)


def _filed(reader: Reader) -> QuerySet[Any]:
    months = Q(pk=None)
    for month in _months(reader):
        months |= Q(year=month.year, month=month.month)
    return MonthlyReport.objects.filter(months, unit=reader.user.unit_id).annotate(since=no_day())


def _pledged(reader: Reader) -> QuerySet[Any]:
    """The valid ones whose day is near; once it is over the league table tells the outcome."""
    newer = Pledge.objects.filter(
        unit=OuterRef("unit"), period=OuterRef("period"), pk__gt=OuterRef("pk")
    )
    days = reader.today, reader.today + AHEAD
    found = Pledge.objects.filter(
        ~Exists(newer), unit=reader.user.unit_id, is_withdrawn=False, due_on__range=days
    )
    return found.annotate(since=F("due_on"))


def _steps(reader: Reader) -> QuerySet[Any]:
    found = steps_of(reader.user).filter(unit=reader.user.unit_id, done_on=None)
    return found.filter(due_on__lte=reader.today + AHEAD).annotate(since=F("due_on"))


def _claims_on_own(reader: Reader) -> QuerySet[Any]:
    unit = reader.user.unit_id
    found = CreditClaim.objects.filter(project__lead_unit=unit, state=CreditClaim.State.CLAIMED)
    return found.exclude(unit=unit).annotate(since=TruncDate("made_at"))


def _to_read(kind: Notice.Kind) -> Callable[[Reader], QuerySet[Any]]:
    def rows(reader: Reader) -> QuerySet[Any]:
        found = notices.waiting(reader.user).filter(kind=kind)
        return found.annotate(since=TruncDate("sent_at"))

    return rows


def _steps_page(reader: Reader, _pk: int | None) -> str:
    return f"{reverse('service-list')}?unit={reader.user.unit_id}&state=waiting"


UNIT = (
    Line(
        "returned",
        of_a_unit,
        _receipts(Receipt.State.RETURNED),
        ngettext_lazy(
            "%(count)d returned receipt to correct",
            "%(count)d returned receipts to correct",
            "count",
        ),
        page("receipt-list", "receipt-edit", "?state=returned"),
    ),
    Line(
        "draft",
        of_a_unit,
        _receipts(Receipt.State.DRAFT),
        ngettext_lazy(
            "%(count)d draft not submitted yet", "%(count)d drafts not submitted yet", "count"
        ),
        page("receipt-list", "receipt-detail", "?state=draft"),
    ),
    Line(
        "report",
        of_a_unit,
        _filed,
        ngettext_lazy(
            "%(count)d monthly report to file", "%(count)d monthly reports to file", "count"
        ),
        _own_account,
        owed=lambda reader: len(_months(reader)),
    ),
    Line(
        "step",
        of_a_unit,
        _steps,
        ngettext_lazy(
            "%(count)d service step to finish", "%(count)d service steps to finish", "count"
        ),
        _steps_page,
        is_due=True,
    ),
    Line(
        "claimed",
        of_a_unit,
        _claims_on_own,
        ngettext_lazy(
            "%(count)d credit claim on your projects to answer",
            "%(count)d credit claims on your projects to answer",
            "count",
        ),
        page("claim-list", "claim-detail"),
    ),
    Line(
        "pledge",
        of_a_unit,
        _pledged,
        ngettext_lazy(
            "%(count)d pledge of the meeting is due soon",
            "%(count)d pledges of the meeting are due soon",
            "count",
        ),
        page("calendar"),
        is_due=True,
    ),
    Line(
        "decided",
        of_a_unit,
        _to_read(Notice.Kind.CLAIM_DECIDED),
        ngettext_lazy(
            "%(count)d decided claim to read", "%(count)d decided claims to read", "count"
        ),
        page("claim-list"),
    ),
    Line(
        "reversed",
        of_a_unit,
        _to_read(Notice.Kind.RECEIPT_REVERSED),
        ngettext_lazy(
            "%(count)d reversed receipt to read about",
            "%(count)d reversed receipts to read about",
            "count",
        ),
        page("receipt-list", query="?state=all"),
    ),
)
