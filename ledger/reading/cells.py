"""Parses one cell: text, amount, day, year, count, shares, or a CellError with a sentence.

Knows the forms that people write into sheets; a cell with two possible readings is refused. No
float arithmetic; imports only the standard library and pure modules. A refusal has its English
sentence and its values; the caller translates it.
"""

import math
import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from ledger.reading.money_units import SCALES
from projects.shares import ShareError, parse_shares
from units.ground.basis_points import FULL
from units.ground.money import WAN, YUAN, AmountError, Scale, parse_amount, parse_number
from units.ground.text import TextError, clean, gettext_noop, half_width

EARLIEST: Final = date(1980, 1, 1)
LATEST: Final = date(2099, 12, 31)
NOISE: Final = Decimal("0.005")  # in fen
LONGEST_EXPONENT: Final = 30
# A sheet stores 15 digits of a number; the last digits of a longer one are already lost.
MAX_DIGITS: Final = 10**15

_SPACES: Final = " \t\r\n\u00a0\u3000"
_DAY: Final = re.compile(
    r"(\d{4}) ?(?:年|[-./—－。、]) ?(\d{1,2}) ?(?:月|[-./—－。、]) ?(\d{1,2}) ?[日号]?"
    r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.0+)?)?)?",
    re.ASCII,
)
_EIGHT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_YEAR: Final = re.compile(r"(\d{4}) ?(?:年度?)?", re.ASCII)
_COUNT: Final = re.compile(r"\d{1,4}", re.ASCII)
_NUMERALS: Final[dict[str, int]] = {
    **dict(zip("〇零一二三四五六七八九", (0, *range(10)), strict=True)),
    "○": 0,
    "Ｏ": 0,
}
_CHINESE_DAY: Final = re.compile(
    r"([〇零○Ｏ一二三四五六七八九]{4})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})[日号]"
)
_MONTH: Final = re.compile(
    r"(?:((?:19|20)\d{2})(?:年度?|[-./—－]))?(0?[1-9]|1[0-2])(?:月份?|(?<=[-./—－]\d)|(?<=[-./—－]\d\d))",
    re.ASCII,
)
_CHINESE_MONTH: Final = re.compile(
    r"(?:([〇零○Ｏ一二三四五六七八九]{4})年)?([一二三四五六七八九十]{1,2})月份?"
)
_NO_SPACES: Final = str.maketrans("", "", " \t\r\n\u00a0\u3000")
_OWN_UNIT: Final = re.compile(
    r"([\d.,]+) *(?:\((元|千元|万元|百万元|亿元)\)|(千元|百万元))", re.ASCII
)
_PADDING: Final = re.compile(r'((?:"[^"]*"|\\.)*)(0{2,})')
# The day before day 1, by the epoch of the workbook.
_DAY_ZERO: Final = {1900: date(1899, 12, 30), 1904: date(1904, 1, 1)}
# What people write into an empty cell.
_DITTO: Final = frozenset(("同上", "同左", "〃", "″", "”", '"', "''", "..", "......"))
_SCIENTIFIC: Final = re.compile(r"\d(?:\.\d+)?E\+\d{2,3}", re.ASCII)
_ZERO: Final = frozenset(
    ("-", "—", "–", "——", "--", "/", "\\", "无", "N/A", "n/a", "未下达", "无任务")
)


FAULTY: Final = gettext_noop(
    "The cell holds an error of the sheet. Correct its formula, or type the value."
)
UNCOMPUTED: Final = gettext_noop(
    "The cell holds a formula without its result. Open the workbook in Excel or WPS, save it and"
    " import it again."
)
MERGED: Final = gettext_noop(
    "The amount stands in a cell merged over several rows. Write each row's own amount."
)
NOT_A_DAY: Final = gettext_noop("Write a day of the calendar, for example 2012-06-30.")
NO_DAY_OF_MONTH: Final = gettext_noop("Write the day as well, for example 2012-06-30.")
FAR_DAY: Final = gettext_noop("Write a day between 1980 and 2099, for example 2012-06-30.")
NOT_A_YEAR: Final = gettext_noop("Write a year, for example 2012.")
NOT_A_COUNT: Final = gettext_noop("Write a whole number, for example 12.")
LONG_NUMBER: Final = gettext_noop(
    "The number is longer than a sheet can keep; its last digits are lost. Format the cell as text"
    " and type it again."
)
NOT_TEXT: Final = gettext_noop("Write a text here.")
PART_STRUCK: Final = gettext_noop("Part of the cell is struck through. Write only what counts.")
DITTO: Final = gettext_noop("Write out what the row above says, instead of 同上 or a ditto mark.")
NOT_SHARES: Final = gettext_noop("Write the shares as in 水沟镇 60%; 招商局 40%.")


