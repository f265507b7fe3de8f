"""The league table on screen: its lines as text, its columns and what they sort by.

Owns: turning rows of a ``LeagueTable`` into finished text, once per row, so that the template only
lays them out. Must never: decide a tier or rank, or run a query.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import django_tables2 as tables
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext, pgettext, pgettext_lazy

from ledger import words
from ledger.charts import Bullet, bullet
from ledger.league import LeagueRow, Total, total
from ledger.shortfall import Node, needed, per_month
from ledger.standing import Tier
from units.money import gap_text, percent_text, points_text, rounded, wan_text

UnitUrl = Callable[[LeagueRow], str]
_LAST = 1_000_000
_TIER_PLACES = {tier: place for place, tier in enumerate(Tier)}


@dataclass(frozen=True, slots=True)
class Amounts:
    """The figures of a line or of a sum of lines, as text; empty without a target."""

    target: str
    benchmark: str
    received: str
    new: str
    carried: str
    pending: str
    completion: str
    gap: str
    points: str
    side: str


@dataclass(frozen=True, slots=True)
class RankingLine:
    """One unit's line, ready to be laid out; the last fields are what columns sort by."""

    row: LeagueRow
    url: str
    tier_word: str
    moved: str
    moved_words: str
    bullet: Bullet | None
    texts: Amounts
    place: int
    tier_place: int
    carried: Decimal
    gap: Fraction | None
    points: Fraction | None


@dataclass(frozen=True, slots=True)
class CatchUpLine:
    """What one unit still needs by the next quarter's end."""

    row: LeagueRow
    url: str
    tier_word: str
    received: str
    due: str
    needed: str
    monthly: str


def amounts(of: LeagueRow | Total, gap: Fraction | None, points: Fraction | None) -> Amounts:
    sums, target = of.sums, of.target
    return Amounts(
        target=wan_text(target) if target else "",
        benchmark=wan_text(rounded(of.benchmark or 0, 2)) if target else "",
        received=wan_text(sums.received),
        new=wan_text(sums.new),
        carried=wan_text(sums.received - sums.new),
        pending=wan_text(of.pending) if of.pending else "",
        completion=percent_text(sums.received, target) if target else "",
        gap=gap_text(rounded(gap, 2)) if gap is not None else "",
        points=points_text(points) if points is not None else "",
        side="short" if gap is not None and gap < 0 else "ahead",
    )


def subtotal(rows: Iterable[LeagueRow]) -> Amounts:
    """The sum of what a table shows."""
    summed = total(rows)
    return amounts(summed, summed.gap, summed.gap_points)


def lines(rows: Sequence[LeagueRow], url: UnitUrl, *, compared: bool) -> list[RankingLine]:
    """``compared``: whether there is an earlier settlement to have moved against."""
    tier_words = {tier: str(word) for tier, word in words.TIERS.items()}
    return [_line(row, url(row), tier_words[row.tier], compared) for row in rows]


def _line(row: LeagueRow, url: str, tier_word: str, compared: bool) -> RankingLine:
    gap, points = row.gap, row.gap_points
    moved, moved_words = movement(row) if compared else ("", "")
    return RankingLine(
        row=row,
        url=url,
        tier_word=tier_word,
        moved=moved,
        moved_words=moved_words,
        bullet=row_bullet(row),
        texts=amounts(row, gap, points),
        place=row.rank or _LAST,
        tier_place=_TIER_PLACES[row.tier],
        carried=row.sums.received - row.sums.new,
        gap=gap,
        points=points,
    )


def row_bullet(row: LeagueRow) -> Bullet | None:
    if row.target is None or row.benchmark is None:
        return None
    return bullet(row.tier.value, row.target, row.received, row.pending, row.benchmark)


def movement(row: LeagueRow) -> tuple[str, str]:
    """As in ▲2, with the words for those who hear the page."""
    if row.rank is None:
        return "", ""
    if row.movement is None:
        return pgettext("rank", "new"), _("not ranked last quarter")
    places = abs(row.movement)
    if row.movement > 0:
        return f"▲{places}", ngettext("up %d place", "up %d places", places) % places
    if row.movement < 0:
        return f"▼{places}", ngettext("down %d place", "down %d places", places) % places
    return "–", _("same rank as last quarter")


def catch_up_lines(rows: Iterable[LeagueRow], url: UnitUrl, node: Node) -> list[CatchUpLine]:
    """The units that are behind or without funds, those furthest from the node first."""
    waiting = [row for row in rows if row.tier in (Tier.BEHIND, Tier.NO_FUNDS)]
    waiting.sort(key=lambda row: needed(row.received, row.due, node), reverse=True)
    return [_catch_up_line(row, url(row), node) for row in waiting]


def _catch_up_line(row: LeagueRow, url: str, node: Node) -> CatchUpLine:
    missing = needed(row.received, row.due, node)
    return CatchUpLine(
        row=row,
        url=url,
        tier_word=str(words.TIERS[row.tier]),
        received=wan_text(row.received),
        due=wan_text(row.due[node.quarter - 1]),
        needed=wan_text(missing),
        monthly=wan_text(rounded(per_month(missing, node), 2)),
    )


def _head(cls: str) -> dict[str, dict[str, str]]:
    return {"th": {"class": cls}}


class RankingTable(tables.Table):
    """Ranked lines of one kind: its columns, and which part of a line each sorts by."""

    rank = tables.Column(_lazy("Rank"), order_by="place", attrs=_head("rank num"))
    moved = tables.Column(_lazy("Since last quarter"), orderable=False, attrs=_head("moved"))
    unit = tables.Column(_lazy("Unit"), order_by="row__order", attrs=_head("who"))
    target = tables.Column(_lazy("Annual task"), order_by="row__target", attrs=_head("num target"))
    benchmark = tables.Column(
        _lazy("Due by now"), order_by="row__benchmark", attrs=_head("num minor")
    )
    received = tables.Column(
        _lazy("Received"), order_by="row__received", attrs=_head("num received")
    )
    new = tables.Column(_lazy("of which new"), order_by="row__sums__new", attrs=_head("num minor"))
    carried = tables.Column(
        _lazy("of which carry-over"), order_by="carried", attrs=_head("num minor")
    )
    pending = tables.Column(_lazy("Pending"), order_by="row__pending", attrs=_head("num pending"))
    completion = tables.Column(_lazy("Completion"), order_by="row__completion", attrs=_head("done"))
    gap = tables.Column(_lazy("Gap to benchmark"), order_by="gap", attrs=_head("num gap"))
    points = tables.Column(_lazy("Percentage points"), order_by="points", attrs=_head("num points"))
    tier = tables.Column(
        pgettext_lazy("tier", "Tier"), order_by="tier_place", attrs=_head("standing")
    )

    class Meta:
        template_name = "ledger/ranking_table.html"
        attrs = {"class": "ranking"}

    def __init__(self, shown: Sequence[RankingLine], subtotal: Amounts, order_by: str) -> None:
        super().__init__(list(shown), order_by=order_by)
        self.subtotal = subtotal


class CatchUpTable(tables.Table):
    """What each unit behind schedule still needs by the next quarter's end."""

    unit = tables.Column(_lazy("Unit"))
    tier = tables.Column(pgettext_lazy("tier", "Tier"))
    received = tables.Column(_lazy("Received"), attrs=_head("num"))
    due = tables.Column(_lazy("Due by then"), attrs=_head("num"))
    needed = tables.Column(_lazy("Still needed"), attrs=_head("num"))
    monthly = tables.Column(_lazy("per month"), attrs=_head("num"))

    class Meta:
        template_name = "ledger/catch_up_table.html"
        orderable = False
