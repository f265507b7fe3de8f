"""The filter of the trail's page."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class TrailFilter(forms.Form):
    """The filter of the trail. Values that make no sense are ignored."""

    who = forms.CharField(label=_("Person"), required=False)
    action = forms.ChoiceField(label=_("Action"), required=False)
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

    def parameters(self) -> dict[str, Any]:
        """The values that make sense, by field."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
