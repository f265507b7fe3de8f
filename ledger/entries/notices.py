"""Notices (提醒) to a unit inside the app: sent, shown on every page of its people, acted on.

Owns: the only writes of notices. Must never: decide a deed, or let a notice vanish by itself; it goes
when what it asks for is done, or, if it asks for nothing, when somebody of the unit has read it.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Q, QuerySet

from ledger.models import Notice
from units.models import Unit, User

# Those that ask for nothing but to be read.
TO_READ = (Notice.Kind.CLAIM_DECIDED,)


def send(
    units: Iterable[Unit],
    kind: Notice.Kind,
    record: str,
    *,
    by: User,
    at: datetime,
    words: str = "",
    month: date | None = None,
) -> list[Unit]:
    """Send a notice about a record; the units where the same one still waits get no second."""
    waiting = Notice.objects.filter(kind=kind, record=record, acted_at=None)
    told = set(waiting.values_list("unit", flat=True))
    drafts_of_others = [unit for unit in units if unit.pk not in told]
    Notice.objects.bulk_create(
        (
            Notice(
                county_id=unit.county_id,
                unit=unit,
                kind=kind,
                record=record,
                year=month.year if month else None,
                month=month.month if month else None,
                words=words[:500],
                sent_by=by,
                sent_at=at,
            )
            for unit in drafts_of_others
        ),
        ignore_conflicts=True,  # somebody pressed the same button in the same moment
    )
    return drafts_of_others


def act(unit: Unit, kind: Notice.Kind, record: str, *, by: User, at: datetime) -> int:
    """What the notice asks of the unit is done. How many notices that settles."""
    found = Notice.objects.filter(unit=unit, kind=kind, record=record, acted_at=None)
    return found.update(acted_by=by, acted_at=at)


def read(notice_id: int, *, by: User, at: datetime) -> bool:
    """Somebody of the unit has read it. False for a notice that asks for a deed."""
    found = waiting(by).filter(pk=notice_id, kind__in=TO_READ)
    return bool(found.update(acted_by=by, acted_at=at))


def waiting(user: User) -> QuerySet[Notice]:
    """What the person's unit has not acted on, newest first; none for people without a unit.

    A reminder of a month for which no report is asked any more is none.
    """
    waiting = Notice.objects.filter(unit__isnull=False, unit=user.unit_id, acted_at=None)
    first = user.county.reports_from if user.county else None
    if first is None:
        return waiting
    earlier = Q(year__lt=first.year) | Q(year=first.year, month__lt=first.month)
    return waiting.exclude(Q(kind=Notice.Kind.REPORT_MISSING) & earlier)
