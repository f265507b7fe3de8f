"""What people type in the paperwork of a quarter: ticks, reasons, reports, claims, wishes.

Owns: these fields. Must never: decide what may be done; the verbs say so, and the forms show their
sentences beside their fields.
"""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ledger.checks import ADVISORY
from ledger.forms import FilesForm
from units.forms import CleanCharField, CleanTextField, PercentField, RefusableForm
from units.password_again import PasswordAgainForm

MOST = 9_999


class KnownForm(RefusableForm):
    """The ticks beside the findings of the checks, by their numbers.

    A tick whose finding has gone meanwhile does no harm.
    """

    known = forms.TypedMultipleChoiceField(
        coerce=int, choices=[(number, number) for number in sorted(ADVISORY)], required=False
    )

    @property
    def ticked(self) -> list[str]:
        """The numbers that are ticked now, as they were typed."""
        return self.data.getlist("known") if isinstance(self.data, QueryDict) else []


class ProposeForm(PasswordAgainForm, KnownForm):
    """The first person's word: ticks, and the password."""


class ConfirmForm(PasswordAgainForm, KnownForm):
    """The second person's word: the same."""


class ReopenForm(PasswordAgainForm, RefusableForm):
    """The second person's word to a reopening."""


class ReopenReasonForm(PasswordAgainForm, RefusableForm):
    """The first person's word to a reopening: why."""

    field_order = ("reason",)

    reason = CleanCharField(label=_("Reason for reopening"), max_length=500)


class ReportForm(RefusableForm):
    """A month's report. Zero is typed as 0: a report is never empty by accident."""

    trips = forms.IntegerField(label=_("Investment trips"), min_value=0, max_value=MOST)
    reserve_projects = forms.IntegerField(
        label=_("Reserve projects compiled"),
        min_value=0,
        max_value=MOST,
        help_text=_("Compiled in this month. Each unit compiles at least three a year."),
    )
    problems = CleanTextField(
        label=_("Problems"),
        max_length=2000,
        required=False,
        help_text=_("What stands in the way, and what the bureau should help with."),
    )


class DeadlineForm(RefusableForm):
    report_day = forms.IntegerField(
        label=_("Reports are due by this day of the following month"), min_value=1, max_value=28
    )


class ClaimForm(FilesForm):
    """A claim to a share. ``project`` is left out where the page is about one."""

    project = CleanCharField(
        label=_("Project name"),
        max_length=200,
        help_text=_("The whole name, as it is registered."),
    )
    basis_points = PercentField(label=_("Claimed share in percent"))
    reason = CleanTextField(
        label=pgettext_lazy("claim", "Reason"),
        max_length=2000,
        help_text=_("Who found the investor, who negotiated, where the project landed."),
    )

    field_order = ["project", "basis_points", "reason", "evidence_kind", "evidence"]


class ClaimAnswerForm(RefusableForm):
    """The lead unit's answer."""

    answer = CleanTextField(label=_("Answer of the lead unit"), max_length=2000, required=False)


class DecisionForm(RefusableForm):
    """The bureau's decision; the share is needed only where it grants."""

    basis_points = PercentField(label=_("Granted share in percent"), required=False)
    decision = CleanTextField(label=_("Decision"), max_length=2000)


class TrailSieve(forms.Form):
    """What the reader of the trail looks for. A wish that makes no sense is none."""

    who = forms.CharField(label=_("Person"), required=False)
    deed = forms.ChoiceField(label=_("Deed"), required=False)
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    since = forms.DateField(
        label=pgettext_lazy("days", "From"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    until = forms.DateField(
        label=pgettext_lazy("days", "To"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    record = forms.CharField(label=_("Record"), required=False)
    refused = forms.BooleanField(label=_("Refused attempts only"), required=False)

    def wishes(self) -> dict[str, Any]:
        """The wishes that make sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
