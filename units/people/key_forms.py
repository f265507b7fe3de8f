"""The form for a new access key and the table of keys.

A secret is never shown here; ``keys.py`` decides who may make a key.
"""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from units.forms import NOTHING_CHOSEN, CleanCharField, DayField
from units.models import AccessKey, User
from units.sign_in.password_again import PasswordAgainForm
from units.tables import Column, Table

USUAL = timedelta(days=180)


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, person: User) -> str:
        place = person.unit.name if person.unit else ""
        return " · ".join(filter(None, (str(person), person.get_role_display(), place)))


class KeyForm(PasswordAgainForm):
    """Who uses the key, whose accounts it reads, its last day; and the password again."""

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
    """The state of a key in one word."""
    if key.revoked_at is not None:
        return "revoked"
    if not key.person.is_active:
        return "locked"
    if key.expires_on < today:
        return "over"
    return "valid"


STANDINGS = {
    "valid": pgettext_lazy("key", "valid"),
    "over": pgettext_lazy("key", "expired"),
    "locked": pgettext_lazy("key", "account locked"),
    "revoked": pgettext_lazy("key", "revoked"),
}


class KeyTable(Table):
    cells = "units/people/key_cells.jinja"
    name = Column(_("Used by"))
    purpose = Column(_("Purpose"))
    person = Column(_("Reads as"))
    opening = Column(_("Begins with"))
    made_at = Column(_("Made"))
    expires_on = Column(_("Last day"))
    used_at = Column(_("Last used"))
    standing = Column(_("State"))
    actions = Column(_("Actions"))

    class Meta:
        attrs = {"class": "stack keys", "label": _("Access keys")}
        orderable = False

    def __init__(self, keys: QuerySet[AccessKey], *, today: date) -> None:
        self.today = today
        super().__init__(keys)

    def standing_of(self, record: AccessKey) -> Any:
        return STANDINGS[standing(record, self.today)]
