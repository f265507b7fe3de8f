"""What a county and each person set about notices that leave the program.

The only writes of these settings. No secret is written into the trail.
"""

import uuid
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from units import trail
from units.access import Right, demand
from units.ground.fingerprint import demand_seen, of_row
from units.ground.refusal import Refusal
from units.models import County, NoticeChoice, OutboxMessage, Robot, Sending, User
from units.outbox import robots
from units.outbox.tell import tell

PLAIN: Final = ("is_on", "site", "host", "port", "security", "username", "sender")
MOST_ROBOTS: Final = 20


def sending_of(county: County) -> Sending:
    """How the county sends; a new one, not stored, where nothing is set."""
    return Sending.objects.filter(county=county).first() or Sending(county=county)


@transaction.atomic
def set_sending(
    county: County, given: dict[str, Any], *, by: User, at: datetime, seen: str | None = None
) -> Sending:
    """Set how the county sends. An empty password leaves the stored one.

    ``seen`` is the fingerprint of the row that a form carried.
    """
    _demand_own(county, by)
    if given["host"] and not given["sender"]:
        raise Refusal(_("Write the address that the mails come from."), "sender")
    County.objects.select_for_update(no_key=True).get(pk=county.pk)
    sending = sending_of(county)
    if seen is not None:
        demand_seen(seen, of_row(sending))
    before = {name: getattr(sending, name) for name in PLAIN}
    for name in PLAIN:
        setattr(sending, name, given[name])
    if given["password"]:
        sending.password = given["password"]
    sending.save()
    before, after = trail.changes(before, {name: getattr(sending, name) for name in PLAIN})
    after |= {"password": "…"} if given["password"] else {}
    if after:
        trail.record(by, "notices.set", sending, at=at, county=county, before=before, after=after)
    return sending


@transaction.atomic
def add_robot(county: County, given: dict[str, Any], *, by: User, at: datetime) -> Robot:
    _demand_own(county, by)
    if not robots.is_allowed(given["service"], given["address"]):
        host = robots.HOSTS[Robot.Service(given["service"])]
        sentence = _(
            "Copy the whole webhook address from the group; it begins with https://%(host)s/."
        )
        raise Refusal(sentence % {"host": host}, "address")
    if Robot.objects.filter(county=county, address=given["address"]).exists():
        raise Refusal(_("This robot is entered already."), "address")
    if Robot.objects.filter(county=county).count() >= MOST_ROBOTS:
        raise Refusal(_("Remove a robot first; there are twenty already."))
    robot = Robot.objects.create(county=county, **given)
    after = {"name": robot.name, "service": robot.service}
    trail.record(by, "robot.add", robot, at=at, county=county, label=robot.name, after=after)
    return robot


@transaction.atomic
def remove_robot(robot: Robot, *, by: User, at: datetime) -> None:
    """Remove a robot with what still waits for it."""
    _demand_own(robot.county, by)
    trail.record(by, "robot.remove", robot, at=at, county=robot.county, label=robot.name)
    robot.delete()


def choice_of(person: User) -> NoticeChoice:
    """What the person chose; a new one, not stored, if nothing."""
    return NoticeChoice.objects.filter(person=person).first() or NoticeChoice(person=person)


@transaction.atomic
def choose(
    person: User, way: str, address: str, *, at: datetime, seen: str | None = None
) -> NoticeChoice:
    """Whether and how the person wants notices by e-mail. ``seen`` is ``of_row`` of the choice."""
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if seen is not None:
        demand_seen(seen, of_row(choice_of(person)))
    if way != NoticeChoice.Way.OFF and not address:
        raise Refusal(_("Write the e-mail address for your notices."), "address")
    found, _is_new = NoticeChoice.objects.update_or_create(
        person=person, defaults={"way": way, "address": address}
    )
    after = {"way": way}
    trail.record(person, "notices.choose", person, at=at, label=str(person), after=after)
    return found


@transaction.atomic
def test(county: County, path: str, *, by: User, at: datetime) -> int:
    """Write a test message to the person and all groups; returns how many were written."""
    _demand_own(county, by)
    cause = f"test:{uuid.uuid4()}"
    words = _("This is a test. Notices of the investment accounts arrive here.")
    tell([by], cause, words, path, county=county, at=at, group_words=words)
    return OutboxMessage.objects.filter(county=county, cause=cause).update(
        in_digest=False, due_at=at
    )


def _demand_own(county: County, by: User) -> None:
    demand(by, Right.COUNTY_EDIT)
    if by.county_id != county.pk:
        raise Refusal(_("Only the county's own bureau changes its settings."))
