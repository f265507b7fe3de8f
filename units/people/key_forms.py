"""The form and the table of access keys.

Owns: what is asked for a new key, and its columns. Must never: show a secret, or decide who may make one.
"""

from datetime import date, timedelta
from typing import Any

import django_tables2 as tables
from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import date as date_text
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from units.forms import NOTHING_CHOSEN, CleanCharField, DayField
from units.models import AccessKey, User
from units.sign_in.password_again import PasswordAgainForm
from units.tables import DASH

USUAL = timedelta(days=180)


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, person: User) -> str:
        place = person.unit.name if person.unit else ""
        return " · ".join(filter(None, (str(person), person.get_role_display(), place)))


class KeyForm(PasswordAgainForm):
    """Who uses the key, whose accounts it reads, until when; and the password once more."""

    name = CleanCharField(
        label=_("Used by"),
        max_length=100,
        help_text=_("The system or office that will hold the key, such as 市招商平台."),
    )
    person = PersonField(
        label=_("Reads as"),
        queryset=User.objects.none(),
        empty_label=NOTHING_CHOSEN[1],
        help_text=_("The key reads what this person may read, never more, and changes nothing."),
    )
    expires_on = DayField(label=_("Last day"))
    field_order = ("name", "person", "expires_on", "password", "second_factor")

    def __init__(
        self, sent: Any, *, request: HttpRequest, people: QuerySet[User], today: date
    ) -> None:
        super().__init__(sent, initial={"expires_on": today + USUAL}, request=request)
        chosen: Any = self.fields["person"]
        chosen.queryset = people.select_related("unit").order_by("role", "display_name", "pk")


def standing(key: AccessKey, today: date) -> str:
    """In one word whether the key still opens anything."""
    if key.revoked_at is not None:
        return "revoked"
    if not key.person.is_active:
        return "locked"
    if key.expires_on is not None and key.expires_on < today:
        return "over"
    return "valid"


STANDINGS = {
    "valid": pgettext_lazy("key", "valid"),
    "over": pgettext_lazy("key", "expired"),
    "locked": pgettext_lazy("key", "account locked"),
    "revoked": pgettext_lazy("key", "revoked"),
}


class KeyTable(tables.Table):
    name = tables.Column(_("Used by"))
    purpose = tables.Column(_("Purpose"))
    person = tables.Column(_("Reads as"))
    opening = tables.Column(_("Begins with"))
    made_at = tables.Column(_("Made"))
    expires_on = tables.Column(_("Last day"), default=DASH)
    used_at = tables.Column(_("Last used"), default=DASH)
    standing = tables.Column(_("State"), empty_values=())
    deeds = tables.Column(_("Deeds"), empty_values=())

    class Meta:
        attrs = {"class": "stack keys", "label": _("Access keys")}
        orderable = False

    def __init__(self, keys: QuerySet[AccessKey], *, today: date) -> None:
        self.today = today
        super().__init__(keys)

    def render_purpose(self, record: AccessKey) -> str:
        return record.get_purpose_display()

    def render_opening(self, value: str) -> SafeString:
        return format_html("<code>{}…</code>", value)

    def render_made_at(self, record: AccessKey) -> SafeString:
        day = date_format(timezone.localdate(record.made_at))
        return format_html('{}<span class="under">{}</span>', day, record.made_by or "")

    def render_expires_on(self, value: date) -> str:
        return date_format(value)

    def render_used_at(self, record: AccessKey) -> SafeString:
        at = date_text(timezone.localtime(record.used_at), "DATETIME_FORMAT")
        return format_html('{}<span class="under">{}</span>', at, record.used_from or "")

    def render_standing(self, record: AccessKey) -> str:
        return str(STANDINGS[standing(record, self.today)])

    def render_deeds(self, record: AccessKey) -> SafeString | str:
        if record.revoked_at is not None:
            return ""
        address = reverse("key-revoke", args=[record.pk])
        label = _("Revoke the key of %(name)s") % {"name": record.name}
        return format_html('<a href="{}" aria-label="{}">{}</a>', address, label, _("Revoke key"))
