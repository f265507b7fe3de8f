"""The region's page as text: its sentence, the counties' lines, the choices.

Computes no figure, and runs no query per county.
"""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from ledger import words
from ledger.ranking.charts import Bullet, Segment, bullet, stacked
from ledger.ranking.columns import NEW, texts
from ledger.ranking.league import Total
from ledger.ranking.table import Movement, movement_of
from ledger.regions.ranking import CountyRow, Measure, RegionTable
from ledger.rules.months import Month
from ledger.rules.standing import Tier
from units.ground.money import ZERO, percent_text, points_text, wan_text, yi_text
from units.models import County
from units.people.regions import region_names

MEASURES: dict[Measure, str | Promise] = {
    Measure.OWN: gettext_lazy("the counties' own targets"),
    Measure.CITY: gettext_lazy("targets set by the city"),
    Measure.PROVINCE: gettext_lazy("targets set by the province"),
}


@dataclass(frozen=True, slots=True)
class RegionHeadline:
    """Texts; those that need a target are empty without one. ``side``: ahead, short, level."""

    counties: int
    received: str
    target: str
    completion: str
    lacking: tuple[str, ...]
    measured: int
    measured_received: str
    benchmark_percent: str
    points: str
    points_plain: str
    side: str
    over_half: bool
    projects: int
    introduced: str
    pending_wan: str
    tiers: tuple[tuple[str, str | Promise, int], ...]


def region_headline(table: RegionTable) -> RegionHeadline:
    total, measured = table.total, table.measured
    points = measured.gap_points
    signed = [row.table.signed for row in table.rows]
    return RegionHeadline(
        counties=len(table.rows),
        received=yi_text(total.received),
        lacking=table.lacking,
        measured=len(table.rows) - len(table.lacking),
        measured_received=yi_text(measured.received),
        target=yi_text(measured.target) if measured.target else "",
        completion=percent_text(measured.received, measured.target) if measured.target else "",
        benchmark_percent=_due_percent(measured),
        points=points_text(points) if points is not None else "",
        points_plain=points_text(abs(points)).lstrip("+") if points is not None else "",
        side=_side(measured),
        over_half=table.over_half,
        projects=sum(part.projects for part in signed),
        introduced=yi_text(sum((part.introduced for part in signed), ZERO)),
        pending_wan=wan_text(total.pending) if total.pending else "",
        tiers=tuple((tier.value, words.TIERS[tier], n) for tier, n in table.tiers.items() if n),
    )


def _due_percent(total: Total) -> str:
    return percent_text(total.benchmark, total.target, claims=()) if total.target else ""


def _side(total: Total) -> str:
    if total.gap is None:
        return ""
    return "ahead" if total.gap > 0 else "short" if total.gap < 0 else "level"


@dataclass(frozen=True, slots=True)
class CountyLine:
    """A county's line as text; ``others`` are its other targets, with the completion of each."""

    rank: str
    moved: Movement | None
    name: str
    url: str
    texts: dict[str, str]
    bullet: Bullet | None
    tier: str
    tier_word: str | Promise
    others: tuple[tuple[str | Promise, str, str], ...]
    projects: int
    introduced: str
    units: tuple[Segment, ...]
    units_words: str
    is_announced: bool


def county_lines(table: RegionTable, month: Month) -> list[CountyLine]:
    return [_line(row, table, month) for row in table.rows]


def _line(row: CountyRow, table: RegionTable, month: Month) -> CountyLine:
    total, own = row.total, row.table
    return CountyLine(
        rank=str(row.rank or ""),
        moved=_moved(row),
        name=row.county.name,
        url=f"{reverse('ranking', args=[month])}?county={row.county.code}",
        texts=texts(total),
        bullet=_bullet(row.tier, total),
        tier=row.tier.value,
        tier_word=words.TIERS[row.tier],
        others=tuple(
            (
                MEASURES[measure],
                wan_text(row.demands[measure].amount),
                percent_text(total.received, row.demands[measure].amount),
            )
            for measure in table.measures
            if measure is not table.measure and measure in row.demands
        ),
        projects=own.signed.projects,
        introduced=yi_text(own.signed.introduced),
        units=stacked(own.tiers),
        units_words="; ".join(f"{words.TIERS[tier]} {n}" for tier, n in own.tiers.items() if n),
        is_announced=own.settlement is not None,
    )


def _moved(row: CountyRow) -> Movement | None:
    """Against the last closed quarter; None where the county was not ranked then."""
    if not row.rank or row.previous_rank is None:
        return None
    return movement_of(NEW if row.movement is None else row.movement)


def _bullet(tier: Tier, total: Total) -> Bullet | None:
    if not total.target:
        return None
    return bullet(tier.value, total.target, total.received, total.pending, total.benchmark)


@dataclass(frozen=True, slots=True)
class Choice:
    word: str | Promise
    url: str
    is_here: bool


def measures_of(table: RegionTable, query: QueryDict) -> list[Choice]:
    """The targets that some county has; empty where there is only one."""
    if len(table.measures) < 2:
        return []
    found = []
    for measure in table.measures:
        changed = query.copy()
        changed["by"] = measure.value
        is_here = measure is table.measure
        found.append(Choice(MEASURES[measure], f"?{changed.urlencode()}", is_here))
    return found


def regions_within(counties: QuerySet[County], here: str, month: Month) -> list[Choice]:
    """The province and its cities, for readers of several cities; a city needs two counties."""
    codes = list(counties.values_list("code", flat=True))
    cities = sorted({code[:4] for code in codes})
    if len(cities) < 2:
        return []
    prefixes = [codes[0][:2], *cities]
    named = region_names(prefixes)
    return [
        Choice(named[prefix], reverse("region-month", args=[prefix, month]), prefix == here)
        for prefix in prefixes
        if sum(code.startswith(prefix) for code in codes) > 1
    ]
