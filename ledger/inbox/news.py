"""What is new since the last visit: for leaders, and for administrators."""

from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import ngettext_lazy

from ledger.entries.reach import entries_of
from ledger.inbox.line import Line, Reader, page
from ledger.models import Settlement
from units.access import Right, counties_of, may
from units.models import Reset, ResetRows, Role, Trail, User


def a_leader(user: User) -> bool:
    return user.role == Role.LEADER and user.visited_before is not None


def _announced(reader: Reader) -> QuerySet[Any]:
    found = Settlement.objects.filter(period__county__in=counties_of(reader.user))
    return found.filter(closed_at__gt=reader.visited).annotate(since=TruncDate("closed_at"))


def _changed(reader: Reader) -> QuerySet[Any]:
    """Entries posted since about money of a quarter that was announced before."""
    assert reader.visited is not None
    announced = Settlement.objects.filter(
        period__county=OuterRef("county"),
        as_of__gte=OuterRef("received_on"),
        known_by__lt=OuterRef("posted_at"),
    )
    year_before = reader.visited.date() - timedelta(days=366)
    found = entries_of(reader.user).filter(
        Exists(announced), counted_on__gte=year_before, posted_at__gt=reader.visited
    )
    return found.annotate(since=TruncDate("posted_at"))


def _without_role(reader: Reader) -> QuerySet[Any]:
    found = User.objects.filter(role=Role.NONE, is_active=True)
    if reader.user.county_id is not None:
        found = found.filter(county=reader.user.county_id)
    return found.annotate(since=TruncDate("date_joined"))


def _refusals(reader: Reader) -> QuerySet[Any]:
    found = Trail.objects.filter(refused=True, at__gt=reader.visited)
    if reader.user.county_id is not None:
        found = found.filter(county=reader.user.county_id)
    return found.annotate(since=TruncDate("at"))


def _of_reach(reader: Reader) -> ResetRows:
    county = reader.user.county_id
    found: ResetRows = Reset.objects.all()
    return found.filter(county=county) if county is not None else found


def _held(reader: Reader) -> QuerySet[Any]:
    return _of_reach(reader).held().annotate(since=TruncDate("at"))


def _barring(reader: Reader) -> QuerySet[Any]:
    """By the real clock, as the bar itself."""
    found = _of_reach(reader).barring(timezone.now()).exclude(person=reader.user)
    return found.annotate(since=TruncDate("at"))


def _barred(reader: Reader) -> QuerySet[Any]:
    found = Reset.objects.filter(person=reader.user).barring(timezone.now())
    return found.annotate(since=TruncDate("at"))


NEWS = (
    Line(
        "held",
        lambda user: may(user, Right.ROLE_GRANT),
        _held,
        ngettext_lazy(
            "%(count)d reset account to release",
            "%(count)d reset accounts to release",
            "count",
        ),
        page("reset-list"),
    ),
    Line(
        "reset",
        lambda user: may(user, Right.PERIOD_CONFIRM),
        _barring,
        ngettext_lazy(
            "%(count)d account of the bureau was reset by an administrator: was that right?",
            "%(count)d accounts of the bureau were reset by an administrator: was that right?",
            "count",
        ),
        page("reset-list"),
    ),
    Line(
        "barred",
        lambda user: may(user, Right.RESET_VIEW) and user.barred_until is not None,
        _barred,
        ngettext_lazy(
            "Your account was reset by an administrator: it decides nothing for 24 hours",
            "Your account was reset by an administrator %(count)d times: it decides nothing for 24 hours",
            "count",
        ),
        page("reset-list"),
        is_one=True,
    ),
    Line(
        "announced",
        a_leader,
        _announced,
        ngettext_lazy(
            "%(count)d quarter announced since your last visit",
            "%(count)d quarters announced since your last visit",
            "count",
        ),
        page("period-list"),
    ),
    Line(
        "changed",
        a_leader,
        _changed,
        ngettext_lazy(
            "%(count)d change to announced figures since your last visit",
            "%(count)d changes to announced figures since your last visit",
            "count",
        ),
        page("period-list"),
        is_one=True,
    ),
    Line(
        "role",
        lambda user: may(user, Right.ROLE_GRANT),
        _without_role,
        ngettext_lazy(
            "%(count)d account without a role", "%(count)d accounts without a role", "count"
        ),
        page("person-list", "person-detail"),
    ),
    Line(
        "refusal",
        lambda user: user.role == Role.AUDIT_ADMIN and user.visited_before is not None,
        _refusals,
        ngettext_lazy(
            "%(count)d refused attempt since your last visit",
            "%(count)d refused attempts since your last visit",
            "count",
        ),
        page("trail", query="?refused=on"),
        is_one=True,
    ),
)
