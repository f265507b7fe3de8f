"""The form of a county target and the table of its versions.

Empty quarters are filled from the county's schedule. ``county_targets`` does the writing.
"""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from units.forms import AmountField, CleanCharField, DayField, SeenForm
from units.models import CountyTarget, Schedule
from units.tables import NUMBER, Column, Table
from units.targets.county_targets import CountyTargetDraft
from units.targets.schedule import scheduled


class CountyTargetForm(SeenForm):
    """Amounts in 万元; empty quarters are filled from the schedule."""

    issuer = forms.ChoiceField(label=_("Issuer"), choices=CountyTarget.Issuer.choices)
    amount = AmountField(label=_("Annual target (万元)"), allow_zero=True)
    due_first = AmountField(
        label=_("Due by the first quarter (万元)"),
        required=False,
        allow_zero=True,
        help_text=_("Leave the quarters empty to fill them from the schedule of the county."),
    )
    due_second = AmountField(
        label=_("Due by the second quarter (万元)"), required=False, allow_zero=True
    )
    due_third = AmountField(
        label=_("Due by the third quarter (万元)"), required=False, allow_zero=True
    )
    effective_on = DayField(label=_("Effective on"))
    document_no = CleanCharField(
        label=_("Document number"), max_length=100, help_text=_("For example 商政发〔2012〕8号.")
    )

    def __init__(self, data: Any = None, *, year: int, schedule: Schedule, seen: str) -> None:
        super().__init__(data, initial={"effective_on": date(year, 1, 1), "seen": seen})
        self.schedule = schedule

    def draft(self) -> CountyTargetDraft:
        given = self.cleaned_data
        filled = scheduled(given["amount"], self.schedule.parts)
        typed = [given["due_first"], given["due_second"], given["due_third"]]
        first, second, third = (
            part if typed_part is None else typed_part
            for typed_part, part in zip(typed, filled, strict=False)
        )
        return CountyTargetDraft(
            issuer=given["issuer"],
            amount=given["amount"],
            due=(first, second, third),
            effective_on=given["effective_on"],
            document_no=given["document_no"],
        )


class CountyTargetTable(Table):
    """Every recorded version; the first of an issuer is in force."""

    cells = "units/targets/county_target_cells.jinja"
    issuer = Column(_("Issuer"), accessor="get_issuer_display", attrs={"term": "issuer"})
    amount = Column(_("Annual target (万元)"), attrs=NUMBER)
    due_first = Column(_("Due by the first quarter (万元)"), attrs=NUMBER)
    due_second = Column(_("Due by the second quarter (万元)"), attrs=NUMBER)
    due_third = Column(_("Due by the third quarter (万元)"), attrs=NUMBER)
    effective_on = Column(_("Effective on"))
    document_no = Column(_("Document number"))
    recorded_by = Column(_("Recorded by"))

    class Meta:
        attrs = {"class": "stack", "label": _("Targets from above")}
        orderable = False
