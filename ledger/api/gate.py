"""Authenticates API requests by the access key in the header.

Checks the key, the right of its person's role and the rate, and records each read in the trail. A
session is never accepted in place of a key: a page of another site could read with it.
"""

import logging
from datetime import datetime, timedelta

from django.http import HttpRequest

from ledger.api.problems import Problem
from units.access import Right, may
from units.models import AccessKey
from units.people import keys
from units.sign_in import rate_limit

log = logging.getLogger(__name__)

PER_MINUTE, MINUTE = 120, timedelta(minutes=1)


def key_of(request: HttpRequest, at: datetime) -> AccessKey:
    """The valid key of the request. Raises Problem: 401 without one, 429 over the rate limit."""
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    is_bearer = scheme.lower() == "bearer"
    key = keys.known(secret.strip(), AccessKey.Purpose.API, at=at) if is_bearer else None
    if key is None:
        log.warning("a request without a valid key from %s", request.META.get("REMOTE_ADDR"))
        raise Problem(401, {"WWW-Authenticate": 'Bearer realm="Jiaozhang"'})
    _spend(key, at)
    return key


def demand(key: AccessKey, right: Right, request: HttpRequest, at: datetime) -> None:
    """Refuse a key whose person's role does not hold the right; the refusal goes into the trail."""
    if not may(key.person, right):
        keys.note_reading(key, request.path, dict(request.GET.lists()), at=at, refused=True)
        raise Problem(403)


def _spend(key: AccessKey, at: datetime) -> None:
    """In any minute, over all server processes."""
    if not rate_limit.take(f"api {key.pk}", PER_MINUTE, MINUTE, at):
        raise Problem(429, {"Retry-After": str(int(MINUTE.total_seconds()))})
