"""The form of the county's settings. The rules are in ``settings.py``."""

from itertools import permutations
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from units.county import settings
from units.forms import AmountField, CleanCharField, MonthField, RefusableForm, value_words
from units.models import County, UnitKind


class GroupsField(forms.TypedChoiceField):
    """A select of the possible orders of the groups."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=_orders, coerce=lambda value: value.split(","), **options)

    def prepare_value(self, value: Any) -> Any:
        return ",".join(value) if isinstance(value, list) else value


def _orders() -> list[tuple[str, str]]:
    between = pgettext("between names", ", ")
    return [
        (",".join(kinds), between.join(str(UnitKind(kind).label) for kind in kinds))
        for kinds in permutations(UnitKind.values)
    ]


class CountyForm(RefusableForm):
    """Every setting of ``county``."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    name = CleanCharField(
        label=_("Name of the county"),
        min_length=settings.LEAST_NAME,
        max_length=settings.MAX_NAME,
    )
    groups = GroupsField(
        label=_("Order of the groups"),
        help_text=_("The order in which tables and papers list them. Announced ones stay."),
    )
    large_from = AmountField(label=_("Large project from (万元)"))
    major_from = AmountField(label=_("Major project from (万元)"))
    mega_from = AmountField(label=_("Mega project from (万元)"))
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
        field = self[name]
        return value_words(field, field.field.prepare_value(value))
