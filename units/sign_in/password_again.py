"""Asking for the password again before an action that cannot be undone.

A form for such an action is a ``PasswordAgainForm``: it asks for the password, and for a code if
the person has a second factor. For ten minutes after a right answer it asks for neither. Failures
count as failed sign-ins, so that this form allows no extra guesses.
"""

from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from units import trail
from units.access import person
from units.ground.refusal import Refusal
from units.sign_in import lockout, second_factor
from units.sign_in.code_field import code_field

HOLDS = timedelta(minutes=10)
ANSWERED_AT = "password_again_at"


class PasswordAgainForm(forms.Form):
    """Password and code; the fields of the action itself are a subclass's."""

    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text=_(
            "Asked again because this deed is announced and cannot be taken back quietly. "
            "The answer holds for ten minutes."
        ),
    )
    second_factor = code_field()

    def __init__(self, *args: Any, request: HttpRequest, **options: Any) -> None:
        super().__init__(*args, **options)
        self.request = request
        if is_answered(request):
            del self.fields["password"], self.fields["second_factor"]
        elif not second_factor.is_on(person(request)):
            del self.fields["second_factor"]

    def identity(self) -> list[forms.BoundField]:
        """The fields that are asked now."""
        return [self[name] for name in ("password", "second_factor") if name in self.fields]

    def demand(self) -> dict[str, Any]:
        """The cleaned fields of the action; raises Refusal for a wrong password or code."""
        given = dict(self.cleaned_data)
        password, code = given.pop("password", None), given.pop("second_factor", None)
        if not is_answered(self.request):
            _demand(self.request, password or "", code)
        return given


class SwitchOnForm(PasswordAgainForm):
    """To switch on the second factor: who it is, and the first code of the new key."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["second_factor"] = code_field(_("Six digits from the app on your telephone."))

    def demand(self) -> dict[str, Any]:
        code = self.cleaned_data["second_factor"]
        return super().demand() | {"second_factor": code}


def is_answered(request: HttpRequest) -> bool:
    at: float = request.session.get(ANSWERED_AT, 0)
    return 0 <= timezone.now().timestamp() - at < HOLDS.total_seconds()


def prove(request: HttpRequest, password: str, code: str | None) -> None:
    """That the person at the desk is the one who signed in: password and, if there is one, code.

    The only way in which a page checks a password. Raises Refusal; a wrong one is a counted guess.
    """
    user = person(request)
    if lockout.check(request, user.get_username(), password) != user:
        raise Refusal(_("This is not your password."), field="password")
    if second_factor.is_on(user):
        second_factor.demand(user, code or "")


def _demand(request: HttpRequest, password: str, code: str | None) -> None:
    prove(request, password, code)
    user, at = person(request), timezone.now()
    trail.record(user, "password.again", at=at, unit=user.unit)
    request.session[ANSWERED_AT] = at.timestamp()
