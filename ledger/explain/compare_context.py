"""The picture of two league tables: which unit's completion moved how far, by kind."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from ledger.explain.compare import RowChange
from ledger.ranking.charts import Span, spans
from ledger.ranking.table import UnitUrl
from ledger.rules.months import Month
from units.ground.groups import Group
from units.ground.money import percent_text, points_text


@dataclass(frozen=True, slots=True)
class Way:
    """A unit from its completion in the left table to that in the right one."""

    name: str
    url: str
    span: Span
    before: str
    after: str
    step: str


@dataclass(frozen=True, slots=True)
class Ways:
    title: str | Promise
    lines: tuple[Way, ...]


def ways(changes: Sequence[RowChange], kinds: Iterable[Group], url: UnitUrl) -> list[Ways]:
    """Per kind the units whose completion changed, the greatest change first."""
    return [part for kind in kinds if (part := _of_kind(kind, changes, url)).lines]


def _of_kind(kind: Group, changes: Sequence[RowChange], url: UnitUrl) -> Ways:
    moved = [
        (change, *pair)
        for change in changes
        if change.row.kind == kind.code
        for pair in _pair(change)
    ]
    moved.sort(key=lambda move: (-move[2], -move[1]))
    drawn = spans([(before, after) for _change, before, after in moved])
    lines = (_way(*move, span, url) for move, span in zip(moved, drawn, strict=True))
    return Ways(kind.title, tuple(lines))


def _pair(change: RowChange) -> Iterator[tuple[Fraction, Fraction]]:
    """Both completions, if both tables have one and they differ."""
    if change.left is None or change.right is None:
        return
    before, after = change.left.completion, change.right.completion
    if before is not None and after is not None and before != after:
        yield before, after


def _way(change: RowChange, before: Fraction, after: Fraction, span: Span, url: UnitUrl) -> Way:
    return Way(
        name=change.row.name,
        url=url(change.row),
        span=span,
        before=percent_text(before, 1),
        after=percent_text(after, 1),
        step=points_text((after - before) * 100, 1),
    )


def proposals(until: date) -> list[tuple[str, str]]:
    """Label and query of the most frequent comparisons, all up to the same day."""
    days = (
        (_("with the month before"), _month_end(until.year, until.month - 1)),
        (_("with the end of the last quarter"), _month_end(until.year, (until.month - 1) // 3 * 3)),
        (_("with the same month last year"), _month_end(until.year - 1, until.month)),
        (_("with the end of last year"), _month_end(until.year - 1, 12)),
    )
    return [(words, f"left_day={day}&right_day={until}") for words, day in days]


def _month_end(year: int, month: int) -> date:
    """The last day of a month; month 0 is December of the year before."""
    return Month(year, month).last_day if month else Month(year - 1, 12).last_day
