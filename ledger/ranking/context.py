"""The context of the league table's page: its sections, the curve of the year, months, the filter.

Lays out what is computed elsewhere, without a query per unit.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from django.http import QueryDict
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from ledger import words
from ledger.models import Period
from ledger.ranking.charts import Curve, Segment, curve, stacked
from ledger.ranking.league import LeagueRow, LeagueTable, Section
from ledger.ranking.query import TableQuery
from ledger.ranking.series import Series, due_by_month
from ledger.ranking.table import RankingTable, UnitUrl, lines, point
from ledger.rules.months import FIRST_YEAR, LAST_YEAR, Month
from ledger.rules.shortfall import Node, next_node
from ledger.rules.standing import Tier
from units.ground.money import YI, rounded, yi_text
from units.models import County

# Parameters that survive a change of month; a day or a moment would not fit there.
LASTING = ("kind", "tier", "without", "sort", "county")
WAITING = (Tier.BEHIND, Tier.NO_FUNDS)
# Parameters that decide a figure, beside the month.
PARAMETERS = ("as_of", "known_by", "without", "version", "county")


@dataclass(frozen=True, slots=True)
class TierCount:
    """One tier of a section: how many units, and the address that shows only those."""

    tier: str
    word: str | Promise
    count: int
    url: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class SectionPart:
    """One group of units as the page shows it."""

    kind: str
    title: str | Promise
    count: int
    tiers: tuple[TierCount, ...]
    bar: tuple[Segment, ...]
    table: RankingTable
    node: Node | None
    node_quarter: str | Promise
    needed_url: str


def explain_address(month: Month, query: QueryDict, **chosen: str) -> str:
    """The address that explains the sums, of all or of a kind and tier, by the same query."""
    table_query = QueryDict(mutable=True)
    for name in PARAMETERS:
        table_query.setlist(name, query.getlist(name))
    for name, value in chosen.items():
        table_query.setlist(name, [value] if value else [])
    address, parameters = reverse("ranking-explain", args=[month]), table_query.urlencode()
    return f"{address}?{parameters}" if parameters else address


def sections_of(
    league: LeagueTable, query: QueryDict, url: UnitUrl, source: Callable[..., str]
) -> list[SectionPart]:
    """The chosen kind, or all; an unknown kind is ignored.

    ``source`` gives the address that explains the sums of a kind and tier.
    """
    kind = query.get("kind", "")
    chosen = [section for section in league.sections if section.kind == kind]
    return [_section(league, s, query, url, source) for s in (chosen or league.sections)]


def rows_of(section: Section, tier: str) -> Sequence[LeagueRow]:
    """The units of the tier, or all; an unknown tier is ignored."""
    return [row for row in section.rows if row.tier == tier] if tier in list(Tier) else section.rows


def _section(
    league: LeagueTable,
    section: Section,
    query: QueryDict,
    url: UnitUrl,
    source: Callable[..., str],
) -> SectionPart:
    tier = query.get("tier", "")
    rows = rows_of(section, tier)
    node = next_node(league.as_of)
    is_waiting = node is not None and any(row.tier in WAITING for row in rows)
    return SectionPart(
        kind=section.kind,
        title=section.title,
        count=len(section.rows),
        tiers=tuple(_tier_counts(section, query)),
        bar=stacked(section.tiers),
        table=RankingTable(
            lines(league, rows, url), rows, source(kind=section.kind, tier=tier), query
        ),
        node=node,
        node_quarter=words.QUARTERS[node.quarter] if node else "",
        needed_url=f"needed/?{_changed(query, kind=section.kind)}" if is_waiting else "",
    )


def _tier_counts(section: Section, query: QueryDict) -> list[TierCount]:
    return [
        TierCount(
            tier=tier.value,
            word=words.TIERS[tier],
            count=count,
            url=f"?{_changed(query, kind=section.kind, tier=tier)}#{section.kind}",
            is_chosen=query.get("tier") == tier,
        )
        for tier, count in section.tiers.items()
        if count
    ]


def _changed(query: QueryDict, **values: str) -> str:
    changed = query.copy()
    for name, value in values.items():
        changed[name] = value
    return changed.urlencode()


# --- the curve of the year -----------------------------------------------------------------------


class Linked(NamedTuple):
    """An amount and the part of a page that explains it; both empty where nothing is known."""

    words: str
    url: str


@dataclass(frozen=True, slots=True)
class MonthLine:
    """One month of a curve in words."""

    month: str
    received: Linked
    benchmark: Linked
    last_year: Linked


@dataclass(frozen=True, slots=True)
class CurvePart:
    """What ``_curve.html`` draws, the county's in 亿元; the months have a page of their own."""

    drawing: Curve
    year: int
    words: str
    months_url: str


def sources_by_day(league: LeagueTable, month: Month, query: QueryDict) -> Callable[[date], str]:
    """The address that explains the county's sums on another day, all else as in this table."""
    before, after = reverse("ranking-explain", args=[month]).split(str(month))
    county = f"&county={query['county']}" if query.get("county", "").isalnum() else ""
    return lambda day: f"{before}{Month.of(day)}{after}?{point(league, day)}{county}"


