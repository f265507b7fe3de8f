"""The forms of notices: how a county sends, its group robots, and what a person wants."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from units.forms import CleanCharField, RefusableForm, SeenForm
from units.ground.fingerprint import of_row
from units.models import NoticeChoice, Robot, Sending
from units.outbox.actions import PLAIN


class SendingForm(SeenForm):
    is_on = forms.BooleanField(label=_("Send notices"), required=False)
    site = forms.URLField(
        label=_("Address of the program"),
        required=False,
        max_length=200,
        assume_scheme="https",
        help_text=_(
            "As people type it, such as https://jz.example.cn. Links in notices begin with it."
        ),
    )
    host = CleanCharField(
        label=_("Mail server"),
        required=False,
        max_length=200,
        help_text=_("SMTP. Leave it empty to use group robots only."),
    )
    port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535)
    security = forms.ChoiceField(label=_("Encryption"), choices=Sending.Security.choices)
    username = CleanCharField(label=_("Account"), required=False, max_length=200)
    password = forms.CharField(
        label=_("Password of the account"),
        required=False,
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Leave it empty to keep the present one."),
    )
    sender = forms.EmailField(label=_("Sender"), required=False, max_length=200)

    def __init__(self, data: Any = None, *, sending: Sending) -> None:
        initial: dict[str, Any] = {name: getattr(sending, name) for name in PLAIN}
        super().__init__(data, initial=initial | {"seen": of_row(sending)})


class RobotForm(RefusableForm):
    service = forms.ChoiceField(label=_("Service"), choices=Robot.Service.choices)
    name = CleanCharField(label=pgettext_lazy("chat", "Group"), max_length=50)
    address = CleanCharField(
        label=_("Webhook address"),
        max_length=500,
        help_text=_("The group's settings show it when a robot is added."),
    )
    secret = CleanCharField(
        label=_("Signing secret"),
        required=False,
        max_length=200,
        help_text=_("DingTalk and Feishu, if the robot asks for a signature."),
    )


class ChoiceForm(SeenForm):
    way = forms.ChoiceField(
        label=_("Notices by e-mail"),
        choices=NoticeChoice.Way.choices,
        widget=forms.RadioSelect,
    )
    address = forms.EmailField(
        label=_("E-mail address"),
        required=False,
        max_length=200,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
