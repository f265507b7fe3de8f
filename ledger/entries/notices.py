"""Notices (提醒) to a unit inside the app: sent, shown on every page of its people, settled.

The only writes of notices. A notice never expires: it goes when the action it asks for is done, or,
if it asks for none, when somebody of the unit has read it.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Q, QuerySet

from ledger.entries import telling
from ledger.models import Notice, Receipt
from units.models import Unit, User

# Those that ask only to be read.
TO_READ = (Notice.Kind.CLAIM_DECIDED, Notice.Kind.RECEIPT_REVERSED)


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
    """Send a notice about a record, except to units where the same one still waits."""
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
        ignore_conflicts=True,  # somebody may press the same button at the same moment
    )
    telling.of_notice(drafts_of_others, kind, record, words, month, at)
    return drafts_of_others


def of_receipt(receipt: Receipt, reason: str) -> str:
    """Names and reason only: what is stored is read in either language."""
    return f"{receipt.project.name} {receipt.voucher_no}: {reason}"


def act(unit: Unit, kind: Notice.Kind, record: str, *, by: User, at: datetime) -> int:
    """Settle the notices whose action the unit has done; returns how many."""
    found = Notice.objects.filter(unit=unit, kind=kind, record=record, acted_at=None)
    return found.update(acted_by=by, acted_at=at)


def read(notice_id: int, *, by: User, at: datetime) -> bool:
    """Mark a notice as read. False for one that asks for an action."""
    found = waiting(by).filter(pk=notice_id, kind__in=TO_READ)
    return bool(found.update(acted_by=by, acted_at=at))


def waiting(user: User) -> QuerySet[Notice]:
    """The notices the person's unit has not settled, newest first; none without a unit.

    Leaves out reminders of months for which no report is required any more.
    """
    waiting = Notice.objects.filter(unit__isnull=False, unit=user.unit_id, acted_at=None)
    first = user.county.reports_from if user.county else None
    if first is None:
        return waiting
    earlier = Q(year__lt=first.year) | Q(year=first.year, month__lt=first.month)
    return waiting.exclude(Q(kind=Notice.Kind.REPORT_MISSING) & earlier)
