"""The league table on screen: its lines as text, its columns and what they sort by.

Owns: turning rows of a ``LeagueTable`` into finished text, once per row, so that the template only
lays them out. Must never: decide a tier or rank, or run a query.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlencode

import django_tables2 as tables
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from ledger import words
from ledger.ranking.charts import Bullet, bullet
from ledger.ranking.league import LeagueRow, LeagueTable, Total, total
from ledger.rules.shortfall import Node, needed, per_month
from ledger.rules.standing import Tier
from units.ground.markup import escaped, linked, marked
from units.ground.money import gap_text, percent_text, points_text, rounded, wan_text
from units.tables import Column

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
class FigureCells:
    """The cells between name and tier: digits and signs only, so there is nothing to escape.

    ``labels`` (already escaped) name two cells on a phone, where the heading row is not seen.
    ``source`` is the address of what the figures are made of, if there is one (already escaped too).
    """

    texts: Amounts
    bullet: Bullet | None
    labels: tuple[str, str]
    source: str = ""

    def __html__(self) -> str:
        of, (received, gap) = self.texts, self.labels

        def led(part: str, text: str) -> str:
            return _link(self.source, part, text)

        return (
            f'<td class="num target">{led("target", of.target)}</td>'
            f'<td class="num minor">{led("benchmark", of.benchmark)}</td>'
            f'<td class="num received" data-label="{received}">{self._received}</td>'
            f'<td class="num minor">{led("received", of.new)}</td>'
            f'<td class="num minor">{led("received", of.carried)}</td>'
            f'<td class="num pending">{led("received", of.pending)}</td>'
            f'<td class="done">{self.bullet.__html__() if self.bullet else ""}'
            f'<span class="num">{led("completion", of.completion)}</span></td>'
            f'<td class="num gap {of.side}" data-label="{gap}">{led("gap", of.gap)}</td>'
            f'<td class="num points {of.side}">{led("gap", of.points)}</td>'
        )

    @property
    def _received(self) -> str:
        """By key one stops only here in a line: the page it leads to names all its parts on top."""
        if not self.source:
            return self.texts.received
        return f'<a href="{self.source}#received">{self.texts.received}</a>'


def _link(source: str, part: str, text: str) -> str:
    """The text as a link to the part of the page that says how it comes about."""
    if not source or not text:
        return text
    return f'<a href="{source}#{part}" tabindex="-1">{text}</a>'


@dataclass(frozen=True, slots=True)
class RankingLine:
    """One unit's line: its markup, and what its columns sort by."""

    row: LeagueRow
    markup: str
    place: int
    tier_place: int
    carried: Decimal
    gap: Fraction | None
    points: Fraction | None


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


def point(league: LeagueTable, as_of: date | None = None) -> str:
    """The day, the moment and the money left out of a table, as an address asks for them."""
    asked = {"as_of": (as_of or league.as_of).isoformat()}
    if league.known_by is not None:
        asked["known_by"] = league.known_by.isoformat()
    if league.without:
        asked["without"] = ",".join(sorted(league.without))
    return urlencode(asked, safe=",")


def made_of(league: LeagueTable) -> str:
    """From a unit's account to what its line is made of."""
    return f"explain/?{point(league)}"


def lines(
    rows: Sequence[LeagueRow], url: UnitUrl, made_of: str, *, compared: bool
) -> list[RankingLine]:
    """``compared``: whether there is an earlier settlement to have moved against.

    ``made_of`` leads from a unit's account to what its line is made of.
    A missing monthly report is marked only where some unit did file one.
    """
    badges, labels = tier_badges(), figure_labels()
    missing = f'<span class="unreported">{escaped(_("no monthly report"))}</span>'
    filed = any(row.reported for row in rows)
    return [
        _line(
            row,
            labels,
            source=source_of(row, url, made_of),
            unit=unit_link(row, url),
            moved=movement(row) if compared else "",
            standing=badges[row.tier] + (missing if filed and not row.reported else ""),
        )
        for row in rows
    ]


def _line(
    row: LeagueRow, labels: tuple[str, str], *, source: str, unit: str, moved: str, standing: str
) -> RankingLine:
    """The row is put together as a text, of parts that are markup already or digits alone.

    A template that looks up every value by name takes ten times as long for a hundred units.
    """
    gap, points = row.gap, row.gap_points
    figures = FigureCells(amounts(row, gap, points), row_bullet(row), labels, source)
    return RankingLine(
        row=row,
        markup=(
            f'<tr><td class="rank num">{row.rank or ""}</td><td class="moved">{moved}</td>'
            f'<th scope="row" class="who">{unit}</th>{figures.__html__()}'
            f'<td class="standing">{standing}</td></tr>\n'
        ),
        place=row.rank or _LAST,
        tier_place=_TIER_PLACES[row.tier],
        carried=row.sums.received - row.sums.new,
        gap=gap,
        points=points,
    )


def figure_labels() -> tuple[str, str]:
    return escaped(pgettext("short", "received")), escaped(pgettext("short", "gap"))


def tier_badges() -> dict[Tier, SafeString]:
    """The badge of each tier in the reader's language."""
    return _badges(get_language())


@cache
def _badges(language: str) -> dict[Tier, SafeString]:
    """Made once per language: the words are those of the catalogue."""
    return {
        tier: render_to_string("_tier_badge.html", {"tier": tier.value, "word": words.TIERS[tier]})
        for tier in Tier
    }


def source_of(row: LeagueRow, url: UnitUrl, made_of: str) -> str:
    """The address of what the line is made of, escaped; nothing where the reader may not open it."""
    address = url(row)
    return escaped(f"{address}{made_of}") if address else ""


