"""The forms of the meeting: a pledge, and the reason for taking one back."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ledger.meeting.pledges import PledgeDraft
from units.forms import (
    NOTHING_CHOSEN,
    AmountField,
    CleanCharField,
    DayField,
    SeenForm,
    unit_choices,
)
from units.models import County, Unit


class PledgeForm(SeenForm):
    """A unit, its words, and the 万元 that it will have received from 1 January to a day."""

    unit = forms.ChoiceField(label=_("Unit"))
    promised_amount = AmountField(
        label=_("Will have received (万元)"),
        help_text=_("From 1 January to the day, all that counts together."),
    )
    due_on = DayField(label=_("By the day"))
    words = CleanCharField(
        label=_("In its own words"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, data: Any = None, *, county: County, seen: str = "") -> None:
        super().__init__(data, initial={"seen": seen})
        standing = Unit.objects.filter(county=county, ended_on=None).order_by()
        self.units = {str(unit.pk): unit for unit in standing}
        field = self.fields["unit"]
        field.choices = [NOTHING_CHOSEN, *unit_choices(self.units.values(), county)]  # type: ignore[attr-defined]

    def draft(self) -> PledgeDraft:
        given = self.cleaned_data
        return PledgeDraft(
            unit=self.units[given["unit"]],
            words=given["words"],
            promised_amount=given["promised_amount"],
            due_on=given["due_on"],
        )


class TakeBackForm(forms.Form):
    use_required_attribute = False

    reason = CleanCharField(label=_("Reason"), max_length=500)
