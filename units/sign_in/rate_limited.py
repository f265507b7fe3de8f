"""A limit per person on downloads that cost the machine much: whole lists and reports as files.

Never limits ordinary pages. Over the limit: 429 with a retry time.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from units.models import User
from units.sign_in import rate_limit

MAX = 30
WITHIN = timedelta(minutes=10)
View = Callable[..., HttpResponseBase]


def rationed(view: View) -> View:
    """Decorator: ``MAX`` calls in ``WITHIN`` per person, all such views together."""

    @wraps(view)
    def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = request.user
        if isinstance(user, User) and not _may_go_on(user):
            minutes = int(WITHIN.total_seconds() // 60)
            context = {"most": MAX, "minutes": minutes}
            answer = render(request, "429.html", context, status=429)
            answer.headers["Retry-After"] = str(60 * minutes)
            return answer
        return view(request, *args, **kwargs)

    return counted


def _may_go_on(user: User) -> bool:
    return rate_limit.take(f"files {user.pk}", MAX, WITHIN, timezone.now())
