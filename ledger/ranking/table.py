"""The league table on screen: its lines as text, their links and sort keys.

Turns rows of a ``LeagueTable`` into text, column by column (``ranking/columns.py``). Runs no query.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import urlencode

import django_tables2 as tables
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ledger import words
from ledger.ranking.charts import Bullet, bullet
from ledger.ranking.columns import BY_NAME, ON_SCREEN, Of, moved_text, needed, rank_text, texts
from ledger.ranking.league import LeagueRow, LeagueTable, total
from units.tables import Column

UnitUrl = Callable[[LeagueRow], str]
MOVED = BY_NAME["moved"]


class Movement(NamedTuple):
    """As in ▲2, with words for a screen reader."""

    sign: str
    words: str


@dataclass(frozen=True, slots=True)
class RankingLine:
    """One unit's line: its texts by column, and two links.

    ``account`` and ``source`` (the explanation of its figures) are empty where the reader may not
    look.
    """

    row: LeagueRow
    texts: dict[str, str]
    account: str
    source: str
    moved: Movement | None
    bullet: Bullet | None
    is_missing: bool

    def __getitem__(self, name: str) -> Any:
        """The sort key of the line in a column."""
        return BY_NAME[name].sort_key(self.row)


def point(league: LeagueTable, as_of: date | None = None) -> str:
    """The day, the moment and the exclusions of a table, as parameters of an address."""
    table_query = {"as_of": (as_of or league.as_of).isoformat()}
    if league.known_by is not None:
        table_query["known_by"] = league.known_by.isoformat()
    if league.without:
        table_query["without"] = ",".join(sorted(league.without))
    return urlencode(table_query, safe=",")


def made_of(league: LeagueTable) -> str:
    """The parameters that lead from a unit's account to the explanation of its line."""
    return f"explain/?{point(league)}"


def lines(league: LeagueTable, rows: Sequence[LeagueRow], url: UnitUrl) -> list[RankingLine]:
    """A missing monthly report is marked only where some unit did file one."""
    source, is_compared = made_of(league), league.has_movement
    filed = any(row.reported for row in rows)
    return [
        RankingLine(
            row=row,
            texts=texts(row) | {"rank": rank_text(row)},
            account=(account := url(row)),
            source=f"{account}{source}" if account else "",
            moved=movement(row) if is_compared else None,
            bullet=row_bullet(row),
            is_missing=filed and row.reported is False,
        )
        for row in rows
    ]


def row_bullet(row: LeagueRow) -> Bullet | None:
    if row.target is None or row.benchmark is None:
        return None
    return bullet(row.tier.value, row.target, row.received, row.pending, row.benchmark)


def movement(row: LeagueRow) -> Movement | None:
    """None without a rank."""
    places = MOVED.value(row)
    return None if places is None else movement_of(places)


def movement_of(places: int | str) -> Movement:
    return Movement(moved_text(places), _moved_words(places))


def _moved_words(places: int | str) -> str:
    if isinstance(places, str):
        return _("not ranked last quarter")
    if places > 0:
        return ngettext("up %d place", "up %d places", places) % places
    if places < 0:
        return ngettext("down %d place", "down %d places", -places) % -places
    return _("same rank as last quarter")


HEADS = [
    (
        column.name,
        Column(column.short or column.title, orderable=column is not MOVED, attrs={"of": column}),
    )
    for column in ON_SCREEN
]


class RankingTable(tables.Table):
    """Ranked lines of one kind, with the sum of ``summed``, in the declared columns."""

    class Meta:
        template_name = "ledger/ranking/table.jinja"

    def __init__(
        self,
        shown: Sequence[RankingLine],
        summed: Iterable[LeagueRow],
        source: str,
        query: QueryDict | None = None,
    ) -> None:
        """``source`` explains the sum; with ``query`` the table can be sorted."""
        self.query, self.source = query or QueryDict(), source
        whole = total(summed)
        self.subtotal = texts(whole)
        rows: list[Of] = [whole, *(line.row for line in shown)]
        empty = {each.name for each in ON_SCREEN} - {each.name for each in needed(ON_SCREEN, rows)}
        self.tiers = words.TIERS.items()
        super().__init__(
            list(shown),
            extra_columns=HEADS,
            exclude=empty,
            orderable=query is not None,
            order_by=self.query.get("sort") or None,
        )

    def sorted_by(self, alias: str) -> str:
        """The address of the same page, sorted by the column."""
        table_query = self.query.copy()
        table_query["sort"] = alias
        return f"?{table_query.urlencode()}"
