"""Who asks: the key in the header, whose reader it stands for, and how often it may ask.

Owns: recognising the key, the right, the rate, and the line of the trail for each reading. Must never:
take a session for a key (a page of another site could then read with it), or answer a stranger.
"""

import logging
from datetime import datetime

from django.core.cache import cache
from django.http import HttpRequest

from ledger.api.problems import Problem
from units.access import Right, may
from units.models import AccessKey
from units.people import keys

log = logging.getLogger(__name__)

PER_MINUTE = 120


def key_of(request: HttpRequest, at: datetime) -> AccessKey:
    """The valid key that the request carries; 401 without one, 429 when it asks too often."""
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    is_bearer = scheme.lower() == "bearer"
    key = keys.known(secret.strip(), AccessKey.Purpose.API, at=at) if is_bearer else None
    if key is None:
        log.warning("a request without a valid key from %s", request.META.get("REMOTE_ADDR"))
        raise Problem(401, {"WWW-Authenticate": 'Bearer realm="Jiaozhang"'})
    _spend(key, at)
    return key


def demand(key: AccessKey, right: Right, request: HttpRequest, at: datetime) -> None:
    """Refuse a key whose person's role does not hold the right; the refusal is in the trail."""
    if not may(key.person, right):
        keys.note_reading(key, request.path, dict(request.GET.lists()), at=at, refused=True)
        raise Problem(403)


def _spend(key: AccessKey, at: datetime) -> None:
    """Counted by the calendar minute, in each process of the server for itself."""
    count = f"api:{key.pk}:{at:%Y%m%d%H%M}"
    cache.add(count, 0, timeout=120)
    if cache.incr(count) > PER_MINUTE:
        raise Problem(429, {"Retry-After": str(60 - at.second)})
