"""The check code of a paper: 60 bits of a SHA-256 as twelve characters, and what people type of it.

The alphabet is Crockford's base 32: digits and capitals without I, L, O and U; who reads I or L for
1, or O for 0, is understood. Standard library only.
"""

import re
from enum import Enum
from typing import NamedTuple

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHARACTERS, GROUP, BITS = 12, 4, 60
SHORTEST_HEX, LONGEST_HEX = 16, 64  # a printed head in full, or its first sixteen digits

_MISREAD = str.maketrans("ILO", "110")
_LEFT_OUT = re.compile(r"[\s\-‐‑–—－·]")
_FULL_WIDTH = {ord("０") + place: str(place) for place in range(10)}


class Kind(Enum):
    SHORT = "short"
    LONG = "long"  # hexadecimal: the whole digest, or a head that an earlier release printed


class Typed(NamedTuple):
    kind: Kind
    digits: str


def short(digest: str) -> str:
    """The first 60 bits of a hexadecimal digest, in three groups of four."""
    number = int(digest[: BITS // 4], 16)
    places = range(BITS - 5, -1, -5)
    code = "".join(ALPHABET[number >> place & 31] for place in places)
    return "-".join(code[start : start + GROUP] for start in range(0, CHARACTERS, GROUP))


def read(text: str) -> Typed | None:
    """What was typed or scanned; None if it is no code at all."""
    plain = _LEFT_OUT.sub("", text.translate(_FULL_WIDTH)).upper()
    if len(plain) == CHARACTERS:
        code = plain.translate(_MISREAD)
        return Typed(Kind.SHORT, code) if set(code) <= set(ALPHABET) else None
    is_long = SHORTEST_HEX <= len(plain) <= LONGEST_HEX and set(plain) <= set("0123456789ABCDEF")
    return Typed(Kind.LONG, plain.lower()) if is_long else None


def is_of(typed: Typed, digest: str) -> bool:
    """Whether the code is that of the digest."""
    if typed.kind is Kind.SHORT:
        return short(digest).replace("-", "") == typed.digits
    return digest.startswith(typed.digits)
