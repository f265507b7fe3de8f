"""The filter, the forms and the table of accounts, for administrators.

Only places and roles that the actions would accept are offered.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from units.forms import NOTHING_CHOSEN, CleanCharField
from units.models import County, Region, Role, Unit, User
from units.people import actions as people
from units.people.actions import Place
from units.sign_in.password_again import PasswordAgainForm
from units.tables import MINOR, Column, Table

ON, OFF, IDLE, WAITING = "on", "off", "idle", "waiting"
STANDINGS = {
    ON: pgettext_lazy("account", "in use"),
    OFF: pgettext_lazy("account", "switched off"),
    IDLE: pgettext_lazy("account", "not used for 90 days"),
    WAITING: pgettext_lazy("account", "waits for a role"),
}
USERNAME = forms.RegexField(
    r"^[a-z0-9][a-z0-9._-]{1,29}\Z",
    error_messages={
        "invalid": _("Write 2 to 30 small letters and digits, such as t13 or wang.li."),
        "required": _("Write something here."),
    },
)


class PeopleFilter(filters.FilterSet):
    """Search words, role and standing; unknown values are ignored."""

    q = filters.CharFilter(label=_("Search"), method="search")
    role = filters.ChoiceFilter(label=_("Role"), choices=Role.choices, empty_label=_("all"))
    standing = filters.ChoiceFilter(
        label=_("Account"),
        choices=list(STANDINGS.items()),
        method="of_standing",
        empty_label=_("all"),
    )

    class Meta:
        model = User
        fields: list[str] = []

    def __init__(self, data: Any, queryset: QuerySet[User], at: datetime) -> None:
        self.at = at
        super().__init__(data, queryset)
        self.form.fields["q"] = CleanCharField(label=_("Search"), max_length=50, required=False)

    def search(self, rows: QuerySet[User], _name: str, words: str) -> QuerySet[User]:
        for word in words.split():
            rows = rows.filter(
                Q(username__icontains=word)
                | Q(display_name__icontains=word)
                | Q(unit__name__icontains=word)
            )
        return rows

    def of_standing(self, rows: QuerySet[User], _name: str, standing: str) -> QuerySet[User]:
        if standing == IDLE:
            return people.idle(rows, self.at)
        if standing == WAITING:
            return rows.filter(role=Role.NONE, is_active=True)
        return rows.filter(is_active=standing == ON)


class PlaceField(forms.ChoiceField):
    """One select of all places: ``unit:7``, ``county:1`` or ``region:6110``; gives a ``Place``."""

    def __init__(self, **options: Any) -> None:
        super().__init__(label=_("Place"), **options)
        self.places: dict[str, Place] = {}

    def offer(self, by: User) -> None:
        groups: list[tuple[Any, Any]] = [NOTHING_CHOSEN]
        units = Unit.objects.filter(county__in=people.counties_kept_by(by)).order_by(
            "kind", "order"
        )
        by_county: dict[int, list[Unit]] = {}
        for unit in units.select_related("county"):
            by_county.setdefault(unit.county_id, []).append(unit)
        for county in people.counties_kept_by(by):
            groups.append((county.name, self._of_county(county, by_county.get(county.pk, []))))
        if by.county_id is None:
            regions = Region.objects.order_by("code")
            groups.append((_("City or province"), [self._region(region) for region in regions]))
        self.choices = groups

    def _of_county(self, county: County, units: Iterable[Unit]) -> list[tuple[str, Any]]:
        office = f"county:{county.pk}"
        self.places[office] = Place(county)
        found: list[tuple[str, Any]] = [(office, _("Bureau and leaders of the county"))]
        for unit in units:
            self.places[f"unit:{unit.pk}"] = Place(county, unit)
            found.append((f"unit:{unit.pk}", unit.name))
        return found

    def _region(self, region: Region) -> tuple[str, Any]:
        self.places[f"region:{region.code}"] = Place(region=region.code)
        return f"region:{region.code}", region.name

    def clean(self, value: Any) -> Any:
        return self.places[super().clean(value)]


def place_key(user: User) -> str:
    if user.unit_id:
        return f"unit:{user.unit_id}"
    return f"region:{user.region}" if user.region else f"county:{user.county_id}"


class PlaceForm(forms.Form):
    """Name and place of a person."""

    name = CleanCharField(label=_("Name"), max_length=50)
    place = PlaceField(error_messages={"required": _("Choose where the person belongs.")})

    def __init__(self, sent: Any, *, by: User, **options: Any) -> None:
        super().__init__(sent, **options)
        place: Any = self.fields["place"]
        place.offer(by)


class PersonForm(PlaceForm):
    """A new account."""

    username = forms.CharField(
        label=_("Sign-in name"),
        max_length=30,
        help_text=_("Small letters and digits, such as t13 or wang.li. It never changes."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    field_order = ("name", "username", "place")

    def clean_username(self) -> str:
        return str(USERNAME.clean(self.cleaned_data["username"].strip().lower()))


class RoleForm(PasswordAgainForm):
    """A role at the person's place, confirmed by the granting administrator's password."""

    role = forms.ChoiceField(label=_("Role"), error_messages={"required": _("Choose a role.")})
    field_order = ("role", "password", "second_factor")

    def __init__(self, sent: Any, *, user: User, request: HttpRequest) -> None:
        super().__init__(sent, request=request, initial={"role": user.role})
        role: Any = self.fields["role"]
        roles = (Role.NONE, *people.fitting_roles(user))
        role.choices = [(each.value, each.label) for each in roles]

    def clean_role(self) -> Role:
        return Role(self.cleaned_data["role"])


class AllowForm(PasswordAgainForm):
    """The release of a reset account, up to the reset that the page showed."""

    seen = forms.IntegerField(widget=forms.HiddenInput)


def standing(user: User, at: datetime) -> Promise | str:
    """The state of an account in a few words."""
    if not user.is_active:
        return STANDINGS[OFF]
    if user.role == Role.NONE:
        return STANDINGS[WAITING]
    if (user.last_login or user.date_joined) < at - people.IDLE:
        return STANDINGS[IDLE]
    return STANDINGS[ON]


class PeopleTable(Table):
    cells = "units/people/people_cells.jinja"
    roles = dict(Role.choices)
    display_name = Column(_("Name"))
    username = Column(_("Sign-in name"))
    role = Column(_("Role"))
    place = Column(_("Place"))
    standing = Column(_("Account"))
    last_login = Column(_("Last signed in"), attrs=MINOR)

    class Meta:
        attrs = {"class": "stack", "label": _("People")}
        orderable = False

    def __init__(self, rows: Any, *, at: datetime, **options: Any) -> None:
        self.at = at
        super().__init__(rows, **options)

    def place_of(self, user: User) -> str:
        return str(people.place_of(user))

    def standing_of(self, user: User) -> Promise | str:
        return standing(user, self.at)


class FailureTable(Table):
    cells = "units/people/failure_cells.jinja"
    at = Column(_("When"))
    user = Column(_("Account"))
    address = Column(_("From where"))
    browser = Column(_("Browser"), attrs=MINOR)
    is_known = Column(_("Known browser"))

    class Meta:
        attrs = {"class": "stack", "label": _("Failed sign-ins")}
        orderable = False
