"""The context of every page that comes from the ledger: the notices waiting for the person's unit.

Costs one query, and shows a unit's notices to nobody else.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest

from ledger.entries import notices, telling
from ledger.models import Notice
from units.context import once_a_request
from units.models import User

MAX_SHOWN = 5


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One notice; with ``is_to_read`` it goes when somebody marks it as read."""

    pk: int
    words: str
    url: str
    sent_at: datetime
    is_to_read: bool


@once_a_request
def waiting(request: HttpRequest) -> dict[str, Any]:
    """``notices``: those waiting for the signed-in person's unit, and how many more there are."""
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
        words=telling.words_of(notice.kind, notice.words, _month(notice)),
        url=telling.path_of(notice.kind, notice.record, _month(notice)),
        sent_at=notice.sent_at,
        is_to_read=notice.kind in notices.TO_READ,
    )


def _month(notice: Notice) -> date | None:
    return date(notice.year, notice.month, 1) if notice.year and notice.month else None
