"""Amounts of money and percents: the one strict parser, and all formatting and rounding.

Amounts are ``Decimal`` in 元 with two places (rule 1). The parser never guesses; nothing uses a
float or rounds before the last step. Rounded percents are for display only: rules compare exact
amounts. Refusals are codes; the caller translates ``AMOUNT_SENTENCES[code]``.
"""

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final, Literal

from units.ground.text import gettext_noop, half_width

Scale = Literal[1, 1_000, 10_000, 1_000_000, 100_000_000]
Exact = int | Decimal | Fraction

YUAN: Final = 1
WAN: Final = 10_000
YI: Final = 100_000_000

ZERO: Final = Decimal("0.00")
# Excel keeps 15 significant digits: one fen more and the workbook would show another amount.
MAX_YUAN: Final = Decimal("9999999999999.99")
MINUS: Final = "\N{MINUS SIGN}"
# Percents that leaders quote at the meeting; a shown percent must not reach one early.
CLAIMS: Final = (25, 50, 75, 100)

_DIGITS: Final = "零一二三四五六七八九"
_GROUPS: Final = ("", "万", "亿", "万亿")
_MAX_FEN: Final = int(MAX_YUAN * 100)
# 13 digits, so that the maximum can be written in 元.
_WHOLE_DIGITS: Final = 13
_FINE_DIGITS: Final = 6
_PLACES: Final = tuple(Decimal(f"1e-{places}") for places in range(_FINE_DIGITS + 1))
_MAX_PLACES: Final = 4
_EXACT_PLACES: Final = 40
# Written out, 1e999999 would be a text of a million digits.
_LONGEST_EXPONENT: Final = 40
_SIGNIFICANT: Final = 20
# Results must not depend on the caller's decimal context.
_WIDE: Final = Context(prec=60, rounding=ROUND_HALF_UP)

_SPACES: Final = " \t\r\n\N{NO-BREAK SPACE}\N{IDEOGRAPHIC SPACE}"
_AMOUNT: Final = re.compile(
    r"(?P<whole>\d+|[1-9]\d{0,2}(?:,\d{3})+)(?:\.(?P<fine>\d+))? *(?P<word>元|万元|万|亿元|亿)?",
    re.ASCII,
)
_WORDS: Final[dict[str, Scale]] = {"元": YUAN, "万元": WAN, "万": WAN, "亿元": YI, "亿": YI}
_SIGNS: Final = "+-\u00b1\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u207a\u207b\ufe62\ufe63负負"


class AmountCode(StrEnum):
    """Why an amount was refused."""

    EMPTY = "empty"
    NOT_A_NUMBER = "not_a_number"
    SIGNED = "signed"
    SEPARATORS = "separators"
    TOO_FINE = "too_fine"
    ZERO = "zero"
    TOO_LARGE = "too_large"


AMOUNT_SENTENCES: Final[dict[AmountCode, str]] = {
    AmountCode.EMPTY: gettext_noop("Write the amount, for example 1250.5 (万元)."),
    AmountCode.NOT_A_NUMBER: gettext_noop(
        "Write the amount in digits only, for example 1250.5 (万元)."
    ),
    AmountCode.SIGNED: gettext_noop(
        "Write the amount without a plus or minus sign, for example 1250.5 (万元)."
    ),
    AmountCode.SEPARATORS: gettext_noop(
        "Put commas between groups of three digits only, for example 1,250.5, or leave them out."
    ),
    AmountCode.TOO_FINE: gettext_noop(
        "Write whole fen: at most six decimals in 万元, at most two in 元."
    ),
    AmountCode.ZERO: gettext_noop("Write an amount above zero, for example 1250.5 (万元)."),
    AmountCode.TOO_LARGE: gettext_noop(
        "Check the amount and its unit: the largest that can be entered is 999,999,999.999999 (万元)."
    ),
}


class AmountError(ValueError):
    """Raised for an amount that is not understood beyond doubt."""

    def __init__(self, code: AmountCode, text: str) -> None:
        super().__init__(AMOUNT_SENTENCES[code])
        self.code = code
        self.text = text
        self.sentence = AMOUNT_SENTENCES[code]


# Reading


def parse_amount(text: str, unit: Scale = WAN, *, allow_zero: bool = False) -> Decimal:
    """元 with two places; a unit in the text (12.5万元, 0.8亿, 3000元) overrides ``unit``."""
    written = half_width(text.strip(_SPACES))
    match = _AMOUNT.fullmatch(written)
    if match is None:
        raise AmountError(_misspelt(written), text)
    whole, fine = match["whole"].replace(",", ""), match["fine"] or ""
    if len(whole) > _WHOLE_DIGITS:
        raise AmountError(AmountCode.TOO_LARGE, text)
    if len(fine) > _FINE_DIGITS:
        raise AmountError(AmountCode.TOO_FINE, text)
    scale = _WORDS[match["word"]] if match["word"] else unit
    fen, part_of_a_fen = divmod(int(whole + fine) * scale * 100, 10 ** len(fine))
    if part_of_a_fen:
        raise AmountError(AmountCode.TOO_FINE, text)
    return _bounded(fen, text, allow_zero)


