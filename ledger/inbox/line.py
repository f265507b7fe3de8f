"""One line of the inbox, and whose inbox it is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import DateField, QuerySet, Value
from django.db.models.functions import Cast
from django.urls import reverse

from units.access import Right, may
from units.models import User


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose inbox it is, on which day; ``visited`` is when they signed in the time before."""

    user: User
    today: date

    @property
    def visited(self) -> datetime | None:
        return self.user.visited_before


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of task.

    ``rows`` are its records, each annotated with ``since``, the day from which it waits or by which
    it is due. ``url`` gets the column ``key`` of the record where there is one only, else None.
    ``owed`` turns the count around: so many are owed, and ``rows`` are those done. A line that
    ``is_one`` counts as one task in the navigation, however many records it has.
    """

    name: str
    is_for: Callable[[User], bool]
    rows: Callable[[Reader], QuerySet[Any]]
    words: Any
    url: Callable[[Reader, int | None], str]
    key: str = "pk"
    owed: Callable[[Reader], int] | None = None
    is_due: bool = False
    is_one: bool = False


def with_right(right: Right) -> Callable[[User], bool]:
    """Whether somebody of one county has the right."""
    return lambda user: may(user, right) and user.county_id is not None


def page(name: str, one: str = "", query: str = "") -> Callable[[Reader, int | None], str]:
    """The page ``one`` of the only record, else the list ``name``."""

    def url(_reader: Reader, pk: int | None) -> str:
        return reverse(one, args=[pk]) if one and pk else reverse(name) + query

    return url


def no_day() -> Cast:
    """For records that do not say since when they wait."""
    return Cast(Value(None), DateField())
