"""What the bureau has to do."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db.models import (
    BigIntegerField,
    DateField,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Cast, TruncDate
from django.urls import reverse
from django.utils.translation import ngettext_lazy

from ledger.assessment import objections
from ledger.entries import proposals
from ledger.entries.claims import UNDECIDED
from ledger.entries.reach import claims_of, receipts_of
from ledger.inbox.line import Line, Reader, no_day, page, with_right
from ledger.models import Proposal, Receipt
from ledger.quarter import reports
from ledger.rules.months import Month
from units.access import RIGHTS, Right, may
from units.models import Target, Unit, User

# Targets of the next year are asked for from December on.
YEAR_AHEAD = timedelta(days=31)


def _unverified(reader: Reader) -> QuerySet[Any]:
    """Nobody verifies what they entered themselves."""
    rows = receipts_of(reader.user).filter(state=Receipt.State.SUBMITTED)
    return rows.exclude(entered_by=reader.user).annotate(since=TruncDate("submitted_at"))


def _proposed(*kinds: Proposal.Kind) -> Callable[[Reader], QuerySet[Any]]:
    """Open proposals that the reader may confirm as the second person."""

    def rows(reader: Reader) -> QuerySet[Any]:
        found = Proposal.objects.filter(
            _one_heads(reader.user),
            county=reader.user.county_id,
            kind__in=[kind for kind in kinds if may(reader.user, proposals.RIGHTS[kind][1])],
            outcome=Proposal.Outcome.OPEN,
            valid_until__date__gte=reader.today,
        )
        key = Func(F("record"), Value(":"), 2, function="split_part")
        return found.exclude(proposed_by=reader.user).annotate(
            since=TruncDate("proposed_at"), key=Cast(key, BigIntegerField())
        )

    return rows


def _one_heads(user: User) -> Q:
    """Of some kinds one of the two must head the bureau."""
    if may(user, Right.PERIOD_CONFIRM):
        return Q()
    heads = [role for role, rights in RIGHTS.items() if Right.PERIOD_CONFIRM in rights]
    return Q(proposed_by__role__in=heads) | ~Q(kind__in=proposals.ONE_HEADS)


def _undecided(reader: Reader) -> QuerySet[Any]:
    found = claims_of(reader.user).filter(state__in=UNDECIDED)
    return found.annotate(since=TruncDate("made_at"))


def _objections(reader: Reader) -> QuerySet[Any]:
    assert reader.user.county is not None
    found = objections.waiting(reader.user.county)
    return found.annotate(since=TruncDate("recorded_at"))


def _overdue_month(reader: Reader) -> Month:
    """The newest month whose reports should all be there."""
    assert reader.user.county is not None
    month = Month.of(reader.today.replace(day=1) - timedelta(days=1))
    is_over = reports.due_on(reader.user.county, month.first_day) < reader.today
    return month if is_over else Month.of(month.first_day - timedelta(days=1))


def _silent(reader: Reader) -> QuerySet[Any]:
    county, month = reader.user.county, _overdue_month(reader).first_day
    assert county is not None
    due = Value(reports.due_on(county, month), output_field=DateField())
    return reports.missing(county, month).annotate(since=due)


def _silent_month(reader: Reader, _pk: int | None) -> str:
    return reverse("report-month", args=[_overdue_month(reader)])


def _target_year(reader: Reader) -> int:
    return (reader.today + YEAR_AHEAD).year


def _without_target(reader: Reader) -> QuerySet[Any]:
    """Units that had a task last year and have none for the year that begins."""
    year = _target_year(reader)
    targets = Target.objects.filter(unit=OuterRef("pk"), issuer=Target.Issuer.COUNTY)
    standing = Q(ended_on__isnull=True) | Q(ended_on__gte=date(year, 1, 1))
    units = Unit.objects.filter(standing, county=reader.user.county_id)
    had = Exists(targets.filter(year=year - 1))
    return units.filter(had, ~Exists(targets.filter(year=year))).annotate(since=no_day())


def _merged(reader: Reader) -> QuerySet[Any]:
    """Units of this year whose task has not been put into that of their successor (rule 15)."""
    year = reader.today.year
    targets = Target.objects.filter(issuer=Target.Issuer.COUNTY, year=year)
    ended = Unit.objects.filter(
        county=reader.user.county_id, ended_on__year=year, successor__isnull=False
    )
    had = Exists(targets.filter(unit=OuterRef("pk"), amount__gt=0))
    successors = targets.filter(unit=OuterRef("successor"))
    taken_over = Exists(successors.filter(effective_on__gt=OuterRef("ended_on")))
    return ended.filter(had, ~taken_over).annotate(since=F("ended_on"))


BUREAU = (
    Line(
        "unverified",
        with_right(Right.RECEIPT_VERIFY),
        _unverified,
        ngettext_lazy("%(count)d receipt to verify", "%(count)d receipts to verify", "count"),
        page("receipt-list", "receipt-detail"),
    ),
    Line(
        "closing",
        with_right(Right.PERIOD_CLOSE),
        _proposed(Proposal.Kind.CLOSE),
        ngettext_lazy("%(count)d closing to confirm", "%(count)d closings to confirm", "count"),
        page("period-list", "period-detail"),
        key="key",
    ),
    Line(
        "reopening",
        with_right(Right.PERIOD_CLOSE),
        _proposed(Proposal.Kind.REOPEN),
        ngettext_lazy("%(count)d reopening to confirm", "%(count)d reopenings to confirm", "count"),
        page("period-list", "period-detail"),
        key="key",
    ),
    Line(
        "correction",
        with_right(Right.ENTRY_REVERSE),
        _proposed(Proposal.Kind.REVERSE, Proposal.Kind.REPOST, Proposal.Kind.CORRECT),
        ngettext_lazy(
            "%(count)d correction to confirm", "%(count)d corrections to confirm", "count"
        ),
        page("receipt-list", "receipt-detail", "?state=all"),
        key="key",
    ),
    Line(
        "claim",
        with_right(Right.RECEIPT_VERIFY),
        _undecided,
        ngettext_lazy(
            "%(count)d credit claim to decide", "%(count)d credit claims to decide", "count"
        ),
        page("claim-list", "claim-detail"),
    ),
    Line(
        "objection",
        with_right(Right.RECEIPT_VERIFY),
        _objections,
        ngettext_lazy(
            "%(count)d objection to a score to answer",
            "%(count)d objections to scores to answer",
            "count",
        ),
        page("score-newest"),
    ),
    Line(
        "silent",
        with_right(Right.REPORT_REMIND),
        _silent,
        ngettext_lazy(
            "%(count)d unit has not filed its monthly report",
            "%(count)d units have not filed their monthly report",
            "count",
        ),
        _silent_month,
        is_due=True,
        is_one=True,
    ),
    Line(
        "target",
        with_right(Right.TARGET_EDIT),
        _without_target,
        ngettext_lazy(
            "%(count)d unit without a target for the new year",
            "%(count)d units without a target for the new year",
            "count",
        ),
        lambda reader, _pk: reverse("target-grid", args=[_target_year(reader)]),
        is_one=True,
    ),
    Line(
        "merged",
        with_right(Right.TARGET_EDIT),
        _merged,
        ngettext_lazy(
            "The task of %(count)d merged unit is not yet in that of its successor",
            "The tasks of %(count)d merged units are not yet in those of their successors",
            "count",
        ),
        lambda reader, _pk: reverse("target-grid", args=[reader.today.year]),
        is_one=True,
    ),
)
