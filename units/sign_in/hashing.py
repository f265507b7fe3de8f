"""Password hashing: Argon2id with OWASP's parameters, 19 MiB and two rounds in one lane.

Hashes of earlier releases (100 MiB) are renewed when their owner signs in. While some remain, every
failed sign-in takes the time of both, so that the time reveals neither whether a name exists nor
which hash it has.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import (
    Argon2PasswordHasher,
    get_hasher,
    identify_hasher,
    make_password,
)
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from units.ground.refusal import Refusal
from units.ground.text import folded
from units.models import User

AT_ONCE: Final = 2  # hashes of one worker at a time
PATIENCE: Final = 5.0  # seconds that one more waits
_hashing = threading.BoundedSemaphore(AT_ONCE)
_present = threading.BoundedSemaphore(max(AT_ONCE, settings.SERVE_THREADS - 2))
FORMER: Final = "argon2$argon2id$v=19$m=102400,"


@contextmanager
def turn() -> Iterator[None]:
    """A slot to check a password, so that a flood of guesses leaves threads and time to pages.

    Raises Refusal at once when too many wait, before anything is computed.
    """
    busy = Refusal(_("The system is checking many passwords just now. Try again in a minute."))
    if not _present.acquire(blocking=False):
        raise busy
    try:
        if not _hashing.acquire(timeout=PATIENCE):
            raise busy
        try:
            yield
        finally:
            _hashing.release()
    finally:
        _present.release()


class Argon2id(Argon2PasswordHasher):
    """Keeps Django's name of the algorithm, so ``must_update`` finds hashes of other parameters."""

    memory_cost = 19 * 1024
    parallelism = 1


class FormerArgon2id(Argon2id):
    memory_cost = 100 * 1024


def renew(user: User, password: str) -> None:
    """After a correct password: rehash it with today's parameters if it has others.

    Only at a sign-in, where a new session begins anyway: the hash is part of every session, so a
    rehash anywhere else would sign the person out.
    """
    today, found = get_hasher(), user.password
    if identify_hasher(found).algorithm == today.algorithm and not today.must_update(found):
        return
    user.password = make_password(password)
    if not User.objects.filter(pk=user.pk, password=found).update(password=user.password):
        user.refresh_from_db(fields=["password"])  # another sign-in has just renewed it


class SameCost(BaseBackend):
    """Last backend, reached only after a failure: computes the other hash, and accepts nobody."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **more: Any,
    ) -> None:
        former = User.objects.filter(password__startswith=FORMER)
        if not username or password is None or not former.filter(is_active=True).exists():
            return
        is_former = former.filter(username=folded(username)).exists()
        hasher = Argon2id() if is_former else FormerArgon2id()
        hasher.encode(password, hasher.salt())
