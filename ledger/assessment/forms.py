"""The form of a scheme's text, and of the points that a unit claims or the bureau gives."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ledger.assessment.record import MAX_TEXT
from units.forms import CleanCharField, CleanTextField


class SchemeForm(forms.Form):
    """The text of a scheme; ``seen`` is the version that the page showed."""

    use_required_attribute = False

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    text = CleanTextField(
        label=_("Scheme"),
        max_length=MAX_TEXT,
        help_text=_("One [[item]] for each line of the rule; begin with an example below."),
    )

    def __init__(self, data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.fields["text"].widget.attrs |= {"rows": 26, "spellcheck": "false", "class": "code"}


class RemarkForm(forms.Form):
    """An objection to the points of an item, or the answer to it."""

    item = forms.CharField(max_length=30)
    text = CleanCharField(label=_("Reason"), max_length=500)
    seen = forms.IntegerField(required=False)


class MarkForm(forms.Form):
    """Points for one item, with the reason."""

    item = forms.CharField(max_length=30)
    points = forms.DecimalField(
        label=pgettext_lazy("score", "Points"),
        max_digits=7,
        decimal_places=2,
        min_value=Decimal(0),
    )
    reason = CleanCharField(label=_("Reason"), max_length=500)


def faults(form: forms.Form) -> str:
    """What is wrong with a small form in a table, in one line, each with its field."""
    return " ".join(
        f"{form[name].label}: {' '.join(map(str, errors))}" for name, errors in form.errors.items()
    )
