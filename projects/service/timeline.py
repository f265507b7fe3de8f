"""The timeline of a project: how long it was in each stage, and where its deadlines lie.

Turns days into positions in percent, which templates draw as SVG. Imports no Django, reads no clock
and contains no text.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from projects.service.deadlines import Progress

# Pixels per percent of the narrowest drawing, and per character of a label.
_PIXELS_PER_PERCENT = 3.2
_WIDE, _NARROW = 14, 8
_FIRST_WIDE = 0x2E80


@dataclass(frozen=True, slots=True)
class Mark:
    """A deadline: what is due, and its standing."""

    words: str
    day: date
    progress: Progress


@dataclass(frozen=True, slots=True)
class Span:
    """The time in one stage; ``label`` is empty if it would not fit."""

    word: str
    label: str
    since: date
    days: int
    start: str
    width: str
    middle: str
    is_last: bool


@dataclass(frozen=True, slots=True)
class Pin:
    """A deadline in the drawing."""

    mark: Mark
    at: str


@dataclass(frozen=True, slots=True)
class Year:
    """The first day of a year."""

    number: int
    at: str


@dataclass(frozen=True, slots=True)
class Timeline:
    spans: tuple[Span, ...]
    pins: tuple[Pin, ...]
    years: tuple[Year, ...]
    today: str


@dataclass(frozen=True, slots=True)
class _Scale:
    """From the first day (left) to the last (right)."""

    first: date
    last: date

    def at(self, day: date) -> float:
        return 100 * ((day - self.first) / (self.last - self.first))


def drawn(
    stages: Sequence[tuple[str, date]], marks: Iterable[Mark], today: date
) -> Timeline | None:
    """``stages`` in the order reached. None if there is nothing to draw."""
    if not stages:
        return None
    first, today = stages[0][1], max(today, stages[-1][1])
    marks = [mark for mark in marks if mark.day >= first]
    last = max([today, *(mark.day for mark in marks)])
    if last == first:
        return None
    scale = _Scale(first, last)
    return Timeline(
        spans=tuple(_spans(stages, scale, today)),
        pins=tuple(Pin(mark, f"{scale.at(mark.day):.2f}") for mark in marks),
        years=tuple(_years(scale)),
        today=f"{scale.at(today):.2f}",
    )


def _spans(stages: Sequence[tuple[str, date]], scale: _Scale, today: date) -> Iterator[Span]:
    ends = [day for _word, day in stages[1:]] + [today]
    for place, ((word, since), end) in enumerate(zip(stages, ends, strict=True), start=1):
        start, width = scale.at(since), scale.at(end) - scale.at(since)
        yield Span(
            word=word,
            label=word if _width_of(word) <= width * _PIXELS_PER_PERCENT else "",
            since=since,
            days=(end - since).days,
            start=f"{start:.2f}",
            width=f"{width:.2f}",
            middle=f"{start + width / 2:.2f}",
            is_last=place == len(stages),
        )


def _years(scale: _Scale) -> Iterator[Year]:
    for number in range(scale.first.year + 1, scale.last.year + 1):
        yield Year(number, f"{scale.at(date(number, 1, 1)):.2f}")


def _width_of(word: str) -> int:
    return sum(_WIDE if ord(character) >= _FIRST_WIDE else _NARROW for character in word)