def parse_number(value: float | Decimal, unit: Scale = WAN, *, allow_zero: bool = False) -> Decimal:
    """A number from a spreadsheet cell, by the same grammar.

    A sheet stores binary fractions and shows 15 significant digits. Those digits are what its
    author saw, so they are parsed; the float itself is never used in a calculation.
    """
    seen = Decimal(f"{value:.15g}") if isinstance(value, float) else Decimal(value)
    if isinstance(value, bool) or not seen.is_finite():
        raise AmountError(AmountCode.NOT_A_NUMBER, str(seen))
    if abs(seen.adjusted()) > _LONGEST_EXPONENT:
        code = AmountCode.TOO_LARGE if seen.adjusted() > 0 else AmountCode.TOO_FINE
        raise AmountError(code, str(seen))
    return parse_amount(f"{seen:f}", unit, allow_zero=allow_zero)


def _misspelt(written: str) -> AmountCode:
    if not written:
        return AmountCode.EMPTY
    if written[0] in _SIGNS:
        return AmountCode.SIGNED
    if "," in written and not written.strip("0123456789,."):
        return AmountCode.SEPARATORS
    return AmountCode.NOT_A_NUMBER


def _bounded(fen: int, text: str, allow_zero: bool) -> Decimal:
    if fen > _MAX_FEN:
        raise AmountError(AmountCode.TOO_LARGE, text)
    if fen == 0 and not allow_zero:
        raise AmountError(AmountCode.ZERO, text)
    return Decimal(f"{fen}e-2")


# Amounts as text


def to_wan(yuan: Decimal) -> Decimal:
    """Exact 万元."""
    return yuan.scaleb(-4, _WIDE)


def to_yi(yuan: Decimal) -> Decimal:
    """Exact 亿元."""
    return yuan.scaleb(-8, _WIDE)


def yuan_text(yuan: Decimal, places: int = 2, *, plain: bool = False) -> str:
    """元 as in ``1,420,000,000.00``."""
    return _grouped(yuan, places, plain)


def wan_text(yuan: Decimal, places: int = 2, *, plain: bool = False) -> str:
    """万元 as in ``142,000.00``; ``plain``: ASCII without separators, for machines."""
    return _grouped(to_wan(yuan), places, plain)


def yi_text(yuan: Decimal, places: int = 2, *, plain: bool = False) -> str:
    """亿元 as in ``14.20``."""
    return _grouped(to_yi(yuan), places, plain)


def wan_short(yuan: Decimal, places: int = 2) -> str:
    """万元 without trailing zeros, as in ``142,000`` or ``1,250.5``."""
    return _trimmed(wan_text(yuan, places))


def yi_short(yuan: Decimal, places: int = 2) -> str:
    """亿元 without trailing zeros, as in ``14.2``."""
    return _trimmed(yi_text(yuan, places))


def wan_exact(yuan: Decimal) -> str:
    """万元 to the fen, for editing in a form: ``parse_amount`` reads the same amount back."""
    return _trimmed(wan_text(yuan, 6, plain=True))


def gap_text(yuan: Decimal, places: int = 2, *, plain: bool = False) -> str:
    """A difference in 万元 with its sign; a difference that is not zero is never shown as zero."""
    while places < _FINE_DIGITS and yuan and not _rounded_wan(yuan, places):
        places += 1
    return _plus(yuan) + wan_text(yuan, places, plain=plain)


def _rounded_wan(yuan: Decimal, places: int) -> Decimal:
    return to_wan(yuan).quantize(_PLACES[places], context=_WIDE)


def _grouped(value: Decimal, places: int, plain: bool) -> str:
    # Plus turns a negative zero into zero: -0.00 is never shown.
    shown = _WIDE.plus(value.quantize(_PLACES[places], context=_WIDE))
    return f"{shown:f}" if plain else f"{shown:,f}".replace("-", MINUS)


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def _plus(value: Exact) -> str:
    return "+" if value > 0 else ""


def in_words(yuan: Decimal) -> str:
    """Chinese words, by which a slip of the unit is seen: 三千二百亿元, 一千二百五十万零五百元."""
    whole, fen = divmod(int(yuan * 100), 100)
    groups = []
    while whole:
        whole, group = divmod(whole, 10_000)
        groups.append(group)
    words, is_gap = "", False
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if group:
            words += "零" if words and (is_gap or group < 1_000) else ""
            words += _below_10000(group) + _GROUPS[place]
        is_gap = not group
    rest = f"{_DIGITS[fen // 10]}角{_DIGITS[fen % 10]}分" if fen else ""
    return f"{words or '零'}元{rest}"


