"""What every page shows of the ledger: the notices that wait for the person's unit.

Owns: turning waiting notices into words and addresses. Must never: take longer than one query, or
show a unit's notices to anybody else.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from ledger.entries import notices
from ledger.models import Notice
from units.context import once_a_request
from units.models import User

MAX_SHOWN = 5


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One notice; ``is_to_read`` ones go when somebody says that he has read them."""

    pk: int
    words: str
    url: str
    sent_at: datetime
    is_to_read: bool


@once_a_request
def waiting(request: HttpRequest) -> dict[str, Any]:
    """``notices``: what waits for the unit of the signed-in person, and how many more there are."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) or user.unit_id is None:
        return {}
    found = list(notices.waiting(user)[: MAX_SHOWN + 1])
    return {
        "notices": [_line(notice) for notice in found[:MAX_SHOWN]],
        "more_notices": len(found) > MAX_SHOWN,
    }


def _line(notice: Notice) -> NoticeLine:
    return NoticeLine(
        pk=notice.pk,
        words=_words(notice),
        url=_address(notice),
        sent_at=notice.sent_at,
        is_to_read=notice.kind in notices.TO_READ,
    )


def _words(notice: Notice) -> str:
    if notice.kind == Notice.Kind.REPORT_MISSING:
        month = {"year": notice.year, "month": notice.month}
        return _("The report of month %(month)d of %(year)d is missing. File it today.") % month
    return notice.words or str(notice.get_kind_display())


def _address(notice: Notice) -> str:
    """Where the unit does what the notice asks for."""
    if notice.kind == Notice.Kind.REPORT_MISSING:
        return reverse("report-month", args=[f"{notice.year}-{notice.month:02}"])
    name = "receipt-detail" if notice.kind == Notice.Kind.RECEIPT_RETURNED else "claim-detail"
    return reverse(name, args=[notice.record.partition(":")[2]])
