"""The context of every page: what waits for the signed-in person, counted when a page shows it."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from ledger.inbox.line import Reader
from ledger.inbox.waiting import Waiting, number, waiting
from ledger.ranking.query import day_for
from units.context import once_a_request
from units.models import User


@once_a_request
def inbox(request: HttpRequest) -> dict[str, Any]:
    """``inbox``: the lines; ``inbox_number``: how many tasks the navigation shows."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {}
    found: Any = SimpleLazyObject(lambda: of(user))
    return {"inbox": found, "inbox_number": lambda: number(found)}


def of(user: User) -> list[Waiting]:
    return waiting(Reader(user, day_for(user.county, timezone.localdate())))
