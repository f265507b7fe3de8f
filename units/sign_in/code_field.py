"""The form field for a code of the second factor."""

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

HELP = _("Six digits from the app on your telephone, or one of your recovery codes.")


def code_field(help_text: "StrOrPromise" = HELP, **attrs: object) -> forms.CharField:
    """Six digits of the app, or a recovery code; ``attrs`` of its input."""
    return forms.CharField(
        label=pgettext_lazy("second factor", "Code"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", **attrs}),
        help_text=help_text,
    )
