"""Lists as CSV: UTF-8 with a byte order mark, so that Excel and WPS read the Chinese; one heading row.

A text that a sheet would take for a formula gets an apostrophe in front.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import IO

from ledger.sheets.book import Column, Live, Styled, Value, writable

BOM = "\ufeff"
_LEADING = tuple("=+-@＝＋－＠\t\r\n")


def write(columns: Sequence[Column], rows: Iterable[Sequence[Value]], file: IO[bytes]) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    text.write(BOM)
    lines = csv.writer(text)
    lines.writerow(_text(column.heading) for column in columns)
    lines.writerows([_text(value) for value in row] for row in rows)
    text.detach()  # flushed; the file stays open for its owner


def _text(value: Value) -> str:
    """Numbers without separators and with two places or as many as they need, days as 2012-06-30; nothing for a formula."""
    if isinstance(value, Styled):
        value = value.value
    if value is None or isinstance(value, Live):
        return ""
    if isinstance(value, Fraction):
        return str(Decimal(value.numerator) / Decimal(value.denominator))
    if isinstance(value, Decimal):
        whole, _point, places = f"{value:f}".partition(".")
        return f"{whole}.{places.rstrip('0').ljust(2, '0')}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date | int):
        return str(value)
    text = writable(str(value))
    return f"'{text}" if text.startswith(_LEADING) else text
