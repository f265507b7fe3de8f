"""The forms of a quarter: ticks, reasons and monthly reports.

The actions decide what may be done; the forms show their refusals beside the fields.
"""

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from ledger.quarter.checks import ADVISORY
from units.county.settings import LAST_DAY
from units.forms import CleanCharField, CleanTextField, RefusableForm, SeenForm
from units.sign_in.password_again import PasswordAgainForm

MAX = 9_999


class KnownForm(RefusableForm):
    """The ticks beside the findings of the checks, by number.

    A tick whose finding has disappeared since does no harm.
    """

    known = forms.TypedMultipleChoiceField(
        coerce=int, choices=[(number, number) for number in sorted(ADVISORY)], required=False
    )

    @property
    def ticked(self) -> list[str]:
        """The ticked numbers, as typed."""
        return self.data.getlist("known") if isinstance(self.data, QueryDict) else []


class ProposeForm(PasswordAgainForm, KnownForm, SeenForm):
    """The first person: ticks and password, for the figures that were seen."""


class ConfirmForm(PasswordAgainForm, KnownForm, SeenForm):
    """The second person: the same, for the proposal that was seen."""


class ReopenForm(PasswordAgainForm, SeenForm):
    """The second person to a reopening."""


class ReopenReasonForm(PasswordAgainForm, SeenForm):
    """The first person to a reopening: the reason."""

    field_order = ("reason",)

    reason = CleanCharField(label=_("Reason for reopening"), max_length=500)


class ReportForm(SeenForm):
    """A month's report. Zero is typed as 0: a report is never empty by accident."""

    trips = forms.IntegerField(label=_("Investment trips"), min_value=0, max_value=MAX)
    reserve_projects = forms.IntegerField(
        label=_("Reserve projects compiled"),
        min_value=0,
        max_value=MAX,
        help_text=_("Compiled in this month. Each unit compiles at least three a year."),
    )
    problems = CleanTextField(
        label=_("Problems"),
        max_length=2000,
        required=False,
        help_text=_("What stands in the way, and what the bureau should help with."),
    )


class DeadlineForm(SeenForm):
    report_day = forms.IntegerField(
        label=_("Reports are due by this day of the following month"),
        min_value=1,
        max_value=LAST_DAY,
    )
