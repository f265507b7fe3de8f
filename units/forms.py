"""Form fields that all pages share: text, amounts, days, percents, units.

A name or an amount means the same wherever it is typed. A value that is not understood beyond doubt
is refused, never guessed, and what was typed is shown again.
"""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from units.ground import basis_points
from units.ground.money import WAN, AmountError, Scale, parse_amount, wan_exact, yuan_text
from units.ground.refusal import Conflict, Refusal
from units.ground.text import TextError, clean, half_width
from units.models import County, Unit

NOTHING_CHOSEN = ("", "—")
EARLIEST = date(1980, 1, 1)
LATEST = date(2099, 12, 31)

UnitChoices = list[tuple[str, str] | tuple[Any, list[tuple[str, str]]]]

_DAY = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})|年(\d{1,2})月(\d{1,2})日)",
    re.ASCII,
)


class CleanCharField(forms.CharField):
    """One line of free text, cleaned as all free text is."""

    default_error_messages = {"required": _("Write something here.")}
    multiline = False

    def __init__(self, **options: Any) -> None:
        super().__init__(strip=False, **options)

    def to_python(self, value: Any) -> Any:
        try:
            return clean(super().to_python(value) or "", multiline=self.multiline)
        except TextError as error:
            raise ValidationError(_(error.sentence), code=error.code) from error


class CleanTextField(CleanCharField):
    """Several lines of free text."""

    multiline = True
    widget = forms.Textarea

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"rows": 3, **super().widget_attrs(widget)}


class AmountField(forms.Field):
    """万元 in, 元 out; empty gives None where the field is not required."""

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
    """A day in any usual notation: 2012-06-30, 2012/6/30, 2012.6.30 or 2012年6月30日."""

    default_error_messages = {"required": _("Write the day, as in 2012-06-30.")}

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        super().__init__(**options)

    def to_python(self, value: Any) -> date | None:
        if isinstance(value, date) or value in self.empty_values:
            return value or None
        return parse_day(str(value))


class MonthField(forms.Field):
    """A month, 2012-06 or 2012年6月, as its first day."""

    def to_python(self, value: Any) -> date | None:
        if isinstance(value, date) or value in self.empty_values:
            return value or None
        written = half_width(str(value).strip()).replace("年", "-").removesuffix("月")
        try:
            return parse_day(f"{written}-1".replace("/", "-").replace(".", "-"))
        except ValidationError as error:
            raise ValidationError(_("Write a month, as in 2012-06."), code="month") from error

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%Y-%m}" if isinstance(value, date) else value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"autocomplete": "off"} | super().widget_attrs(widget)


class WholeField(forms.Field):
    """A whole number of at least 0, in digits."""

    widget = forms.TextInput

    def __init__(self, *, most: int, **options: Any) -> None:
        super().__init__(**options)
        self.most = most

    def to_python(self, value: Any) -> int | None:
        if isinstance(value, int) or value in self.empty_values:
            return value if isinstance(value, int) else None
        written = half_width(str(value).strip())
        if written.isascii() and written.isdigit() and len(written) < 10:
            number = int(written)
            if number <= self.most:
                return number
        sentence = _("Write a whole number from 0 to %(most)d.")
        raise ValidationError(sentence, code="whole", params={"most": self.most})

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "numeric", "autocomplete": "off"} | super().widget_attrs(widget)


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
        return basis_points.plain(value) if isinstance(value, int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != initial)
        except ValidationError:
            return True

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs = {"inputmode": "decimal", "autocomplete": "off"}
        return attrs | super().widget_attrs(widget)


def parse_day(written: str) -> date:
    """The day; raises ValidationError with a sentence for the user."""
    match = _DAY.fullmatch(half_width(written.strip()))
    try:
        day = date(*(int(part) for part in match.groups() if part)) if match else None
    except ValueError:
        day = None
    if day is None or not EARLIEST <= day <= LATEST:
        sentence = _("“%(text)s” is not a day of the calendar. Write it as in 2012-06-30.")
        raise ValidationError(sentence, code="day", params={"text": written[:30]})
    return day


def parse_percent(written: str, *, allow_zero: bool = False) -> int:
    """Basis points of ``33.33``, ``60%`` or ``６０％``; raises ValidationError with a sentence."""
    points = basis_points.parse(written)
    if points is None or not (points or allow_zero):
        sentence = _("Write a percent up to 100 with at most two decimals, for example 33.33.")
        raise ValidationError(sentence, code="percent")
    return points


class RefusableForm(forms.Form):
    """A form that shows an action's refusal beside the field that the refusal names."""

    use_required_attribute = False

    def refuse(self, refusal: Refusal) -> None:
        field = refusal.field if refusal.field in self.fields else None
        self.add_error(field, str(refusal))


class SeenForm(RefusableForm):
    """A form about something stored. ``seen`` is the fingerprint of what its page showed (rule 18).

    Without it the form is out of date; the action decides.
    """

    # Without an id: a page may show several such forms.
    seen = forms.CharField(widget=forms.HiddenInput({"id": False}), required=False, max_length=64)
    conflict: Conflict | None = None

    def refuse(self, refusal: Refusal) -> None:
        super().refuse(refusal)
        if isinstance(refusal, Conflict):
            self.conflict = refusal

    def show_anew(self, seen: str) -> None:
        """Keep what was typed, now about what the page shows this time."""
        data = cast(QueryDict, self.data).copy()
        data[self.add_prefix("seen")] = seen
        self.data = data


def value_words(field: forms.BoundField, value: Any) -> str:
    """A value for people: the label of a choice, not its key."""
    text = "" if value is None else str(value)
    if not isinstance(field.field, forms.ChoiceField):
        return text
    choices: Any = field.field.choices
    return next((str(label) for key, label in choices if str(key) == text), text)


def unit_choices(units: Iterable[Unit], county: County | None) -> UnitChoices:
    """Units for a select, by group and in official order; ended units are marked."""
    if county is None:
        return []
    ordered = sorted(units, key=county.official)
    return [
        (county.group(kind).title, [(str(unit.pk), _option(unit)) for unit in of_group])
        for kind, of_group in groupby(ordered, key=lambda unit: unit.kind)
    ]


def _option(unit: Unit) -> str:
    return unit.name if unit.ended_on is None else _("%(unit)s (ended)") % {"unit": unit.name}
