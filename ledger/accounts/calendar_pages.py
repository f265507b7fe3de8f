"""A person's deadlines as a page and as a calendar feed; ``agenda`` decides what is due.

The feed opens with its secret only.
"""

import hashlib
from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _

from ledger.accounts import agenda, ics
from units.access import FORM, READ, by_method, person
from units.models import AccessKey, User
from units.people import keys

# The page shows the near ones; the feed covers a year.
AHEAD = timedelta(days=100)


@by_method(*FORM)
@login_required
def calendar(request: HttpRequest) -> HttpResponse:
    """What is due for the signed-in person; a new feed URL replaces the older one."""
    user, now = person(request), timezone.now()
    secret = _renewed(user) if request.method == "POST" else ""
    name = f"calendar-{translation.get_language()}"
    today = timezone.localdate(now)
    context = {
        "crumbs": [("", _("Deadlines"))],
        "deadlines": [
            (deadline, agenda.KINDS[deadline.kind], deadline.day < today)
            for deadline in agenda.deadlines(user, today, AHEAD)
        ],
        "address": request.build_absolute_uri(reverse(name, args=[secret])) if secret else "",
        "key": keys.calendar_of(user).first(),
    }
    return render(request, "ledger/accounts/calendar.html", context)


def _renewed(user: User) -> str:
    now = timezone.now()
    for key in keys.calendar_of(user):
        keys.revoke(key.pk, by=user, at=now)
    purpose = AccessKey.Purpose.CALENDAR
    _key, secret = keys.make(purpose, str(user), user, None, by=user, at=now)
    return secret


@by_method(*READ)
def feed(request: HttpRequest, secret: str, language: str) -> HttpResponseBase:
    """Calendar programs send neither session nor language, so the URL has both."""
    now = timezone.now()
    key = keys.known(secret, AccessKey.Purpose.CALENDAR, at=now)
    if key is None:
        raise Http404
    with translation.override(language):
        events = [
            _event(deadline, key.person, request)
            for deadline in agenda.deadlines(key.person, timezone.localdate(now))
        ]
        name = _("Deadlines")
    # Without the moment of creation, which would change the ETag of every response.
    etag = f'"{hashlib.sha256(repr((name, events)).encode()).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    body = ics.calendar(name, events, now)
    response = HttpResponse(body, "text/calendar; charset=utf-8", headers=headers)
    found = get_conditional_response(request, etag, response=response)
    assert found is not None
    return found


def _event(deadline: agenda.Deadline, user: User, request: HttpRequest) -> ics.Event:
    place = user.county.code if user.county else user.region
    return ics.Event(
        uid=f"{deadline.name}@{place}.jiaozhang",
        day=deadline.day,
        summary=deadline.title,
        description=deadline.words,
        url=request.build_absolute_uri(deadline.path),
        kind=str(agenda.KINDS[deadline.kind]),
    )
