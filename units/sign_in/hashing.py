"""Argon2 for passwords, only so many at the same time.

Owns: that number, and that each keeps to one processor. A computation takes about 100 MiB and a quarter of a
second of a processor; a whole office that signs in at nine would otherwise want all of the machine's memory
and leave no processor for its pages. Who is over the number waits a moment. Must never: refuse, or
take less memory or fewer rounds than Django.
"""

import threading

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher

_turns = threading.BoundedSemaphore(settings.PASSWORD_CHECKS)


class CappedArgon2(Argon2PasswordHasher):
    """Django's own, in turns and in one lane instead of eight.

    It keeps the name: stored passwords stay valid, and one hashed with other parameters is hashed anew when
    its owner next signs in, as Django does for any change of parameters.
    """

    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        with _turns:
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with _turns:
            return super().verify(password, encoded)