class CellError(ValueError):
    """A cell that cannot be understood beyond doubt."""

    def __init__(self, sentence: str, params: Mapping[str, object] | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.params = dict(params or {})


def is_nothing(value: Any) -> bool:
    """Whether the cell is empty or has a dash for "nothing"."""
    return value is None or (isinstance(value, str) and value.strip(_SPACES) in _ZERO)


def is_ditto(value: Any) -> bool:
    """Whether the cell only points to the one above it."""
    return isinstance(value, str) and value.strip(_SPACES) in _DITTO


def shown(value: Any) -> str:
    """The cell's content as its author saw it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, dict):
        first = next((value[name] for name in ("day", "month", "time") if name in value), "")
        return str(first).replace("T", " ")
    if isinstance(value, int | float):
        return _number_text(value)
    return str(value).strip(_SPACES)


def text(value: Any) -> str:
    """One line of text; a line break inside a cell only fits its width."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        if abs(value) >= MAX_DIGITS:
            raise CellError(LONG_NUMBER)
        return _number_text(value)
    if not isinstance(value, str):
        if value is None:
            return ""
        raise CellError(NOT_TEXT)
    if _SCIENTIFIC.fullmatch(value.strip(_SPACES)):
        raise CellError(LONG_NUMBER)
    try:
        return clean(_joined(value))
    except TextError as error:
        raise CellError(error.sentence) from error


def long_text(value: Any) -> str:
    """Text that may have several lines."""
    if not isinstance(value, str):
        return text(value)
    try:
        return clean(value, multiline=True)
    except TextError as error:
        raise CellError(error.sentence) from error


def amount(value: Any, scale: Scale = WAN, *, allow_zero: bool = False) -> Decimal:
    """Yuan (元). A text may name its own unit, 0.8亿元 or 3000（万元）; a number is in the column's."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _number(value, scale, allow_zero)
        written, own = _own_unit(shown(value), scale)
        return parse_amount(written, own, allow_zero=allow_zero)
    except AmountError as error:
        raise CellError(error.sentence) from error


def day(value: Any, epoch: int = 1900) -> date:
    """A day: a date of the sheet, a text in any usual form, or a date's bare serial number."""
    if isinstance(value, dict) and "day" in value:
        return _bounded(date.fromisoformat(value["day"][:10]))
    if month(value) is not None:
        raise CellError(NO_DAY_OF_MONTH)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _day_of_number(value, epoch)
    if not isinstance(value, str):
        raise CellError(NOT_A_DAY)
    written = half_width(value.strip(_SPACES))
    for pattern in (_DAY, _EIGHT):
        if match := pattern.fullmatch(written):
            return _day_of(*(int(part) for part in match.groups()))
    if epoch == 1900 and re.fullmatch(r"[34]\d{4}", written, re.ASCII):
        return _day_of_number(int(written), epoch)
    if match := _CHINESE_DAY.fullmatch(value.strip(_SPACES)):
        return _day_of(*_chinese(match))
    if re.fullmatch(r"\d{4} ?[年\-./]\d{1,2}月?", written, re.ASCII):
        raise CellError(NO_DAY_OF_MONTH)
    raise CellError(NOT_A_DAY)


def year(value: Any) -> int:
    """A year, also as 2012年 or 2012年度."""
    if isinstance(value, dict):
        raise CellError(NOT_A_YEAR)
    match = _YEAR.fullmatch(half_width(shown(value)))
    if match is None or not EARLIEST.year <= int(match[1]) <= LATEST.year:
        raise CellError(NOT_A_YEAR)
    return int(match[1])


def count(value: Any) -> int:
    """A whole number from 0 to 9999."""
    match = _COUNT.fullmatch(half_width(shown(value)))
    if match is None or isinstance(value, dict | bool):
        raise CellError(NOT_A_COUNT)
    return int(match[0])


def shares(value: Any) -> list[tuple[str, int]]:
    """``水沟镇 60%; 招商局 40%`` as names and basis points; a lone 100 % has no name."""
    if value in (1, 100) and not isinstance(value, bool):
        return [("", FULL)]
    if not isinstance(value, str):
        raise CellError(NOT_SHARES)
    if half_width(value.strip(_SPACES)) in ("100%", "100 %"):
        return [("", FULL)]
    try:
        return [(clean(name), points) for name, points in parse_shares(value)]
    except ShareError as error:
        raise CellError(error.sentence, error.params) from error
    except TextError as error:
        raise CellError(error.sentence) from error


def month(value: Any) -> tuple[int | None, int] | None:
    """Year (None if it is not written) and month of a cell that names no day: 2012年6月, 6月份."""
    if isinstance(value, dict) and "month" in value:
        year_, month_ = value["month"].split("-")
        return int(year_), int(month_)
    if isinstance(value, int | float) and not isinstance(value, bool):
        match = re.fullmatch(r"((?:19|20)\d{2})(\d{2})", _number_text(value), re.ASCII)
    elif isinstance(value, str):
        match = _MONTH.fullmatch(_in_digits(half_width(value).translate(_NO_SPACES)))
    else:
        return None
    if match is None or not 1 <= int(match[2]) <= 12:
        return None
    return (int(match[1]) if match[1] else None), int(match[2])


def padded(value: Any, code: str) -> Any:
    """A number as its format shows it, if that only adds zeros or letters: 123 under 000000."""
    match = _PADDING.fullmatch(code.split(";")[0])
    is_whole = isinstance(value, int | float) and float(value).is_integer() and value >= 0
    if match is None or not is_whole or isinstance(value, bool):
        return value
    before = re.sub(r'["\\]', "", match[1])
    return before + _number_text(value).zfill(len(match[2]))


# Numbers and days


def _own_unit(written: str, scale: Scale) -> tuple[str, Scale]:
    """A text without a unit that only sheets have, and its scale: 3000（万元）, 1200千元."""
    match = _OWN_UNIT.fullmatch(half_width(written.strip(_SPACES)))
    if match is None:
        return written, scale
    return match[1], SCALES[match[2] or match[3]]


def _in_digits(written: str) -> str:
    """二〇一二年七月 as 2012年7月."""
    match = _CHINESE_MONTH.fullmatch(written)
    if match is None:
        return written
    year_ = "".join(str(_NUMERALS[numeral]) for numeral in match[1] or "")
    return f"{year_}年{_up_to_99(match[2])}月" if year_ else f"{_up_to_99(match[2])}月"


def _number(value: float, scale: Scale, allow_zero: bool) -> Decimal:
    """Binary noise may move a computed cell off its fen (862.729999999999) by 1/200 fen at most."""
    if not math.isfinite(value):
        return parse_number(value, scale)
    fen = Decimal(f"{value:.15g}") * scale * 100
    if abs(fen.adjusted()) < LONGEST_EXPONENT and abs(fen - round(fen)) < NOISE:
        return parse_number(Decimal(round(fen)).scaleb(-2), YUAN, allow_zero=allow_zero)
    return parse_number(value, scale, allow_zero=allow_zero)


def _number_text(value: float) -> str:
    return f"{value:.0f}" if float(value).is_integer() else f"{value:.15g}"


def _day_of_number(value: float, epoch: int) -> date:
    if not math.isfinite(value):
        raise CellError(NOT_A_DAY)
    if not float(value).is_integer():
        # A date with its hour, or 2012.6 for a month.
        if 1980 <= value < 2100:
            raise CellError(NO_DAY_OF_MONTH)
        value = float(int(value))
    whole = int(value)
    if match := _EIGHT.fullmatch(str(whole)):
        return _day_of(*(int(part) for part in match.groups()))
    zero = _DAY_ZERO[epoch]
    if not (EARLIEST - zero).days <= whole <= (LATEST - zero).days:
        raise CellError(NOT_A_DAY)
    return zero + timedelta(days=whole)


def _day_of(year_: int, month: int, day_: int) -> date:
    try:
        return _bounded(date(year_, month, day_))
    except ValueError as error:
        if isinstance(error, CellError):
            raise
        raise CellError(NOT_A_DAY) from error


def _bounded(found: date) -> date:
    if not EARLIEST <= found <= LATEST:
        raise CellError(FAR_DAY)
    return found


def _chinese(match: re.Match[str]) -> tuple[int, int, int]:
    year_ = int("".join(str(_NUMERALS[numeral]) for numeral in match[1]))
    return year_, _up_to_99(match[2]), _up_to_99(match[3])


def _up_to_99(numerals: str) -> int:
    """十二 is 12, 二十 is 20, 三十一 is 31; 一二 is invalid (0)."""
    tens, ten, ones = numerals.rpartition("十")
    if not ten:
        return _NUMERALS.get(numerals, 0)
    return 10 * (_NUMERALS.get(tens, 0) if tens else 1) + (_NUMERALS.get(ones, 0) if ones else 0)


def _joined(written: str) -> str:
    """The lines of a cell as one: joined directly in Chinese, by a space between words."""

    def between(match: re.Match[str]) -> str:
        before, after = written[match.start() - 1], written[match.end()]
        return " " if before.isascii() and after.isascii() else ""

    return re.sub(r"[ \t]*[\r\n]+[ \t]*", between, written.strip(_SPACES))
