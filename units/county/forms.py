"""The form of the county's settings. The rules are in ``settings.py``."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from units.county import settings
from units.forms import AmountField, CleanCharField, MonthField, RefusableForm, value_words
from units.ground import groups
from units.ground.groups import LONGEST_NAME, MAX_GROUPS, Group
from units.ground.text import TextError, clean, half_width
from units.models import County

SPARE_ROWS = 3


class GroupsWidget(forms.Widget):
    """A row for each group, with empty ones for more: place, name, English name."""

    template_name = "units/county/groups.jinja"
    parts = ("code", "place", "name", "name_en")

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        rows = range(MAX_GROUPS + SPARE_ROWS)
        typed = (
            {part: data.get(f"{name}-{row}-{part}", "") for part in self.parts} for row in rows
        )
        return [row for row in typed if any(row.values())]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}-0-name" not in data

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        held = [{"place": place, **row} for place, row in enumerate(value or [], start=1)]
        spare = [dict.fromkeys(self.parts, "") for _row in range(SPARE_ROWS)]
        context: dict[str, Any] = super().get_context(name, None, attrs)
        context["widget"]["rows"] = [*held, *spare]
        return context


class GroupsField(forms.Field):
    """The county's groups in their order; a row whose name was emptied is dropped."""

    widget = GroupsWidget

    def to_python(self, value: Any) -> list[dict[str, str]]:
        found: list[tuple[int, Group]] = []
        for row in value or []:
            try:
                name, name_en = clean(row["name"]), clean(row["name_en"])
            except TextError as error:
                raise ValidationError(_(error.sentence), code=error.code) from error
            if max(len(name), len(name_en)) > LONGEST_NAME:
                sentence = _("Write at most %(most)d characters.") % {"most": LONGEST_NAME}
                raise ValidationError(sentence, code="long")
            if name:
                taken = [each["code"] for each in value] + [group.code for _place, group in found]
                code = row["code"] or groups.next_code(taken)
                found.append((_place(row["place"]), Group(code, name, name_en)))
        found.sort(key=lambda each: each[0])
        return groups.plain(group for _place, group in found)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return True


def _place(written: str) -> int:
    """Where a group stands in the list; one without a number comes last."""
    digits = half_width(str(written)).strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 4 else 1_000


class CountyForm(RefusableForm):
    """Every setting of ``county``."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    name = CleanCharField(
        label=_("Name of the county"),
        min_length=settings.LEAST_NAME,
        max_length=settings.MAX_NAME,
    )
    groups = GroupsField(
        label=_("Groups"),
        help_text=_(
            "Units are ranked within their group, and listed in this order. Empty a name to drop a "
            "group that has no units. Announced tables keep the names and the order that they had."
        ),
    )
    large_from = AmountField(label=_("Large project from (万元)"))
    major_from = AmountField(label=_("Major project from (万元)"))
    mega_from = AmountField(label=_("Mega project from (万元)"))
    not_counted = forms.MultipleChoiceField(
        label=_("Does not count in the league table"),
        choices=County.Money.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_(
            "The scope of the main indicator. Nothing ticked: all money received counts. Open "
            "quarters are counted anew at once; announced tables stay as they were."
        ),
    )
    health_start_months = forms.IntegerField(
        label=_("Red: signed so many months ago and not started"), min_value=0, max_value=120
    )
    health_money_months = forms.IntegerField(
        label=_("Red: started and so many months without money"), min_value=0, max_value=120
    )
    health_percent = forms.IntegerField(
        label=_("Yellow: half the year over and less than so many percent received"),
        min_value=0,
        max_value=100,
        help_text=_("0 switches a rule off."),
    )
    report_day = forms.IntegerField(
        label=_("Reports are due by this day of the following month"),
        min_value=1,
        max_value=settings.LAST_DAY,
    )
    reports_from = MonthField(
        label=_("Reports are asked for from"),
        required=False,
        help_text=_(
            "The first month, as in 2012-06. Nobody is named as late or missing for an earlier one. "
            "Empty: every month is asked for once a unit has filed a report."
        ),
    )
    evidence_required = forms.BooleanField(
        label=_("A receipt counts only when the required evidence is complete"), required=False
    )
    issuing_office = CleanCharField(
        label=_("Issuing office"),
        max_length=50,
        required=False,
        help_text=_("Signs the bulletin and the workbook. Empty: the county's investment bureau."),
    )
    title_name = CleanCharField(
        label=_("County in titles"),
        max_length=50,
        required=False,
        help_text=_("As it stands in the titles of the workbook. Empty: the county's name."),
    )
    addressees = CleanCharField(
        label=_("Addressees of the bulletin"),
        max_length=200,
        required=False,
        help_text=_("Without the colon. Empty: the towns, departments and enterprises."),
    )

    def __init__(self, data: Any = None, *, county: County) -> None:
        initial = settings.values(county) | {"seen": settings.fingerprint(county)}
        super().__init__(data, initial=initial)

    def sections(self) -> list[tuple[str | Promise, list[forms.BoundField]]]:
        """The fields under their headings."""
        parts: list[tuple[str | Promise, tuple[str, ...]]] = [
            (_("The county"), ("name", "groups")),
            (_("Sizes of projects"), ("large_from", "major_from", "mega_from")),
            (_("Scope of the league table"), ("not_counted",)),
            (
                _("Lights of projects"),
                ("health_start_months", "health_money_months", "health_percent"),
            ),
            (_("Monthly reports"), ("report_day", "reports_from")),
            (_("Evidence"), ("evidence_required",)),
            (pgettext_lazy("settings", "Papers"), ("issuing_office", "title_name", "addressees")),
        ]
        return [(heading, [self[name] for name in names]) for heading, names in parts]

    def given(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in settings.NAMES}

    def differences(self, county: County) -> list[tuple[Any, str, str]]:
        """Label, recorded value and typed value of each field that differs."""
        typed, recorded = self.given(), settings.values(county)
        return [
            (self[name].label, self._words(name, recorded[name]), self._words(name, typed[name]))
            for name in settings.NAMES
            if typed[name] != recorded[name]
        ]

    def _words(self, name: str, value: Any) -> str:
        if isinstance(value, bool):
            return _now("yes") if value else _now("no")
        if name == "groups":
            return groups.in_words(value)
        if name == "not_counted":
            chosen = [str(each.label) for each in County.Money if each in value]
            return "、".join(chosen) or _now("nothing")
        field = self[name]
        return value_words(field, field.field.prepare_value(value))
