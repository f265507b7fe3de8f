"""Events as an iCalendar file (RFC 5545), which calendar programs subscribe to.

Owns: the spelling of that format: line ends, folding, escaping. Must never: import Django, read the
clock, or decide what an event is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

# A line is at most 75 octets; what is longer goes on in the next one, behind a blank.
_MOST_OCTETS = 75
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


@dataclass(frozen=True, slots=True)
class Event:
    """A whole day. ``uid`` stays the same for ever, so that a moved deadline moves in the calendar."""

    uid: str
    day: date
    summary: str
    description: str
    url: str
    kind: str


def calendar(name: str, events: Iterable[Event], stamp: datetime) -> bytes:
    """The whole file; ``stamp`` is the moment at which it was made."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Jiaozhang//Deadlines//ZH",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{_text(name)}",
        f"X-WR-CALNAME:{_text(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
        "X-PUBLISHED-TTL:PT6H",
        *(line for event in events for line in _event(event, stamp)),
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines).encode()


def _event(event: Event, stamp: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_text(event.uid)}"
    yield f"DTSTAMP:{stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{event.day + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{_text(event.summary)}"
    yield f"DESCRIPTION:{_text(event.description)}"
    yield f"CATEGORIES:{_text(event.kind)}"
    yield f"URL:{event.url}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _text(words: str) -> str:
    """Without control characters, which would end a line or are not allowed at all."""
    kept = "".join(sign for sign in words if sign == "\n" or (ord(sign) >= 32 and sign != "\x7f"))
    return kept.translate(_ESCAPES)


def _folded(line: str) -> str:
    """Broken between characters: half a Chinese one is no text."""
    parts, octets = [""], 0
    for sign in line:
        size = len(sign.encode())
        if octets + size > _MOST_OCTETS:
            parts.append(" ")
            octets = 1
        parts[-1] += sign
        octets += size
    return "\r\n".join(parts)
