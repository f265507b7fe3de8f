"""Rations per person for what costs the machine much, counted before it is worked on.

Files taken out, files handed in (refused ones too), checks of a quarter. Ordinary pages have none.
Over a ration: a page answers 429 with a retry time, a form refuses and keeps what was typed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from units.ground.refusal import Refusal
from units.models import User
from units.sign_in import rate_limit

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Ration:
    """``most`` within ``within`` for each person; ``sentence`` has ``most`` and ``minutes``."""

    name: str
    most: int
    sentence: str | Promise
    within: timedelta = timedelta(minutes=10)

    @property
    def minutes(self) -> int:
        return int(self.within.total_seconds() // 60)

    def words(self) -> str:
        return str(self.sentence) % {"most": self.most, "minutes": self.minutes}

    def take(self, user: User) -> bool:
        """Count one more; whether it was left."""
        bucket = f"{self.name} {user.pk}"
        return rate_limit.take(bucket, self.most, self.within, timezone.now())


FILES = Ration(
    "files",
    30,
    _(
        "You have taken out %(most)d files within %(minutes)d minutes. Making them costs the others "
        "time, so please go on in a few minutes. All pages stay open to you."
    ),
)
UPLOADS = Ration(
    "uploads",
    200,
    _(
        "You have handed in %(most)d files within %(minutes)d minutes. Looking through them costs the "
        "others time, so please go on in a few minutes."
    ),
)
PROOFS = Ration(
    "proofs",
    60,
    _(
        "You have had quarters checked %(most)d times within %(minutes)d minutes. Each check reads the "
        "whole chain, so please go on in a few minutes."
    ),
)


def rationed(view: View, ration: Ration = FILES) -> View:
    """Decorator: all views of one ration count together."""

    @wraps(view)
    def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = request.user
        if isinstance(user, User) and not ration.take(user):
            answer = render(request, "429.html", {"sentence": ration.words()}, status=429)
            answer.headers["Retry-After"] = str(60 * ration.minutes)
            return answer
        return view(request, *args, **kwargs)

    return counted


def demand(user: User, ration: Ration, field: str) -> None:
    """Count one more. Raises Refusal over the ration."""
    if not ration.take(user):
        raise Refusal(ration.words(), field)
