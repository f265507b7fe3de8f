"""Credit shares: their rules, their notation, and how they split an amount.

Shares of a project add up to exactly 10,000 basis points (rule 8), and the parts of a split to
exactly the amount. Imports no Django; units are opaque keys. Refusals are codes; the caller
translates ``SHARE_SENTENCES[code]`` with the error's ``params``.
"""

import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypeVar

from units.ground import basis_points
from units.ground.basis_points import FULL
from units.ground.text import gettext_noop

K = TypeVar("K", bound=Hashable)

_BETWEEN: Final = re.compile(r"[;；、,，\r\n]")
_DIGITS: Final = "0123456789０１２３４５６７８９.．"
_SIGNS: Final = "+-＋－\u2013\u2014\u2212"


class ShareCode(StrEnum):
    """Why shares were refused."""

    EMPTY = "empty"
    NO_NAME = "no_name"
    NO_PERCENT = "no_percent"
    PERCENT = "percent"
    NOT_POSITIVE = "not_positive"
    REPEATED = "repeated"
    TOTAL = "total"


SHARE_SENTENCES: Final[dict[ShareCode, str]] = {
    ShareCode.EMPTY: gettext_noop("Name at least one unit that has the credit."),
    ShareCode.NO_NAME: gettext_noop(
        "Write the name of the unit before “%(text)s”, for example 水沟镇 60%%; 招商局 40%%."
    ),
    ShareCode.NO_PERCENT: gettext_noop(
        "Write the share after “%(text)s”, for example 水沟镇 60%%; 招商局 40%%."
    ),
    ShareCode.PERCENT: gettext_noop(
        "“%(text)s” is not a share. Write a percent up to 100 with at most two decimals, for example 33.33%%."
    ),
    ShareCode.NOT_POSITIVE: gettext_noop("Give each unit a share above zero, or leave it out."),
    ShareCode.REPEATED: gettext_noop("“%(text)s” is named twice. Write one share for each unit."),
    ShareCode.TOTAL: gettext_noop(
        "The shares add up to %(total)s%%. Change them so that they add up to exactly 100%%."
    ),
}


class ShareError(ValueError):
    """Raised for invalid shares."""

    def __init__(self, code: ShareCode, text: str = "", total: int = 0) -> None:
        self.code = code
        self.sentence = SHARE_SENTENCES[code]
        self.params = {"text": text, "total": basis_points.plain(total)}
        super().__init__(self.sentence % self.params)


# Splitting


def check(shares: Iterable[tuple[K, int]]) -> None:
    """Raise ShareError for missing, repeated or non-positive shares, or a sum other than 10,000."""
    shares = list(shares)
    if not shares:
        raise ShareError(ShareCode.EMPTY)
    seen: set[K] = set()
    for who, points in shares:
        if points <= 0:
            raise ShareError(ShareCode.NOT_POSITIVE, str(who))
        if who in seen:
            raise ShareError(ShareCode.REPEATED, str(who))
        seen.add(who)
    total = sum(points for _, points in shares)
    if total != FULL:
        raise ShareError(ShareCode.TOTAL, total=total)


def split(amount: Decimal, shares: Sequence[tuple[K, int]] | Mapping[K, int]) -> dict[K, Decimal]:
    """Parts in 元 that add up to exactly ``amount``, in the order of the shares.

    Largest remainder, in fen; equal remainders are served in the order given. A negative amount (a
    reversal) is the exact mirror of the positive one. A part may be zero if there are more units
    than fen.
    """
    pairs = list(shares.items() if isinstance(shares, Mapping) else shares)
    check(pairs)
    fen = _whole_fen(amount)
    parts = _largest_remainder(abs(fen), [points for _, points in pairs])
    sign = "-" if fen < 0 else ""
    return {
        who: Decimal(f"{sign if part else ''}{part}e-2")
        for (who, _), part in zip(pairs, parts, strict=True)
    }


def _whole_fen(amount: Decimal) -> int:
    top, bottom = amount.as_integer_ratio()
    fen, part_of_a_fen = divmod(top * 100, bottom)
    if part_of_a_fen:
        raise ValueError(f"{amount} yuan is not a whole number of fen")
    return fen


def _largest_remainder(fen: int, points: list[int]) -> list[int]:
    parts = [fen * share // FULL for share in points]
    remainders = [fen * share % FULL for share in points]
    # The sort is stable: equal remainders keep the order given.
    by_remainder = sorted(range(len(points)), key=lambda place: -remainders[place])
    for place in by_remainder[: fen - sum(parts)]:
        parts[place] += 1
    return parts


# Writing and reading


def parse_percent(text: str) -> int:
    """Basis points of ``33.33``, ``60%`` or ``６０％``, exactly."""
    points = basis_points.parse(text)
    if not points:
        raise ShareError(ShareCode.PERCENT, text.strip())
    return points


def percent_text(points: int) -> str:
    """``60%`` for 6,000 basis points, ``33.33%`` for 3,333."""
    return f"{basis_points.plain(points)}%"


def parse_shares(text: str) -> list[tuple[str, int]]:
    """``水沟镇 60%; 招商局 40%`` in the order written; a single name without percent has all."""
    entries = [entry.strip() for entry in _BETWEEN.split(text) if entry.strip()]
    if len(entries) == 1 and not re.search("[%％]", entries[0]):
        return [(_name(entries[0], entries[0]), FULL)]
    shares = [_entry(entry) for entry in entries]
    check(shares)
    return shares


def shares_text(shares: Iterable[tuple[str, int]]) -> str:
    """The inverse of ``parse_shares``."""
    return "; ".join(f"{name} {percent_text(points)}" for name, points in shares)


def _entry(entry: str) -> tuple[str, int]:
    """水沟镇 60% · 水沟镇60％ · 水沟镇：60% · 水沟镇（60%）, the name as it is written."""
    bare = entry.rstrip(")） ").removesuffix("%").removesuffix("％").rstrip()
    before = bare.rstrip(_DIGITS)
    name = _name(before, entry)
    if bare == before or "%" in name or "％" in name or not re.search("[%％]", entry):
        raise ShareError(ShareCode.NO_PERCENT, entry)
    return name, parse_percent(bare[len(before) :])


def _name(before: str, entry: str) -> str:
    name = before.rstrip(" \t\u00a0\u3000:：(（")
    if not name:
        raise ShareError(ShareCode.NO_NAME, entry)
    if name[-1] in _SIGNS:
        raise ShareError(ShareCode.PERCENT, entry)
    return name
