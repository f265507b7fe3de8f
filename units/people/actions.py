"""All changes to people's accounts, by administrators who check each other (三员分立).

The system administrator opens accounts, places people and switches accounts off; the security
administrator grants and takes roles and unlocks. Neither does the other's part, nobody changes
their own account, and accounts of administrators change on the server only. Whatever takes rights
away also ends the person's open sessions; administrators only ever know one-time passwords. What
could make an administrator somebody of the bureau is a reset (``resets.py``).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from units import trail
from units.access import Right, demand, may
from units.ground.fingerprint import demand_seen, of_row
from units.ground.refusal import Refusal
from units.models import (
    ADMIN_ROLES,
    BUREAU_ROLES,
    BUSINESS_ROLES,
    UNIT_ROLES,
    County,
    Reset,
    Role,
    Unit,
    User,
)
from units.people import keys, resets
from units.sign_in import lockout, passwords, second_factor, sessions

IDLE = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person belongs: a unit, a county's offices, or a region above the counties."""

    county: County | None = None
    unit: Unit | None = None
    region: str = ""

    def __str__(self) -> str:
        return str(self.unit or self.county or self.region)


def people_of(user: User) -> QuerySet[User]:
    """The accounts an administrator sees: their county's, or all if they have no county."""
    people = User.objects.select_related("county", "unit")
    if not may(user, Right.PEOPLE_VIEW):
        return people.none()
    return people.filter(county=user.county_id) if user.county_id else people


def counties_kept_by(user: User) -> QuerySet[County]:
    counties = County.objects.order_by("code")
    return counties.filter(pk=user.county_id) if user.county_id else counties


def idle(people: QuerySet[User], at: datetime) -> QuerySet[User]:
    """Active accounts without a sign-in for ninety days."""
    since = at - IDLE
    unused = Q(last_login__lt=since) | Q(last_login__isnull=True, date_joined__lt=since)
    return people.filter(unused, is_active=True)


def fitting_roles(user: User) -> tuple[Role, ...]:
    """The business roles that may be granted at the person's place."""
    if user.unit_id:
        return UNIT_ROLES
    return (Role.LEADER,) if user.region else (*BUREAU_ROLES, Role.LEADER)


def may_change(by: User, user: User, right: Right) -> bool:
    return may(by, right) and by != user and user.role not in ADMIN_ROLES


# The system administrator


@transaction.atomic
def add(username: str, name: str, place: Place, *, by: User, at: datetime) -> tuple[User, str]:
    """Create an account without a role; returns it with a one-time password."""
    demand(by, Right.PERSON_KEEP)
    _demand_reached(by, place)
    username = free_username(username)
    _demand_own_name(name, place.county)
    user = User(
        username=username,
        display_name=name,
        county=place.county,
        unit=place.unit,
        region=place.region,
        role=Role.NONE,
        date_joined=at,
    )
    user.set_unusable_password()
    user.save()
    after = {"username": username, "name": name, "place": str(place)}
    _note(by, "person.add", user, at, after=after)
    return user, passwords.give_one_time(user, by=by, at=at)


@transaction.atomic
def move(
    pk: int, name: str, place: Place, *, by: User, at: datetime, seen: str | None = None
) -> User:
    """Change name or place. Another place removes the role until it is granted there."""
    user = _locked(pk, Right.PERSON_KEEP, by, seen)
    _demand_reached(by, place)
    before = {"name": user.display_name, "place": str(place_of(user)), "role": str(user.role)}
    moves = place_of(user) != place
    if moves or name != user.display_name:
        _demand_own_name(name, place.county, but=pk)
    user.display_name = name
    user.county, user.unit, user.region = place.county, place.unit, place.region
    if moves:
        user.role = Role.NONE
    user.save(update_fields=["display_name", "county", "unit", "region", "role"])
    after = {"name": name, "place": str(place), "role": str(user.role)}
    was, became = trail.changes(before, after)
    _note(by, "person.place", user, at, before=was, after=became)
    if moves:
        _end_sessions(user)
    return user


@transaction.atomic
def switch(pk: int, is_active: bool, *, by: User, at: datetime, seen: str | None = None) -> User:
    """Switch an account off or on. Repeating it changes nothing."""
    user = _locked(pk, Right.PERSON_KEEP, by, seen)
    if user.is_active != is_active:
        user.is_active = is_active
        user.save(update_fields=["is_active"])
        _note(by, "person.on" if is_active else "person.off", user, at)
        _end_access(user, by, at)
        if is_active:
            resets.record(user, Reset.Cause.ON, by=by, at=at)
    return user


@transaction.atomic
def give_password(pk: int, *, by: User, at: datetime, seen: str | None = None) -> tuple[User, str]:
    """Replace a forgotten password by a one-time one; ends the open sessions and the keys."""
    user = _locked(pk, Right.PERSON_KEEP, by, seen)
    password = passwords.give_one_time(user, by=by, at=at)
    _end_access(user, by, at)
    resets.record(user, Reset.Cause.PASSWORD, by=by, at=at)
    return user, password


# The security administrator


