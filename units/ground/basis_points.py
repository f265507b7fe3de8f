"""Percents with two decimals as whole numbers: 33.33 % is 3,333 basis points, 100 % is 10,000.

Nothing is rounded. Imports only the standard library and the pure modules.
"""

import re
from typing import Final

from units.ground.text import half_width

FULL: Final = 10_000

_PERCENT: Final = re.compile(r"(\d{1,3})(?:\.(\d{1,2}))? ?%?", re.ASCII)


def parse(written: str) -> int | None:
    """Basis points of ``33.33``, ``60%`` or ``６０％``; None outside 0 to 100 percent."""
    match = _PERCENT.fullmatch(half_width(written.strip()))
    points = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0")) if match else FULL + 1
    return points if points <= FULL else None


def plain(points: int) -> str:
    """The inverse of ``parse``: ``33.33`` for 3,333, ``60`` for 6,000."""
    whole, fine = divmod(points, 100)
    return f"{whole}.{fine:02}".rstrip("0") if fine else str(whole)
