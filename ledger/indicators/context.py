"""What the pages of indicators lay out: values as text, side by side and one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger import words
from ledger.indicators.parts import Part
from ledger.indicators.table import Measured, Ranking
from ledger.ranking.league import LeagueRow
from ledger.ranking.table import UnitUrl
from units.ground.money import percent_text, rounded, wan_text
from units.models import Indicator
from units.tables import DASH

Measure = Indicator.Measure


def shown(value: Fraction | None, indicator: Indicator | None) -> str:
    """In the measure, rounded for display; a dash without a value."""
    if value is None:
        return DASH
    if indicator is None or indicator.measure in (Measure.WAN, Measure.WAN_USD):
        return wan_text(rounded(value, 2))
    text = f"{rounded(value, 2):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{text}%" if indicator.measure == Measure.PERCENT else text


@dataclass(frozen=True, slots=True)
class Head:
    """A column of the page side by side, with the address of its own ranking."""

    title: str | Promise
    measure: str | Promise
    url: str


@dataclass(frozen=True, slots=True)
class SideLine:
    """A unit with (value, rank) under each indicator; the rank is empty without one."""

    name: str
    url: str
    cells: tuple[tuple[str, str], ...]


def heads(rankings: Mapping[str, Ranking], address: str) -> list[Head]:
    return [
        Head(
            ranking.indicator.title if ranking.indicator else _("Funds received"),
            ranking.indicator.measure_word if ranking.indicator else "万元",
            f"{address}?indicator={code}" if ranking.indicator else address,
        )
        for code, ranking in rankings.items()
    ]


def side_sections(
    rankings: Mapping[str, Ranking], url: UnitUrl
) -> list[tuple[str, list[SideLine]]]:
    """Group by group, in the order of the main indicator."""
    by_unit = {
        code: {row.unit.unit_id: row for row in ranking.rows} for code, ranking in rankings.items()
    }
    first = next(iter(rankings.values()))
    return [
        (group.title, [_side_line(row.unit, by_unit, rankings, url) for row in rows])
        for group, rows in first.sections
    ]


def _side_line(
    unit: LeagueRow,
    by_unit: Mapping[str, Mapping[int, Measured]],
    rankings: Mapping[str, Ranking],
    url: UnitUrl,
) -> SideLine:
    cells = []
    for code, ranking in rankings.items():
        row = by_unit[code][unit.unit_id]
        cells.append((shown(row.value, ranking.indicator), str(row.rank or "-")))
    return SideLine(unit.name, url(unit), tuple(cells))


@dataclass(frozen=True, slots=True)
class RankLine:
    """A unit's line under one indicator, as text."""

    rank: str
    name: str
    url: str
    target: str
    due: str
    value: str
    completion: str
    gap: str
    tier: str
    tier_word: str | Promise


def rank_sections(ranking: Ranking, url: UnitUrl) -> list[tuple[str, list[RankLine]]]:
    return [
        (group.title, [_rank_line(row, ranking.indicator, url) for row in rows])
        for group, rows in ranking.sections
    ]


def _rank_line(row: Measured, indicator: Indicator | None, url: UnitUrl) -> RankLine:
    done = row.completion
    return RankLine(
        rank=str(row.rank or DASH),
        name=row.unit.name,
        url=url(row.unit),
        target=shown(row.target, indicator),
        due=shown(row.due, indicator),
        value=shown(row.value, indicator),
        completion=DASH if done is None else percent_text(done, 1),
        gap=shown(row.gap, indicator),
        tier=row.tier.value,
        tier_word=words.TIERS[row.tier],
    )


def whole(ranking: Ranking) -> Sequence[str]:
    """The county's value, target and completion as text; empty without a target."""
    target = ranking.target
    value = shown(ranking.whole, ranking.indicator)
    is_sum = ranking.indicator is None or ranking.indicator.source != Indicator.Source.RATIO
    if not target or not is_sum or ranking.whole is None:
        return (value, "", "")
    return value, shown(target, ranking.indicator), percent_text(ranking.whole, target)


def shown_of(value: Decimal, indicator: Indicator) -> str:
    """A stored figure in the measure."""
    return shown(Fraction(value), indicator)


def part_lines(found: Sequence[Part], indicator: Indicator) -> list[tuple[Part, str]]:
    """Each part with its value as text."""
    return [(part, shown_of(part.value, indicator)) for part in found]
