"""What waits for a person now: every line of the inbox counted in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Min, QuerySet, Value

from ledger.inbox.line import Line, Reader
from ledger.inbox.lines import lines_of

Row = tuple[str, int, date | None, int | None]
NONE: tuple[int, date | None, int | None] = (0, None, None)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A line with tasks. ``since`` is the oldest day; ``days`` how many it is past, 0 at least."""

    line: Line
    count: int
    since: date | None
    days: int
    url: str

    @property
    def words(self) -> str:
        return str(self.line.words % {"count": self.count})

    @property
    def is_overdue(self) -> bool:
        return self.line.is_due and self.days > 0


def waiting(reader: Reader) -> list[Waiting]:
    """The lines of the person that have tasks, in their declared order."""
    lines = lines_of(reader.user)
    counted = {row[0]: row[1:] for row in _counted(reader, lines)}
    found = [_waiting(reader, line, *counted.get(line.name, NONE)) for line in lines]
    return [each for each in found if each.count]


def number(found: Sequence[Waiting]) -> int:
    """How many tasks the navigation shows."""
    return sum(1 if each.line.is_one else each.count for each in found)


def _counted(reader: Reader, lines: Sequence[Line]) -> list[Row]:
    sums = [_sum(reader, line) for line in lines]
    if not sums:
        return []
    return list(sums[0].union(*sums[1:], all=True)) if sums[1:] else list(sums[0])


def _sum(reader: Reader, line: Line) -> QuerySet[Any, Row]:
    rows = line.rows(reader).order_by().annotate(line=Value(line.name)).values("line")
    sums = rows.annotate(
        number=Count("pk", distinct=True), oldest=Min("since"), first=Min(line.key)
    )
    found: QuerySet[Any, Row] = sums.values_list("line", "number", "oldest", "first")
    return found


def _waiting(
    reader: Reader, line: Line, count: int, since: date | None, first: int | None
) -> Waiting:
    if line.owed is not None:
        count, first = line.owed(reader) - count, None
    days = max((reader.today - since).days, 0) if since is not None else 0
    url = line.url(reader, first if count == 1 else None)
    return Waiting(line, count, since, days, url)