def _below_10000(number: int) -> str:
    words, is_gap = "", False
    for power, unit in ((1_000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // power % 10
        if digit:
            words += ("零" if words and is_gap else "") + _DIGITS[digit] + unit
        is_gap = not digit
    return words


# Percents


def percent(numerator: Exact, denominator: Exact, places: int = 1) -> Decimal:
    """Rounded half-up, once, from the exact values."""
    return _decimal(_half_up(*_hundredfold(numerator, denominator), places), places)


def percent_shown(
    numerator: Exact, denominator: Exact, places: int = 1, claims: Iterable[Exact] = CLAIMS
) -> Decimal:
    """The percent that may be shown: see ``_honest``."""
    return _honest(*_hundredfold(numerator, denominator), places, claims)


def percent_text(
    numerator: Exact,
    denominator: Exact,
    places: int = 1,
    claims: Iterable[Exact] = CLAIMS,
    *,
    plain: bool = False,
) -> str:
    """As in ``50.9%``; 49.996 % is ``49.996%``, because 50 was not reached (see ``_honest``)."""
    shown = percent_shown(numerator, denominator, places, claims)
    return f"{_signed(shown, plain)}%"


def points_text(points: Exact, places: int = 1, *, plain: bool = False) -> str:
    """A gap in percentage points, as in ``+0.9`` or ``−3.3``; a small gap never reads zero."""
    shown = _honest(*points.as_integer_ratio(), places, (0,))
    return _plus(shown) + _signed(shown, plain)


def rounded(value: Exact, places: int) -> Decimal:
    """Half-up (away from zero), exact, in any decimal context."""
    return _decimal(_half_up(*value.as_integer_ratio(), places), places)


def _half_up(top: int, bottom: int, places: int) -> int:
    """The quotient in units of the last place, rounded half-up."""
    count: int = (2 * abs(top) * 10**places + bottom) // (2 * bottom)
    return count if top >= 0 else -count


def _decimal(count: int, places: int) -> Decimal:
    return Decimal(f"{count}e-{places}")


def exact(value: Fraction) -> str:
    """A plain decimal string: exact if it ends, else half-up to 20 significant digits."""
    places = _places_to_the_end(value.denominator)
    if places is None:
        # Digits before the point; negative if zeros follow it.
        leading = len(str(abs(value.numerator))) - len(str(value.denominator))
        leading += abs(value) >= Fraction(10) ** leading
        places = max(_SIGNIFICANT - leading, 0)
    return _trimmed(f"{rounded(value, places):f}")


def _hundredfold(numerator: Exact, denominator: Exact) -> tuple[int, int]:
    """A hundred times the quotient as numerator and denominator; the denominator is positive."""
    # Whole numbers, not Fraction: it reduces every value, and a table shows many percents.
    top, bottom = numerator.as_integer_ratio()
    under_top, under_bottom = denominator.as_integer_ratio()
    sign = -1 if under_top < 0 else 1
    return sign * 100 * top * under_bottom, sign * bottom * under_top


def _honest(top: int, bottom: int, places: int, claims: Iterable[Exact]) -> Decimal:
    """Round half-up, but never onto a claim that was not reached.

    Source: rule 3 ("49.996 % must not read as having reached 50 %"). If rounding would reach a
    claim that the exact value misses, or show zero for a value that is not zero, up to four places
    are shown; if even those would mislead, the value is rounded down.
    """
    claims = tuple(claims)
    for wider in range(places, max(places, _MAX_PLACES) + 1):
        count = _half_up(top, bottom, wider)
        if not _misleads(top, bottom, count, 10**wider, claims):
            return _decimal(count, wider)
    return _decimal(top * 10**wider // bottom, wider)


def _misleads(top: int, bottom: int, count: int, scale: int, claims: tuple[Exact, ...]) -> bool:
    """``top / bottom`` is the value, ``count / scale`` the rounded value."""
    if not count:
        return top != 0
    if count * bottom <= top * scale:
        return False  # not rounded up, so it claims no more
    edges = (claim.as_integer_ratio() for claim in claims)
    return any(
        top * under < edge * bottom and edge * scale <= count * under for edge, under in edges
    )


def _signed(shown: Decimal, plain: bool) -> str:
    return f"{shown:f}" if plain else f"{shown:f}".replace("-", MINUS)


def _places_to_the_end(denominator: int) -> int | None:
    """Decimal places of the exact value; None if it does not end soon enough."""
    for places in range(_EXACT_PLACES + 1):
        if 10**places % denominator == 0:
            return places
    return None
