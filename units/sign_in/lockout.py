"""How often a password may be guessed: five times in thirty minutes for each account. What failed is recorded.

Owns: checking a name and a password (``check``), these counts, and ``FailedSignIn``. Must never: count by
address (one clerk would lock the office out), believe a header about the address, answer differently
for a name that nobody has, or record what was typed.

Two counts stand for each account. *Strangers* share one over all addresses: the account stands five
guesses in thirty minutes, however many computers guess. *A browser that this person has signed in
with before* has its own five and does not ask for the strangers': whoever guesses from elsewhere
keeps new browsers out of an account while they go on, but never the person at their own desk. That is
the trade: with ``n`` known browsers the account stands 5 (n + 1) guesses, and each of those browsers
was let in by the password before. The cookie that makes a browser known is signed and opens nothing.
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
from units.ground.text import folded
from units.models import FAILURES_KEPT, FailedSignIn, User
from units.sign_in import rate_limit, sessions

SALT = "units.guesses.known"
MAX = 5
WITHIN = timedelta(minutes=30)
MAX_NAMES = 30  # people who take turns at one office computer
LOCKED = "is_locked_out"
log = logging.getLogger(__name__)


def check(request: HttpRequest, name: str, password: str) -> User | None:
    """The account that both belong to. Each question is one guess, counted before the password is looked at.

    Where the guesses are used up the password is not looked at, and the answer to the request is the
    page that says so (``gates.locked_out``).
    """
    account, at = folded(name)[:150], timezone.now()
    bucket = _bucket(request, account)
    if not rate_limit.take(bucket, MAX, WITHIN, at):
        setattr(request, LOCKED, True)
        return None
    user = authenticate(request, username=name, password=password)
    if user is None:
        _record(request, account, at)
        setattr(request, LOCKED, rate_limit.taken(bucket, WITHIN, at) >= MAX)
        return None
    rate_limit.give_back(bucket, at)
    return user


def is_locked(request: HttpRequest) -> bool:
    """Whether this request has met, or used up, the limit."""
    return getattr(request, LOCKED, False)


def _record(request: HttpRequest, account: str, at: datetime) -> None:
    """People type passwords into the field of the name: a name that is no account's is not kept."""
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
    """What failed at these accounts, and at names that nobody has; the newest first."""
    failed = FailedSignIn.objects.filter(Q(user__in=people) | Q(user=None))
    return failed.select_related("user").order_by("-id")


def sweep(_at: datetime) -> None:
    """By the database's clock, as its trigger reckons, and a day later."""
    FailedSignIn.objects.filter(at__lt=Now() - FAILURES_KEPT - timedelta(days=1)).delete()


def is_locked_out(user: User) -> bool:
    """Whether strangers' browsers have used up their guesses at this name."""
    bucket = _hashed("strangers", user.username)
    return rate_limit.taken(bucket, WITHIN, timezone.now()) >= MAX


def unlock(user: User) -> None:
    """Let strangers' browsers try again at once: the deed of an administrator."""
    rate_limit.forget(_hashed("strangers", user.username))


def know_browser(request: HttpRequest, response: HttpResponseBase, user: User) -> None:
    """Let this browser have its own count for this person from now on."""
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
