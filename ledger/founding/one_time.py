"""One-time passwords for a county's first accounts. Standard library only.

Derived from a secret seed, so that a reloaded page shows the same slips. They are never stored.
"""

import hashlib
import hmac
import secrets
from typing import Final

# No look-alikes (0 O, 1 l I): people type these from paper.
ALPHABET: Final = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
GROUPS, GROUP = 3, 4  # 12 characters, 69 bits


def new_seed() -> str:
    return secrets.token_hex(32)


def password(seed: str, username: str) -> str:
    """Such as ``Kd7m-Wq4x-Rt9p``; always the same for a seed and a sign-in name."""
    digest = hmac.new(bytes.fromhex(seed), username.encode(), hashlib.sha512).digest()
    number = int.from_bytes(digest, "big")
    signs = []
    for _sign in range(GROUPS * GROUP):
        number, place = divmod(number, len(ALPHABET))
        signs.append(ALPHABET[place])
    return "-".join("".join(signs[at : at + GROUP]) for at in range(0, len(signs), GROUP))
