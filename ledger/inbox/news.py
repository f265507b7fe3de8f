"""What is new since the last visit: for leaders, and for administrators."""

from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import TruncDate
from django.utils.translation import ngettext_lazy

from ledger.entries.reach import entries_of
from ledger.inbox.line import Line, Reader, page
from ledger.models import Settlement
from units.access import Right, counties_of, may
from units.models import Role, Trail, User


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


NEWS = (
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
