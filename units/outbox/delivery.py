"""Sends what is due in the outbox, with growing pauses between attempts.

Several processes may do so at once: each locks its own rows (SKIP LOCKED), notes the attempt and
commits before it talks to a server, so that a slow server holds no lock and a process that dies
leaves a message that is tried again after its pause.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from units.models import NoticeChoice, OutboxMessage, Sending
from units.outbox import mail, robots

# After the first failure a minute, then longer; after the last one it is given up.
PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440))
KEPT: Final = timedelta(days=92)


def deliver(at: datetime) -> int:
    """Send all that is due; returns how many messages were sent."""
    sent = 0
    while claimed := _claim(at):
        sent += len(claimed) if _send(claimed) else 0
    return sent


def sweep(at: datetime) -> None:
    """Delete what was sent or given up long ago. Its cause is then long past, too."""
    old = OutboxMessage.objects.filter(made_at__lt=at - KEPT)
    old.exclude(sent_at=None, given_up_at=None).delete()


@transaction.atomic
def _claim(at: datetime) -> list[OutboxMessage]:
    """The next message, or all of one person's digest; their next attempt is already set."""
    waiting = OutboxMessage.objects.filter(sent_at=None, given_up_at=None, due_at__lte=at)
    free = waiting.order_by("due_at", "pk").select_for_update(skip_locked=True, of=("self",))
    first = free.first()
    if first is None:
        return []
    claimed = [first]
    if first.in_digest:
        claimed = list(free.filter(person=first.person_id, in_digest=True))
    attempts = first.attempts + 1
    pause = PAUSES[min(attempts, len(PAUSES)) - 1]
    keys = [message.pk for message in claimed]
    OutboxMessage.objects.filter(pk__in=keys).update(attempts=F("attempts") + 1, due_at=at + pause)
    rows = OutboxMessage.objects.filter(pk__in=keys).order_by("pk")
    return list(rows.select_related("county__sending", "person", "robot"))


def _send(messages: Sequence[OutboxMessage]) -> bool:
    rows = OutboxMessage.objects.filter(pk__in=[message.pk for message in messages])
    try:
        _pass_on(messages)
    except robots.NotTaken as error:
        is_last = messages[0].attempts > len(PAUSES) or isinstance(error, mail.Refused)
        rows.update(fault=str(error)[:300], given_up_at=timezone.now() if is_last else None)
        return False
    rows.update(sent_at=timezone.now(), fault="")
    return True


def _pass_on(messages: Sequence[OutboxMessage]) -> None:
    first = messages[0]
    sending = Sending.objects.filter(county=first.county_id, is_on=True).first()
    if sending is None:
        raise mail.Refused("the county no longer sends notices")
    if first.robot is not None:
        if not first.robot.is_on:
            raise mail.Refused("the robot is switched off")
        link = mail.link_of(sending, first)
        robots.send(first.robot, first.words, link, seconds_now=int(timezone.now().timestamp()))
        return
    choice = NoticeChoice.objects.filter(person=first.person_id, person__is_active=True).first()
    if choice is None or choice.way == NoticeChoice.Way.OFF:
        raise mail.Refused("the person wants no notices")
    mail.send(sending, choice.address, messages)
