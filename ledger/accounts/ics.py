"""Writes events as an iCalendar file (RFC 5545). Imports no Django and reads no clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import icalendar
from icalendar import vText

ASK_AGAIN = timedelta(hours=6)
BEFORE = timedelta(hours=-15)


@dataclass(frozen=True, slots=True)
class Event:
    """An all-day event. ``uid`` never changes, so that a moved deadline moves in the calendar."""

    uid: str
    day: date
    summary: str
    description: str
    url: str
    kind: str


def calendar(name: str, events: Iterable[Event], stamp: datetime) -> bytes:
    """The whole file; ``stamp`` is the moment of its creation."""
    file = icalendar.Calendar()
    file.add("VERSION", "2.0")
    file.add("PRODID", "-//Jiaozhang//Deadlines//ZH")
    file.add("CALSCALE", "GREGORIAN")
    file.add("METHOD", "PUBLISH")
    file.add("NAME", _text(name))
    file.add("X-WR-CALNAME", _text(name))
    file.add("REFRESH-INTERVAL", ASK_AGAIN, parameters={"VALUE": "DURATION"})
    file.add("X-PUBLISHED-TTL", icalendar.vDuration(ASK_AGAIN))
    for event in events:
        file.add_component(_event(event, stamp))
    made: bytes = file.to_ical()
    return made


def _event(event: Event, stamp: datetime) -> icalendar.Event:
    found = icalendar.Event()
    found.add("UID", _text(event.uid))
    found.add("DTSTAMP", stamp)
    found.add("DTSTART", event.day)
    found.add("DTEND", event.day + timedelta(days=1))
    found.add("SUMMARY", _text(event.summary))
    found.add("DESCRIPTION", _text(event.description))
    found.add("CATEGORIES", [_text(event.kind)])
    found.add("URL", event.url)
    found.add("TRANSP", "TRANSPARENT")
    found.add_component(_alarm(event))
    return found


def _alarm(event: Event) -> icalendar.Alarm:
    """At nine o'clock of the day before."""
    found = icalendar.Alarm()
    found.add("ACTION", "DISPLAY")
    found.add("DESCRIPTION", _text(event.summary))
    found.add("TRIGGER", BEFORE)
    return found


def _text(words: str) -> vText:
    """The text without control characters, which the format does not allow."""
    return vText(
        "".join(sign for sign in words if sign == "\n" or (sign >= " " and sign != "\x7f"))
    )
