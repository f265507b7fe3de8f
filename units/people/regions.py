"""Cities and provinces above the counties: their names, and the leaders who read their counties.

A region's leader only reads, and has no county of their own.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from units import trail
from units.ground.refusal import Refusal, clean_or_refuse
from units.models import Region, Role, User
from units.people import actions as people
from units.sign_in import passwords


def region_names(prefixes: Iterable[str]) -> dict[str, str]:
    """Names by prefix; a region without a name is shown by its digits."""
    wanted = list(prefixes)
    named = dict(Region.objects.filter(code__in=wanted).values_list("code", "name"))
    return {prefix: named.get(prefix, prefix) for prefix in wanted}


def region_name(prefix: str) -> str:
    return region_names([prefix])[prefix]


@transaction.atomic
def name_region(code: str, name: str, *, by: User | None, at: datetime) -> Region:
    """Name a region, or change its name."""
    if not (len(code) in (2, 4) and code.isascii() and code.isdigit()):
        raise Refusal(_("Write the first two or four digits of the county codes."), "code")
    name = clean_or_refuse(name, "name")
    if not name:
        raise Refusal(_("Write the name of the region."), "name")
    region, _is_new = Region.objects.update_or_create(code=code, defaults={"name": name})
    trail.record(by, "region.name", region, at=at, label=name, after={"name": name, "code": code})
    return region


@transaction.atomic
def add_leader(region: Region, username: str, *, by: User | None, at: datetime) -> tuple[User, str]:
    """Create a leader who reads the region's counties; also returns a one-time password."""
    leader = User(
        username=people.free_username(username),
        role=Role.LEADER,
        region=region.code,
        display_name=region.name,
        date_joined=at,
    )
    leader.set_unusable_password()
    leader.save()
    after = {"username": leader.username, "role": leader.role, "region": region.code}
    trail.record(by, "person.add", leader, at=at, label=str(leader), after=after)
    return leader, passwords.give_one_time(leader, by=by, at=at)
