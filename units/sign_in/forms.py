"""Forms for a person's own account: names, passwords, codes.

An unknown name and a wrong password get the same answer. No password is stored here.
"""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from units.ground.refusal import Refusal
from units.models import User
from units.sign_in import hashing, lockout, passwords, second_factor
from units.sign_in.code_field import code_field
from units.sign_in.password_again import prove


class SignInForm(AuthenticationForm):
    """Name and password. Only who typed the right one-time password learns that it has expired."""

    error_messages = {
        "invalid_login": _(
            "Name or password is wrong. Width and case of the name make no difference."
        ),
        "inactive": _("Name or password is wrong. Width and case of the name make no difference."),
    }

    def clean(self) -> dict[str, Any]:
        """Django's check, with wrong passwords counted."""
        given = self.cleaned_data
        if "username" in given and "password" in given:
            user = self._checked(given["username"], given["password"])
            if user is None:
                raise self.get_invalid_login_error()
            self.confirm_login_allowed(user)
            self.user_cache = user
        return given

    def _checked(self, name: str, password: str) -> User | None:
        assert self.request is not None
        try:
            return lockout.check(self.request, name, password)
        except Refusal as busy:
            raise ValidationError(str(busy), code="busy") from busy

    def confirm_login_allowed(self, user: Any) -> None:
        super().confirm_login_allowed(user)
        hashing.renew(user, self.cleaned_data["password"])
        if passwords.is_spent(user, timezone.now()):
            raise ValidationError(passwords.SPENT, code="spent")
        if passwords.is_held(user):
            raise ValidationError(passwords.HELD, code="held")


class NewPasswordForm(PasswordChangeForm):
    """The current password, a code, and the new one twice. The page shows the rules."""

    def __init__(self, *args: Any, request: HttpRequest, **options: Any) -> None:
        super().__init__(*args, **options)
        self.request = request
        if second_factor.is_on(self.user):
            self.fields = {"old_password": self.fields["old_password"]} | {
                "second_factor": code_field(),
                **self.fields,
            }
        self.fields["new_password1"].help_text = ""
        self.fields["new_password2"].help_text = ""

    def clean_old_password(self) -> str:
        """Checked in ``clean``, counted as every guess is."""
        return str(self.cleaned_data["old_password"])

    def clean(self) -> dict[str, Any]:
        """Who it is comes last: a code is good once, and a new password may be refused."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                prove(self.request, given["old_password"], given.get("second_factor"))
            except Refusal as refusal:
                is_code = refusal.field == "second_factor"
                self.add_error(refusal.field if is_code else "old_password", str(refusal))
        return given


class CodeForm(forms.Form):
    """A code of the second factor: six digits of the app, or a recovery code."""

    second_factor = code_field(inputmode="text", autofocus=True)
