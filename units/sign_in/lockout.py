"""How often a password may be guessed: five times in thirty minutes, for each account.

Owns: these counts, through django-axes, which asks before a password is looked at and shows the page.
Must never: count by address (one clerk would lock the office out), believe a header about the
address, or answer differently for a name that nobody has.

Two counts stand for each account. *Strangers* share one over all addresses: the account stands five
guesses in thirty minutes, however many computers guess. *A browser that this person has signed in
with before* has its own five and does not ask for the strangers': whoever guesses from elsewhere
keeps new browsers out of an account while he goes on, but never the person at his own desk. That is
the trade: with ``n`` known browsers the account stands 5 (n + 1) guesses, and each of those browsers
was let in by the password before. The cookie that makes a browser known is signed and opens nothing.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.crypto import get_random_string

from units.ground.text import folded
from units.models import User
from units.sign_in import rate_limit

SALT = "units.guesses.known"
WITHIN: timedelta = settings.AXES_COOLOFF_TIME
MOST_NAMES = 30  # people who take turns at one office computer


class Guesses(AxesDatabaseHandler):  # type: ignore[misc]
    """axes, with our counts in the place of its own; its records of failures stay as they are."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        """Each question is one guess: counted before the password is looked at."""
        bucket, at = _bucket(request, typed_name(request, credentials)), timezone.now()
        if not rate_limit.take(bucket, settings.AXES_FAILURE_LIMIT, WITHIN, at):
            return True
        request.guess = (bucket, at)  # type: ignore[attr-defined]
        return False

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        bucket = _bucket(request, typed_name(request, credentials))
        return rate_limit.taken(bucket, WITHIN, timezone.now())


def typed_name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The account that is meant: also axes' own records go by it."""
    given = credentials if credentials is not None else request.POST
    return folded(str(given.get("username") or ""))[:150]


def was_right(request: HttpRequest) -> None:
    """The password was right: that was no guess."""
    guess: tuple[str, datetime] | None = getattr(request, "guess", None)
    if guess is not None:
        rate_limit.give_back(*guess)


def is_locked_out(user: User) -> bool:
    """Whether strangers' browsers have used up their guesses at this name."""
    bucket = _hashed("strangers", user.username)
    return rate_limit.taken(bucket, WITHIN, timezone.now()) >= settings.AXES_FAILURE_LIMIT


def unlock(user: User) -> None:
    """Let strangers' browsers try again at once: the deed of an administrator."""
    rate_limit.forget(_hashed("strangers", user.username))


def know_browser(request: HttpRequest, response: HttpResponseBase, user: User) -> None:
    """Let this browser have its own count for this person from now on."""
    known = _known(request)
    names = [name for name in known["names"] if name != _mark(user.username)]
    known["names"] = [_mark(user.username), *names][:MOST_NAMES]
    response.set_cookie(
        settings.KNOWN_BROWSER_COOKIE_NAME,
        signing.dumps(known, salt=SALT),
        max_age=settings.KNOWN_BROWSER_COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _bucket(request: HttpRequest, name: str) -> str:
    known = _known(request)
    if _mark(name) in known["names"]:
        return _hashed("known", known["browser"], name)
    return _hashed("strangers", name)


def _known(request: HttpRequest) -> dict[str, Any]:
    cookie = request.COOKIES.get(settings.KNOWN_BROWSER_COOKIE_NAME, "")
    try:
        found: dict[str, Any] = signing.loads(
            cookie, salt=SALT, max_age=settings.KNOWN_BROWSER_COOKIE_AGE
        )
    except signing.BadSignature:
        return {"browser": get_random_string(16), "names": []}
    return found


def _mark(name: str) -> str:
    return _hashed("name", name)[:16]


def _hashed(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