def curve_of(league: LeagueTable, series: Series, months_url: str = "") -> CurvePart:
    """Received by month against what was due and the year before."""
    due = due_by_month(league.rows, league.as_of.year)
    named: list[tuple[str, Sequence[Decimal | Fraction]]] = [
        ("last_year", series.last_year),
        ("benchmark", due),
        ("this_year", series.this_year),
    ]
    drawn = [(name, values) for name, values in named if any(values)]
    return CurvePart(
        drawing=curve(drawn, YI),
        months_url=months_url,
        year=league.as_of.year,
        words=_("%(received)s亿元 received by month %(month)d; %(due)s亿元 were due.")
        % {
            "received": yi_text(series.this_year[-1]),
            "month": league.as_of.month,
            "due": yi_text(rounded(due[league.as_of.month - 1], 2)),
        },
    )


def month_lines(
    due: Sequence[Fraction],
    series: Series,
    text: Callable[[Decimal], str],
    source: Callable[[date], str],
) -> tuple[MonthLine, ...]:
    """The twelve months; ``text`` writes an amount, ``source`` gives a day's explanation."""
    this_year, last_year, as_of = series.this_year, series.last_year, series.as_of
    benchmark = _to(source(as_of), "benchmark")

    def line(month: Month) -> MonthLine:
        place = month.month - 1
        received = _to(source(min(month.last_day, as_of)), "received")
        before = _to(source(Month(month.year - 1, month.month).last_day), "received")
        return MonthLine(
            month=str(month.month),
            received=received(text(this_year[place]) if place < len(this_year) else ""),
            benchmark=benchmark(text(rounded(due[place], 2)) if any(due) else ""),
            last_year=before(text(last_year[place]) if any(last_year) else ""),
        )

    return tuple(line(Month(as_of.year, number)) for number in range(1, 13))


def _to(source: str, part: str) -> Callable[[str], Linked]:
    """Links a text to a part of the page that explains its figure."""
    return lambda text: Linked(text, f"{source}#{part}" if text else "")


# --- months and the filter -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MonthLink:
    label: str
    url: str
    is_here: bool
    is_closed: bool


@dataclass(frozen=True, slots=True)
class MonthPicker:
    """The months of a year; the url is empty for months that have not begun."""

    year: int
    months: tuple[MonthLink, ...]
    before: str
    after: str


def month_addresses(name: str) -> Callable[[Month], str]:
    """The address of a page by month, with one look-up for a whole year."""
    first = Month(FIRST_YEAR, 1)
    before, after = reverse(name, args=[first]).split(str(first))
    return lambda month: f"{before}{month}{after}"


def month_links(
    league: LeagueTable,
    here: Month,
    query: QueryDict,
    today: date,
    page: str = "ranking",
) -> MonthPicker:
    """The months of the year for a page of one county; those that end a closed quarter are marked."""
    state = Period.State.CLOSED
    closed = Period.objects.filter(county=league.county, year=here.year, state=state).order_by()
    quarters = set(closed.values_list("quarter", flat=True))
    return month_picker(here, query, today, month_addresses(page), quarters)


def month_picker(
    here: Month,
    query: QueryDict,
    today: date,
    address: Callable[[Month], str],
    closed: Collection[int] = (),
) -> MonthPicker:
    kept = query.copy()
    for name in [name for name in kept if name not in LASTING]:
        del kept[name]

    def url(month: Month) -> str:
        if month.first_day > today or not FIRST_YEAR <= month.year <= LAST_YEAR:
            return ""
        return f"{address(month)}?{kept.urlencode()}" if kept else address(month)

    return MonthPicker(
        year=here.year,
        months=tuple(
            MonthLink(
                label=date_format(month.first_day, pgettext("date format of a month", "M")),
                url=url(month),
                is_here=month == here,
                is_closed=month.ends_quarter and month.quarter in closed,
            )
            for month in (Month(here.year, month) for month in range(1, 13))
        ),
        before=url(Month(here.year - 1, 12)),
        after=url(_last_begun(here.year + 1, today)),
    )


def _last_begun(year: int, today: date) -> Month:
    return Month(year, today.month if year == today.year else 12)


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    word: str | Promise
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class LeagueFilter:
    """The filter form as it is filled in."""

    as_of: str
    known_by: str
    kinds: tuple[Choice, ...]
    tiers: tuple[Choice, ...]
    without: tuple[Choice, ...]
    is_used: bool


def filterset_of(table_query: TableQuery, query: QueryDict, county: County) -> LeagueFilter:
    kind, tier = query.get("kind", ""), query.get("tier", "")
    return LeagueFilter(
        as_of=table_query.as_of.isoformat() if table_query.as_of else "",
        known_by=table_query.known_by.date().isoformat() if table_query.known_by else "",
        kinds=tuple(Choice(g.code, g.title, g.code == kind) for g in county.kinds),
        tiers=tuple(Choice(t.value, words.TIERS[t], t == tier) for t in Tier),
        without=tuple(Choice(n, w, n in table_query.without) for n, w in words.EXCLUSIONS.items()),
        is_used=bool(
            table_query.as_of or table_query.known_by or table_query.without or kind or tier
        ),
    )
