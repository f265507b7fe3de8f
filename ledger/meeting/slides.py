"""The slides of the big screen: their order, and the content of each as text.

Reads only what the one slide needs and computes no figure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger import words
from ledger.explain.composition import composition
from ledger.explain.cuts_context import CutPart, stair_of
from ledger.ranking.charts import Bullet, Segment, stacked
from ledger.ranking.columns import rank_text
from ledger.ranking.context import CurvePart, curve_of
from ledger.ranking.headline import Headline, headline
from ledger.ranking.league import LeagueRow, LeagueTable, Section
from ledger.ranking.series import of_table
from ledger.ranking.table import Movement, movement, row_bullet
from ledger.rules.standing import Tier
from units.ground.money import percent_text, wan_text

SECONDS = 20
ROWS = 13  # readable from ten metres; the towns of a county fit
NAMES = 60
TITLES: Mapping[str, str | Promise] = {
    "headline": gettext_lazy("Where the county stands"),
    "curve": gettext_lazy("Received by month"),
    "tiers": gettext_lazy("Where the units stand"),
    "idle": gettext_lazy("No funds received yet"),
    "composition": gettext_lazy("What did we really bring in this year?"),
}
IDLE = (Tier.NO_FUNDS, Tier.NO_TARGET)


@dataclass(frozen=True, slots=True)
class ScreenLine:
    """A unit's line, as text."""

    rank: str
    moved: Movement | None
    unit: str
    received: str
    completion: str
    bullet: Bullet | None
    tier: str
    tier_word: str | Promise


@dataclass(frozen=True, slots=True)
class ScreenTiers:
    title: str | Promise
    count: int
    bar: tuple[Segment, ...]
    tiers: tuple[tuple[str, str | Promise, int], ...]


@dataclass(frozen=True, slots=True)
class Slide:
    """``kind`` names the template part; fields that it does not show stay empty."""

    name: str
    kind: str
    title: str | Promise
    headline: Headline | None = None
    curve: CurvePart | None = None
    tiers: tuple[ScreenTiers, ...] = ()
    lines: tuple[ScreenLine, ...] = ()
    names: tuple[str, ...] = ()
    more: int = 0
    stair: CutPart | None = field(default=None)


@dataclass(frozen=True, slots=True)
class Dot:
    label: str
    url: str
    is_here: bool


def slide_names(table: LeagueTable) -> list[str]:
    """The order of the slides; a kind with many units takes several."""
    names = ["headline", "curve", "tiers"]
    for section in table.sections:
        pages = range(-(-len(_with_funds(section)) // ROWS))
        names += [f"{section.kind}-{page + 1}" for page in pages]
    if any(row.tier in IDLE for row in table.rows):
        names.append("idle")
    return [*names, "composition"]


def slide_of(table: LeagueTable, name: str) -> Slide:
    if name == "composition":
        stair = stair_of(composition(table), QueryDict())
        return Slide(name, name, TITLES[name], stair=stair)
    if name in ("headline", "curve"):
        series = of_table(table)
        said = headline(table, series)
        return Slide(name, name, TITLES[name], headline=said, curve=curve_of(table, series))
    if name == "tiers":
        return Slide(name, name, TITLES[name], tiers=tuple(map(_tiers, table.sections)))
    return _idle(table) if name == "idle" else _ranks(table, name)


def dots_of(names: list[str], here: int, query: QueryDict) -> list[Dot]:
    return [
        Dot(_("Slide %(number)d") % {"number": place + 1}, slide_url(name, query), place == here)
        for place, name in enumerate(names)
    ]


def slide_url(name: str, query: QueryDict, **more: str) -> str:
    changed = query.copy()
    changed.pop("hold", None)
    changed["slide"] = name
    for key, value in more.items():
        changed[key] = value
    return f"?{changed.urlencode()}"


def _with_funds(section: Section) -> list[LeagueRow]:
    return [row for row in section.rows if row.tier not in IDLE]


def _tiers(section: Section) -> ScreenTiers:
    counted = [(tier.value, words.TIERS[tier], n) for tier, n in section.tiers.items() if n]
    return ScreenTiers(section.title, len(section.rows), stacked(section.tiers), tuple(counted))


def _idle(table: LeagueTable) -> Slide:
    rows = [row for row in table.rows if row.tier is Tier.NO_FUNDS]
    names = tuple(row.name for row in rows[:NAMES])
    return Slide("idle", "idle", TITLES["idle"], names=names, more=max(len(rows) - NAMES, 0))


def _ranks(table: LeagueTable, name: str) -> Slide:
    kind, _dash, page = name.rpartition("-")
    start = (int(page) - 1) * ROWS
    section = table.section(kind)
    rows = _with_funds(section)[start : start + ROWS]
    compared = table.has_movement
    lines = tuple(_line(row, compared) for row in rows)
    title = _("%(kind)s: ranks") % {"kind": section.title}
    return Slide(name, "ranks", title, lines=lines)


def _line(row: LeagueRow, compared: bool) -> ScreenLine:
    return ScreenLine(
        rank=rank_text(row),
        moved=movement(row) if compared else None,
        unit=row.name,
        received=wan_text(row.received),
        completion=percent_text(row.received, row.target) if row.target else "",
        bullet=row_bullet(row),
        tier=row.tier.value,
        tier_word=words.TIERS[row.tier],
    )