def unit_link(row: LeagueRow, url: UnitUrl) -> str:
    return linked(row.name, url(row))


def row_bullet(row: LeagueRow) -> Bullet | None:
    if row.target is None or row.benchmark is None:
        return None
    return bullet(row.tier.value, row.target, row.received, row.pending, row.benchmark)


def movement(row: LeagueRow) -> str:
    return movement_of(row.rank, row.movement)


def movement_of(rank: object, places: int | None) -> str:
    """As in ▲2, with the words for those who hear the page; nothing without a rank."""
    return _movement(places, get_language()) if rank else ""


@lru_cache(maxsize=1_000)
def _movement(places: int | None, _language: str) -> str:
    """Made once per language: the words are those of the catalogue."""
    sign, words = map(escaped, _moved(places))
    return marked(
        f'<span aria-hidden="true">{sign}</span><span class="visually-hidden">{words}</span>'
    )


def _moved(places: int | None) -> tuple[str, str]:
    if places is None:
        return pgettext("rank", "new"), _("not ranked last quarter")
    if places > 0:
        return f"▲{places}", ngettext("up %d place", "up %d places", places) % places
    if places < 0:
        return f"▼{-places}", ngettext("down %d place", "down %d places", -places) % -places
    return "–", _("same rank as last quarter")


def catch_up_lines(rows: Iterable[LeagueRow], url: UnitUrl, made_of: str, node: Node) -> list[str]:
    """The units that are behind or without funds, those furthest from the node first."""
    waiting = [
        (needed(row.received, row.due, node), row)
        for row in rows
        if row.tier in (Tier.BEHIND, Tier.NO_FUNDS)
    ]
    waiting.sort(key=lambda pair: pair[0], reverse=True)
    badges = tier_badges()
    return [
        f'<tr><th scope="row" class="who">{unit_link(row, url)}</th><td>{badges[row.tier]}</td>'
        f"{_catch_up_figures(row, missing, node, source_of(row, url, made_of))}</tr>\n"
        for missing, row in waiting
    ]


def _catch_up_figures(row: LeagueRow, missing: Decimal, node: Node, source: str) -> str:
    """Again a text of parts that are markup already or digits alone."""
    monthly = wan_text(rounded(per_month(missing, node), 2))
    return (
        f'<td class="num">{_link(source, "received", wan_text(row.received))}</td>'
        f'<td class="num">{_link(source, "target", wan_text(row.due[node.quarter - 1]))}</td>'
        f'<td class="num">{_link(source, "needed", wan_text(missing))}</td>'
        f'<td class="num">{_link(source, "needed", monthly)}</td>'
    )


def _head(cls: str, term: str = "") -> dict[str, Any]:
    return {"th": {"class": cls}, "term": term}


class RankingTable(tables.Table):
    """Ranked lines of one kind: its columns, and which part of a line each sorts by."""

    rank = Column(gettext_lazy("Rank"), order_by="place", attrs=_head("rank num"))
    moved = Column(gettext_lazy("Since last quarter"), orderable=False, attrs=_head("moved"))
    unit = Column(gettext_lazy("Unit"), order_by="row__order", attrs=_head("who"))
    target = Column(gettext_lazy("Annual task"), order_by="row__target", attrs=_head("num target"))
    benchmark = Column(
        gettext_lazy("Due by now"), order_by="row__benchmark", attrs=_head("num minor")
    )
    received = Column(
        gettext_lazy("Received"), order_by="row__received", attrs=_head("num received")
    )
    new = Column(gettext_lazy("of which new"), order_by="row__sums__new", attrs=_head("num minor"))
    carried = Column(
        gettext_lazy("of which carry-over"), order_by="carried", attrs=_head("num minor")
    )
    pending = Column(gettext_lazy("Pending"), order_by="row__pending", attrs=_head("num pending"))
    completion = Column(gettext_lazy("Completion"), order_by="row__completion", attrs=_head("done"))
    gap = Column(gettext_lazy("Gap to benchmark"), order_by="gap", attrs=_head("num gap"))
    points = Column(gettext_lazy("Percentage points"), order_by="points", attrs=_head("num points"))
    tier = Column(pgettext_lazy("tier", "Tier"), order_by="tier_place", attrs=_head("standing"))

    class Meta:
        template_name = "ledger/ranking/ranking_table.html"
        attrs = {"class": "ranking"}

    def __init__(
        self, shown: Sequence[RankingLine], subtotal: Amounts, source: str, order_by: str = ""
    ) -> None:
        """``source`` is the address of what the subtotal is made of."""
        super().__init__(list(shown), order_by=order_by or None)
        self.subtotal = FigureCells(subtotal, None, figure_labels(), escaped(source))

    def body(self) -> str:
        return marked("".join(line.markup for line in self.data))


class CatchUpTable(tables.Table):
    """What each unit behind schedule still needs by the next quarter's end."""

    unit = Column(gettext_lazy("Unit"))
    tier = Column(pgettext_lazy("tier", "Tier"), attrs={"term": "tier"})
    received = Column(gettext_lazy("Received"), attrs=_head("num", "received"))
    due = Column(gettext_lazy("Due by then"), attrs=_head("num", "benchmark"))
    needed = Column(gettext_lazy("Still needed"), attrs=_head("num"))
    monthly = Column(gettext_lazy("per month"), attrs=_head("num"))

    class Meta:
        template_name = "ledger/ranking/catch_up_table.html"
        attrs = {"label": gettext_lazy("Still needed by the quarter's end")}
        orderable = False

    def body(self) -> str:
        return marked("".join(self.data))
