"""The one verb of the outbox: ``tell`` writes notices in the transaction of what they are about.

Nothing is sent here; ``delivery.py`` reads the table, so that a page never waits for a mail server
and a deed that is rolled back tells nobody.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, time, timedelta
from typing import Final

from django.conf import settings
from django.utils import timezone, translation
from django.utils.functional import Promise

from units.models import County, NoticeChoice, OutboxMessage, Robot, Sending, User

Words = str | Promise | Callable[[], str]
DIGEST_AT: Final = time(8, 30)
Way = NoticeChoice.Way
# A notice reaches phones and mail servers of others: it names no amount, whoever wrote the words.
_AMOUNT = re.compile(
    r"(?:(?:CNY|RMB|[¥￥])\s*)?[\d０-９][\d０-９,，.．]*\s*(?:亿元|万元|亿|万|元)"
    r"|(?:CNY|RMB|[¥￥])\s*[\d０-９][\d０-９,，.．]*"
)


def tell(
    people: Iterable[User],
    cause: str,
    words: Words,
    path: str,
    *,
    county: County | int,
    at: datetime,
    group_words: Words = "",
) -> None:
    """Tell people of one county, once for a ``cause``; call it inside the deed's transaction.

    ``people`` are those concerned who may open ``path``, the page of the program that says more.
    Of them those get an e-mail who asked for it, if the county sends notices. ``group_words`` go to
    the county's group robots: words for everybody, that name no record. Words with parts are given
    as a function, since notices are written in the county's language. Amounts are taken out.
    """
    county_id = county if isinstance(county, int) else county.pk
    if not Sending.objects.filter(county=county_id, is_on=True).exists():
        return
    with translation.override(settings.LANGUAGE_CODE):
        said, group_said = (
            without_amounts(str(each() if callable(each) else each))
            for each in (words, group_words)
        )
    common = {"county_id": county_id, "cause": cause, "path": path, "made_at": at}
    messages = [
        OutboxMessage(person_id=person, words=said, in_digest=later, due_at=due, **common)
        for person, later, due in _wanting(people, at)
    ]
    if group_said:
        robots = Robot.objects.filter(county=county_id, is_on=True)
        messages += [
            OutboxMessage(robot=robot, words=group_said, due_at=at, **common) for robot in robots
        ]
    OutboxMessage.objects.bulk_create(messages, ignore_conflicts=True)


def without_amounts(words: str) -> str:
    """One line without any amount of money."""
    return " ".join(_AMOUNT.sub("…", words).split())[:500]


def next_digest(at: datetime) -> datetime:
    """The next 08:30 of the county's clock after ``at``."""
    local = timezone.localtime(at)
    today = local.replace(hour=DIGEST_AT.hour, minute=DIGEST_AT.minute, second=0, microsecond=0)
    return today if today > local else today + timedelta(days=1)


def _wanting(people: Iterable[User], at: datetime) -> Iterator[tuple[int, bool, datetime]]:
    """Person, whether by digest, and when."""
    choices = NoticeChoice.objects.filter(person__in=people, person__is_active=True)
    for person, way in choices.exclude(way=Way.OFF).values_list("person", "way"):
        later = way == Way.DIGEST
        yield person, later, next_digest(at) if later else at
