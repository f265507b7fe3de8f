"""Forms for service steps and problems: a step, the day it was done, a problem, an answer.

The rules are in ``steps.py`` and ``problems.py``, whose refusals are shown beside the fields.
"""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.models import Project, ServiceStep
from projects.service.steps import CONTENTS, StepDraft
from units.forms import (
    NOTHING_CHOSEN,
    CleanCharField,
    CleanTextField,
    DayField,
    RefusableForm,
    unit_choices,
)
from units.models import Unit


class SeenForm(RefusableForm):
    """A form made from a known version of a record."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    @property
    def version_seen(self) -> int:
        """The version that was shown; a missing version never matches."""
        return self.cleaned_data["version"] or 0


class StepForm(SeenForm):
    item = CleanCharField(
        label=_("Item"),
        max_length=200,
        help_text=_("What the office does, for example: connect the temporary power line."),
    )
    unit = forms.ChoiceField(
        label=_("Responsible unit"),
        error_messages={
            "required": _("Choose the responsible unit."),
            "invalid_choice": _("Choose a unit from the list."),
        },
    )
    sponsor = CleanCharField(label=_("Sponsor"), max_length=100, required=False)
    due_on = DayField(label=_("Due on"))
    done_on = DayField(
        label=_("Done on"), required=False, help_text=_("Leave it empty until it is done.")
    )

    def __init__(
        self, data: Any = None, *, project: Project, step: ServiceStep | None = None
    ) -> None:
        super().__init__(data, initial=initial_of(step) if step else {"sponsor": project.sponsor})
        units = Unit.objects.filter(county=project.county_id).order_by()
        self.units = {str(unit.pk): unit for unit in units}
        choices = [NOTHING_CHOSEN, *unit_choices(self.units.values(), project.county)]
        self.fields["unit"].choices = choices  # type: ignore[attr-defined]

    def draft(self) -> StepDraft:
        given = {name: self.cleaned_data[name] for name in CONTENTS}
        return StepDraft(**given | {"unit": self.units[given["unit"]]})


def initial_of(step: ServiceStep) -> dict[str, Any]:
    """A stored step as the form's initial values."""
    values = {name: getattr(step, name) for name in (*CONTENTS, "version")}
    return values | {"unit": str(step.unit_id)}


class FinishForm(SeenForm):
    """The day on which a step was done."""

    done_on = DayField(label=_("Done on"))

    def __init__(self, data: Any = None, *, step: ServiceStep, today: date) -> None:
        initial = {"done_on": step.done_on or today, "version": step.version}
        super().__init__(data, initial=initial)


class TellForm(SeenForm):
    """A problem in words."""

    words = CleanTextField(
        label=_("Problem"),
        max_length=1000,
        help_text=_("What stands in the way, since when, and who could remove it."),
    )


class AnswerForm(SeenForm):
    """The bureau's answer to a problem."""

    answer = CleanTextField(
        label=_("Answer"),
        max_length=1000,
        help_text=_("What will be done, by whom and until when."),
    )


class SettleForm(SeenForm):
    """Only a button, with the version that was seen."""
