"""Lockout: an account allows five wrong passwords in thirty minutes; failures are recorded.

Never counts by address: one clerk would lock the office out, and a header about the address can be
forged. Answers alike for names that do not exist, and never records what was typed.

Each account has two counts. *Unknown browsers* share one over all addresses: five guesses in thirty
minutes, however many computers guess. *A browser that this person has signed in with before* has
its own five and ignores the shared count: guesses from elsewhere block new browsers while they go
on, but never the person at their own desk. The trade: with ``n`` known browsers an account allows 5
(n + 1) guesses, and each of those browsers was once let in by the password. The cookie that makes a
browser known is signed and opens nothing.
"""

import hashlib
import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate
from django.core import signing
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.crypto import get_random_string

from units import trail
from units.ground.refusal import Refusal
from units.ground.text import folded
from units.models import FAILURES_KEPT, FailedSignIn, User
from units.sign_in import hashing, rate_limit, sessions

SALT = "units.guesses.known"
MAX = 5
WITHIN = timedelta(minutes=30)
MAX_NAMES = 30  # people who share one office computer
LOCKED = "is_locked_out"
log = logging.getLogger(__name__)


def check(request: HttpRequest, name: str, password: str) -> User | None:
    """The account with this name and password, or None. Each call is one guess.

    It is counted before the password is checked. While too many are being checked it is refused
    (Refusal) and not counted. Over the limit the password is not checked at all,
    and the request is answered with the lockout page (``gates.locked_out``).
    """
    account, at = folded(name)[:150], timezone.now()
    bucket = _bucket(request, account)
    if not rate_limit.take(bucket, MAX, WITHIN, at):
        setattr(request, LOCKED, True)
        return None
    try:
        with hashing.turn():
            user = authenticate(request, username=name, password=password)
    except Refusal:
        rate_limit.give_back(bucket, at)
        raise
    if user is None:
        _record(request, account, at)
        setattr(request, LOCKED, rate_limit.taken(bucket, WITHIN, at) >= MAX)
        return None
    rate_limit.give_back(bucket, at)
    return user


def is_locked(request: HttpRequest) -> bool:
    """Whether this request was over the limit, or used it up."""
    return getattr(request, LOCKED, False)


def _record(request: HttpRequest, account: str, at: datetime) -> None:
    """An unknown name is not stored: people type passwords into the name field."""
    user = User.objects.filter(username=account).first()
    failed = FailedSignIn(
        at=at,
        user=user,
        address=trail.address.get(),
        browser=sessions.browser_named(request.headers.get("User-Agent", "")),
        is_known=_mark(account) in _known(request)["names"],
    )
    failed.save(force_insert=True)
    meant = f"account {user.pk}" if user else "no account"
    log.warning("failed sign-in: %s, from %s", meant, failed.address)


def failures_of(people: QuerySet[User]) -> QuerySet[FailedSignIn]:
    """Failed sign-ins at these accounts and at unknown names, newest first."""
    failed = FailedSignIn.objects.filter(Q(user__in=people) | Q(user=None))
    return failed.select_related("user").order_by("-id")


def sweep(_at: datetime) -> None:
    """By the database's clock, which its trigger uses too, with a day to spare."""
    FailedSignIn.objects.filter(at__lt=Now() - FAILURES_KEPT - timedelta(days=1)).delete()


def is_locked_out(user: User) -> bool:
    """Whether unknown browsers have used up their guesses at this account."""
    bucket = _hashed("strangers", user.username)
    return rate_limit.taken(bucket, WITHIN, timezone.now()) >= MAX


def unlock(user: User) -> None:
    """Let unknown browsers try again at once; an administrator's action."""
    rate_limit.forget(_hashed("strangers", user.username))


def know_browser(request: HttpRequest, response: HttpResponseBase, user: User) -> None:
    """From now on this browser has its own count for this person."""
    known = _known(request)
    names = [name for name in known["names"] if name != _mark(user.username)]
    known["names"] = [_mark(user.username), *names][:MAX_NAMES]
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
