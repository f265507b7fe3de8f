"""Forms for a person's own account: names, passwords, codes.

An unknown name and a wrong password get the same answer. No password is stored here.
"""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from units.sign_in import hashing, lockout, passwords


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
            user = lockout.check(self.request, given["username"], given["password"])  # type: ignore[arg-type]
            if user is None:
                raise self.get_invalid_login_error()
            self.confirm_login_allowed(user)
            self.user_cache = user
        return given

    def confirm_login_allowed(self, user: Any) -> None:
        super().confirm_login_allowed(user)
        hashing.renew(user, self.cleaned_data["password"])
        if passwords.is_spent(user, timezone.now()):
            raise ValidationError(
                _(
                    "This one-time password has been used, or is too old. "
                    "Ask the system administrator for a new one."
                ),
                code="spent",
            )


class NewPasswordForm(PasswordChangeForm):
    """The current password, and the new one twice. The page shows the rules."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["new_password1"].help_text = ""
        self.fields["new_password2"].help_text = ""


class CodeForm(forms.Form):
    """A code of the second factor: six digits of the app, or a recovery code."""

    second_factor = forms.CharField(
        label=pgettext_lazy("second factor", "Code"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "text", "autofocus": True}
        ),
        help_text=_("Six digits from the app on your telephone, or one of your recovery codes."),
    )
