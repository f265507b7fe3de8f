"""Argon2 for passwords, only so many at the same time.

Owns: that number. Each computation takes about 100 MiB; a whole office that signs in at nine would
otherwise want the machine's memory at once. Who is over the number waits a moment. Must never:
refuse, or change how a password is stored.
"""

import threading

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher

_turns = threading.BoundedSemaphore(settings.PASSWORD_CHECKS)


class CappedArgon2(Argon2PasswordHasher):
    """Django's own, in turns. It keeps the name, so stored passwords stay what they are."""

    def encode(self, password: str, salt: str) -> str:
        with _turns:
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with _turns:
            return super().verify(password, encoded)
