"""Asking for the password once more before a deed that cannot be taken back.

Owns: that one question. Must never: count failures in its own way; they count as failed sign-ins do,
so that nobody guesses here what he may not guess there.
"""

from django import forms
from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from units.access import person
from units.refusal import Refusal


class PasswordAgainForm(forms.Form):
    """The password of the signed-in person."""

    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text=_("Asked again because this deed is announced and cannot be taken back quietly."),
    )


def demand_password(request: HttpRequest, password: str) -> None:
    """Refuse unless it is the password of the signed-in person."""
    user = person(request)
    if authenticate(request, username=user.get_username(), password=password) != user:
        raise Refusal(_("This is not your password."), field="password")
