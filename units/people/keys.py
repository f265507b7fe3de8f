"""Access keys (接口密钥): secrets with which a program reads what one person reads.

Makes, revokes and recognises them. Only the SHA-256 of a secret is stored; a key never writes and
never reaches further than its person.
"""

import hashlib
import secrets
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from units import trail
from units.access import REACH, Reach, Right, demand, may
from units.ground.refusal import Refusal, clean_or_refuse
from units.models import AccessKey, User

PREFIX = "jz_"  # lets scanners of files and logs recognise a key
LONGEST = timedelta(days=366)
# The last use is stored to the minute, so that not every request writes.
USED_AGAIN = timedelta(minutes=1)


@transaction.atomic
def make(
    purpose: AccessKey.Purpose,
    name: str,
    person: User,
    expires_on: date | None,
    *,
    by: User | None,
    at: datetime,
) -> tuple[AccessKey, str]:
    """A new key and its secret, which is never readable again. ``by`` is None from a terminal."""
    name, today = _name(name), timezone.localdate(at)
    if expires_on is None and purpose == AccessKey.Purpose.CALENDAR:
        expires_on = today + LONGEST
    expires_on = _soon_enough(expires_on, today)
    if by is not None and not people_for(by, purpose).filter(pk=person.pk).exists():
        raise Refusal(_("Choose a person whose accounts you may give out."), "person")
    secret = PREFIX + secrets.token_urlsafe(32)
    key = AccessKey.objects.create(
        purpose=purpose,
        name=name,
        person=person,
        sha256=_sha256(secret),
        opening=secret[: len(PREFIX) + 5],
        made_by=by,
        made_at=at,
        expires_on=expires_on,
    )
    after = {"purpose": purpose, "reads_as": str(person), "expires_on": expires_on.isoformat()}
    trail.record(by, "key.make", key, at=at, county=person.county, label=name, after=after)
    return key, secret


@transaction.atomic
def revoke(pk: int, *, by: User, at: datetime) -> AccessKey:
    """The key stops working at once. Repeating it changes nothing."""
    key = keys_of(by).select_for_update(of=("self",)).get(pk=pk)
    if key.revoked_at is None:
        _revoke(key, by, at)
    return key


@transaction.atomic
def end_all(person: User, *, by: User | None, at: datetime) -> None:
    """Revoke every key that reads as this person: the account was reset or switched off."""
    rows = AccessKey.objects.filter(person=person, revoked_at=None)
    for key in rows.select_related("person__county").select_for_update(of=("self",)):
        _revoke(key, by, at)


def _revoke(key: AccessKey, by: User | None, at: datetime) -> None:
    key.revoked_at, key.revoked_by = at, by
    key.save(update_fields=["revoked_at", "revoked_by"])
    trail.record(by, "key.revoke", key, at=at, county=key.person.county, label=key.name)


def known(secret: str, purpose: AccessKey.Purpose, *, at: datetime) -> AccessKey | None:
    """The valid key with this secret, or None; records its use."""
    found = AccessKey.objects.filter(
        expires_on__gte=timezone.localdate(at),
        sha256=_sha256(secret),
        purpose=purpose,
        revoked_at=None,
        person__is_active=True,
    )
    key = found.select_related("person__county", "person__unit").first()
    if key is not None and (key.used_at is None or at - key.used_at >= USED_AGAIN):
        key.used_at, key.used_from = at, trail.address.get()
        key.save(update_fields=["used_at", "used_from"])
    return key


def note_reading(
    key: AccessKey, path: str, parameters: dict[str, Any], *, at: datetime, refused: bool = False
) -> None:
    """A line in the trail under the key's name: another system read, not its person."""
    after = {"parameters": parameters} if parameters else {}
    county = key.person.county
    line = trail.line(
        None, "key.read", key, at=at, county=county, label=path, after=after, refused=refused
    )
    line.actor_name = key.name
    line.save(force_insert=True)


def people_for(user: User, purpose: AccessKey.Purpose) -> QuerySet[User]:
    """For whom the user may make a key: a calendar for themselves, else people of their county."""
    people = User.objects.filter(is_active=True)
    if purpose == AccessKey.Purpose.CALENDAR:
        return people.filter(pk=user.pk)
    demand(user, Right.KEY_MAKE)
    readers = [role for role, reach in REACH.items() if reach is not Reach.ZERO]
    return people.filter(county=user.county_id, role__in=readers)


def calendar_of(user: User) -> QuerySet[AccessKey]:
    """The person's own calendar keys that are not revoked."""
    own = AccessKey.objects.filter(person=user, purpose=AccessKey.Purpose.CALENDAR)
    return own.filter(revoked_at=None)


def keys_of(user: User) -> QuerySet[AccessKey]:
    """The keys the user may see and revoke; revoked ones last.

    Their own, and the county's for roles with KEY_REVOKE.
    """
    keys = AccessKey.objects.select_related("person__county", "made_by", "revoked_by")
    keys = keys.order_by(F("revoked_at").desc(nulls_first=True), "-pk")
    if not may(user, Right.KEY_REVOKE):
        return keys.filter(person=user)
    if user.county_id is None:
        return keys  # an administrator of the whole installation
    return keys.filter(Q(person=user) | Q(person__county=user.county_id))


def _name(name: str) -> str:
    name = clean_or_refuse(name, "name")
    if not name:
        raise Refusal(_("Say who uses the key."), "name")
    return name


def _soon_enough(expires_on: date | None, today: date) -> date:
    if expires_on is None or not today <= expires_on <= today + LONGEST:
        raise Refusal(_("Choose a last day within a year from today."), "expires_on")
    return expires_on


def _sha256(secret: str) -> str:
    """A plain hash is enough: the secret is 256 random bits, not a chosen word."""
    return hashlib.sha256(secret.encode()).hexdigest()
