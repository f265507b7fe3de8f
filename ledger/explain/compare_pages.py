"""The page that compares two league tables: any two days, each as known at any moment."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from ledger.explain.compare import RowChange, differences
from ledger.explain.compare_context import proposals, ways
from ledger.models import Settlement
from ledger.ranking.announced import announced_table
from ledger.ranking.columns import AMOUNT, COMPARED, Column, needed
from ledger.ranking.league import LeagueTable, Total, league_table
from ledger.ranking.pages import unit_url
from ledger.ranking.query import day_of, moment_of, newest_month
from ledger.ranking.table import UnitUrl
from units.access import Right, allowed, county_of, person
from units.ground.money import Exact, gap_text, rounded
from units.models import County
from units.tables import DASH

Columns = tuple[Column, ...]
TITLED: Columns = tuple(column for column in COMPARED if column.name != "unit")


@dataclass(frozen=True, slots=True)
class Point:
    """A day counted up to and a moment known by, as written in an address and a form."""

    as_of: date
    known_by: datetime | None

    def __str__(self) -> str:
        return f"{self.as_of}@{self.known_by.isoformat() if self.known_by else ''}"

    @property
    def moment(self) -> str:
        """The moment in the county's time, to the microsecond if it has one."""
        return f"{timezone.localtime(self.known_by):%Y-%m-%d %H:%M:%S.%f}" if self.known_by else ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure on both sides as text; ``before`` is empty where nothing changed."""

    title: str | Promise
    after: str
    before: str = ""
    step: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One unit whose line differs; ``former_name`` is set if the name changed."""

    name: str
    former_name: str
    url: str
    cells: tuple[Cell, ...]


@allowed(Right.RANKING_VIEW)
def ranking_compare(request: HttpRequest) -> HttpResponse:
    county, today = county_of(request), timezone.localdate()
    left, right = _points(request, county, today)
    tables = table_at(county, left), table_at(county, right)
    changes, url = differences(*tables), unit_url(person(request), county)
    columns = needed(TITLED, [*tables[0].rows, *tables[1].rows])
    context = {
        "crumbs": [(reverse("ranking-newest"), _("League table")), ("", _("Compare two tables"))],
        "left": left,
        "right": right,
        "left_table": tables[0],
        "right_table": tables[1],
        "titles": [column.title for column in columns],
        "totals": _totals(columns, tables[0].total, tables[1].total),
        "asked": f"left_day={left.as_of}&right_day={right.as_of}",
        "proposals": proposals(right.as_of),
        "ways": ways(changes, tables[1].county.kinds, url),
        "lines": [_line(columns, change, url) for change in changes if change.has_cause],
        "drifted": [_line(columns, change, url) for change in changes if not change.has_cause],
        "same": len(tables[1].rows) - sum(1 for change in changes if change.right),
    }
    return render(request, "ledger/explain/compare.html", context)


def table_at(county: County, point: Point) -> LeagueTable:
    """The announced table if the point is that of a settlement, else one computed now."""
    if point.known_by is not None:
        announced = Settlement.objects.filter(
            period__county=county, as_of=point.as_of, known_by=point.known_by
        )
        settlement = announced.select_related("period__county").order_by("-version").first()
        if settlement is not None:
            return announced_table(settlement)
    return league_table(county, point.as_of, point.known_by)


def _points(request: HttpRequest, county: County, today: date) -> tuple[Point, Point]:
    """The points in the address or the form; by default the last month end and the one before."""
    month = newest_month(county, timezone.localdate())
    right = _point(request, "right", Point(min(month.last_day, today), None), today)
    before = right.as_of.replace(day=1) - timedelta(days=1)
    return _point(request, "left", Point(before, None), today), right


def _point(request: HttpRequest, side: str, default: Point, today: date) -> Point:
    """``left=2012-03-31@2012-04-12T16:00``, or the two boxes of the form."""
    typed_day, _at, typed_moment = request.GET.get(side, "").partition("@")
    day = day_of(typed_day or request.GET.get(f"{side}_day", ""))
    moment = moment_of(typed_moment or request.GET.get(f"{side}_moment", ""))
    return Point(min(day, today), moment) if day else Point(default.as_of, moment)


def _line(columns: Columns, change: RowChange, url: UnitUrl) -> Line:
    row, left = change.row, change.left
    return Line(
        name=row.name,
        former_name=left.name if left is not None and left.name != row.name else "",
        url=url(row),
        cells=tuple(_cell(column, change) for column in columns),
    )


def _cell(column: Column, change: RowChange) -> Cell:
    was = column.value(change.left) if change.left else None
    became = column.value(change.right) if change.right else None
    return _both(column, was, became, column in change.columns)


def _both(column: Column, was: Any, became: Any, differs: bool) -> Cell:
    after = _text(column, became)
    if not differs:
        return Cell(column.title, after)
    step = _step(was, became) if column.shape is AMOUNT else ""
    return Cell(column.title, after, _text(column, was), step)


def _step(before: Exact | None, after: Exact | None) -> str:
    if before is None or after is None:
        return ""
    return gap_text(rounded(Fraction(after) - Fraction(before), 2))


def _text(column: Column, value: Any) -> str:
    return column.text(value) or DASH


def _totals(columns: Columns, left: Total, right: Total) -> list[Cell]:
    """The county's sums under the same columns; empty where a column has no sum."""
    return [_total_cell(column, left, right) for column in columns]


def _total_cell(column: Column, left: Total, right: Total) -> Cell:
    if not column.shape.is_figure:
        return Cell(column.title, "")
    was, became = column.value(left), column.value(right)
    return _both(column, was, became, was != became)