@transaction.atomic
def grant(pk: int, role: Role, *, by: User, at: datetime, seen: str | None = None) -> User:
    """Grant a business role in place of the current one; ``Role.NONE`` takes it away."""
    user = _locked(pk, Right.ROLE_GRANT, by, seen)
    if role != Role.NONE and role not in BUSINESS_ROLES:
        raise Refusal(_("Administrators are appointed on the server, not here."), "role")
    if role != Role.NONE and role not in fitting_roles(user):
        raise Refusal(
            _("This role does not fit the person's place. Place the person first."), "role"
        )
    if role != user.role:
        before, user.role = str(user.role), role
        user.save(update_fields=["role"])
        action = "role.take" if role == Role.NONE else "role.grant"
        _note(by, action, user, at, before={"role": before}, after={"role": str(role)})
        _end_sessions(user)
        resets.record(user, Reset.Cause.ROLE, by=by, at=at)
    return user


@transaction.atomic
def unlock(pk: int, *, by: User, at: datetime) -> User:
    """Clear the lockout after wrong guesses."""
    user = _locked(pk, Right.ROLE_GRANT, by)
    lockout.unlock(user)
    _note(by, "person.unlock", user, at)
    return user


@transaction.atomic
def take_factor(pk: int, *, by: User, at: datetime, seen: str | None = None) -> User:
    """For a lost telephone: sign in without a second factor until a new one is set up."""
    user = _locked(pk, Right.ROLE_GRANT, by, seen)
    second_factor.take_away(user, by=by, at=at)
    _end_access(user, by, at)
    resets.record(user, Reset.Cause.FACTOR, by=by, at=at)
    return user


@transaction.atomic
def allow(pk: int, seen: int, *, by: User, at: datetime) -> User:
    """Let a person of the bureau sign in after what the system administrator did to the account."""
    user = _locked(pk, Right.ROLE_GRANT, by)
    resets.allow(user, seen, by=by, at=at)
    return user


# On the server


@transaction.atomic
def appoint(role: Role, county: County | None, *, at: datetime) -> tuple[User, str]:
    """Replace the administrator of a county or of the whole installation by a new one."""
    for former in User.objects.filter(role=role, county=county, is_active=True):
        User.objects.filter(pk=former.pk).update(is_active=False)
        _note(None, "person.off", former, at)
        _end_access(former, None, at)
    stem = f"{role.removesuffix('_admin')}{f'-{county.code}' if county else ''}"
    taken = set(User.objects.filter(username__startswith=stem).values_list("username", flat=True))
    names = (f"{stem}{number or ''}" for number in range(len(taken) + 1))
    username = next(name for name in names if name not in taken)
    user = User(
        username=username, role=role, county=county, display_name=str(role.label), date_joined=at
    )
    user.set_unusable_password()
    user.save()
    _note(None, "person.add", user, at, after={"username": username, "role": str(role)})
    return user, passwords.give_one_time(user, by=None, at=at)


# Parts


def place_of(user: User) -> Place:
    return Place(user.county, user.unit, user.region)


def person_seen(user: User) -> str:
    """The fingerprint of an account; signing in does not change it."""
    return of_row(user, without=("visited_before",))


def _locked(pk: int, right: Right, by: User, seen: str | None = None) -> User:
    """The account to change. ``seen`` is its ``person_seen`` that the form carried; else None."""
    demand(by, right)
    rows = people_of(by).select_for_update(of=("self",), no_key=True)
    user = rows.get(pk=pk)
    if user == by:
        raise Refusal(
            _("Nobody changes their own account here. Ask a colleague of the same office.")
        )
    if user.role in ADMIN_ROLES:
        raise Refusal(
            _("Administrators are changed on the server only: manage.py create_administrators.")
        )
    if seen is not None:
        demand_seen(seen, person_seen(user))
    return user


def _demand_reached(by: User, place: Place) -> None:
    is_far = by.county_id and (place.county is None or place.county.pk != by.county_id)
    if is_far or (place.unit and place.county != place.unit.county):
        raise Refusal(_("Choose a place of your county."), "place")


def _demand_own_name(name: str, county: County | None, but: int | None = None) -> None:
    """Whoever reads who did something must know which of two people it was."""
    namesakes = User.objects.filter(display_name=name, county=county, is_active=True)
    if namesakes.exclude(pk=but or 0).exists():
        sentence = _(
            "Another person of the county has this name. Add what tells them apart, such as the "
            "unit: %(name)s（…）"
        )
        raise Refusal(sentence % {"name": name}, "name")


def free_username(username: str) -> str:
    """The sign-in name as stored; raises Refusal if it is taken."""
    username = User.normalize_username(username).strip().lower()
    if not username or User.objects.filter(username__iexact=username).exists():
        raise Refusal(_("This sign-in name is empty or taken. Choose another."), "username")
    return username


def _end_access(user: User, by: User | None, at: datetime) -> None:
    """Sessions and keys: whoever had them had them by the former password or factor."""
    _end_sessions(user)
    keys.end_all(user, by=by, at=at)


def _end_sessions(user: User) -> None:
    User.objects.filter(pk=user.pk).update(session_round=F("session_round") + 1)
    sessions.end_all(user)


def _note(
    by: User | None,
    action: str,
    user: User,
    at: datetime,
    *,
    before: dict[str, str] | None = None,
    after: dict[str, str] | None = None,
) -> None:
    trail.record(
        by,
        action,
        user,
        at=at,
        county=user.county,
        unit=user.unit,
        label=str(user),
        before=before,
        after=after,
    )
