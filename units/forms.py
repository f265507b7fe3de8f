"""What people type, on every page: text, amounts, days, percents; and the forms of units and targets.

Owns: the fields that all forms share, so that a name or an amount means the same wherever it is
typed. Must never: accept what it is not sure of, lose what was typed, or decide a rule (the verbs do).
"""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from units.money import WAN, AmountError, Scale, parse_amount, wan_exact, yuan_text
from units.text import TextError, clean

EARLIEST = date(1980, 1, 1)
LATEST = date(2099, 12, 31)
FULL = 10_000

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_DAY = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})|年(\d{1,2})月(\d{1,2})日)",
    re.ASCII,
)
_PERCENT = re.compile(r"(\d{1,3})(?:\.(\d{1,2}))? ?%?", re.ASCII)


class CleanCharField(forms.CharField):
    """One line of text, cleaned by the one rule for free text."""

    multiline = False

    def __init__(self, **options: Any) -> None:
        super().__init__(strip=False, **options)

    def to_python(self, value: Any) -> Any:
        try:
            return clean(super().to_python(value) or "", multiline=self.multiline)
        except TextError as error:
            raise ValidationError(_(error.sentence), code=error.code) from error


class CleanTextField(CleanCharField):
    """Several lines of text."""

    multiline = True
    widget = forms.Textarea

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"rows": 3, **super().widget_attrs(widget)}


class AmountField(forms.Field):
    """万元 in, yuan out; empty gives None where the field is not required."""

    widget = forms.TextInput

    def __init__(self, *, unit: Scale = WAN, allow_zero: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.unit, self.allow_zero = unit, allow_zero

    def to_python(self, value: Any) -> Decimal | None:
        if isinstance(value, Decimal):
            return value
        written = str(value or "")
        if not written.strip() and not self.required:
            return None
        try:
            return parse_amount(written, self.unit, allow_zero=self.allow_zero)
        except AmountError as error:
            raise ValidationError(_(error.sentence), code=error.code) from error

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, Decimal):
            return value
        return wan_exact(value) if self.unit == WAN else yuan_text(value, plain=True)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != initial)
        except ValidationError:
            return True

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs = {"inputmode": "decimal", "autocomplete": "off"}
        return attrs | super().widget_attrs(widget)


class DayField(forms.Field):
    """A day as people write it: 2012-06-30, 2012/6/30, 2012.6.30 or 2012年6月30日."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        super().__init__(**options)

    def to_python(self, value: Any) -> date | None:
        if isinstance(value, date) or value in self.empty_values:
            return value or None
        return parse_day(str(value))


class PercentField(forms.Field):
    """A percent up to 100 with at most two decimals in, basis points out."""

    widget = forms.TextInput

    def __init__(self, *, allow_zero: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.allow_zero = allow_zero

    def to_python(self, value: Any) -> int | None:
        if isinstance(value, int) or value in self.empty_values:
            return value if isinstance(value, int) else None
        return parse_percent(str(value), allow_zero=self.allow_zero)

    def prepare_value(self, value: Any) -> Any:
        return percent_plain(value) if isinstance(value, int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != initial)
        except ValidationError:
            return True

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs = {"inputmode": "decimal", "autocomplete": "off"}
        return attrs | super().widget_attrs(widget)


def parse_day(written: str) -> date:
    """The day that was written, or a sentence."""
    match = _DAY.fullmatch(written.strip().translate(_FULL_WIDTH))
    try:
        day = date(*(int(part) for part in match.groups() if part)) if match else None
    except ValueError:
        day = None
    if day is None or not EARLIEST <= day <= LATEST:
        sentence = _("“%(text)s” is not a day of the calendar. Write it as in 2012-06-30.")
        raise ValidationError(sentence, code="day", params={"text": written[:30]})
    return day


def parse_percent(written: str, *, allow_zero: bool = False) -> int:
    """Basis points of ``33.33``, ``60%`` or ``６０％``, or a sentence."""
    match = _PERCENT.fullmatch(written.strip().translate(_FULL_WIDTH))
    points = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0")) if match else -1
    if not (0 if allow_zero else 1) <= points <= FULL:
        sentence = _("Write a percent up to 100 with at most two decimals, for example 33.33.")
        raise ValidationError(sentence, code="percent")
    return points


def percent_plain(points: int) -> str:
    """``33.33`` for 3,333 basis points, ``60`` for 6,000: what ``parse_percent`` reads back."""
    return f"{Decimal(points) / 100:f}".removesuffix(".00")


def as_initial(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a record holds as a form shows it for editing."""
    return {name: "" if value is None else value for name, value in values.items()}
