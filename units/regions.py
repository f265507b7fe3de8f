"""Cities and provinces above the counties: their names, and the leaders who read their counties.

Owns: the only writes of regions and of their leaders. Must never: give a leader of a region any right
but reading, or a county of his own.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from units import trail
from units.models import Region, Role, User
from units.refusal import Refusal, clean_or_refuse

PASSWORD_LENGTH = 16


def region_names(prefixes: Iterable[str]) -> dict[str, str]:
    """Names by prefix; a region without a name is called by its digits."""
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
    """A leader who reads the region's counties, and the password that he must change at once."""
    username = User.normalize_username(username.strip())
    if not username or User.objects.filter(username=username).exists():
        raise Refusal(_("This sign-in name is empty or taken. Choose another."), "username")
    password = get_random_string(PASSWORD_LENGTH)
    leader = User.objects.create_user(
        username=username,
        password=password,
        role=Role.LEADER,
        region=region.code,
        display_name=region.name,
        must_change_password=True,
    )
    after = {"role": leader.role, "region": region.code}
    trail.record(by, "person.add", leader, at=at, label=username, after=after)
    return leader, password
